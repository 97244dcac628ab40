"""Empty warehouses, synthetic rows and quick dbt builds for tests of the dbt project."""

import os
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from orchestration.schemas.columns import Column, Table
from orchestration.schemas.config_tables import CONFIG_TABLES
from orchestration.schemas.ops import OPS_TABLES
from orchestration.schemas.raw import CUSTOMER_TOKENS, RAW_TABLES, SYSTEM_COLUMNS, RawTable

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
DUCKDB_TYPES = {
    "text": "VARCHAR",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "decimal": "DECIMAL(18,6)",
    "double": "DOUBLE",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "boolean": "BOOLEAN",
}
_parsed: list[bytes] = []


def stored_columns(table: Table) -> tuple[Column, ...]:
    """The columns of `table` as the working file has them: system columns first, private columns nowhere."""
    system = SYSTEM_COLUMNS if isinstance(table, RawTable) else ()
    return (*system, *(column for column in table.columns if not column.private))


def create_warehouse(path: Path) -> None:
    """Writes a warehouse file with every raw, config and ops table, all empty."""
    with duckdb.connect(str(path)) as con:
        for table in (*RAW_TABLES, CUSTOMER_TOKENS, *CONFIG_TABLES, *OPS_TABLES):
            con.execute(f"create schema if not exists {table.name.split('.')[0]}")
            columns = ", ".join(f"{column.name} {DUCKDB_TYPES[column.kind]}" for column in stored_columns(table))
            con.execute(f"create table {table.name} ({columns})")


def insert_rows(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts dictionaries; columns that a row leaves out are null. Raw rows get system columns where they bring none."""
    defaults: dict[str, Any] = {}
    if table.startswith("raw.") and table != CUSTOMER_TOKENS.name:
        stamp = datetime(2026, 1, 1)
        defaults = {"source_code": "crm", "extract_file_id": 1, "record_number": 1, "extracted_at": stamp, "known_at": stamp}
    for row in rows:
        values = defaults | dict(row)
        marks = ", ".join("?" for _ in values)
        con.execute(f"insert into {table} ({', '.join(values)}) values ({marks})", list(values.values()))


def insert_calendar(con: duckdb.DuckDBPyConnection, first: date, last: date, holidays: frozenset[date] = frozenset()) -> None:
    """Fills config.calendar with the plain week less `holidays`."""
    rank, rows = 0, []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        workday = day.isoweekday() < 6 and day not in holidays
        rank += workday
        kind = "workday" if workday else "holiday" if day in holidays else "weekend"
        rows.append((day, day.replace(day=1), workday, rank, kind, None, False))
    con.executemany("insert into config.calendar values (?, ?, ?, ?, ?, ?, ?)", rows)


def set_clock(con: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    """Sets the night of ops.run."""
    first = as_of.date().replace(day=1)
    con.execute("delete from ops.run")
    report_month = (first - timedelta(days=1)).replace(day=1)
    con.execute("insert into ops.run values (?, ?, ?, null)", [as_of, as_of.date(), report_month])


def touch_months(con: duckdb.DuckDBPyConnection, months: Sequence[date]) -> None:
    """Replaces ops.touched_months."""
    con.execute("delete from ops.touched_months")
    for month in sorted(set(months)):
        con.execute("insert into ops.touched_months values (?)", [month])


def build_marts(
    duckdb_path: Path | str, *, full_refresh: bool = False, select: str | None = None, command: str = "build", unit_tests: bool = False
) -> None:
    """Runs dbt over the file `warehouse.duckdb` in this process and lets go of it; the project is parsed once per process.

    Raises AssertionError with dbt's own messages where a model or test fails.
    """
    arguments = [command, *_folders(Path(duckdb_path).parent)]
    arguments += ["--full-refresh"] if full_refresh else []
    arguments += ["--select", select] if select else []
    if command == "build" and not unit_tests:
        arguments += ["--exclude-resource-type", "unit_test"]
    with _environment(CSAT_DUCKDB_PATH=str(duckdb_path)):
        run_dbt(arguments)


def parse_project(out: Path) -> Any:
    """The manifest of the dbt project, parsed without any database file; each caller gets his own, as a build changes it."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumaro_encoder, extended_mashumuro_decoder

    if not _parsed:
        _parsed.append(_invoke(["parse", *_folders(out)], None).to_msgpack(extended_mashumaro_encoder))
    return Manifest.from_msgpack(_parsed[0], decoder=extended_mashumuro_decoder)


def run_dbt(arguments: list[str]) -> Any:
    """The result of one dbt invocation. Raises AssertionError where it fails."""
    target = Path(arguments[arguments.index("--target-path") + 1])
    return _invoke(arguments, parse_project(target.parent))


def _invoke(arguments: list[str], manifest: Any) -> Any:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import reset_adapters
    from dbt.cli.main import dbtRunner

    try:
        result = dbtRunner(manifest=manifest).invoke(arguments)
    finally:
        DuckDBConnectionManager.close_all_connections()
        reset_adapters()
    assert result.success, _complaints(result)
    return result.result


def _folders(out: Path) -> list[str]:
    project = str(PROJECT)
    quiet = ["--quiet", "--log-level-file", "none", "--no-write-json", "--no-version-check"]
    return ["--project-dir", project, "--profiles-dir", project, "--target-path", str(out / "dbt"), *quiet]


def _complaints(result: Any) -> str:
    if result.exception or not getattr(result.result, "results", None):
        return str(result.exception or result.result)
    return "\n".join(f"{r.node.name}: {r.message}" for r in result.result.results if r.status not in ("success", "pass", "skipped"))


@contextmanager
def _environment(**values: str):
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
