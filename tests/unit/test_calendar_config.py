"""Working days: published holidays and make-up days, the company's own corrections, and years that nobody published yet."""

import csv
import json
from datetime import date
from itertools import pairwise

import pytest

from orchestration.config.calendar import build_calendar_rows, missing_years
from orchestration.config.metrics import Metrics
from orchestration.config.models import CalendarOverride, Instrument, Labels, Recipients, Thresholds, Workspace
from orchestration.config.processes import Stages
from orchestration.config.workspace import WorkspaceConfig

TEXT = {"en": "x"}


def config(calendar: str = "china", *overrides: dict[str, object]) -> WorkspaceConfig:
    return WorkspaceConfig(
        Workspace(company=TEXT, instrument="q", calendar=calendar), Thresholds(), Stages(processes=()), Metrics(metrics=()), Labels(),
        Recipients(sender_name="x", sender_address="a@example.com"),
        (Instrument(code="q", title=TEXT, items=({"code": "a", "text": TEXT, "short": TEXT},)),),
        tuple(CalendarOverride.model_validate({"source": "board", **override}) for override in overrides), (), "",
    )  # fmt: skip


def days(found: WorkspaceConfig, first: date, last: date) -> dict[date, tuple]:
    return {row[0]: row for row in build_calendar_rows(found, first_day=first, last_day=last)}


@pytest.fixture(scope="module")
def china() -> dict[date, tuple]:
    return days(config(), date(2024, 6, 15), date(2025, 3, 1))


def test_it_covers_whole_years_and_one_more(china):
    assert (min(china), max(china)) == (date(2024, 1, 1), date(2026, 12, 31))
    assert len(china) == 366 + 365 + 365


def test_the_rank_counts_workdays_and_nothing_else(china):
    rows = list(china.values())
    assert rows[0][3] == 0  # 1 January is a holiday
    assert all(later[3] - earlier[3] == later[2] for earlier, later in pairwise(rows))


def first_unknown_year() -> int:
    """The year after the last one that the published calendar covers."""
    return missing_years(config(), first_day=date(2025, 1, 1), last_day=date(2100, 1, 1))[0]


def test_kinds_of_day(china):
    assert china[date(2024, 2, 12)][2:6] == (False, 22 + 8, "holiday", "Spring Festival")
    assert (china[date(2024, 2, 4)][2], china[date(2024, 2, 4)][4]) == (True, "make_up")
    assert (china[date(2024, 2, 3)][2], china[date(2024, 2, 3)][4]) == (False, "weekend")
    assert (china[date(2024, 2, 5)][2], china[date(2024, 2, 5)][4], china[date(2024, 2, 5)][1]) == (True, "workday", date(2024, 2, 1))


def test_a_year_that_nobody_published_is_the_plain_week_and_says_so():
    unknown = first_unknown_year()
    rows = days(config(), date(unknown - 1, 1, 1), date(unknown - 1, 12, 31))
    assert {row[6] for day, row in rows.items() if day.year == unknown} == {True}
    assert {row[6] for day, row in rows.items() if day.year < unknown} == {False}
    assert all(row[2] is (row[0].weekday() < 5) for day, row in rows.items() if day.year == unknown)
    assert missing_years(config(), first_day=date(2024, 1, 1), last_day=date(unknown + 1, 1, 1)) == (unknown, unknown + 1)


def test_a_complete_file_of_the_company_replaces_the_year():
    unknown = first_unknown_year()
    own = {"year": unknown, "is_complete": True, "days": [{"day": f"{unknown}-10-01", "is_workday": False, "reason": "National Day"}]}
    rows = days(config("china", own), date(unknown, 1, 1), date(unknown, 1, 1))
    assert rows[date(unknown, 10, 1)][2:] == (False, rows[date(unknown, 9, 30)][3], "holiday", "National Day", False)
    assert missing_years(config("china", own), first_day=date(unknown, 1, 1), last_day=date(unknown, 1, 1)) == ()


def test_a_file_of_the_company_corrects_single_days():
    own = {
        "year": 2025,
        "days": [
            {"day": "2025-08-20", "is_workday": False, "reason": "Company day"},
            {"day": "2025-08-23", "is_workday": True, "reason": "worked instead"},
        ],
    }
    rows = days(config("china", own), date(2025, 1, 1), date(2025, 1, 1))
    assert rows[date(2025, 8, 20)][4:6] == ("holiday", "Company day")
    assert rows[date(2025, 8, 23)][4:6] == ("make_up", None)
    assert rows[date(2025, 10, 1)][4] == "holiday"


def test_the_plain_week_by_choice_is_not_provisional():
    rows = days(config("weekdays"), date(2025, 1, 1), date(2030, 1, 1))
    assert {row[6] for row in rows.values()} == {False}
    assert {row[4] for row in rows.values()} == {"workday", "weekend"}


def test_the_golden_connection_case_of_a_power_utility(china):
    """630 kVA, applied 18 June, energised 2 July 2012; 22 June is a holiday: 10 working days with the first day, 9 without."""
    rows = days(config(), date(2012, 1, 1), date(2012, 1, 1))
    without_first = rows[date(2012, 7, 2)][3] - rows[date(2012, 6, 18)][3]
    assert (without_first, without_first + rows[date(2012, 6, 18)][2]) == (9, 10)


def test_published_working_days_of_china_2024_and_2025(shared):
    case = json.loads(shared("cases/sla_calendar_cn_2024_2025/expected.json").read_text(encoding="utf-8"))["expected"]
    rows = days(config(), date(2024, 1, 1), date(2025, 12, 31))
    for month, expected in case["workdays_per_month"].items():
        assert sum(row[2] for day, row in rows.items() if f"{day:%Y-%m}" == month) == expected, month
    for year, expected in case["workdays_per_year"].items():
        assert sum(row[2] for day, row in rows.items() if day.year == int(year)) == expected
    for opened, closed, expected in case["workdays_between_open_closed"]:
        assert rows[date.fromisoformat(closed)][3] - rows[date.fromisoformat(opened)][3] == expected
    for opened, limit, expected in case["deadline_after_n_workdays"]:
        due = rows[date.fromisoformat(opened)][3] + limit
        assert min(day for day, row in rows.items() if row[3] == due) == date.fromisoformat(expected)


def test_published_kinds_of_day_of_china_2024_and_2025(shared):
    with shared("cases/sla_calendar_cn_2024_2025/input.csv").open(encoding="utf-8") as file:
        published = {date.fromisoformat(row["date"]): row["kind"] for row in csv.DictReader(file)}
    rows = days(config(), date(2024, 1, 1), date(2025, 12, 31))
    ours = {day: row[4] for day, row in rows.items() if row[4] in ("holiday", "make_up") and day.year < 2026}
    assert ours == {day: {"holiday": "holiday", "makeup_workday": "make_up"}[kind] for day, kind in published.items()}
