"""The one resource of every asset: a workspace's warehouse, with the clock of the night.

A run holds the writer lock from its first step to its last: the resource takes it when Dagster starts the run and lets it
go when the run ends, however it ends. The working file is opened for one call at a time, so that dbt finds it free.
"""

from datetime import date, datetime, timedelta
from pathlib import Path

import dagster as dg
import polars as pl
from pydantic import PrivateAttr

from orchestration.config.load import WorkspaceConfig, load_workspace
from orchestration.schemas.columns import Table
from orchestration.warehouse.connection import open_read_only, open_working
from orchestration.warehouse.tables import read_table, replace_table


class Warehouse(dg.ConfigurableResource):
    """The warehouse of one workspace as assets see it: tables in and out, configuration, clock."""

    workspace: str
    clock: str = ""
    """The night's clock as ISO text in the workspace's local time; empty: the clock on the wall."""
    month: str = ""
    """Month to report on, YYYY-MM; empty: the last complete month before the clock."""
    full_refresh: bool = False

    _config: WorkspaceConfig | None = PrivateAttr(default=None)

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
        if self.clock:
            return datetime.fromisoformat(self.clock)
        moment = self.read("ops.run").item(0, "as_of")
        assert isinstance(moment, datetime)
        return moment

    @property
    def report_month(self) -> date:
        """First day of the month reported on: `month`, or the last complete month before the clock."""
        if self.month:
            return date.fromisoformat(f"{self.month}-01")
        return (self.as_of.date().replace(day=1) - timedelta(days=1)).replace(day=1)

    def read(self, table: str) -> pl.DataFrame:
        """The rows of a table of the working file."""
        with open_working(self.out) as connection:
            return read_table(connection, table)

    def read_published(self, table: str) -> pl.DataFrame:
        """The rows of a table of the last published generation."""
        with open_read_only(self.out / "current.duckdb") as connection:
            return read_table(connection, table)

    def replace(self, table: Table, frame: pl.DataFrame) -> int:
        """Rows written: the table's whole content becomes `frame`. Raises WarehouseError if the frame breaks the schema."""
        with open_working(self.out) as connection:
            replace_table(connection, table, frame)
        return frame.height
