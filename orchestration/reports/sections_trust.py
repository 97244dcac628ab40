"""How far to trust the report: sources, response rates, weighting, definitions, run."""

from dataclasses import dataclass

from orchestration.reports.figure import Figure
from orchestration.reports.formatting import DASH, format_count
from orchestration.reports.parts import Page

REPORT_TABLE = "reported.figures"


@dataclass(frozen=True)
class SourceRow:
    """One source: rows, newest day, quarantine, state for this month."""

    label: str
    system: str
    rows: str
    newest: str
    quarantined: str
    state: str
    is_late: bool


@dataclass(frozen=True)
class DefinitionRow:
    """One figure's definition: its name, what its base counts, its fingerprint, the table it stands in."""

    label: str
    base: str
    fingerprint: str
    table: str


@dataclass(frozen=True)
class TrustSection:
    """Everything that tells how far the figures carry."""

    sources: tuple[SourceRow, ...]
    paragraphs: tuple[str, ...]
    definitions: tuple[DefinitionRow, ...]
    contact: str
    footer: str
    query: str


def build_trust(page: Page, *, generation: str) -> TrustSection:
    """The section; it exists in every report."""
    states = page.figures.under("source.", ".state")
    tables = [page.figures.text(state.figure_code.replace(".state", ".table")) for state in states]
    contact = page.figures.text("company.contact")
    return TrustSection(
        sources=tuple(_source(page, state, is_one_of_many=tables.count(table) > 1) for state, table in zip(states, tables, strict=True)),
        paragraphs=tuple(_paragraphs(page)), definitions=_definitions(page),
        contact=page.text("trust.contact").format(contact=contact) if contact else "", footer=_footer(page, generation), query=_query(page),
    )  # fmt: skip


def _source(page: Page, state: Figure, *, is_one_of_many: bool) -> SourceRow:
    """One source; where several fill the same table, its contract's name tells them apart."""
    code = state.figure_code.removesuffix(".state")
    days = page.figures.value(f"{code}.days_missing")
    is_late = state.text_value != "complete"
    message = "state.late_by" if is_late and days else f"state.{state.text_value}"
    return SourceRow(
        label=page.text(f"table.{page.figures.text(f'{code}.table')}"),
        system=page.label(page.figures[f"{code}.system"].label_code) + (f", {page.label(state.label_code)}" if is_one_of_many else ""),
        rows=page.number(f"{code}.rows"), newest=page.day(f"{code}.data_to", short=True), quarantined=page.number(f"{code}.quarantined"),
        state=page.text(message).format(n=format_count(days or 0, page.locale)), is_late=is_late,
    )  # fmt: skip


def _paragraphs(page: Page) -> list[str]:
    """Printed sentences of the section: lateness, gaps and deletions first, then bases, weighting and rules."""
    provisional = [place for place in sorted(page.printed) if place.startswith("trust.source.")]
    lacking = [place for place in sorted(page.printed) if place.startswith("trust.lacking.")]
    deleted = [place for place in sorted(page.printed) if place.startswith("trust.deleted.")]
    ordered = [*provisional, *lacking, *deleted, "trust.rates", "trust.counts", "trust.weights", "trust.small_bases", "trust.verdicts"]
    return [line for place in ordered if (line := page.line(place))]


def _definitions(page: Page) -> tuple[DefinitionRow, ...]:
    """The index and every metric, each with the fingerprint that stands beside its number in the table."""
    found = [("definition.index", page.figures.get("headline.index"), page.text("index.name"))]
    found += [(f.figure_code, f, page.label(f.label_code)) for f in page.figures.under("definition.")]
    return tuple(
        DefinitionRow(label, page.text(f"base.{figure.base_kind}") if figure.base_kind else DASH, figure.fingerprint, _table(code, figure))
        for code, figure, label in found if figure is not None and figure.fingerprint
    )  # fmt: skip


def _table(code: str, figure: Figure) -> str:
    return figure.source_table if code == "definition.index" else "indices.kpi_scores"


def _footer(page: Page, generation: str) -> str:
    run = page.text("trust.run").format(moment=page.figures.text("run.as_of"))
    return f"{run} · {page.text('trust.generation').format(generation=generation)}" if generation else run


def _query(page: Page) -> str:
    """The statement that lists every figure of this report."""
    return f"select * from {REPORT_TABLE} where month_start_date = date '{page.month}' order by position"
