"""Quantiles, Wilson limits and false discovery rates against published figures and a second library."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.metrics.frames import at_least
from orchestration.metrics.statistics import (
    false_discovery_q,
    normal_p_value,
    normal_point,
    normal_quantile,
    t_p_value,
    t_quantile,
    wilson_high,
    wilson_low,
)


def wilson(share: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Both Wilson limits."""
    z = normal_quantile(confidence)
    return pl.select(low=wilson_low(pl.lit(share), pl.lit(n), z), high=wilson_high(pl.lit(share), pl.lit(n), z)).row(0)


@pytest.mark.parametrize(("share", "low", "high"), [(0.48, 42.2, 53.9), (0.55, 49.0, 60.6)])
def test_wilson_limits_of_the_securities_survey(share: float, low: float, high: float) -> None:
    count = round(share * 279)
    limits = wilson(count / 279, 279)
    assert [round(100 * x, 1) for x in limits] == pytest.approx([low, high], abs=0.15)


def test_half_is_not_excluded_by_55_per_cent_of_279() -> None:
    assert wilson(0.55, 279)[0] < 0.5


@pytest.mark.parametrize(("count", "n"), [(0, 10), (10, 10), (18, 20), (1, 1), (134, 279)])
def test_wilson_limits_are_those_of_statsmodels(count: int, n: int) -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    assert wilson(count / n, n) == pytest.approx(proportion.proportion_confint(count, n, method="wilson"), abs=1e-12)


def test_no_base_no_limits() -> None:
    assert wilson(0.5, 0.0) == (None, None)


def test_quantiles_are_the_tabulated_ones() -> None:
    assert normal_quantile(0.95) == pytest.approx(1.959963984540054)
    assert normal_point(0.80) == pytest.approx(0.8416212335729143)
    assert t_quantile(pl.Series([1.0, 10.0, None, 0.0]), 0.95).to_list() == pytest.approx([12.706204736, 2.228138852, None, None])


def test_tails_are_two_sided_and_null_where_nothing_is_known() -> None:
    assert normal_p_value(pl.Series([1.959963984540054, -1.959963984540054, None])).to_list() == pytest.approx([0.05, 0.05, None])
    assert t_p_value(pl.Series([10.0, None]), pl.Series([-2.228138852, 1.0])).to_list() == pytest.approx([0.05, None])


def q_values(p: list[float | None], family: list[int] | None = None) -> list[float | None]:
    """Benjamini-Hochberg q."""
    frame = pl.DataFrame({"p": p, "family": family or [0] * len(p)}, schema={"p": pl.Float64, "family": pl.Int64})
    return frame.select(false_discovery_q("p", ["family"])).to_series().to_list()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 1) | st.sampled_from([0.01, 0.02, 0.5]), min_size=1, max_size=12))
def test_q_is_that_of_the_definition(p: list[float]) -> None:
    m = len(p)
    ranks = sorted(p)
    expected = [min(min(ranks[j] * m / (j + 1) for j in range(m) if ranks[j] >= value), 1.0) for value in p]
    assert q_values(p) == pytest.approx(expected, abs=1e-12)


def test_q_counts_only_those_that_were_tested_and_each_family_for_itself() -> None:
    assert q_values([0.01, None, 0.04]) == pytest.approx([0.02, None, 0.04])
    assert q_values([0.01, 0.01], [1, 2]) == pytest.approx([0.01, 0.01])


def test_a_difference_of_one_point_reaches_one_point_whatever_its_float_says() -> None:
    assert 0.35 - 0.34 < 0.01
    assert pl.select(at_least(pl.lit(0.35) - pl.lit(0.34), 0.01)).item() is True
    assert pl.select(at_least(pl.lit(0.3499), 0.35)).item() is False
