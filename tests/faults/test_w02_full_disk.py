"""W02: a full disk ends the publication with one clear error; what was published stays, and space brings the next one through."""

import os
import resource
from datetime import datetime
from pathlib import Path

import pytest

from orchestration.errors import WarehouseError
from orchestration.warehouse.connection import open_read_only, open_working
from orchestration.warehouse.generations import publish_generation
from orchestration.warehouse.layout import pointed_code
from orchestration.warehouse.state import State
from orchestration.warehouse.verification import verify_all

ROWS = 400_000
SIZES = (64 << 10, 300 << 10, 700 << 10, 1500 << 10, 2500 << 10)


def fill(out: Path, rows: int) -> None:
    with open_working(out) as con:
        con.execute("create schema if not exists marts")
        con.execute("create or replace table marts.facts as select range as n, hash(range) as h from range(?)", [rows])


def publish(out: Path) -> None:
    with State(out) as state:
        publish_generation(out, state, as_of=datetime(2026, 11, 3, 2), input_hash="h")


def error_of_limited_publication(out: Path, limit: int) -> str:
    """What a child says that may write files of at most `limit` bytes; empty: it succeeded."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        try:
            publish(out)
        except WarehouseError as error:
            os.write(write, str(error).encode())
        except BaseException as error:
            os.write(write, f"unexpected {error!r}".encode())
        os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read, "rb") as pipe:
        return pipe.read().decode()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("limit", SIZES)
def test_a_full_disk_changes_nothing_that_was_published(tmp_path, limit):
    fill(tmp_path, 10)
    publish(tmp_path)
    fill(tmp_path, ROWS)
    assert (tmp_path / "warehouse.duckdb").stat().st_size > max(SIZES)

    said = error_of_limited_publication(tmp_path, limit)
    assert "free disk space" in said
    assert "untouched" in said
    assert pointed_code(tmp_path) == "g000001"
    assert not list((tmp_path / "generations").glob("*.part"))

    publish(tmp_path)
    with open_read_only(tmp_path / "current.duckdb") as con:
        assert con.execute("select count(*) from marts.facts").fetchall() == [(ROWS,)]
    with State(tmp_path) as state:
        assert all(verdict.is_sound for verdict in verify_all(tmp_path, state))


def test_a_full_disk_while_rows_are_written_is_a_warehouse_error(tmp_path):
    fill(tmp_path, 10)
    read, write = os.pipe()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300 << 10, 300 << 10))
        try:
            fill(tmp_path, ROWS)
        except WarehouseError as error:
            os.write(write, str(error).encode())
        os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read, "rb") as pipe:
        assert "warehouse.duckdb" in pipe.read().decode()
    with open_working(tmp_path) as con:
        assert con.execute("select count(*) from marts.facts").fetchall() == [(10,)]
