"""Survey scores, each by an example whose expectation is arithmetic that a reader can redo."""

from collections.abc import Iterable
from datetime import date
from math import sqrt

import polars as pl
import pytest
from support.survey_frames import MONTH, Answer, answers_frame, counts_of, items_frame, levels_of, pairs_of

from orchestration.metrics.comparisons import survey_figures
from orchestration.metrics.item_weights import estimate_item_weights, fiscal_year, headline_weights
from orchestration.metrics.parameters import IndexRule, NpsRule, QuadrantCuts, SurveyRules, VerdictRule
from orchestration.metrics.survey import score_survey

FEW_DRAWS = QuadrantCuts(draws=1000)


def survey(answers: Iterable[Answer], items: pl.DataFrame, **rule: object) -> dict[str, pl.DataFrame]:
    """The survey tables of these answers."""
    rows = answers_frame(answers)
    frames = (levels_of(rows), pairs_of(rows, items["item_code"].to_list()), counts_of(rows), items)
    return score_survey(*frames, report_month=MONTH, rules=SurveyRules(index=IndexRule(**rule), cuts=FEW_DRAWS))


def row(frame: pl.DataFrame, **where: object) -> dict[str, object]:
    """The one row of the whole company's single month where the columns have these values."""
    scope = {"month_start_date": MONTH, "window_months": 1, "segment_code": "all", "region_code": "all"} | where
    return frame.filter(pl.all_horizontal(pl.col(name) == value for name, value in scope.items())).row(0, named=True)


def spread(counts: dict[int, int], item: str = "Q1", measure: str = "satisfaction", **facts: str) -> list[Answer]:
    """One answer per respondent, as many at each level as `counts` says."""
    levels = [level for level, n in counts.items() for _ in range(n)]
    return [Answer(f"{measure}{n}", item, level, measure, **facts) for n, level in enumerate(levels)]


def test_item_mean_is_the_sum_of_level_times_share() -> None:
    scores = survey(spread({5: 4, 4: 3}), items_frame(["Q1"]))["indices.item_scores"]
    assert row(scores)["satisfaction_score"] == pytest.approx((5 * 4 + 4 * 3) / 7)


def test_weights_count_in_the_mean_and_in_the_effective_number() -> None:
    answers = [Answer("a", "Q1", 5, weight="3"), Answer("b", "Q1", 1, weight="1")]
    scored = row(survey(answers, items_frame(["Q1"]))["indices.item_scores"])
    assert scored["satisfaction_score"] == pytest.approx((3 * 5 + 1 * 1) / (3 + 1))
    assert scored["n_effective"] == pytest.approx((3 + 1) ** 2 / (3**2 + 1**2))
    assert scored["n_satisfaction"] == 2


def test_one_distribution_has_its_own_name_for_each_definition() -> None:
    scored = row(survey(spread({5: 20, 4: 40, 3: 25, 2: 10, 1: 5}), items_frame(["Q1"]))["indices.item_scores"])
    assert scored["top2_share"] == pytest.approx((20 + 40) / 100)
    assert scored["satisfaction_score"] == pytest.approx((5 * 20 + 4 * 40 + 3 * 25 + 2 * 10 + 1 * 5) / 100)
    assert scored["satisfaction_0to100"] == pytest.approx((3.6 - 1) / (5 - 1) * 100)
    assert (scored["n_top2"], scored["n_bottom_box"]) == (60, 5)


def test_standard_error_is_that_of_a_sample_mean() -> None:
    scored = row(survey(spread({5: 2, 3: 2}), items_frame(["Q1"]))["indices.item_scores"])
    variance = (2 * (5 - 4) ** 2 + 2 * (3 - 4) ** 2) / (4 - 1)
    assert scored["satisfaction_se"] == pytest.approx(sqrt(variance / 4))
    assert scored["satisfaction_0to100_se"] == pytest.approx(sqrt(variance / 4) * 100 / (5 - 1))


def test_satisfaction_minus_importance_subtracts_two_means() -> None:
    answers = [*spread({4: 3, 3: 1}), *spread({5: 2, 4: 2}, measure="importance")]
    scored = row(survey(answers, items_frame(["Q1"]))["indices.item_scores"])
    assert scored["satisfaction_minus_importance"] == pytest.approx((4 * 3 + 3) / 4 - (5 * 2 + 4 * 2) / 4)


@pytest.mark.parametrize(("counts", "se"), [({4: 1}, None), ({4: 30}, 0.0)])
def test_one_answer_has_no_error_and_unanimous_answers_have_none_to_speak_of(counts: dict[int, int], se: float | None) -> None:
    tables = survey(spread(counts), items_frame(["Q1"]))
    assert row(tables["indices.item_scores"])["satisfaction_se"] == se
    assert row(tables["indices.overall_scores"])["standard_error"] == se


def test_answers_without_weight_have_no_mean() -> None:
    scored = row(survey([Answer("a", "Q1", 5, weight="0")], items_frame(["Q1"]))["indices.item_scores"])
    assert (scored["n_satisfaction"], scored["satisfaction_score"], scored["top2_share"]) == (1, None, None)


def test_no_answers_at_all_give_empty_tables() -> None:
    assert all(frame.is_empty() for frame in survey([], items_frame(["Q1"])).values())


def both(response: str, item: str, satisfaction: int, importance: int, month: date = MONTH) -> list[Answer]:
    """Satisfaction and importance of one item by one respondent."""
    return [Answer(response, item, satisfaction, month=month), Answer(response, item, importance, "importance", month=month)]


def test_overall_index_weighs_each_item_by_its_importance() -> None:
    answers = [*both("a", "Q1", 5, 4), *both("a", "Q2", 3, 2), *both("b", "Q1", 4, 4), *both("b", "Q2", 2, 2)]
    tables = survey(answers, items_frame(["Q1", "Q2"]))
    first, second = (4.5 - 1) / 4 * 100, (2.5 - 1) / 4 * 100
    scored = row(tables["indices.overall_scores"])
    assert scored["index_0to100"] == pytest.approx(4 / (4 + 2) * first + 2 / (4 + 2) * second)
    per_person = [4 / 6 * 100 + 2 / 6 * 50, 4 / 6 * 75 + 2 / 6 * 25]
    assert scored["standard_error"] == pytest.approx(abs(per_person[0] - per_person[1]) / 2)


@pytest.mark.parametrize(("headline", "index"), [("equal", (100 + 50) / 2), ("overall_item", 50.0), ("acsi", 100.0)])
def test_the_headline_rule_decides_which_items_count(headline: str, index: float) -> None:
    items = items_frame(["Q1", "Q2"]).with_columns(is_acsi=pl.col("item_code") == "Q1", is_overall=pl.col("item_code") == "Q2")
    scored = row(survey([Answer("a", "Q1", 5), Answer("a", "Q2", 3)], items, headline=headline)["indices.overall_scores"])
    assert (scored["headline_rule"], scored["index_0to100"]) == (headline, pytest.approx(index))


@pytest.mark.parametrize(("headline", "base", "state"), [("overall_item", 29, "too_few"), ("equal", 31, "small_base")])
def test_the_base_of_one_question_is_its_ratings(headline: str, base: int, state: str) -> None:
    items = items_frame(["Q1", "Q2"]).with_columns(is_overall=pl.col("item_code") == "Q2")
    answers = [Answer(str(n), "Q1", 5) for n in range(31)] + [Answer(str(n), "Q2", 3 + n % 2) for n in range(29)]
    scored = row(survey(answers, items, headline=headline)["indices.overall_scores"])
    assert (scored["n_responses"], scored["n_effective"], scored["base_state"]) == (base, base, state)


def test_without_importance_the_items_weigh_the_same_and_the_row_says_so() -> None:
    items = items_frame(["Q1", "Q2"], importance_min=None, importance_max=None)
    tables = survey([Answer("a", "Q1", 5), Answer("a", "Q2", 3)], items)
    assert row(tables["indices.overall_scores"])["headline_rule"] == "equal"
    assert tables["indices.item_weights"]["basis"].unique().to_list() == ["equal"]
    assert tables["indices.item_quadrants"].is_empty()


def test_an_item_that_nobody_answered_leaves_its_weight_to_the_others() -> None:
    answers = [*both("a", "Q1", 5, 4), Answer("a", "Q2", 2, "importance")]
    assert row(survey(answers, items_frame(["Q1", "Q2"]))["indices.overall_scores"])["index_0to100"] == pytest.approx(100.0)


def test_weights_of_a_year_come_from_the_importance_of_the_year_before() -> None:
    old, new = date(2025, 6, 1), date(2026, 6, 1)
    answers = [*both("a", "Q1", 5, 3, old), *both("a", "Q2", 5, 1, old), *both("b", "Q1", 5, 1, new), *both("b", "Q2", 5, 1, new)]
    weights = estimate_item_weights(levels_of(answers_frame(answers)), items_frame(["Q1", "Q2"]), rule=IndexRule())
    assert weights.select("fiscal_year", "item_code", "weight_share", "basis").rows() == [
        (2025, "Q1", 3 / (3 + 1), "same_fiscal_year"),
        (2025, "Q2", 1 / (3 + 1), "same_fiscal_year"),
        (2026, "Q1", 3 / (3 + 1), "previous_fiscal_year"),
        (2026, "Q2", 1 / (3 + 1), "previous_fiscal_year"),
    ]


def test_weights_add_up_to_one_and_an_unrated_item_counts_as_the_others_do() -> None:
    weights = estimate_item_weights(
        levels_of(answers_frame([*both("a", "Q1", 5, 4), *both("a", "Q2", 5, 2)])), items_frame(["Q1", "Q2", "Q3"]), rule=IndexRule()
    )
    assert weights["weight_share"].to_list() == pytest.approx([4 / 9, 2 / 9, 3 / 9])
    used = headline_weights(items_frame(["Q1", "Q2", "Q3"]), weights, rule=IndexRule(headline="equal"))
    assert used["weight_share"].to_list() == pytest.approx([1 / 3] * 3)


@pytest.mark.parametrize(
    ("starts", "month", "year"), [(1, 1, 2026), (1, 12, 2026), (7, 6, 2026), (7, 7, 2027), (12, 11, 2026), (12, 12, 2027)]
)
def test_a_fiscal_year_is_named_by_the_year_in_which_it_ends(starts: int, month: int, year: int) -> None:
    assert pl.select(fiscal_year(pl.lit(date(2026, month, 1)), starts)).item() == year


def test_a_dimension_is_the_weighted_mean_of_its_items() -> None:
    items = items_frame(["Q1", "Q2", "Q3"]).with_columns(dimension_code=pl.Series(["x", "x", "y"]))
    answers = [*both("a", "Q1", 5, 3), *both("a", "Q2", 3, 1), *both("a", "Q3", 2, 5)]
    frame = survey(answers, items)["indices.dimension_scores"]
    assert row(frame, dimension_code="x")["index_0to100"] == pytest.approx((3 * 100 + 1 * 50) / (3 + 1))
    assert row(frame, dimension_code="y")["index_0to100"] == pytest.approx(25.0)


@pytest.mark.parametrize(
    ("n", "state"), [(29, "too_few"), (30, "small_base"), (31, "small_base"), (99, "small_base"), (100, "normal"), (101, "normal")]
)
def test_a_base_is_hidden_below_thirty_and_noted_below_a_hundred(n: int, state: str) -> None:
    assert row(survey(spread({5: n - 1, 4: 1}), items_frame(["Q1"]))["indices.overall_scores"])["base_state"] == state


def test_the_base_is_judged_by_effective_numbers_not_by_heads() -> None:
    answers = [Answer(str(n), "Q1", 4, weight="10" if n == 0 else "1") for n in range(40)]
    scored = row(survey(answers, items_frame(["Q1"]))["indices.overall_scores"])
    assert (scored["n_responses"], scored["base_state"]) == (40, "too_few")
    assert scored["n_effective"] == pytest.approx((39 + 10) ** 2 / (39 + 100))
    items = items_frame(["Q1"]).with_columns(dimension_code=pl.lit("x"))
    tables = survey(answers, items)
    dimension = row(tables["indices.dimension_scores"], dimension_code="x")
    assert (dimension["n_responses"], dimension["n_effective"]) == (40, pytest.approx(scored["n_effective"]))
    parts = (tables["indices.overall_scores"], tables["indices.dimension_scores"], tables["indices.item_scores"])
    figures = survey_figures(*parts, rule=VerdictRule(instrument="survey"))
    assert figures["n_effective"].to_list() == pytest.approx([scored["n_effective"]] * figures.height)


def test_three_months_are_pooled_and_a_silent_month_says_no_data() -> None:
    august, october = date(2026, 8, 1), date(2026, 10, 1)
    answers = [Answer("a", "Q1", 5, month=august), Answer("b", "Q1", 3, month=october)]
    frame = survey(answers, items_frame(["Q1"]))["indices.overall_scores"]
    assert row(frame, window_months=3)["index_0to100"] == pytest.approx((100 + 50) / 2)
    silent = row(frame, month_start_date=date(2026, 9, 1))
    assert (silent["base_state"], silent["index_0to100"], silent["n_responses"]) == ("no_data", None, 0)


def test_segments_and_regions_are_scopes_of_their_own() -> None:
    answers = [Answer("a", "Q1", 5, segment="key", region="north"), Answer("b", "Q1", 1, segment="retail", region="south")]
    frame = survey(answers, items_frame(["Q1"]))["indices.overall_scores"]
    index = [row(frame)["index_0to100"], row(frame, segment_code="key")["index_0to100"], row(frame, region_code="south")["index_0to100"]]
    assert index == pytest.approx([50, 100, 0])
    assert frame.filter((pl.col("segment_code") != "all") & (pl.col("region_code") != "all")).is_empty()


def nps(counts: dict[int, int], interval: str = "adjusted_wald") -> dict[str, object]:
    """The NPS row of these answers to a 0-10 item."""
    items = items_frame(["REC"], is_nps=True, in_index=False, scale_min=0, scale_max=10)
    rows = answers_frame(spread(counts, "REC"))
    rules = SurveyRules(nps=NpsRule(interval=interval))
    return row(
        score_survey(levels_of(rows), pairs_of(rows, ["REC"]), counts_of(rows), items, report_month=MONTH, rules=rules)[
            "indices.nps_scores"
        ]
    )


def test_nps_is_promoters_minus_detractors() -> None:
    scored = nps({10: 3, 9: 2, 8: 1, 7: 1, 6: 2, 0: 1})
    assert (scored["n_promoters"], scored["n_passives"], scored["n_detractors"]) == (5, 2, 3)
    assert scored["nps"] == pytest.approx((5 - 3) / 10)


def test_adjusted_interval_adds_three_answers_three_quarters_to_each_side() -> None:
    scored, p, d = nps({9: 5, 7: 2, 6: 3}), (5 + 0.75) / 13, (3 + 0.75) / 13
    error = 1.959963984540054 * sqrt(((p + d) - (p - d) ** 2) / 13)
    assert (scored["interval_low"], scored["interval_high"]) == pytest.approx((p - d - error, p - d + error))


def test_unanimous_promoters_have_an_interval_only_when_adjusted() -> None:
    assert nps({10: 20}, "wald")["interval_low"] == 1.0
    assert nps({10: 20})["interval_low"] < 1.0


def test_a_single_answer_has_a_score_but_no_interval() -> None:
    scored = nps({10: 1})
    assert (scored["nps"], scored["interval_low"], scored["interval_high"]) == (1.0, None, None)


def test_three_response_rates_have_three_names() -> None:
    responses = counts_of(answers_frame([Answer("a", "Q1", 5)])).with_columns(n_sent=250, n_returned=219, n_valid=205)
    empty = levels_of(answers_frame([])), pairs_of(answers_frame([]), ["Q1"])
    scored = row(score_survey(*empty, responses, items_frame(["Q1"]), report_month=MONTH, rules=SurveyRules())["indices.response_rates"])
    assert scored["returned_of_sent_share"] == pytest.approx(219 / 250)
    assert scored["valid_of_sent_share"] == pytest.approx(205 / 250)
    assert scored["valid_of_returned_share"] == pytest.approx(205 / 219)
    assert [round(scored[name], 3) for name in scored if name.endswith("_share")] == [0.876, 0.820, 0.936]
