"""Which of the known names a misspelt one was probably meant to be."""

import difflib
from collections.abc import Iterable

NEAR_FROM = 0.6
"""Likeness below which a name is not offered, as difflib's own default."""


def advise_nearest(name: str, known: Iterable[str]) -> str:
    """Which of the known names was probably meant, or all of them."""
    names = sorted(known)
    nearest = max(names, key=lambda other: _nearness(name, other), default="")
    is_near = nearest and _nearness(name, nearest) >= NEAR_FROM
    return f"did you mean {nearest}?" if is_near else f"known: {', '.join(names) or 'none'}"


def _nearness(name: str, other: str) -> float:
    """Likeness from 0 to 1 to the whole of `other`, or to its last word: `complaints` means complaints_complaints."""
    return max(difflib.SequenceMatcher(None, name, text).ratio() for text in (other, other.rpartition("_")[2]))
