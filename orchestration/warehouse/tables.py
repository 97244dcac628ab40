"""Read and write the tables that Python owns, exactly as orchestration/schemas describes them.

DDL, comments and frame schemas are derived from a `Table`; nothing that the schema does not know gets in, and nothing that
is infinite, not a number, missing or twice where it must not be. Polars is imported where a frame is made, not before.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.errors import WarehouseError
from orchestration.schemas.columns import Column, Kind, Table
from orchestration.schemas.raw import SYSTEM_COLUMNS, RawTable
from orchestration.warehouse.connection import quote_name, quote_table, quote_text, transaction

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

SQL_TYPES: dict[Kind, str] = {
    "text": "VARCHAR", "integer": "INTEGER", "bigint": "BIGINT", "decimal": "DECIMAL(18,6)", "double": "DOUBLE",
    "date": "DATE", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN",
}  # fmt: skip
PYTHON_TYPES: dict[Kind, tuple[type, ...]] = {
    "text": (str,), "integer": (int,), "bigint": (int,), "decimal": (Decimal, int), "double": (float, int),
    "date": (date,), "timestamp": (datetime,), "boolean": (bool,),
}  # fmt: skip
PRECISION, SCALE = 18, 6
INCOMING = "incoming_rows"
BATCH_ROWS = 100_000
NO_CONSTANTS: Mapping[str, str | None] = {}


def stored_columns(table: Table) -> tuple[Column, ...]:
    """The columns that the warehouse stores: system columns first for a raw table, private columns never."""
    system = SYSTEM_COLUMNS if isinstance(table, RawTable) else ()
    return (*system, *(column for column in table.columns if not column.private))


def polars_schema(table: Table) -> dict[str, "pl.DataType"]:
    """Column name -> Polars type of the table as it is stored, in order."""
    import polars as pl

    types: dict[Kind, pl.DataType] = {
        "text": pl.String(), "integer": pl.Int32(), "bigint": pl.Int64(), "decimal": pl.Decimal(PRECISION, SCALE), "double": pl.Float64(),
        "date": pl.Date(), "timestamp": pl.Datetime("us"), "boolean": pl.Boolean(),
    }  # fmt: skip
    return {column.name: types[column.kind] for column in stored_columns(table)}


def create_table_sql(
    name: str, columns: Sequence[Column], *, replace: bool = False, constants: Mapping[str, str | None] = NO_CONSTANTS
) -> str:
    """The statement that creates `name`: NOT NULL where a column is never null. Unless it replaces, it keeps what exists.

    `constants`: column -> the text that every row has in it, None for null: computed when read, never stored nor inserted.
    """
    verb = "create or replace table" if replace else "create table if not exists"
    lines = [_constant_line(c, constants[c.name]) if c.name in constants else _stored_line(c) for c in columns]
    return f"{verb} {quote_table(name)} ({', '.join(lines)})"


def _stored_line(column: Column) -> str:
    return f"{quote_name(column.name)} {SQL_TYPES[column.kind]}{' not null' if column.is_required else ''}"


def _constant_line(column: Column, text: str | None) -> str:
    value = "null" if text is None else quote_text(text)
    return f"{quote_name(column.name)} {SQL_TYPES[column.kind]} generated always as ({value}) virtual"


def create_table(
    con: duckdb.DuckDBPyConnection, table: Table, *, replace: bool = False, constants: Mapping[str, str | None] = NO_CONSTANTS
) -> None:
    """Nothing; the table exists with its comments. One that exists keeps its rows, unless `replace`. `constants` as above.

    Raises WarehouseError where the existing table has other columns than the schema.
    """
    con.execute(f"create schema if not exists {quote_name(table.name.split('.')[0])}")
    if replace or not _described(con, table.name):
        con.execute(create_table_sql(table.name, stored_columns(table), replace=replace, constants=constants))
        _comment(con, table)
    elif changed := find_changed_columns(con, table.name, stored_columns(table)):
        hint = "move out/warehouse.duckdb away and run again: it is rebuilt from landing and state"
        raise WarehouseError(f"has other columns than this version knows: {', '.join(changed)}", where=table.name, hint=hint)


def find_changed_columns(con: duckdb.DuckDBPyConnection, name: str, columns: Sequence[Column]) -> list[str]:
    """The columns by which the table of that name differs from `columns`; empty where it does not, or there is none."""
    found, wanted = _described(con, name), [(column.name, SQL_TYPES[column.kind]) for column in columns]
    if not found or found == wanted:
        return []
    return sorted({name for name, _ in set(found) ^ set(wanted)}) or ["the order of the columns"]


def read_table(con: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str] | None = None) -> "pl.DataFrame":
    """The rows of a table or view as a frame, in no particular order. HUGEINT arrives as Decimal(38,0), exactly.

    Raises WarehouseError where the table or a column does not exist.
    """
    chosen = ", ".join(map(quote_name, columns)) if columns else "*"
    try:
        frame: pl.DataFrame = con.sql(f"select {chosen} from {quote_table(name)}").pl()
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise WarehouseError(
            f"cannot be read: {str(error).splitlines()[0]}", where=name, hint="the step that makes it has not run on this file: `csat run`"
        ) from error
    return frame


def read_batches(con: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str], *, rows: int = BATCH_ROWS) -> "Iterator[pl.DataFrame]":
    """The rows of a table or view in frames of about `rows`, for a table of which only a part is kept; the first frame is empty.

    Types are those of `read_table`, so an empty table has them too.
    """
    import polars as pl

    chosen = f"select {', '.join(map(quote_name, columns))} from {quote_table(name)}"
    yield con.sql(f"{chosen} limit 0").pl()
    for batch in con.sql(chosen).to_arrow_reader(rows):
        frame = pl.from_arrow(batch)
        assert isinstance(frame, pl.DataFrame)
        yield frame


def replace_table(con: duckdb.DuckDBPyConnection, table: Table, frame: "pl.DataFrame") -> int:
    """The number of rows; the table holds exactly the frame's rows, in one transaction. Columns may come in any order.

    Integers are accepted in any width that fits. Raises WarehouseError, naming table and column, for missing or strange
    columns, other types, NaN, infinity, a null in a column that is never null, or a key that stands twice.
    """
    checked = check_frame(table, frame)
    with transaction(con):
        create_table(con, table, replace=True)
        _insert(con, table.name, checked)
    return checked.height


def write_rows(con: duckdb.DuckDBPyConnection, table: Table, rows: Iterable[Sequence[object]]) -> int:
    """The number of rows added; each is a sequence in the order of `stored_columns`. The table must exist.

    Raises WarehouseError, naming table and column, for another number of values, another type, NaN, infinity or a null in a
    column that is never null.
    """
    columns = stored_columns(table)
    given = list(rows)
    if not given:
        return 0
    if widths := {len(row) for row in given} - {len(columns)}:
        raise _refusal(table, "", f"rows of {min(widths)} values came for {len(columns)} columns")
    _insert(con, table.name, _arrow(table, columns, list(zip(*given, strict=True))))
    return len(given)


def replace_rows(con: duckdb.DuckDBPyConnection, table: Table, rows: Iterable[Sequence[object]]) -> int:
    """The number of rows; the table holds exactly these, in one transaction. As `write_rows`, for tables small enough for tuples."""
    with transaction(con):
        create_table(con, table, replace=True)
        return write_rows(con, table, rows)


def check_frame(table: Table, frame: "pl.DataFrame") -> "pl.DataFrame":
    """The frame with the table's columns, order and types; raises WarehouseError as `replace_table` says."""
    schema = polars_schema(table)
    if missing := [name for name in schema if name not in frame.columns]:
        raise _refusal(table, missing[0], f"the frame lacks {', '.join(missing)}")
    if strange := [name for name in frame.columns if name not in schema]:
        raise _refusal(table, strange[0], f"the schema does not know {', '.join(strange)}")
    ordered = frame.select(_cast(table, column, frame[column.name]) for column in stored_columns(table))
    if table.key and ordered.select(table.key).is_duplicated().any():
        twice = ordered.filter(ordered.select(table.key).is_duplicated()).height
        raise _refusal(table, ", ".join(table.key), f"{twice} rows share a key with another row")
    return ordered


def _cast(table: Table, column: Column, series: "pl.Series") -> "pl.Series":
    import polars as pl

    target = polars_schema(table)[column.name]
    if not _is_acceptable(column.kind, series.dtype):
        raise _refusal(table, column.name, f"is {series.dtype}, the schema says {target}")
    try:
        cast = series.cast(target, strict=True)
    except pl.exceptions.PolarsError as error:
        raise _refusal(table, column.name, f"does not fit {target}: {str(error).splitlines()[0]}") from error
    if column.kind == "double" and not cast.is_finite().all():
        raise _refusal(table, column.name, "holds NaN or infinity; what is not known is null")
    if column.is_required and cast.null_count():
        raise _refusal(table, column.name, f"is null in {cast.null_count()} rows, and the schema says it never is")
    return cast


def _is_acceptable(kind: Kind, found: "pl.DataType") -> bool:
    import polars as pl

    accepted: dict[Kind, bool] = {
        "text": isinstance(found, pl.String | pl.Categorical | pl.Enum),
        "integer": found.is_integer(),
        "bigint": found.is_integer(),
        "decimal": found.is_decimal() or found.is_integer(),
        "double": found.is_float() or found.is_integer(),
        "date": isinstance(found, pl.Date),
        "timestamp": isinstance(found, pl.Datetime) and found.time_zone is None,
        "boolean": isinstance(found, pl.Boolean),
    }
    return isinstance(found, pl.Null) or accepted[kind]


def _arrow(table: Table, columns: Sequence[Column], values: Sequence[Sequence[Any]]) -> "pa.Table":
    import pyarrow as pa

    types = {
        "text": pa.string(), "integer": pa.int32(), "bigint": pa.int64(), "decimal": pa.decimal128(PRECISION, SCALE),
        "double": pa.float64(), "date": pa.date32(), "timestamp": pa.timestamp("us"), "boolean": pa.bool_(),
    }  # fmt: skip
    arrays = []
    for column, given in zip(columns, values, strict=True):
        _check_values(table, column, given)
        try:
            arrays.append(pa.array(given, types[column.kind]))
        except (pa.ArrowException, OverflowError, ValueError) as error:
            raise _refusal(table, column.name, f"does not fit {SQL_TYPES[column.kind]}: {error}") from error
    return pa.Table.from_arrays(arrays, names=[column.name for column in columns])


def _check_values(table: Table, column: Column, given: Sequence[Any]) -> None:
    """Arrow would cut 1.5 to 1 and a time to its date without a word, so the exact Python types are compared first."""
    types = set(map(type, given))
    if type(None) in types and column.is_required:
        raise _refusal(table, column.name, f"is null in {given.count(None)} rows, and the schema says it never is")
    if wrong := sorted(kind.__name__ for kind in types - {*PYTHON_TYPES[column.kind], type(None)}):
        raise _refusal(table, column.name, f"is {', '.join(wrong)}, the schema says {column.kind}")
    if float in types and not all(math.isfinite(value) for value in given if value is not None):
        raise _refusal(table, column.name, "holds NaN or infinity; what is not known is null")
    if column.kind == "timestamp" and any(value is not None and value.tzinfo for value in given):
        raise _refusal(table, column.name, "has a zone; times are local to the workspace")


def _insert(con: duckdb.DuckDBPyConnection, name: str, incoming: object) -> None:
    con.register(INCOMING, incoming)
    try:
        con.execute(f"insert into {quote_table(name)} by name select * from {INCOMING}")
    finally:
        con.unregister(INCOMING)


def _comment(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    con.execute(f"comment on table {quote_table(table.name)} is {quote_text(table.grain)}")
    for column in stored_columns(table):
        place = f"{quote_table(table.name)}.{quote_name(column.name)}"
        con.execute(f"comment on column {place} is {quote_text(_meaning(column))}")


def _meaning(column: Column) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    null = f"; null: {column.null}" if column.null else ""
    return f"{column.meaning}{unit}{null}"


def _described(con: duckdb.DuckDBPyConnection, name: str) -> list[tuple[str, str]]:
    schema, table = name.split(".", 1)
    return con.execute(
        "select column_name, data_type from duckdb_columns() where database_name = current_database()"
        " and schema_name = ? and table_name = ? order by column_index",
        [schema, table],
    ).fetchall()


def _refusal(table: Table, column: str, what: str) -> WarehouseError:
    place = f"{table.name}.{column}" if column else table.name
    return WarehouseError(what, where=place, hint=f"orchestration/schemas describes {table.name}; the step that writes it must keep to it")
