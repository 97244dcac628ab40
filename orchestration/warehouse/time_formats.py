"""Which strptime format a column of dates is written in, seen from its values, and formats that would lose what was delivered."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

DAYS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y",
    "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
CLOCKS = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p")
ZONED = tuple(f"%Y-%m-%d{mark}%H:%M:%S{part}%z" for mark in "T " for part in ("", ".%f"))
TOGETHER = ("%Y%m%d%H%M%S", *ZONED, "%Y年%m月%d日%H时%M分", "%d.%m.%Y, %H:%M")
FORMATS = (*DAYS, *(f"{day} {clock}" for day in DAYS for clock in CLOCKS), *TOGETHER)
ISO_TIME = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?")


@dataclass(frozen=True)
class FormatGuess:
    """A format (empty: ISO 8601), how many of the values it reads, and the other formats that read as many.

    `also` is a second way of writing that reads what the first leaves, counted in `n_read`; empty: there is none.
    """

    form: str
    n_read: int
    n_values: int
    others: tuple[str, ...] = ()
    also: str = ""

    @property
    def is_likely(self) -> bool:
        """True where most of the values are read."""
        return 2 * self.n_read > self.n_values


def guess_format(values: Sequence[str], kind: str) -> FormatGuess:
    """The format that reads the most of `values`; ISO 8601 where it reads as many, the first of equals else."""
    n_iso = sum(is_iso(value, kind) for value in values)
    if n_iso == len(values):
        return FormatGuess("", n_iso, len(values))
    counts = {form: sum(fits(value, form) for value in values) for form in _possible(values)}
    most = max(counts.values(), default=0)
    if n_iso >= most:
        return FormatGuess("", n_iso, len(values))
    first, *others = [form for form, count in counts.items() if count == most]
    also = "" if others else _second_form(values, first)
    return FormatGuess(first, len(values) if also else most, len(values), tuple(others), also)


def _second_form(values: Sequence[str], first: str) -> str:
    """The one format that reads every value that `first` does not, and none that it does; empty where there is none, or several."""
    left = [value for value in values if not fits(value, first)]
    found = [form for form in (_possible(left) if left else ()) if all((value in left) == fits(value, form) for value in values)]
    return found[0] if len(found) == 1 else ""


def guess_clock(values: Sequence[str]) -> str:
    """The format under which every value is a time of day; empty where there is none."""
    return next((clock for clock in CLOCKS if values and all(fits(value, clock) for value in values)), "")


def is_iso(value: str, kind: str) -> bool:
    """True where `value` is read without a format."""
    if kind == "date":
        return len(value) == len("2024-01-01") and fits(value, "%Y-%m-%d")
    return bool(ISO_TIME.fullmatch(value))


def fits(value: str, form: str) -> bool:
    """True where `form` reads the whole of `value`."""
    try:
        datetime.strptime(value, form)
    except ValueError:
        return False
    return True


def _possible(values: Sequence[str]) -> list[str]:
    """The formats that read at least one of a few values: the others are not tried on all."""
    shapes = list({re.sub(r"\d+", "0", value): value for value in values}.values())
    seen = [*shapes, *values[:: max(1, len(values) // 20)]]
    return [form for form in FORMATS if any(fits(value, form) for value in seen)]
