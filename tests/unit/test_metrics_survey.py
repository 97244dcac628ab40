"""What the survey step leaves out to be quick must change nothing; what is pooled must be exact."""

from datetime import date
from decimal import Decimal

import polars as pl
import polars.testing
from support.survey_frames import Answer, answers_frame, counts_of, items_frame, levels_of, pairs_of

from orchestration.metrics.parameters import QuadrantCuts, SurveyRules
from orchestration.metrics.responses import pool_levels, pool_responses
from orchestration.metrics.survey import score_survey, select_pairs

CODES = ["q1", "q2", "q3"]
MONTHS = [date(2026, month, 1) for month in range(5, 11)]
RULES = SurveyRules(cuts=QuadrantCuts(draws=1000, months=2))


def answers() -> pl.DataFrame:
    """Six months of answers from two segments and two regions."""
    return answers_frame(
        Answer(
            f"{month}{n}", code, 1 + (n * 7 + k * 3 + month.month) % 5, measure, month, ("key", "sme")[n % 2], ("north", "south")[n % 3 % 2]
        )
        for month in MONTHS
        for n in range(9)
        for k, code in enumerate(CODES)
        for measure in ("satisfaction", "importance")
    )


def test_the_pairs_left_out_change_no_figure() -> None:
    rows = answers()
    levels, pairs, counts, items = levels_of(rows), pairs_of(rows, CODES), counts_of(rows), items_frame(CODES)
    few = select_pairs(pairs, report_month=MONTHS[-1], rules=RULES)
    assert few.height < pairs.height
    full = score_survey(levels, pairs, counts, items, report_month=MONTHS[-1], rules=RULES)
    for name, frame in score_survey(levels, few, counts, items, report_month=MONTHS[-1], rules=RULES).items():
        pl.testing.assert_frame_equal(frame, full[name])


def test_an_earlier_reporting_month_is_drawn_as_surely_as_the_last() -> None:
    rows = answers()
    frames = (levels_of(rows), pairs_of(rows, CODES), counts_of(rows), items_frame(CODES))
    map_ = score_survey(*frames, report_month=MONTHS[2], rules=RULES)["indices.item_quadrants"]
    drawn = map_.filter(pl.col("certainty").is_not_null())["month_start_date"].unique().sort().to_list()
    assert drawn == MONTHS[1:3]


def test_windows_and_scopes_add_up() -> None:
    rows = answers()
    pooled = pool_responses(counts_of(rows))
    whole = pooled.filter(pl.col("segment_code") == "all", pl.col("region_code") == "all")
    by_window = {w: whole.filter(pl.col("window_months") == w).sort("month_start_date")["n_valid"].to_list() for w in (1, 3)}
    assert by_window == {1: [9] * 6, 3: [9, 18, 27, 27, 27, 27]}
    segments = pooled.filter(pl.col("segment_code") != "all", pl.col("window_months") == 1)
    assert segments["n_valid"].sum() == 9 * 6


def test_pooled_weights_stay_exact_decimals() -> None:
    rows = answers_frame(Answer(str(n), "q1", 5, weight="0.1") for n in range(10))
    assert pool_levels(levels_of(rows))["sum_weight"].unique().to_list() == [Decimal("1.000000")]


def test_modes_waves_and_owners_are_added_up() -> None:
    levels = levels_of(answers_frame([Answer("a", "q1", 5), Answer("b", "q1", 5)]))
    split = pl.concat([levels.with_columns(mode_code=pl.lit(mode), owner_id=pl.lit(mode)) for mode in ("phone", "web")])
    assert pool_levels(split)["n_answers"].unique().to_list() == [4]
