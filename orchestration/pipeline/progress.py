"""What a run tells while it runs: a Dagster logger that turns events into steps with rows and seconds."""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg

TIME_FIELDS = slice(11, 15)
ROW_KEYS = ("rows", "n_rows", "dagster/row_count")


@dataclass
class Step:
    """One step of the run: rows written, seconds on the wall, and how it stands."""

    name: str
    started: float
    seconds: float = 0.0
    rows: int = 0
    state: str = "running"
    n_assets: int = 0


@dataclass
class Progress:
    """The steps of the running job in order; `listeners` hear of every change."""

    steps: dict[str, Step] = field(default_factory=dict)
    listeners: list[Callable[[Step], None]] = field(default_factory=list)
    start_up: dict[str, float] = field(default_factory=dict)
    """Part -> CPU seconds it took to start: imports, dbt, checks."""

    def hear(self, event: dg.DagsterEvent) -> None:
        """Nothing; the step of the event stands as the event says."""
        if not event.step_key:
            return
        step = self.steps.setdefault(event.step_key, Step(event.step_key, time.perf_counter()))
        if event.event_type_value == dg.DagsterEventType.ASSET_MATERIALIZATION.value:
            step.n_assets += 1
            step.rows += _rows(event)
        elif event.is_step_success or event.is_step_failure or event.is_step_skipped:
            step.state = "done" if event.is_step_success else "failed" if event.is_step_failure else "skipped"
            step.seconds = time.perf_counter() - step.started
        elif not event.is_step_start:
            return
        for listener in self.listeners:
            listener(step)

    def count_rows(self, name: str, rows: int) -> None:
        """Nothing; the step `name` has written `rows` rows that its events do not tell."""
        if name in self.steps:
            self.steps[name].rows = rows


PROGRESS = Progress()


class _Handler(logging.Handler):
    """Hands Dagster's events to `PROGRESS` and prints nothing."""

    def emit(self, record: logging.LogRecord) -> None:
        """Nothing; the event of the record, if it carries one, has been heard."""
        event = getattr(record, "dagster_meta", {}).get("dagster_event")
        if event is not None:
            PROGRESS.hear(event)


def make_progress_logger(_context: dg.InitLoggerContext) -> logging.Logger:
    """A logger whose one handler follows the run."""
    logger = logging.Logger("csat.progress", level=logging.DEBUG)
    logger.addHandler(_Handler())
    return logger


progress_logger = dg.LoggerDefinition(make_progress_logger, description="Steps, rows and seconds for the command line; no text is written.")


def cpu_seconds_of(process: int) -> float:
    """CPU seconds of another process so far; 0 where the system does not tell."""
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text("ascii", errors="replace").rpartition(")")[2].split()
    return sum(map(int, fields[TIME_FIELDS])) / os.sysconf("SC_CLK_TCK")


def _rows(event: dg.DagsterEvent) -> int:
    metadata: dict[str, Any] = dict(event.step_materialization_data.materialization.metadata)
    found = [metadata[key].value for key in ROW_KEYS if key in metadata]
    return int(found[0]) if found and isinstance(found[0], int) else 0
