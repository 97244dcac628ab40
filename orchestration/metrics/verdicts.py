"""One verdict on every change, the same for all readers: METHODS 11.

Survey figures are samples and are tested; KPIs are a census and are judged by their own process and against their plan.
The declared family of a month is: the overall index of every scope, and dimensions and items of the whole company, each
against the previous month, the same month last year and (overall index) its target. The two months are taken as
independent samples; where the same customers answer in both, the true error is smaller, so no word is said too early.
"""

import polars as pl

from orchestration.metrics.comparisons import compare_months, compare_targets, survey_figures
from orchestration.metrics.frames import at_least, shape_frame
from orchestration.metrics.parameters import VerdictRule
from orchestration.metrics.statistics import false_discovery_q, normal_point, normal_quantile, t_p_value, t_quantile
from orchestration.schemas.indices import VERDICTS

BETTER, WORSE, SMALL, STEADY, CANNOT_TELL = "better", "worse", "changed but small", "steady", "cannot tell"
NO_VALUE, NO_REFERENCE, SMALL_BASE = "no value", "nothing to compare with", "base too small"
NO_HISTORY, INSIDE, OUTSIDE = "not enough history", "inside the process limits", "outside the process limits"
CENSUS, TESTED, EQUIVALENT = "census against target", "tested", "interval within what matters"
NO_EVIDENCE = "no evidence of a change or of none"
OPEN_COHORT = "open_cohort"


def compare_figures(
    overall: pl.DataFrame, dimensions: pl.DataFrame, items: pl.DataFrame, kpis: pl.DataFrame,
    targets: pl.DataFrame, metrics: pl.DataFrame, *, rule: VerdictRule,
) -> pl.DataFrame:  # fmt: skip
    """Rows of indices.verdicts for every month.

    overall, dimensions, items, kpis: the tables of schema indices; targets, metrics: config.targets, config.metrics.
    """
    figures = survey_figures(overall, dimensions, items, rule=rule)
    sampled = pl.concat([compare_months(figures), compare_targets(figures, targets)], how="diagonal_relaxed")
    tested = judge_samples(estimate_differences(sampled, rule=rule), rule=rule)
    counted = judge_kpis(kpis, targets, metrics, rule=rule)
    return shape_frame(pl.concat([tested, counted], how="diagonal_relaxed"), VERDICTS)


def estimate_differences(pairs: pl.DataFrame, *, rule: VerdictRule) -> pl.DataFrame:
    """The frame with difference, its interval, two-sided p (Welch), q (Benjamini-Hochberg per month) and smallest_detectable.

    In: value, standard_error, n_effective, reference_value, reference_se, reference_n_effective (a target: error 0).
    Interval at `rule.confidence`; steady_low, steady_high: the interval of the two one-sided tests, 90 % at 0.95.
    smallest_detectable = (z of the two-sided test + z of the power) * standard error of the difference.
    A pair whose base is too small is not tested and not in the family.
    """
    a, b = pl.col("standard_error").pow(2), pl.col("reference_se").pow(2)
    usable = pl.min_horizontal("n_effective", "reference_n_effective") >= rule.hide_below_n
    compared = pairs.with_columns(difference=pl.col("value") - pl.col("reference_value"), error=pl.when(usable).then((a + b).sqrt()))
    parts = a.pow(2) / (pl.col("n_effective") - 1) + (b.pow(2) / (pl.col("reference_n_effective") - 1)).fill_null(0.0)
    degrees = (a + b).pow(2) / parts
    spread = compared.with_columns(degrees=pl.when(pl.col("error") > 0).then(degrees), is_usable=usable)
    tested = spread.with_columns(_p_values(spread), *_quantiles(spread, rule)).with_columns(
        q_value=false_discovery_q("p_value", ["month_start_date"]),
        smallest_detectable=(normal_quantile(rule.confidence) + normal_point(rule.power)) * pl.col("error"),
    )
    difference, error = pl.col("difference"), pl.col("error")
    bounds = {"difference": pl.col("t"), "steady": pl.col("t_steady")}
    low = {f"{name}_low": difference - t * error for name, t in bounds.items()}
    return tested.with_columns(**low, **{f"{name}_high": difference + t * error for name, t in bounds.items()})


def judge_samples(tested: pl.DataFrame, *, rule: VerdictRule) -> pl.DataFrame:
    """The frame with verdict and reason. Higher is better for every survey figure.

    better, worse: q within the false discovery rate and the difference reaches matters_from; changed but small: q within it,
    the difference below; steady: the 90 % interval of the difference lies within -+ matters_from; otherwise cannot tell.
    """
    difference, matters = pl.col("difference"), pl.col("matters_from")
    found = pl.col("q_value") <= rule.false_discovery_rate
    is_large = at_least(difference.abs(), matters)
    is_steady = (pl.col("steady_low") > -matters) & (pl.col("steady_high") < matters)
    side = pl.when(difference > 0).then(pl.lit(BETTER)).otherwise(pl.lit(WORSE))
    small = ~pl.col("is_usable") | pl.col("p_value").is_null()
    undecided = pl.when(is_steady).then(pl.lit(EQUIVALENT)).otherwise(pl.lit(NO_EVIDENCE))
    tried = pl.when(small).then(pl.lit(SMALL_BASE)).when(found).then(pl.lit(TESTED)).otherwise(undecided)
    reason = _unless_missing(tried, no_reference=pl.lit(NO_REFERENCE))
    changed = pl.when(is_large).then(side).otherwise(pl.lit(SMALL))
    unchanged = pl.when(pl.col("reason") == EQUIVALENT).then(pl.lit(STEADY)).otherwise(pl.lit(CANNOT_TELL))
    word = pl.when(pl.col("reason") == TESTED).then(changed).otherwise(unchanged)
    return tested.with_columns(reason=reason).with_columns(verdict=word)


def judge_kpis(kpis: pl.DataFrame, targets: pl.DataFrame, metrics: pl.DataFrame, *, rule: VerdictRule) -> pl.DataFrame:
    """Every KPI against its process (comparison 'process') and its plan ('target'), with verdict and reason.

    process: inside the limits steady; outside them better or worse by the metric's direction, changed but small if the value
    is nearer than matters_from to the centre; without limits cannot tell. target: better or worse from matters_from on, by
    direction, else steady. matters_from: share_matters_from for shares, average_matters_from for all other units.
    A metric of an open cohort cannot tell in any comparison: a young month differs from an old one by its age alone.
    """
    facts = metrics.select("metric_code", "unit", "direction", "is_open_cohort")
    figures = kpis.join(facts, on="metric_code").with_columns(
        matters_from=pl.when(pl.col("unit") == "share").then(rule.share_matters_from).otherwise(rule.average_matters_from),
        subject_code=pl.format("kpi:{}", "metric_code"),
        n_base="denominator",
    )
    process = figures.with_columns(reference_value="process_centre", comparison_code=pl.lit("process"))
    named = figures.with_columns(target_code="metric_code")
    compared = pl.concat([process, compare_targets(named, targets)], how="diagonal_relaxed")
    differences = compared.with_columns(difference=pl.col("value") - pl.col("reference_value"))
    return _judged_census(differences).with_columns(pl.lit(None, pl.Float64).alias(name) for name in SAMPLE_COLUMNS)


SAMPLE_COLUMNS = ("difference_low", "difference_high", "p_value", "q_value", "smallest_detectable")


def _judged_census(differences: pl.DataFrame) -> pl.DataFrame:
    difference, value = pl.col("difference"), pl.col("value")
    is_large = at_least(difference.abs(), pl.col("matters_from"))
    is_process = pl.col("comparison_code") == "process"
    is_inside = at_least(value, pl.col("process_low")) & at_least(pl.col("process_high"), value)
    is_good = (difference > 0) == (pl.col("direction") == "higher_is_better")
    side = pl.when(is_good).then(pl.lit(BETTER)).otherwise(pl.lit(WORSE))
    absent = pl.when(is_process).then(pl.lit(NO_HISTORY)).otherwise(pl.lit(NO_REFERENCE))
    tried = pl.when(~is_process).then(pl.lit(CENSUS)).when(is_inside).then(pl.lit(INSIDE)).otherwise(pl.lit(OUTSIDE))
    judged = pl.when(pl.col("is_open_cohort")).then(pl.lit(OPEN_COHORT)).otherwise(tried)
    reason = _unless_missing(judged, no_reference=absent)
    small = pl.when(is_process).then(pl.lit(SMALL)).otherwise(pl.lit(STEADY))
    moved = pl.when(pl.col("reason") == INSIDE).then(pl.lit(STEADY)).when(is_large).then(side).otherwise(small)
    is_unknown = pl.col("reason").is_in([NO_VALUE, NO_HISTORY, NO_REFERENCE, OPEN_COHORT])
    word = pl.when(is_unknown).then(pl.lit(CANNOT_TELL)).otherwise(moved)
    return differences.with_columns(reason=reason).with_columns(verdict=word)


def _unless_missing(reason: pl.Expr, *, no_reference: pl.Expr) -> pl.Expr:
    """The reason, but where value or reference do not exist that is the reason."""
    known = pl.when(pl.col("reference_value").is_null()).then(no_reference).otherwise(reason)
    return pl.when(pl.col("value").is_null()).then(pl.lit(NO_VALUE)).otherwise(known)


def _p_values(spread: pl.DataFrame) -> pl.Expr:
    """Welch's p; without any spread 1 for equal figures and 0 for different ones."""
    t = spread.select(pl.when(pl.col("error") > 0).then(pl.col("difference") / pl.col("error"))).to_series()
    p = t_p_value(spread["degrees"], t)
    certain = pl.when(pl.col("error") == 0).then((pl.col("difference") == 0).cast(pl.Float64))
    return pl.coalesce(pl.lit(p), certain).alias("p_value")


def _quantiles(spread: pl.DataFrame, rule: VerdictRule) -> list[pl.Expr]:
    """The t of the interval and of the two one-sided tests; 0 where there is no spread."""
    confidences = {"t": rule.confidence, "t_steady": 2 * rule.confidence - 1}
    known = {name: t_quantile(spread["degrees"], level) for name, level in confidences.items()}
    return [pl.coalesce(pl.lit(t), pl.when(pl.col("error") == 0).then(0.0)).alias(name) for name, t in known.items()]
