"""Figures: small bases, lateness by lineage, suppression, what is lacking."""

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
    with_late,
    without,
)
from support.report_pages import report_of

from orchestration.reports.figure import Figure, figures_from_frame
from orchestration.reports.figures import build_figures
from orchestration.reports.figures_operations import suppress_complement
from orchestration.schemas.reported import CLAIMS, FIGURES


@pytest.fixture(scope="module")
def normal():
    return report_of(build_frames())


def test_rows_keep_the_schema(normal):
    assert normal.figures.columns == [column.name for column in FIGURES.columns]
    assert normal.claims.columns == [column.name for column in CLAIMS.columns]
    for frame, table in ((normal.figures, FIGURES), (normal.claims, CLAIMS)):
        assert frame.select(table.key).is_duplicated().sum() == 0
        required = [column.name for column in table.columns if column.is_required]
        assert sum(frame.select(required).null_count().row(0)) == 0
    assert not normal.figures.select(pl.col("value").is_nan().any()).item()


def test_row_order_of_the_tables_does_not_matter(normal):
    shuffled = {name: frame.sample(fraction=1.0, shuffle=True, seed=3) for name, frame in vars(normal.frames).items()}
    again = report_of(replace(normal.frames, **shuffled))
    assert again.figures.equals(normal.figures)
    assert again.claims.equals(normal.claims)


def test_every_number_says_where_it_stands(normal):
    assert set(normal.figures["source_table"].str.split(".").list.first()) <= {"indices", "config", "ops", "reported"}


def test_under_thirty_answers_the_month_is_hidden_and_three_months_stand_in():
    figures = report_of(build_frames(bases=(*BASES[:-1], 22))).figure_set
    assert figures["headline.index"].value is None
    assert figures["headline.index"].note_code == "too_few"
    assert figures["headline.pool"].value == pytest.approx(74.9)


def test_thirty_to_ninety_nine_answers_carry_a_note():
    figures = report_of(build_frames(index=(*INDEX[:-1], 73.8), bases=(*BASES[:-1], 64))).figure_set
    assert figures["headline.index"].value == pytest.approx(73.8)
    assert figures["headline.index"].note_code == "small_base"


def test_a_late_source_reaches_exactly_what_is_built_on_it(normal):
    provisional = {figure.figure_code for figure in normal.figure_set if figure.is_provisional}
    assert provisional
    assert all("callback_satisfaction_rate" in code for code in provisional)


def test_late_answers_make_index_items_and_repair_list_provisional():
    figures = report_of(with_late(all_complete(build_frames()), "answers_web", date(2026, 10, 18))).figure_set
    for code in ("headline.index", "item.C1.satisfaction", "repair.1.gap", "trend.2026-10", "quadrant.n_repair"):
        assert figures[code].is_provisional, code
    assert not figures["trend.2026-09"].is_provisional
    assert not figures["kpi.delivery_damage_rate.actual"].is_provisional


def test_no_change_is_a_figure_while_the_month_is_partial():
    figures = report_of(with_late(build_frames(), "answers_web", date(2026, 10, 18))).figure_set
    changes = figures.under("headline.change.")
    assert changes
    assert all(figure.value is None and figure.verdict is None for figure in changes if figure.figure_code.count(".") == 2)


def test_a_source_that_reaches_the_end_of_the_month_is_complete_for_it():
    figures = report_of(with_late(build_frames(), "callbacks", date(2026, 10, 31))).figure_set
    assert figures.text("source.callbacks.state") == "complete"
    assert figures.value("sources.n_late") == 0


@pytest.mark.parametrize(
    ("emptied", "lacking"),
    [
        (("overall_scores", "item_quadrants"), "lacking.survey"),
        (("item_quadrants",), "lacking.importance"),
        (("kpi_scores",), "lacking.operations"),
        (("overall_scores", "kpi_scores"), "lacking.complaints"),
        (("overall_scores", "kpi_scores"), "lacking.deliveries"),
        (("overall_scores", "kpi_scores"), "lacking.stages"),
    ],
)
def test_what_was_not_delivered_is_named(emptied, lacking):
    assert lacking in report_of(without(build_frames(), *emptied)).figure_set


def test_a_kpi_below_the_smallest_base_has_no_value():
    frames = build_frames()
    is_it = (pl.col("metric_code") == "callback_satisfaction_rate") & (pl.col("region_code") == "all")
    few = frames.kpi_scores.with_columns(denominator=pl.when(is_it).then(29).otherwise("denominator"))
    figure = report_of(all_complete(replace(frames, kpi_scores=few))).figure_set["kpi.callback_satisfaction_rate.actual"]
    assert figure.value is None
    assert figure.note_code == "too_few"


def test_few_people_in_a_region_are_suppressed_and_so_is_a_second_region():
    frames = build_frames()
    is_it = (pl.col("metric_code") == "complaint_escalated_rate") & (pl.col("region_code") == "west")
    few = frames.kpi_scores.with_columns(numerator=pl.when(is_it).then(2).otherwise("numerator"))
    regions = report_of(replace(frames, kpi_scores=few)).figure_set.under("region.complaint_escalated_rate.")
    hidden = [figure for figure in regions if figure.value is None]
    assert len(hidden) == 2
    assert all(figure.numerator is None and figure.note_code == "suppressed" for figure in hidden)


def test_a_count_of_few_people_is_not_shown_for_the_whole_company_either():
    frames = build_frames()
    is_it = (pl.col("metric_code") == "complaint_escalated_rate") & (pl.col("region_code") == "all")
    few = frames.kpi_scores.with_columns(numerator=pl.when(is_it).then(4).otherwise("numerator"))
    figure = report_of(replace(frames, kpi_scores=few)).figure_set["kpi.complaint_escalated_rate.actual"]
    assert (figure.value, figure.numerator, figure.note_code) == (None, None, "suppressed")


def test_one_hidden_part_takes_the_smallest_shown_part_with_it():
    parts = [
        Figure(figure_code=code, value=value, n_base=base, base_kind="complaints")
        for code, value, base in (("a", None, 40), ("b", 0.2, 50), ("c", 0.3, 90))
    ]
    assert [figure.value for figure in suppress_complement(parts)] == [None, None, 0.3]


def test_the_plan_of_a_month_is_the_one_in_force_then(normal):
    assert normal.figure_set.value("planned.2025-12") == 75.0
    assert normal.figure_set.value("planned.2026-01") == 76.0


def test_months_of_other_instruments_are_left_out():
    frames = build_frames()
    stranger = frames.overall_scores.with_columns(instrument_code=pl.lit("other"), index_0to100=pl.lit(1.0))
    figures = report_of(replace(frames, overall_scores=pl.concat([stranger, frames.overall_scores]))).figure_set
    assert figures["headline.index"].value == pytest.approx(INDEX[-1])
    assert (MONTH, PARAMETERS.instrument) == (date(2026, 10, 1), "servqual18")


@pytest.mark.parametrize(("starts", "basis"), [(1, "previous_fiscal_year"), (10, "same_fiscal_year"), (11, "previous_fiscal_year")])
def test_the_basis_of_the_weights_is_that_of_the_months_fiscal_year(starts, basis):
    """October 2026 lies in fiscal year 2026, or 2027 where that began in October; weights of a later year may stand there too."""
    frames = build_frames()
    later = frames.item_weights.with_columns(fiscal_year=pl.lit(2027, pl.Int32), basis=pl.lit("same_fiscal_year"))
    parameters = PARAMETERS.model_copy(update={"fiscal_year_starts": starts})
    both = replace(frames, item_weights=pl.concat([frames.item_weights, later]))
    figures = figures_from_frame(build_figures(both, month=MONTH, parameters=parameters))
    assert figures.text("weights.basis") == basis


@pytest.mark.parametrize(("effective", "code"), [(29.9, ""), (30.0, "trust.nps")])
def test_a_recommendation_score_is_hidden_by_its_effective_base(effective, code):
    """1,180 answers stand behind it; what counts is what their weights leave of them."""
    frames = all_complete(build_frames())
    scores = frames.nps_scores.with_columns(n_effective=pl.lit(effective))
    assert report_of(replace(frames, nps_scores=scores)).printed("trust.nps") == code
