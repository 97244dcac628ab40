"""Dimension scores and the overall index with their intervals: METHODS 1 and 7."""

import polars as pl

from orchestration.config.models import Model
from orchestration.metrics.frames import month_span, ratio, shape_frame
from orchestration.metrics.item_weights import fiscal_year
from orchestration.metrics.likert import index_interval
from orchestration.metrics.parameters import IndexRule, definition_hash
from orchestration.metrics.responses import POOLED_MONTHS, SCOPE_KEYS, SINGLE_MONTH
from orchestration.metrics.statistics import t_quantile
from orchestration.schemas.indices import DIMENSION_SCORES, OVERALL_SCORES


class AcsiFormula(Model):
    """Scale and unstandardised outer weights of the indicators of an ACSI score."""

    weights: dict[str, float]
    scale_min: float = 1
    scale_max: float = 10


def score_acsi(cases: pl.DataFrame, *, formula: AcsiFormula) -> pl.DataFrame:
    """The frame with acsi_0to100 = 100 * sum w_k (x_k - min) / (range * sum w_k); null if an indicator is null.

    One column per indicator, named as in `formula.weights`. All at the minimum give 0, all at the maximum 100.
    Source: Fornell et al. 1996.
    """
    terms = [(pl.col(name) - formula.scale_min) * weight for name, weight in formula.weights.items()]
    width = (formula.scale_max - formula.scale_min) * sum(formula.weights.values())
    total = pl.sum_horizontal(terms, ignore_nulls=False)
    return cases.with_columns(acsi_0to100=100 * total / width)


def score_overall(
    scores: pl.DataFrame, covariances: pl.DataFrame, responses: pl.DataFrame, weights: pl.DataFrame, items: pl.DataFrame, *, rule: IndexRule
) -> pl.DataFrame:
    """Rows of indices.overall_scores: index = sum w_i * 0-100(S_i), weights scaled to 1 over the items answered in the scope.

    scores: `score_items`; covariances: `estimate_covariances`; responses: `pool_responses`; weights: `headline_weights`.
    The base of an index that is one question is its ratings, else the valid responses. Every scope ever seen has a row in
    every month; base_state says why an index is null or not to be shown.
    """
    weighted = _weighted_items(scores, weights, items, rule)
    index = _weighted_mean(weighted, covariances, [], rule)
    bases = _bases(weighted, responses)
    rules = weights.select("instrument_code", used="headline_rule").unique("instrument_code", keep="any")
    rows = _all_scopes(index, bases).join(bases, on=SCOPE_KEYS, how="left").join(index, on=SCOPE_KEYS, how="left")
    named = rows.join(rules, on="instrument_code", how="left").with_columns(
        pl.col("n_responses", "n_effective").fill_null(0), headline_rule=pl.col("used").fill_null(rule.headline)
    )
    return shape_frame(named.with_columns(_base_state(rule), _overall_fingerprint(weights, rule)), OVERALL_SCORES)


def score_dimensions(
    scores: pl.DataFrame, covariances: pl.DataFrame, weights: pl.DataFrame, items: pl.DataFrame, *, rule: IndexRule
) -> pl.DataFrame:
    """Rows of indices.dimension_scores: the weighted mean of the dimension's items, weights as in the overall index.

    n_responses: ratings of its most answered item; n_items: items with an answer.
    """
    dimensions = items.filter(pl.col("dimension_code").is_not_null()).select("instrument_code", "item_code", "dimension_code")
    weighted = _weighted_items(scores, weights, items, rule).join(dimensions, on=["instrument_code", "item_code"])
    index = _weighted_mean(weighted, covariances, ["dimension_code"], rule)
    bases = weighted.group_by(*SCOPE_KEYS, "dimension_code").agg(
        n_responses=pl.max("n_satisfaction"), n_effective=pl.max("n_effective"), n_items=pl.len()
    )
    mark = definition_hash("dimension_scores", **_definition(rule))
    return shape_frame(index.join(bases, on=[*SCOPE_KEYS, "dimension_code"]).with_columns(fingerprint=pl.lit(mark)), DIMENSION_SCORES)


def _bases(weighted: pl.DataFrame, responses: pl.DataFrame) -> pl.DataFrame:
    """n_responses and n_effective per scope: of the overall question where that is the index, else of the valid responses."""
    question = weighted.filter(pl.col("headline_rule") == "overall_item").group_by(SCOPE_KEYS)
    rated = question.agg(n_responses=pl.max("n_satisfaction"), n_effective=pl.max("n_effective"))
    everybody = responses.select(
        *SCOPE_KEYS,
        n_responses="n_valid_answered",
        n_effective=ratio(pl.col("sum_weight").cast(pl.Float64).pow(2), pl.col("sum_weight_squared").cast(pl.Float64)),
    )
    return pl.concat([rated, everybody.join(rated, on=SCOPE_KEYS, how="anti")])


def _weighted_items(scores: pl.DataFrame, weights: pl.DataFrame, items: pl.DataFrame, rule: IndexRule) -> pl.DataFrame:
    """Answered items with their weight of the month's fiscal year and `points`, the 0-100 points of one level."""
    points = items.select("instrument_code", "item_code", points=100 / (pl.col("scale_max") - pl.col("scale_min")))
    year = fiscal_year(pl.col("month_start_date"), rule.fiscal_year_starts)
    answered = scores.filter(pl.col("satisfaction_0to100").is_not_null()).with_columns(year)
    keys = ["fiscal_year", "instrument_code", "item_code"]
    return answered.join(weights, on=keys).join(points, on=["instrument_code", "item_code"])


def _weighted_mean(weighted: pl.DataFrame, covariances: pl.DataFrame, group: list[str], rule: IndexRule) -> pl.DataFrame:
    """Index, standard error and interval per scope and group. Var(sum w_i S_i) = sum_ij w_i w_j Cov(S_i, S_j)."""
    keys = [*SCOPE_KEYS, *group]
    scaled = weighted.with_columns(share=ratio(pl.col("weight_share"), pl.col("weight_share").sum().over(keys))).sort(*keys, "item_code")
    index = scaled.group_by(keys, maintain_order=True).agg(
        index_0to100=(pl.col("share") * pl.col("satisfaction_0to100")).sum(), degrees=pl.max("n_effective") - 1, n_items=pl.len()
    )
    errors = index.join(_variance(scaled, covariances, keys), on=keys, how="left")
    complete = (pl.col("n_variances") == pl.col("n_items")) & (pl.col("variance") >= 0)
    with_error = errors.with_columns(
        pl.col("index_0to100").clip(0.0, 100.0),
        standard_error=pl.when(complete).then(pl.col("variance").sqrt()),
        t=t_quantile(errors["degrees"], rule.confidence),
    )
    interval = index_interval(pl.col("index_0to100"), pl.col("standard_error"), pl.col("t"))
    return with_error.select(*keys, "index_0to100", "standard_error", **interval)


def _variance(scaled: pl.DataFrame, covariances: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Variance of the weighted mean, and how many of its items have a variance at all."""
    slope = scaled.select(*keys, item_a="item_code", slope_a=pl.col("share") * pl.col("points"))
    other = slope.rename({"item_a": "item_b", "slope_a": "slope_b"})
    satisfaction = covariances.filter((pl.col("measure_a") == "satisfaction") & (pl.col("measure_b") == "satisfaction"))
    terms = satisfaction.join(slope, on=[*SCOPE_KEYS, "item_a"]).join(other, on=[*keys, "item_b"]).sort(*keys, "item_a", "item_b")
    is_same = pl.col("item_a") == pl.col("item_b")
    term = pl.col("slope_a") * pl.col("slope_b") * pl.col("covariance") * pl.when(is_same).then(1.0).otherwise(2.0)
    n_variances = (is_same & pl.col("covariance").is_not_null()).sum()
    return terms.group_by(keys, maintain_order=True).agg(variance=term.sum(), n_variances=n_variances)


def _all_scopes(index: pl.DataFrame, bases: pl.DataFrame) -> pl.DataFrame:
    """Every scope ever seen in every month of both windows."""
    seen = pl.concat([index.select(SCOPE_KEYS), bases.select(SCOPE_KEYS)])
    if seen.is_empty():
        return seen
    first, last = seen["month_start_date"].min(), seen["month_start_date"].max()
    months = month_span(first, last).to_frame()  # type: ignore[arg-type]
    windows = pl.DataFrame({"window_months": [SINGLE_MONTH, POOLED_MONTHS]}, schema={"window_months": pl.Int32})
    scopes = seen.select("instrument_code", "segment_code", "region_code").unique()
    return months.join(windows, how="cross").join(scopes, how="cross").select(SCOPE_KEYS)


def _base_state(rule: IndexRule) -> pl.Expr:
    """What the effective base allows: hidden below hide_below_n, noted below note_below_n."""
    n, state = pl.col("n_effective"), pl.when(pl.col("index_0to100").is_null()).then(pl.lit("no_data"))
    small = state.when(n < rule.hide_below_n).then(pl.lit("too_few")).when(n < rule.note_below_n).then(pl.lit("small_base"))
    return small.otherwise(pl.lit("normal")).alias("base_state")


def _definition(rule: IndexRule) -> dict[str, object]:
    return {"headline": rule.headline, "fiscal_year_starts": rule.fiscal_year_starts, "confidence": rule.confidence}


def _overall_fingerprint(weights: pl.DataFrame, rule: IndexRule) -> pl.Expr:
    """Hash of rule, fiscal year, confidence and, per instrument, the items that count."""
    definition = _definition(rule)
    members = weights.group_by("instrument_code").agg(pl.col("item_code").unique().sort())
    marks = {code: definition_hash("overall_index", items=list(items), **definition) for code, items in members.iter_rows()}
    unknown = definition_hash("overall_index", items=[], **definition)
    return pl.col("instrument_code").replace_strict(marks, default=unknown, return_dtype=pl.String).alias("fingerprint")
