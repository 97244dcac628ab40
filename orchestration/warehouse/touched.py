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
UNFINISHED = "date '0001-01-01'"
"""Stands in ops.touched_months from the first load of a night until its closure: a night cut off between the two touches all."""


def begin_touching(con: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    """Nothing; the month of the night and that of the night before are touched, and keys of changed rows can be gathered."""
    con.execute("create or replace temp table load_seeds (kind varchar, value varchar)")
    con.execute(_insert("select ?::timestamp as moment union all select as_of from ops.run"), [as_of])


def touch_changes(con: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    """Nothing; the months of CHANGED rows are touched, and their keys are seeds of what `finish_touching` closes over."""
    if not con.execute(f"select 1 from {CHANGED} limit 1").fetchall():
        return
    mark_unfinished(con)
    _touch(con, table, CHANGED)
    _seed(con, table, CHANGED)
    if table.name in (CRM_CUSTOMERS.name, CRM_CUSTOMER_ALIASES.name):
        _seed_customers(con, table)


def mark_unfinished(con: duckdb.DuckDBPyConnection) -> None:
    """Nothing; if the night is cut off before `finish_touching`, the next one touches every month."""
    con.execute(f"insert into {TOUCHED} select {UNFINISHED} where not exists (from {TOUCHED} where month_start_date = {UNFINISHED})")


def finish_touching(con: duckdb.DuckDBPyConnection, *, is_everything: bool) -> None:
    """Nothing; the months of all rows that the night's changes reach are touched; `is_everything`: all months with data."""
    if is_everything:
        touch_all_months(con)
    else:
        _close_over_keys(con)
    con.execute(f"delete from {TOUCHED} where month_start_date = {UNFINISHED}")


def was_cut_off(con: duckdb.DuckDBPyConnection) -> bool:
    """True where a load ended before its closure."""
    return bool(con.execute(f"select 1 from {TOUCHED} where month_start_date = {UNFINISHED}").fetchall())


def touch_table(con: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    """Nothing; the months of every row of the table are touched, and its rows are seeds."""
    con.execute(f"create or replace temp table load_changed as select * from {table.name}")
    touch_changes(con, table)


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
        months = (f"select distinct date_trunc('month', {date})::timestamp as moment from {relation}" for date in dates)
        con.execute(_insert(" union all ".join(months)))


def _insert(select: str) -> str:
    months = f"select distinct date_trunc('month', moment)::date as month_start_date from ({select}) where moment is not null"
    return f"insert into {TOUCHED} select * from ({months}) anti join {TOUCHED} using (month_start_date)"


def _close_over_keys(con: duckdb.DuckDBPyConnection) -> None:
    bridges = [table for table in RAW_TABLES if len(_shared_columns(table)) > 1]
    grown, before = _n_seeds(con), 0
    while grown > before:
        for table in bridges:
            _seed(con, table, _reached(table))
        grown, before = _n_seeds(con), grown
    for table in RAW_TABLES:
        if grown and _shared_columns(table):
            _touch(con, table, _reached(table))


def _seed(con: duckdb.DuckDBPyConnection, table: RawTable, relation: str) -> None:
    """Nothing; the keys of the rows, but for their customer, are seeds."""
    keys = [column.name for column in table.columns if column.name in SPREADING]
    if keys:
        pairs = ", ".join(f"{{'kind': '{name}', 'value': {name}}}" for name in keys)
        con.execute(
            f"insert into {SEEDS} select distinct pair.kind, pair.value from (select unnest([{pairs}]) as pair from {relation}) "
            f"where pair.value is not null and not exists (from {SEEDS} s where s.kind = pair.kind and s.value = pair.value)"
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


def _shared_columns(table: RawTable) -> list[str]:
    return [column.name for column in table.columns if column.name in (*SPREADING, CUSTOMER)]


def _reached(table: RawTable) -> str:
    """The rows of `table` that share a key with a seed."""
    conditions = [f"{name} in (select value from {SEEDS} where kind = '{name}')" for name in _shared_columns(table)]
    return f"(select * from {table.name} where {' or '.join(conditions) or 'false'})"


def _n_seeds(con: duckdb.DuckDBPyConnection) -> int:
    return int(con.execute(f"select count(*) from {SEEDS}").fetchall()[0][0])
