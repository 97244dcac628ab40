"""Net promoter score with interval, and the comparison of two scores: METHODS 10."""

import polars as pl

from orchestration.metrics.frames import ratio, shape_frame
from orchestration.metrics.parameters import NpsRule, definition_hash
from orchestration.metrics.responses import SCOPE_KEYS
from orchestration.metrics.statistics import normal_p_value, normal_quantile
from orchestration.schemas.indices import NPS_SCORES

PROMOTER_LEVELS = 2
"""The two highest levels of the scale are promoters: 9 and 10 of 0-10."""
PASSIVE_LEVELS = 2
ADDED_ANSWERS = 3.0
ADDED_SHARE = 0.25
"""Adjusted Wald: three answers more, a quarter of them (3/4) promoters and a quarter detractors."""
FEWEST_ANSWERS = 2


def score_nps(levels: pl.DataFrame, items: pl.DataFrame, *, rule: NpsRule) -> pl.DataFrame:
    """Rows of indices.nps_scores from `pool_levels`: counts are of answers, the score is weighted."""
    scales = items.filter(pl.col("is_nps")).select("instrument_code", "item_code", high="scale_max")
    rated = levels.filter(pl.col("measure_code") == "satisfaction").join(scales, on=["instrument_code", "item_code"])
    counts = rated.group_by(SCOPE_KEYS).agg(*_counts()).with_columns(n_effective=_effective())
    mark = definition_hash("nps", interval=rule.interval, confidence=rule.confidence, promoters=PROMOTER_LEVELS, passives=PASSIVE_LEVELS)
    return shape_frame(estimate_nps(counts, rule=rule).with_columns(fingerprint=pl.lit(mark)), NPS_SCORES)


def estimate_nps(counts: pl.DataFrame, *, rule: NpsRule) -> pl.DataFrame:
    """The frame with nps (-1 to 1), variance of one answer, standard_error, interval_low and interval_high.

    In: promoter_weight, detractor_weight, total_weight, n_effective, n_answers. nps = p - d; variance = (p + d) - (p - d)^2.
    wald: nps -+ z * sqrt(variance / n). adjusted_wald: the same after adding 3 answers, 3/4 of them promoters and 3/4
    detractors, so that an interval of unanimous answers is not empty. Null: no answers; interval: fewer than two.
    """
    share = {name: ratio(pl.col(f"{name}_weight"), pl.col("total_weight")) for name in ("promoter", "detractor")}
    p, d, n = share["promoter"], share["detractor"], pl.col("n_effective")
    scored = counts.with_columns(nps=p - d, variance=_variance(p, d)).with_columns(standard_error=ratio(pl.col("variance"), n).sqrt())
    added = ADDED_ANSWERS if rule.interval == "adjusted_wald" else 0.0
    p_added, d_added = ((s * n + added * ADDED_SHARE) / (n + added) for s in (p, d))
    error = normal_quantile(rule.confidence) * ratio(_variance(p_added, d_added), n + added).sqrt()
    known, centre = pl.col("n_answers") >= FEWEST_ANSWERS, p_added - d_added
    ends = {"interval_low": centre - error, "interval_high": centre + error}
    return scored.with_columns(**{name: pl.when(known).then(end.clip(-1.0, 1.0)) for name, end in ends.items()})


def compare_nps(pairs: pl.DataFrame, *, rule: NpsRule) -> pl.DataFrame:
    """The frame with difference = nps - reference_nps of two independent samples, its standard error, interval and p_value.

    In: nps, standard_error, reference_nps, reference_standard_error. Null p: an unknown or zero error.
    """
    error = (pl.col("standard_error").pow(2) + pl.col("reference_standard_error").pow(2)).sqrt()
    difference, z = pl.col("nps") - pl.col("reference_nps"), normal_quantile(rule.confidence)
    compared = pairs.with_columns(difference=difference, difference_se=error)
    statistic = compared.select(ratio(pl.col("difference"), pl.col("difference_se"))).to_series()
    return compared.with_columns(
        normal_p_value(statistic).alias("p_value"),
        difference_low=pl.col("difference") - z * pl.col("difference_se"),
        difference_high=pl.col("difference") + z * pl.col("difference_se"),
    )


def _counts() -> list[pl.Expr]:
    """Counts of answers and sums of weights of promoters, passives and detractors."""
    level, high = pl.col("level"), pl.col("high")
    promoter, detractor = level > high - PROMOTER_LEVELS, level <= high - PROMOTER_LEVELS - PASSIVE_LEVELS
    groups = {"promoter": promoter, "passive": ~promoter & ~detractor, "detractor": detractor}
    numbers = [pl.col("n_answers").filter(mask).sum().alias(f"n_{name}s") for name, mask in groups.items()]
    weights = [pl.col("sum_weight").filter(mask).sum().cast(pl.Float64).alias(f"{name}_weight") for name, mask in groups.items()]
    total = pl.col("sum_weight").sum().cast(pl.Float64).alias("total_weight")
    return [*numbers, *weights, pl.col("n_answers").sum(), total, pl.col("sum_weight_squared").sum().cast(pl.Float64)]


def _effective() -> pl.Expr:
    return ratio(pl.col("total_weight").pow(2), pl.col("sum_weight_squared"))


def _variance(p: pl.Expr, d: pl.Expr) -> pl.Expr:
    return ((p + d) - (p - d).pow(2)).clip(0.0, None)
