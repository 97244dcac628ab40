"""Charts of a report: what goes in, what comes out, and the one way to draw a chart at every width.

A report builds a chart's data class (TrendChart, QuadrantMap, TargetStrip, Sparkline, BarRow) from formatted texts and plain
numbers, draws it here, and hands the Drawing to the macros in templates/charts. Each kind has its file: chart_trend,
chart_quadrant, chart_strips; shapes are chart_shapes, colours chart_style, room for labels chart_layout and chart_text.
"""

from orchestration.reports.chart_quadrant import QuadrantItem, QuadrantMap, QuadrantNames, draw_quadrants
from orchestration.reports.chart_shapes import Drawing, Key, Switched
from orchestration.reports.chart_strips import BarRow, Sparkline, TargetStrip, draw_bar, draw_sparkline, draw_strip
from orchestration.reports.chart_style import FONTS, STYLES, chart_css
from orchestration.reports.chart_trend import TrendChart, TrendPoint, draw_trend

WIDE, NARROW, MAIL = 720, 358, 380
"""Widths in px: page, phone, mail (shown a little larger there, since a phone shrinks pictures)."""

Chart = TrendChart | QuadrantMap | TargetStrip | Sparkline | BarRow

__all__ = [
    "FONTS", "MAIL", "NARROW", "STYLES", "WIDE", "BarRow", "Chart", "Drawing", "Key", "QuadrantItem", "QuadrantMap", "QuadrantNames",
    "Sparkline", "Switched", "TargetStrip", "TrendChart", "TrendPoint", "chart_css", "draw", "draw_bar", "draw_quadrants",
    "draw_sparkline", "draw_strip", "draw_switched", "draw_trend",
]  # fmt: skip


def draw(chart: Chart, *, width: float, prefix: str) -> Drawing:
    """The chart as coordinates at `width` px; `prefix` must be unique on its page."""
    match chart:
        case TrendChart():
            return draw_trend(chart, width=width, prefix=prefix)
        case QuadrantMap():
            return draw_quadrants(chart, width=width, prefix=prefix)
        case TargetStrip():
            return draw_strip(chart, width=width, prefix=prefix)
        case Sparkline():
            return draw_sparkline(chart, width=width, prefix=prefix)
        case BarRow():
            return draw_bar(chart, width=width, prefix=prefix)


def draw_switched(chart: Chart, *, prefix: str, wide: float = WIDE, narrow: float = NARROW, mail: float = MAIL) -> Switched:
    """The chart at the widths of page, phone and mail."""
    widths = {"w": wide, "n": narrow, "m": mail}
    return Switched(*(draw(chart, width=width, prefix=f"{prefix}-{code}") for code, width in widths.items()))
