"""Weights of KPIs against slow second routes, and laws that hold for any input."""

from decimal import Decimal, localcontext
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.metrics.kpi_weights import AhpRule, weigh_by_entropy, weigh_by_judgements, weigh_declared

MANY = settings(max_examples=60, deadline=None)
SCALE = [Fraction(n) for n in range(1, 10)] + [Fraction(1, n) for n in range(2, 10)]
COLUMNS = st.integers(2, 5).flatmap(lambda m: st.lists(st.lists(st.integers(0, 50), min_size=m, max_size=m), min_size=1, max_size=5))


def exact_entropy(values: list[int]) -> Decimal:
    """E of one column with 40 digits."""
    total = sum(values)
    if total == 0:
        return Decimal(1)
    with localcontext(prec=40):
        shares = [Decimal(v) / Decimal(total) for v in values if v]
        return -sum((p * p.ln() for p in shares), Decimal(0)) / Decimal(len(values)).ln()


@MANY
@given(COLUMNS)
def test_entropy_weights_equal_those_of_forty_digits(columns: list[list[int]]) -> None:
    frame = weigh_by_entropy(pl.DataFrame({str(n): [float(v) for v in column] for n, column in enumerate(columns)}))
    entropies = [exact_entropy(column) for column in columns]
    assert frame["entropy"].to_list() == pytest.approx([float(e) for e in entropies], abs=1e-12)
    spread = [1 - e if len(set(column)) > 1 else Decimal(0) for e, column in zip(entropies, columns, strict=True)]
    if sum(spread) == 0:
        assert frame["weight_share"].null_count() == frame.height
    else:
        assert frame["weight_share"].to_list() == pytest.approx([float(s / sum(spread)) for s in spread], rel=1e-6, abs=1e-9)


@MANY
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=6))
def test_declared_weights_equal_the_exact_shares(weights: list[int]) -> None:
    codes = [str(n) for n in range(len(weights))]
    frame = weigh_declared(pl.DataFrame({"criterion_code": codes, "weight": weights}))
    exact = [float(Fraction(w, sum(weights))) for w in weights] if sum(weights) else [None] * len(weights)
    assert frame["weight_share"].to_list() == (pytest.approx(exact, abs=1e-15) if sum(weights) else exact)


@st.composite
def reciprocal(draw: st.DrawFn) -> list[list[Fraction]]:
    """A reciprocal matrix on Saaty's scale of 1/9 to 9."""
    n = draw(st.integers(2, 6))
    matrix = [[Fraction(1)] * n for _ in range(n)]
    for a in range(n):
        for b in range(a + 1, n):
            matrix[a][b] = draw(st.sampled_from(SCALE))
            matrix[b][a] = 1 / matrix[a][b]
    return matrix


def power_iteration(matrix: list[list[Fraction]]) -> tuple[list[float], float]:
    """Principal eigenvector and eigenvalue by repeated multiplication, without a linear algebra library."""
    n, rows = len(matrix), [[float(x) for x in row] for row in matrix]
    vector, largest = [1 / n] * n, 0.0
    for _ in range(300):
        product = [sum(x * y for x, y in zip(row, vector, strict=True)) for row in rows]
        largest = sum(product)
        vector = [x / largest for x in product]
    return vector, largest


def judge(matrix: list[list[Fraction]], limit: float) -> pl.DataFrame:
    """Weights of the matrix's upper half."""
    n = len(matrix)
    pairs = [(str(a), str(b), float(matrix[a][b])) for a in range(n) for b in range(a + 1, n)]
    frame = pl.DataFrame(pairs, schema={"first_code": str, "second_code": str, "times": float}, orient="row")
    return weigh_by_judgements(frame, [str(a) for a in range(n)], rule=AhpRule(consistency_limit=limit))


@MANY
@given(reciprocal())
def test_judged_weights_equal_those_of_power_iteration(matrix: list[list[Fraction]]) -> None:
    frame, (vector, largest) = judge(matrix, 100), power_iteration(matrix)
    assert frame["weight_share"].to_list() == pytest.approx(vector, abs=1e-9)
    n, index = len(matrix), {2: 1, 3: 0.58, 4: 0.90, 5: 1.12, 6: 1.24}
    assert frame["consistency_ratio"][0] == pytest.approx(0 if n == 2 else (largest - n) / (n - 1) / index[n], abs=1e-9)


@MANY
@given(reciprocal())
def test_weights_are_refused_exactly_where_the_ratio_is_above_the_limit(matrix: list[list[Fraction]]) -> None:
    frame = judge(matrix, 0.10)
    is_refused = frame["consistency_ratio"][0] > 0.10
    assert (frame["weight_share"].null_count() == frame.height) == (frame["reason"].null_count() == 0) == is_refused


@MANY
@given(st.lists(st.integers(1, 9), min_size=2, max_size=6))
def test_judgements_made_of_weights_are_consistent_and_give_them_back(weights: list[int]) -> None:
    matrix = [[Fraction(a, b) for b in weights] for a in weights]
    frame = judge(matrix, 1e-6)
    assert frame["weight_share"].to_list() == pytest.approx([w / sum(weights) for w in weights], abs=1e-9)
