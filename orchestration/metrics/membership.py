"""How sure a quadrant is: draws of the item means from their multivariate normal distribution (METHODS 3).

The cross-hair is drawn with the means: grand mean and median are computed anew in every draw. The largest difference to a
bootstrap of the respondents is about 0.02; the marginal counts alone, without covariances, miss it by more than 0.06.
"""

from datetime import date
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from orchestration.metrics.parameters import QuadrantCuts
from orchestration.metrics.responses import SCOPE_KEYS, SINGLE_MONTH
from orchestration.schemas.indices import ALL

Floats = NDArray[np.float64]
ROUNDING = 1e-9
"""A drawn mean this close to its cut is a tie, and a tie is high."""
AXES = ("satisfaction", "importance")
COLUMNS = ("probability_a", "probability_b", "probability_c", "probability_d")


def drawn_scopes(placed: pl.DataFrame, *, report_month: date, cuts: QuadrantCuts) -> pl.DataFrame:
    """The scopes whose probabilities are drawn: every scope and window of the reporting month, and some months before it.

    Before it the single months of the whole company, `cuts.months` in all. Elsewhere probabilities are null: not estimated.
    """
    month = pl.col("month_start_date")
    first = pl.lit(report_month).dt.offset_by(f"-{cuts.months - 1}mo")
    is_whole = (pl.col("segment_code") == ALL) & (pl.col("region_code") == ALL) & (pl.col("window_months") == SINGLE_MONTH)
    wanted = (month == report_month) | (is_whole & month.is_between(first, report_month))
    return placed.select(SCOPE_KEYS).unique().filter(wanted)


def estimate_memberships(placed: pl.DataFrame, covariances: pl.DataFrame, *, cuts: QuadrantCuts, drawn: pl.DataFrame) -> pl.DataFrame:
    """One row per item of a drawn scope: the shares of draws in A, B, C and D; null where a mean has no standard error."""
    schema = {name: placed.schema[name] for name in (*SCOPE_KEYS, "item_code")} | dict.fromkeys(COLUMNS, pl.Float64())
    wanted = placed.join(drawn, on=SCOPE_KEYS, how="semi").partition_by(SCOPE_KEYS, as_dict=True)
    parts = covariances.join(drawn, on=SCOPE_KEYS, how="semi").partition_by(SCOPE_KEYS, as_dict=True)
    rows = [_scope_memberships(scope, parts[key], cuts) for key, scope in wanted.items() if key in parts]
    return pl.concat([pl.DataFrame(schema=schema), *rows])


def _scope_memberships(scope: pl.DataFrame, covariances: pl.DataFrame, cuts: QuadrantCuts) -> pl.DataFrame:
    """The probabilities of one scope, null throughout if one of its means has no variance."""
    keys = scope.select(*SCOPE_KEYS, "item_code")
    matrix = _matrix(scope["item_code"].to_list(), covariances)
    if matrix is None:
        return keys.with_columns(pl.lit(None, pl.Float64).alias(name) for name in COLUMNS)
    centre = np.concatenate([scope[f"{axis}_score"].to_numpy() for axis in AXES])
    draws = centre + _noise(cuts.seed, cuts.draws, centre.size) @ _root(matrix)
    high = [_is_high(half, scope[f"cut_{axis}"].to_numpy(), cuts) for half, axis in zip(np.split(draws, 2, axis=1), AXES, strict=True)]
    return keys.with_columns(pl.Series(name, share) for name, share in zip(COLUMNS, _shares(*high), strict=True))


@lru_cache(maxsize=1)
def _noise(seed: int, n_draws: int, n_means: int) -> Floats:
    """The same standard normal draws for every scope: scopes then differ by their data alone."""
    return np.random.default_rng(seed).standard_normal((n_draws, n_means))


def _matrix(codes: list[str], covariances: pl.DataFrame) -> Floats | None:
    """Covariance of all satisfaction means, then all importance means; None where a variance is unknown."""
    place = {(axis, code): n for n, (axis, code) in enumerate((axis, code) for axis in AXES for code in codes)}
    matrix = np.zeros((len(place), len(place)))
    np.fill_diagonal(matrix, np.nan)
    for item_a, measure_a, item_b, measure_b, value in covariances.select(
        "item_a", "measure_a", "item_b", "measure_b", pl.col("covariance").fill_null(float("nan"))
    ).iter_rows():
        a, b = place.get((measure_a, item_a)), place.get((measure_b, item_b))
        if a is not None and b is not None:
            matrix[a, b] = matrix[b, a] = value
    return None if np.isnan(matrix).any() else matrix


def _root(matrix: Floats) -> Floats:
    """Symmetric square root after setting negative eigenvalues, which pairwise bases can make, to zero.

    Unlike a Cholesky factor it needs no order of items and no positive definite matrix, and it is unique.
    """
    values, vectors = np.linalg.eigh(matrix)
    root: Floats = (vectors * np.sqrt(np.clip(values, 0.0, None))) @ vectors.T
    return root


def _is_high(draws: Floats, fixed: Floats, cuts: QuadrantCuts) -> NDArray[np.bool_]:
    """Which drawn means reach the cut: their own draw's mean or median, or the fixed line."""
    bound: Floats = fixed[np.newaxis, :]
    if cuts.cut_rule == "grand_mean":
        bound = draws.mean(axis=1, keepdims=True)
    elif cuts.cut_rule == "median":
        bound = np.median(draws, axis=1, keepdims=True)
    return np.asarray(draws >= bound - ROUNDING)


def _shares(high_x: NDArray[np.bool_], high_y: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats, Floats]:
    """Shares of draws in A, B, C and D; they add up to 1."""
    n = high_x.shape[0]
    both, x, y = np.count_nonzero(high_x & high_y, axis=0), np.count_nonzero(high_x, axis=0), np.count_nonzero(high_y, axis=0)
    return both / n, (y - both) / n, (n - x - y + both) / n, (x - both) / n
