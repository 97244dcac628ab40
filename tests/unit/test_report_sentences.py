"""Sentences: change the data and see the sentence change or go."""

import json
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from support.report_frames import (
    BASES,
    INDEX,
    MONTH,
    PARAMETERS,
    all_complete,
    build_frames,
    with_kpi,
    with_late,
    with_verdict,
    without,
)
from support.report_pages import Report, report_of

from orchestration.reports.figure import figures_from_frame
from orchestration.reports.figures import build_figures
from orchestration.reports.sentences_sections import build_claims

DEADLINE, BY_TIME, BY_DATE = "complaint_deadline_rate", "delivery_on_time_by_time_rate", "delivery_on_time_by_date_rate"


@pytest.fixture(scope="module")
def frames():
    return all_complete(build_frames())


def months_met(frames, metric, backs, value=0.99):
    for back in backs:
        frames = with_kpi(frames, metric, value, back=back)
    return frames


def test_the_three_points_of_a_normal_month(frames):
    view = report_of(frames).view()
    assert [point.lead for point in view.points] == [
        "Repair “Complaints solved” first.",
        "“Resolved within the deadline” missed plan in each of the last 13 months:",
        "“On time by the promised time”: 91.6\u00a0%, planned 96.0\u00a0%;",
    ]
    assert view.points[2].rest == "missed four months running; West is lowest at 74.1\u00a0%."


def test_a_met_plan_takes_its_sentence_away(frames):
    met = with_kpi(with_kpi(frames, BY_TIME, 0.97), BY_DATE, 0.98)
    report = report_of(met)
    assert not any("On time" in point.text for point in report.view().points)
    assert report.printed("heading.delivery") == "delivery.lowest"


def test_the_run_of_months_is_counted_and_broken(frames):
    assert report_of(frames).figure_set.value(f"kpi.{BY_TIME}.streak") == 4
    broken = report_of(months_met(frames, BY_TIME, [1]))
    assert broken.figure_set.value(f"kpi.{BY_TIME}.streak") == 1
    assert "running" not in " ".join(point.text for point in broken.view().points)


def test_the_worst_region_is_named_only_where_the_rank_holds(frames):
    tied = frames
    for region in ("west", "east"):
        tied = with_kpi(tied, BY_TIME, 0.7412, region=region)
    assert "lowest" not in " ".join(point.text for point in report_of(tied).view().points[2:])


def test_rated_lowest_needs_a_difference_beyond_the_intervals(frames):
    assert report_of(frames).printed("point.1") == "point.repair.lowest"
    is_first = pl.col("item_code") == "C1"
    near = frames.item_quadrants.with_columns(satisfaction_score=pl.when(is_first).then(3.53).otherwise("satisfaction_score"))
    assert report_of(replace(frames, item_quadrants=near)).printed("point.1") == "point.repair.relative.department"


def test_relatively_is_said_only_under_a_relative_cross_hair(frames):
    assert report_of(frames).printed("heading.quadrant") == "quadrant.relative.some"
    absolute = frames.item_quadrants.with_columns(cut_rule=pl.lit("scale_midpoint"))
    assert report_of(replace(frames, item_quadrants=absolute)).printed("heading.quadrant") == "quadrant.some"


def test_nothing_to_repair_is_said_so(frames):
    none = frames.item_quadrants.with_columns(repair_rank=pl.lit(None, pl.Int32))
    report = report_of(replace(frames, item_quadrants=none))
    assert report.printed("heading.quadrant") == "quadrant.none"
    assert not any(code.startswith("point.repair") for code in report.points())
    unknown = none.with_columns(certainty=pl.lit(None, pl.Float64))
    assert report_of(replace(frames, item_quadrants=unknown)).printed("heading.quadrant") == "quadrant.plain"


@pytest.mark.parametrize(
    ("comparison", "verdict", "heading"),
    [
        ("same_month_last_year", "better", "trend.year.better.short"),
        ("same_month_last_year", "worse", "trend.year.worse.short"),
        ("same_month_last_year", "steady", "trend.unknown.short"),
        ("same_month_last_year", "changed but small", "trend.unknown.short"),
    ],
)
def test_the_heading_of_the_trend_follows_the_verdict(frames, comparison, verdict, heading):
    assert report_of(with_verdict(frames, "overall_index", comparison, verdict=verdict)).printed("heading.trend") == heading


def test_steady_and_above_target(frames):
    changed = with_verdict(frames, "overall_index", "target", verdict="better")
    changed = with_verdict(changed, "overall_index", "same_month_last_year", verdict="steady")
    changed = with_verdict(changed, "overall_index", "previous_month", verdict="steady")
    assert report_of(changed).printed("heading.trend") == "trend.steady.above"


def test_part_of_a_month_states_no_change():
    report = report_of(with_late(all_complete(build_frames()), "answers_web", date(2026, 10, 18)))
    view = report.view()
    assert view.headline.is_hollow
    assert view.headline.changes == ()
    assert view.headline.summary.text == "No change is stated on part of a month."
    assert view.headline.note.text == "Answers reach only 18 October 2026. The index is provisional."
    assert report.points()[0] == "point.late_headline.to_day"
    told = " ".join([view.trend.heading.text, *(point.text for point in view.points)])
    assert not any(word in told for word in (" up on", " down on", "rose", "fell", "higher", "lower"))


def test_a_late_kpi_is_neither_missed_nor_met():
    report = report_of(build_frames())
    assert report.printed("heading.kpi") == "kpi.some_judged"
    row = next(row for group in report.view().kpis.groups for row in group.rows if "called back" in row.label)
    assert (row.actual.badge, row.difference.word, row.difference.tone) == ("provisional", "", "")


def test_headline_states():
    few = report_of(build_frames(bases=(*BASES[:-1], 22))).view().headline
    assert (few.state, few.number, few.changes, few.strip) == ("too_few", "\u2013", (), None)
    assert "Last three months together: 74.9" in few.interval
    small = report_of(build_frames(index=(*INDEX[:-1], 73.8), bases=(*BASES[:-1], 64))).view().headline
    assert (small.state, small.is_hollow) == ("small_base", True)
    frames = build_frames()
    empty = replace(frames, overall_scores=frames.overall_scores.filter(pl.col("month_start_date") < MONTH))
    assert report_of(empty).view().headline.note.text == "No valid answers arrived for October 2026."


def test_all_plans_met(frames):
    met = frames
    for metric, value in ((DEADLINE, 0.95), (BY_TIME, 0.97), (BY_DATE, 0.99), ("callback_satisfaction_rate", 0.85)):
        met = with_kpi(met, metric, value)
    report = report_of(met)
    assert report.printed("heading.kpi") == "kpi.all_met"
    assert report.printed("heading.complaints") == "complaints.met"
    assert not any(code.startswith("point.missed") for code in report.points())


def test_furthest_from_plan_only_where_every_plan_can_be_judged(frames):
    assert report_of(frames).printed("heading.kpi") == "kpi.furthest"
    assert report_of(build_frames()).printed("heading.kpi") != "kpi.furthest"


def test_one_stage_below_its_goal_is_the_only_one(frames):
    report = report_of(frames)
    assert report.printed("heading.stages") == "stages.only"
    assert report.view().stages.heading.text == "“Construction” is the only stage below its goal"
    is_it = (pl.col("breakdown_code") == "construction") & (pl.col("metric_code") == "stage_limit_compliance_rate")
    better = frames.kpi_scores.with_columns(value=pl.when(is_it).then(0.93).otherwise("value"))
    assert report_of(replace(frames, kpi_scores=better)).printed("heading.stages") == "stages.all_met"


def test_heading_and_table_of_the_stages_tell_of_one_metric(frames):
    """The goal is set for passages inside their limit; another share by stage must not be counted against it."""
    is_it = (pl.col("breakdown_code").is_in(["survey", "plan"])) & (pl.col("metric_code") == "stage_limit_compliance_rate")
    worse = frames.kpi_scores.with_columns(value=pl.when(is_it).then(0.80).otherwise("value"))
    report = report_of(replace(frames, kpi_scores=worse))
    stages = report.view().stages
    assert sum(row.cells[-1].tone in ("near", "miss", "far") for row in stages.rows) == 3
    assert stages.heading.text == "Three of five stages are below their goals"
    assert {figure.figure_code.split(".")[1] for figure in report.figure_set.under("stage.", ".goal")} == {"stage_limit_compliance_rate"}


def test_the_missed_plans_that_are_counted_are_the_rows_called_worse(frames):
    view = report_of(frames).view()
    rows = [row for group in view.kpis.groups for row in group.rows]
    assert view.kpis.heading.text.startswith("Four of six indicators")
    assert sum(row.difference.tone == "bad" for row in rows) == 4
    assert sum(row.plan != "\u2013" for row in rows) == 6


def test_a_stage_without_a_figure_forbids_every_sentence_about_all_stages(frames):
    is_it = (pl.col("breakdown_code") == "plan") & (pl.col("month_start_date") == MONTH)
    few = frames.kpi_scores.with_columns(denominator=pl.when(is_it).then(3).otherwise("denominator"))
    assert report_of(replace(frames, kpi_scores=few)).printed("heading.stages") == "stages.plain"


def test_by_date_is_compared_with_by_time_only_where_it_is_the_larger(frames):
    assert report_of(frames).printed("note.delivery") == "note.two_ways"
    assert report_of(with_kpi(frames, BY_DATE, 0.90)).printed("note.delivery") == ""
    is_date = pl.col("metric_code") == BY_DATE
    fewer = frames.kpi_scores.with_columns(denominator=pl.when(is_date).then(pl.col("denominator") - 1).otherwise("denominator"))
    assert report_of(replace(frames, kpi_scores=fewer)).printed("note.delivery") == ""


def test_the_late_source_is_named_or_counted(frames):
    assert report_of(frames).view().masthead.sources.text == "All 7 sources complete"
    assert report_of(build_frames()).view().masthead.sources.text == "6 of 7 sources complete; call-backs late"
    two = with_late(build_frames(), "answers_web", date(2026, 10, 20))
    assert report_of(two).view().masthead.sources.text == "5 of 7 sources complete; 2 late"


def test_absent_families_leave_no_empty_section():
    survey = ("overall_scores", "item_quadrants", "nps_scores", "response_rates", "item_weights")
    view = report_of(without(build_frames(), *survey)).view()
    assert (view.headline, view.trend, view.quadrant) == (None, None, None)
    assert any("no survey answers" in line for line in view.trust.paragraphs)
    bare = report_of(without(all_complete(build_frames()), *survey, "kpi_scores", "verdicts")).view()
    assert (bare.kpis, bare.stages, bare.deliveries, bare.complaints, bare.points) == (None, None, None, None, ())


def test_no_section_without_importance():
    view = report_of(without(build_frames(), "item_quadrants")).view()
    assert view.quadrant is None
    assert any("Importance was not asked" in line for line in view.trust.paragraphs)


def test_points_are_short_in_every_state(frames):
    late = with_late(frames, "answers_web", date(2026, 10, 18))
    states = [
        frames,
        build_frames(),
        late,
        without(frames, "item_quadrants"),
        without(frames, "kpi_scores"),
        build_frames(bases=(*BASES[:-1], 22)),
    ]
    for state in states:
        for point in report_of(state).view().points:
            assert len(point.text.split()) < 25, point.text


def test_no_two_points_tell_the_same_topic(frames):
    claims = report_of(frames).claims.filter(pl.col("is_printed") & pl.col("claim_code").str.starts_with("point."))
    topics = [json.loads(arguments)["topic"] for arguments in claims["arguments"]]
    assert len(topics) == len(set(topics)) == 3


def test_one_verdict_word_for_one_figure(frames):
    headline = report_of(frames).view().headline
    assert [(change.cell.text, change.cell.word, change.cell.tone, change.cell.arrow) for change in headline.changes] == [
        ("\u22121.3", "cannot tell", "", ""), ("+2.4", "better", "good", "▲"), ("\u22121.4", "below target", "bad", "▼"),
    ]  # fmt: skip


def test_what_is_recorded_is_what_is_printed(frames):
    claims = report_of(frames).claims
    printed = claims.filter("is_printed")
    assert printed["holds"].all()
    assert printed["claim_code"].is_duplicated().sum() == 0
    first = claims.filter("holds").group_by("claim_code").agg(pl.col("candidate").min())
    assert first.sort("claim_code").equals(printed.select("claim_code", "candidate").sort("claim_code"))


def test_an_open_cohort_is_shown_without_colour_and_judged_by_no_sentence(frames):
    """The same share below the same plan: missed for months where the cases are over, no word where they are not."""
    is_it = pl.col("metric_code") == DEADLINE
    metrics = frames.metrics.with_columns(is_open_cohort=is_it | pl.col("is_open_cohort"))
    still_open = replace(frames, metrics=metrics)
    for comparison in ("target", "process"):
        still_open = with_verdict(still_open, f"kpi:{DEADLINE}", comparison, verdict="cannot tell", reason="open_cohort")
    closed, report = report_of(frames), report_of(still_open)
    assert any("Resolved within the deadline" in point.text for point in closed.view().points)
    view = report.view()
    row = next(row for group in view.kpis.groups for row in group.rows if row.label == "Resolved within the deadline")
    assert (row.actual.text, row.actual.note, row.difference.word, row.difference.tone) == ("82.8", "still open", "cannot tell", "")
    assert (row.process.text, row.process.tone) == ("cannot tell", "")
    assert "gets no verdict" in " ".join(view.kpis.notes)
    told = " ".join([view.kpis.heading.text, view.complaints.heading.text, *(point.text for point in view.points)])
    assert "deadline" not in told
    assert report.figure_set.value(f"kpi.{DEADLINE}.streak") == 0


def test_no_word_is_said_of_a_process_whose_number_is_hidden(frames):
    is_it = (pl.col("metric_code") == BY_TIME) & (pl.col("month_start_date") == MONTH)
    few = frames.kpi_scores.with_columns(denominator=pl.when(is_it).then(29).otherwise("denominator"))
    rows = [row for group in report_of(replace(frames, kpi_scores=few)).view().kpis.groups for row in group.rows]
    assert [row.process.text for row in rows if row.actual.note == "too few"] == [""]


def test_stages_without_goals_are_shown_without_a_verdict(frames):
    """Their shares are known; what is lacking is the goal, and the last section says so."""
    no_goals = replace(frames, stages=frames.stages.with_columns(goal_share=pl.lit(None, pl.Float64)))
    report = report_of(no_goals)
    stages, trust = report.view().stages, report.view().trust
    assert not stages.has_goals
    assert {cell.tone for row in stages.rows for cell in row.cells} == {"none"}
    assert stages.rows[0].cells[-1].text == "98"
    assert "No goal is set for any stage, so their shares stand without a verdict." in trust.paragraphs
    assert "goal met" not in report.html()


@pytest.mark.parametrize(
    ("metric", "section", "said"),
    [
        ("stage_", "stages", "No stage had cases enough"),
        ("delivery_", "deliveries", "No region had deliveries enough"),
    ],
)
def test_a_section_that_would_be_empty_is_left_out_and_named(frames, metric, section, said):
    few = frames.kpi_scores.with_columns(
        denominator=pl.when(pl.col("metric_code").str.starts_with(metric)).then(29).otherwise("denominator")
    )
    view = report_of(replace(frames, kpi_scores=few)).view()
    assert getattr(view, section) is None
    assert any(paragraph.startswith(said) for paragraph in view.trust.paragraphs)


def test_one_region_makes_no_table_of_regions(frames):
    single = frames.kpi_scores.filter(pl.col("region_code").is_in(["all", "west"]))
    view = report_of(replace(frames, kpi_scores=single)).view()
    assert view.deliveries is None
    assert any("or only one, so there is no table of regions" in paragraph for paragraph in view.trust.paragraphs)


def test_a_near_miss_is_what_the_client_calls_near(frames):
    """Construction: 82 % against 90 %; at nine points it is near, at two it is not, and the legend says which."""
    strip = report_of(frames).view().stages
    assert (strip.rows[3].cells[-1].tone, strip.legend_near) == ("miss", "missed by up to 2 points")
    figures = build_figures(frames, month=MONTH, parameters=PARAMETERS.model_copy(update={"near_miss_share": 0.085}))
    wide = Report(frames, figures, build_claims(figures_from_frame(figures), month=MONTH)).view().stages
    assert (wide.rows[3].cells[-1].tone, wide.legend_near) == ("near", "missed by up to 8.5 points")


@pytest.mark.parametrize(("share", "text", "tone"), [(0.9244, "92.4", "near"), (0.9246, "92.5", "met")])
def test_a_goal_with_a_decimal_is_compared_with_a_decimal(frames, share, text, tone):
    is_it = (pl.col("breakdown_code") == "survey") & (pl.col("month_start_date") == MONTH)
    scores = frames.kpi_scores.with_columns(value=pl.when(is_it).then(share).otherwise("value"))
    stages = frames.stages.with_columns(goal_share=pl.when(pl.col("stage_code") == "survey").then(0.925).otherwise("goal_share"))
    row = report_of(replace(frames, kpi_scores=scores, stages=stages)).view().stages.rows[0]
    assert (row.goal, row.cells[-1].text, row.cells[-1].tone) == ("92.5", text, tone)


@pytest.mark.parametrize(
    ("kept", "heading"),
    [
        ((BY_TIME,), "The one indicator with complete data did not clearly miss its plan"),
        ((BY_TIME, BY_DATE), "Neither of the two indicators with complete data clearly missed its plan"),
        ((BY_TIME, BY_DATE, DEADLINE), "None of the three indicators with complete data clearly missed its plan"),
    ],
)
def test_plans_that_were_nearly_met_are_counted_in_words(frames, kept, heading):
    near = replace(frames, targets=frames.targets.filter(pl.col("metric_code").is_in(["overall_index", *kept])))
    for metric, value in ((BY_TIME, 0.957), (BY_DATE, 0.972), (DEADLINE, 0.897)):
        near = with_kpi(near, metric, value)
    view = report_of(near).view()
    assert view.kpis.heading.text == heading


@pytest.mark.parametrize(
    ("kept", "heading"),
    [
        ((BY_TIME,), "The one indicator with a plan met it"),
        ((BY_TIME, BY_DATE), "Both indicators with a plan met it"),
        ((BY_TIME, BY_DATE, DEADLINE), "All three indicators with a plan met it"),
    ],
)
def test_plans_that_were_met_are_counted_in_words(frames, kept, heading):
    met = replace(frames, targets=frames.targets.filter(pl.col("metric_code").is_in(["overall_index", *kept])))
    for metric in kept:
        met = with_kpi(met, metric, 0.99)
    assert report_of(met).view().kpis.heading.text == heading


@pytest.mark.parametrize(("n", "effective", "code"), [(22, 22, "too_few"), (45, 21, "too_few.weighted"), (500, 64, "small_base.weighted")])
def test_weights_that_shrink_the_base_are_said(frames, n, effective, code):
    is_now = (pl.col("month_start_date") == MONTH) & (pl.col("window_months") == 1)
    scores = frames.overall_scores.with_columns(
        n_responses=pl.when(is_now).then(n).otherwise("n_responses"),
        n_effective=pl.when(is_now).then(float(effective)).otherwise("n_effective"),
        base_state=pl.when(is_now).then(pl.lit(code.removesuffix(".weighted"))).otherwise("base_state"),
    )
    assert report_of(replace(frames, overall_scores=scores)).printed("headline.note") == f"headline.{code}"


def test_a_name_with_a_bar_stays_in_its_sentence(frames):
    """The bar parts a catalogue's sentence, never a client's name."""
    items = frames.items.with_columns(short_en=pl.when(pl.col("item_code") == "C1").then(pl.lit("A|B {n}")).otherwise("short_en"))
    assert report_of(replace(frames, items=items)).view().points[0].lead == "Repair “A|B {n}” first."


def test_nothing_returned_is_said_and_not_passed_over(frames):
    rates = frames.response_rates.with_columns(
        n_returned=pl.lit(0, pl.Int64), n_valid=pl.lit(0, pl.Int64), returned_of_sent_share=0.0, valid_of_sent_share=0.0,
        valid_of_returned_share=pl.lit(None, pl.Float64),
    )  # fmt: skip
    assert report_of(replace(frames, response_rates=rates)).printed("trust.rates") == "trust.rates.none"


def test_a_source_that_never_came_is_said_to_make_its_figures_provisional(frames):
    is_it = pl.col("contract_code") == "deliveries"
    sources = frames.sources.with_columns(
        data_to_date=pl.when(is_it).then(None).otherwise("data_to_date"), state=pl.when(is_it).then(pl.lit("missing")).otherwise("state")
    )
    paragraphs = report_of(replace(frames, sources=sources)).view().trust.paragraphs
    assert paragraphs[0] == "Deliveries did not come: every figure built on them is marked provisional."


def test_without_plans_no_row_of_plans_is_shown(frames):
    bare = replace(frames, targets=frames.targets.clear(), verdicts=frames.verdicts.filter(pl.col("comparison_code") != "target"))
    assert report_of(frames).view().deliveries.has_plans
    assert not report_of(bare).view().deliveries.has_plans


def test_regions_with_too_few_deliveries_are_counted_and_not_listed(frames):
    is_few = pl.col("region_code").is_in(["north", "south"]) & (pl.col("month_start_date") == MONTH)
    few = frames.kpi_scores.with_columns(denominator=pl.when(is_few).then(29).otherwise("denominator"))
    deliveries = report_of(replace(frames, kpi_scores=few)).view().deliveries
    assert [row.label for row in deliveries.rows] == ["West", "Central", "East"]
    assert deliveries.more == "2 regions have too few deliveries to show."
