"""Verdicts: one word per change, with the boundary of every threshold on both sides."""

from datetime import date
from math import sqrt

import polars as pl
import pytest

from orchestration.metrics.comparisons import compare_targets
from orchestration.metrics.frames import empty_frame
from orchestration.metrics.kpis import score_kpis
from orchestration.metrics.parameters import ProcessRule, VerdictRule
from orchestration.metrics.verdicts import compare_figures, estimate_differences, judge_kpis, judge_samples
from orchestration.schemas.indices import DIMENSION_SCORES, ITEM_SCORES, KPI_SCORES, OVERALL_SCORES

MONTH, BEFORE, YEAR_AGO = date(2026, 10, 1), date(2026, 9, 1), date(2025, 10, 1)
RULE = VerdictRule(instrument="survey")
TARGETS = {"metric_code": pl.String, "valid_from": pl.Date, "target_value": pl.Float64, "source": pl.String}
METRICS = {"metric_code": pl.String, "unit": pl.String, "direction": pl.String, "is_open_cohort": pl.Boolean}


def pair(value: float | None, se: float | None, reference: float | None, reference_se: float | None, n: float = 1000) -> dict[str, object]:
    """One comparison, as `compare_months` makes it."""
    return {
        "month_start_date": MONTH, "value": value, "standard_error": se, "n_effective": n, "matters_from": 1.0,
        "reference_value": reference, "reference_se": reference_se, "reference_n_effective": n,
    }  # fmt: skip


def judged(*pairs: dict[str, object]) -> pl.DataFrame:
    """The comparisons with their verdicts, as one family."""
    return judge_samples(estimate_differences(pl.DataFrame(list(pairs), infer_schema_length=None), rule=RULE), rule=RULE)


@pytest.mark.parametrize(
    ("difference", "word"), [(0.99, "changed but small"), (1.0, "better"), (1.01, "better"), (-0.99, "changed but small"), (-1.0, "worse")]
)
def test_a_change_that_is_established_must_also_matter(difference: float, word: str) -> None:
    assert judged(pair(70 + difference, 0.1, 70.0, 0.1))["verdict"].item() == word


@pytest.mark.parametrize(("se", "word"), [(0.40, "steady"), (0.45, "cannot tell")])
def test_steady_needs_the_ninety_per_cent_interval_inside_what_matters(se: float, word: str) -> None:
    """1.645 * sqrt(2) * 0.40 = 0.93 is below 1 point, 1.645 * sqrt(2) * 0.45 = 1.05 is not."""
    row = judged(pair(70.0, se, 70.0, se)).row(0, named=True)
    assert row["verdict"] == word
    assert row["smallest_detectable"] == pytest.approx((1.959964 + 0.841621) * sqrt(2) * se, rel=1e-5)


@pytest.mark.parametrize(("n", "word"), [(29, "cannot tell"), (30, "better"), (31, "better")])
def test_a_base_too_small_to_show_is_too_small_to_judge(n: float, word: str) -> None:
    row = judged(pair(80.0, 0.1, 70.0, 0.1, n)).row(0, named=True)
    assert row["verdict"] == word
    assert row["reason"] == ("base too small" if word == "cannot tell" else "tested")


def test_what_is_missing_is_said() -> None:
    frame = judged(pair(None, None, 70.0, 1.0), pair(70.0, 1.0, None, None), pair(70.0, None, 60.0, 1.0))
    assert frame["reason"].to_list() == ["no value", "nothing to compare with", "base too small"]
    assert set(frame["verdict"]) == {"cannot tell"}


def test_the_family_is_corrected_for_its_size() -> None:
    """One p of 0.03 is a finding; the same p among 20 that are not is none."""
    lone = pair(70 + 2.17 * 0.5 * sqrt(2), 0.5, 70.0, 0.5)
    nothing = pair(70.0, 0.5, 70.0, 0.5)
    assert judged(lone)["verdict"].item() == "better"
    assert judged(lone, *[nothing] * 20)["verdict"][0] == "cannot tell"


def test_figures_without_spread_differ_for_certain_or_not_at_all() -> None:
    frame = judged(pair(75.0, 0.0, 70.0, 0.0), pair(70.0, 0.0, 70.0, 0.0))
    assert frame["p_value"].to_list() == [0.0, 1.0]
    assert frame["verdict"].to_list() == ["better", "steady"]


def overall(*rows: tuple[date, float, float]) -> pl.DataFrame:
    """indices.overall_scores of the whole company: month, index, standard error."""
    facts = {
        "window_months": 1, "instrument_code": "survey", "segment_code": "all", "region_code": "all", "headline_rule": "equal",
        "n_responses": 500, "n_effective": 500.0, "interval_low": 0.0, "interval_high": 0.0, "base_state": "normal", "fingerprint": "f",
    }  # fmt: skip
    frame = [facts | {"month_start_date": m, "index_0to100": v, "standard_error": se} for m, v, se in rows]
    return pl.DataFrame(frame, schema=empty_frame(OVERALL_SCORES).schema)


def test_the_index_is_compared_with_last_month_last_year_and_its_target() -> None:
    targets = pl.DataFrame([("overall_index", date(2026, 1, 1), 78.0, "plan")], schema=TARGETS, orient="row")
    figures = overall((YEAR_AGO, 70.0, 0.3), (BEFORE, 80.0, 0.3), (MONTH, 75.0, 0.3))
    empty = [empty_frame(table) for table in (DIMENSION_SCORES, ITEM_SCORES, KPI_SCORES)]
    frame = compare_figures(figures, *empty, targets, pl.DataFrame(schema=METRICS), rule=RULE).filter(pl.col("month_start_date") == MONTH)
    assert frame.select("comparison_code", "difference", "verdict", "n_reference").rows() == [
        ("previous_month", 75.0 - 80.0, "worse", 500),
        ("same_month_last_year", 75.0 - 70.0, "better", 500),
        ("target", 75.0 - 78.0, "worse", None),
    ]


@pytest.mark.parametrize(("month", "plan"), [(date(2025, 12, 1), 74.0), (date(2026, 1, 1), 76.0), (date(2026, 2, 1), 76.0)])
def test_the_target_in_force_on_the_first_of_the_month_counts(month: date, plan: float) -> None:
    rows = [("overall_index", date(2025, 1, 1), 74.0, "a"), ("overall_index", date(2026, 1, 1), 76.0, "b")]
    figures = pl.DataFrame({"month_start_date": [month], "target_code": ["overall_index"]})
    assert compare_targets(figures, pl.DataFrame(rows, schema=TARGETS, orient="row"))["reference_value"].to_list() == [plan]


def test_a_figure_without_target_is_not_compared_with_one() -> None:
    figures = pl.DataFrame({"month_start_date": [MONTH], "target_code": ["other"]})
    assert compare_targets(figures, pl.DataFrame([("x", MONTH, 1.0, "a")], schema=TARGETS, orient="row")).is_empty()


def cells(values: list[tuple[int, int]], code: str = "rate") -> pl.DataFrame:
    """Leaf cells of one KPI, a month each, the last in October 2026."""
    months = pl.date_range(date(2020, 1, 1), MONTH, "1mo", eager=True).tail(len(values))
    rows = [(m, code, "all", "retail", "north", x, n, "deliveries", "f") for m, (x, n) in zip(months, values, strict=True)]
    names = [
        "month_start_date",
        "metric_code",
        "breakdown_code",
        "segment_code",
        "region_code",
        "numerator",
        "denominator",
        "base_kind",
        "fingerprint",
    ]
    return pl.DataFrame(rows, schema=names, orient="row")


def metric(unit: str = "share", direction: str = "higher_is_better", *, is_open_cohort: bool = False) -> pl.DataFrame:
    """config.metrics with one metric."""
    return pl.DataFrame([("rate", unit, direction, is_open_cohort)], schema=METRICS, orient="row")


def last(values: list[tuple[int, int]], metrics: pl.DataFrame, target: float | None = None) -> dict[str, dict[str, object]]:
    """The newest month's verdicts of the whole company by comparison."""
    plan = [("rate", date(2020, 1, 1), target, "plan")] if target is not None else []
    scores = score_kpis(cells(values), metrics, rule=ProcessRule())
    frame = judge_kpis(scores, pl.DataFrame(plan, schema=TARGETS, orient="row"), metrics, rule=RULE)
    now = frame.filter(pl.col("month_start_date") == MONTH, pl.col("segment_code") == "all", pl.col("region_code") == "all")
    return {row["comparison_code"]: row for row in now.iter_rows(named=True)}


WAVE = [(90, 100), (92, 100)] * 12


@pytest.mark.parametrize(
    ("n_months", "reason"), [(11, "not enough history"), (12, "inside the process limits"), (13, "inside the process limits")]
)
def test_a_process_needs_twelve_months_of_history(n_months: int, reason: str) -> None:
    row = last([*WAVE[:n_months], (91, 100)], metric())["process"]
    assert row["reason"] == reason
    assert row["verdict"] == ("cannot tell" if reason == "not enough history" else "steady")


def test_limits_of_a_share_are_those_of_laney() -> None:
    scores = (
        score_kpis(cells([*WAVE, (91, 400)]), metric(), rule=ProcessRule()).filter(pl.col("month_start_date") == MONTH).row(0, named=True)
    )
    centre = (90 + 92) / 200
    one_step = 0.02 / sqrt(centre * (1 - centre) / 100)
    width = 3 * sqrt(centre * (1 - centre) / 400) * one_step / 1.128
    assert (scores["process_low"], scores["process_high"]) == pytest.approx((centre - width, centre + width))
    assert (scores["process_centre"], scores["n_history_months"]) == (pytest.approx(centre), 24)


def test_limits_of_an_average_are_those_of_moving_ranges() -> None:
    days = [(100, 20), (120, 20)] * 12
    scores = score_kpis(cells([*days, (110, 20)]), metric("workdays"), rule=ProcessRule()).filter(pl.col("month_start_date") == MONTH)
    row = scores.row(0, named=True)
    assert (row["process_low"], row["process_high"]) == pytest.approx((5.5 - 3 * 1 / 1.128, 5.5 + 3 * 1 / 1.128))


@pytest.mark.parametrize(
    ("x", "direction", "word"),
    [
        (70, "higher_is_better", "worse"),
        (70, "lower_is_better", "better"),
        (100, "higher_is_better", "better"),
        (91, "lower_is_better", "steady"),
    ],
)
def test_outside_its_limits_a_kpi_is_better_or_worse_by_its_direction(x: int, direction: str, word: str) -> None:
    assert last([*WAVE, (x, 100)], metric(direction=direction))["process"]["verdict"] == word


def test_outside_its_limits_but_not_far_is_changed_but_small() -> None:
    steady = [(9000, 10000)] * 24
    assert last([*steady, (9050, 10000)], metric())["process"]["verdict"] == "changed but small"
    assert last([*steady, (9100, 10000)], metric())["process"]["verdict"] == "better"
    assert last([*steady, (9000, 10000)], metric())["process"]["verdict"] == "steady"


def test_only_the_twenty_four_months_before_count() -> None:
    assert last([(10, 100)] * 6 + [(90, 100)] * 24 + [(90, 100)], metric())["process"]["verdict"] == "steady"


@pytest.mark.parametrize(
    ("x", "direction", "word"),
    [(909, "higher_is_better", "steady"), (910, "higher_is_better", "better"), (911, "higher_is_better", "better"),
     (891, "higher_is_better", "steady"), (890, "higher_is_better", "worse"), (890, "lower_is_better", "better")],
)  # fmt: skip
def test_a_kpi_is_off_its_target_from_one_point_on(x: int, direction: str, word: str) -> None:
    row = last([(x, 1000)], metric(direction=direction), 0.9)["target"]
    assert (row["verdict"], row["reason"]) == (word, "census against target")
    assert (row["difference_low"], row["p_value"], row["q_value"], row["smallest_detectable"]) == (None, None, None, None)


@pytest.mark.parametrize(("days", "word"), [(549, "steady"), (550, "worse"), (551, "worse")])
def test_an_average_is_off_its_target_from_half_a_day_on(days: int, word: str) -> None:
    assert last([(days, 100)], metric("workdays", "lower_is_better"), 5.0)["target"]["verdict"] == word


def test_a_total_is_the_ratio_of_sums_never_the_mean_of_rates() -> None:
    north, south = cells([(9, 10)]), cells([(100, 1000)]).with_columns(region_code=pl.lit("south"))
    scores = score_kpis(pl.concat([north, south]), metric(), rule=ProcessRule())
    values = dict(scores.filter(pl.col("segment_code") == "all").select("region_code", "value").iter_rows())
    assert values == {"all": pytest.approx((9 + 100) / (10 + 1000)), "north": 0.9, "south": 0.1}


def test_a_kpi_with_nothing_in_its_base_has_no_value_and_no_verdict() -> None:
    row = last([*WAVE, (0, 0)], metric(), 0.9)
    assert {key: (r["value"], r["verdict"]) for key, r in row.items()} == {
        "process": (None, "cannot tell"),
        "target": (None, "cannot tell"),
    }


def test_a_cohort_that_is_still_open_is_not_judged_in_any_comparison() -> None:
    """A young month of complaints is less resolved than an old one by its age alone: neither worse nor below plan."""
    closed, still_open = (last([*WAVE, (60, 100)], metric(is_open_cohort=is_open), target=0.95) for is_open in (False, True))
    assert {code: row["verdict"] for code, row in closed.items()} == {"process": "worse", "target": "worse"}
    assert set(still_open) == {"process", "target"}
    assert {(row["verdict"], row["reason"]) for row in still_open.values()} == {("cannot tell", "open_cohort")}
    assert still_open["process"]["difference"] == closed["process"]["difference"]
