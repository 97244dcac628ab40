"""The page: valid, self-contained, accessible, the same bytes each time."""

import re
from datetime import date

import html5lib
import pytest
from support.report_frames import BASES, all_complete, build_frames, with_late, without
from support.report_pages import report_of

from orchestration.config.packaged import resource_folder

SURVEY = ("overall_scores", "item_quadrants", "nps_scores", "response_rates", "item_weights")
STATES = {
    "normal": lambda: build_frames(),
    "late": lambda: with_late(all_complete(build_frames()), "answers_web", date(2026, 10, 18)),
    "few": lambda: build_frames(bases=(*BASES[:-1], 22)),
    "operations": lambda: without(build_frames(), *SURVEY),
    "survey": lambda: without(build_frames(), "kpi_scores"),
    "nothing": lambda: without(build_frames(), *SURVEY, "kpi_scores", "verdicts"),
}
PAIRS = [("ink", "paper", 4.5), ("muted", "paper", 4.5), ("good", "paper", 4.5), ("bad", "paper", 4.5), ("late", "late-paper", 4.5),
("late", "paper", 4.5),
         ("ink", "met", 4.5), ("near-ink", "near", 4.5), ("miss-ink", "miss", 4.5), ("far-ink", "far", 4.5),
         ("bad", "held-paper", 4.5)]  # fmt: skip


@pytest.fixture(scope="module", params=[(state, locale) for state in STATES for locale in ("en", "zh")], ids="-".join)
def page(request):
    state, locale = request.param
    return report_of(STATES[state]()).html(locale), locale


def tree(html):
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)


def test_it_is_valid_html_in_its_language(page):
    html, locale = page
    assert tree(html).get("lang") == {"en": "en", "zh": "zh-CN"}[locale]


def test_it_needs_nothing_outside_itself(page):
    html, _ = page
    assert "<script" not in html
    assert set(re.findall(r"https?://[^\"' <)]+", html)) <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"(?:src=|url\(|@import)", html)


def test_headings_and_ids_are_in_order(page):
    root = tree(page[0])
    levels = [int(node.tag[1]) for node in root.iter() if isinstance(node.tag, str) and re.fullmatch(r"h[1-6]", node.tag)]
    assert levels[0] == 1
    assert set(levels[1:]) == {2}
    ids = [node.get("id") for node in root.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    anchors = {node.get("href")[1:] for node in root.iter("a") if (node.get("href") or "").startswith("#")}
    assert anchors <= set(ids)


def test_tables_name_rows_and_columns(page):
    for table in tree(page[0]).iter("table"):
        assert all(cell.get("scope") for cell in table.iter("th"))


def test_charts_have_title_and_a_table_beside_them(page):
    root = tree(page[0])
    for picture in (node for node in root.iter() if node.get("role") == "img"):
        assert next(iter(picture)).tag.endswith("title")
    for figure in root.iter("figure"):
        parent = next(node for node in root.iter("section") if figure in list(node))
        assert list(parent.iter("table"))


def test_no_placeholder_or_null_is_printed(page):
    text = " ".join(tree(page[0]).itertext())
    assert not re.search(r"\bNone\b|\bnan\b|\{[a-z_]+\}", text)


def test_minus_is_a_minus_sign(page):
    html, _ = page
    body = re.sub(r"<(style|svg|code).*?</\1>", "", html, flags=re.S)
    assert not re.search(r">\s*-\d", body)


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_the_same_figures_give_the_same_bytes(locale):
    assert report_of(build_frames()).html(locale) == report_of(build_frames()).html(locale)


def luminance(colour):
    colour = "".join(c * 2 for c in colour[1:]) if len(colour) == 4 else colour[1:]
    channels = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_text_has_contrast(scheme, front, back, least):
    css = (resource_folder("templates") / "parts" / "style.css").read_text("utf-8")
    colours = dict(re.findall(r"--([a-z-]+):(#[0-9a-f]+)", re.findall(r":root\{([^}]*)\}", css)[scheme]))
    light, dark = sorted((luminance(colours[front]), luminance(colours[back])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= least


def test_a_name_from_the_client_cannot_write_html():
    from dataclasses import replace

    import polars as pl

    frames = build_frames()
    hostile = frames.metrics.with_columns(text_en=pl.lit("<script>alert(1)</script>"))
    html = report_of(replace(frames, metrics=hostile)).html()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
