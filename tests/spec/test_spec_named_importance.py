"""Importance as the items that matter most: shares on the map, the I-S rating, what to repair first (ETC Institute)."""

import polars as pl
import pytest
from support.survey_frames import MONTH, Answer, answers_frame, counts_of, items_frame, levels_of, pairs_of

from orchestration.metrics.parameters import QuadrantCuts, SurveyRules
from orchestration.metrics.survey import score_survey

Items = dict[str, tuple[list[int | None], list[int]]]


def tables_of(items: Items, cuts: QuadrantCuts | None = None, **facts: object) -> dict[str, pl.DataFrame]:
    """Whole-company rows of the month: per item the ratings (None: don't know) and who names it (1 or 0), one entry a respondent."""
    answers = []
    for code, (ratings, named) in items.items():
        for n, (rating, is_named) in enumerate(zip(ratings, named, strict=True)):
            answers.append(Answer(str(n), code, is_named, "importance"))
            if rating is not None:
                answers += [Answer(str(n), code, rating), Answer(str(n), code, int(rating >= 4), "satisfied")]
    rows = answers_frame(answers)
    config = items_frame(items, **{"importance_min": 0, "importance_max": 1, "n_picks": 3, "satisfied_from": 4} | facts)
    rules = SurveyRules(cuts=cuts or QuadrantCuts(draws=1000))
    tables = score_survey(levels_of(rows), pairs_of(rows, list(items)), counts_of(rows), config, report_month=MONTH, rules=rules)
    whole = (pl.col("segment_code") == "all", pl.col("region_code") == "all", pl.col("window_months") == 1)
    return {name: tables[name].filter(*whole) for name in ("indices.item_scores", "indices.item_quadrants")}


def row_of(frame: pl.DataFrame, item: str) -> dict[str, object]:
    return frame.filter(pl.col("item_code") == item).row(0, named=True)


# ten respondents: streets satisfy 1 of 8 who rate them and are named by 7; parks satisfy 6 of 10 and are named by 2
STREETS: tuple[list[int | None], list[int]] = ([5, 3, 3, 2, 1, 1, 2, 3, None, None], [1] * 7 + [0] * 3)
PARKS: tuple[list[int | None], list[int]] = ([4, 5, 4, 5, 4, 4, 3, 3, 2, 1], [0] * 8 + [1] * 2)


def test_importance_counts_over_all_respondents_and_satisfaction_over_those_who_rated():
    tables = tables_of({"streets": STREETS, "parks": PARKS})
    streets = row_of(tables["indices.item_scores"], "streets")
    assert (streets["n_satisfaction"], streets["n_importance"]) == (8, 10)
    assert streets["importance_score"] == 7 / 10
    assert streets["top2_share"] == 1 / 8
    assert streets["satisfaction_minus_importance"] is None
    assert streets["satisfaction_score"] == (5 + 3 + 3 + 2 + 1 + 1 + 2 + 3) / 8  # the mean stays what it is


def test_the_rating_is_importance_times_what_is_not_satisfied():
    quadrants = tables_of({"streets": STREETS, "parks": PARKS})["indices.item_quadrants"]
    streets, parks = row_of(quadrants, "streets"), row_of(quadrants, "parks")
    assert streets["importance_satisfaction_rating"] == pytest.approx(7 / 10 * (1 - 1 / 8))
    assert parks["importance_satisfaction_rating"] == pytest.approx(2 / 10 * (1 - 6 / 10))
    assert (streets["satisfaction_score"], streets["satisfaction_minus_importance"]) == (1 / 8, None)
    assert (streets["cut_satisfaction"], streets["cut_importance"]) == pytest.approx(((1 / 8 + 6 / 10) / 2, (7 / 10 + 2 / 10) / 2))
    assert (streets["quadrant_code"], parks["quadrant_code"]) == ("B", "D")


def test_the_scale_of_a_share_runs_from_0_to_1():
    half: tuple[list[int | None], list[int]] = ([4, 3], [1, 0])
    quadrants = tables_of({"half": half, "less": ([3, 3], [0, 0])}, QuadrantCuts(cut_rule="scale_midpoint", draws=1000))
    frame = quadrants["indices.item_quadrants"]
    assert frame.select("cut_satisfaction", "cut_importance").unique().rows() == [(0.5, 0.5)]
    assert dict(frame.select("item_code", "quadrant_code").iter_rows()) == {"half": "A", "less": "C"}  # a tie is high


def test_errors_are_those_of_shares():
    streets = row_of(tables_of({"streets": STREETS, "parks": PARKS})["indices.item_quadrants"], "streets")
    assert streets["importance_se"] == pytest.approx((7 / 10 * 3 / 10 / (10 - 1)) ** 0.5)
    assert streets["satisfaction_se"] == pytest.approx((1 / 8 * 7 / 8 / (8 - 1)) ** 0.5)
    assert streets["n_responses"] == 8


def test_limits_of_a_named_share_are_wilsons():
    scores = row_of(tables_of({"streets": STREETS, "parks": PARKS})["indices.item_scores"], "streets")
    z, p, n = 1.959963984540054, 7 / 10, 10
    centre, half = p + z * z / (2 * n), z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    ends = (scores["importance_low"], scores["importance_high"])
    assert ends == pytest.approx(((centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)))


def test_repair_follows_the_rating_highest_first():
    often: Items = {
        "much": ([1] * 38 + [4] * 2, [1] * 36 + [0] * 4),
        "more": ([1] * 36 + [4] * 4, [1] * 38 + [0] * 2),
        "well": ([5] * 40, [0] * 40),
        "fine": ([4] * 39 + [3], [0] * 39 + [1]),
    }
    frame = tables_of(often)["indices.item_quadrants"]
    ratings = {"much": 36 / 40 * 38 / 40, "more": 38 / 40 * 36 / 40}
    assert ratings["much"] == pytest.approx(ratings["more"])  # equal: the questionnaire's order decides
    assert dict(frame.select("item_code", "repair_rank").iter_rows()) == {"much": 1, "more": 2, "well": None, "fine": None}
    often["more"] = ([1] * 37 + [4] * 3, [1] * 38 + [0] * 2)
    frame = tables_of(often)["indices.item_quadrants"]
    assert dict(frame.select("item_code", "repair_rank").iter_rows()) == {"much": 2, "more": 1, "well": None, "fine": None}


def test_a_map_of_shares_has_a_fingerprint_of_its_own():
    rated: Items = {"a": ([4, 5], [1, 0]), "b": ([2, 3], [0, 1])}
    shares = tables_of(rated)["indices.item_quadrants"]["fingerprint"].unique()
    means = tables_of(rated, n_picks=None, satisfied_from=None)["indices.item_quadrants"]
    assert means["importance_satisfaction_rating"].null_count() == means.height
    assert means["satisfaction_minus_importance"].null_count() == 0
    assert shares.to_list() != means["fingerprint"].unique().to_list()
