"""The working calendar of a workspace, one row per day: the published calendar, corrected by the company's own files.

China: the holiday notices of the State Council as the package chinesecalendar holds them, make-up working days included.
A year that no notice and no complete file of config/calendar covers counts by the plain week, Monday to Friday, and each of
its days is provisional. `weekdays` is the plain week by choice, so nothing about it is provisional.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from chinese_calendar.constants import holidays as PUBLISHED_HOLIDAYS
from chinese_calendar.constants import workdays as PUBLISHED_MAKE_UP

from orchestration.config.models import CalendarDay, CalendarOverride
from orchestration.config.workspace import WorkspaceConfig

SATURDAY = 5
CalendarRow = tuple[date, date, bool, int, str, str | None, bool]


@dataclass(frozen=True)
class _Year:
    """What is known of one year: days that differ from the plain week, and whether the rest is a guess."""

    holidays: Mapping[date, str]
    make_up: Mapping[date, str]
    is_provisional: bool


def build_calendar_rows(config: WorkspaceConfig, *, first_day: date, last_day: date) -> list[CalendarRow]:
    """Rows of config.calendar from 1 January of the first day's year to 31 December of the year after the last day's.

    Columns: day, first of its month, is it a workday, workdays so far (rank), kind, holiday or None, provisional. Working
    days after `a` up to `b` are rank(b) - rank(a). The first year is counted from its 1 January, so a rank depends on it
    but a difference does not.
    """
    own = {entry.day: entry for override in config.calendar for entry in override.days}
    rows: list[CalendarRow] = []
    rank = 0
    for day in _days(date(first_day.year, 1, 1), date(last_day.year + 1, 12, 31)):
        year = _year(day.year, config)
        is_workday, kind, name = _judge(day, year, own.get(day))
        rank += is_workday
        rows.append((day, day.replace(day=1), is_workday, rank, kind, name, year.is_provisional))
    return rows


def missing_years(config: WorkspaceConfig, *, first_day: date, last_day: date) -> tuple[int, ...]:
    """The years between the two days that nothing covers, so that their working days are provisional."""
    return tuple(year for year in range(first_day.year, last_day.year + 1) if _year(year, config).is_provisional)


def _judge(day: date, year: _Year, own: CalendarDay | None) -> tuple[bool, str, str | None]:
    """Whether people work, the kind of day, and the holiday's name; the company's own file has the last word."""
    is_weekend = day.weekday() >= SATURDAY
    if own and not own.is_workday:
        return False, "holiday", own.reason
    if own:
        return True, "make_up" if is_weekend else "workday", None
    if day in year.make_up:
        return True, "make_up", None
    if day in year.holidays:
        return False, "holiday", year.holidays[day]
    return not is_weekend, "weekend" if is_weekend else "workday", None


def _year(year: int, config: WorkspaceConfig) -> _Year:
    if config.workspace.calendar == "weekdays" or _is_complete(year, config.calendar):
        return _Year({}, {}, is_provisional=False)
    return _published(year)


def _is_complete(year: int, overrides: tuple[CalendarOverride, ...]) -> bool:
    return any(override.is_complete for override in overrides if override.year == year)


@cache
def _published(year: int) -> _Year:
    holidays = {day: name for day, name in PUBLISHED_HOLIDAYS.items() if day.year == year}
    make_up = {day: name for day, name in PUBLISHED_MAKE_UP.items() if day.year == year}
    return _Year(holidays, make_up, is_provisional=year not in _published_years())


@cache
def _published_years() -> frozenset[int]:
    return frozenset(day.year for day in PUBLISHED_HOLIDAYS)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
