"""Weights of the items in an overall index, frozen for a fiscal year."""

import polars as pl

from orchestration.metrics.frames import ratio, shape_frame
from orchestration.metrics.parameters import IndexRule
from orchestration.schemas.indices import ITEM_WEIGHTS

INSTRUMENT_YEAR = ["fiscal_year", "instrument_code"]


def fiscal_year(month: pl.Expr, starts: int) -> pl.Expr:
    """Fiscal year of a date, named by the calendar year in which it ends; `starts` is its first calendar month."""
    is_next = pl.lit(starts > 1) & (month.dt.month() >= starts)
    return (month.dt.year() + is_next.cast(pl.Int32)).alias("fiscal_year")


def estimate_item_weights(
    levels: pl.DataFrame, items: pl.DataFrame, *, rule: IndexRule, scopes: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Rows of indices.item_weights: w_i = I_i / sum I over the whole company and the fiscal year before.

    Without importance in the year before, the same year's; without any, equal weights. An item that was not rated in the
    year used counts with the mean importance of the others. levels: leaf cells of marts.stat_item_levels_monthly; scopes: the
    months (default: those of the levels) whose fiscal years need weights.
    """
    index_items = items.filter(pl.col("in_index")).select("instrument_code", "item_code")
    judged = levels if scopes is None else scopes
    years = judged.select(fiscal_year(pl.col("month_start_date"), rule.fiscal_year_starts), "instrument_code").unique()
    importance = _yearly_importance(levels, rule)
    before = importance.with_columns(pl.col("fiscal_year") + 1).rename({"importance": "before"})
    keys = [*INSTRUMENT_YEAR, "item_code"]
    rows = years.join(index_items, on="instrument_code").join(before, on=keys, how="left").join(importance, on=keys, how="left")
    return shape_frame(_shares(rows), ITEM_WEIGHTS)


def headline_weights(items: pl.DataFrame, weights: pl.DataFrame, *, rule: IndexRule) -> pl.DataFrame:
    """One row per fiscal year, instrument and item with the weight that `rule.headline` gives it and the rule really used.

    overall_item and acsi weigh the marked items equally; an instrument without such items, or without importance under
    importance_weighted, falls back to equal, and headline_rule says so.
    """
    years = weights.select(INSTRUMENT_YEAR).unique()
    declared = weights.filter(pl.col("basis") != "equal").with_columns(headline_rule=pl.lit("importance_weighted"))
    if rule.headline == "importance_weighted":
        first = declared.select(*INSTRUMENT_YEAR, "item_code", "weight_share", "headline_rule")
    elif rule.headline == "equal":
        first = _equal(years, items.filter(pl.col("in_index")), "equal")
    else:
        mark = "is_overall" if rule.headline == "overall_item" else "is_acsi"
        first = _equal(years, items.filter(pl.col(mark)), rule.headline)
    fallback = _equal(years.join(first, on=INSTRUMENT_YEAR, how="anti"), items.filter(pl.col("in_index")), "equal")
    return pl.concat([first, fallback])


def _yearly_importance(levels: pl.DataFrame, rule: IndexRule) -> pl.DataFrame:
    year = fiscal_year(pl.col("month_start_date"), rule.fiscal_year_starts)
    weight = pl.col("sum_weight").cast(pl.Decimal(38, 6))
    rated = levels.filter(pl.col("measure_code") == "importance").group_by(year, "instrument_code", "item_code", "level")
    by_level = rated.agg(weight.sum().cast(pl.Float64)).sort("level")
    mean = ratio((pl.col("sum_weight") * pl.col("level")).sum(), pl.col("sum_weight").sum())
    return by_level.group_by(*INSTRUMENT_YEAR, "item_code").agg(importance=mean)


def _shares(rows: pl.DataFrame) -> pl.DataFrame:
    """Chooses the year by what is known of it, fills items not rated in it, and scales to 1."""
    has_before = pl.col("before").is_not_null().any().over(INSTRUMENT_YEAR)
    has_same = pl.col("importance").is_not_null().any().over(INSTRUMENT_YEAR)
    basis = pl.when(has_before).then(pl.lit("previous_fiscal_year")).when(has_same).then(pl.lit("same_fiscal_year"))
    chosen = pl.when(has_before).then(pl.col("before")).otherwise(pl.col("importance"))
    named = rows.with_columns(basis=basis.otherwise(pl.lit("equal")), chosen=chosen)
    filled = named.with_columns(pl.col("chosen").fill_null(pl.col("chosen").mean().over(INSTRUMENT_YEAR)).fill_null(1.0))
    total = pl.col("chosen").sum().over(INSTRUMENT_YEAR)
    return filled.with_columns(weight_share=ratio(pl.col("chosen"), total).fill_null(1.0 / pl.len().over(INSTRUMENT_YEAR)))


def _equal(years: pl.DataFrame, items: pl.DataFrame, name: str) -> pl.DataFrame:
    rows = years.join(items.select("instrument_code", "item_code"), on="instrument_code")
    share = 1.0 / pl.len().over(INSTRUMENT_YEAR)
    return rows.select(*INSTRUMENT_YEAR, "item_code", weight_share=share, headline_rule=pl.lit(name))
