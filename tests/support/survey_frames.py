"""Builds the sufficient statistics of marts from a handful of answers, so that a test reads like its example."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

MONTH = date(2026, 10, 1)
LEAF = ["month_start_date", "instrument_code", "wave_code", "mode_code", "segment_code", "region_code"]
POSITION = {"satisfaction": 0, "importance": 1, "expectation": 2, "satisfied": 3}
WEIGHT, SQUARE = pl.Decimal(38, 6), pl.Decimal(38, 12)
ANSWER_SCHEMA = {
    "response_id": pl.String, "month_start_date": pl.Date, "segment_code": pl.String, "region_code": pl.String,
    "item_code": pl.String, "measure_code": pl.String, "level": pl.Int32, "weight": WEIGHT,
}  # fmt: skip
ITEM_SCHEMA = {
    "instrument_code": pl.String, "item_code": pl.String, "item_order": pl.Int32, "dimension_code": pl.String,
    "is_overall": pl.Boolean, "is_nps": pl.Boolean, "is_acsi": pl.Boolean, "scale_min": pl.Int32, "scale_max": pl.Int32,
    "importance_min": pl.Int32, "importance_max": pl.Int32, "n_picks": pl.Int32, "satisfied_from": pl.Int32, "in_index": pl.Boolean,
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """One rating of one response."""

    response: str
    item: str
    level: int
    measure: str = "satisfaction"
    month: date = MONTH
    segment: str = "retail"
    region: str = "north"
    weight: str = "1"


def items_frame(codes: Iterable[str], **facts: object) -> pl.DataFrame:
    """config.items with these items on 1 to 5, all of the index; `facts` overrides a column for every item."""
    row = {
        "instrument_code": "survey", "dimension_code": "whole", "is_overall": False, "is_nps": False, "is_acsi": False,
        "scale_min": 1, "scale_max": 5, "importance_min": 1, "importance_max": 5,
        "n_picks": None, "satisfied_from": None, "in_index": True,
    }  # fmt: skip
    rows = [row | {"item_code": code, "item_order": order} | facts for order, code in enumerate(codes, 1)]
    return pl.DataFrame(rows, schema=ITEM_SCHEMA)


def answers_frame(answers: Iterable[Answer]) -> pl.DataFrame:
    """The answers as rows."""
    rows = [
        (a.response, a.month, a.segment, a.region, a.item, a.measure, a.level, Decimal(a.weight)) for a in answers
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=ANSWER_SCHEMA, orient="row")


def _leaves(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(instrument_code=pl.lit("survey"), wave_code=pl.lit(""), mode_code=pl.lit(""), owner_id=pl.lit(""))


def levels_of(answers: pl.DataFrame) -> pl.DataFrame:
    """marts.stat_item_levels_monthly of these answers."""
    keys = [*LEAF, "owner_id", "item_code", "measure_code", "level"]
    return _leaves(answers).group_by(keys).agg(
        n_answers=pl.len().cast(pl.Int64),
        sum_weight=pl.col("weight").sum().cast(WEIGHT),
        sum_weight_squared=_squares(pl.col("weight")),
    )  # fmt: skip


def _squares(weight: pl.Expr) -> pl.Expr:
    number = weight.cast(pl.Float64)
    return (number * number).sum().round(12).cast(SQUARE)


def pairs_of(answers: pl.DataFrame, order: list[str]) -> pl.DataFrame:
    """marts.stat_item_pairs_monthly of these answers; `order` is the order of the items."""
    place = {code: n * len(POSITION) for n, code in enumerate(order)}
    position = pl.col("item_code").replace_strict(place, return_dtype=pl.Int32) + pl.col("measure_code").replace_strict(
        POSITION, return_dtype=pl.Int32
    )
    rows = _leaves(answers).with_columns(position=position)
    first = rows.select("response_id", *LEAF, "weight", item_a="item_code", measure_a="measure_code", a="level", p="position")
    second = rows.select("response_id", *LEAF, item_b="item_code", measure_b="measure_code", b="level", q="position")
    both = first.join(second, on=["response_id", *LEAF]).filter(pl.col("p") <= pl.col("q"))
    w, a, b = pl.col("weight"), pl.col("a").cast(pl.Int64), pl.col("b").cast(pl.Int64)
    weighted = {"sum_wa": w * a, "sum_wb": w * b, "sum_wab": w * a * b, "sum_waa": w * a * a, "sum_wbb": w * b * b}
    plain = {"sum_a": a, "sum_b": b, "sum_ab": a * b, "sum_aa": a * a, "sum_bb": b * b}
    return both.group_by(*LEAF, "item_a", "measure_a", "item_b", "measure_b").agg(
        n_pairs=pl.len().cast(pl.Int64),
        sum_weight=w.sum().cast(WEIGHT),
        sum_weight_squared=_squares(w),
        **{name: e.sum() for name, e in plain.items()},
        **{name: e.sum().cast(WEIGHT) for name, e in weighted.items()},
    )


def counts_of(answers: pl.DataFrame, *, sent: int = 0) -> pl.DataFrame:
    """marts.stat_response_counts_monthly: every response returned and valid, and `sent` invitations a cell (at least as many)."""
    responses = _leaves(answers).unique("response_id", keep="any")
    n = pl.len().cast(pl.Int64)
    return responses.group_by(*LEAF, "owner_id").agg(
        n_sent=pl.max_horizontal(n, pl.lit(sent)), n_returned=n, n_valid=n, n_valid_answered=n,
        sum_weight=pl.col("weight").sum().cast(WEIGHT), sum_weight_squared=_squares(pl.col("weight")),
    )  # fmt: skip
