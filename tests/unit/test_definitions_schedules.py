"""When things run: the report's waiting rule, the clock a schedule sets, and the sensor's patience."""

import shutil
from datetime import date, datetime, time

import dagster as dg
import pytest
from support.night import REPOSITORY

from orchestration.config.load import load_workspace
from orchestration.pipeline.schedules import build_schedules, reason_to_wait
from orchestration.pipeline.sensors import build_sensor
from orchestration.pipeline.sources import NO_NIGHT, OLD_NIGHT, read_incomplete
from orchestration.schemas.ops import EXTRACT_LOADS, QUARANTINE, RUN
from orchestration.warehouse.connection import open_working
from orchestration.warehouse.ledger import ensure_raw_tables
from orchestration.warehouse.tables import replace_rows


@pytest.fixture(scope="module")
def config():
    return load_workspace(REPOSITORY / "data")


@pytest.mark.parametrize(
    ("day", "late", "begins"),
    [
        (date(2026, 11, 1), [], "2026-11-01 is no working day"),  # a Sunday
        (date(2026, 11, 2), [], ""),
        (date(2026, 11, 2), ["callbacks"], "waiting for callbacks"),
        (date(2026, 11, 3), ["callbacks"], "waiting for callbacks"),
        (date(2026, 11, 4), ["callbacks"], ""),  # the third working day waits for nobody
        (date(2026, 11, 5), ["callbacks"], ""),  # nobody was there on the third
        (date(2026, 11, 5), [NO_NIGHT], "waiting for a night"),  # nothing to print yet
        (date(2026, 11, 5), [OLD_NIGHT], "waiting for a night of this version"),  # nothing that this version could print
        (date(2026, 10, 1), [], "2026-10-01 is no working day"),  # National Day
        (date(2026, 10, 8), [], ""),
    ],
)
def test_report_waits_for_its_sources_until_the_third_working_day(config, day, late, begins):
    why = reason_to_wait(config, day, late)
    assert why.startswith(begins) if begins else why == ""


@pytest.fixture
def published(tmp_path, config):
    """A published file of the night of 2 November whose required sources reach to the last working day of October."""
    (tmp_path / "out").mkdir()
    with open_working(tmp_path / "out") as connection:
        ensure_raw_tables(connection)
        replace_rows(connection, RUN, [(datetime(2026, 11, 2, 2), date(2026, 11, 2), date(2026, 10, 1), date(2024, 8, 1))])
        replace_rows(connection, EXTRACT_LOADS, [loaded_row(n, c, date(2026, 10, 30)) for n, c in enumerate(config.contracts)])
        replace_rows(connection, QUARANTINE, [])
    (tmp_path / "out" / "current.duckdb").symlink_to("warehouse.duckdb")
    return tmp_path


def loaded_row(number, contract, data_to):
    extracted_at = datetime.combine(data_to, time(23))
    about = (number, contract.contract, contract.source, contract.canonical.name)
    counts = (9, 9, 0, 0, 9, 0, 0, 0)  # records, loaded, quarantined, skipped, rows, duplicates, restated, deleted
    return (*about, "loaded", None, None, *counts, extracted_at, data_to, data_to, "hash", extracted_at)


def test_report_begins_when_its_sources_reach_the_end_of_the_month(published, config):
    assert read_incomplete(published, config, date(2026, 10, 1)) == []
    with open_working(published / "out") as connection:
        connection.execute("update ops.extract_loads set data_to_date = '2026-10-29' where contract_code in ('callbacks', 'comments_web')")
        connection.execute("update ops.extract_loads set extracted_at = '2026-10-30 02:00:00' where contract_code = 'callbacks'")
    assert read_incomplete(published, config, date(2026, 10, 1)) == ["callbacks"]  # the report does not wait for comments


def test_report_waits_for_a_night_after_the_month(published, config, tmp_path_factory):
    assert read_incomplete(published, config, date(2026, 11, 1)) == [NO_NIGHT]
    assert read_incomplete(tmp_path_factory.mktemp("new"), config, date(2026, 10, 1)) == [NO_NIGHT]


def test_report_waits_for_a_night_of_this_version(published, config):
    with open_working(published / "out") as connection:
        connection.execute("alter table ops.extract_loads drop column n_deleted")
        connection.execute("drop table ops.quarantine")
    assert read_incomplete(published, config, date(2026, 10, 1)) == [OLD_NIGHT]


def test_monthly_schedule_asks_once_a_month_or_says_what_it_waits_for(published):
    shutil.copytree(REPOSITORY / "data" / "config", published / "config")
    shutil.copytree(REPOSITORY / "data" / "contracts", published / "contracts")
    monthly = build_schedules(published, "Asia/Shanghai")[1]

    def tick(day):
        return monthly.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=datetime.fromisoformat(f"{day}T06:00:00+08:00")))

    assert [request.run_key for day in ("2026-11-02", "2026-11-03") for request in tick(day).run_requests] == ["monthly-2026-10-01"] * 2
    assert tick("2026-12-01").skip_message == f"waiting for {NO_NIGHT}"


def test_night_of_the_schedule_has_the_scheduled_clock(tmp_path):
    nightly = build_schedules(tmp_path, "Asia/Shanghai")[0]
    at = dg.build_schedule_context(scheduled_execution_time=datetime.fromisoformat("2026-11-02T18:00:00+00:00"))
    asked = nightly.evaluate_tick(at).run_requests[0]
    assert asked.run_config["resources"]["warehouse"]["config"]["clock"] == "2026-11-03T02:00:00"


def test_sensor_waits_until_the_landing_folder_stands_still(tmp_path):
    (tmp_path / "landing").mkdir()
    sensor, cursor, asked = build_sensor(tmp_path), None, []
    for arriving in ("a", "ab", "", ""):
        if arriving:
            (tmp_path / "landing" / "x.csv").write_text(arriving)
        tick = sensor.evaluate_tick(dg.build_sensor_context(cursor=cursor))
        cursor = tick.cursor
        asked.append(len(tick.run_requests or []))
    assert asked == [0, 0, 1, 0]
