"""All survey tables of schema indices from the sufficient statistics, in one call."""

from datetime import date

import polars as pl

from orchestration.metrics.covariances import estimate_covariances
from orchestration.metrics.item_weights import estimate_item_weights, headline_weights
from orchestration.metrics.likert import estimate_means, score_items
from orchestration.metrics.membership import drawn_scopes
from orchestration.metrics.nps import score_nps
from orchestration.metrics.parameters import SurveyRules
from orchestration.metrics.quadrants import classify_quadrants
from orchestration.metrics.responses import POOLED_MONTHS, pool_levels, pool_pairs, pool_responses, score_response_rates
from orchestration.metrics.satisfaction_index import score_dimensions, score_overall
from orchestration.schemas.indices import (
    DIMENSION_SCORES,
    ITEM_QUADRANTS,
    ITEM_SCORES,
    ITEM_WEIGHTS,
    NPS_SCORES,
    OVERALL_SCORES,
    RESPONSE_RATES,
)

SURVEY_TABLES = (ITEM_WEIGHTS, ITEM_SCORES, DIMENSION_SCORES, OVERALL_SCORES, ITEM_QUADRANTS, NPS_SCORES, RESPONSE_RATES)


def score_survey(
    levels: pl.DataFrame, pairs: pl.DataFrame, counts: pl.DataFrame, items: pl.DataFrame, *, report_month: date, rules: SurveyRules
) -> dict[str, pl.DataFrame]:
    """The frames of SURVEY_TABLES by table name.

    levels, pairs, counts: marts.stat_item_levels_monthly, stat_item_pairs_monthly, stat_response_counts_monthly, of the pairs
    at least `select_pairs`; items: config.items. Quadrant probabilities are drawn as `drawn_scopes` says.
    """
    last = _last_month(levels, counts)
    pooled, responses = pool_levels(levels, last_month=last), pool_responses(counts, last_month=last)
    means, covariances = estimate_means(pooled, items), estimate_covariances(pool_pairs(pairs, last_month=last))
    scores = score_items(means, items, rule=rules.index)
    weights = estimate_item_weights(levels, items, rule=rules.index, scopes=pooled)
    used = headline_weights(items, weights, rule=rules.index)
    drawn = drawn_scopes(scores, report_month=report_month, cuts=rules.cuts)
    return {
        ITEM_WEIGHTS.name: weights,
        ITEM_SCORES.name: scores,
        DIMENSION_SCORES.name: score_dimensions(scores, covariances, used, items, rule=rules.index),
        OVERALL_SCORES.name: score_overall(scores, covariances, responses, used, items, rule=rules.index),
        ITEM_QUADRANTS.name: classify_quadrants(means, covariances, items, cuts=rules.cuts, drawn=drawn),
        NPS_SCORES.name: score_nps(pooled, items, rule=rules.nps),
        RESPONSE_RATES.name: score_response_rates(responses),
    }


def select_pairs(pairs: pl.DataFrame, *, report_month: date, rules: SurveyRules) -> pl.DataFrame:
    """The pairs that some figure rests on: a step that halves rows and memory and changes no figure.

    All pairs of the months whose quadrants are drawn; elsewhere satisfaction with satisfaction (intervals) and an item with
    itself (errors of the map).
    """
    n_before = max(rules.cuts.months, POOLED_MONTHS) - 1
    is_drawn = pl.col("month_start_date").is_between(pl.lit(report_month).dt.offset_by(f"-{n_before}mo"), pl.lit(report_month))
    is_satisfaction = (pl.col("measure_a") == "satisfaction") & (pl.col("measure_b") == "satisfaction")
    return pairs.filter(is_drawn | is_satisfaction | (pl.col("item_a") == pl.col("item_b")))


def _last_month(levels: pl.DataFrame, counts: pl.DataFrame) -> date | None:
    months = pl.concat([levels["month_start_date"], counts["month_start_date"]])
    newest = months.max()
    return newest if isinstance(newest, date) else None
