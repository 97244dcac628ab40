"""Every number on a night's page once more by another road: SQL on the published file, the page read as HTML.

Nothing of the report's own code is used: neither its figures nor its formatting.
"""

import re
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from html import unescape

import duckdb
import pytest
from support.night import published_night

MONTH = date(2026, 10, 1)
WHOLE = "segment_code = 'all' and region_code = 'all'"
SECTION = r'<section id="{}".*?</section>'
ROW, CELL = re.compile(r"<tr>(.*?)</tr>", re.S), re.compile(r"<t([hd])\b[^>]*>(.*?)</t[hd]>", re.S)


@pytest.fixture(scope="module")
def folder():
    found = published_night()
    assert found.returncode == 0, found.output
    return found.folder


@pytest.fixture(scope="module")
def published(folder):
    with duckdb.connect(folder / "out" / "current.duckdb", read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module", params=["en", "zh"])
def page(request, folder):
    return (folder / "out" / "reports" / f"{MONTH:%Y-%m}" / f"monthly_executive_{request.param}.html").read_text("utf-8")


def plain(html: str) -> str:
    """The text without charts, narrow-screen repetitions and tags."""
    html = re.sub(r'<svg.*?</svg>|<span class="narrow-cell.*?</span>|<span class="arrow".*?</span>', "", html, flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()


def table_of(page: str, section: str, css: str = "") -> list[list[str]]:
    """Rows of the section's first table of that class, each a list of texts."""
    part = re.search(SECTION.format(section), page, re.S)
    assert part, section
    table = re.search(rf"<table{f' class=.{css}.' if css else ''}>(.*?)</table>", part[0], re.S)
    assert table, section
    return [[plain(text) for _, text in CELL.findall(row)] for row in ROW.findall(table[1])]


def per_cent(numerator: int, denominator: int, digits: int = 1) -> str:
    """The share as it must be printed, from the two counts alone."""
    return f"{(Decimal(100) * numerator / denominator).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN):,}"


def names(published, page: str, table: str, column: str) -> dict[str, str]:
    locale = "zh" if '<html lang="zh' in page else "en"
    return {unescape(text): code for code, text in published.execute(f"select {column}, text_{locale} from config.{table}").fetchall()}


def test_indicators_are_the_counts_of_the_marts(published, page):
    """Numerators and denominators added up from the leaf cells of the marts, plan and difference from them."""
    metrics = names(published, page, "metrics", "metric_code")
    counts = published.execute(
        "select metric_code, sum(numerator), sum(denominator) from marts.kpi_values_monthly "
        "where month_start_date = ? and breakdown_code = 'all' group by all", [MONTH]
    ).fetchall()  # fmt: skip
    digits = dict(published.execute("select metric_code, decimals from config.metrics").fetchall())
    plans = dict(published.execute(
        "select metric_code, arg_max(target_value, valid_from) from config.targets where valid_from <= ? group by all", [MONTH]
    ).fetchall())  # fmt: skip
    expected = {code: per_cent(int(n), int(d), digits[code]) for code, n, d in counts}
    rows = [row for row in table_of(page, "kpi", "kpis") if len(row) == 6 and row[0].split(" %")[0] in metrics]
    assert len(rows) > 8
    shown = 0
    for label, actual, plan, difference, *_ in rows:
        code = metrics[label.split(" %")[0]]
        number = actual.split(" ")[0]
        if number == "\u2013":
            continue
        shown += 1
        assert number == expected[code], label
        if code in plans:
            assert Decimal(plan) == Decimal(str(plans[code])) * 100
            numerator, denominator = next((n, d) for c, n, d in counts if c == code)
            gap = Decimal(100) * int(numerator) / int(denominator) - Decimal(str(plans[code])) * 100
            rounded = gap.quantize(Decimal(1).scaleb(-digits[code]), rounding=ROUND_HALF_EVEN)
            assert Decimal(re.search(r"[+\u2212]?\d[\d.]*", difference)[0].replace("\u2212", "-")) == rounded, label
    assert shown > 6


def test_complaint_steps_are_counted_again_from_complaints(published, page):
    metrics = names(published, page, "metrics", "metric_code")
    counts = {
        "complaint_resolution_rate": "count(*) filter (is_resolved), count(*)",
        "complaint_deadline_rate": "count(*) filter (is_within_deadline), count(is_within_deadline)",
        "complaint_response_24h_rate": "count(*) filter (is_responded_24h), count(is_responded_24h)",
        "complaint_first_time_rate": "count(*) filter (is_resolved and is_first_time_resolved), count(*) filter (is_resolved)",
    }
    found = {metrics[row[0]]: row for row in table_of(page, "complaints", "steps") if row[0] in metrics}
    for code, sql in counts.items():
        own, base = published.execute(f"select {sql} from marts.fct_complaint where date_trunc('month', opened_at) = ?", [MONTH]).fetchone()
        assert found[code][1] == f"{own} / {base}"
        assert found[code][2].replace("\u00a0", "").split("%")[0].strip() == per_cent(own, base)


def test_regions_are_counted_again_from_deliveries(published, page):
    labels = published.execute("select text_en, text_zh, code from config.labels where kind = 'region'").fetchall()
    regions = {text: code for english, chinese, code in labels for text in (english, chinese)}
    rows = {regions[row[0]]: row for row in table_of(page, "delivery") if row[0] in regions}
    assert len(rows) == len(labels)
    for code, (_, base, by_time, by_date) in rows.items():
        n, timely, dated = published.execute(
            "select count(is_on_time_by_time), count(*) filter (is_on_time_by_time), count(*) filter (is_on_time_by_date) "
            "from marts.fct_delivery where month_start_date = ? and region_code = ?", [MONTH, code]
        ).fetchone()  # fmt: skip
        assert base == f"{n:,}"
        assert [text.rstrip("% \u00a0") for text in (by_time, by_date)] == [per_cent(timely, n), per_cent(dated, n)]


def test_stage_cells_are_counted_again_from_passages(published, page):
    stages = names(published, page, "stages", "stage_code")
    rows = {stages[plain(row[0]).split(" ")[0] if row[0] not in stages else row[0]]: row for row in table_of(page, "stages", "heat")[1:]}
    assert rows
    for code, row in rows.items():
        n, kept = published.execute(
            "select count(is_within_limit), count(*) filter (is_within_limit) from marts.fct_stage_passage "
            "where month_start_date = ? and stage_code = ?", [MONTH, code]
        ).fetchone()  # fmt: skip
        assert row[-1].split(" ")[0] == (per_cent(kept, n, 0) if n >= 30 else "\u2013")


def test_items_and_index_are_averaged_again_from_answers(published, page):
    """Means of the answers themselves; the index is their 0-100 points under the published weights."""
    means = {
        code: (s, i) for code, s, i in published.execute(
            "select item_code, sum(weight * satisfaction) / sum(weight) filter (satisfaction is not null), "
            "sum(weight * importance) / sum(weight) filter (importance is not null) from marts.fct_answer "
            "where date_trunc('month', answered_at) = ? and is_valid_response group by all", [MONTH]
        ).fetchall()
    }  # fmt: skip
    locale = "zh" if '<html lang="zh' in page else "en"
    items = {unescape(t): c for c, t in published.execute(f"select item_code, short_{locale} from config.items").fetchall()}
    part = re.search(SECTION.format("quadrant"), page, re.S)[0]
    rows = [[plain(text) for _, text in CELL.findall(row)] for row in ROW.findall(part.split("<details>")[1])]
    checked = [row for row in rows if row[0] in items]
    assert len(checked) == 18
    for label, importance, satisfaction, *_ in checked:
        for shown, mean in zip((satisfaction, importance), means[items[label]], strict=True):
            assert abs(float(shown) - float(mean)) <= 0.0051, label
    weights = published.execute(
        "select item_code, weight_share, scale_min, scale_max from indices.item_weights "
        "join config.items using (instrument_code, item_code) where fiscal_year = 2026"
    ).fetchall()  # fmt: skip
    index = sum(share * (float(means[code][0]) - low) / (high - low) * 100 for code, share, low, high in weights)
    headline = re.search(r'<span class="number[^"]*">([^<]+)</span>', page)[1]
    assert abs(float(headline) - index) <= 0.051
