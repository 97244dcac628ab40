"""Figures of the single items where no map shows them, because importance was not asked."""

from collections.abc import Iterator

import polars as pl

from orchestration.reports.figure import Figure
from orchestration.reports.reading import Reading, rows

FEWEST_ITEMS = 2
INDEX_DECIMALS, SHARE_DECIMALS = 1, 1


def build_item_scores(reading: Reading) -> Iterator[Figure]:
    """`score.<item>.index` and `score.<item>.top2` of the month's items, lowest first, each with base and interval.

    None where the survey asks for importance, so that the map shows the items, or where fewer than two have a base to show.
    """
    if not reading.whole(reading.frames.item_quadrants).is_empty():
        return
    own = reading.frames.items.filter((pl.col("instrument_code") == reading.parameters.instrument) & pl.col("in_index"))
    month = reading.whole(reading.frames.item_scores).filter(
        (pl.col("month_start_date") == reading.month) & (pl.col("n_effective") >= reading.parameters.hide_below_n)
    )
    items = month.join(own, on="item_code", how="semi").sort("satisfaction_0to100", "item_code")
    for row in rows(items) if items.height >= FEWEST_ITEMS else ():
        common = {
            "label_code": f"item:{row['item_code']}", "n_base": row["n_satisfaction"], "base_kind": "responses",
            "is_provisional": reading.is_provisional("responses"), "source_table": "indices.item_scores", "fingerprint": row["fingerprint"],
        }  # fmt: skip
        yield Figure(
            figure_code=f"score.{row['item_code']}.index", value=row["satisfaction_0to100"], unit="index", decimals=INDEX_DECIMALS,
            interval_low=row["interval_low"], interval_high=row["interval_high"], **common,
        )  # fmt: skip
        yield Figure(
            figure_code=f"score.{row['item_code']}.top2", value=row["top2_share"], unit="share", decimals=SHARE_DECIMALS,
            numerator=row["n_top2"], interval_low=row["top2_low"], interval_high=row["top2_high"], **common,
        )  # fmt: skip
