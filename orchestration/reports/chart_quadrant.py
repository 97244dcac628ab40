"""The quadrant map: satisfaction to the right, importance upward, a cross-hair with a named rule, each item with its region.

Where the width allows, labels stand on the marks; below that, or where one finds no room, every mark carries a number and the
drawing has a key. The 95 % region of an item is the ellipse (v - m)' C^-1 (v - m) = -2 ln(1 - confidence), C from the two standard
errors and their correlation.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from orchestration.reports.chart_layout import Wanted, place_labels
from orchestration.reports.chart_scale import Scale
from orchestration.reports.chart_shapes import Box, Drawing, Ellipse, Key, Shape, Window, Words, dot, line, rect, tenth, words, words_in
from orchestration.reports.chart_text import text_width

_TEXT, _AXIS = 13.0, 13.0
_MARK, _BADGE, _BADGE_TEXT = 4.2, 10.0, 13.0
_INSET, _AIR, _ROW = 4.0, 6.0, 17.0
_LABELS_FROM = 600.0
_MARGIN_SHARE, _LEAST_ROOM = 0.11, 0.03
_NEAR, _RINGS = 6.0, (14.0, 24.0, 36.0, 50.0, 66.0, 84.0)
_BADGE_RINGS = (10.0, 19.0, 29.0, 40.0, 52.0, 65.0, 80.0, 100.0, 125.0)
_DIRECTIONS = tuple((math.cos(turn * math.pi / 6), math.sin(turn * math.pi / 6)) for turn in range(12))
_LEADER_FROM = 14.0


@dataclass(frozen=True)
class QuadrantItem:
    """One item; `number` is its line in the key. Standard errors None: no region is drawn. Quadrant B is low and important."""

    number: int
    label: str
    satisfaction: float
    importance: float
    quadrant: Literal["A", "B", "C", "D"]
    is_undecided: bool = False
    satisfaction_se: float | None = None
    importance_se: float | None = None
    correlation: float = 0.0


@dataclass(frozen=True)
class QuadrantNames:
    """Printed names of the quadrants: A strength, B repair, C opportunity, D maintain."""

    strength: str
    repair: str
    opportunity: str
    maintain: str


@dataclass(frozen=True)
class QuadrantMap:
    """Items against a cross-hair; the cut labels name its rule ("mean 3.85")."""

    title: str
    description: str
    items: tuple[QuadrantItem, ...]
    cut_satisfaction: float
    cut_importance: float
    cut_satisfaction_label: str
    cut_importance_label: str
    names: QuadrantNames
    satisfaction_label: str
    importance_label: str
    confidence: float


@dataclass(frozen=True)
class _Plot:
    chart: QuadrantMap
    frame: Box
    x: Scale
    y: Scale

    @property
    def cut(self) -> tuple[float, float]:
        """The cross-hair's centre."""
        return self.x.at(self.chart.cut_satisfaction), self.y.at(self.chart.cut_importance)

    def mark(self, item: QuadrantItem) -> tuple[float, float]:
        return self.x.at(item.satisfaction), self.y.at(item.importance)


def draw_quadrants(chart: QuadrantMap, *, width: float, prefix: str) -> Drawing:
    """The map as coordinates. Raises ValueError without items: an empty chart is never drawn."""
    if not chart.items:
        raise ValueError(f"{chart.title!r} has no items; print why instead of an empty chart")
    height = round(190 + 0.39 * width)
    plot = _plot(chart, width, height)
    ground = (*_ground(plot), *_foot(plot, width))
    names = _names(plot)
    fixed = [shape.box for shape in names]
    labels = _labels(plot, fixed) if width >= _LABELS_FROM else None
    drawn, keys = (labels, ()) if labels is not None else (tuple(_numbers(plot, fixed)), _keys(chart))
    return Drawing(prefix, width, height, chart.title, chart.description, (*ground, *names, *drawn), keys)


def _plot(chart: QuadrantMap, width: float, height: float) -> _Plot:
    x = _padded([(item.satisfaction, item.satisfaction_se) for item in chart.items], chart, chart.cut_satisfaction, _INSET, width - _INSET)
    rows = 2 if _foot_collides(chart, x.at(chart.cut_satisfaction), width) else 1
    frame = Box(_INSET, _INSET, width - _INSET, height - rows * _ROW - _AIR)
    y = _padded([(item.importance, item.importance_se) for item in chart.items], chart, chart.cut_importance, frame.bottom, frame.top)
    return _Plot(chart, frame, x, y)


def _padded(scores: Sequence[tuple[float, float | None]], chart: QuadrantMap, cut: float, start: float, end: float) -> Scale:
    """A scale that leaves room for marks and names at both ends, and shows every region whole."""
    values = [cut, *(score for score, _ in scores)]
    span = max(values) - min(values)
    margin = span * _MARGIN_SHARE or 1.0
    reach = _reach(chart.confidence)
    ends = [(score - reach * (error or 0.0), score + reach * (error or 0.0)) for score, error in scores]
    low = min(min(values) - margin, min(least for least, _ in ends) - span * _LEAST_ROOM)
    return Scale(low, max(max(values) + margin, max(most for _, most in ends) + span * _LEAST_ROOM), start, end)


def _reach(confidence: float) -> float:
    """Half axes of a region in standard errors."""
    return math.sqrt(-2 * math.log(1 - confidence))


def _ground(plot: _Plot) -> Iterator[Shape]:
    """Repair quadrant, regions, cross-hair and frame."""
    frame, (cut_x, cut_y) = plot.frame, plot.cut
    rounded = Box(tenth(frame.left), tenth(frame.top), tenth(frame.right), tenth(frame.bottom))
    yield rect(Box(frame.left, frame.top, cut_x, cut_y), "tint")
    yield Window(rounded, tuple(region for item in plot.chart.items for region in _region(plot, item)))
    yield line(cut_x, frame.top, cut_x, frame.bottom, "cross")
    yield line(frame.left, cut_y, frame.right, cut_y, "cross")
    yield rect(frame, "frame")


def _region(plot: _Plot, item: QuadrantItem) -> Iterator[Ellipse]:
    """The item's region: the principal axes of its covariance in px."""
    if item.satisfaction_se is None or item.importance_se is None:
        return
    sx = item.satisfaction_se * abs(plot.x.end - plot.x.start) / (plot.x.high - plot.x.low)
    sy = item.importance_se * abs(plot.y.end - plot.y.start) / (plot.y.high - plot.y.low)
    covariance = -item.correlation * sx * sy  # px grow downward
    spread = math.hypot((sx * sx - sy * sy) / 2, covariance)
    middle = (sx * sx + sy * sy) / 2
    reach = _reach(plot.chart.confidence)
    angle = math.degrees(math.atan2(2 * covariance, sx * sx - sy * sy) / 2)
    x, y = plot.mark(item)
    long, short = math.sqrt(middle + spread) * reach, math.sqrt(max(middle - spread, 0.0)) * reach
    style = "region_repair" if _is_repair(item) else "region"
    yield Ellipse(tenth(x), tenth(y), tenth(long), tenth(short), style, tenth(angle))


def _is_repair(item: QuadrantItem) -> bool:
    return item.quadrant == "B" and not item.is_undecided


def _names(plot: _Plot) -> tuple[Words, ...]:
    """Names in the corners, the cross-hair's height where its line is free, best at the right end."""
    corners, text = _corner_names(plot), plot.chart.cut_importance_label
    width, (_, y) = text_width(text, _AXIS), plot.cut
    lefts = [plot.frame.right - _AIR - width - step * _AIR for step in range(int((plot.frame.width - width - 2 * _AIR) / _AIR))]
    places = [Box(left, top, left + width, top + _AXIS) for left in lefts for top in (y - _AXIS - 2, y + 3)]
    badges = [_badge(*plot.mark(item)) for item in plot.chart.items]
    (place,) = place_labels([Wanted(tuple(places))], frame=plot.frame, obstacles=[*badges, *(corner.box for corner in corners)])
    return (*corners, words_in(place, text, "muted", _AXIS)) if place else corners


def _corner_names(plot: _Plot) -> tuple[Words, ...]:
    frame, names = plot.frame, plot.chart.names
    left, right, top, bottom = frame.left + _AIR, frame.right - _AIR, frame.top + _AIR + _TEXT, frame.bottom - _AIR - 2
    return (
        words(left, top, names.repair, "text_bad", _TEXT, bold=True),
        words(right, top, names.strength, "muted", _TEXT, "end", bold=True),
        words(left, bottom, names.opportunity, "muted", _TEXT, bold=True),
        words(right, bottom, names.maintain, "muted", _TEXT, "end", bold=True),
    )


def _foot_collides(chart: QuadrantMap, cut_x: float, width: float) -> bool:
    half = text_width(chart.cut_satisfaction_label, _AXIS) / 2 + _AIR
    left, right = (text_width(text, _AXIS) + _INSET for text in (f"↑ {chart.importance_label}", f"{chart.satisfaction_label} →"))
    return cut_x - half < left or cut_x + half > width - right


def _foot(plot: _Plot, width: float) -> Iterator[Shape]:
    """Under the frame: the rule at the cross-hair, the directions at both ends."""
    chart, cut_x = plot.chart, plot.cut[0]
    half = text_width(chart.cut_satisfaction_label, _AXIS) / 2
    first = plot.frame.bottom + _ROW - 2
    second = first + (_ROW if _foot_collides(chart, cut_x, width) else 0)
    yield words(min(max(cut_x, half), width - half), first, chart.cut_satisfaction_label, "muted", _AXIS, "middle")
    yield words(plot.frame.left, second, f"↑ {chart.importance_label}", "muted", _AXIS)
    yield words(plot.frame.right, second, f"{chart.satisfaction_label} →", "muted", _AXIS, "end")


def _labels(plot: _Plot, fixed: list[Box]) -> tuple[Shape, ...] | None:
    """Marks with their labels; None where a label finds no room."""
    items = plot.chart.items
    marks = [plot.mark(item) for item in items]
    dots = [Box(x - _MARK, y - _MARK, x + _MARK, y + _MARK) for x, y in marks]
    texts = [f"{item.label} ?" if item.is_undecided else item.label for item in items]
    wanted = [Wanted(_places(plot, mark, text, bold=_is_repair(item))) for mark, text, item in zip(marks, texts, items, strict=True)]
    places = place_labels(wanted, frame=plot.frame, obstacles=[*fixed, *dots])
    if any(place is None for place in places):
        return None
    shapes: list[Shape] = []
    for item, mark, text, place in zip(items, marks, texts, places, strict=True):
        if place is not None:
            shapes += [*_leader(mark, place), _mark(item, mark), _label(item, text, place)]
    return tuple(shapes)


def _label(item: QuadrantItem, text: str, place: Box) -> Words:
    return words_in(place, text, "label_repair" if _is_repair(item) else "label", _TEXT, bold=_is_repair(item))


def _mark(item: QuadrantItem, mark: tuple[float, float]) -> Ellipse:
    return dot(*mark, _MARK, "hollow" if item.is_undecided else "mark_repair" if _is_repair(item) else "mark")


def _places(plot: _Plot, mark: tuple[float, float], text: str, *, bold: bool) -> tuple[Box, ...]:
    """Places around a mark, nearest first; those across the cross-hair last."""
    width, (x, y) = text_width(text, _TEXT, bold=bold), mark
    half, side = _TEXT / 2, _MARK + _NEAR
    near = [(x + side, y - half), (x - side - width, y - half), (x - width / 2, y - side - _TEXT), (x - width / 2, y + side)]
    near += [(x + _NEAR, y - side - half), (x + _NEAR, y + _NEAR), (x - _NEAR - width, y - side - half), (x - _NEAR - width, y + _NEAR)]
    far = [
        (x + dx * ring - width * (1 - round(dx, 1) / abs(round(dx, 1) or 1)) / 2, y + dy * ring - half)
        for ring in _RINGS for dx, dy in _DIRECTIONS
    ]  # fmt: skip
    boxes = [Box(left, top, left + width, top + _TEXT) for left, top in near + far]
    return tuple(sorted(boxes, key=lambda box: _crosses(plot, box)))


def _crosses(plot: _Plot, box: Box) -> bool:
    cut_x, cut_y = plot.cut
    return box.left < cut_x < box.right or box.top < cut_y < box.bottom


def _leader(mark: tuple[float, float], place: Box) -> Iterator[Shape]:
    """A thin line to a label that stands away from its mark."""
    x, y = min(max(mark[0], place.left), place.right), min(max(mark[1], place.top), place.bottom)
    if math.hypot(x - mark[0], y - mark[1]) > _LEADER_FROM:
        yield line(*mark, x, y, "leader")


def _numbers(plot: _Plot, fixed: list[Box]) -> Iterator[Shape]:
    """Marks as numbered badges, moved apart where they would cover each other, with a thin line to the place they mean."""
    marks = [plot.mark(item) for item in plot.chart.items]
    moves = [(0.0, 0.0), *((dx * ring, dy * ring) for ring in _BADGE_RINGS for dx, dy in _DIRECTIONS)]
    wanted = [Wanted(tuple(_badge(x + dx, y + dy) for dx, dy in moves)) for x, y in marks]
    places = place_labels(wanted, frame=plot.frame, obstacles=fixed)
    settled = [place or _badge(*mark) for place, mark in zip(places, marks, strict=True)]
    for (x, y), place in zip(marks, settled, strict=True):
        if place != _badge(x, y):
            yield line(x, y, (place.left + place.right) / 2, (place.top + place.bottom) / 2, "leader")
            yield dot(x, y, 2, "mark")
    for item, place in zip(plot.chart.items, settled, strict=True):
        yield from _numbered(item, place)


def _badge(x: float, y: float) -> Box:
    return Box(x - _BADGE, y - _BADGE, x + _BADGE, y + _BADGE)


def _numbered(item: QuadrantItem, place: Box) -> Iterator[Shape]:
    x, y = (place.left + place.right) / 2, (place.top + place.bottom) / 2
    style = "hollow" if item.is_undecided else "mark_repair" if _is_repair(item) else "mark"
    yield dot(x, y, _BADGE - 0.8, style)
    yield words(x, y + _BADGE_TEXT * 0.36, str(item.number), "text" if item.is_undecided else "inverse", _BADGE_TEXT, "middle", bold=True)


def _keys(chart: QuadrantMap) -> tuple[Key, ...]:
    """The list that explains the numbers, in their order."""
    tones = {item.number: "undecided" if item.is_undecided else "repair" if _is_repair(item) else "plain" for item in chart.items}
    return tuple(
        Key(item.number, f"{item.label} ?" if item.is_undecided else item.label, tones[item.number])
        for item in sorted(chart.items, key=lambda item: item.number)
    )
