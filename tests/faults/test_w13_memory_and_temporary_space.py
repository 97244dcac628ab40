"""W13: a query that outgrows memory or temporary space fails with advice, and the file stays as it was."""

from pathlib import Path

import pytest

from orchestration.errors import WarehouseError
from orchestration.warehouse.connection import open_working


def sort_too_much(out: Path, temp: Path) -> None:
    with open_working(out, memory_limit="64MB", temp_directory=temp) as con:
        con.execute("set max_temp_directory_size = '1MB'")
        con.execute("create table t as select range as a, hash(range) as b from range(20000000) order by b")


def test_a_query_beyond_memory_and_temporary_space_fails_with_advice(tmp_path):
    with pytest.raises(WarehouseError, match=r"raise the memory limit|free disk space"):
        sort_too_much(tmp_path, tmp_path / "spill")
    with open_working(tmp_path) as con:
        assert con.execute("select count(*) from duckdb_tables()").fetchall() == [(0,)]


def test_a_temporary_folder_that_cannot_be_made_is_named(tmp_path):
    place = tmp_path / "taken"
    place.write_text("a file where the folder should be")
    with pytest.raises(WarehouseError, match="name a temporary folder"):
        sort_too_much(tmp_path, place)
