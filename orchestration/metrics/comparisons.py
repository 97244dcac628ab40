"""Figures beside what they are compared with: another month, or a target in force."""

import polars as pl

from orchestration.metrics.frames import months_later
from orchestration.metrics.parameters import VerdictRule
from orchestration.metrics.responses import SINGLE_MONTH
from orchestration.schemas.indices import ALL

OVERALL_INDEX = "overall_index"
MONTHS_BACK = {"previous_month": 1, "same_month_last_year": 12}
FIGURE_KEYS = ("subject_code", "breakdown_code", "segment_code", "region_code")
FIGURE_COLUMNS = ("month_start_date", *FIGURE_KEYS, "target_code", "value", "standard_error", "n_effective", "n_base", "matters_from")


def survey_figures(overall: pl.DataFrame, dimensions: pl.DataFrame, items: pl.DataFrame, *, rule: VerdictRule) -> pl.DataFrame:
    """The declared family in one shape: value on 0-100, standard_error, n_effective, n_base, matters_from.

    The overall index of `rule.instrument` in every scope; dimensions and items of every instrument for the whole company.
    """
    index = overall.filter(pl.col("instrument_code") == rule.instrument).with_columns(
        subject_code=pl.lit(OVERALL_INDEX), value="index_0to100", n_base="n_responses"
    )
    parts = dimensions.with_columns(
        subject_code=pl.format("dimension:{}:{}", "instrument_code", "dimension_code"),
        value="index_0to100",
        n_base="n_responses",
    )
    single = items.with_columns(
        subject_code=pl.format("item:{}:{}", "instrument_code", "item_code"),
        value="satisfaction_0to100", n_base="n_satisfaction", standard_error="satisfaction_0to100_se",
    )  # fmt: skip
    is_whole = (pl.col("segment_code") == ALL) & (pl.col("region_code") == ALL)
    frames = [_figures(frame, rule) for frame in (index, parts.filter(is_whole), single.filter(is_whole))]
    return pl.concat(frames)


def compare_months(figures: pl.DataFrame) -> pl.DataFrame:
    """Each figure beside itself one and twelve months before; a figure without such a month keeps a null reference."""
    return pl.concat([_beside(figures, code, n) for code, n in MONTHS_BACK.items()])


def compare_targets(figures: pl.DataFrame, targets: pl.DataFrame) -> pl.DataFrame:
    """Figures beside the target in force on the first day of their month; figures without a target are left out.

    A target is exact: its standard error is 0.
    """
    plans = targets.select(target_code="metric_code", valid_from="valid_from", reference_value="target_value").sort("valid_from")
    dated = figures.sort("month_start_date")
    found = dated.join_asof(plans, left_on="month_start_date", right_on="valid_from", by="target_code", check_sortedness=False)
    return found.filter(pl.col("reference_value").is_not_null()).with_columns(
        comparison_code=pl.lit("target"), reference_se=pl.lit(0.0), n_reference=pl.lit(None, pl.Int64)
    )


def _figures(frame: pl.DataFrame, rule: VerdictRule) -> pl.DataFrame:
    """Single months in the common columns; only the overall index has a target."""
    named = frame.filter(pl.col("window_months") == SINGLE_MONTH).with_columns(
        breakdown_code=pl.lit(ALL), target_code="subject_code", matters_from=pl.lit(rule.index_matters_from)
    )
    return named.select(FIGURE_COLUMNS)


def _beside(figures: pl.DataFrame, code: str, n_months: int) -> pl.DataFrame:
    reference = figures.select(
        months_later(pl.col("month_start_date"), n_months),
        *FIGURE_KEYS,
        reference_value="value", reference_se="standard_error", reference_n_effective="n_effective", n_reference="n_base",
    )  # fmt: skip
    joined = figures.join(reference, on=["month_start_date", *FIGURE_KEYS], how="left")
    return joined.with_columns(comparison_code=pl.lit(code))
