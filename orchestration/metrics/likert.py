"""Item satisfaction and importance from level counts: METHODS 1.

S_i = sum over levels of level * share of the raters at that level (tobacco retail: S_i = sum_j X_j * Y_ij), I_i likewise.
"""

import polars as pl

from orchestration.metrics.frames import ratio, shape_frame
from orchestration.metrics.parameters import IndexRule, definition_hash
from orchestration.metrics.responses import SCOPE_KEYS
from orchestration.metrics.statistics import normal_quantile, t_quantile, wilson_high, wilson_low
from orchestration.schemas.indices import ITEM_SCORES

MICRO = 1_000_000
"""Weights are DECIMAL(18,6): a million-fold they are integers, and their sums and products exact."""
SMALLEST_N_EFFECTIVE = 1 + 1e-9
TWO = 2
MEASURE_KEYS = (*SCOPE_KEYS, "item_code", "measure_code")


def estimate_means(levels: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """One row per scope, item and measure: exact sums, mean, its standard error and the effective number of ratings.

    weight, weighted: sum of weights and of weight * level, a million-fold, exact integers.
    mean = weighted / weight; null without weight. n_effective = (sum w)^2 / sum w^2 (Kish).
    standard_error = sqrt(m2 / (n_effective - 1)), m2 the weighted second central moment; null below two ratings, 0 if all agree.
    n_top2, top2_share: the two highest levels of the scale; n_bottom_box: the lowest level.
    Ratings of items that config.items does not name are left out.
    """
    sums = levels.join(_scales(items), on=["instrument_code", "item_code", "measure_code"]).group_by(MEASURE_KEYS).agg(*_sums())
    squares = pl.col("sum_weight_squared").cast(pl.Float64)
    weight = pl.col("weight").cast(pl.Float64) / MICRO
    moments = sums.with_columns(
        mean=ratio(pl.col("weighted"), pl.col("weight")),
        top2_share=ratio(pl.col("top2_weight"), pl.col("weight")),
        n_effective=ratio(weight * weight, squares).fill_null(0.0),
        spread=ratio(_spread(), pl.col("weight").cast(pl.Float64).pow(2)),
    )
    known = (pl.col("n_answers") >= TWO) & (pl.col("n_effective") > SMALLEST_N_EFFECTIVE)
    error = (pl.col("spread") / (pl.col("n_effective") - 1)).sqrt()
    return moments.with_columns(standard_error=pl.when(known).then(error)).drop("spread", "sum_weight_squared", "top2_weight")


def score_items(means: pl.DataFrame, items: pl.DataFrame, *, rule: IndexRule) -> pl.DataFrame:
    """Rows of indices.item_scores from `estimate_means`.

    satisfaction_0to100 = (S_i - min) / (max - min) * 100, interval by t with n_effective - 1 degrees, cut at 0 and 100.
    satisfaction_minus_importance = S_i - I_i: a difference of two scales, not a shortfall; null where items are named, not rated.
    Where items are named, importance_score is the share of all respondents who name the item, with Wilson limits.
    top-two share with Wilson limits on n_effective.
    """
    joined = _satisfaction(means).join(_importance(means), on=[*SCOPE_KEYS, "item_code"], how="full", coalesce=True)
    facts = items.select("instrument_code", "item_code", "scale_min", "scale_max", "n_picks")
    scored = _scale_to_100(joined.join(facts, on=["instrument_code", "item_code"]), rule)
    z = normal_quantile(rule.confidence)
    share, n, is_rated = pl.col("top2_share"), pl.col("n_effective"), pl.col("n_picks").is_null()
    named, n_asked = pl.col("importance_score"), pl.col("importance_n_effective")
    result = scored.with_columns(
        satisfaction_minus_importance=pl.when(is_rated).then(pl.col("satisfaction_score") - pl.col("importance_score")),
        importance_low=pl.when(~is_rated).then(wilson_low(named, n_asked, z)),
        importance_high=pl.when(~is_rated).then(wilson_high(named, n_asked, z)),
        top2_low=wilson_low(share, n, z),
        top2_high=wilson_high(share, n, z),
        fingerprint=pl.lit(definition_hash("item_scores", confidence=rule.confidence, mean="weighted", top=TWO)),
    ).with_columns(pl.col("n_satisfaction", "n_importance", "n_top2", "n_bottom_box", "n_effective").fill_null(0))
    return shape_frame(result, ITEM_SCORES)


def index_interval(centre: pl.Expr, error: pl.Expr, t: pl.Expr) -> dict[str, pl.Expr]:
    """interval_low and interval_high of a 0-100 figure: centre -+ t * error, cut at 0 and 100; null where one is unknown."""
    return {"interval_low": (centre - t * error).clip(0.0, 100.0), "interval_high": (centre + t * error).clip(0.0, 100.0)}


def _scales(items: pl.DataFrame) -> pl.DataFrame:
    """Lowest and highest level per instrument, item and measure; expectation is rated on the satisfaction scale.

    satisfied is 1 or 0: its mean is the top-two share of the map.
    """
    keys = ["instrument_code", "item_code"]
    rated = items.select(*keys, low="scale_min", high="scale_max")
    importance = items.select(*keys, low=pl.coalesce("importance_min", "scale_min"), high=pl.coalesce("importance_max", "scale_max"))
    satisfied = items.select(*keys, low=pl.lit(0), high=pl.lit(1))
    measures = {"satisfaction": rated, "expectation": rated, "importance": importance, "satisfied": satisfied}
    return pl.concat([scale.with_columns(measure_code=pl.lit(code)) for code, scale in measures.items()])


def _sums() -> list[pl.Expr]:
    """Exact sums over the levels of one item and measure."""
    weight, level = (pl.col("sum_weight").cast(pl.Decimal(38, 6)) * MICRO).cast(pl.Int128), pl.col("level").cast(pl.Int128)
    top, bottom = pl.col("level") > pl.col("high") - TWO, pl.col("level") == pl.col("low")
    return [
        pl.col("n_answers", "sum_weight_squared").sum(),
        weight.sum().alias("weight"),
        (weight * level).sum().alias("weighted"),
        (weight * level * level).sum().alias("weighted_square"),
        weight.filter(top).sum().alias("top2_weight"),
        pl.col("n_answers").filter(top).sum().alias("n_top2"),
        pl.col("n_answers").filter(bottom).sum().alias("n_bottom_box"),
    ]


def _spread() -> pl.Expr:
    """W * sum w x^2 - (sum w x)^2 as an exact integer: W^2 times the second central moment."""
    return pl.col("weight") * pl.col("weighted_square") - pl.col("weighted") * pl.col("weighted")


def _satisfaction(means: pl.DataFrame) -> pl.DataFrame:
    return means.filter(pl.col("measure_code") == "satisfaction").select(
        *SCOPE_KEYS, "item_code", "n_effective", "top2_share", "n_top2", "n_bottom_box",
        n_satisfaction="n_answers", satisfaction_score="mean", satisfaction_se="standard_error",
    )  # fmt: skip


def _importance(means: pl.DataFrame) -> pl.DataFrame:
    return means.filter(pl.col("measure_code") == "importance").select(
        *SCOPE_KEYS,
        "item_code",
        n_importance="n_answers",
        importance_score="mean",
        importance_se="standard_error",
        importance_n_effective="n_effective",
    )


def _scale_to_100(scores: pl.DataFrame, rule: IndexRule) -> pl.DataFrame:
    """Adds satisfaction_0to100 and its interval."""
    width = pl.col("scale_max") - pl.col("scale_min")
    points = ratio((pl.col("satisfaction_score") - pl.col("scale_min")) * 100, width)
    t = t_quantile(scores["n_effective"] - 1, rule.confidence).alias("t")
    error = pl.col("satisfaction_se") * 100 / width
    with_points = scores.with_columns(t, satisfaction_0to100=points, satisfaction_0to100_se=error)
    interval = index_interval(pl.col("satisfaction_0to100"), pl.col("satisfaction_0to100_se"), pl.col("t"))
    return with_points.with_columns(**interval)
