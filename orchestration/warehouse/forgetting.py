"""Tables that are to be loaded anew: raw and ledger forget them first, the private file after that.

In this order a night that is killed in between leaves a table without loads, which the next night loads whole. The other way round
its rows would stand as loaded, and their private text would be gone.
"""

import duckdb

from orchestration.schemas.raw import RAW_TABLES, RawTable
from orchestration.warehouse.connection import transaction
from orchestration.warehouse.touched import touch_table
from orchestration.warehouse.versions import PRIVATE, private_columns, short_name


def forget_table(con: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    """Nothing; raw and ledger have no line of the table; what the private file keeps for it goes when the table is loaded again."""
    with transaction(con):
        touch_table(con, table)
        con.execute(
            "delete from ops.quarantine q using (select extract_file_id, contract_code from ops.extract_loads where table_name = ?) l "
            "where q.extract_file_id = l.extract_file_id and q.contract_code = l.contract_code", [short_name(table)],
        )  # fmt: skip
        con.execute("delete from ops.extract_loads where table_name = ?", [short_name(table)])
        con.execute("delete from ops.tombstones where table_name = ?", [short_name(table)])
        con.execute(f"delete from {table.name}")


def clear_private(con: duckdb.DuckDBPyConnection) -> None:
    """Nothing; the private file has no row of a table that has no load, and no record in quarantine of a load that is not in the ledger.

    Such rows are left by a night that was killed after it had forgotten a table, and by contracts that are gone.
    """
    rows = con.execute("select distinct table_name from ops.extract_loads where state = 'loaded'").fetchall()
    loaded = {row[0] for row in rows}
    with transaction(con):
        for table in RAW_TABLES:
            if short_name(table) not in loaded:
                con.execute(f"delete from {PRIVATE}.superseded.{short_name(table)}")
                if private_columns(table):
                    con.execute(f"delete from {PRIVATE}.private_text.{short_name(table)}")
        con.execute(
            f"delete from {PRIVATE}.quarantine.records q where not exists (from ops.extract_loads l "
            "where l.extract_file_id = q.extract_file_id and l.contract_code = q.contract_code)"
        )
