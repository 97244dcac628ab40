"""How shapes look: one table of style names with their SVG attributes and the colours that replace them in dark mode.

Attributes, because the drawer of the mail's pictures knows no style sheet; `chart_css()` is what a page adds for its dark mode.
"""

from dataclasses import dataclass

INK, MUTED, RULE, GRID = "#16191d", "#59626c", "#8a93a0", "#d9dde2"
GOOD, BAD, LATE, PAPER = "#0b57a4", "#b3201a", "#8a5a00", "#ffffff"
FONTS = "Noto Sans, Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif"


@dataclass(frozen=True)
class Style:
    """Fill, stroke and their dark twins; empty: the attribute is not set."""

    fill: str = ""
    stroke: str = ""
    width: float = 0.0
    dash: str = ""
    dark_fill: str = ""
    dark_stroke: str = ""
    opacity: float = 1.0
    """Of the fill: less than one lets what lies under it through."""
    halo: bool = False
    """True: the stroke stands behind the fill, so that a text stays readable on lines."""

    @property
    def attributes(self) -> tuple[tuple[str, str], ...]:
        """SVG attributes in a fixed order."""
        pairs = (
            ("fill", self.fill or "none"),
            ("fill-opacity", f"{self.opacity:g}" if self.opacity < 1 else ""),
            ("stroke", self.stroke),
            ("stroke-width", f"{self.width:g}" if self.width else ""),
            ("stroke-dasharray", self.dash),
            ("paint-order", "stroke" if self.halo else ""),
        )
        return tuple((name, value) for name, value in pairs if value)


_D_INK, _D_MUTED, _D_RULE, _D_GRID, _D_PAPER = "#f0f2f4", "#aeb6bf", "#7d8794", "#3a414a", "#14171a"
_TINT, _D_TINT = "#fbe9e7", "#3a2020"
_D_GOOD, _D_BAD, _D_LATE = "#7db8f5", "#ff8f85", "#e9b44c"

STYLES: dict[str, Style] = {
    "grid": Style(stroke=GRID, width=1, dark_stroke=_D_GRID),
    "frame": Style(stroke=GRID, width=1, dark_stroke=_D_GRID),
    "cross": Style(stroke=RULE, width=1.2, dark_stroke=_D_RULE),
    "leader": Style(stroke=RULE, width=0.8, dark_stroke=_D_RULE),
    "band": Style(fill="#d6e4f5", dark_fill="#1f3a57"),
    "band_edge": Style(stroke="#7896bd", width=0.8, dark_stroke="#4d78a8"),
    "interval": Style(fill="#5f86b3", dark_fill="#5a8fc4"),
    "track": Style(fill="#e6e9ed", dark_fill="#2b3138"),
    "plan": Style(stroke=MUTED, width=1.3, dash="4 3", dark_stroke=_D_MUTED),
    "target": Style(stroke=INK, width=2, dark_stroke=_D_INK),
    "actual": Style(stroke=INK, width=2, dark_stroke=_D_INK),
    "provisional_line": Style(stroke=LATE, width=2, dash="2 3", dark_stroke=_D_LATE),
    "dot": Style(fill=INK, dark_fill=_D_INK),
    "hollow": Style(fill=PAPER, stroke=INK, width=1.6, dark_fill=_D_PAPER, dark_stroke=_D_INK),
    "hollow_late": Style(fill=PAPER, stroke=LATE, width=1.6, dark_fill=_D_PAPER, dark_stroke=_D_LATE),
    "dot_good": Style(fill=GOOD, dark_fill=_D_GOOD),
    "dot_bad": Style(fill=BAD, dark_fill=_D_BAD),
    "spark": Style(stroke=MUTED, width=1.4, dark_stroke=_D_MUTED),
    "bar": Style(fill="#545b64", dark_fill="#8b95a1"),
    "bar_bad": Style(fill=BAD, dark_fill="#d9534a"),
    "bar_open": Style(fill=PAPER, stroke=LATE, width=1, dark_fill=_D_PAPER, dark_stroke=_D_LATE),
    "hatch": Style(stroke=LATE, width=1, dark_stroke=_D_LATE),
    "tint": Style(fill=_TINT, dark_fill=_D_TINT),
    "region": Style(fill="#8494a4", opacity=0.2, dark_fill="#9aa7b5"),
    "region_repair": Style(fill=BAD, opacity=0.2, dark_fill=_D_BAD),
    "mark": Style(fill="#545b64", dark_fill="#aeb6bf"),
    "mark_repair": Style(fill=BAD, dark_fill=_D_BAD),
    "text": Style(fill=INK, dark_fill=_D_INK),
    "muted": Style(fill=MUTED, dark_fill=_D_MUTED),
    "note": Style(fill=MUTED, dark_fill=_D_MUTED),
    "late": Style(fill=LATE, dark_fill=_D_LATE),
    "text_good": Style(fill=GOOD, dark_fill=_D_GOOD),
    "text_bad": Style(fill=BAD, dark_fill=_D_BAD),
    "label": Style(fill=INK, stroke=PAPER, width=3, halo=True, dark_fill=_D_INK, dark_stroke=_D_PAPER),
    "label_repair": Style(fill=BAD, stroke=_TINT, width=3, halo=True, dark_fill=_D_BAD, dark_stroke=_D_TINT),
    "inverse": Style(fill=PAPER, dark_fill=_D_PAPER),
}


_SWITCH = (
    ".chart{display:block;max-width:100%;height:auto}.chart.narrow{display:none;margin:0 auto}"
    "@media screen and (max-width:739px){.chart.wide{display:none}.chart.narrow{display:block}}"
)


def chart_css() -> str:
    """Style sheet of every chart on a page: which width shows where, and the colours of dark mode; print stays light."""
    dark = []
    for name, style in STYLES.items():
        rules = (f"fill:{style.dark_fill};" if style.dark_fill else "") + (f"stroke:{style.dark_stroke}" if style.dark_stroke else "")
        dark.append(f".c-{name}{{{rules.rstrip(';')}}}")
    return f"{_SWITCH}@media screen and (prefers-color-scheme:dark){{{''.join(dark)}}}"
