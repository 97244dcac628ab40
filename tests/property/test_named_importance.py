"""Named importance against an exact oracle in fractions, for any respondents, weights and gaps."""

from dataclasses import dataclass
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.survey_frames import MONTH, Answer, answers_frame, counts_of, items_frame, levels_of, pairs_of

from orchestration.metrics.parameters import QuadrantCuts, SurveyRules
from orchestration.metrics.survey import score_survey

CODES = ("q1", "q2", "q3", "q4")
ITEMS = items_frame(CODES, importance_min=0, importance_max=1, n_picks=2, satisfied_from=4)


@dataclass(frozen=True)
class Respondent:
    """One respondent: the items named, the ratings given, the weight."""

    named: frozenset[str]
    ratings: dict[str, int]
    weight: Fraction


@st.composite
def respondents(draw: st.DrawFn) -> list[Respondent]:
    """Two to nine people who name at most two of four items."""
    ratings = st.dictionaries(st.sampled_from(CODES), st.integers(1, 5))
    one = st.builds(
        Respondent,
        st.frozensets(st.sampled_from(CODES), max_size=2),
        ratings,
        st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(9, 4)]),
    )
    return draw(st.lists(one, min_size=2, max_size=9))


def map_of(people: list[Respondent]) -> pl.DataFrame:
    """indices.item_quadrants of the whole company."""
    answers = []
    for number, person in enumerate(people):
        weight = str(float(person.weight))
        for code in CODES:
            answers.append(Answer(str(number), code, int(code in person.named), "importance", weight=weight))
        for code, rating in person.ratings.items():
            answers += [Answer(str(number), code, rating, weight=weight)]
            answers += [Answer(str(number), code, int(rating >= 4), "satisfied", weight=weight)]
    rows = answers_frame(answers)
    rules = SurveyRules(cuts=QuadrantCuts(draws=1000))
    frames = (levels_of(rows), pairs_of(rows, list(CODES)), counts_of(rows), ITEMS)
    frame = score_survey(*frames, report_month=MONTH, rules=rules)["indices.item_quadrants"]
    return frame.filter(pl.col("segment_code") == "all", pl.col("region_code") == "all", pl.col("window_months") == 1)


def share(people: list[Respondent], code: str) -> tuple[Fraction, Fraction] | None:
    """Satisfied of those who rated the item, and named by all; None where nobody rated it."""
    rated = [p for p in people if code in p.ratings]
    if not rated:
        return None
    satisfied = sum((p.weight for p in rated if p.ratings[code] >= 4), Fraction()) / sum(p.weight for p in rated)
    return satisfied, sum((p.weight for p in people if code in p.named), Fraction()) / sum(p.weight for p in people)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(respondents())
def test_shares_ratings_and_quadrants_equal_the_exact_ones(people: list[Respondent]) -> None:
    exact = {code: pair for code in CODES if (pair := share(people, code)) is not None}
    frame = map_of(people)
    assert sorted(frame["item_code"]) == sorted(exact)
    cuts = [sum((pair[axis] for pair in exact.values()), Fraction()) / len(exact) for axis in (0, 1)] if exact else []
    for row in frame.iter_rows(named=True):
        satisfied, named = exact[row["item_code"]]
        assert row["satisfaction_score"] == pytest.approx(float(satisfied), abs=1e-12)
        assert row["importance_score"] == pytest.approx(float(named), abs=1e-12)
        assert row["importance_satisfaction_rating"] == pytest.approx(float(named * (1 - satisfied)), abs=1e-12)
        sides = {(True, True): "A", (False, True): "B", (False, False): "C", (True, False): "D"}
        assert row["quadrant_code"] == sides[satisfied >= cuts[0], named >= cuts[1]]


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(respondents())
def test_shares_of_items_add_up_to_no_more_than_the_choices(people: list[Respondent]) -> None:
    frame = map_of([Respondent(p.named, dict.fromkeys(CODES, 3), p.weight) for p in people])
    assert frame["importance_score"].sum() <= 2 + 1e-9
    assert frame["importance_satisfaction_rating"].to_list() == pytest.approx(frame["importance_score"].to_list())  # nobody is satisfied
