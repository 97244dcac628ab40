"""Attainability against trying every count, and coherence against figures that were made from real counts."""

from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.metrics.attainability import classify_attainability
from orchestration.metrics.coherence import classify_coherence
from orchestration.metrics.printed import PrintedRule, Rounding

MODES: dict[Rounding, tuple[str, ...]] = {
    "nearest": (ROUND_HALF_UP, ROUND_HALF_DOWN), "half_up": (ROUND_HALF_UP,), "half_even": (ROUND_HALF_EVEN,), "truncated": (ROUND_DOWN,),
}  # fmt: skip
RULES = st.sampled_from(list(MODES))
FEW = settings(max_examples=60, deadline=None)


def show(value: Fraction, decimals: int, mode: str) -> str:
    """The value as printed: exact, since a fraction of small numbers is compared in units of the last place."""
    scaled = value * 10**decimals
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    # a decimal with the same rest on the same side of one half rounds as the fraction does
    side = (Fraction(rest, scaled.denominator) > Fraction(1, 2)) - (Fraction(rest, scaled.denominator) < Fraction(1, 2))
    stand_in = Decimal(whole) + (Decimal(0) if rest == 0 else Decimal("0.5") + Decimal("0.1") * side)
    digits = str(int(stand_in.quantize(Decimal(1), rounding=mode))).zfill(decimals + 1)
    return f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits


@FEW
@given(st.data(), st.integers(1, 60), st.integers(0, 2), RULES, st.booleans())
def test_possible_means_that_some_count_gives_it(data: st.DataObject, n: int, decimals: int, rounding: Rounding, is_share: bool):
    low, high = (0, n) if is_share else (n, 5 * n)
    factor = 100 if is_share else 1
    by_count = {k: {show(Fraction(factor * k, n), decimals, mode) for mode in MODES[rounding]} for k in range(low, high + 1)}
    attainable = sorted(set().union(*by_count.values()))
    free = st.integers(0, factor * 6 * 10**decimals).map(lambda d: show(Fraction(d, 10**decimals), decimals, ROUND_DOWN))
    printed = data.draw(st.lists(st.sampled_from(attainable) | free, min_size=1, max_size=20))
    frame = pl.DataFrame({"printed": printed}).with_columns(
        figure_kind=pl.lit("per_cent" if is_share else "mean"), n_base=pl.lit(n), n_items=pl.lit(None, pl.Int64),
        level_min=pl.lit(1), level_max=pl.lit(5), is_weighted=pl.lit(value=False), is_imputed=pl.lit(value=False),
    )  # fmt: skip
    for row in classify_attainability(frame, rule=PrintedRule(rounding=rounding)).iter_rows(named=True):
        givers = [k for k, texts in by_count.items() if row["printed"] in texts]
        if row["attainability"] == "possible":
            assert givers == list(range(row["lowest_count"], row["highest_count"] + 1))
        elif row["attainability"] == "impossible":
            assert not givers
        else:
            assert n >= factor * 10**decimals


@FEW
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=5), st.integers(0, 2), RULES, st.booleans())
def test_figures_of_real_counts_agree(groups: list[tuple[int, int]], decimals: int, rounding: Rounding, shows_bases: bool):
    """Yes and no of each group: the overall rate agrees with the groups, and the groups' shares of all people with 100."""
    mode, total = MODES[rounding][0], sum(yes + no for yes, no in groups)
    if not total:
        return
    rates = {"": (sum(yes for yes, _ in groups), total)} | {str(i): (yes, yes + no) for i, (yes, no) in enumerate(groups)}
    shares = {str(i): (yes + no, total) for i, (yes, no) in enumerate(groups)}
    rows = [
        {
            "partition_code": code, "part_code": part, "printed": show(Fraction(100 * k, n), decimals, mode) if n else None,
            "n_base": n if shows_bases or not n else None, "item_code": code, "base_kind": "respondents", "unit": "per_cent",
        }
        for code, cells in (("groups", rates), ("single_answer", shares))
        for part, (k, n) in cells.items()
    ]  # fmt: skip
    partitions = pl.DataFrame({"partition_code": ["groups", "single_answer"], "n_parts": len(groups)}).with_columns(
        partition_kind="partition_code"
    )
    schema = {"printed": pl.String, "n_base": pl.Int64}
    result = classify_coherence(pl.DataFrame(rows, schema_overrides=schema), partitions, rule=PrintedRule(rounding=rounding))
    assert result["coherence"].to_list() == ["coherent", "coherent"]


@FEW
@given(st.lists(st.integers(0, 100), min_size=2, max_size=5), st.integers(0, 100))
def test_an_overall_rate_more_than_a_unit_outside_its_parts_is_found(rates: list[int], whole: int):
    rows = [
        {"partition_code": "p", "part_code": code, "printed": str(rate), "n_base": None, "item_code": "i", "base_kind": "r", "unit": "u"}
        for code, rate in [("", whole), *((f"g{i}", rate) for i, rate in enumerate(rates))]
    ]
    partitions = pl.DataFrame({"partition_code": ["p"], "partition_kind": ["groups"], "n_parts": [len(rates)]})
    result = classify_coherence(pl.DataFrame(rows, schema_overrides={"n_base": pl.Int64}), partitions, rule=PrintedRule())
    assert (result["coherence"].item() == "coherent") == (min(rates) - 1 <= whole <= max(rates) + 1)
