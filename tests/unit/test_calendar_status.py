"""`csat status` says sixty days ahead that nobody published the holidays of the coming year, until somebody supplies them."""

from datetime import date, datetime, time, timedelta

import pytest

from orchestration.config.calendar import missing_years
from orchestration.config.load import load_workspace
from orchestration.pipeline.status import describe_status
from orchestration.pipeline.workspaces import init_workspace
from orchestration.warehouse.drafting import draft_contract


@pytest.fixture
def folder(tmp_path):
    """A new workspace with one contract, since a workspace without one is none."""
    list(init_workspace(tmp_path / "w"))
    (tmp_path / "w" / "landing" / "tickets.csv").write_text("ticket,opened\n1,2026-10-01 08:00\n")
    (tmp_path / "w" / "contracts" / "tickets.yaml").write_text(draft_contract(tmp_path / "w" / "landing" / "tickets.csv"))
    return tmp_path / "w"


def told(folder, day: date) -> list[str]:
    return [line for line in describe_status(folder, datetime.combine(day, time(9))) if line.startswith("calendar")]


def unknown_year(folder) -> int:
    return missing_years(load_workspace(folder), first_day=date(2025, 1, 1), last_day=date(2100, 1, 1))[0]


def test_a_missing_calendar_is_told_sixty_days_ahead_and_from_then_on(folder):
    year = unknown_year(folder)
    first = date(year, 1, 1)
    assert told(folder, first - timedelta(days=61)) == []
    for day in (first - timedelta(days=60), first, date(year, 6, 1)):
        assert told(folder, day) == [
            f"{'calendar':<17}holiday calendar {year} missing: the plain week counts; config/calendar/{year}.yaml supplies it"
        ]


def test_a_file_of_the_company_ends_the_warning_and_one_of_single_days_does_not(folder):
    year = unknown_year(folder)
    path = folder / "config" / "calendar" / f"{year}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"year: {year}\nsource: board\ndays: []\n")
    assert told(folder, date(year, 3, 1))
    path.write_text(f"year: {year}\nsource: board\nis_complete: true\ndays: []\n")
    assert told(folder, date(year, 3, 1)) == []
