"""The importance-performance map: which quadrant, what decides a tie, when an item is undecided, what to repair first."""

import polars as pl
import pytest
from support.survey_frames import MONTH, Answer, answers_frame, counts_of, items_frame, levels_of, pairs_of

from orchestration.config.models import Thresholds, Workspace
from orchestration.metrics.parameters import QuadrantCuts, SurveyRules, survey_rules
from orchestration.metrics.survey import score_survey

Means = dict[str, tuple[list[int], list[int]]]


def map_of(means: Means, cuts: QuadrantCuts, weight: str = "1") -> pl.DataFrame:
    """The map of items whose respondents gave these satisfaction and importance ratings."""
    answers = [
        Answer(str(n), code, level, measure, weight=weight)
        for code, pair in means.items()
        for measure, levels in zip(("satisfaction", "importance"), pair, strict=True)
        for n, level in enumerate(levels)
    ]
    rows = answers_frame(answers)
    frames = (levels_of(rows), pairs_of(rows, list(means)), counts_of(rows), items_frame(means))
    frame = score_survey(*frames, report_month=MONTH, rules=SurveyRules(cuts=cuts))["indices.item_quadrants"]
    return frame.filter(pl.col("segment_code") == "all", pl.col("region_code") == "all", pl.col("window_months") == 1)


def codes(frame: pl.DataFrame) -> dict[str, str]:
    """Quadrant by item."""
    return dict(frame.select("item_code", "quadrant_code").iter_rows())


MIDPOINT = QuadrantCuts(cut_rule="scale_midpoint", draws=1000)


def test_high_and_low_on_two_axes_make_four_quadrants() -> None:
    means = {"a": ([5, 4], [5, 4]), "b": ([1, 2], [5, 4]), "c": ([1, 2], [1, 2]), "d": ([5, 4], [1, 2])}
    assert codes(map_of(means, MIDPOINT)) == {"a": "A", "b": "B", "c": "C", "d": "D"}


@pytest.mark.parametrize(("levels", "quadrant"), [([3, 3, 3, 2], "C"), ([3, 3, 3, 3], "A"), ([3, 3, 3, 4], "A")])
def test_a_tie_with_the_midpoint_is_high(levels: list[int], quadrant: str) -> None:
    assert codes(map_of({"q": (levels, levels)}, MIDPOINT)) == {"q": quadrant}


@pytest.mark.parametrize("rule", ["grand_mean", "median"])
@pytest.mark.parametrize("weight", ["1", "0.1", "0.333333"])
def test_items_that_are_all_equal_tie_with_their_own_mean_whatever_a_float_says(rule: str, weight: str) -> None:
    means = {f"q{n}": ([1, 1, 2], [4, 4, 3]) for n in range(7)}
    frame = map_of(means, QuadrantCuts(cut_rule=rule, draws=1000), weight)
    assert set(codes(frame).values()) == {"A"}
    assert set(frame["certainty"]) != {None}


def test_a_tie_that_floats_would_lose_is_high() -> None:
    """1, 8/7 and 9/7 have the mean 8/7; in floats it comes out above 8/7."""
    sevenths = {"low": [1] * 7, "middle": [1] * 6 + [2], "high": [1] * 5 + [2] * 2}
    assert (7 / 7 + 8 / 7 + 9 / 7) / 3 > 8 / 7
    frame = map_of({name: (levels, levels) for name, levels in sevenths.items()}, QuadrantCuts(draws=1000))
    assert codes(frame) == {"low": "C", "middle": "A", "high": "A"}


@pytest.mark.parametrize(("target", "quadrant"), [(3.6, "A"), (3.5999, "A"), (3.6001, "C")])
def test_a_target_is_the_decimal_number_that_was_written(target: float, quadrant: str) -> None:
    levels = [4, 4, 4, 3, 3]
    cuts = QuadrantCuts(cut_rule="target", target_satisfaction=target, target_importance=target, draws=1000)
    assert codes(map_of({"q": (levels, levels)}, cuts)) == {"q": quadrant}


def test_a_target_that_is_not_set_leaves_that_axis_at_the_grand_mean() -> None:
    cuts = QuadrantCuts(cut_rule="target", target_satisfaction=4.5, draws=1000)
    frame = map_of({"a": ([4, 4], [5, 5]), "b": ([5, 5], [3, 3])}, cuts)
    assert frame["cut_importance"].to_list() == [4.0, 4.0]
    assert codes(frame) == {"a": "B", "b": "D"}


def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle() -> None:
    frame = map_of({f"q{n}": ([n, n], [n, n]) for n in (1, 2, 4, 5)}, QuadrantCuts(cut_rule="median", draws=1000))
    assert frame["cut_satisfaction"].unique().to_list() == [(2 + 4) / 2]
    assert codes(frame) == {"q1": "C", "q2": "C", "q4": "A", "q5": "A"}


def test_certainty_is_the_probability_of_the_quadrant_and_all_four_add_up_to_one() -> None:
    frame = map_of({"a": ([5, 4, 4, 5], [5, 4, 4, 2]), "b": ([3, 2, 4, 3], [2, 3, 3, 5])}, QuadrantCuts())
    shares = frame.select(pl.sum_horizontal("^probability_.$").alias("all"), "certainty", p=pl.max_horizontal("^probability_.$"))
    assert shares["all"].to_list() == pytest.approx([1.0, 1.0])
    assert shares["certainty"].to_list() == shares["p"].to_list()


@pytest.mark.parametrize(("below", "undecided"), [(-0.001, False), (0.0, False), (0.001, True)])
def test_an_item_is_undecided_strictly_below_the_threshold(below: float, undecided: bool) -> None:
    means: Means = {"a": ([5, 4, 4, 2], [5, 4, 4, 2]), "b": ([3, 2, 4, 3], [2, 3, 3, 5])}
    certainty = map_of(means, QuadrantCuts())["certainty"].min()
    assert isinstance(certainty, float)
    frame = map_of(means, QuadrantCuts(undecided_below=certainty + below))
    assert frame.filter(pl.col("certainty") == certainty)["is_undecided"].to_list() == [undecided] * 2


def test_one_respondent_gives_a_quadrant_but_no_certainty() -> None:
    frame = map_of({"a": ([5], [5]), "b": ([1], [1])}, QuadrantCuts(draws=1000))
    assert codes(frame) == {"a": "A", "b": "C"}
    assert frame.select("certainty", "satisfaction_se", "correlation").rows() == [(None, None, None)] * 2
    assert frame["is_undecided"].all()


def test_repair_comes_in_the_order_of_the_shortfall_and_only_for_decided_items() -> None:
    means: Means = {
        "bad": ([2] * 19 + [3], [5] * 20), "worse": ([1] * 19 + [2], [5] * 20), "good": ([5] * 20, [1] * 20), "fair": ([4] * 20, [1] * 20),
        "open": ([1, 5] * 10, [4, 5] * 10),
    }  # fmt: skip
    frame = map_of(means, QuadrantCuts())
    assert dict(frame.select("item_code", "repair_rank").iter_rows()) == {"worse": 1, "bad": 2, "good": None, "fair": None, "open": None}


def test_errors_and_their_correlation_are_those_of_the_answers() -> None:
    frame = map_of({"a": ([5, 3, 5, 3], [5, 3, 5, 3]), "b": ([5, 3, 5, 3], [3, 5, 3, 5])}, QuadrantCuts(draws=1000))
    assert frame["satisfaction_se"].to_list() == pytest.approx([(4 / 3 / 4) ** 0.5] * 2)
    assert frame["correlation"].to_list() == pytest.approx([1.0, -1.0])
    assert frame["n_responses"].to_list() == [4, 4]


def test_probabilities_are_drawn_for_the_reporting_month_and_the_company_before_it() -> None:
    months = [MONTH.replace(month=m) for m in (8, 9, 10)]
    answers = [
        Answer(f"{month}{n}", code, n + 2, measure, month) for month in months for n in range(3) for code in "ab" for measure in MEASURES
    ]
    rows = answers_frame(answers)
    frames = (levels_of(rows), pairs_of(rows, ["a", "b"]), counts_of(rows), items_frame("ab"))
    rules = SurveyRules(cuts=QuadrantCuts(draws=1000, months=2))
    frame = score_survey(*frames, report_month=MONTH, rules=rules)["indices.item_quadrants"].filter(pl.col("certainty").is_not_null())
    drawn = frame.select("month_start_date", "window_months", "segment_code", "region_code").unique()
    everywhere = [("all", "all"), ("all", "north"), ("retail", "all")]
    assert sorted(drawn.rows()) == sorted([(months[1], 1, "all", "all")] + [(MONTH, w, *scope) for w in (1, 3) for scope in everywhere])


MEASURES = ("satisfaction", "importance")


def test_a_clients_thresholds_reach_the_rules() -> None:
    thresholds = Thresholds(cut_rule="median", membership_undecided_below=0.9, membership_draws=5000, hide_below_n=20)
    workspace = Workspace(company={"en": "Example"}, instrument="survey", headline="equal", fiscal_year_starts=4)
    rules = survey_rules(workspace, thresholds)
    assert (rules.cuts.cut_rule, rules.cuts.undecided_below, rules.cuts.draws) == ("median", 0.9, 5000)
    assert (rules.index.headline, rules.index.fiscal_year_starts, rules.index.hide_below_n) == ("equal", 4, 20)


def test_the_definition_changes_the_fingerprint() -> None:
    means: Means = {"a": ([5, 4], [5, 4])}
    marks = {map_of(means, cuts)["fingerprint"].item() for cuts in (MIDPOINT, MIDPOINT, QuadrantCuts(draws=1000))}
    assert len(marks) == 2
