"""When things run: the night at 02:00 of the workspace, the report on the first working day on which its sources are complete."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg

from orchestration.config.load import WorkspaceConfig, load_workspace
from orchestration.pipeline.jobs import MONTHLY, monthly, nightly
from orchestration.pipeline.night import month_before
from orchestration.pipeline.sources import NOTHING_TO_PRINT, read_incomplete, read_workdays
from orchestration.quality.freshness import nth_workday

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
        """The report of the last complete month, once: on the first working day that finds it complete, at latest the third."""
        at = _local(context, time_zone)
        config, month = load_workspace(folder), month_before(at.date())
        if why := reason_to_wait(config, at.date(), read_incomplete(folder, config, month)):
            yield dg.SkipReason(why)
        else:
            yield dg.RunRequest(run_key=f"{MONTHLY}-{month}", run_config=resource_config(folder, at))

    return [nightly_schedule, monthly_schedule]


def resource_config(folder: Path, at: datetime) -> dict[str, dict[str, dict[str, dict[str, str]]]]:
    """The run configuration that sets the night's clock."""
    return {"resources": {"warehouse": {"config": {"workspace": str(folder), "clock": at.isoformat()}}}}


def reason_to_wait(config: WorkspaceConfig, day: date, lacking: Sequence[str]) -> str:
    """Why the report of the month before is not made on `day`; empty: make it, unless an earlier day has.

    It is made on the first working day of the month on which nothing is lacking, at latest on the third; without a night
    published since the month's end, by this version, there is nothing to print, so it waits for that one beyond the third.
    """
    workdays = read_workdays(config, day)
    if day not in workdays:
        return f"{day} is no working day"
    is_last_call = day >= nth_workday(day.replace(day=1), LATEST_REPORT_WORKDAY, workdays)
    if NOTHING_TO_PRINT.intersection(lacking) or (lacking and not is_last_call):
        return f"waiting for {', '.join(lacking)}"
    return ""


def _local(context: dg.ScheduleEvaluationContext, time_zone: str) -> datetime:
    return context.scheduled_execution_time.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)
