"""A month held back: what failed and what stands are said, no figure of the month is, and the report removes the page."""

from datetime import date, datetime

import html5lib
import pytest
from support.report_frames import MONTH, build_frames
from support.report_pages import report_of

from orchestration.pipeline.night import remove_held_back
from orchestration.reports.held_back import FailedCheck, build_held_back
from orchestration.reports.render import render_held_back

FAILED = (FailedCheck("ops.checks: gate", "marts.fct_answer.n_after_run: 212"),)
NOVEMBER, NIGHT = date(2026, 11, 1), datetime(2026, 12, 3, 2)


def held(locale="en", *, published=None):
    return build_held_back(FAILED, company="Northgate", month=NOVEMBER, moment=NIGHT, published=published, locale=locale)


@pytest.fixture(scope="module")
def published():
    return report_of(build_frames()).figures


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_page_and_text_say_what_failed_and_what_stands(published, locale):
    view = held(locale, published=published)
    html = render_held_back(view)
    html5lib.HTMLParser(strict=True).parse(html)
    index = published.filter(published["figure_code"] == "headline.index").row(0, named=True)
    assert published.item(0, "month_start_date") == MONTH
    for said in (html, view.text):
        assert "212" in said
        assert f"{index['value']:.1f}" in said
        assert f"{index['interval_low']:.1f}" in said
        assert "<svg" not in said


def test_without_a_published_month_nothing_stands():
    assert held().stands == "Nothing has been published yet."


def test_a_month_without_an_index_stands_without_a_number(published):
    operations = published.filter(~published["figure_code"].str.starts_with("headline."))
    assert held(published=operations).stands == "The report of October 2026 stands as published."


def test_markup_in_a_message_stays_text():
    view = build_held_back((FailedCheck("x", "<script>"),), company="N", month=NOVEMBER, moment=NIGHT, published=None, locale="en")
    assert "<script>" not in render_held_back(view)


def test_a_publication_removes_held_back_pages_and_mails_of_every_month_and_nothing_else(tmp_path):
    for name in (
        "reports/2026-11/monthly_executive_en.held.html",
        "mail/2026-11/held_back_en.eml",
        "reports/2026-10/monthly_executive_en.held.html",
        "reports/2026-10/monthly_executive_en.html",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    remove_held_back(tmp_path)
    assert [file.name for file in tmp_path.rglob("*.*ml")] == ["monthly_executive_en.html"]
