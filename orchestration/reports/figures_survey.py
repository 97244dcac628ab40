"""Figures of the survey: headline with its changes, thirteen months, items, repair list, response rates."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl

from orchestration.reports.figure import LATE, NO_DATA, TOO_FEW, UNDECIDED, Figure
from orchestration.reports.figures_items import build_item_scores
from orchestration.reports.reading import Reading, Row, rows, trend_months

INDEX_DECIMALS, SCORE_DECIMALS, SHARE_DECIMALS = 1, 2, 1
INDEX_SUBJECT = "overall_index"
COMPARISONS = ("previous_month", "same_month_last_year", "target")
RATES = (
    ("returned_of_sent", "n_returned", "n_sent"),
    ("valid_of_sent", "n_valid", "n_sent"),
    ("valid_of_returned", "n_valid", "n_returned"),
)
HIDDEN = (TOO_FEW, NO_DATA)
LIMITS = ("n_satisfaction", "n_importance", "top2_low", "top2_high", "importance_low", "importance_high")
"""What stands in indices.item_scores of a map made of shares: two bases and the Wilson limits."""


def build_survey_figures(reading: Reading) -> Iterator[Figure]:
    """Every figure that rests on answers; none where the month has neither answers now nor in the last thirteen months."""
    if reading.whole(reading.frames.overall_scores).is_empty():
        return
    yield from build_headline(reading)
    yield from build_trend(reading)
    yield from build_items(reading)
    yield from build_repair(reading)
    yield from build_item_scores(reading)
    yield from build_response_rates(reading)
    yield from build_nps(reading)


def build_headline(reading: Reading) -> Iterator[Figure]:
    """`headline.index`, the three months pooled, the target, and one change per comparison of indices.verdicts."""
    index = _index(reading, "headline.index", reading.month)
    yield index
    yield _index(reading, "headline.pool", reading.month, window=3)
    yield from _effective(reading)
    target = reading.target(INDEX_SUBJECT)
    if target is not None:
        yield Figure(figure_code="headline.target", value=target, unit="index", decimals=INDEX_DECIMALS, source_table="config.targets")
    for comparison in COMPARISONS:
        yield from _change(reading, index, comparison)


def _effective(reading: Reading) -> Iterator[Figure]:
    """`headline.n_effective`: what the month's answers count as (Kish), where weights make that fewer than they are."""
    month = reading.whole(reading.frames.overall_scores).filter(pl.col("month_start_date") == reading.month)
    for row in rows(month):
        count = int(row["n_effective"])
        if count < row["n_responses"] - 1:
            yield Figure(figure_code="headline.n_effective", value=count, base_kind="responses", source_table="indices.overall_scores")


def build_trend(reading: Reading) -> Iterator[Figure]:
    """`trend.<YYYY-MM>`: the index of thirteen months, without a value where nobody answered; `planned.<YYYY-MM>`: the target then."""
    for month in trend_months(reading.month):
        yield _index(reading, f"trend.{month:%Y-%m}", month)
        target = reading.target(INDEX_SUBJECT, month)
        if target is not None:
            yield Figure(
                figure_code=f"planned.{month:%Y-%m}", value=target, unit="index", decimals=INDEX_DECIMALS, source_table="config.targets"
            )


def _index(reading: Reading, code: str, month: date, window: int = 1) -> Figure:
    """The index of one month or pool; hidden below the smallest base, provisional where this month's answers are late."""
    found = reading.whole(reading.frames.overall_scores, window=window).filter(pl.col("month_start_date") == month)
    row = next(rows(found), None)
    label = f"month:{month:%Y-%m}"
    if row is None or row["index_0to100"] is None:
        return Figure(figure_code=code, label_code=label, unit="index", n_base=0, note_code=NO_DATA, source_table="indices.overall_scores")
    state = str(row["base_state"])
    shown = state not in HIDDEN
    is_provisional = month == reading.month and reading.is_provisional("responses")
    note = LATE if is_provisional and shown else None if state == "normal" else state
    return Figure(
        figure_code=code, label_code=label, unit="index", decimals=INDEX_DECIMALS, value=row["index_0to100"] if shown else None,
        interval_low=row["interval_low"] if shown else None, interval_high=row["interval_high"] if shown else None,
        n_base=row["n_responses"], base_kind="responses", is_provisional=is_provisional, note_code=note,
        source_table="indices.overall_scores", fingerprint=row["fingerprint"],
    )  # fmt: skip


def _change(reading: Reading, index: Figure, comparison: str) -> Iterator[Figure]:
    """`headline.change.<comparison>`, its reference and the smallest change this sample would have found."""
    row = reading.verdict(INDEX_SUBJECT, comparison)
    if row is None or row["reference_value"] is None:
        return
    code, table = f"headline.change.{comparison}", "indices.verdicts"
    stated = index.value is not None and not index.is_provisional
    yield Figure(
        figure_code=code, unit="index", decimals=INDEX_DECIMALS, value=row["difference"] if stated else None,
        interval_low=row["difference_low"] if stated else None, interval_high=row["difference_high"] if stated else None,
        verdict=row["verdict"] if stated else None, n_base=row["n_base"], base_kind="responses", text_value=row["reason"] or None,
        is_provisional=index.is_provisional, note_code=index.note_code, source_table=table,
    )  # fmt: skip
    for name, column in (("reference", "reference_value"), ("detectable", "smallest_detectable")):
        yield Figure(figure_code=f"{code}.{name}", value=row[column], unit="index", decimals=INDEX_DECIMALS, source_table=table)


def build_items(reading: Reading) -> Iterator[Figure]:
    """Per item of the map `item.<code>.<measure>`, and `quadrant.*`: cross-hair, scale and counts."""
    table = _quadrants(reading)
    if table.is_empty():
        return
    items = list(rows(table))
    yield from _crosshair(reading, items)
    for row in items:
        yield from _item(reading, row, f"item.{row['item_code']}")


def _quadrants(reading: Reading) -> pl.DataFrame:
    """The month's map in the questionnaire's order; the three months pooled where the month alone has too few answers."""
    for window in (1, 3):
        whole = reading.whole(reading.frames.item_quadrants, window=window).filter(pl.col("month_start_date") == reading.month)
        if not whole.is_empty() and whole["n_responses"].max() >= reading.parameters.hide_below_n:  # type: ignore[operator]
            order = reading.frames.items.filter(pl.col("instrument_code") == reading.parameters.instrument).select(
                "item_code", "item_order"
            )
            limits = reading.whole(reading.frames.item_scores, window=window).select("month_start_date", "item_code", *LIMITS)
            placed = whole.join(order, on="item_code", how="left").join(limits, on=["month_start_date", "item_code"], how="left")
            return placed.sort("item_order", "item_code", nulls_last=True)
    return whole.clear()


def _crosshair(reading: Reading, items: list[Row]) -> Iterator[Figure]:
    """Cut lines and their rule, scale ends or how many items may be named, number of items, of repair items and of undecided ones."""
    first, table = items[0], "indices.item_quadrants"
    for name in ("cut_satisfaction", "cut_importance"):
        yield Figure(figure_code=f"quadrant.{name}", value=first[name], **_printed(first), source_table=table)
    yield from _question(reading, first)
    yield Figure(figure_code="quadrant.cut_rule", text_value=first["cut_rule"], unit="code", source_table=table)
    yield Figure(figure_code="quadrant.window_months", value=first["window_months"], source_table=table)
    counts = {
        "n_items": len(items), "n_repair": sum(row["repair_rank"] is not None for row in items),
        "n_undecided": sum(bool(row["is_undecided"]) for row in items),
    }  # fmt: skip
    for name, count in counts.items():
        yield Figure(figure_code=f"quadrant.{name}", value=count, source_table=table, is_provisional=reading.is_provisional("responses"))


def _is_share(row: Row) -> bool:
    """True where both axes are shares: respondents name the items that matter most, and are satisfied or not."""
    return row["importance_satisfaction_rating"] is not None


def _printed(row: Row) -> dict[str, Any]:
    """Unit and digits of the two axes."""
    return {"unit": "share", "decimals": SHARE_DECIMALS} if _is_share(row) else {"unit": "score", "decimals": SCORE_DECIMALS}


def _question(reading: Reading, item: Row) -> Iterator[Figure]:
    """`quadrant.scale_min` and `.scale_max` of the ratings; of a map made of shares `quadrant.n_picks`."""
    own = reading.frames.items.filter((pl.col("item_code") == item["item_code"]) & (pl.col("instrument_code") == item["instrument_code"]))
    asked = next(rows(own), {})
    for name in ("n_picks",) if _is_share(item) else ("scale_min", "scale_max"):
        value, unit = asked.get(name), "count" if name == "n_picks" else "score"
        yield Figure(figure_code=f"quadrant.{name}", value=None if value is None else float(value), unit=unit, source_table="config.items")


def _item(reading: Reading, row: Row, code: str) -> Iterator[Figure]:
    """Satisfaction and importance with interval, what orders the list (`gap`, or the I-S `rating`), quadrant, certainty, correlation."""
    common = {
        "label_code": f"item:{row['item_code']}", "n_base": row["n_responses"], "base_kind": "responses",
        "is_provisional": reading.is_provisional("responses"), "source_table": "indices.item_quadrants", "fingerprint": row["fingerprint"],
    }  # fmt: skip
    for measure in ("satisfaction", "importance"):
        low, high, n_base = _evidence(reading, row, measure)
        yield Figure(
            figure_code=f"{code}.{measure}", value=row[f"{measure}_score"], interval_low=low, interval_high=high,
            **_printed(row), **common | {"n_base": n_base},
        )  # fmt: skip
        yield Figure(figure_code=f"{code}.{measure}_se", value=row[f"{measure}_se"], **_printed(row), **common)
    order = ("rating", "importance_satisfaction_rating") if _is_share(row) else ("gap", "satisfaction_minus_importance")
    yield Figure(figure_code=f"{code}.{order[0]}", value=row[order[1]], unit="score", decimals=SCORE_DECIMALS, **common)
    note = UNDECIDED if row["is_undecided"] else None
    yield Figure(figure_code=f"{code}.quadrant", text_value=row["quadrant_code"], unit="code", note_code=note, **common)
    yield Figure(figure_code=f"{code}.certainty", value=row["certainty"], unit="share", note_code=note, **common)
    yield Figure(figure_code=f"{code}.correlation", value=row["correlation"], unit="score", decimals=SCORE_DECIMALS, **common)


def _evidence(reading: Reading, row: Row, measure: str) -> tuple[float | None, float | None, int]:
    """Interval and base of one axis: Wilson's of a share with its own base, else of the mean over those who rated both."""
    if _is_share(row):
        limits = "top2" if measure == "satisfaction" else measure
        return row[f"{limits}_low"], row[f"{limits}_high"], row[f"n_{measure}"]
    low, high = _interval(row[f"{measure}_score"], row[f"{measure}_se"], reading.parameters.confidence)
    return low, high, row["n_responses"]


def _interval(score: float | None, error: float | None, confidence: float) -> tuple[float | None, float | None]:
    """Two-sided normal interval of a mean score; nulls where there is no standard error."""
    from scipy.special import ndtri

    if score is None or error is None:
        return None, None
    half = float(ndtri((1 + confidence) / 2)) * error
    return score - half, score + half


def build_repair(reading: Reading) -> Iterator[Figure]:
    """`repair.<rank>.<measure>`: the decided items of quadrant B, first to repair first, with the responsible department."""
    table = _quadrants(reading)
    ranked = table.filter(pl.col("repair_rank").is_not_null()).sort("repair_rank") if table.height else table
    own = reading.frames.items.filter(pl.col("instrument_code") == reading.parameters.instrument)
    departments = dict(own.select("item_code", "department_code").iter_rows())
    for row in rows(ranked):
        code = f"repair.{row['repair_rank']}"
        yield from (figure for figure in _item(reading, row, code) if not figure.figure_code.endswith((".correlation", ".quadrant", "_se")))
        department = departments.get(row["item_code"])
        label = f"item:{row['item_code']}"
        yield Figure(figure_code=f"{code}.department", label_code=label, text_value=department, unit="code", source_table="config.items")


def build_response_rates(reading: Reading) -> Iterator[Figure]:
    """`response.n_*` and the three rates with three names, each with numerator and base."""
    frame = reading.whole(reading.frames.response_rates).filter(pl.col("month_start_date") == reading.month)
    row = next(rows(frame), None)
    if row is None:
        return
    late, table = reading.is_provisional("invitations"), "indices.response_rates"
    for name in ("n_sent", "n_returned", "n_valid"):
        yield Figure(figure_code=f"response.{name}", value=row[name], base_kind="invitations", is_provisional=late, source_table=table)
    for name, numerator, base in RATES:
        if not row["n_sent"]:
            continue
        yield Figure(
            figure_code=f"response.{name}", value=row[f"{name}_share"], unit="share", decimals=SHARE_DECIMALS,
            numerator=row[numerator], n_base=row[base], base_kind="invitations", is_provisional=late, source_table=table,
        )  # fmt: skip


def build_nps(reading: Reading) -> Iterator[Figure]:
    """`nps.score`: share of promoters minus share of detractors, times 100; hidden below the smallest base."""
    frame = reading.whole(reading.frames.nps_scores).filter(pl.col("month_start_date") == reading.month)
    row = next(rows(frame), None)
    if row is None or row["nps"] is None:
        return
    shown = row["n_effective"] >= reading.parameters.hide_below_n
    values = {name: row[name] * 100 if shown and row[name] is not None else None for name in ("nps", "interval_low", "interval_high")}
    yield Figure(
        figure_code="nps.score", value=values["nps"], unit="index", interval_low=values["interval_low"],
        interval_high=values["interval_high"],
        n_base=row["n_answers"], base_kind="responses", note_code=None if shown else TOO_FEW, source_table="indices.nps_scores",
        is_provisional=reading.is_provisional("responses"), fingerprint=row["fingerprint"],
    )  # fmt: skip
