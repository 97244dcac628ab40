"""Chromium without a way out, and every page that the product writes, for the tests that look at it as a reader does."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
from support import mail_pages
from support.report_frames import BASES, all_complete, build_frames, with_late, without
from support.report_pages import report_of

from orchestration.delivery.lint import take_apart
from orchestration.delivery.preview import build_preview, render_preview
from orchestration.reports.held_back import FailedCheck, build_held_back
from orchestration.reports.mail_page import MailPage
from orchestration.reports.monthly_executive_mail import build_monthly_executive_mail
from orchestration.reports.render import build_environment, render_held_back

CHROMIUM = Path("/usr/bin/chromium")
ACTUAL = Path(__file__).resolve().parents[1] / "browser" / "actual"
SURVEY = ("overall_scores", "item_quadrants", "nps_scores", "response_rates", "item_weights")
STATES = {
    "normal": lambda: build_frames(),
    "small": lambda: build_frames(bases=(*BASES[:-1], 64)),
    "few": lambda: build_frames(bases=(*BASES[:-1], 22)),
    "late": lambda: with_late(all_complete(build_frames()), "answers_web", date(2026, 10, 18)),
    "operations": lambda: without(build_frames(), *SURVEY),
    "survey": lambda: without(build_frames(), "kpi_scores"),
    "nothing": lambda: without(build_frames(), *SURVEY, "kpi_scores", "verdicts"),
}
WIDTHS = (360, 760, 1280)
LOCALES = ("en", "zh")


@dataclass
class Shown:
    """A page in the browser, and every address it asked for beside itself."""

    page: object
    asked: list[str]


@contextmanager
def chromium() -> Iterator[object]:
    """A browser; the test is skipped where Debian's Chromium is missing."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing: sudo apt install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@contextmanager
def shown(browser, html: str, *, width: int = 760, scheme: str = "light") -> Iterator[Shown]:
    """The page at that width; whatever it asks for beyond itself is refused and noted."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    asked: list[str] = []

    def refuse(route) -> None:
        asked.append(route.request.url)
        route.abort()

    page.route(re.compile(r"^(?!data:)"), refuse)
    page.set_content(html, wait_until="load")
    yield Shown(page, asked)
    page.close()


def violations(page, *, without_rules: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds: rule, how bad, and the first places."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    options = {"resultTypes": ["violations"], "rules": {rule: {"enabled": False} for rule in without_rules}}
    found = json.loads(page.evaluate("options => axe.run(document, options).then(r => JSON.stringify(r.violations))", options))
    return [
        f"{rule['id']} ({rule['impact']}): {[(node['target'], node['failureSummary']) for node in rule['nodes'][:3]]}" for rule in found
    ]


def picture(page, name: str) -> None:
    """The page as a picture for people; nothing compares it, since letters differ from machine to machine."""
    ACTUAL.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(ACTUAL / f"{name}.png"), full_page=True)


@cache
def report_html(state: str, locale: str) -> str:
    return report_of(STATES[state]()).html(locale)


@cache
def held_html(locale: str) -> str:
    """The page of a month that a failed check holds back after a published one."""
    failed = (FailedCheck("ops.checks: gate", "marts.fct_answer.n_after_run: 212"),)
    published = report_of(build_frames()).figures
    night = {"month": date(2026, 11, 1), "moment": datetime(2026, 12, 3, 2)}
    return render_held_back(build_held_back(failed, company="Northgate", **night, published=published, locale=locale))


def mail_page(state: str, locale: str) -> MailPage:
    """What the mail of the same invented month shows."""
    report_file, view = f"monthly_executive_{locale}.html", report_of(STATES[state]()).view(locale)
    return build_monthly_executive_mail(view, report_file=report_file, unsubscribe_address="reports@example.com")


@cache
def mail_message(state: str, locale: str):
    page = mail_page(state, locale)
    return mail_pages.build_mail(page.language, page)


@cache
def mail_html(state: str, locale: str) -> str:
    """The mail's HTML part with its pictures in it, as a mail program shows it."""
    message = mail_message(state, locale)
    html = take_apart(message).html
    head = html[: html.index("<body")]
    return f'{head}<body style="margin:0;background-color:#ffffff;color:#16191d">{build_preview(message).shown}</body></html>'


@cache
def preview_html(state: str, locale: str) -> str:
    return render_preview(build_environment(locale), mail_message(state, locale))
