"""The one resource of every asset: a workspace's warehouse, with the clock of the night.

A run holds the writer lock from its first step to its last: the resource takes it when Dagster starts the run and lets it
go when the run ends, however it ends. The working file is opened for one call at a time, so that dbt finds it free.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import dagster as dg
import duckdb
import polars as pl
from pydantic import PrivateAttr

from orchestration.config.load import WorkspaceConfig, load_workspace
from orchestration.pipeline.failures import reason_of
from orchestration.pipeline.fetching import fetch_sources
from orchestration.pipeline.night import CURRENT_FILE, Night, month_before, plan_night
from orchestration.pipeline.partitions import parse_month
from orchestration.pipeline.schedules import wall_clock
from orchestration.schemas.columns import Table
from orchestration.settings import read_settings
from orchestration.warehouse.connection import open_read_only, open_working
from orchestration.warehouse.files import remove_half_made
from orchestration.warehouse.generations import settle_generations
from orchestration.warehouse.lock import hold_lock
from orchestration.warehouse.state import RunState, State
from orchestration.warehouse.tables import read_table, replace_table

SHOWN_REASON = 2000
"""Letters of a failed run's reason that the state keeps."""


class Warehouse(dg.ConfigurableResource):
    """The warehouse of one workspace as assets see it: tables in and out, configuration, clock."""

    workspace: str
    clock: str = ""
    """The night's clock as ISO text in the workspace's local time; empty: the clock on the wall."""
    month: str = ""
    """Month to report on, YYYY-MM; empty: the last complete month before the clock."""
    full_refresh: bool = False
    is_fetched: bool = False
    """True where the command line has met the sources already; a full refresh reads what was ever delivered and fetches nothing."""

    _config: WorkspaceConfig | None = PrivateAttr(default=None)
    _as_of: datetime | None = PrivateAttr(default=None)
    _night: Night | None = PrivateAttr(default=None)
    _run: int = PrivateAttr(default=0)

    @property
    def folder(self) -> Path:
        """The workspace's folder."""
        return Path(self.workspace)

    @property
    def out(self) -> Path:
        """The workspace's folder of everything computed."""
        return self.folder / "out"

    @property
    def config(self) -> WorkspaceConfig:
        """The workspace's configuration and contracts, read once. Raises ConfigError, ContractError."""
        if self._config is None:
            self._config = load_workspace(self.folder)
        return self._config

    @property
    def as_of(self) -> datetime:
        """The night's clock: local time of the workspace, without a zone."""
        if self._as_of is None:
            self._as_of = datetime.fromisoformat(self.clock) if self.clock else self._recorded_clock()
        return self._as_of

    @property
    def report_month(self) -> date:
        """First day of the month reported on: `month`, or the last complete month before the clock."""
        return parse_month(self.month) if self.month else month_before(self.as_of.date())

    @property
    def night(self) -> Night:
        """The night that this run has begun."""
        if self._night is None:
            self._night = plan_night(self.folder, self.as_of)
        return self._night

    def read(self, table: str) -> pl.DataFrame:
        """The rows of a table of the working file."""
        with self.working() as connection:
            return read_table(connection, table)

    def read_published(self, table: str) -> pl.DataFrame:
        """The rows of a table of the last published generation."""
        with open_read_only(self.out / CURRENT_FILE) as connection:
            return read_table(connection, table)

    def replace(self, table: Table, frame: pl.DataFrame) -> int:
        """Rows written: the table's whole content becomes `frame`. Raises WarehouseError if the frame breaks the schema."""
        with self.working() as connection:
            return replace_table(connection, table, frame)

    @contextmanager
    def working(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The working file, open for writing inside the block."""
        with open_working(self.out, memory_limit=read_settings().duckdb_memory or None) as connection:
            yield connection

    def begin_night(self) -> Night:
        """The night, which the state now knows as running. Raises StateError where its clock lies before an earlier night's."""
        self._as_of = datetime.fromisoformat(self.clock) if self.clock else self.wall_clock()
        if not self.is_fetched and not self.full_refresh:
            fetch_sources(self.folder, self.config, self._as_of)
        with State(self.out) as state:
            settle_generations(self.out, state, at=self.wall_clock())
            self._run = state.begin_run(self.as_of, self.night.input_hash, self.wall_clock())
        return self.night

    def expect_more(self, state: State) -> None:
        """Nothing; whatever this night's input was, the next run looks again."""
        if self._run:
            state.forget_input(self._run)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Warehouse"]:
        """The resource itself; around the run it holds the writer lock, and at its end the state learns how the night ended."""
        ending: RunState = "failed"
        with hold_lock(self.out, started_at=self.wall_clock()):
            remove_half_made(self.out)
            self._end_killed_runs()
            try:
                yield self
                ending = "failed" if _failed_steps(context) else "succeeded"
            finally:
                self._end_night(ending, _what_failed(context) if ending == "failed" else "")
            self._tell_held_back(context)

    def _tell_held_back(self, context: dg.InitResourceContext) -> None:
        """Nothing; where a blocking check failed, page and operators' mail say so instead of the report and its mail."""
        from orchestration.pipeline.held import blocked_checks, write_held_back  # templates and mail: only for a night that needs them

        failed = blocked_checks(context.instance, context.run.run_id) if self._run and context.instance and context.run else ()
        if failed:
            write_held_back(self, failed)

    def wall_clock(self) -> datetime:
        """The clock on the wall, in the workspace's local time."""
        return wall_clock(self.config.workspace.time_zone)

    def _recorded_clock(self) -> datetime:
        is_published = (self.out / CURRENT_FILE).exists()
        moment = (self.read_published("ops.run") if is_published else self.read("ops.run")).item(0, "as_of")
        assert isinstance(moment, datetime)
        return moment

    def _end_night(self, ending: RunState, message: str) -> None:
        if self._run:
            with State(self.out) as state:
                state.end_run(self._run, ending, message, self.wall_clock())

    def _end_killed_runs(self) -> None:
        """Whoever holds the lock knows that no other run lives."""
        with State(self.out) as state:
            for run in state.runs():
                if run.state == "running":
                    state.end_run(run.run_id, "failed", "killed", self.wall_clock())


def _what_failed(context: dg.InitResourceContext) -> str:
    """What ended this run, in one line, as the command line said it; empty where the run is not recorded."""
    if context.instance is None or context.run is None:
        return ""
    events = [entry.dagster_event for entry in context.instance.all_logs(context.run.run_id) if entry.dagster_event]
    error = reason_of(events, "")
    return "interrupted" if isinstance(error, KeyboardInterrupt) else " ".join(str(error).split())[:SHOWN_REASON]


def _failed_steps(context: dg.InitResourceContext) -> list[str]:
    """Names of the steps of this run that failed."""
    if context.instance is None or context.run is None:
        return []
    records = context.instance.all_logs(context.run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    return [entry.step_key for entry in records if entry.step_key]
