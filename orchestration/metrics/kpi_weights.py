"""Weights of KPIs, which add up to 1 under one parent: declared, by pairwise judgements (AHP), by entropy: METHODS 13.

All three return the same columns: criterion_code, weight_share, reason. A null reason means that the method gave the weights; a
reason says why it could not, and then the weights are null: whoever uses them decides what stands in, and prints the reason.
"""

import math

import numpy as np
import polars as pl
from numpy.typing import NDArray

from orchestration.config.models import Model
from orchestration.metrics.frames import ratio

Floats = NDArray[np.float64]
RANDOM_INDEX = {3: 0.58, 4: 0.90, 5: 1.12, 6: 1.24, 7: 1.32, 8: 1.41, 9: 1.45, 10: 1.49}
"""Mean consistency index of random matrices of this size (Saaty 1980); one or two criteria are always consistent."""
ALWAYS_CONSISTENT = 2
RECIPROCAL = 1e-9
UNUSABLE = "a value is missing, negative or infinite"
NO_SPREAD = "no criterion differs between the cases"
TOO_FEW_CASES = "fewer than two cases"
NO_WEIGHT = "no criterion has a weight above 0"
BAD_WEIGHT = "a weight is missing, negative or infinite"
BAD_RATIO = "a judgement is missing, infinite or not above 0"
CONTRADICTED = "a pair is judged twice, and differently"
INCOMPLETE = "a pair is not judged"
TOO_MANY = "more criteria than the random index is published for"
LEAST_CASES = 2


class AhpRule(Model):
    """When pairwise judgements contradict each other too much to be used."""

    consistency_limit: float = 0.10


def weigh_declared(criteria: pl.DataFrame) -> pl.DataFrame:
    """One row per criterion: criterion_code, weight_share = weight / sum of weights, reason.

    In: criterion_code, weight. Null weights: one is missing, negative or infinite, or none is above 0; `reason` says which.
    """
    weight = pl.col("weight").cast(pl.Float64)
    is_bad = (weight.is_null() | ~weight.is_finite() | (weight < 0)).any()
    is_empty = weight.sum() == 0
    reason = pl.when(is_bad).then(pl.lit(BAD_WEIGHT)).when(is_empty).then(pl.lit(NO_WEIGHT))
    told = criteria.with_columns(reason=reason, share=ratio(weight, weight.sum()))
    return told.select("criterion_code", weight_share=pl.when(pl.col("reason").is_null()).then(pl.col("share")), reason="reason")


def weigh_by_entropy(cases: pl.DataFrame) -> pl.DataFrame:
    """One row per criterion: criterion_code, entropy (0 to 1), weight_share, reason.

    In: one row per case (month, region, alternative), one column per criterion, values not negative. p_ij = x_ij / sum_i x_ij,
    E_j = -sum_i p_ij ln p_ij / ln m over m cases, w_j = (1 - E_j) / sum (1 - E_j): what hardly differs between the cases hardly
    counts. A column of zeros differs nowhere: E = 1. A column with a value that is missing, negative or infinite has no entropy
    and no weight, and the others share its part. Null weights throughout: fewer than two cases, or no criterion differs.
    Source: Shannon 1948 as used by Xu 2004.
    """
    entropies = [_entropy(cases[name]) for name in cases.columns]
    frame = pl.DataFrame(
        {"criterion_code": cases.columns, "entropy": entropies}, schema={"criterion_code": pl.String, "entropy": pl.Float64}
    )
    spread = (1 - pl.col("entropy")).clip(0.0, None)
    too_few, flat = pl.lit(cases.height < LEAST_CASES), spread.sum() == 0
    common = pl.when(too_few).then(pl.lit(TOO_FEW_CASES)).when(pl.col("entropy").is_null()).then(pl.lit(UNUSABLE))
    reason = common.when(flat).then(pl.lit(NO_SPREAD))
    told = frame.with_columns(reason=reason, share=ratio(spread, spread.sum()))
    share = pl.when(pl.col("reason").is_null()).then(pl.col("share"))
    return told.select("criterion_code", "entropy", weight_share=share, reason="reason")


def weigh_by_judgements(judgements: pl.DataFrame, codes: list[str], *, rule: AhpRule) -> pl.DataFrame:
    """One row per criterion of `codes`: criterion_code, weight_share, consistency_ratio, reason (analytic hierarchy process).

    In: first_code, second_code, times: how many times as important the first is as the second; each pair once, in any order.
    weight_share: principal eigenvector of the reciprocal matrix, scaled to 1. consistency_ratio = (lambda_max - n) / (n - 1) /
    random index, 0 for one or two criteria; above `rule.consistency_limit` the judgements contradict each other and give no
    weights. Null with a reason: so, or a pair not judged, judged twice and differently, or not by a number above 0.
    Source: Saaty 2008.
    """
    matrix, reason = _matrix(judgements, codes)
    if reason:
        return _judged(codes, None, None, reason)
    weights, largest = _principal(matrix)
    consistency = _consistency(largest, len(codes))
    if consistency > rule.consistency_limit:
        reason = f"judgements contradict each other: consistency ratio {consistency:.2f} above {rule.consistency_limit:.2f}"
    return _judged(codes, None if reason else weights, consistency, reason)


def _entropy(values: pl.Series) -> float | None:
    """E of one criterion; null where a value is none, negative or infinite; 1 where nothing can differ."""
    numbers = values.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    if not np.isfinite(numbers).all() or (numbers < 0).any():
        return None
    total = numbers.sum()
    if numbers.size < LEAST_CASES or total == 0 or (numbers == numbers[0]).all():
        return 1.0
    shares = numbers[numbers > 0] / total
    return float(-(shares * np.log(shares)).sum() / math.log(numbers.size))


def _matrix(judgements: pl.DataFrame, codes: list[str]) -> tuple[Floats, str]:
    """The reciprocal matrix of the judgements, and why it cannot be used (empty: it can)."""
    place = {code: n for n, code in enumerate(codes)}
    matrix = np.where(np.eye(len(codes)) == 1, 1.0, np.nan)
    for first, second, times in judgements.select("first_code", "second_code", "times").iter_rows():
        if times is None or not math.isfinite(times) or times <= 0:
            return matrix, BAD_RATIO
        if first not in place or second not in place:
            continue
        a, b = place[first], place[second]
        known = matrix[a, b]
        if not math.isnan(known) and abs(known - times) > RECIPROCAL * times:
            return matrix, CONTRADICTED
        matrix[a, b], matrix[b, a] = times, 1 / times
    return matrix, _gap(matrix)


def _gap(matrix: Floats) -> str:
    if np.isnan(matrix).any():
        return INCOMPLETE
    return TOO_MANY if len(matrix) > max(RANDOM_INDEX) else ""


def _principal(matrix: Floats) -> tuple[Floats, float]:
    """The positive eigenvector of the largest eigenvalue, scaled to 1, and that eigenvalue (real by Perron and Frobenius)."""
    if len(matrix) == 0:
        return np.zeros(0), 0.0
    values, vectors = np.linalg.eig(matrix)
    largest = int(np.argmax(values.real))
    vector = np.abs(vectors[:, largest].real)
    return vector / vector.sum(), float(values[largest].real)


def _consistency(largest: float, n: int) -> float:
    if n <= ALWAYS_CONSISTENT:
        return 0.0
    return max(0.0, (largest - n) / (n - 1) / RANDOM_INDEX[n])


def _judged(codes: list[str], weights: Floats | None, consistency: float | None, reason: str) -> pl.DataFrame:
    shares = [None] * len(codes) if weights is None else weights.tolist()
    frame = pl.DataFrame(
        {"criterion_code": codes, "weight_share": shares}, schema={"criterion_code": pl.String, "weight_share": pl.Float64}
    )
    return frame.with_columns(consistency_ratio=pl.lit(consistency, pl.Float64), reason=pl.lit(reason or None, pl.String))
