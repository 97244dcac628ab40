"""Q03: a source is late by working days of the company's calendar; a holiday makes nobody late."""

from datetime import date, timedelta

import pytest

from orchestration.config.delivered import Expected
from orchestration.quality.freshness import covers_month, judge_source, nth_workday

PLAIN = [day for i in range(800) if (day := date(2025, 6, 1) + timedelta(i)).weekday() < 5]
HOLIDAYS = {date(2026, 10, day) for day in range(1, 8)}
WITH_HOLIDAYS = [day for day in PLAIN if day not in HOLIDAYS]


@pytest.mark.parametrize(
    ("reach", "state"),
    [(date(2026, 10, 30), "complete"), (date(2026, 10, 29), "complete"), (date(2026, 10, 28), "late"), (None, "missing")],
)
def test_daily_source_with_two_days_of_grace(reach, state):
    """On the night of Tuesday the 3rd, Monday is over: Thursday's data were due by its end, Friday's are not yet."""
    found = judge_source(Expected(every="day", grace_workdays=2), reach, as_of=date(2026, 11, 3), workdays=PLAIN)
    assert (found.expected_to_date, found.due_date, found.state) == (date(2026, 10, 29), date(2026, 11, 2), state)


def test_holidays_do_not_count():
    found = judge_source(Expected(every="day", grace_workdays=1), date(2026, 9, 29), as_of=date(2026, 10, 9), workdays=WITH_HOLIDAYS)
    assert (found.expected_to_date, found.due_date, found.state) == (date(2026, 9, 30), date(2026, 10, 8), "late")
    assert judge_source(Expected(), date(2026, 9, 29), as_of=date(2026, 10, 8), workdays=WITH_HOLIDAYS).state == "complete"


@pytest.mark.parametrize(("as_of", "month"), [(date(2026, 11, 6), 9), (date(2026, 11, 7), 10)])
def test_monthly_source_is_due_after_its_grace(as_of, month):
    """October's last day plus five working days is Friday the 6th: due by its end, so late from the night of the 7th."""
    found = judge_source(Expected(every="month", grace_workdays=5), date(2026, 9, 1), as_of=as_of, workdays=PLAIN)
    assert found.expected_to_date.month == month
    assert found.state == ("complete" if month == 9 else "late")


def test_weekly_source_is_reached_by_any_day_of_its_week():
    expected = Expected(every="week", grace_workdays=1)
    assert judge_source(expected, date(2026, 10, 26), as_of=date(2026, 11, 3), workdays=PLAIN).state == "complete"
    assert judge_source(expected, date(2026, 10, 25), as_of=date(2026, 11, 3), workdays=PLAIN).state == "late"


def test_source_expected_once_is_never_late():
    assert judge_source(Expected(every="once"), date(2020, 1, 1), as_of=date(2026, 11, 3), workdays=PLAIN).state == "complete"
    assert judge_source(Expected(every="once"), None, as_of=date(2026, 11, 3), workdays=PLAIN).state == "missing"


@pytest.mark.parametrize(("reach", "is_covered"), [(date(2026, 10, 30), True), (date(2026, 10, 29), False), (None, False)])
def test_month_is_covered_up_to_its_last_working_day(reach, is_covered):
    assert covers_month(Expected(), reach, month=date(2026, 10, 1), workdays=PLAIN) is is_covered


def test_third_working_day():
    assert nth_workday(date(2026, 11, 1), 3, PLAIN) == date(2026, 11, 4)
