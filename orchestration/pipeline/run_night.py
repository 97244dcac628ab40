"""Run a job of the definitions in this process, for the command line: the same job that Dagster's schedules start."""

import logging
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from orchestration.errors import CsatError, WarehouseError
from orchestration.pipeline.failures import reason_of
from orchestration.pipeline.jobs import ALONE, QUEUED, WRITER
from orchestration.pipeline.night import NightRequest
from orchestration.pipeline.progress import PROGRESS, Step
from orchestration.settings import set_environment
from orchestration.warehouse.files import FREE_SPACE, disk_errors, is_full_disk, write_durably
from orchestration.warehouse.state import State

DAGSTER_YAML = f"""\
# Written by csat. Nothing is sent anywhere; steps log to the run's own tables.
telemetry:
  enabled: false
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
run_monitoring:
  enabled: true
concurrency:
  runs:
    tag_concurrency_limits:
      - key: {WRITER}
        value: {QUEUED}
        limit: 1
nux:
  enabled: false
"""
KILOBYTES_PER_MEGABYTE = 1024


def run_config(request: NightRequest) -> dict[str, object]:
    """The run configuration of Dagster that says what `request` says."""
    settings: dict[str, object] = {
        "workspace": str(request.folder), "month": request.month, "full_refresh": request.full_refresh, "is_fetched": request.is_fetched,
    }  # fmt: skip
    if request.clock:
        settings["clock"] = request.clock.isoformat()
    return {"resources": {"warehouse": {"config": settings}}, "loggers": {"progress": {"config": {}}}}


def prepare_dagster(folder: Path) -> Path:
    """The folder of Dagster's own files, out/dagster, with telemetry off and nothing captured."""
    home = folder / "out" / "dagster"
    with disk_errors(home):
        home.mkdir(parents=True, exist_ok=True)
        write_durably(home / "dagster.yaml", DAGSTER_YAML)
    set_environment(DAGSTER_HOME=str(home.resolve()), DAGSTER_DISABLE_TELEMETRY="1", DO_NOT_TRACK="1", CSAT_WORKSPACE=str(folder.resolve()))
    return home


def run_job(definitions: dg.Definitions, request: NightRequest, listener: Callable[[Step], None]) -> tuple[Step, ...]:
    """The steps of the job, run to its end.

    Raises the CsatError that stopped it, KeyboardInterrupt after a signal, or what else went wrong.
    """
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    PROGRESS.steps.clear()
    PROGRESS.listeners[:] = [listener]
    job = definitions.resolve_job_def(request.job)
    with _told_when_full(request.folder / "out"), dg.DagsterInstance.get() as instance:
        result = job.execute_in_process(run_config=run_config(request), instance=instance, tags={WRITER: ALONE}, raise_on_error=False)
        if not result.success:
            raise reason_of(result.all_events, standing(request.folder / "out"))
    return tuple(PROGRESS.steps.values())


@contextmanager
def _told_when_full(out: Path) -> Iterator[None]:
    """Nothing; whatever finds no room left inside, Dagster's own record of the run too, becomes a WarehouseError that says so."""
    try:
        yield
    except CsatError:
        raise
    except Exception as error:
        if not is_full_disk(str(error)):
            raise
        raise WarehouseError("the disk is full, or cannot be written", where=str(out), hint=FREE_SPACE) from error


def usage() -> Mapping[str, float]:
    """CPU seconds of this process and of its children, and the peak of memory of either, in MB."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "own_seconds": own.ru_utime + own.ru_stime,
        "child_seconds": children.ru_utime + children.ru_stime,
        "peak_mb": max(own.ru_maxrss, children.ru_maxrss) / KILOBYTES_PER_MEGABYTE,
        "at": time.perf_counter(),
    }


def standing(out: Path) -> str:
    """What analysts go on reading after a night that published nothing."""
    with State(out) as state:
        published = state.published_generation()
    stands = f"{published.code}, the night of {published.as_of:%Y-%m-%d}, stands" if published else "there is no earlier generation yet"
    return f"nothing was published; {stands}"
