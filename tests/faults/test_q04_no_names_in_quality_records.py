"""Q04: the gate's record, the ledger and the logs of a night carry counts and codes, never a customer's name."""

import duckdb
from support.night import published_night


def test_no_customer_name_in_checks_ledger_or_logs():
    night = published_night()
    with duckdb.connect(night.folder / "out" / "current.duckdb", read_only=True) as connection:
        names = [
            row[0]
            for row in connection.execute("select distinct customer_name from raw.crm_customers where length(customer_name) > 3").fetchall()
        ]
        told = str(connection.execute("from ops.checks").fetchall()) + str(connection.execute("from ops.quarantine").fetchall())
    logs = list((night.folder / "out" / "dbt").rglob("*.log"))
    told += night.output + "".join(path.read_text("utf-8", errors="replace") for path in logs)
    assert len(names) > 50
    assert not [name for name in names if name in told]
