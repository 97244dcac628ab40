"""Plain text for the first part of a mail: wrapped and set in columns, where a Chinese letter counts as two."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

WIDTH = 76
"""Columns of a line; readers wrap at 78."""
_INDENT = "    "
_GAP = "  "
_NAME_WIDTH = 16
_PIECES = re.compile(
    r"\s+|[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]+"
)
_HELD, _NO_BREAK = "\ue000", "\u00a0"
"""Stands for a space at which no line may break, while lines are made."""
_CLOSING = "，。；：、！？）》」』”’%"


def columns(text: str) -> int:
    """Columns that `text` takes: full-width letters two, marks that join the letter before none."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 0 if unicodedata.combining(letter) else 1 for letter in text)


def wrap(text: str, *, width: int = WIDTH, indent: str = "") -> str:
    """`text` in lines of at most `width` columns; Chinese breaks between letters, no line begins with a closing mark."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(_one_line(text), width - columns(indent)):
        start = indent if lines else ""
        if columns(start + line + piece.rstrip()) > width and line.strip():
            lines.append((start + line).rstrip())
            line = ""
        line += piece if line or not lines else piece.lstrip()
    start = indent if lines else ""
    return "\n".join([*lines, (start + line).rstrip()]).replace(_HELD, " ")


def _one_line(text: str) -> str:
    """`text` without line breaks and control characters; leading spaces stay."""
    start = text[: len(text) - len(text.lstrip(" "))]
    held = text.replace(_NO_BREAK, _HELD)
    return start + " ".join("".join(letter if letter.isprintable() or letter == _HELD else " " for letter in held).split())


def underline(text: str) -> int:
    """Columns of a rule under a heading."""
    return min(columns(text), WIDTH)


def _pieces(text: str, width: int) -> Iterator[str]:
    """Words, Chinese letters with their closing marks, and spaces; a word longer than a line is cut."""
    held = ""
    for piece in _PIECES.findall(text):
        if held and not all(letter in _CLOSING for letter in piece):
            yield held
            held = ""
        held += piece
        while columns(held) > width:
            yield held[: width // 2]
            held = held[width // 2 :]
    if held:
        yield held


def pad(text: str, width: int, *, right: bool = False) -> str:
    """`text` filled with spaces to `width` columns, in front where it is set to the right."""
    space = " " * max(width - columns(text), 0)
    return space + text if right else text + space


def lay_out(head: Sequence[str], rows: Sequence[Sequence[str]], *, width: int = WIDTH) -> str:
    """Rows in aligned columns under their names, the first to the left, the rest to the right; a long first cell stands on its own lines.

    Every row's figures stay together on one line, so that a reader (or a check) finds them beside their name.
    """
    widths = [max(min(columns(head[i]), _NAME_WIDTH), *(columns(row[i]) for row in rows), 0) for i in range(1, len(head))]
    figures = sum(widths) + len(_GAP) * len(widths)
    if figures > width - len(_INDENT) * 2:
        return "\n".join(_loose(row, width) for row in (head, *rows))
    first = min(max(columns(row[0]) for row in (head, *rows)), width - figures)
    return "\n".join(_aligned(row, widths, first, width) for row in (*_head_rows(head, widths), *rows))


def _head_rows(head: Sequence[str], widths: Sequence[int]) -> list[tuple[str, ...]]:
    """The columns' names over as many lines as the longest needs, set at the foot."""
    cells = [wrap(name, width=room).splitlines() for name, room in zip(head[1:], widths, strict=True)]
    n_lines = max((len(lines) for lines in cells), default=1)
    padded = [[""] * (n_lines - len(lines)) + lines for lines in cells]
    names = [""] * (n_lines - 1) + [head[0]]
    return [(names[line], *(lines[line] for lines in padded)) for line in range(n_lines)]


def _aligned(row: Sequence[str], widths: Sequence[int], first: int, width: int) -> str:
    figures = "".join(_GAP + pad(text, room, right=True) for text, room in zip(row[1:], widths, strict=True))
    if columns(row[0]) <= first:
        return (pad(row[0], first) + figures).rstrip()
    return wrap(row[0], width=width, indent=_INDENT) + "\n" + (pad(_INDENT, first) + figures).rstrip()


def _loose(row: Sequence[str], width: int) -> str:
    """A row of long texts: name, colon, the rest wrapped beneath."""
    rest = "; ".join(text for text in row[1:] if text)
    return wrap(f"{row[0]}: {rest}" if rest else row[0], width=width, indent=_INDENT)
