"""Scores against a slow exact oracle in fractions, and laws that must hold for any answers."""

from dataclasses import replace
from fractions import Fraction
from random import Random
from statistics import median

import polars as pl
import polars.testing
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.survey_frames import MONTH, Answer, answers_frame, counts_of, items_frame, levels_of, pairs_of

from orchestration.metrics.covariances import estimate_covariances
from orchestration.metrics.likert import estimate_means, score_items
from orchestration.metrics.parameters import IndexRule, QuadrantCuts, SurveyRules
from orchestration.metrics.quadrants import place_items
from orchestration.metrics.responses import pool_levels, pool_pairs
from orchestration.metrics.survey import score_survey

CODES = ("q1", "q2", "q3")
MEASURES = ("satisfaction", "importance")
ITEMS = items_frame(CODES)
WEIGHTS = ("1", "0.5", "2.25", "0.333333")
FEW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
FEWER = settings(FEW, max_examples=6)
CLOSE = 1e-12


@st.composite
def respondents(draw: st.DrawFn, *, weighted: bool = True) -> list[Answer]:
    """Answers of a few people, with gaps and weights, to three items and two measures."""
    answers: list[Answer] = []
    for number in range(draw(st.integers(2, 8))):
        weight = draw(st.sampled_from(WEIGHTS)) if weighted else "1"
        segment, region = draw(st.sampled_from(("key", "retail"))), draw(st.sampled_from(("north", "south")))
        for code in CODES:
            for measure in MEASURES:
                level = draw(st.none() | st.integers(1, 5))
                if level is not None:
                    answers.append(Answer(str(number), code, level, measure, MONTH, segment, region, weight))
    return answers or [Answer("0", "q1", 3)]


def whole(frame: pl.DataFrame) -> pl.DataFrame:
    """The single month of the whole company."""
    return frame.filter(pl.col("segment_code") == "all", pl.col("region_code") == "all", pl.col("window_months") == 1)


def means_of(answers: list[Answer]) -> pl.DataFrame:
    """Item means of the whole company."""
    return whole(estimate_means(pool_levels(levels_of(answers_frame(answers))), ITEMS))


def survey(answers: list[Answer]) -> dict[str, pl.DataFrame]:
    """All survey tables."""
    rows = answers_frame(answers)
    rules = SurveyRules(cuts=QuadrantCuts(draws=1000))
    return score_survey(levels_of(rows), pairs_of(rows, list(CODES)), counts_of(rows), ITEMS, report_month=MONTH, rules=rules)


def exact_mean(answers: list[Answer]) -> Fraction:
    """Weighted mean."""
    weights = [Fraction(a.weight) for a in answers]
    return sum((w * a.level for w, a in zip(weights, answers, strict=True)), Fraction()) / sum(weights)


def exact_error(answers: list[Answer]) -> Fraction | None:
    """Square of the standard error of the weighted mean."""
    total, squares = sum(Fraction(a.weight) for a in answers), sum(Fraction(a.weight) ** 2 for a in answers)
    if len(answers) < 2:
        return None
    centre, kish = exact_mean(answers), squares / total**2
    spread = sum((Fraction(a.weight) * (a.level - centre) ** 2 for a in answers), Fraction()) / total
    return spread / (1 - kish) * kish


@FEW
@given(respondents())
def test_means_and_errors_equal_the_exact_ones(answers: list[Answer]) -> None:
    for row in means_of(answers).iter_rows(named=True):
        own = [a for a in answers if (a.item, a.measure) == (row["item_code"], row["measure_code"])]
        assert row["mean"] == pytest.approx(float(exact_mean(own)), rel=CLOSE)
        error = exact_error(own)
        expected = None if error is None else pytest.approx(float(error) ** 0.5, rel=1e-9, abs=CLOSE)
        assert row["standard_error"] == expected


@FEW
@given(respondents())
def test_covariances_of_means_equal_the_exact_ones(answers: list[Answer]) -> None:
    by_key = {(a.response, a.item, a.measure): a for a in answers}
    totals = {key: sum(Fraction(a.weight) for a in answers if (a.item, a.measure) == key) for key in {(a.item, a.measure) for a in answers}}
    frame = whole(estimate_covariances(pool_pairs(pairs_of(answers_frame(answers), list(CODES)))))
    for row in frame.iter_rows(named=True):
        first, second = (row["item_a"], row["measure_a"]), (row["item_b"], row["measure_b"])
        both = [
            (by_key[r, *first], by_key[r, *second])
            for r in {a.response for a in answers}
            if (r, *first) in by_key and (r, *second) in by_key
        ]
        assert row["n_pairs"] == len(both)
        if len(both) < 2:
            assert row["covariance"] == (None if first == second else 0.0)
            continue
        weights = [Fraction(a.weight) for a, _ in both]
        n, mean_a, mean_b = sum(weights), exact_mean([a for a, _ in both]), exact_mean([b for _, b in both])
        cross = sum((w * (a.level - mean_a) * (b.level - mean_b) for w, (a, b) in zip(weights, both, strict=True)), Fraction()) / n
        squares = sum(w * w for w in weights)
        exact = cross / (1 - squares / n**2) * squares / (totals[first] * totals[second])
        assert row["covariance"] == pytest.approx(float(exact), rel=1e-9, abs=CLOSE)


@FEW
@given(respondents(), st.sampled_from(["grand_mean", "median", "scale_midpoint"]))
def test_no_float_decides_a_side_of_the_map(answers: list[Answer], rule: str) -> None:
    placed = place_items(means_of(answers), ITEMS, cuts=QuadrantCuts(cut_rule=rule))
    exact = {
        (code, m): exact_mean(own) for code in CODES for m in MEASURES if (own := [a for a in answers if (a.item, a.measure) == (code, m)])
    }
    codes = [code for code in CODES if (code, "satisfaction") in exact and (code, "importance") in exact]
    assert sorted(placed["item_code"]) == codes
    cut = {}
    for measure in MEASURES:
        values = [exact[code, measure] for code in codes]
        rules = {"grand_mean": lambda v: sum(v, Fraction()) / len(v), "median": median, "scale_midpoint": lambda _: Fraction(3)}
        cut[measure] = rules[rule](values) if values else None
    for code, quadrant in placed.select("item_code", "quadrant_code").iter_rows():
        sides = tuple(exact[code, measure] >= cut[measure] for measure in MEASURES)
        assert {(True, True): "A", (False, True): "B", (False, False): "C", (True, False): "D"}[sides] == quadrant


def assert_same(ours: dict[str, pl.DataFrame], theirs: dict[str, pl.DataFrame], *, leaving: tuple[str, ...] = ()) -> None:
    """Equal tables, floats within 1e-9."""
    for name, frame in ours.items():
        dropped = [column for column in leaving if column in frame.columns]
        pl.testing.assert_frame_equal(frame.drop(dropped), theirs[name].drop(dropped), abs_tol=1e-9)


@FEWER
@given(respondents(), st.randoms(use_true_random=False))
def test_the_order_of_the_answers_changes_nothing(answers: list[Answer], random: Random) -> None:
    shuffled = random.sample(answers, len(answers))
    assert_same(survey(answers), survey(shuffled))


@FEW
@given(respondents())
def test_a_file_sent_twice_with_half_the_weights_gives_the_same_means(answers: list[Answer]) -> None:
    even = [replace(a, weight="2") for a in answers]
    twice = [replace(a, response=f"{a.response}{copy}", weight="1") for a in answers for copy in "xy"]
    columns = ["item_code", "measure_code", "mean", "top2_share"]
    keys = columns[:2]
    once, double = means_of(even).select(columns).sort(keys), means_of(twice).select(columns).sort(keys)
    pl.testing.assert_frame_equal(once, double, abs_tol=CLOSE)


@FEWER
@given(respondents())
def test_merging_the_segments_leaves_the_company_as_it_is(answers: list[Answer]) -> None:
    merged = [replace(a, segment="one", region="one") for a in answers]
    ours, theirs = survey(answers), survey(merged)
    for name in ("indices.overall_scores", "indices.item_scores", "indices.item_quadrants"):
        pl.testing.assert_frame_equal(whole(ours[name]), whole(theirs[name]), abs_tol=1e-9)


@FEWER
@given(respondents())
def test_no_table_ever_holds_a_number_that_is_none(answers: list[Answer]) -> None:
    for name, frame in survey(answers).items():
        floats = frame.select(pl.col(pl.Float64))
        assert floats.filter(pl.any_horizontal(pl.all().is_nan() | pl.all().is_infinite())).is_empty() if floats.width else True, name
        within = frame.select(
            pl.col("^index_0to100$"), pl.col("^interval_.*$") if "index_0to100" in frame.columns else pl.lit(0.0).alias("z")
        )
        assert within.select(pl.all_horizontal(pl.all().is_null() | pl.all().is_between(0, 100)).all()).item()


@FEWER
@given(respondents(weighted=False))
def test_the_index_lies_within_its_items(answers: list[Answer]) -> None:
    tables = survey(answers)
    scores = whole(tables["indices.item_scores"])["satisfaction_0to100"].drop_nulls()
    index = whole(tables["indices.overall_scores"])["index_0to100"].item()
    assert (index is None) == scores.is_empty()
    if index is not None:
        assert scores.min() - 1e-9 <= index <= scores.max() + 1e-9


@FEW
@given(respondents())
def test_moving_every_rating_up_moves_the_mean_and_nothing_else(answers: list[Answer]) -> None:
    low = [replace(a, level=min(a.level, 4)) for a in answers]
    high = [replace(a, level=a.level + 1) for a in low]
    ours, theirs = (score_items(means_of(rows), ITEMS, rule=IndexRule()).sort("item_code") for rows in (low, high))
    shift = (theirs["satisfaction_score"] - ours["satisfaction_score"]).drop_nulls()
    assert shift.to_list() == pytest.approx([1.0] * len(shift))
    same = ["n_satisfaction", "n_effective", "satisfaction_se", "satisfaction_minus_importance"]
    pl.testing.assert_frame_equal(ours.select(same), theirs.select(same), abs_tol=1e-9)
