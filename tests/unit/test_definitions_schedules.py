"""When things run: the report's waiting rule, the clock a schedule sets, and the sensor's patience."""

from datetime import date, datetime

import dagster as dg
import pytest
from support.night import REPOSITORY

from orchestration.config.load import load_workspace
from orchestration.pipeline.schedules import build_schedules, reason_to_wait
from orchestration.pipeline.sensors import build_sensor


@pytest.fixture(scope="module")
def config():
    return load_workspace(REPOSITORY / "data")


@pytest.mark.parametrize(
    ("day", "late", "begins"),
    [
        (date(2026, 11, 1), [], "2026-11-01 is none"),  # a Sunday
        (date(2026, 11, 2), [], ""),
        (date(2026, 11, 2), ["callbacks"], "waiting for callbacks"),
        (date(2026, 11, 3), ["callbacks"], "waiting for callbacks"),
        (date(2026, 11, 4), ["callbacks"], ""),  # the third working day waits for nobody
        (date(2026, 11, 5), [], "2026-11-05 is none"),
        (date(2026, 10, 1), [], "2026-10-01 is none"),  # National Day
        (date(2026, 10, 8), [], ""),
    ],
)
def test_report_waits_for_its_sources_until_the_third_working_day(config, day, late, begins):
    why = reason_to_wait(config, day, late)
    assert why.startswith(begins) if begins else why == ""


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
