"""W12: a connection to a published file reads its tables and can do nothing else."""

import duckdb
import pytest
from support.duckdb_cli import run_cli

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


def test_a_second_connection_of_the_same_process_is_as_locked(tmp_path):
    with open_working(tmp_path) as con:
        con.execute("create schema raw; create table raw.t as select 1 as x")
    path = str(tmp_path / "warehouse.duckdb")
    with open_read_only(path) as first, open_read_only(path) as second:
        for con in (first, second):
            assert con.execute("select x, current_setting('TimeZone') from raw.t").fetchall() == [(1, "UTC")]
            with pytest.raises(duckdb.Error, match="locked"):
                con.execute("set enable_external_access = true")


@pytest.mark.parametrize("statement", ["copy raw.t to 'stolen.csv'", "select * from read_text('/etc/passwd')", "attach 'other.duckdb'"])
def test_the_safe_command_line_reaches_no_other_file(tmp_path, monkeypatch, statement):
    """What the README tells those who open the file from the command line."""
    with open_working(tmp_path) as con:
        con.execute("create schema raw; create table raw.t as select 1 as x")
    monkeypatch.chdir(tmp_path)
    assert run_cli(tmp_path / "warehouse.duckdb", "-safe", "-c", "from raw.t").returncode == 0
    refused = run_cli(tmp_path / "warehouse.duckdb", "-safe", "-c", statement)
    assert refused.returncode != 0
    assert "disabled" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["warehouse.duckdb"]
