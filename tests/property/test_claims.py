"""Claims: what they may never say, whatever the figures are."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.reports.claims import (
    Above,
    Below,
    Claim,
    CountIs,
    IsFinal,
    IsKnown,
    IsProvisional,
    MoreThanHalf,
    NoteIs,
    RankIs,
    TextIs,
    VerdictIs,
    claim_from_arguments,
)
from orchestration.reports.claims_plans import MissedPlan, NearGoal, StreakMissed
from orchestration.reports.figure import Figure, FigureSet
from orchestration.reports.formatting import format_number, printed_number

Z = 1.959963984540054
shares = st.floats(0, 1)
values = st.floats(-1000, 1000)


def wilson(share, n):
    centre, spread = (
        (share + Z * Z / (2 * n)) / (1 + Z * Z / n),
        Z / (1 + Z * Z / n) * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)),
    )
    return centre - spread, centre + spread


def share_figure(share, n, code="share"):
    low, high = wilson(share, n)
    return Figure(figure_code=code, value=share, unit="share", decimals=1, interval_low=low, interval_high=high, n_base=n)


@pytest.mark.parametrize("share", [0.48, 0.55])
def test_more_than_half_of_279_is_not_established(share):
    """48 % of 279 is 42.2 to 53.9, 55 % is 49.0 to 60.6: neither excludes one half."""
    assert not MoreThanHalf("share").evaluate(FigureSet([share_figure(share, 279)]))


def test_more_than_half_where_the_interval_excludes_half():
    assert MoreThanHalf("share").evaluate(FigureSet([share_figure(0.60, 279)]))


@given(shares, st.integers(1, 5000))
def test_more_than_half_never_where_the_interval_covers_half(share, n):
    low, _ = wilson(share, n)
    assert MoreThanHalf("share").evaluate(FigureSet([share_figure(share, n)])) == (low > 0.5)


def items(scores, half):
    return FigureSet(
        Figure(
            figure_code=f"item.{number}.satisfaction",
            value=score,
            unit="score",
            decimals=2,
            interval_low=score - half,
            interval_high=score + half,
        )
        for number, score in enumerate(scores)
    )


@given(st.lists(st.floats(1, 5), min_size=2, max_size=18), st.floats(0, 0.5))
def test_lowest_of_all_only_beyond_both_intervals(scores, half):
    figures = items(scores, half)
    for number, score in enumerate(scores):
        said = RankIs(f"item.{number}.satisfaction", "item.", ".satisfaction", lowest=True).evaluate(figures)
        others = [other for position, other in enumerate(scores) if position != number]
        if said:
            assert score < min(others)
            assert min(others) - score > half


def test_lowest_of_eighteen_is_not_said_while_one_is_unknown():
    figures = items([3.0, *([4.0] * 17)], 0.01)
    assert RankIs("item.0.satisfaction", "item.", ".satisfaction", lowest=True).evaluate(figures)
    gap = FigureSet([*figures, Figure(figure_code="item.18.satisfaction", unit="score", decimals=2)])
    assert not RankIs("item.0.satisfaction", "item.", ".satisfaction", lowest=True).evaluate(gap)


def test_lower_than_all_others_fails_where_one_is_lower():
    """Desktops were called lower than all other PCs although notebooks were lower."""
    figures = FigureSet(
        Figure(figure_code=f"pc.{name}.score", value=score, unit="index", decimals=1)
        for name, score in (("server", 81.3), ("desktop", 78.4), ("notebook", 77.9))
    )
    assert not RankIs("pc.desktop.score", "pc.", ".score", lowest=True).evaluate(figures)
    assert RankIs("pc.notebook.score", "pc.", ".score", lowest=True).evaluate(figures)


@given(values, values, st.integers(0, 3))
def test_below_and_above_agree_with_what_is_printed(left, right, decimals):
    figures = FigureSet(
        Figure(figure_code=code, value=value, unit="index", decimals=decimals) for code, value in (("left", left), ("right", right))
    )
    printed = [float(printed_number(value, "index", decimals)) for value in (left, right)]
    assert Below("left", "right").evaluate(figures) == (printed[0] < printed[1])
    assert Above("left", "right").evaluate(figures) == (printed[0] > printed[1])
    if format_number(left, "en", decimals=decimals) == format_number(right, "en", decimals=decimals):
        assert not Below("left", "right").evaluate(figures)


def test_units_are_not_compared_with_each_other():
    """16 working days against 52 days whose unit nobody stated."""
    figures = FigureSet([Figure(figure_code="limit", value=16, unit="workdays"), Figure(figure_code="promise", value=52, unit="days")])
    assert not Below("limit", "promise").evaluate(figures)


CLAIMS = [
    IsKnown("x"), IsFinal("x"), IsProvisional("x"), NoteIs("x", "too_few"), TextIs("x", "a"), VerdictIs("x", "better"),
    Below("x", "y"), Above("x", "y"), CountIs("x", 0, -1), RankIs("x", "x", "", lowest=True), MoreThanHalf("x"), MissedPlan("x"),
    NearGoal("x", "y"),
]  # fmt: skip


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: type(claim).__name__)
def test_an_absent_figure_bears_nothing(claim):
    assert not claim.evaluate(FigureSet([]))


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: type(claim).__name__)
def test_a_claim_survives_its_record(claim):
    assert claim_from_arguments(json.loads(json.dumps(claim.arguments()))) == claim


def test_every_type_is_registered_by_name():
    assert all(Claim.TYPES[type(claim).__name__] is type(claim) for claim in CLAIMS)


def months(actuals, plan, direction="higher_is_better"):
    figures = [Figure(figure_code="kpi.m.direction", text_value=direction)]
    for number, actual in enumerate(actuals, start=1):
        figures.append(Figure(figure_code=f"kpi.m.month.2026-{number:02}", value=actual, unit="share", decimals=1))
        figures.append(Figure(figure_code=f"kpi.m.planned.2026-{number:02}", value=plan, unit="share", decimals=1))
    return FigureSet(figures)


@given(st.lists(st.sampled_from([0.90, 0.96, None, 0.97]), min_size=1, max_size=12))
def test_a_run_of_missed_months_has_no_gap(actuals):
    run = 0
    while run < len(actuals) and actuals[-1 - run] is not None and actuals[-1 - run] < 0.96:
        run += 1
    assert StreakMissed("m", run).evaluate(months(actuals, 0.96))
    assert not StreakMissed("m", run + 1).evaluate(months(actuals, 0.96))


def test_for_lower_is_better_the_plan_is_missed_above_it():
    assert StreakMissed("m", 1).evaluate(months([0.01, 0.02], 0.015, "lower_is_better"))
