"""Quadrants of the importance-performance map, and what to repair first: METHODS 2.

x = satisfaction, y = importance; A strength (high, high), B repair (low satisfaction, high importance), C opportunity
(low, low), D maintain (high satisfaction, low importance). A tie with the cross-hair is high. Source: tobacco retail.
Where respondents name the items that matter most, both axes are shares: satisfied of those who rated the item, named of all
respondents; and what to repair first follows the I-S rating = importance * (1 - satisfied). Source: ETC Institute.
"""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from statistics import median

import polars as pl

from orchestration.metrics.frames import ratio, shape_frame
from orchestration.metrics.membership import estimate_memberships
from orchestration.metrics.parameters import QuadrantCuts, definition_hash
from orchestration.metrics.responses import SCOPE_KEYS
from orchestration.schemas.indices import ITEM_QUADRANTS

NEAR = 1e-9
"""Distance below which a float does not decide on which side of a cut a mean lies: exact fractions do."""
ITEM_KEYS = [*SCOPE_KEYS, "item_code"]


def classify_quadrants(
    means: pl.DataFrame, covariances: pl.DataFrame, items: pl.DataFrame, *, cuts: QuadrantCuts, drawn: pl.DataFrame
) -> pl.DataFrame:
    """Rows of indices.item_quadrants for the index items that have both satisfaction and importance.

    means: `estimate_means`; covariances: `estimate_covariances`; drawn: the scopes whose probabilities are drawn (SCOPE_KEYS).
    Undecided: certainty below `cuts.undecided_below`, or not known. repair_rank: decided items of B by I-S rating, highest
    first, or by satisfaction minus importance, lowest first; then in the order of the questionnaire.
    """
    placed, shared = place_items(means, items, cuts=cuts), _of_axes(covariances, items, "measure_a", "measure_b")
    probabilities = estimate_memberships(placed, shared, cuts=cuts, drawn=drawn)
    errors = _errors(shared)
    rows = placed.join(probabilities, on=ITEM_KEYS, how="left").join(errors, on=ITEM_KEYS, how="left")
    codes = {code: pl.col(f"probability_{code.lower()}") for code in "ABCD"}
    certainty = pl.coalesce(pl.when(pl.col("quadrant_code") == code).then(share) for code, share in codes.items())
    judged = rows.with_columns(certainty=certainty, n_responses=pl.col("n_responses").fill_null(0)).with_columns(
        is_undecided=(pl.col("certainty") < cuts.undecided_below).fill_null(True),
        cut_rule=pl.lit(cuts.cut_rule),
        fingerprint=pl.when(pl.col("is_share")).then(pl.lit(_definition(cuts, axes="shares"))).otherwise(pl.lit(_definition(cuts))),
    )
    return shape_frame(_ranked(judged), ITEM_QUADRANTS)


def _definition(cuts: QuadrantCuts, **more: str) -> str:
    return definition_hash("item_quadrants", **cuts.model_dump(mode="json"), **more)


def place_items(means: pl.DataFrame, items: pl.DataFrame, *, cuts: QuadrantCuts) -> pl.DataFrame:
    """Each item's two means, the cross-hair of its scope and its quadrant, without probabilities.

    Cross-hair: scale_midpoint (min + max) / 2; grand_mean and median over the scope's items; target from the configuration
    (without one: grand_mean). Whether a mean within 1e-9 of its cut is high is decided by exact fractions.
    """
    axes = _axes(_of_axes(means, items, "measure_code"), items)
    lines = {f"cut_{axis}": _cut(axis, _rule(axis, cuts), cuts) for axis in ("satisfaction", "importance")}
    placed = axes.with_columns(**lines)
    for axis in ("satisfaction", "importance"):
        placed = _with_side(placed, axis, cuts)
    x, y = pl.col("high_satisfaction"), pl.col("high_importance")
    code = pl.when(x & y).then(pl.lit("A")).when(~x & y).then(pl.lit("B")).when(~x & ~y).then(pl.lit("C")).otherwise(pl.lit("D"))
    return placed.with_columns(quadrant_code=code)


def _of_axes(frame: pl.DataFrame, items: pl.DataFrame, *measures: str) -> pl.DataFrame:
    """The frame with the share of satisfied ratings as `satisfaction`, for questionnaires whose map is made of shares."""
    by_share = pl.col("instrument_code").is_in(items.filter(_is_share())["instrument_code"].unique().to_list())
    unused = pl.when(by_share).then(pl.lit("satisfaction")).otherwise(pl.lit("satisfied"))
    for measure in measures:
        kept = frame.filter(pl.col(measure) != unused)
        frame = kept.with_columns(pl.col(measure).replace({"satisfied": "satisfaction"}))
    return frame


def _is_share() -> pl.Expr:
    return pl.col("satisfied_from").is_not_null()


def _axes(means: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """One row per scope and index item that has both means, in the order of the questionnaire."""
    facts = items.filter(pl.col("in_index")).select(
        "instrument_code", "item_code", "item_order",
        satisfaction_span=pl.when(_is_share()).then(1).otherwise(pl.col("scale_min") + pl.col("scale_max")),
        importance_span=pl.col("importance_min") + pl.col("importance_max"), is_share=_is_share(),
    )  # fmt: skip
    axis = [_axis(means, name) for name in ("satisfaction", "importance")]
    both = axis[0].join(axis[1], on=ITEM_KEYS).join(facts, on=["instrument_code", "item_code"])
    satisfaction, importance, is_share = pl.col("satisfaction_score"), pl.col("importance_score"), pl.col("is_share")
    return both.with_columns(
        satisfaction_minus_importance=pl.when(~is_share).then(satisfaction - importance),
        importance_satisfaction_rating=pl.when(is_share).then(importance * (1 - satisfaction)),
    ).sort(*SCOPE_KEYS, "item_order", "item_code")


def _axis(means: pl.DataFrame, name: str) -> pl.DataFrame:
    rated = means.filter((pl.col("measure_code") == name) & pl.col("mean").is_not_null())
    score, weight, weighted = pl.col("mean"), pl.col("weight"), pl.col("weighted")
    return rated.select(*ITEM_KEYS, score.alias(f"{name}_score"), weight.alias(f"{name}_weight"), weighted.alias(f"{name}_weighted"))


def _rule(axis: str, cuts: QuadrantCuts) -> str:
    is_missing = cuts.cut_rule == "target" and _target(axis, cuts) is None
    return "grand_mean" if is_missing else cuts.cut_rule


def _target(axis: str, cuts: QuadrantCuts) -> float | None:
    return cuts.target_satisfaction if axis == "satisfaction" else cuts.target_importance


def _cut(axis: str, rule: str, cuts: QuadrantCuts) -> pl.Expr:
    score = pl.col(f"{axis}_score")
    if rule == "grand_mean":
        return score.mean().over(SCOPE_KEYS)
    if rule == "median":
        return score.median().over(SCOPE_KEYS)
    return pl.lit(_target(axis, cuts), pl.Float64) if rule == "target" else pl.col(f"{axis}_span") / 2


def _with_side(placed: pl.DataFrame, axis: str, cuts: QuadrantCuts) -> pl.DataFrame:
    """Adds high_<axis>: by floats where they are far from the cut, by fractions in every scope where one is near it."""
    distance = pl.col(f"{axis}_score") - pl.col(f"cut_{axis}")
    is_near = (distance.abs() < NEAR).any().over(SCOPE_KEYS)
    sided = placed.with_columns((distance >= 0).alias(f"high_{axis}"), is_near.alias("near"))
    exact = [_exact_side(scope, axis, cuts) for scope in sided.filter("near").partition_by(SCOPE_KEYS)]
    return pl.concat([sided.filter(~pl.col("near")), *exact]).drop("near").sort(*SCOPE_KEYS, "item_order", "item_code")


def _exact_side(scope: pl.DataFrame, axis: str, cuts: QuadrantCuts) -> pl.DataFrame:
    values = [Fraction(a, b) for a, b in scope.select(f"{axis}_weighted", f"{axis}_weight").iter_rows()]
    spans = scope[f"{axis}_span"].to_list()
    cut = _exact_cuts(_rule(axis, cuts), _target(axis, cuts))(values, spans)
    return scope.with_columns(pl.Series(f"high_{axis}", [value >= bound for value, bound in zip(values, cut, strict=True)]))


def _exact_cuts(rule: str, target: float | None) -> Callable[[list[Fraction], list[int | None]], list[Fraction]]:
    """The cross-hair as fractions, one per item; a target is the decimal number that was written."""
    if rule == "grand_mean":
        return lambda values, _: [sum(values, Fraction()) / len(values)] * len(values)
    if rule == "median":
        return lambda values, _: [Fraction(median(values))] * len(values)
    if rule == "target":
        return lambda values, _: [Fraction(Decimal(str(target)))] * len(values)
    return lambda _, spans: [Fraction(span or 0, 2) for span in spans]


def _errors(covariances: pl.DataFrame) -> pl.DataFrame:
    """Standard errors of an item's two means, the correlation of these errors, and the responses that rated both."""
    own = covariances.filter(pl.col("item_a") == pl.col("item_b")).rename({"item_a": "item_code"})
    first, second = pl.col("measure_a"), pl.col("measure_b")
    both = pl.concat_str(first.str.head(1), second.str.head(1))
    value = {name: pl.col("covariance").filter(both == name).first() for name in ("ss", "ii")}
    shared = own.with_columns(is_shared=both.is_in(["si", "is"]))
    sums = shared.group_by(ITEM_KEYS).agg(
        satisfaction_se=value["ss"].sqrt(),
        importance_se=value["ii"].sqrt(),
        covariance=pl.col("covariance").filter("is_shared").first(),
        n_responses=pl.col("n_pairs").filter("is_shared").first(),
    )
    product = pl.col("satisfaction_se") * pl.col("importance_se")
    correlation = pl.when(product > 0).then(ratio(pl.col("covariance"), product).clip(-1.0, 1.0)).when(product == 0).then(0.0)
    return sums.with_columns(correlation=correlation).drop("covariance")


def _ranked(rows: pl.DataFrame) -> pl.DataFrame:
    is_repair = (pl.col("quadrant_code") == "B") & ~pl.col("is_undecided")
    urgency = pl.coalesce(-pl.col("importance_satisfaction_rating"), pl.col("satisfaction_minus_importance"))
    ordered = rows.sort(*SCOPE_KEYS, urgency, "item_order")
    rank = pl.when(is_repair).then(is_repair.cast(pl.Int32).cum_sum().over(SCOPE_KEYS))
    return ordered.with_columns(repair_rank=rank)
