"""Quantiles, tails, Wilson limits and Benjamini-Hochberg as series and expressions.

scipy.special is used directly: scipy.stats takes seconds to import and adds nothing to these.
"""

import numpy as np
import polars as pl
from scipy.special import ndtr, ndtri, stdtr, stdtrit


def normal_quantile(confidence: float) -> float:
    """The z of a two-sided interval: 1.96 at 0.95."""
    return float(ndtri((1 + confidence) / 2))


def normal_point(probability: float) -> float:
    """The z below which lies `probability`: 0.84 at 0.80."""
    return float(ndtri(probability))


def normal_p_value(z: pl.Series) -> pl.Series:
    """Two-sided p of a standard normal statistic; null where z is null."""
    return _series(2 * ndtr(-np.abs(_floats(z))), z.name)


def t_quantile(degrees: pl.Series, confidence: float) -> pl.Series:
    """The t of a two-sided interval at each number of degrees of freedom; null where it is null or not above 0."""
    values = _positive(degrees)
    return _series(stdtrit(values, (1 + confidence) / 2), degrees.name)


def t_p_value(degrees: pl.Series, t: pl.Series) -> pl.Series:
    """Two-sided p of Student's t; null where either is null or the degrees are not above 0. An infinite t has p 0."""
    return _series(2 * stdtr(_positive(degrees), -np.abs(_floats(t))), t.name)


def wilson_low(share: pl.Expr, n: pl.Expr, z: float) -> pl.Expr:
    """Lower Wilson limit of a share over n (effective) observations; null where n is not above 0."""
    return _wilson(share, n, z, -1.0).clip(0.0, 1.0)


def wilson_high(share: pl.Expr, n: pl.Expr, z: float) -> pl.Expr:
    """Upper Wilson limit of a share over n (effective) observations; null where n is not above 0."""
    return _wilson(share, n, z, 1.0).clip(0.0, 1.0)


def false_discovery_q(p: str, family: list[str]) -> pl.Expr:
    """Benjamini-Hochberg q of the column `p` within each family: min over larger p of p * m / rank. Null p are no members.

    Equal p share the largest of their ranks, so that the order of the rows cannot change a q.
    """
    members = pl.col(p).count()
    scaled = pl.col(p) * members / pl.col(p).rank("max")
    by_size = scaled.sort_by(p, nulls_last=True).reverse().cum_min().reverse()
    back = pl.col(p).rank("ordinal").cast(pl.Int64) - 1
    return pl.when(pl.col(p).is_not_null()).then(by_size.gather(back.fill_null(0)).clip(0.0, 1.0)).over(family)


def _wilson(share: pl.Expr, n: pl.Expr, z: float, side: float) -> pl.Expr:
    square = z * z
    half = z * (share * (1 - share) / n + square / (4 * n * n)).sqrt()
    return pl.when(n > 0).then((share + square / (2 * n) + side * half) / (1 + square / n))


def _floats(series: pl.Series) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return series.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _positive(series: pl.Series) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    values = _floats(series)
    return np.where(values > 0, values, np.nan)


def _series(values: "np.ndarray[tuple[int], np.dtype[np.float64]]", name: str) -> pl.Series:
    return pl.Series(name, values, dtype=pl.Float64).fill_nan(None)
