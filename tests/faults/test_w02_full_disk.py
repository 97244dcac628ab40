"""W02: a full disk ends the publication with one clear error; what was published stays, and space brings the next one through."""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from support.night import copy_night, run_csat

from orchestration.errors import StateError, WarehouseError
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


@contextmanager
def disk_of(folder: Path, megabytes: float) -> Iterator[None]:
    """A disk of that size at `folder`; without the right to mount one the test is skipped."""
    folder.mkdir(parents=True, exist_ok=True)
    size = f"size={int(megabytes * 1024)}k"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], capture_output=True, check=False).returncode:
        pytest.skip("a disk of a given size can be mounted by root alone")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def grow(folder: Path, megabytes: float) -> None:
    subprocess.run(["mount", "-o", f"remount,size={int(megabytes * 1024)}k", str(folder)], check=True)


@pytest.mark.parametrize("megabytes", [3, 4, 5, 6, 8])
def test_a_disk_that_is_full_changes_nothing_and_is_enough_once_it_has_grown(tmp_path, megabytes):
    out = tmp_path / "out"
    with disk_of(out, megabytes):
        fill(out, 10)
        publish(out)
        with pytest.raises(WarehouseError, match="free disk space"):  # noqa: PT012, where it fills up depends on its size
            fill(out, ROWS)
            publish(out)
        assert pointed_code(out) == "g000001"
        with open_read_only(out / "current.duckdb") as con:
            assert con.execute("select count(*) from marts.facts").fetchall() == [(10,)]
        grow(out, 64)
        fill(out, ROWS)
        publish(out)
        with State(out) as state:
            assert all(verdict.is_sound for verdict in verify_all(out, state))
        assert not list(out.rglob("*.part"))


@pytest.mark.slow
@pytest.mark.parametrize("room", [0.1, 1, 3, 6])
def test_a_night_on_a_full_disk_says_so_and_runs_once_there_is_room(tmp_path, room):
    """Wherever it fills up: the extracts' copies, the tables, dbt, Dagster's record of the run, the publication."""
    folder = copy_night(tmp_path / "workspace")
    whole = tmp_path / "whole"
    (folder / "out").rename(whole)
    used = sum(path.lstat().st_blocks * 512 for path in whole.rglob("*")) / 2**20
    with disk_of(folder / "out", 1.02 * used + room + 1):
        shutil.copytree(whole, folder / "out", symlinks=True, dirs_exist_ok=True)
        (folder / "out" / "ballast").write_bytes(bytes(int(max(0, shutil.disk_usage(folder / "out").free - room * 2**20))))
        failed = run_csat(folder, "run", "--as-of", "2026-11-04")
        assert failed.returncode in (WarehouseError.exit_code, StateError.exit_code), failed.stderr
        assert "free disk space" in failed.stderr
        assert "Traceback" not in failed.stderr
        assert (folder / "out" / "current.duckdb").readlink().stem == "g000001"
        with open_read_only(folder / "out" / "current.duckdb") as con:
            assert con.execute("select count(*) > 0 from marts.fct_complaint").fetchall() == [(True,)]
        (folder / "out" / "ballast").unlink()
        grow(folder / "out", 4 * used + 64)
        assert run_csat(folder, "verify").returncode == 0
        again = run_csat(folder, "run", "--as-of", "2026-11-04")
        assert again.returncode == 0, again.stderr
        assert run_csat(folder, "verify").returncode == 0


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
