"""Months whose models must be made anew because rows changed: closed over the keys by which one row reaches another.

A change of a delivery, case, complaint or response reaches every row with its key; a change of a customer or of his aliases
reaches every row that names him by any of his keys, and from there on. A changed fact does not reach its customer's other
facts. Rows that were delivered again unchanged touch nothing.
"""

from datetime import datetime

import duckdb

from orchestration.schemas.raw import CRM_CUSTOMER_ALIASES, CRM_CUSTOMERS, RAW_TABLES, RawTable
from orchestration.warehouse.connection import quote_name
from orchestration.warehouse.versions import CHANGED

TOUCHED = "ops.touched_months"
SEEDS = "temp.load_seeds"
SPREADING = ("delivery_id", "case_id", "complaint_id", "response_id")
CUSTOMER = "customer_key"


def touch_changes(con: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    """Nothing; the months of CHANGED rows and of all rows they reach are in ops.touched_months."""
    _touch(con, table, CHANGED)
    con.execute("create or replace temp table load_seeds (kind varchar, value varchar)")
    _seed(con, table, CHANGED)
    if table.name in (CRM_CUSTOMERS.name, CRM_CUSTOMER_ALIASES.name):
        _seed_customers(con, table)
    grown = _n_seeds(con)
    while grown:
        before = grown
        for other in RAW_TABLES:
            _seed(con, other, _reached(other))
        grown = _n_seeds(con)
        if grown == before:
            break
    for other in RAW_TABLES:
        if _columns_in_common(other):
            _touch(con, other, _reached(other))


def touch_table(con: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    """Nothing; the months of every row of the table, and of all that they reach, are touched."""
    con.execute(f"create or replace temp table load_changed as select * from {table.name}")
    touch_changes(con, table)


def touch_clock(con: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    """Nothing; the month of the night is touched, and that of the night before where the warehouse knows it."""
    con.execute(_insert("select ?::timestamp as moment union all select as_of from ops.run"), [as_of])


def clear_touched_months(con: duckdb.DuckDBPyConnection) -> None:
    """Nothing; no month is touched: the models have been made."""
    con.execute(f"delete from {TOUCHED}")


def touch_all_months(con: duckdb.DuckDBPyConnection) -> None:
    """Nothing; every month with data is touched: configuration, a contract or the code is another one."""
    for table in RAW_TABLES:
        _touch(con, table, table.name)


def _touch(con: duckdb.DuckDBPyConnection, table: RawTable, relation: str) -> None:
    dates = [quote_name(column.name) for column in table.columns if column.kind in ("date", "timestamp")]
    if dates:
        con.execute(_insert(f"select unnest([{', '.join(f'{date}::timestamp' for date in dates)}]) as moment from {relation}"))


def _insert(select: str) -> str:
    months = f"select distinct date_trunc('month', moment)::date as month_start_date from ({select}) where moment is not null"
    return f"insert into {TOUCHED} select * from ({months}) anti join {TOUCHED} using (month_start_date)"


def _seed(con: duckdb.DuckDBPyConnection, table: RawTable, relation: str) -> None:
    for name in SPREADING:
        if any(column.name == name for column in table.columns):
            con.execute(
                f"insert into {SEEDS} select distinct '{name}', {name} from {relation} r where {name} is not null "
                f"and not exists (from {SEEDS} s where s.kind = '{name}' and s.value = r.{name})"
            )


def _seed_customers(con: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    """Nothing; changed customers are seeds under their own key and under every alias, current or just changed."""
    aliases = "select customer_id, source_key from raw.crm_customer_aliases"
    if table.name == CRM_CUSTOMER_ALIASES.name:
        aliases += f" union all select customer_id, source_key from {CHANGED}"
    con.execute(
        f"insert into {SEEDS} select distinct '{CUSTOMER}', value from (select customer_id as value from {CHANGED} union all "
        f"select a.source_key from ({aliases}) a semi join {CHANGED} c using (customer_id))"
    )


def _columns_in_common(table: RawTable) -> list[str]:
    return [column.name for column in table.columns if column.name in (*SPREADING, CUSTOMER)]


def _reached(table: RawTable) -> str:
    """The rows of `table` that share a key with a seed."""
    conditions = [f"{name} in (select value from {SEEDS} where kind = '{name}')" for name in _columns_in_common(table)]
    return f"(select * from {table.name} where {' or '.join(conditions) or 'false'})"


def _n_seeds(con: duckdb.DuckDBPyConnection) -> int:
    return int(con.execute(f"select count(*) from {SEEDS}").fetchall()[0][0])
