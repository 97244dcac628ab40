"""What a publication leaves behind: file, manifest, pointer, record; how it is verified, rolled back and retired."""

import json
import stat
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from orchestration.errors import WarehouseError
from orchestration.schemas import ops
from orchestration.warehouse.connection import open_read_only, open_working
from orchestration.warehouse.files import hash_file
from orchestration.warehouse.generations import (
    PublicationFacts,
    next_generation_code,
    publish_generation,
    rollback_generation,
    settle_generations,
)
from orchestration.warehouse.layout import pointed_code, published_file
from orchestration.warehouse.retention import Budget
from orchestration.warehouse.state import State
from orchestration.warehouse.tables import replace_rows
from orchestration.warehouse.verification import verify_all

NIGHT = datetime(2026, 11, 3, 2)


def fill(out: Path, value: int) -> None:
    with open_working(out) as con:
        con.execute("create schema if not exists marts")
        con.execute("create or replace table marts.facts as select range as n from range(?)", [value])
        con.execute("create or replace view marts.view_of_facts as select n from marts.facts")


def publish(out: Path, value: int, **facts: object) -> str:
    with State(out) as state:
        fill(out, value)
        night = NIGHT + timedelta(days=value)
        return publish_generation(out, state, as_of=night, input_hash=f"h{value}", facts=PublicationFacts(**facts)).code


def rows_seen(out: Path) -> int:
    with open_read_only(out / "current.duckdb") as con:
        return con.execute("select count(*) from marts.view_of_facts").fetchall()[0][0]


def test_the_pointer_is_relative_and_names_a_copy_byte_for_byte(tmp_path):
    assert publish(tmp_path, 3) == "g000001"
    assert str((tmp_path / "current.duckdb").readlink()) == "generations/g000001.duckdb"
    assert hash_file(tmp_path / "current.duckdb") == hash_file(tmp_path / "warehouse.duckdb")
    assert rows_seen(tmp_path) == 3


def test_the_manifest_says_what_was_published_from_what(tmp_path):
    with open_working(tmp_path) as con:
        replace_rows(
            con, ops.SOURCES, [("answers", "survey_tool", "surveys_answers", 1, 0, 0, date(2026, 10, 31), None, None, "complete", True)]
        )
    publish(tmp_path, 3, package_version="0.1.0")
    publish(tmp_path, 4, package_version="0.1.0")
    manifest = json.loads((tmp_path / "generations/g000002.json").read_text())
    assert {key: manifest[key] for key in ("code", "parent", "as_of", "input_hash", "package_version", "sources")} == {
        "code": "g000002", "parent": "g000001", "as_of": "2026-11-07 02:00:00", "input_hash": "h4", "package_version": "0.1.0",
        "sources": {"answers": "2026-10-31"},
    }  # fmt: skip
    assert manifest["tables"]["marts.facts"]["n_rows"] == 4
    assert manifest["sha256"] == hash_file(published_file(tmp_path, "g000002"))
    assert manifest["bytes"] == published_file(tmp_path, "g000002").stat().st_size


def test_analysts_may_read_generations_and_nothing_else(tmp_path):
    publish(tmp_path, 1)
    modes = {path: stat.S_IMODE((tmp_path / path).stat().st_mode) for path in ("warehouse.duckdb", "state.sqlite", "generations")}
    assert modes == {"warehouse.duckdb": 0o600, "state.sqlite": 0o600, "generations": 0o750}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "generations").iterdir()} == {0o640}


def test_a_group_nobody_knows_is_refused_before_anything_moves(tmp_path):
    with pytest.raises(WarehouseError, match="analysts_group"):
        publish(tmp_path, 1, analysts_group="no_such_group_here")
    assert pointed_code(tmp_path) is None


def test_the_file_must_announce_its_own_code(tmp_path):
    with open_working(tmp_path) as con:
        replace_rows(con, ops.GENERATIONS, [("g000007", NIGHT, None, "h")])
    with pytest.raises(WarehouseError, match=r"ends with g000007, but the next generation is g000001"):
        publish(tmp_path, 1)


def test_a_view_that_names_the_database_file_is_not_published(tmp_path):
    with open_working(tmp_path) as con:
        con.execute("create schema marts; create table marts.t as select 1 as x")
        con.execute("create view marts.v as select * from query_table('warehouse.marts.t')")
    with pytest.raises(WarehouseError, match=r"marts\.v"):
        publish(tmp_path, 1)
    assert pointed_code(tmp_path) is None


def test_retention_keeps_the_newest_and_never_the_pointed_one_or_its_parent_goes(tmp_path):
    for value in range(1, 6):
        publish(tmp_path, value, budget=Budget(2))
    kept = sorted(path.name for path in (tmp_path / "generations").glob("*.duckdb"))
    assert kept == ["g000004.duckdb", "g000005.duckdb"]
    with State(tmp_path) as state:
        rollback_generation(tmp_path, state, at=NIGHT)
        assert pointed_code(tmp_path) == "g000004"
    publish(tmp_path, 6, budget=Budget(1))  # its parent is g000004, not the withdrawn g000005
    assert sorted(path.stem for path in (tmp_path / "generations").glob("*.duckdb")) == ["g000004", "g000006"]
    with State(tmp_path) as state:
        assert [g.state for g in state.generations()] == ["retired"] * 3 + ["published", "retired", "published"]


def test_rollback_moves_the_pointer_and_is_recorded(tmp_path):
    publish(tmp_path, 1)
    publish(tmp_path, 2)
    with State(tmp_path) as state:
        assert rollback_generation(tmp_path, state, at=NIGHT).code == "g000001"
        assert rows_seen(tmp_path) == 1
        published = state.published_generation()
        assert published is not None
        assert published.input_hash == "h1"
        assert state.pointer_moves()[-1] == ("g000001", NIGHT, "rolled back from g000002")
        assert rollback_generation(tmp_path, state, "g000002", at=NIGHT).state == "published"
    assert rows_seen(tmp_path) == 2


def test_rollback_says_what_there_is(tmp_path):
    publish(tmp_path, 1)
    with State(tmp_path) as state:
        with pytest.raises(WarehouseError, match="no sound generation before"):
            rollback_generation(tmp_path, state, at=NIGHT)
        with pytest.raises(WarehouseError, match=r"no generation g000009[\s\S]*there are g000001"):
            rollback_generation(tmp_path, state, "g000009", at=NIGHT)


def test_codes_go_on_after_a_rollback(tmp_path):
    publish(tmp_path, 1)
    publish(tmp_path, 2)
    with State(tmp_path) as state:
        rollback_generation(tmp_path, state, at=NIGHT)
        assert next_generation_code(state) == "g000003"
    assert publish(tmp_path, 3) == "g000003"
    with State(tmp_path) as state:
        assert state.generations()[-1].parent == "g000001"


def test_generations_outlive_a_lost_state(tmp_path):
    publish(tmp_path, 1)
    publish(tmp_path, 2)
    (tmp_path / "state.sqlite").unlink()
    with State(tmp_path) as state:
        settle_generations(tmp_path, state, at=NIGHT)
        assert [g.code for g in state.generations()] == ["g000001", "g000002"]
        published = state.published_generation()
        assert published is not None
        assert published.code == "g000002"
        assert all(verdict.is_sound for verdict in verify_all(tmp_path, state))
    assert publish(tmp_path, 3) == "g000003"
