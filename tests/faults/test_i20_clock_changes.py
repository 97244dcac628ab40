"""I20: local times in the hour that a change of the clock leaves out or repeats are taken as written, and counted."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from support.loading import ANSWER_COLUMNS, Workspace, make_contract

from orchestration.warehouse.clock_changes import change_days, is_repeated, is_skipped

BERLIN = {
    "2025-03-30 01:59:59": "", "2025-03-30 02:00": "skipped_hour", "2025-03-30 02:59:59": "skipped_hour", "2025-03-30 03:00": "",
    "2025-10-26 01:59:59": "", "2025-10-26 02:00": "repeated_hour", "2025-10-26 02:59:59": "repeated_hour", "2025-10-26 03:00": "",
    "2025-10-26": "", "2025-07-01 02:30": "", "": "",
}  # fmt: skip


def load(folder: Path, zone: str, times: list[str], form: str = "") -> Workspace:
    columns = [{**c, "format": form} if c["name"] == "answered_at" else c for c in ANSWER_COLUMNS]
    workspace = Workspace(folder, make_contract(columns))
    workspace.time_zone = zone
    workspace.put("a.csv", "id,item,at,score\n" + "".join(f"{n:02},A,{time},4\n" for n, time in enumerate(times)))
    workspace.night()
    return workspace


def counted(workspace: Workspace) -> dict[str, int]:
    return dict(workspace.rows("select class_code, n_values from ops.extract_values where column_name = 'at'"))


def test_i20_hour_that_is_left_out_or_repeated_in_berlin_is_taken_as_written_and_counted(tmp_path: Path) -> None:
    workspace = load(tmp_path, "Europe/Berlin", [time for time in BERLIN if time])
    assert counted(workspace) == {"skipped_hour": 2, "repeated_hour": 2}
    read = [row[0].isoformat(" ") for row in workspace.rows("select answered_at from raw.surveys_answers order by response_id")]
    assert [text for text, time in zip(read, BERLIN, strict=False) if not text.startswith(time)] == []


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai"])
def test_i20_zone_whose_clocks_are_never_changed_has_none(tmp_path: Path, zone: str) -> None:
    assert change_days(zone) == ()
    assert counted(load(tmp_path, zone, [time for time in BERLIN if time])) == {}


def test_i20_moment_with_a_zone_that_falls_into_the_repeated_hour_is_counted_too(tmp_path: Path) -> None:
    moments = ["2025-10-26T00:30:00+00:00", "2025-10-26T01:30:00+00:00", "2025-10-26T02:30:00+00:00", "2025-03-30T01:30:00+00:00"]
    workspace = load(tmp_path, "Europe/Berlin", moments, "%Y-%m-%dT%H:%M:%S%z")
    assert counted(workspace) == {"repeated_hour": 2}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca"])
def test_i20_every_quarter_of_an_hour_is_judged_as_by_the_zone_database_of_python(zone: str) -> None:
    """Three days around each change from 2005 to 2024, a time at a time."""
    info, quarter = ZoneInfo(zone), timedelta(minutes=15)
    days = [day for day in change_days(zone) if 2005 <= day.year < 2025]
    begins = [datetime(day.year, day.month, day.day) - timedelta(days=1) for day in days]
    times = sorted({begin + n * quarter for begin in begins for n in range(3 * 96)})
    expected = []
    for time in times:
        early, late = (time.replace(tzinfo=info, fold=fold) for fold in (0, 1))
        is_real = early.astimezone(UTC).astimezone(info).replace(tzinfo=None) == time
        expected.append((not is_real, is_real and early.utcoffset() != late.utcoffset()))
    with duckdb.connect() as con:
        con.execute("create table t as select unnest(?::timestamp[]) as local_time", [times])
        found = con.execute(
            f"select {is_skipped('local_time', zone)}, {is_repeated('local_time', zone)} from t order by local_time"
        ).fetchall()
    assert len(times) > 3000
    assert [(time, one, other) for time, one, other in zip(times, found, expected, strict=True) if one != other] == []
