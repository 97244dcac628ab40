"""Which of the known names a misspelt one was probably meant to be."""

import difflib
from collections.abc import Iterable


def advise_nearest(name: str, known: Iterable[str]) -> str:
    """Which of the known names was probably meant, or all of them."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(names) or 'none'}"
