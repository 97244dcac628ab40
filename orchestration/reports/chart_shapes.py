"""Shapes of a chart: coordinates in px, a style name and a text, everything a template places and nothing it computes.

Coordinates are rounded to a tenth, so that the same figures give the same bytes. Colours are chart_style.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from orchestration.reports.chart_text import LINE_HEIGHT, text_width

Anchor = Literal["start", "middle", "end"]
_ASCENT = 0.8


def tenth(value: float) -> float:
    """`value` rounded to 0.1, never minus zero."""
    return round(value, 1) + 0.0


def number(value: float) -> str:
    """`value` rounded to 0.1 as it is printed into a path: no trailing zero."""
    return f"{tenth(value):g}"


@dataclass(frozen=True)
class Box:
    """A rectangle: left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Width in px."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height in px."""
        return self.bottom - self.top

    def overlaps(self, other: "Box", gap: float = 0.0) -> bool:
        """True where the two share an area, or come nearer than `gap`."""
        beside = self.left >= other.right + gap or other.left >= self.right + gap
        above = self.top >= other.bottom + gap or other.top >= self.bottom + gap
        return not (beside or above)

    def lies_in(self, frame: "Box") -> bool:
        """True where no part stands outside `frame`."""
        return self.left >= frame.left and self.right <= frame.right and self.top >= frame.top and self.bottom <= frame.bottom


@dataclass(frozen=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    style: str
    kind: Literal["line"] = "line"


@dataclass(frozen=True)
class Path:
    """A path; `steps` is its SVG path text."""

    steps: str
    style: str
    kind: Literal["path"] = "path"


@dataclass(frozen=True)
class Rect:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    style: str
    kind: Literal["rect"] = "rect"


@dataclass(frozen=True)
class Ellipse:
    """An ellipse or, where both radii are equal, a circle; `angle` in degrees, clockwise."""

    cx: float
    cy: float
    rx: float
    ry: float
    style: str
    angle: float = 0.0
    kind: Literal["ellipse"] = "ellipse"


@dataclass(frozen=True)
class Words:
    """One line of text at its baseline."""

    x: float
    y: float
    text: str
    style: str
    size: float
    anchor: Anchor = "start"
    bold: bool = False
    kind: Literal["words"] = "words"

    @property
    def box(self) -> Box:
        """Room the text takes, by estimated widths."""
        width = text_width(self.text, self.size, bold=self.bold)
        left = self.x - {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        top = self.y - self.size * _ASCENT
        return Box(left, top, left + width, top + self.size)


@dataclass(frozen=True)
class Window:
    """Shapes seen through a rectangle: what stands outside it is cut off."""

    frame: Box
    shapes: tuple["Shape", ...]
    kind: Literal["window"] = "window"


Shape = Line | Path | Rect | Ellipse | Words | Window


@dataclass(frozen=True)
class Key:
    """One line of the list that explains a chart's numbers."""

    number: int
    label: str
    tone: str


@dataclass(frozen=True)
class Drawing:
    """One chart at one width, ready to be placed.

    `prefix` makes its ids unique on a page; `keys` is empty where labels stand on the marks.
    """

    prefix: str
    width: float
    height: float
    title: str
    description: str
    shapes: tuple[Shape, ...]
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True)
class Switched:
    """One chart at the widths of page and phone, of which the page's style sheet shows the one that fits, and of a mail."""

    wide: Drawing
    narrow: Drawing
    mail: Drawing


def polyline(points: Iterable[tuple[float, float]], *, closed: bool = False) -> str:
    """SVG path text through `points`."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + ("Z" if closed else "")


def box_at(x: float, y: float, text: str, size: float, *, anchor: Anchor = "start", bold: bool = False) -> Box:
    """Room that one line of `text` takes with its baseline at (x, y)."""
    return Words(x, y, text, "", size, anchor, bold).box


def words(x: float, y: float, text: str, style: str, size: float, anchor: Anchor = "start", *, bold: bool = False) -> Words:
    """A line of text at rounded coordinates."""
    return Words(tenth(x), tenth(y), text, style, size, anchor, bold)


def words_in(box: Box, text: str, style: str, size: float, *, bold: bool = False) -> Words:
    """A line of text whose room is `box`."""
    return words(box.left, box.top + size * _ASCENT, text, style, size, bold=bold)


def line(x1: float, y1: float, x2: float, y2: float, style: str) -> Line:
    """A line at rounded coordinates."""
    return Line(tenth(x1), tenth(y1), tenth(x2), tenth(y2), style)


def rect(box: Box, style: str) -> Rect:
    """A rectangle at rounded coordinates."""
    left, top = tenth(box.left), tenth(box.top)
    return Rect(left, top, tenth(box.right - left), tenth(box.bottom - top), style)


def dot(x: float, y: float, radius: float, style: str) -> Ellipse:
    """A circle at rounded coordinates."""
    return Ellipse(tenth(x), tenth(y), radius, radius, style)


def stacked(x: float, y: float, lines: Sequence[str], style: str, size: float, anchor: Anchor = "middle") -> tuple[Words, ...]:
    """Lines of text under each other; empty ones are left out."""
    return tuple(words(x, y + row * size * LINE_HEIGHT, text, style, size, anchor) for row, text in enumerate(lines) if text)


def hatching(box: Box, step: float, style: str) -> tuple[Line, ...]:
    """Slanted lines over `box`, cut at its edges: a figure that may still change."""
    lines = []
    offset = step
    while offset < box.width + box.height:
        start_x, start_y = (box.left, box.top + offset) if offset <= box.height else (box.left + offset - box.height, box.bottom)
        end_x, end_y = (box.left + offset, box.top) if offset <= box.width else (box.right, box.top + offset - box.width)
        lines.append(line(start_x, start_y, end_x, end_y, style))
        offset += step
    return tuple(lines)
