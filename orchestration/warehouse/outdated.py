"""Rows of another version of this software: what raw, ledger and private file hold is derived, so a night loads it anew."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.schemas.columns import Column
from orchestration.schemas.ops import OPS_TABLES
from orchestration.schemas.raw import CUSTOMER_TOKENS, RAW_TABLES
from orchestration.warehouse.connection import PRIVATE_FILE, WORKING_FILE, open_private, open_working, quote_table, transaction
from orchestration.warehouse.originals import require_originals
from orchestration.warehouse.state import State
from orchestration.warehouse.tables import find_changed_columns, stored_columns
from orchestration.warehouse.versions import short_name, superseded_columns

LOADED = (*RAW_TABLES, CUSTOMER_TOKENS, *OPS_TABLES)


def discard_outdated(out: Path) -> bool:
    """True where tables had other columns than this version writes: raw, ledger and private file are gone, and everything ever kept loads.

    Frozen figures stay. The private file stands beside a ledger with loads or not at all: where one of them is alone, a night was
    killed in here or a person moved a file, and both begin anew. Raises WarehouseError where a file is damaged or in use, and
    before anything is gone where an original is.
    """
    private, has_working = out / PRIVATE_FILE, (out / WORKING_FILE).exists()
    if not has_working and not private.exists():
        return False
    if has_working:
        with open_working(out) as con:
            is_outdated = _has_loads(con) != private.exists() or _differ(con, [(table.name, stored_columns(table)) for table in LOADED])
        if not is_outdated and private.exists():
            with open_private(out) as con:
                is_outdated = _differ(con, [(f"superseded.{short_name(table)}", superseded_columns(table)) for table in RAW_TABLES])
        if not is_outdated:
            return False
        with State(out) as state:
            require_originals(out, state)
        with open_working(out) as con, transaction(con):
            for table in LOADED:
                con.execute(f"drop table if exists {quote_table(table.name)}")
    for path in (private, private.with_name(f"{PRIVATE_FILE}.wal")):
        path.unlink(missing_ok=True)
    return True


def _has_loads(con: duckdb.DuckDBPyConnection) -> bool:
    is_there = con.execute("select 1 from duckdb_tables() where schema_name = 'ops' and table_name = 'extract_loads'").fetchall()
    return bool(is_there and con.execute("select 1 from ops.extract_loads limit 1").fetchall())


def is_of_this_version(con: duckdb.DuckDBPyConnection) -> bool:
    """True where a published file has the ledger that this version reads."""
    rows = con.execute("select schema_name || '.' || table_name from duckdb_tables() where schema_name = 'ops'").fetchall()
    is_complete = {table.name for table in OPS_TABLES} <= {row[0] for row in rows}
    return is_complete and not _differ(con, [(table.name, table.columns) for table in OPS_TABLES])


def _differ(con: duckdb.DuckDBPyConnection, tables: Sequence[tuple[str, Sequence[Column]]]) -> bool:
    return any(find_changed_columns(con, name, columns) for name, columns in tables)
