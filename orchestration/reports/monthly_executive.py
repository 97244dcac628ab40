"""The monthly executive report as a view-model: every text formatted, every chart drawn, nothing left to decide.

Built from reported.figures and reported.claims and from the printed names of codes, from nothing else. A section whose
figures do not exist is None; the trust section says what is lacking.
"""

from dataclasses import dataclass

import polars as pl

from orchestration.config.models import Locale
from orchestration.reports.catalogue import LabelTexts, read_catalogue
from orchestration.reports.figure import FigureSet, figures_from_frame
from orchestration.reports.formatting import LANGUAGE_TAG, format_month
from orchestration.reports.parts import Page, Sentence
from orchestration.reports.sections_items import ItemSection, build_item_scores
from orchestration.reports.sections_lead import Lead, build_lead
from orchestration.reports.sections_operations import (
    ComplaintSection,
    DeliverySection,
    KpiSection,
    build_complaints,
    build_deliveries,
    build_kpis,
)  # fmt: skip
from orchestration.reports.sections_quadrant import QuadrantSection, build_quadrant
from orchestration.reports.sections_stages import StageSection, build_stage_strip
from orchestration.reports.sections_survey import Headline, TrendSection, build_headline, build_trend
from orchestration.reports.sections_trust import TrustSection, build_trust
from orchestration.reports.sentences import printed_from_frame
from orchestration.reports.sentences_points import N_POINTS


@dataclass(frozen=True)
class Masthead:
    """Who reports on what, with data up to when."""

    company: str
    title: str
    month: str
    data_to: str
    published: str
    sources: Sentence | None
    has_late_source: bool


@dataclass(frozen=True)
class MonthlyExecutive:
    """The page, in reading order."""

    locale: Locale
    language: str
    masthead: Masthead
    headline: Headline | None
    lead: Lead | None
    points: tuple[Sentence, ...]
    trend: TrendSection | None
    quadrant: QuadrantSection | None
    items: ItemSection | None
    kpis: KpiSection | None
    stages: StageSection | None
    deliveries: DeliverySection | None
    complaints: ComplaintSection | None
    trust: TrustSection


def build_monthly_executive(
    figures: pl.DataFrame, claims: pl.DataFrame, *, labels: LabelTexts, locale: Locale, generation: str = ""
) -> MonthlyExecutive:
    """The report in one language from the frozen figures and claims of one month.

    figures, claims: rows of reported.figures and reported.claims of one report; labels: build_label_texts; generation: code of
    the published file the rows were read from. Raises RenderError where a text is missing in the language.
    """
    frozen = figures_from_frame(figures)
    month = figures.item(0, "month_start_date")
    page = Page(frozen, printed_from_frame(claims), labels, read_catalogue(locale), month)
    points = tuple(sentence for number in range(1, N_POINTS + 1) if (sentence := page.sentence(f"point.{number}")) is not None)
    trend = build_trend(page)
    return MonthlyExecutive(
        locale=locale, language=LANGUAGE_TAG[locale], masthead=_masthead(page, frozen), headline=build_headline(page),
        lead=build_lead(page), points=points,
        trend=trend, quadrant=build_quadrant(page), items=build_item_scores(page, has_trend=trend is not None),
        kpis=build_kpis(page), stages=build_stage_strip(page), deliveries=build_deliveries(page), complaints=build_complaints(page),
        trust=build_trust(page, generation=generation),
    )  # fmt: skip


def _masthead(page: Page, figures: FigureSet) -> Masthead:
    month = format_month(page.month, page.locale)
    return Masthead(
        company=figures.text(f"company.{page.locale}"), title=page.text(_title(figures)).format(month=month), month=month,
        data_to=page.day("run.data_to"), published=page.day("run.published"), sources=page.sentence("masthead.sources"),
        has_late_source=bool(figures.value("sources.n_late")),
    )  # fmt: skip


def _title(figures: FigureSet) -> str:
    """What the report is about: satisfaction, or, where nobody answers, how cases are handled."""
    return "title" if figures.get("headline.index") else "title.operations"
