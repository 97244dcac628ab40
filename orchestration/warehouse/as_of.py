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

    Of the versions known by then the newest counts, unless it is a record that deletes the row. A version is none any more where a
    full extract known by then, newer than the version's own, lacked the row.
    """
    columns, keys, name = names(c.name for c in stored_columns(table)), names(key_columns(table)), quote_text(short_name(table))
    moment = f"timestamp {quote_text(known_at.isoformat(sep=' '))}"
    return (
        f"with versions as (select {columns}, false as _gone from {table.name} "
        f"union all select {columns}, false from {PRIVATE}.superseded.{short_name(table)} "
        f"union all select {columns}, true from ({select_buried(table)})), "
        f"absences as (from ops.tombstones where table_name = {name} and record_number is null and known_at <= {moment}), "
        f"known as (from versions v where known_at <= {moment} and (_gone or not exists (from absences a "
        f"where a.source_code = v.source_code and a.key_values = {key_values(table, 'v')} and (coalesce(a.extracted_at, v.extracted_at), "
        "a.extract_file_id) > (v.extracted_at, v.extract_file_id)))) "
        f"select {columns} from (from known qualify row_number() over (partition by {keys} order by {VERSION_ORDER}) = 1) "
        "where not _gone order by all"
    )


def write_as_of(con: duckdb.DuckDBPyConnection, out: Path, table: RawTable, known_at: datetime, to: Path) -> int:
    """The number of rows that now stand in the Parquet file `to`; `con` is the working file, and the caller holds the lock."""
    con.execute(f"attach {quote_text(str(out / PRIVATE_FILE))} as {PRIVATE} (read_only)")
    try:
        con.execute(f"copy ({select_as_of(table, known_at)}) to {quote_text(str(to))} (format parquet)")
        return int(con.execute(f"select count(*) from read_parquet({quote_text(str(to))})").fetchall()[0][0])
    finally:
        con.execute(f"detach {PRIVATE}")
