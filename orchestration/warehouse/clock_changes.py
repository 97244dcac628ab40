"""Local times in the hour that a change of the clock leaves out or repeats: taken as written, and counted from the year 2000 on."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from orchestration.warehouse.connection import quote_text

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
STEP = timedelta(days=7)
SHIFTS = ("1 hour", "30 minutes")
"""By how much clocks are changed, on Lord Howe Island by half an hour."""


def is_skipped(time: str, zone: str) -> str:
    """SQL: true where the local TIMESTAMP `time` is one that no clock of the zone ever showed, else false."""
    return _on_days(time, zone, f"{_there_and_back(time, zone)} <> {time}")


def is_repeated(time: str, zone: str) -> str:
    """SQL: true where the clocks of the zone showed the local TIMESTAMP `time` twice, else false."""
    again = [_there_and_back(time, zone, f" {sign} interval '{shift}'") for shift in SHIFTS for sign in "+-"]
    return _on_days(time, zone, f"{time} in ({', '.join(again)})")


def _there_and_back(time: str, zone: str, shift: str = "") -> str:
    name = quote_text(zone)
    return f"timezone({name}, timezone({name}, {time}){shift})"


def _on_days(time: str, zone: str, condition: str) -> str:
    """The condition, asked on days with a change of the clock alone: a conversion costs far more than a look at the day."""
    days = ", ".join(f"date '{day}'" for day in change_days(zone))
    return f"case when cast({time} as date) in ({days}) then {condition} else false end" if days else "false"


@cache
def change_days(zone: str) -> tuple[date, ...]:
    """The local days from 2000 to 2099 on which the clocks of the zone were changed, or will be by today's rules."""
    info, days, at = ZoneInfo(zone), set[date](), FIRST
    while at < LAST:
        if at.astimezone(info).utcoffset() != (at + STEP).astimezone(info).utcoffset():
            changed = _find_change(at, info)
            days |= {(changed + moved).astimezone(info).date() for moved in (-timedelta(hours=1), timedelta(hours=1))}
        at += STEP
    return tuple(sorted(days))


def _find_change(before: datetime, info: ZoneInfo) -> datetime:
    """The moment within a step after `before` from which another offset holds, to the minute."""
    after, offset = before + STEP, before.astimezone(info).utcoffset()
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) / 2
        before, after = (middle, after) if middle.astimezone(info).utcoffset() == offset else (before, middle)
    return after
