"""A report without a survey begins with one indicator, never with an index it does not have or a table of dashes."""

import polars as pl
import pytest
from support.report_frames import build_frames, without
from support.report_pages import report_of

from orchestration.reports.monthly_executive_mail import build_monthly_executive_mail
from orchestration.reports.sentences_lead import lead_metric

SURVEY = ("overall_scores", "item_quadrants", "nps_scores", "response_rates", "item_weights")


def operations(*metrics: str):
    """Frames of a company that asks nobody; of all its indicators those named, or all."""
    frames = without(build_frames(), *SURVEY)
    if not metrics:
        return frames
    wanted = pl.col("metric_code").is_in(metrics)
    return type(frames)(**{**vars(frames), "kpi_scores": frames.kpi_scores.filter(wanted), "metrics": frames.metrics.filter(wanted)})


def test_a_company_that_asks_has_an_index_and_no_lead():
    report = report_of(build_frames())
    assert report.view().headline is not None
    assert report.view().lead is None
    assert report.printed("lead") == ""
    assert report.view().masthead.title.startswith("Customer satisfaction report")


@pytest.mark.parametrize(("locale", "title", "plan"), [
    ("en", "Service report, October 2026", "plan of 90.0\u00a0%"), ("zh", "2026年10月服务质量报告", "计划90.0%"),
])  # fmt: skip
def test_the_first_indicator_that_a_plan_judges_stands_in_its_place(locale, title, plan):
    report = report_of(operations())
    view, metric = report.view(locale), lead_metric(report.figure_set)
    assert (view.headline, view.masthead.title) == (None, title)
    assert metric == "complaint_deadline_rate"  # the resolution rate stands before it, but has no plan
    actual = report.figure_set[f"kpi.{metric}.actual"]
    assert view.lead.number.text.startswith(f"{100 * actual.value:.1f}")
    assert str(actual.n_base) in view.lead.base
    assert plan in view.lead.changes[0].against
    assert view.lead.changes[0].cell == next(
        row.difference for group in view.kpis.groups for row in group.rows if row.label == view.lead.label
    )


def test_an_indicator_without_plan_leads_where_nothing_is_planned():
    report = report_of(operations("complaint_resolution_rate", "complaint_first_time_rate"))
    assert lead_metric(report.figure_set) == "complaint_first_time_rate"  # the other's cases are still open


def test_an_only_indicator_is_not_told_again_as_a_table():
    view = report_of(operations("complaint_deadline_rate")).view()
    assert view.kpis is None
    assert view.lead.number.text
    assert len(view.complaints.rows) == 1


def test_nothing_to_show_is_said_and_not_dashed():
    report = report_of(without(build_frames(), *SURVEY, "kpi_scores", "verdicts"))
    assert report.view().lead.number is None
    assert report.printed("lead") == "lead.nothing"
    assert "no indicator has cases enough" in report.html()
    assert report.html().index("no indicator has cases enough") < report.html().index("<table")


def test_the_mail_begins_with_the_same_number():
    view = report_of(operations("complaint_deadline_rate")).view()
    mail = build_monthly_executive_mail(view, report_file="r.html", unsubscribe_address="q@x.example")
    assert (mail.headline.number, mail.headline.unit) == (view.lead.number.text, view.lead.label)
    assert mail.headline_note == view.lead.summary.text
    assert "October 2026" in mail.subject
