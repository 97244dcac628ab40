"""Sections that count what happened: indicators against plan, deliveries, complaints."""

from dataclasses import dataclass
from datetime import date

from orchestration.reports.chart_shapes import Drawing
from orchestration.reports.charts import BarRow, Sparkline, draw
from orchestration.reports.claims_plans import LOWER_IS_BETTER, MissedPlan
from orchestration.reports.figure import OPEN_COHORT, SUPPRESSED, TOO_FEW, Figure
from orchestration.reports.formatting import (
    DASH,
    format_count,
    format_figure,
    format_month,
    format_number,
    format_short_month,
)
from orchestration.reports.parts import TONES, Cell, Page, Sentence
from orchestration.reports.sentences_sections import delivery_metrics

SPARK_WIDTH, BAR_WIDTH = 96, 190
SPARK_MONTHS = 12
REGION_ROWS = 12


@dataclass(frozen=True)
class KpiRow:
    """One indicator: actual, plan, difference with its verdict, the process verdict, twelve months."""

    label: str
    unit: str
    actual: Cell
    plan: str
    difference: Cell
    process: Cell
    base: str
    spark: Drawing | None


@dataclass(frozen=True)
class KpiGroup:
    """The indicators of one family."""

    label: str
    rows: tuple[KpiRow, ...]


@dataclass(frozen=True)
class KpiSection:
    """Indicators against plan."""

    heading: Sentence | None
    caption: str
    groups: tuple[KpiGroup, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class RegionRow:
    """One region's shares of deliveries."""

    label: str
    values: tuple[str, ...]
    base: str


@dataclass(frozen=True)
class DeliverySection:
    """Deliveries on time, judged two ways."""

    heading: Sentence | None
    caption: str
    names: tuple[str, ...]
    plans: tuple[str, ...]
    rows: tuple[RegionRow, ...]
    whole: RegionRow
    more: str
    note: str
    is_provisional: bool

    @property
    def has_plans(self) -> bool:
        """True where one of the shares has a plan."""
        return any(plan != DASH for plan in self.plans)


@dataclass(frozen=True)
class StepRow:
    """One step that complaints reach."""

    label: str
    count: str
    base: str
    share: Cell
    before: str
    bar: Drawing | None


@dataclass(frozen=True)
class ComplaintSection:
    """Complaints by step."""

    heading: Sentence | None
    caption: str
    received: str
    before: str
    rows: tuple[StepRow, ...]
    notes: tuple[str, ...]


def build_kpis(page: Page) -> KpiSection | None:
    """Every indicator that was measured, by family; None where there is none, or only the one the report begins with."""
    families: dict[str, list[str]] = {}
    for figure in page.figures.under("kpi.", ".family"):
        families.setdefault(figure.text_value or "", []).append(figure.figure_code.split(".")[1])
    groups = tuple(
        KpiGroup(page.text(f"family.{family}"), tuple(_kpi_row(page, m) for m in metrics)) for family, metrics in families.items()
    )
    if not groups or (page.sentence("lead") and sum(len(group.rows) for group in groups) == 1):
        return None
    month = format_month(page.month, page.locale, with_year=False)
    return KpiSection(page.sentence("heading.kpi"), page.text("kpi.caption").format(month=month), groups, _kpi_notes(page, groups))


def _kpi_notes(page: Page, groups: tuple[KpiGroup, ...]) -> tuple[str, ...]:
    """What marks of the table mean; only of those that stand in it."""
    notes = {row.actual.note for group in groups for row in group.rows}
    return tuple(note for note in (page.line("note.open_cohort"), *hidden_notes(page, notes)) if note)


def hidden_notes(page: Page, notes: set[str]) -> tuple[str, ...]:
    """Why a number of a table is not shown: one sentence for each reason that stands in it."""
    least = {SUPPRESSED: "parameter.suppress_below_count", TOO_FEW: "parameter.hide_below_n"}
    shown = [(code, parameter) for code, parameter in least.items() if page.text(f"note.{code}") in notes]
    return tuple(page.text(f"hidden.{code}").format(n=page.number(parameter)) for code, parameter in shown)


def _kpi_row(page: Page, metric: str) -> KpiRow:
    code = f"kpi.{metric}"
    actual, plan = page.figures[f"{code}.actual"], page.figures.get(f"{code}.plan")
    difference = page.judged(page.figures.get(f"{code}.difference"), against="plan")
    process = page.figures.get(f"{code}.process")
    return KpiRow(
        label=page.label(actual.label_code), unit=page.text(f"unit.{actual.unit}"), actual=measured(page, actual),
        plan=DASH if plan is None else digits(page, plan),
        difference=difference, process=_word(page, process), base="" if actual.n_base is None else format_count(actual.n_base, page.locale),
        spark=_spark(page, metric, difference.tone),
    )  # fmt: skip


def _word(page: Page, figure: Figure | None) -> Cell:
    """The process verdict as a word with its tone."""
    if figure is None or not figure.verdict:
        return Cell("")
    return Cell(page.text(f"verdict.{figure.verdict}"), TONES.get(figure.verdict, ""))


def digits(page: Page, figure: Figure) -> str:
    """The number without its unit; a dash where it is not known."""
    return DASH if figure.value is None else format_number(figure.value, page.locale, unit=figure.unit, decimals=figure.decimals)


def measured(page: Page, figure: Figure, *, with_unit: bool = False) -> Cell:
    """A measured number with its mark: provisional, too few, suppressed, still open."""
    badge = page.text("provisional") if figure.is_provisional else ""
    note = page.text(f"note.{figure.note_code}") if figure.note_code in (TOO_FEW, SUPPRESSED, OPEN_COHORT) else ""
    text = format_figure(figure, page.locale) if with_unit else digits(page, figure)
    return Cell(text, "late" if badge else "", badge=badge, note=note)


def _spark(page: Page, metric: str, tone: str) -> Drawing | None:
    months = page.figures.under(f"kpi.{metric}.month.")[-SPARK_MONTHS:]
    values = tuple(month.value for month in months)
    if sum(value is not None for value in values) < 2:  # noqa: PLR2004
        return None
    title = page.text("spark.title").format(metric=page.label(f"metric:{metric}"), n=len(months))
    return draw(Sparkline(title, values, tone), width=SPARK_WIDTH, prefix=f"spark-{metric.replace('_', '-')}")


def build_deliveries(page: Page) -> DeliverySection | None:
    """On-time shares by region, lowest first; None where deliveries are not told by region or too few in each."""
    metrics = delivery_metrics(page.figures)
    regions = page.figures.under(f"region.{metrics[0]}.") if metrics else ()
    if all(region.value is None for region in regions):
        return None
    known = [region for region in regions if region.value is not None]
    ordered = sorted(known, key=lambda figure: (figure.value or 0.0, figure.figure_code))
    return DeliverySection(
        heading=page.sentence("heading.delivery"),
        caption=page.text("delivery.caption").format(month=format_month(page.month, page.locale, with_year=False)),
        names=tuple(page.label(f"metric:{metric}") for metric in metrics),
        plans=tuple(page.number(f"kpi.{metric}.plan") for metric in metrics),
        rows=tuple(_region_row(page, metrics, figure) for figure in ordered[:REGION_ROWS]), whole=_whole_row(page, metrics),
        more=_not_listed(page, n_further=len(ordered) - REGION_ROWS, n_few=len(regions) - len(known)), note=page.line("note.delivery"),
        is_provisional=any(page.is_provisional(f"region.{metric}.") for metric in metrics),
    )  # fmt: skip


def _not_listed(page: Page, *, n_further: int, n_few: int) -> str:
    """How many regions the table leaves out: those beyond its length, and those with too few deliveries."""
    counts = {"and.more": n_further, "and.few": n_few}
    return " ".join(page.text(name).format(n=format_count(n, page.locale)) for name, n in counts.items() if n > 0)


def _region_row(page: Page, metrics: list[str], first: Figure) -> RegionRow:
    region = first.figure_code.rsplit(".", 1)[-1]
    values = tuple(page.number(f"region.{metric}.{region}") for metric in metrics)
    return RegionRow(page.label(first.label_code), values, DASH if first.n_base is None else format_count(first.n_base, page.locale))


def _whole_row(page: Page, metrics: list[str]) -> RegionRow:
    base = page.figures[f"kpi.{metrics[0]}.actual"].n_base
    values = tuple(page.number(f"kpi.{metric}.actual") for metric in metrics)
    return RegionRow(page.text("whole.company"), values, DASH if base is None else format_count(base, page.locale))


def build_complaints(page: Page) -> ComplaintSection | None:
    """Complaints received and the share that reaches each step; None where no complaint was measured."""
    received = page.figures.get("complaints.received")
    if received is None:
        return None
    families = [f.figure_code.split(".")[1] for f in page.figures.under("kpi.", ".family") if f.text_value == "complaints"]
    shares = [m for m in families if page.figures[f"kpi.{m}.actual"].unit == "share"]
    steps = sorted(shares, key=lambda m: page.figures.text(f"kpi.{m}.direction") == LOWER_IS_BETTER)
    before = date(page.month.year - (page.month.month == 1), (page.month.month - 2) % 12 + 1, 1)
    rows = tuple(_step_row(page, metric) for metric in steps)
    return ComplaintSection(
        heading=page.sentence("heading.complaints"),
        caption=page.text("complaints.caption").format(month=format_month(page.month, page.locale, with_year=False)),
        received=page.text("complaints.received").format(n=format_figure(received, page.locale)),
        before=format_short_month(before, page.locale),
        rows=rows, notes=hidden_notes(page, {row.share.note for row in rows}),
    )  # fmt: skip


def _step_row(page: Page, metric: str) -> StepRow:
    actual = page.figures[f"kpi.{metric}.actual"]
    bad = MissedPlan(metric).evaluate(page.figures)
    label = page.label(actual.label_code)
    bar = BarRow(
        title=f"{label}: {format_figure(actual, page.locale)}", share=actual.value or 0.0, is_provisional=actual.is_provisional, is_bad=bad
    )
    return StepRow(
        label=label, count=DASH if actual.numerator is None else format_count(actual.numerator, page.locale),
        base=DASH if actual.n_base is None else format_count(actual.n_base, page.locale), share=measured(page, actual, with_unit=True),
        before=page.number(f"kpi.{metric}.previous"),
        bar=None if actual.value is None else draw(bar, width=BAR_WIDTH, prefix=f"bar-{metric.replace('_', '-')}"),
    )  # fmt: skip
