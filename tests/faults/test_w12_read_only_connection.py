"""W12: a connection to a published file reads its tables and can do nothing else."""

import duckdb
import pytest

from orchestration.errors import WarehouseError
from orchestration.warehouse.connection import open_read_only, open_working

REFUSED = (
    "insert into raw.t values (2)",
    "update raw.t set x = 2",
    "drop table raw.t",
    "create table raw.u as select 1",
    "copy raw.t to '{folder}/stolen.csv'",
    "copy (select 1) to '{folder}/stolen.parquet'",
    "export database '{folder}/stolen'",
    "select * from read_text('/etc/passwd')",
    "select * from read_csv('/etc/passwd')",
    "select * from '/etc/passwd'",
    "select * from glob('/etc/*')",
    "attach '{folder}/other.duckdb' as other",
    "install httpfs",
    "load httpfs",
    "pragma memory_limit = '1GB'",
    "set enable_external_access = true",
    "set lock_configuration = false",
)


@pytest.mark.parametrize("statement", REFUSED)
def test_everything_but_reading_is_refused(tmp_path, statement):
    with open_working(tmp_path) as con:
        con.execute("create schema raw; create table raw.t as select 1 as x")
    before = sorted(path.name for path in tmp_path.iterdir())
    with open_read_only(tmp_path / "warehouse.duckdb") as con:
        with pytest.raises(duckdb.Error):
            con.execute(statement.format(folder=tmp_path)).fetchall()
        assert con.execute("select x from raw.t").fetchall() == [(1,)]
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_nothing_published_is_said_so(tmp_path):
    with pytest.raises(WarehouseError, match="csat run"), open_read_only(tmp_path / "current.duckdb"):
        pass
