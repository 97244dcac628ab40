"""Small charts: the target strip of a headline, the word-sized line of a table row, the bar of a step."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from orchestration.reports.chart_scale import Scale, build_scale
from orchestration.reports.chart_shapes import Box, Drawing, Path, Shape, dot, hatching, line, polyline, rect, words
from orchestration.reports.chart_text import text_width

_TEXT = 13.0
_STRIP_HEIGHT, _TRACK_TOP, _TRACK_BOTTOM = 52.0, 20.0, 30.0
_SPARK_HEIGHT, _BAR_HEIGHT = 20.0, 14.0


@dataclass(frozen=True)
class TargetStrip:
    """A figure with its interval against its target on a straight strip from `low_end` to `high_end`."""

    title: str
    description: str
    value: float
    low: float | None
    high: float | None
    target: float | None
    target_label: str
    is_provisional: bool = False
    floor: float | None = None
    ceiling: float | None = None
    least: float = 0.0


@dataclass(frozen=True)
class Sparkline:
    """A word-sized line of the last months; None leaves a gap; the last mark carries the tone good, bad or plain."""

    title: str
    values: tuple[float | None, ...]
    tone: str = ""


@dataclass(frozen=True)
class BarRow:
    """A bar of `share` (0 to 1) of the room; provisional bars are outlined and hatched, bad ones red."""

    title: str
    share: float
    is_provisional: bool = False
    is_bad: bool = False


def draw_strip(strip: TargetStrip, *, width: float, prefix: str) -> Drawing:
    """The strip as coordinates: track, interval, mark, target, and the figures at both ends."""
    shown = [v for v in (strip.value, strip.low, strip.high, strip.target) if v is not None]
    scale = build_scale(shown, 4, width - 4, intervals=3, floor=strip.floor, ceiling=strip.ceiling, least=strip.least)
    return Drawing(prefix, width, _STRIP_HEIGHT, strip.title, strip.description, tuple(_strip_shapes(strip, scale, width)))


def _strip_shapes(strip: TargetStrip, scale: Scale, width: float) -> Iterator[Shape]:
    middle = (_TRACK_TOP + _TRACK_BOTTOM) / 2
    yield rect(Box(scale.start, _TRACK_TOP, scale.end, _TRACK_BOTTOM), "track")
    if strip.low is not None and strip.high is not None:
        yield rect(Box(scale.held(strip.low), _TRACK_TOP, scale.held(strip.high), _TRACK_BOTTOM), "interval")
    if strip.target is not None:
        x = scale.at(strip.target)
        half = text_width(strip.target_label, _TEXT) / 2
        yield line(x, _TRACK_TOP - 4, x, _TRACK_BOTTOM + 4, "target")
        yield words(min(max(x, half), width - half), _TRACK_TOP - 7, strip.target_label, "text", _TEXT, "middle")
    yield dot(scale.at(strip.value), middle, 5, "hollow_late" if strip.is_provisional else "dot")
    foot = _TRACK_BOTTOM + _TEXT + 4
    yield words(scale.start, foot, f"{scale.ticks[0]:g}", "muted", _TEXT)
    yield words(scale.end, foot, f"{scale.ticks[-1]:g}", "muted", _TEXT, "end")


def draw_sparkline(spark: Sparkline, *, width: float, prefix: str) -> Drawing:
    """The line as coordinates; no value at all gives an empty drawing of the same size."""
    known = [(index, value) for index, value in enumerate(spark.values) if value is not None]
    shapes = tuple(_spark_shapes(spark, known, width)) if known else ()
    return Drawing(prefix, width, _SPARK_HEIGHT, spark.title, "", shapes)


def _spark_shapes(spark: Sparkline, known: list[tuple[int, float]], width: float) -> Iterator[Shape]:
    values = [value for _, value in known]
    low, high = min(values), max(values)
    scale = Scale(low, high, _SPARK_HEIGHT - 4, 4) if high > low else Scale(low - 1, low + 1, _SPARK_HEIGHT - 4, 4)
    step = (width - 8) / max(len(spark.values) - 1, 1)
    marks = [(index, 4 + index * step, scale.at(value)) for index, value in known]
    for _, group in groupby(enumerate(marks), key=lambda pair: pair[1][0] - pair[0]):
        run = [(x, y) for _, (_, x, y) in group]
        if len(run) > 1:
            yield Path(polyline(run), "spark")
        else:
            yield dot(*run[0], 1.4, "mark")
    if known[-1][0] == len(spark.values) - 1:
        yield dot(*marks[-1][1:], 2.6, f"dot_{spark.tone}" if spark.tone else "dot")


def draw_bar(bar: BarRow, *, width: float, prefix: str) -> Drawing:
    """The bar as coordinates on a track of the whole width."""
    box = Box(0.5, 0.5, max(0.5 + (width - 1) * min(max(bar.share, 0.0), 1.0), 1.5), _BAR_HEIGHT - 0.5)
    track = rect(Box(0, 0, width, _BAR_HEIGHT), "track")
    shapes: tuple[Shape, ...] = (track, rect(box, "bar_bad" if bar.is_bad else "bar"))
    if bar.is_provisional:
        shapes = (track, rect(box, "bar_open"), *hatching(box, 7, "hatch"))
    return Drawing(prefix, width, _BAR_HEIGHT, bar.title, "", shapes)
