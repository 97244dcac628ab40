"""The mail of the monthly report over the states a month can be in: same words as the report, every check passed, subject a finding."""

import dataclasses
from datetime import date
from functools import cache

import pytest
from support import report_frames
from support.mail_pages import build_envelope

from orchestration.delivery.lint import lint_message, take_apart
from orchestration.delivery.mails import build_mail
from orchestration.reports.catalogue import build_label_texts
from orchestration.reports.figure import figures_from_frame
from orchestration.reports.figures import build_figures
from orchestration.reports.frames import ReportParameters
from orchestration.reports.monthly_executive import build_monthly_executive
from orchestration.reports.monthly_executive_mail import build_monthly_executive_mail
from orchestration.reports.render import build_environment, render_monthly_executive
from orchestration.reports.sentences_sections import build_claims

MONTH = report_frames.MONTH
SURVEY = ("overall_scores", "item_scores", "item_quadrants", "item_weights", "nps_scores", "response_rates")


def states():
    usual = report_frames.build_frames()
    return {
        "usual": usual,
        "complete": report_frames.all_complete(usual),
        "no survey": report_frames.without(usual, *SURVEY),
        "importance not asked": report_frames.without(usual, "item_quadrants"),
        "survey alone": report_frames.without(usual, "kpi_scores"),
        "too few": report_frames.build_frames(bases=(*report_frames.BASES[:-1], 12)),
        "answers late": report_frames.with_late(usual, "answers_web", date(2026, 10, 20)),
    }


STATES = states()


@cache
def view_of(state: str, locale: str):
    frames = STATES[state]
    parameters = ReportParameters(company_en="Northgate", company_zh="北门", instrument=report_frames.INSTRUMENT, contact="Li Wen")
    figures = build_figures(frames, month=MONTH, parameters=parameters)
    claims = build_claims(figures_from_frame(figures), month=MONTH)
    labels = build_label_texts(items=frames.items, stages=frames.stages, metrics=frames.metrics, labels=frames.labels)
    return build_monthly_executive(figures, claims, labels=labels, locale=locale, generation="g000001")


def page_of(state: str, locale: str):
    return build_monthly_executive_mail(view_of(state, locale), report_file="monthly_executive.html", unsubscribe_address="out@example.com")


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("state", STATES)
def test_every_state_gives_a_mail_that_passes_its_checks(state, locale):
    page = page_of(state, locale)
    mail = build_mail(build_environment(locale), page, build_envelope(language=page.language, subject=page.subject))
    assert [finding for finding in lint_message(mail) if not finding.is_ok and finding.check != "fonts"] == []
    assert "None" not in take_apart(mail).text
    assert page.subject not in (page.title, "")


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("state", ["usual", "too few", "answers late"])
def test_every_figure_of_the_mail_stands_in_the_report(state, locale):
    view = view_of(state, locale)
    report = render_monthly_executive(view)
    page = page_of(state, locale)
    cells = [cell.text for section in page.sections if section.table for row in section.table.rows for cell in row[1:]]
    numbers = {text.split(" ")[0] for text in cells if any(letter.isdigit() for letter in text)}
    assert len(numbers) > 30
    assert [number for number in sorted(numbers) if number.replace("\u00a0%", "") not in report] == []


def test_the_subject_states_the_finding_and_gives_the_number():
    assert page_of("usual", "en").subject == "October 2026: Satisfaction is up on last year and still short of target (74.6 of 100)"
    assert page_of("usual", "zh").subject == "2026年10月：满意度较去年上升，但仍未达到目标（74.6分）"


@pytest.mark.parametrize("state", ["answers late", "too few", "no survey"])
def test_the_subject_gives_no_number_that_is_not_final(state):
    assert "74.6" not in page_of(state, "en").subject
    assert page_of(state, "en").subject.count("October 2026") == 1


def test_a_provisional_headline_says_so_in_words():
    assert "provisional" in page_of("answers late", "en").headline.unit
    assert page_of("answers late", "en").headline.changes == ()


def test_a_late_source_is_a_notice():
    assert page_of("usual", "en").notices
    assert page_of("complete", "en").notices == ()


def test_pictures_say_their_finding_and_the_map_names_every_number():
    page = page_of("usual", "en")
    trend, quadrants = page.pictures
    assert "72.2" in trend.alt
    assert "74.6" in trend.alt
    section = next(section for section in page.sections if section.picture is quadrants)
    told = " ".join([*(row[0].text for row in section.table.rows), *section.remarks])
    assert all(f"{key.number} {key.label.removesuffix(' ?')}" in told for key in quadrants.drawing.keys)


def test_a_month_without_a_value_is_not_labelled_with_an_older_one():
    trend = page_of("too few", "en").pictures[0]
    assert not [shape for shape in trend.drawing.shapes if getattr(shape, "bold", False)]
    assert "–" not in trend.alt


def test_a_chinese_stop_needs_no_space_after_it():
    page = page_of("usual", "zh")
    lead = dataclasses.replace(page.points[0], lead="先做这个。", rest="因为")
    assert lead.text == "先做这个。因为"
