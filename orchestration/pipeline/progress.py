"""What a run tells while it runs: a Dagster logger that turns events into steps with rows and seconds."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

ROW_KEYS = ("rows", "n_rows", "dagster/row_count")
QUIET = logging.CRITICAL


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

    def hear(self, event: dg.DagsterEvent) -> None:
        """Nothing; the step of the event stands as the event says."""
        if not event.step_key:
            return
        step = self.steps.setdefault(event.step_key, Step(event.step_key, time.perf_counter()))
        if (
            event.is_asset_materialization
            if hasattr(event, "is_asset_materialization")
            else event.event_type_value == "ASSET_MATERIALIZATION"
        ):
            step.n_assets += 1
            step.rows += _rows(event)
        elif event.is_step_success or event.is_step_failure or event.is_step_skipped:
            step.state = "done" if event.is_step_success else "failed" if event.is_step_failure else "skipped"
            step.seconds = time.perf_counter() - step.started
        elif not event.is_step_start:
            return
        for listener in self.listeners:
            listener(step)


PROGRESS = Progress()


class _Handler(logging.Handler):
    """Hands Dagster's events to `PROGRESS` and prints nothing."""

    def emit(self, record: logging.LogRecord) -> None:
        """Nothing; the event of the record, if it carries one, has been heard."""
        event = getattr(record, "dagster_meta", {}).get("dagster_event")
        if event is not None:
            PROGRESS.hear(event)


@dg.logger(description="Steps, rows and seconds for the command line; no text is written.")
def progress_logger(_context: dg.InitLoggerContext) -> logging.Logger:
    """A logger whose one handler follows the run."""
    logger = logging.Logger("csat.progress", level=logging.DEBUG)
    logger.addHandler(_Handler())
    return logger


def _rows(event: dg.DagsterEvent) -> int:
    metadata: dict[str, Any] = dict(event.step_materialization_data.materialization.metadata)
    found = [metadata[key].value for key in ROW_KEYS if key in metadata]
    return int(found[0]) if found and isinstance(found[0], int) else 0
