"""When things run: the night at 02:00 of the workspace, the report on the first working day on which its sources are complete."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg

from orchestration.config.calendar import build_calendar_rows
from orchestration.config.load import WorkspaceConfig, load_workspace
from orchestration.pipeline.jobs import MONTHLY, monthly, nightly
from orchestration.pipeline.night import CURRENT_FILE, month_before
from orchestration.quality.freshness import nth_workday
from orchestration.warehouse.connection import open_read_only

NIGHT_CRON = "0 2 * * *"
REPORT_CRON = "0 6 1-15 * *"
LATEST_REPORT_WORKDAY = 3


def wall_clock(time_zone: str) -> datetime:
    """The clock on the wall: local time of `time_zone`, to the second, without a zone."""
    return datetime.now(ZoneInfo(time_zone)).replace(tzinfo=None, microsecond=0)


def build_schedules(folder: Path, time_zone: str) -> list[dg.ScheduleDefinition]:
    """The nightly and the monthly schedule of the workspace in `folder`; both are off until somebody turns them on."""

    @dg.schedule(job=nightly, cron_schedule=NIGHT_CRON, execution_timezone=time_zone, name="nightly_schedule")
    def nightly_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        """One run a night, its clock the scheduled time."""
        at = _local(context, time_zone)
        return dg.RunRequest(run_key=at.isoformat(), run_config=resource_config(folder, at))

    @dg.schedule(job=monthly, cron_schedule=REPORT_CRON, execution_timezone=time_zone, name="monthly_schedule")
    def monthly_schedule(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        """The report of the last complete month, once, on the first of three working days that finds its sources complete."""
        at = _local(context, time_zone)
        if why := reason_to_wait(load_workspace(folder), at.date(), read_late_sources(folder)):
            yield dg.SkipReason(why)
        else:
            yield dg.RunRequest(run_key=f"{MONTHLY}-{month_before(at.date())}", run_config=resource_config(folder, at))

    return [nightly_schedule, monthly_schedule]


def resource_config(folder: Path, at: datetime) -> dict[str, dict[str, dict[str, dict[str, str]]]]:
    """The run configuration that sets the night's clock."""
    return {"resources": {"warehouse": {"config": {"workspace": str(folder), "clock": at.isoformat()}}}}


def reason_to_wait(config: WorkspaceConfig, day: date, late: Sequence[str]) -> str:
    """Why the report of the month before is not made on `day`; empty: make it.

    It is made on a working day among the first three of the month: as soon as no required source is late, on the third anyway.
    """
    workdays = read_workdays(config, day)
    month = day.replace(day=1)
    candidates = [nth_workday(month, number, workdays) for number in range(1, LATEST_REPORT_WORKDAY + 1)]
    if day not in candidates:
        return f"{day} is none of the month's first {LATEST_REPORT_WORKDAY} working days"
    if late and day != candidates[-1]:
        return f"waiting for {', '.join(late)}"
    return ""


def read_workdays(config: WorkspaceConfig, day: date) -> list[date]:
    """Working days from January of the year before `day` to December of the year after it."""
    return [row[0] for row in build_calendar_rows(config, first_day=day.replace(year=day.year - 1, day=1), last_day=day) if row[2]]


def read_late_sources(folder: Path) -> list[str]:
    """Contracts the report waits for that the published generation does not find complete; ["nothing published"] before the first."""
    if not (folder / "out" / CURRENT_FILE).exists():
        return ["the first published generation"]
    with open_read_only(folder / "out" / CURRENT_FILE) as connection:
        rows = connection.execute("select contract_code from ops.sources where is_required_for_report and state <> 'complete'").fetchall()
    return sorted(row[0] for row in rows)


def _local(context: dg.ScheduleEvaluationContext, time_zone: str) -> datetime:
    return context.scheduled_execution_time.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)
