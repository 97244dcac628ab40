"""Current and superseded versions: which row of one key stands in raw, and where the others go.

The newest by (extracted_at, sequence_number, extract_file_id, record_number) stands, in whatever order the files came, so a full
reload gives the same tables as any sequence of nights. A record that deletes its key is a version like any other, kept in
ops.tombstones: where it is the newest no row stands. Private text and superseded versions are written to the private file first.
"""

from collections.abc import Iterable

import duckdb

from orchestration.config.contracts import Contract
from orchestration.schemas.columns import Column
from orchestration.schemas.raw import CRM_CUSTOMER_ALIASES, CRM_CUSTOMERS, SYSTEM_COLUMNS, RawTable
from orchestration.warehouse.connection import any_order, quote_name, quote_text
from orchestration.warehouse.constants import written_columns
from orchestration.warehouse.tables import SQL_TYPES, create_table_sql

PRIVATE = "private_file"
NEW_ROWS, VERSIONS, CHANGED = "temp.load_rows", "temp.load_versions", "temp.load_changed"
VERSION_ORDER = "extracted_at desc, sequence_number desc nulls last, extract_file_id desc, record_number desc"
CONTESTED = "select _key from temp.load_contested"
ORDER = f"{VERSION_ORDER}, _tie desc"
RIVALS = (CRM_CUSTOMERS, CRM_CUSTOMER_ALIASES)
"""Tables of which the models take one version per key whatever its source, the newest."""
SUPERSEDED_COLUMNS = (
    Column("superseded_by", "integer", "file that delivered the version that stood instead when this one was put away"),
    Column("superseding_contract", "text", "contract whose load put it away"),
)


def key_columns(table: RawTable) -> tuple[str, ...]:
    """The business key: source and key columns."""
    return ("source_code", *table.key)


def private_columns(table: RawTable) -> tuple[Column, ...]:
    """Columns that only the private file may hold."""
    return tuple(column for column in table.columns if column.private)


def all_columns(table: RawTable) -> tuple[Column, ...]:
    """System columns and every canonical column, private ones included."""
    return (*SYSTEM_COLUMNS, *table.columns)


def superseded_columns(table: RawTable) -> tuple[Column, ...]:
    """The columns under which versions that no longer stand are kept in the private file."""
    return (*all_columns(table), *SUPERSEDED_COLUMNS)


def short_name(table: RawTable) -> str:
    """The table's name without its schema."""
    return table.name.removeprefix("raw.")


def create_private_tables(con: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    """Nothing; the private file has room for the table's superseded versions and private text."""
    for schema in ("superseded", "private_text", "quarantine"):
        con.execute(f"create schema if not exists {PRIVATE}.{schema}")
    con.execute(_private_sql("superseded", table, superseded_columns(table)))
    if private_columns(table):
        con.execute(_private_sql("private_text", table, tuple(c for c in all_columns(table) if _is_text_column(table, c))))


def _is_text_column(table: RawTable, column: Column) -> bool:
    return column.name in (*key_columns(table), "extract_file_id") or column.private


def _private_sql(schema: str, table: RawTable, columns: tuple[Column, ...]) -> str:
    statement = create_table_sql(f"{schema}.{short_name(table)}", columns)
    return statement.replace('"' + schema + '"', f'{PRIVATE}."{schema}"', 1)


def choose_versions(con: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    """Nothing; VERSIONS holds every version of a key that NEW_ROWS brings twice or raw has already, ranked, newest first.

    Keys brought once that are new, by far the most, do not enter it.
    """
    keys, key, own_keys = names(key_columns(table)), _hash(table), names(table.key)
    con.execute(f"create or replace temp table load_standing as select r.* from {table.name} r semi join {NEW_ROWS} n using ({keys})")
    buried = select_buried(table)
    among = f"semi join {NEW_ROWS} n using ({keys})" if con.execute(f"{buried} limit 1").fetchall() else "where false"
    con.execute(f"create or replace temp table load_buried as select b.* from ({buried}) b {among}")
    con.execute(
        f"create or replace temp table load_contested as select {key} as _key from {NEW_ROWS} group by 1 having count(*) > 1 "
        f"union select {key} from temp.load_standing union select {key} from temp.load_buried"
    )
    columns = names(c.name for c in all_columns(table))
    con.execute(
        "create or replace temp table load_versions as select *, row_number() over newest as _rank, "
        "first_value(extract_file_id) over newest as _winner from ("
        f"select {columns}, _tie, _gone, true as _is_new from {NEW_ROWS} where {key} in ({CONTESTED}) "
        f"union all select {columns}, -1, false, false from ({_standing_with_text(table)}) "
        f"union all select {columns}, -1, true, false from temp.load_buried) "
        f"window newest as (partition by source_code, {own_keys} order by {ORDER})"
    )


def _hash(table: RawTable) -> str:
    """64 bits for the key of a row of one source, so that no table of whole keys is built only to find those that are repeated.

    Two keys with the same bits do no harm: both are ranked, each among its own versions.
    """
    return f"hash({names(table.key)})"


def select_buried(table: RawTable) -> str:
    """A SELECT of every version of a key of `table` that is a record that deletes it; what it does not say is null."""
    return f"{select_graves(table)} and record_number is not null"


def select_graves(table: RawTable) -> str:
    """A SELECT of the tombstones of `table` in its own columns; what they do not say is null."""
    told = {"source_code", "extract_file_id", "record_number", "extracted_at", "sequence_number", "known_at"}
    values = {name: quote_name(name) for name in told}
    values |= {name: f"key_values ->> {quote_text(name)}" for name in table.key}
    columns = ", ".join(f"cast({values.get(c.name, 'null')} as {SQL_TYPES[c.kind]}) as {quote_name(c.name)}" for c in all_columns(table))
    return f"select {columns} from ops.tombstones where table_name = {quote_text(short_name(table))}"


def _standing_with_text(table: RawTable) -> str:
    if not private_columns(table):
        return "select * from temp.load_standing"
    texts = ", ".join(f"coalesce(p.{quote_name(c.name)}, z.{quote_name(c.name)}) as {quote_name(c.name)}" for c in private_columns(table))
    name, using = short_name(table), names((*key_columns(table), "extract_file_id"))
    # a load that was cut off after its private half has put the standing text away already: it is found where it was put
    return (
        f"select s.*, {texts} from temp.load_standing s left join {PRIVATE}.private_text.{name} p using ({using}) "
        f"left join {PRIVATE}.superseded.{name} z on p.extract_file_id is null and z.extract_file_id = s.extract_file_id "
        f"and z.record_number = s.record_number and {_match(table, 'z', 's')}"
    )


def note_changes(con: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    """Nothing; CHANGED holds the rows, new and put away, by which raw differs from before in more than where a row came from."""
    business = [c.name for c in table.columns if not c.private]
    keys = names(key_columns(table))
    same = " and ".join(f"o.{quote_name(name)} is not distinct from n.{quote_name(name)}" for name in business)
    join = " and ".join(f"o.{quote_name(name)} = n.{quote_name(name)}" for name in key_columns(table))
    con.execute(
        f"create or replace temp table load_unchanged as select {', '.join(f'n.{quote_name(k)}' for k in key_columns(table))} "
        f"from {VERSIONS} n join {VERSIONS} o on {join} "
        f"where n._rank = 1 and not n._gone and not o._is_new and not o._gone and {same}{_without_rival(table)}"
    )
    columns = names(("source_code", *business))
    con.execute(
        f"create or replace temp table load_changed as select {columns} from {NEW_ROWS} where not _gone and {_hash(table)} not in "
        f"({CONTESTED}) union all select {columns} from {VERSIONS} anti join temp.load_unchanged using ({keys}) "
        "where not _gone and (_rank = 1 or not _is_new)"
    )


def _without_rival(table: RawTable) -> str:
    """A condition on `n`: no other source has a version of the key. Where one has, a repetition makes `n` the newest of all."""
    if table not in RIVALS:
        return ""
    join = " and ".join(f"r.{quote_name(name)} = n.{quote_name(name)}" for name in table.key)
    return f" and not exists (select 1 from {table.name} r where r.source_code <> n.source_code and {join})"


def write_private_versions(con: duckdb.DuckDBPyConnection, contract: Contract, table: RawTable) -> None:
    """Nothing; superseded versions and current private text are in the private file, also if this load was tried before."""
    name, code = short_name(table), quote_text(contract.contract)
    batch = "(select extract_file_id from temp.load_files)"
    con.execute(
        f"delete from {PRIVATE}.superseded.{name} where superseding_contract = {code} and "
        f"(extract_file_id in {batch} or superseded_by in {batch})"
    )
    columns = names(c.name for c in all_columns(table))
    con.execute(
        f"insert into {PRIVATE}.superseded.{name} ({columns}, superseded_by, superseding_contract) "
        f"select {columns}, _winner, {code} from {VERSIONS} where _rank > 1 and not _gone"
    )
    if not private_columns(table):
        return
    keys = names(key_columns(table))
    kept = names(c.name for c in all_columns(table) if _is_text_column(table, c))
    target = f"{PRIVATE}.private_text.{name}"
    replaced = f"select {keys} from ({_arrivals(con, table)}) union select {keys} from {VERSIONS} where _rank = 1 and _gone"
    con.execute(f"delete from {target} t using ({replaced}) n where {_match(table, 't', 'n')}")
    con.execute(f"insert into {target} ({kept}) select {kept} from ({_arrivals(con, table)})")


def write_rows_of_load(con: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    """Nothing; raw holds the newest version of every key, unless that deletes it."""
    lost = f"(select * from {VERSIONS} where _rank > 1 and not _is_new and not _gone)"
    con.execute(f"delete from {table.name} t using {lost} o where {_match(table, 't', 'o')}")
    stored = names(written_columns(con, table))
    with any_order(con):
        con.execute(f"insert into {table.name} ({stored}) select {stored} from ({_arrivals(con, table)})")


def _arrivals(con: duckdb.DuckDBPyConnection, table: RawTable) -> str:
    """New rows that stand in raw from now on: all but those to which another version is preferred."""
    columns = names(c.name for c in all_columns(table))
    if not con.execute("select 1 from temp.load_contested limit 1").fetchall():
        return f"select {columns} from {NEW_ROWS} where not _gone"
    place = "extract_file_id, record_number, _tie"
    lost = f"(select {place} from {VERSIONS} where _is_new and _rank > 1)"
    return f"select {columns} from {NEW_ROWS} anti join {lost} using ({place}) where not _gone"


def _match(table: RawTable, left: str, right: str) -> str:
    return " and ".join(f"{left}.{quote_name(name)} = {right}.{quote_name(name)}" for name in key_columns(table))


def names(columns: Iterable[str]) -> str:
    """Quoted column names as a list."""
    return ", ".join(quote_name(name) for name in columns)
