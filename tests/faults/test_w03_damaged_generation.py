"""W03: one flipped bit, a cut file or a lost one is found by verification, and the rollback goes to a sound generation."""

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.errors import WarehouseError
from orchestration.warehouse.connection import open_read_only, open_working
from orchestration.warehouse.generations import pointed_code, publish_generation, published_file, rollback_generation, verify_all
from orchestration.warehouse.state import State

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


@pytest.mark.parametrize("content", [b"", b"no database at all", b"x" * 8192])
def test_a_file_that_is_no_database_is_a_warehouse_error_with_advice(tmp_path, content):
    path = tmp_path / "current.duckdb"
    path.write_bytes(content)
    with pytest.raises(WarehouseError) as caught, open_read_only(path) as con:
        con.execute("select 1").fetchall()
    assert str(path) in str(caught.value)
    assert caught.value.hint
