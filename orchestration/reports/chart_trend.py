"""The trend of a figure over thirteen months: line with its interval as a band, plan dashed, small bases hollow, gaps left open."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from orchestration.reports.chart_layout import Wanted, place_labels
from orchestration.reports.chart_scale import Scale, build_scale
from orchestration.reports.chart_shapes import Box, Drawing, Path, Shape, Words, box_at, dot, line, polyline, rect, stacked, words, words_in
from orchestration.reports.chart_text import text_width

_SMALL, _NORMAL = 13.0, 14.0
_TOP, _FOOT, _AIR = 12.0, 38.0, 8.0
_MARK, _LAST_MARK = 2.6, 4.2
_PARTS = 8
_REACH = (10, 20, 32, 46, 62, 80)


@dataclass(frozen=True)
class TrendPoint:
    """One month. `value` None leaves a gap; texts are as printed; `note` stands near the mark ("only 64 answers")."""

    month: str
    year: str
    value: float | None
    low: float | None = None
    high: float | None = None
    plan: float | None = None
    text: str = ""
    note: str = ""
    is_small: bool = False
    is_provisional: bool = False
    plan_text: str = ""


@dataclass(frozen=True)
class TrendChart:
    """A figure by month, oldest first. `floor` and `ceiling` are the ends its scale cannot pass, `least` the span it must show."""

    title: str
    description: str
    points: tuple[TrendPoint, ...]
    tick_suffix: str = ""
    floor: float | None = None
    ceiling: float | None = None
    least: float = 0.0


@dataclass(frozen=True)
class _Plot:
    chart: TrendChart
    frame: Box
    y: Scale

    def x(self, index: int) -> float:
        count = len(self.chart.points)
        return self.frame.left + (index + 0.5) / count * self.frame.width

    def known(self) -> list[tuple[int, TrendPoint, float]]:
        """Months that have a value."""
        return [(index, point, point.value) for index, point in enumerate(self.chart.points) if point.value is not None]

    def mark(self, index: int, value: float) -> tuple[float, float]:
        return self.x(index), self.y.at(value)


_Run = list[tuple[int, TrendPoint, float]]
_Mark = tuple[float, float]


def draw_trend(chart: TrendChart, *, width: float, prefix: str) -> Drawing:
    """The trend as coordinates. Raises ValueError where no month has a value: an empty chart is never drawn."""
    height = round(150 + 0.17 * width)
    plot = _plot(chart, width, height)
    shapes = (*_axes(plot), *_band(plot), *_plan(plot), *_line(plot), *_marks(plot), *_labels(plot, width))
    return Drawing(prefix, width, height, chart.title, chart.description, shapes)


def _plot(chart: TrendChart, width: float, height: float) -> _Plot:
    values = [v for p in chart.points for v in (p.value, p.low, p.high, p.plan) if v is not None]
    if not any(point.value is not None for point in chart.points):
        raise ValueError(f"no month of {chart.title!r} has a value; print why instead of an empty chart")
    scale = build_scale(values, height - _FOOT, _TOP, floor=chart.floor, ceiling=chart.ceiling, least=chart.least)
    left = max(text_width(_tick(chart, tick), _SMALL) for tick in scale.ticks) + _AIR
    right = text_width(chart.points[-1].text, _NORMAL, bold=True) + _AIR
    return _Plot(chart, Box(left, _TOP, width - right, height - _FOOT), scale)


def _tick(chart: TrendChart, value: float) -> str:
    return f"{value:g}{chart.tick_suffix}".replace("-", "−")


def _axes(plot: _Plot) -> Iterator[Shape]:
    """Horizontal rules with their figures, and the months that have room, the last one always."""
    for tick in plot.y.ticks:
        y = plot.y.at(tick)
        yield line(plot.frame.left, y, plot.frame.right, y, "grid")
        yield words(plot.frame.left - _AIR / 2, y + _SMALL * 0.35, _tick(plot.chart, tick), "muted", _SMALL, "end")
    yield from _months(plot)


def _months(plot: _Plot) -> Iterator[Shape]:
    points = plot.chart.points
    room = plot.frame.width / len(points)
    widest = max(text_width(point.month, _SMALL) for point in points) + _AIR
    stride = -(-widest // room) if room else 1
    shown = [index for index in range(len(points)) if (len(points) - 1 - index) % int(stride) == 0]
    for index, before in zip(shown, [None, *shown[:-1]], strict=True):
        point = points[index]
        year = point.year if before is None or points[before].year != point.year else ""
        yield from stacked(plot.x(index), plot.frame.bottom + 17, (point.month, year), "muted", _SMALL)


def _runs(plot: _Plot) -> list[_Run]:
    """Months with a value, split where one is missing."""
    known = plot.known()
    return [[entry for _, entry in group] for _, group in groupby(enumerate(known), key=lambda pair: pair[1][0] - pair[0])]


def _band(plot: _Plot) -> Iterator[Shape]:
    for run in _runs(plot):
        upper, lower = _edges(plot, run)
        if len(upper) > 1:
            yield Path(polyline([*upper, *reversed(lower)], closed=True), "band")
            yield from (Path(polyline(edge), "band_edge") for edge in (upper, lower))
        elif upper:
            yield rect(Box(upper[0][0] - 2, upper[0][1], upper[0][0] + 2, lower[0][1]), "interval")


def _edges(plot: _Plot, run: _Run) -> tuple[list[_Mark], list[_Mark]]:
    """Upper and lower edge of the band over months in a row."""
    ends = [(plot.x(i), p.low, p.high) for i, p, _ in run if p.low is not None and p.high is not None]
    return [(x, plot.y.held(high)) for x, _, high in ends], [(x, plot.y.held(low)) for x, low, _ in ends]


def _plan(plot: _Plot) -> Iterator[Shape]:
    """The plan as a dashed step line: each month keeps the plan in force then."""
    half = plot.frame.width / len(plot.chart.points) / 2
    planned = [(index, point.plan) for index, point in enumerate(plot.chart.points) if point.plan is not None]
    for plan, group in groupby(planned, key=lambda pair: pair[1]):
        indexes = [index for index, _ in group]
        is_last = indexes[-1] == len(plot.chart.points) - 1
        end = plot.x(indexes[-1]) + (_AIR / 2 if is_last else half)
        yield line(plot.x(indexes[0]) - half, plot.y.at(plan), end, plot.y.at(plan), "plan")


def _line(plot: _Plot) -> Iterator[Shape]:
    for run in _runs(plot):
        firm = [entry for entry in run if not entry[1].is_provisional]
        if len(firm) > 1:
            yield Path(polyline(plot.mark(i, value) for i, _, value in firm), "actual")
        for (i, _, a), (j, point, b) in pairwise(run):
            if point.is_provisional:
                yield line(*plot.mark(i, a), *plot.mark(j, b), "provisional_line")


def _marks(plot: _Plot) -> Iterator[Shape]:
    last = len(plot.chart.points) - 1
    for index, point, value in plot.known():
        radius = _LAST_MARK if index == last else _MARK
        style = "hollow_late" if point.is_provisional else "hollow" if point.is_small else "dot"
        yield dot(*plot.mark(index, value), _LAST_MARK - 0.6 if style == "hollow" and index != last else radius, style)


def _labels(plot: _Plot, width: float) -> Iterator[Shape]:
    """Last value beside its mark; first value, notes and the plan's name where they cover nothing."""
    last = _last_value(plot)
    yield from last
    wanted = [*_first_value(plot), *_plan_name(plot), *_notes(plot)]
    frame = Box(0, 0, width, plot.frame.bottom)
    labels, covered = [Wanted(boxes) for _, _, boxes in wanted], [*_covered(plot), *(shape.box for shape in last)]
    places = place_labels(labels, frame=frame, obstacles=[*covered, *_edge_boxes(plot)])
    if None in places:
        places = place_labels(labels, frame=frame, obstacles=covered)
    for (text, style, boxes), place in zip(wanted, places, strict=True):
        if place is not None or style == "note":
            yield words_in(place or boxes[0], text, style, _SMALL)


def _last_value(plot: _Plot) -> tuple[Words, ...]:
    """The last month's value, right of its mark; none where that month has no value, since no other may pass for it."""
    index, point, value = plot.known()[-1]
    if index < len(plot.chart.points) - 1:
        return ()
    x, y = plot.mark(index, value)
    return (words(x + _AIR, y + _NORMAL * 0.35, point.text, "late" if point.is_provisional else "text", _NORMAL, bold=True),)


_Label = tuple[str, str, tuple[Box, ...]]


def _around(x: float, y: float, text: str) -> tuple[Box, ...]:
    """Places above and below a mark, nearest first."""
    return tuple(box_at(x, y + side, text, _SMALL, anchor="middle") for reach in _REACH for side in (-reach, reach + _SMALL * 0.8))


def _first_value(plot: _Plot) -> Iterator[_Label]:
    known = plot.known()
    if len(known) > 1:
        index, point, value = known[0]
        yield point.text, "muted", _around(*plot.mark(index, value), point.text)


def _plan_name(plot: _Plot) -> Iterator[_Label]:
    """The name of each plan in force, at the first free place along its own months."""
    half = plot.frame.width / len(plot.chart.points) / 2
    planned = [(plot.x(index) - half, point) for index, point in enumerate(plot.chart.points) if point.plan is not None]
    for (plan, text), group in groupby(planned, key=lambda pair: (pair[1].plan or 0.0, pair[1].plan_text)):
        if text:
            level, starts = plot.y.at(plan), [start for start, _ in group]
            yield text, "muted", tuple(box_at(x + 2, y, text, _SMALL) for y in (level - 5, level + _SMALL + 1) for x in starts)


def _notes(plot: _Plot) -> Iterator[_Label]:
    for index, point in enumerate(plot.chart.points):
        if point.note:
            y = plot.frame.bottom - 4 if point.value is None else plot.y.at(point.value)
            around = _around(plot.x(index), y, point.note)
            half = text_width(point.note, _SMALL) / 2
            aside = tuple(Box(b.left + side, b.top, b.right + side, b.bottom) for side in (-half, half) for b in around)
            yield point.note, "note", (*around, *aside)


def _covered(plot: _Plot) -> list[Box]:
    """Room taken by line, marks and plan."""
    boxes = [Box(x - 4, y - 4, x + 4, y + 4) for x, y in (plot.mark(i, value) for i, _, value in plot.known())]
    for run in _runs(plot):
        boxes += _along([plot.mark(i, value) for i, _, value in run], 3)
    boxes += [Box(shape.x1, shape.y1 - 1, shape.x2, shape.y1 + 1) for shape in _plan(plot) if shape.kind == "line"]
    return boxes


def _edge_boxes(plot: _Plot) -> list[Box]:
    """Room taken by the edges of the band."""
    return [box for run in _runs(plot) for edge in _edges(plot, run) for box in _along(edge, 1)]


def _along(marks: list[_Mark], half: float) -> Iterator[Box]:
    """Small boxes along a line through marks."""
    for (x1, y1), (x2, y2) in pairwise(marks):
        for part in range(_PARTS + 1):
            x, y = x1 + (x2 - x1) * part / _PARTS, y1 + (y2 - y1) * part / _PARTS
            yield Box(x - half, y - half, x + half, y + half)
