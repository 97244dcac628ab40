"""Files are made for DuckDB 1.x, private to their owner, and closed whatever happens."""

import stat

import duckdb
import pytest

from orchestration.errors import WarehouseError
from orchestration.warehouse.connection import (
    bounded_memory,
    open_memory,
    open_private,
    open_read_only,
    open_working,
    quote_name,
    quote_text,
    transaction,
)


def test_new_files_keep_the_storage_version_that_1_3_and_later_read(tmp_path):
    with open_working(tmp_path / "out") as con:
        tags = con.execute("select tags from duckdb_databases() where database_name = 'warehouse'").fetchall()[0][0]
    assert tags["storage_version"].startswith("v1.3.0")


@pytest.mark.parametrize(("opener", "name"), [(open_working, "warehouse.duckdb"), (open_private, "private.duckdb")])
def test_files_are_the_owners_alone_and_keep_their_rows(tmp_path, opener, name):
    with opener(tmp_path) as con:
        con.execute("create table t as select 1 as x")
    with opener(tmp_path) as con:
        assert con.execute("select x from t").fetchall() == [(1,)]
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_session_zone_is_utc_nothing_is_fetched_and_no_bar_is_drawn(tmp_path):
    with open_working(tmp_path, memory_limit="100MB") as con:
        wanted = ("TimeZone", "autoinstall_known_extensions", "autoload_known_extensions", "enable_progress_bar", "memory_limit")
        values = ["UTC", False, False, False, "95.3 MiB"]
        assert [con.execute(f"select current_setting('{name}')").fetchall()[0][0] for name in wanted] == values


def test_a_file_in_use_is_said_so(tmp_path):
    with open_working(tmp_path):
        pass
    with open_read_only(tmp_path / "warehouse.duckdb"), pytest.raises(WarehouseError, match="close the program"), open_working(tmp_path):
        pass


def test_a_wrong_statement_stays_a_defect(tmp_path):
    with pytest.raises(duckdb.CatalogException), open_working(tmp_path) as con:
        con.execute("select * from nothing")
    with open_working(tmp_path):
        pass  # it was closed


def insert_and_fail(con: duckdb.DuckDBPyConnection, value: int) -> None:
    with transaction(con):
        with transaction(con):
            con.execute("insert into t values (?)", [value])
        raise RuntimeError


def test_a_transaction_is_whole_or_not_at_all_with_those_inside_it():
    with open_memory() as con:
        con.execute("create table t (x integer)")
        with pytest.raises(RuntimeError):
            insert_and_fail(con, 1)
        with transaction(con):
            con.execute("insert into t values (2)")
            with transaction(con):
                con.execute("insert into t values (3)")
        assert con.execute("select x from t order by x").fetchall() == [(2,), (3,)]


@pytest.mark.parametrize("text", ["plain", "o'brien", '"; drop table t; --', "客户"])
def test_names_and_texts_are_quoted(text):
    with open_memory() as con:
        assert con.execute(f"select {quote_text(text)} as {quote_name(text)}").fetchall() == [(text,)]


def limit_of(con):
    return con.execute("select current_setting('memory_limit')").fetchall()[0][0]


@pytest.mark.parametrize(("given", "threads", "inside"), [("64GiB", 2, "1.0 GiB"), ("64GiB", 8, "4.0 GiB"), ("300MiB", 2, "300.0 MiB")])
def test_memory_is_bounded_by_threads_and_by_what_was_given(given, threads, inside):
    with open_memory() as con:
        con.execute(f"set memory_limit = '{given}'; set threads = {threads}")
        before = limit_of(con)
        with bounded_memory(con):
            assert limit_of(con) == inside
        assert limit_of(con) == before


def test_a_failure_within_bounded_memory_gives_the_limit_back():
    with open_memory() as con:
        before = limit_of(con)
        with pytest.raises(ZeroDivisionError), bounded_memory(con):
            raise ZeroDivisionError
        assert limit_of(con)[:2] == before[:2]
