"""The headline and its thirteen months."""

from dataclasses import dataclass
from datetime import date

from orchestration.reports.chart_shapes import Drawing
from orchestration.reports.charts import (
    Switched,
    TargetStrip,
    TrendChart,
    TrendPoint,
    draw,
    draw_switched,
)  # fmt: skip
from orchestration.reports.figure import SMALL_BASE, Figure
from orchestration.reports.formatting import (
    DASH,
    Counted,
    format_count,
    format_figure,
    format_month,
    format_number,
    format_short_month,
    with_unit,
)  # fmt: skip
from orchestration.reports.parts import Cell, Page, Sentence
from orchestration.reports.sections_quadrant import QuadrantSection as QuadrantSection

INDEX_FLOOR, INDEX_CEILING = 0.0, 100.0
STRIP_WIDTH = 328
STRIP_LEAST_SPAN, TREND_LEAST_SPAN = 8.0, 8.0


@dataclass(frozen=True)
class Change:
    """One worded change: against what, how much, the verdict."""

    against: str
    cell: Cell
    note: str = ""


@dataclass(frozen=True)
class Headline:
    """The index with its state: normal, small_base, too_few, late or no_data."""

    state: str
    number: str
    is_hollow: bool
    is_provisional: bool
    interval: str
    base: str
    strip: Drawing | None
    note: Sentence | None
    summary: Sentence | None
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class TrendRow:
    """One month in the table beside the chart."""

    month: str
    value: str
    interval: str
    base: str
    note: str


@dataclass(frozen=True)
class TrendSection:
    """Thirteen months."""

    heading: Sentence | None
    caption: str
    chart: Switched
    rows: tuple[TrendRow, ...]
    nps: str


def build_headline(page: Page) -> Headline | None:
    """The headline; None where the company asks nobody."""
    index = page.figures.get("headline.index")
    if index is None:
        return None
    shown = index if index.value is not None else page.figures.get("headline.pool")
    hollow = index.value is not None and (index.is_provisional or index.note_code == SMALL_BASE)
    return Headline(
        state=index.note_code or "normal", number=DASH if index.value is None else format_figure(index, page.locale), is_hollow=hollow,
        is_provisional=index.is_provisional and index.value is not None, interval=_interval(page, index, shown), base=_base(page, shown),
        strip=_strip(page, index), note=page.sentence("headline.note"), summary=page.sentence("headline.summary"),
        changes=_changes(page, index),
    )  # fmt: skip


def _interval(page: Page, index: Figure, shown: Figure | None) -> str:
    """Interval and base in words; of the three months pooled where the month itself is hidden; empty without either."""
    if shown is None or shown.value is None or shown.interval_low is None or shown.interval_high is None:
        return ""
    ends = {name: format_number(value, page.locale, decimals=shown.decimals) for name, value in _ends(shown)}
    confidence = with_unit(
        format_number(page.figures.value("parameter.confidence") or 0.0, page.locale, unit="share"), "share", page.locale
    )
    message = "headline.interval" if shown is index else "headline.pool"
    return page.text(message).format(confidence=confidence, value=format_figure(shown, page.locale), n=_base(page, shown), **ends)


def _ends(figure: Figure) -> list[tuple[str, float]]:
    return [("low", figure.interval_low or 0.0), ("high", figure.interval_high or 0.0)]


def _base(page: Page, figure: Figure | None) -> Counted:
    return Counted(DASH, 0) if figure is None or figure.n_base is None else format_count(figure.n_base, page.locale)


def _strip(page: Page, index: Figure) -> Drawing | None:
    if index.value is None:
        return None
    target = page.figures.value("headline.target")
    label = "" if target is None else page.text("target.of").format(target=_target(page))
    strip = TargetStrip(
        title=page.text("strip.title"), description=_interval(page, index, index) or page.text("strip.title"), value=index.value,
        low=index.interval_low, high=index.interval_high, target=target, target_label=label, is_provisional=index.is_provisional,
        floor=INDEX_FLOOR, ceiling=INDEX_CEILING, least=STRIP_LEAST_SPAN,
    )  # fmt: skip
    return draw(strip, width=STRIP_WIDTH, prefix="strip")


def _target(page: Page) -> str:
    """The target without a decimal it does not need."""
    return _short(page, page.figures.value("headline.target") or 0.0)


def _short(page: Page, target: float) -> str:
    return format_number(target, page.locale, decimals=0 if target == int(target) else 1)


def _changes(page: Page, index: Figure) -> tuple[Change, ...]:
    """The worded changes; none where nothing may be stated of part of a month."""
    if index.value is None or index.is_provisional:
        return ()
    against = {
        "previous_month": page.text("since").format(month=format_month(_back(page.month, 1), page.locale, with_year=False)),
        "same_month_last_year": page.text("since").format(month=format_month(_back(page.month, 12), page.locale)),
        "target": page.text("target.against").format(target=_target(page)),
    }  # fmt: skip
    found = [(page.figures.get(f"headline.change.{name}"), name, text) for name, text in against.items()]
    return tuple(
        Change(text, page.judged(figure, against="target" if name == "target" else ""), _detectable(page, figure, name))
        for figure, name, text in found
        if figure is not None
    )


def _back(month: date, months: int) -> date:
    index = month.year * 12 + month.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def _detectable(page: Page, figure: Figure, name: str) -> str:
    """Where nothing can be told: the smallest change this sample would have found."""
    smallest = page.figures.get(f"headline.change.{name}.detectable")
    if figure.verdict != "cannot tell" or smallest is None or smallest.value is None:
        return ""
    return page.text("change.detectable").format(points=format_figure(smallest, page.locale))


def build_trend(page: Page) -> TrendSection | None:
    """Thirteen months of the index; None where fewer than two of them have a value."""
    months = page.figures.under("trend.")
    if sum(month.value is not None for month in months) < 2:  # noqa: PLR2004
        return None
    chart = TrendChart(
        title=page.text("trend.title"), description=page.line("heading.trend") or page.text("trend.title"),
        points=tuple(_point(page, month) for month in months), floor=INDEX_FLOOR, ceiling=INDEX_CEILING,
        least=TREND_LEAST_SPAN,
    )  # fmt: skip
    rows = tuple(_trend_row(page, month) for month in reversed(months))
    return TrendSection(
        page.sentence("heading.trend"), _trend_caption(page), draw_switched(chart, prefix="trend"), rows, page.line("trust.nps")
    )


def _trend_caption(page: Page) -> str:
    confidence = with_unit(
        format_number(page.figures.value("parameter.confidence") or 0.0, page.locale, unit="share"), "share", page.locale
    )
    return page.text("trend.caption").format(confidence=confidence)


def _plan_text(page: Page, month: date) -> str:
    """The target in force in the month, named."""
    target = page.figures.value(f"planned.{month:%Y-%m}")
    return "" if target is None else page.text("target.of").format(target=_short(page, target))


def _month_of(figure: Figure) -> date:
    return date.fromisoformat(f"{figure.figure_code.rsplit('.', 1)[-1]}-01")


def _point(page: Page, figure: Figure) -> TrendPoint:
    month = _month_of(figure)
    small = figure.note_code == SMALL_BASE
    hidden = figure.value is None and bool(figure.n_base)
    note = page.text("only.answers").format(n=_base(page, figure)) if small or hidden else ""
    return TrendPoint(
        month=format_short_month(month, page.locale), year=str(month.year), value=figure.value, low=figure.interval_low,
        high=figure.interval_high,
        plan=page.figures.value(f"planned.{month:%Y-%m}"), plan_text=_plan_text(page, month),
        text=format_figure(figure, page.locale), note=note, is_small=small,
        is_provisional=figure.is_provisional,
    )  # fmt: skip


def _trend_row(page: Page, figure: Figure) -> TrendRow:
    interval = DASH
    if figure.interval_low is not None and figure.interval_high is not None:
        interval = page.text("range").format(
            **{name: format_number(value, page.locale, decimals=figure.decimals) for name, value in _ends(figure)}
        )
    note = page.text(f"note.{figure.note_code}") if figure.note_code else ""
    return TrendRow(format_month(_month_of(figure), page.locale), format_figure(figure, page.locale), interval, _base(page, figure), note)
