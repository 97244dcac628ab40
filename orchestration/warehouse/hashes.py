"""The hash of a table: equal for equal rows in any order, on any number of threads, by whatever way they were reached.

Row count, and the sum over the rows of DuckDB's 64-bit hash of the contracted columns, added up in 128 bits. A sum keeps
rows that stand twice, where xor would let pairs cancel; it is exact, so the order of adding does not matter. It finds
differences between two builds, and is no seal against forgery: that is the SHA-256 of the published file. It is comparable
between files hashed by one version of DuckDB.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from orchestration.errors import WarehouseError
from orchestration.warehouse.connection import quote_name, quote_table

NOT_COMPARED = frozenset({"marts.dim_generation", "ops.generations", "ops.touched_months"})
"""Tables that tell how the file was reached, and so differ between two ways to the same rows."""
RUN_COLUMNS = frozenset({"run_id", "generation_code"})
"""Columns that name a run; left out wherever they stand."""


@dataclass(frozen=True)
class TableHash:
    """Rows of a table and the sum of their hashes in hexadecimal digits; `0` for an empty table."""

    n_rows: int
    digest: str


def hash_table(con: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str] | None = None) -> TableHash:
    """The hash of one table or view over `columns`, by default all but those that name a run, in order of name.

    Raises WarehouseError where the table does not exist or has no such column.
    """
    chosen = sorted(columns if columns is not None else _columns(con, name))
    if not chosen:
        raise WarehouseError("does not exist, or has no column to hash", where=name, hint="run the step that makes it")
    listed = ", ".join(map(quote_name, chosen))
    sql = f"select count(*), coalesce(sum(hash({listed})::hugeint), 0) from {quote_table(name)}"
    try:
        n_rows, total = con.execute(sql).fetchall()[0]
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise WarehouseError(str(error).splitlines()[0], where=name, hint="run the step that makes it") from error
    return TableHash(int(n_rows), f"{int(total):x}")


def hash_schema(
    con: duckdb.DuckDBPyConnection, schemas: Iterable[str], *, contracted: Mapping[str, Sequence[str]] | None = None, views: bool = True
) -> dict[str, TableHash]:
    """Table name -> hash, for every base table and, unless told not to, view of the schemas, in order of name.

    `contracted` names the columns of tables of which only those count. Tables and columns that tell how the file was reached
    are left out, see NOT_COMPARED and RUN_COLUMNS.
    """
    wanted, columns = set(schemas), contracted or {}
    names = [name for name in list_tables(con, views=views) if name.split(".")[0] in wanted and name not in NOT_COMPARED]
    return {name: hash_table(con, name, columns.get(name)) for name in names}


def list_tables(con: duckdb.DuckDBPyConnection, *, views: bool = True) -> list[str]:
    """`schema.table` of every base table, and of every view unless told not to, in order."""
    rows = con.execute(
        "select table_schema || '.' || table_name from information_schema.tables"
        " where table_catalog = current_database() and (table_type = 'BASE TABLE' or ?) order by 1",
        [views],
    ).fetchall()
    return [str(row[0]) for row in rows]


def compare_hashes(a: Mapping[str, TableHash], b: Mapping[str, TableHash]) -> list[str]:
    """One sentence per table that differs; empty where both are equal."""
    return [sentence for name in sorted({*a, *b}) if (sentence := _compare(name, a.get(name), b.get(name)))]


def _compare(name: str, a: TableHash | None, b: TableHash | None) -> str:
    if a is None or b is None:
        return f"{name} is only in the {'second' if a is None else 'first'}"
    if a.n_rows != b.n_rows:
        return f"{name} has {a.n_rows} rows in the first and {b.n_rows} in the second"
    return "" if a == b else f"{name} has {a.n_rows} rows in both, but other values"


def _columns(con: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    schema, table = name.split(".", 1)
    rows = con.execute(
        "select column_name from information_schema.columns"
        " where table_catalog = current_database() and table_schema = ? and table_name = ?",
        [schema, table],
    ).fetchall()
    return [row[0] for row in rows if row[0] not in RUN_COLUMNS]
