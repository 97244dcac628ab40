"""W03: a flipped bit, a cut or lost file, a foreign log, a pointer to nowhere: told, and a sound generation is one command away."""

import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.night import REPOSITORY

from orchestration import cli
from orchestration.errors import WarehouseError
from orchestration.warehouse.connection import open_read_only, open_working
from orchestration.warehouse.generations import publish_generation, rollback_generation
from orchestration.warehouse.layout import pointed_code, published_file
from orchestration.warehouse.state import State
from orchestration.warehouse.verification import verify_all

NIGHT = datetime(2026, 11, 3, 2)


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    """Three generations of a small table."""
    folder = tmp_path_factory.mktemp("out")
    for value in (1, 2, 3):
        with open_working(folder) as con:
            con.execute("create schema if not exists marts")
            con.execute("create or replace table marts.facts as select range as n from range(?)", [value * 1000])
        with State(folder) as state:
            publish_generation(folder, state, as_of=NIGHT, input_hash=str(value))
    return folder


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_any_flipped_bit_is_found(out, place, bit):
    path = published_file(out, "g000002")
    whole = path.read_bytes()
    damaged = bytearray(whole)
    damaged[int(place * len(whole))] ^= 1 << bit
    path.write_bytes(damaged)
    try:
        with State(out) as state:
            found = {verdict.code: verdict.problem for verdict in verify_all(out, state)}
    finally:
        path.write_bytes(whole)
    assert "SHA-256" in found["g000002"]
    assert (found["g000001"], found["g000003"]) == ("", "")


@pytest.mark.parametrize("damage", ["cut", "lost", "manifest lost", "manifest cut"])
def test_what_is_cut_or_lost_is_found_and_passed_over(out, damage):
    database = published_file(out, "g000002")
    path = database.with_suffix(".json") if "manifest" in damage else database
    whole = path.read_bytes()
    path.unlink() if "lost" in damage else path.write_bytes(whole[: len(whole) // 2])
    try:
        with State(out) as state:
            assert [verdict.code for verdict in verify_all(out, state) if not verdict.is_sound] == ["g000002"]
            with pytest.raises(WarehouseError, match="name another generation"):
                rollback_generation(out, state, "g000002", at=NIGHT)
            assert rollback_generation(out, state, at=NIGHT).code == "g000001"
            assert rollback_generation(out, state, "g000003", at=NIGHT).code == pointed_code(out)
    finally:
        path.write_bytes(whole)


def test_a_damaged_working_file_is_never_published(tmp_path):
    with open_working(tmp_path) as con:
        con.execute("create schema marts; create table marts.facts as select hash(range) as n from range(200000)")
    path = tmp_path / "warehouse.duckdb"
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(damaged)
    with State(tmp_path) as state, pytest.raises(WarehouseError, match=r"damaged|[Cc]orrupt"):
        publish_generation(tmp_path, state, as_of=NIGHT, input_hash="h")
    assert pointed_code(tmp_path) is None


def problems(out: Path) -> dict[str, str]:
    with State(out) as state:
        return {verdict.code: verdict.problem for verdict in verify_all(out, state) if verdict.problem}


@pytest.mark.parametrize("content", [b"", b"cut", "foreign"])
def test_a_log_beside_a_published_file_is_found_whatever_it_holds(out, tmp_path, content):
    log = published_file(out, "g000003").with_suffix(".duckdb.wal")
    log.write_bytes(content if isinstance(content, bytes) else foreign_log(tmp_path))
    try:
        assert "write-ahead" in problems(out)["g000003"] or "g000003.duckdb.wal" in problems(out)["g000003"]
    finally:
        log.unlink()
    assert problems(out) == {}


def foreign_log(folder: Path) -> bytes:
    """The log of another database, as a killed process leaves it."""
    script = (
        "import duckdb, os, sys; con = duckdb.connect(sys.argv[1]); con.execute('create table strange as select 1 as x');"
        "con.execute('insert into strange values (2)'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", script, str(folder / "other.duckdb")], check=True)
    return (folder / "other.duckdb.wal").read_bytes()


def test_a_foreign_log_beside_the_working_file_is_never_published(out, tmp_path):
    with open_working(tmp_path) as con:
        con.execute("create schema marts; create table marts.facts as select 7 as n")
    (tmp_path / "warehouse.duckdb.wal").write_bytes(foreign_log(tmp_path))
    with State(tmp_path) as state, pytest.raises(WarehouseError) as caught:
        publish_generation(tmp_path, state, as_of=NIGHT, input_hash="h")
    assert caught.value.hint
    assert pointed_code(tmp_path) is None


def test_rows_that_are_not_those_of_the_manifest_are_told(out):
    path = published_file(out, "g000002").with_suffix(".json")
    whole = path.read_text()
    path.write_text(whole.replace('"n_rows": 2000', '"n_rows": 1999'))
    try:
        assert "marts.facts has 1999 rows in the first and 2000 in the second" in problems(out)["g000002"]
    finally:
        path.write_text(whole)


def test_a_ledger_that_loses_a_record_is_told(tmp_path):
    with open_working(tmp_path) as con:
        con.execute("create schema ops; create table ops.extract_loads as select 'loaded' as state, 9 as n_records, 7 as n_loaded,"
                    " 1 as n_quarantined, 0 as n_skipped")  # fmt: skip
    with State(tmp_path) as state:
        publish_generation(tmp_path, state, as_of=NIGHT, input_hash="h")
    assert "do not account for every record" in problems(tmp_path)["g000001"]


def damage_pointer(out: Path, how: str) -> None:
    link = out / "current.duckdb"
    if how == "file missing":
        published_file(out, "g000003").rename(out / "away")
        return
    link.unlink()
    if how == "a copy":
        link.write_bytes(published_file(out, "g000003").read_bytes())
    elif how == "older":
        link.symlink_to("generations/g000001.duckdb")


@pytest.mark.parametrize(
    ("how", "told", "falls_back_to"),
    [
        ("missing", "g000003 was published", "g000003"),
        ("file missing", "whose file is missing", "g000002"),
        ("a copy", "is no link", "g000003"),
        ("older", "names g000001, but g000003 was published last", "g000003"),
    ],
)
def test_a_pointer_that_leads_nowhere_is_told_with_the_way_out(out, tmp_path, monkeypatch, capsys, how, told, falls_back_to):
    folder = tmp_path / "workspace"
    shutil.copytree(REPOSITORY / "data" / "config", folder / "config")
    shutil.copytree(REPOSITORY / "data" / "contracts", folder / "contracts")
    shutil.copytree(out, folder / "out", symlinks=True)
    with State(folder / "out") as state:
        rollback_generation(folder / "out", state, "g000003", at=NIGHT)
    damage_pointer(folder / "out", how)

    def csat(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["csat", "--workspace", str(folder), *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return end.value.code, "".join(capsys.readouterr())

    code, said = csat("verify")
    assert code == WarehouseError.exit_code
    assert told in said
    assert f"csat rollback {falls_back_to}" in said
    assert csat("rollback", falls_back_to)[0] == 0
    with open_read_only(folder / "out" / "current.duckdb") as con:
        assert con.execute("select count(*) from marts.facts").fetchall() == [(int(falls_back_to[1:]) * 1000,)]


@pytest.mark.parametrize("content", [b"", b"no database at all", b"x" * 8192])
def test_a_file_that_is_no_database_is_a_warehouse_error_with_advice(tmp_path, content):
    path = tmp_path / "current.duckdb"
    path.write_bytes(content)
    with pytest.raises(WarehouseError) as caught, open_read_only(path) as con:
        con.execute("select 1").fetchall()
    assert str(path) in str(caught.value)
    assert caught.value.hint
