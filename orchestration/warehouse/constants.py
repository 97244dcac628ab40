"""Columns of a raw table in which every row holds the same, by contract: they are computed when read, and nothing is stored for them.

Most sources fill few of a table's columns; storing what they leave out costs as much as storing what they bring. Names, types,
order and comments are those of the schema, whether a column is stored or not.
"""

from collections.abc import Iterable, Mapping, Sequence

import duckdb

from orchestration.config.contracts import Contract
from orchestration.schemas.raw import RawTable
from orchestration.warehouse.connection import quote_name, quote_table, transaction
from orchestration.warehouse.mapping import find_constants
from orchestration.warehouse.tables import create_table, stored_columns

Constants = Mapping[str, str | None]
"""Column -> the text that every row has in it; None: null."""


def shape_tables(con: duckdb.DuckDBPyConnection, contracts: Sequence[Contract]) -> None:
    """Nothing; every table of the contracts stores whatever differs from row to row, and where it is empty nothing else.

    A column that a new contract is the first to fill is stored from then on: the table is written once more.
    """
    tables = {contract.canonical.name: contract.canonical for contract in contracts}
    for table in tables.values():
        wanted, found = common_constants(c for c in contracts if c.canonical is table), read_constants(con, table)
        is_empty = not con.execute(f"select 1 from {table.name} limit 1").fetchall()
        kept = wanted if is_empty else {name: text for name, text in found.items() if name in wanted and wanted[name] == text}
        if kept != found:
            _rewrite(con, table, kept)


def common_constants(contracts: Iterable[Contract]) -> Constants:
    """What every row of a table holds in a column, whichever of its contracts brought it."""
    given = [find_constants(contract) for contract in contracts]
    return {name: text for name, text in given[0].items() if all(name in other and other[name] == text for other in given)}


def read_constants(con: duckdb.DuckDBPyConnection, table: RawTable) -> Constants:
    """The columns for which the table stores nothing."""
    rows = con.execute(
        "select column_name, column_default from duckdb_columns() where database_name = current_database() "
        "and schema_name || '.' || table_name = ? and column_default is not null", [table.name],
    ).fetchall()  # fmt: skip
    texts = con.execute(f"select {', '.join(row[1] for row in rows)}").fetchall()[0] if rows else ()
    return dict(zip((row[0] for row in rows), texts, strict=True))


def written_columns(con: duckdb.DuckDBPyConnection, table: RawTable) -> list[str]:
    """The columns of the table that an insert gives, in order."""
    constants = read_constants(con, table)
    return [column.name for column in stored_columns(table) if column.name not in constants]


def _rewrite(con: duckdb.DuckDBPyConnection, table: RawTable, constants: Constants) -> None:
    before = f"{table.name}_before"
    with transaction(con):
        con.execute(f"alter table {quote_table(table.name)} rename to {quote_name(before.split('.')[1])}")
        create_table(con, table, constants=constants)
        columns = ", ".join(map(quote_name, written_columns(con, table)))
        con.execute(f"insert into {quote_table(table.name)} ({columns}) select {columns} from {quote_table(before)}")
        con.execute(f"drop table {quote_table(before)}")
