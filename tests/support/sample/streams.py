"""Random numbers and months. Each table and month has a stream of its own, so no record depends on what was made before."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from zlib import crc32

import chinese_calendar
import numpy as np
import polars as pl

SEED = 20_268
LAST = np.datetime64("2026-10", "M")
Times = np.ndarray
"""datetime64[m]; NaT where it has not happened."""


def stream(table: str, month: int = 0) -> np.random.Generator:
    """The generator of one table and one month (0: the table as a whole)."""
    return np.random.Generator(np.random.Philox(key=[SEED, (crc32(table.encode()) << 16) | month]))


@dataclass(frozen=True)
class Month:
    """One month of the sample: its name, its number for the streams and how many months remain after it."""

    value: np.datetime64

    @property
    def number(self) -> int:
        return int(self.value.astype(int))

    @property
    def before_last(self) -> int:
        """0 for the last month, 1 for the one before."""
        return int((LAST - self.value).astype(int))

    @property
    def start(self) -> np.datetime64:
        return self.value.astype("datetime64[m]")

    @property
    def n_days(self) -> int:
        return int(((self.value + 1).astype("datetime64[D]") - self.value.astype("datetime64[D]")).astype(int))

    @property
    def tag(self) -> str:
        """Year and month in four digits, e.g. 2610."""
        return str(self.value)[2:].replace("-", "")


def last_months(n: int) -> list[Month]:
    """The `n` months up to 2026-10."""
    return [Month(LAST - n + 1 + i) for i in range(n)]


def minutes(values: np.ndarray) -> np.ndarray:
    """Minutes as timedelta64, from a float array."""
    return np.maximum(np.round(values), 1).astype("timedelta64[m]")


def moments(rng: np.random.Generator, month: Month, n: int, *, days: int | None = None) -> Times:
    """`n` moments of the month between 7:00 and 21:00, in order, fewer on Sundays."""
    day = month.value.astype("datetime64[D]") + np.arange(days or month.n_days)
    share = np.where((day.astype(int) + 3) % 7 == 6, 0.4, 1.0)
    chosen = rng.choice(day, n, p=share / share.sum())
    return np.sort(chosen.astype("datetime64[m]") + minutes(rng.triangular(7, 11, 21, n) * 60))


@cache
def workdays() -> np.ndarray:
    """Working days in China around the sample, make-up days included; the plain week where no calendar is published."""
    first, n = date(2024, 1, 1), 365 * 4
    return np.array([d for d in (first + timedelta(i) for i in range(n)) if _is_workday(d)], dtype="datetime64[D]")


def _is_workday(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # the calendar says so of a year that nobody has published
        return day.weekday() < 5


def after_workdays(moment: Times, n: np.ndarray, rng: np.random.Generator) -> Times:
    """A moment in office hours `n` working days later; on the same day not before `moment`."""
    days = workdays()
    at = np.searchsorted(days, moment.astype("datetime64[D]"))
    later = days[np.minimum(at + n, len(days) - 1)].astype("datetime64[m]") + minutes(rng.uniform(9, 17, len(moment)) * 60)
    return np.where(n == 0, np.maximum(later, moment + minutes(rng.uniform(5, 90, len(moment)))), later)


def text_of(times: Times, pattern: str = "%Y-%m-%d %H:%M") -> pl.Series:
    """The moments as text, null where there is none."""
    return pl.Series(times.astype("datetime64[ms]")).dt.strftime(pattern)


def frame_of(columns: dict[str, object]) -> pl.DataFrame:
    """A frame of parallel columns; moments in milliseconds, because Polars knows no minutes."""
    return pl.DataFrame({name: _known_to_polars(values) for name, values in columns.items()})


def _known_to_polars(values: object) -> object:
    is_moment = isinstance(values, np.ndarray) and values.dtype.kind == "M" and values.dtype != np.dtype("datetime64[D]")
    return values.astype("datetime64[ms]") if is_moment else values
