"""How far a source should reach on a given night, and whether it does: by working days of the company's calendar."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from orchestration.config.delivered import Expected

SourceState = Literal["complete", "late", "missing"]
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Freshness:
    """Data up to `expected_to_date` were due by the end of `due_date`; both null where a source is expected once."""

    due_date: date | None
    expected_to_date: date | None
    state: SourceState


def judge_source(expected: Expected, reach: date | None, *, as_of: date, workdays: Sequence[date]) -> Freshness:
    """Whether a source that reaches to `reach` is late on the night that begins `as_of`.

    Daily data of a working day are due `grace_workdays` working days after it; those of a week or month that many working days
    after its last day. A day that has not ended is not over: on the night of the 3rd the 2nd is the last day that counts. A week
    or month is reached by any of its days, since a monthly row carries its first. `workdays` ascend, from well before `as_of`
    to well after it.
    Null `reach`: nothing loaded, the source is missing.
    """
    if expected.every == "once":
        return Freshness(None, None, "missing" if reach is None else "complete")
    end = _last_workday_before(as_of, workdays) if expected.every == "day" else _period_end_before(expected, as_of)
    while (due := _due(end, expected.grace_workdays, workdays)) >= as_of:
        end = _last_workday_before(end, workdays) if expected.every == "day" else _period_end_before(expected, end)
    if reach is None:
        return Freshness(due, end, "missing")
    return Freshness(due, end, "complete" if reach >= _first_day(expected, end) else "late")


def covers_month(expected: Expected, reach: date | None, *, month: date, workdays: Sequence[date]) -> bool:
    """True where the source reaches to the last working day of the month that begins on `month`, or to the month if it is monthly."""
    if expected.every == "once":
        return reach is not None
    following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    end = month if expected.every == "month" else _last_workday_before(following, workdays)
    return reach is not None and reach >= end


def nth_workday(month: date, number: int, workdays: Sequence[date]) -> date:
    """The `number`th working day of the month that begins on `month`, counted from 1."""
    return workdays[bisect_left(workdays, month) + number - 1]


def _last_workday_before(day: date, workdays: Sequence[date]) -> date:
    return workdays[max(bisect_left(workdays, day) - 1, 0)]


def _due(end: date, grace: int, workdays: Sequence[date]) -> date:
    """The `grace`th working day after `end`; with no grace `end` itself."""
    return workdays[bisect_right(workdays, end) + grace - 1] if grace else end


def _period_end_before(expected: Expected, day: date) -> date:
    """The last Sunday, or the last day of a month, before `day`."""
    if expected.every == "week":
        return day - timedelta(days=day.isoweekday())
    return day.replace(day=1) - ONE_DAY


def _first_day(expected: Expected, end: date) -> date:
    if expected.every == "week":
        return end - timedelta(days=end.weekday())
    return end.replace(day=1) if expected.every == "month" else end
