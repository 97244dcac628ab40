"""A raw table as it was known at an earlier moment: from the current rows, the superseded versions and the tombstones."""

from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.schemas.raw import RawTable
from orchestration.warehouse.connection import PRIVATE_FILE, quote_text
from orchestration.warehouse.deletions import key_values
from orchestration.warehouse.tables import stored_columns
from orchestration.warehouse.versions import PRIVATE, VERSION_ORDER, key_columns, names, select_buried, short_name


def select_as_of(table: RawTable, known_at: datetime) -> str:
    """A SELECT of the rows of `table` that the warehouse held after the night of `known_at`; the private file is attached.

    Of the versions known by then the newest counts, unless it is a record that deletes the row, or an extract known by then lacked it.
    """
    columns, keys = names(c.name for c in stored_columns(table)), names(key_columns(table))
    moment = f"timestamp {quote_text(known_at.isoformat(sep=' '))}"
    return (
        f"with versions as (select {columns}, null::integer as _by, false as _gone from {table.name} "
        f"union all select {columns}, superseded_by, false from {PRIVATE}.superseded.{short_name(table)} "
        f"union all select {columns}, null, true from ({select_buried(table)})), "
        f"newest as (select * from versions where known_at <= {moment} "
        f"qualify row_number() over (partition by {keys} order by {VERSION_ORDER}) = 1) "
        f"select {columns} from newest n where not _gone and not exists (from ops.tombstones t "
        f"where t.table_name = {quote_text(short_name(table))} "
        f"and t.source_code = n.source_code and t.key_values = {key_values(table)} "
        f"and t.extract_file_id = n._by and t.known_at <= {moment}) order by all"
    )


def write_as_of(con: duckdb.DuckDBPyConnection, out: Path, table: RawTable, known_at: datetime, to: Path) -> int:
    """The number of rows that now stand in the Parquet file `to`; `con` is the working file, and the caller holds the lock."""
    con.execute(f"attach {quote_text(str(out / PRIVATE_FILE))} as {PRIVATE} (read_only)")
    try:
        con.execute(f"copy ({select_as_of(table, known_at)}) to {quote_text(str(to))} (format parquet)")
        return int(con.execute(f"select count(*) from read_parquet({quote_text(str(to))})").fetchall()[0][0])
    finally:
        con.execute(f"detach {PRIVATE}")
