"""The page of a month that a failed check holds back: what failed, and the number that stands. No figure of the month is on it."""

from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from orchestration.config.models import Locale
from orchestration.reports.catalogue import Catalogue, read_catalogue
from orchestration.reports.figure import Figure, FigureSet, figures_from_frame
from orchestration.reports.formatting import LANGUAGE_TAG, format_count, format_figure, format_moment, format_month, format_number


@dataclass(frozen=True)
class FailedCheck:
    """One check that holds the month back: its name and what it found, as the run tells operators."""

    name: str
    message: str


@dataclass(frozen=True)
class HeldBack:
    """The page and the operators' mail, every text ready."""

    locale: Locale
    language: str
    company: str
    title: str
    subject: str
    notice: str
    stands: str
    failed: tuple[FailedCheck, ...]
    advice: str
    run: str

    @property
    def text(self) -> str:
        """The page as plain text."""
        found = (f"- {check.name}\n  {check.message}" for check in self.failed)
        return "\n\n".join((self.company, self.title, self.notice, self.stands, *found, self.advice, self.run)) + "\n"


def build_held_back(
    failed: tuple[FailedCheck, ...], *, company: str, month: date, moment: datetime, published: pl.DataFrame | None, locale: Locale
) -> HeldBack:
    """The held-back page of `month` in one language.

    failed: the checks that block; moment: the night's clock; published: rows of reported.figures of the last published month, None
    or without rows where nothing has been published.
    """
    texts = read_catalogue(locale)
    named = format_month(month, locale)
    return HeldBack(
        locale=locale, language=LANGUAGE_TAG[locale], company=company, title=texts.text("title").format(month=named),
        subject=texts.text("held.subject").format(month=named),
        notice=texts.text("held.notice").format(n=format_count(len(failed), locale)), stands=_stands(texts, published), failed=failed,
        advice=texts.text("held.advice"), run=texts.text("trust.run").format(moment=format_moment(moment, locale)),
    )  # fmt: skip


def _stands(texts: Catalogue, published: pl.DataFrame | None) -> str:
    """What readers keep: the last published month's index with its interval; or that there is none."""
    if published is None or published.is_empty():
        return texts.text("held.nothing")
    month = format_month(published.item(0, "month_start_date"), texts.locale)
    index = _index(figures_from_frame(published))
    if index is None or index.interval_low is None or index.interval_high is None:
        return texts.text("held.stands.report").format(month=month)
    low, high = (format_number(end, texts.locale, decimals=index.decimals) for end in (index.interval_low, index.interval_high))
    return texts.text("held.stands").format(month=month, value=format_figure(index, texts.locale), low=low, high=high)


def _index(figures: FigureSet) -> Figure | None:
    """The index where the month has one of its own that was final when it was published."""
    index = figures.get("headline.index")
    return None if index is None or index.value is None or index.is_provisional else index
