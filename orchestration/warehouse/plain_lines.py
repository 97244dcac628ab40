"""Stretches of text in which every line is a record: counted without looking for each, and told whether folding could change a value.

Only the few bytes that can matter are looked at: quotes, line ends, spaces and control characters.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
LF, CR, SPACE = 10, 13, 32


@dataclass(frozen=True)
class PlainLines:
    """What such a stretch holds. `is_tidy`: letters of ASCII alone, and no value begins or ends with a space."""

    n_lines: int
    has_crlf: bool
    is_tidy: bool


def read_plain_lines(content: bytes, *, delimiter: str, quote: str) -> PlainLines | None:
    """What `content` holds, which begins with a record and ends with a line end; None where the records must be looked for.

    They must where a field goes over a line end, where a quote stands anywhere but around a field, and at a blank line or a line
    that ends in a CR alone.
    """
    array = np.frombuffer(content, dtype=np.uint8)
    if not array.size:
        return None
    wanted = array <= SPACE
    if quote:
        wanted |= array == ord(quote)
    places = np.flatnonzero(wanted)
    letters = array[places]
    feeds, returns, quotes = letters == LF, letters == CR, letters == (ord(quote) if quote else -1)
    has_crlf = bool(returns.any())
    if has_crlf and not _are_pairs(places, feeds, returns):
        return None
    line_ends = places[feeds]
    if _has_blank(line_ends, width=1 + has_crlf) or not _are_around_fields(array, places[quotes], quotes, feeds, delimiter):
        return None
    around = (ord(delimiter), ord(quote) if quote else LF, LF, CR)
    is_tidy = content.isascii() and not (letters[~(feeds | returns | quotes)] < SPACE).any()
    return PlainLines(line_ends.size, has_crlf, bool(is_tidy and _are_inside(array, places[letters == SPACE], around)))


def _are_pairs(places: npt.NDArray[np.int64], feeds: Flags, returns: Flags) -> bool:
    """True where every CR and every LF is half of a CR LF."""
    followed = returns[:-1] & feeds[1:] & (np.diff(places) == 1)
    return bool(followed.sum() == returns.sum() == feeds.sum())


def _has_blank(line_ends: npt.NDArray[np.int64], *, width: int) -> bool:
    """True where a line has nothing but its end."""
    return bool(line_ends.size) and (bool(line_ends[0] == width - 1) or bool((np.diff(line_ends) == width).any()))


def _are_around_fields(array: npt.NDArray[np.uint8], places: npt.NDArray[np.int64], quotes: Flags, feeds: Flags, delimiter: str) -> bool:
    """True where every quote opens a field at its beginning, closes one, or is doubled inside one, and no field goes over a line end."""
    if not places.size:
        return True
    inside = np.logical_xor.accumulate(quotes)
    if inside[-1] or (inside & feeds).any():
        return False
    opens = places[::2]
    before = array[opens - 1]
    begins = (before == ord(delimiter)) | (before == LF) | (before == array[places[0]])
    begins[0] |= opens[0] == 0
    return bool(begins.all())


def _are_inside(array: npt.NDArray[np.uint8], spaces: npt.NDArray[np.int64], around: tuple[int, ...]) -> bool:
    """True where every space stands between letters of one value."""
    if not spaces.size:
        return True
    before, after = array[spaces - 1], array[spaces + 1]
    return bool(spaces[0] > 0) and not any((before == mark).any() or (after == mark).any() for mark in around)
