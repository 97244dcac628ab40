"""Covariance of item means from pairwise cross-products: what every error of an index and of the quadrants rests on."""

import polars as pl

from orchestration.metrics.frames import ratio
from orchestration.metrics.responses import SCOPE_KEYS

ROUNDING = 1e-12
"""Relative size below which a central cross-product is what rounding left over of zero."""
SMALLEST_OVERLAP = 2
NEGLIGIBLE = 1e-9


def estimate_covariances(pairs: pl.DataFrame) -> pl.DataFrame:
    """One row per scope and pair of measures: n_pairs and the covariance of the two means (linearised, independent responses).

    covariance = c_ab * sum w^2 / (W_a * W_b): c_ab the weighted sample covariance and sum w^2 over the responses that rated
    both, W_a and W_b the sums of weights of all that rated each. Unweighted and complete that is cov / n.
    c_ab = (sum w a b / W - sum w a * sum w b / W^2) / (1 - sum w^2 / W^2).
    Null: the variance of a mean of fewer than two ratings. Two means with fewer than two raters in common: 0.
    """
    totals = pairs.filter(_is_diagonal()).select(*SCOPE_KEYS, "item_a", "measure_a", total="sum_weight")
    second = totals.rename({"item_a": "item_b", "measure_a": "measure_b", "total": "total_b"})
    both = pairs.join(totals, on=[*SCOPE_KEYS, "item_a", "measure_a"]).join(second, on=[*SCOPE_KEYS, "item_b", "measure_b"])
    numbers = both.with_columns(pl.col("^(sum|total).*$").cast(pl.Float64))
    estimate = _sample_covariance() * ratio(pl.col("sum_weight_squared"), pl.col("total") * pl.col("total_b"))
    unknown = pl.when(~_is_diagonal()).then(0.0)
    known = (pl.col("n_pairs") >= SMALLEST_OVERLAP) & (_kish() < 1 - NEGLIGIBLE)
    covariance = pl.when(known).then(estimate).otherwise(unknown)
    return numbers.select(*SCOPE_KEYS, "item_a", "measure_a", "item_b", "measure_b", "n_pairs", covariance=covariance)


def _is_diagonal() -> pl.Expr:
    return (pl.col("item_a") == pl.col("item_b")) & (pl.col("measure_a") == pl.col("measure_b"))


def _kish() -> pl.Expr:
    """Inverse of n_effective of the pair's base: sum w^2 / (sum w)^2."""
    return ratio(pl.col("sum_weight_squared"), pl.col("sum_weight").pow(2))


def _sample_covariance() -> pl.Expr:
    product, square = pl.col("sum_weight") * pl.col("sum_wab"), pl.col("sum_wa") * pl.col("sum_wb")
    central = pl.when((product - square).abs() > ROUNDING * product.abs()).then(product - square).otherwise(0.0)
    return ratio(central, pl.col("sum_weight").pow(2)) / (1 - _kish())
