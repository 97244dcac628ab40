"""What a report without a survey begins with: one indicator in the place of the index."""

from dataclasses import dataclass

from orchestration.reports.figure import Figure
from orchestration.reports.formatting import format_count, format_figure, format_short_month
from orchestration.reports.parts import Cell, Page, Sentence
from orchestration.reports.reading import add_months
from orchestration.reports.sections_operations import measured
from orchestration.reports.sections_survey import Change
from orchestration.reports.sentences_lead import lead_metric


@dataclass(frozen=True)
class Lead:
    """One indicator with its base, what it is compared with, and why there is no index; without a number where none is shown."""

    summary: Sentence
    label: str = ""
    number: Cell | None = None
    base: str = ""
    changes: tuple[Change, ...] = ()


def build_lead(page: Page) -> Lead | None:
    """The indicator that stands where the index would; None where there is an index."""
    summary, metric = page.sentence("lead"), lead_metric(page.figures)
    if summary is None or not metric:
        return None if summary is None else Lead(summary)
    actual = page.figures[f"kpi.{metric}.actual"]
    return Lead(
        summary=summary, label=page.label(actual.label_code), number=measured(page, actual, with_unit=True), base=_base(page, actual),
        changes=tuple(_changes(page, f"kpi.{metric}")),
    )  # fmt: skip


def _base(page: Page, actual: Figure) -> str:
    """How many of how many; nothing for a mean, whose sum says nothing."""
    if actual.unit != "share" or actual.numerator is None or actual.n_base is None:
        return ""
    return page.text("lead.base").format(n=format_count(actual.numerator, page.locale), all=format_count(actual.n_base, page.locale))


def _changes(page: Page, code: str) -> list[Change]:
    """The plan with the difference and its verdict, and the month before as it was."""
    plan, before = page.figures.get(f"{code}.plan"), page.figures.get(f"{code}.previous")
    changes = []
    if plan is not None:
        against = page.text("lead.plan").format(plan=format_figure(plan, page.locale))
        changes.append(Change(against, page.judged(page.figures.get(f"{code}.difference"), against="plan")))
    if before is not None and before.value is not None:
        month = format_short_month(add_months(page.month, -1), page.locale)
        changes.append(Change(month, Cell(format_figure(before, page.locale))))
    return changes
