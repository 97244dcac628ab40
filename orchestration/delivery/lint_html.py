"""What stands in the HTML of a mail: images, addresses, tags, styles, rows of tables, and each text with its two colours."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_DECLARATION = re.compile(r"\s*([-\w]+)\s*:\s*([^;]+)")
_HEX = re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
_SHORT_HEX = 3
_ADDRESSES = ("src", "href", "background", "action", "poster", "srcset")
_LINEAR_TO, _LINEAR, _OFFSET, _SCALE, _GAMMA = 0.04045, 12.92, 0.055, 1.055, 2.4
_RED, _GREEN, _BLUE, _FLARE = 0.2126, 0.7152, 0.0722, 0.05


@dataclass(frozen=True)
class Coloured:
    """A text with its own colour and the ground behind it, both as #rrggbb; empty where the mail does not say."""

    text: str
    color: str
    ground: str


@dataclass(frozen=True)
class Row:
    """A row of figures: its name, and the texts of its other cells."""

    name: str
    cells: tuple[str, ...]


@dataclass
class Page:
    """Facts of one HTML part."""

    language: str = ""
    images: list[dict[str, str]] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    handlers: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    styles: list[tuple[str, str]] = field(default_factory=list)
    texts: list[Coloured] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


def read_page(html: str) -> Page:
    """Facts of an HTML part."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._open: list[tuple[str, str, str]] = [("", "", "")]
        self._row: list[str] | None = None
        self._is_figures = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._note(tag, values)
        if tag == "tr":
            self._row, self._is_figures = [], False
        elif tag in ("td", "th") and self._row is not None:
            self._row.append("")
            self._is_figures |= values.get("scope") == "row"
        if tag not in VOID:
            self._open.append((tag, *self._colours(values)))

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr" and self._row is not None:
            if self._is_figures:
                self.page.rows.append(Row(self._row[0].strip(), tuple(cell.strip() for cell in self._row[1:])))
            self._row = None
        if any(name == tag for name, _, _ in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        tag, color, ground = self._open[-1]
        if tag in ("title", "style", "script"):
            return
        if self._row:
            self._row[-1] += data
        if data.strip():
            self.page.texts.append(Coloured(data.strip(), color, ground))

    def _note(self, tag: str, values: dict[str, str]) -> None:
        page = self.page
        page.tags.add(tag)
        if tag == "html":
            page.language = values.get("lang", "")
        if tag == "img":
            page.images.append(values)
        page.handlers += [name for name in values if name.startswith("on")]
        page.addresses += [values[name] for name in _ADDRESSES if values.get(name)]
        page.styles += _DECLARATION.findall(values.get("style", ""))

    def _colours(self, values: dict[str, str]) -> tuple[str, str]:
        """Own colour and ground, or those of the element around."""
        _, color, ground = self._open[-1]
        style = dict(_DECLARATION.findall(values.get("style", "")))
        own_ground = style.get("background-color") or style.get("background") or values.get("bgcolor", "")
        return _color(style.get("color", "")) or color, _color(own_ground) or ground


def _color(text: str) -> str:
    found = _HEX.search(text)
    if not found:
        return ""
    digits = found.group(1).lower()
    return "#" + ("".join(digit * 2 for digit in digits) if len(digits) == _SHORT_HEX else digits)


def contrast(one: str, other: str) -> float:
    """Contrast of two colours by WCAG 2.2: (L1 + 0.05) / (L2 + 0.05), from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + _FLARE) / (dark + _FLARE)


def _luminance(color: str) -> float:
    red, green, blue = (int(color[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return _RED * _linear(red) + _GREEN * _linear(green) + _BLUE * _linear(blue)


def _linear(part: float) -> float:
    return part / _LINEAR if part <= _LINEAR_TO else ((part + _OFFSET) / _SCALE) ** _GAMMA
