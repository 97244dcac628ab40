"""How wide a text will be: estimated from a small table of advance widths, so that labels can be placed without a browser.

What belongs here: widths of letters. Where a label goes is chart_layout.py.
"""

import unicodedata

# advance widths of Noto Sans, in hundredths of the text size; narrower fonts leave a little air, none overlaps
_GROUPS = {
    24: "'", 27: " ijl!,.:;·`", 31: "()-|", 34: "[]If", 37: "t/\\", 39: "{}", 42: "\"r?", 46: "_cszJ", 51: "vyk–", 53: "FLx",
    56: "SETae*", 58: "$+0123456789<=>YZ^~¥€%XV−", 62: "bdgpqPonhuKRC", 65: "AB#", 73: "&DGUH", 77: "NOQ", 80: "w…", 92: "@MWm",
}  # fmt: skip
_WIDTHS = {letter: width / 100 for width, letters in _GROUPS.items() for letter in letters} | {"%": 0.83}
_OTHER, _FULL, _BOLD = 0.62, 1.0, 1.07
LINE_HEIGHT = 1.25


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of `text` in px at `size` px: full-width letters (Chinese, arrows) count as the size itself, bold adds 7 %."""
    return sum(map(_ems, text)) * size * (_BOLD if bold else 1.0)


def _ems(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF" or "\u2100" < letter != "−":
        return _FULL
    return _WIDTHS.get(letter, _OTHER)
