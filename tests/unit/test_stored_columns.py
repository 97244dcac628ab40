"""What every row of a raw table has alike is not stored, and nobody can tell: names, types, order, comments and rows are the same."""

import duckdb
import pytest
from support.loading import ANSWER_COLUMNS, Workspace, make_contract

from orchestration.schemas.raw import RAW_TABLES, SURVEYS_ANSWERS
from orchestration.warehouse.connection import open_memory
from orchestration.warehouse.constants import common_constants, read_constants, shape_tables, written_columns
from orchestration.warehouse.hashes import hash_table
from orchestration.warehouse.ledger import ensure_raw_tables
from orchestration.warehouse.outdated import discard_outdated
from orchestration.warehouse.tables import find_changed_columns, stored_columns

ROWS = "id,item,at,score,wave\n1,A,2025-03-01,4,w1\n2,A,2025-03-01,2,w1\n"
WAVE = {"name": "wave_code", "source": "wave"}
DESCRIBED = "select column_name, data_type, comment from duckdb_columns() where table_name = 'surveys_answers' order by column_index"


def with_wave(**given):
    return make_contract((*ANSWER_COLUMNS, WAVE), **given)


def constants_of(workspace):
    return workspace.rows(
        "select column_name from duckdb_columns() where table_name = 'surveys_answers' and column_default is not null order by 1"
    )


def test_what_a_contract_leaves_out_or_gives_as_a_constant_is_alike_in_all_rows():
    found = common_constants([make_contract()])
    assert found["source_code"] == "survey"
    assert found["instrument_code"] == "demo"
    assert found["weight"] is None
    assert {"response_id", "item_code", "answered_at", "satisfaction", "not_rating_code", "record_number"}.isdisjoint(found)


def test_contracts_that_say_different_things_leave_only_what_both_say():
    other = with_wave(name="other", source="crm")
    assert set(common_constants([make_contract()])) - set(common_constants([make_contract(), other])) == {"source_code", "wave_code"}


@pytest.mark.parametrize("table", RAW_TABLES, ids=lambda table: table.name)
def test_columns_are_those_of_the_schema_however_they_are_kept(table):
    with open_memory() as con:
        ensure_raw_tables(con)
        contracts = [make_contract()] if table is SURVEYS_ANSWERS else []
        before = con.execute(DESCRIBED).fetchall()
        shape_tables(con, contracts)
        assert find_changed_columns(con, table.name, stored_columns(table)) == []
        assert con.execute(DESCRIBED).fetchall() == before


def test_rows_and_hash_are_the_same_as_if_everything_were_stored(tmp_path):
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", ROWS)
    workspace.night()
    assert ("weight",) in constants_of(workspace)
    with duckdb.connect(str(workspace.out / "warehouse.duckdb")) as con:
        con.execute("create table raw.wide as from raw.surveys_answers")
        told = con.execute("select source_code, instrument_code, weight, wave_code from raw.wide").fetchall()
        assert told == [("survey", "demo", None, None)] * 2
        assert hash_table(con, "raw.wide") == hash_table(con, "raw.surveys_answers")
        assert "weight" not in written_columns(con, SURVEYS_ANSWERS)


def test_a_contract_that_is_the_first_to_fill_a_column_keeps_the_rows_of_the_others(tmp_path):
    workspace = Workspace(tmp_path, make_contract(files={"pattern": "a*.csv"}))
    workspace.put("a.csv", ROWS)
    workspace.night()
    with duckdb.connect(str(workspace.out / "warehouse.duckdb")) as con:
        con.execute("create view main.reads as from raw.surveys_answers")
    before = workspace.answers("*")
    workspace.contracts = (*workspace.contracts, with_wave(name="waves", source="panel", files={"pattern": "b*.csv"}))
    workspace.put("b.csv", ROWS)
    workspace.night()
    assert [row for row in workspace.answers("*") if row[0] == "survey"] == before
    assert workspace.answers("source_code, response_id, wave_code") == [
        ("panel", "1", "w1"), ("panel", "2", "w1"), ("survey", "1", None), ("survey", "2", None),
    ]  # fmt: skip
    assert workspace.rows("select count(*) from main.reads") == [(4,)]
    assert ("source_code",) not in constants_of(workspace)
    assert not discard_outdated(workspace.out)


def test_a_changed_contract_stores_what_it_now_fills_and_a_full_reload_finds_the_same(tmp_path):
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", ROWS)
    workspace.night()
    workspace.contracts = (with_wave(),)
    workspace.night()
    after = workspace.answers("*")
    assert workspace.answers("wave_code") == [("w1",), ("w1",)]
    workspace.night(is_full=True)
    assert workspace.answers("*") == after
    workspace.contracts = (make_contract(),)
    workspace.night()
    assert workspace.answers("wave_code") == [(None,), (None,)]
    assert ("wave_code",) in constants_of(workspace)


def test_nothing_is_written_anew_where_nothing_changes(tmp_path):
    with open_memory() as con:
        ensure_raw_tables(con)
        shape_tables(con, [make_contract()])
        number = "select table_oid from duckdb_tables() where table_name = 'surveys_answers'"
        before, constants = con.execute(number).fetchall(), read_constants(con, SURVEYS_ANSWERS)
        shape_tables(con, [make_contract()])
        assert con.execute(number).fetchall() == before
        assert read_constants(con, SURVEYS_ANSWERS) == constants


def test_keys_that_share_a_hash_are_told_apart(tmp_path, monkeypatch):
    """All keys share one hash, at worst: the same rows stand, the same versions are put away."""
    kept = []
    for name, key in (("plain", None), ("shared", "0::ubigint")):
        if key:
            monkeypatch.setattr("orchestration.warehouse.versions._hash", lambda _table, key=key: key)
        workspace = Workspace(tmp_path / name)
        for score in "453":
            workspace.put("a.csv", f"{ROWS}1,A,2025-03-02,{score},w1\n{score},A,2025-03-02,1,w1\n")
            workspace.night()
        touched = workspace.rows("select * from ops.touched_months order by all")
        put_away = workspace.private_rows("select * from superseded.surveys_answers order by all")
        kept.append((workspace.answers("*"), put_away, touched))
    assert len(kept[0][0]) == 5
    assert len(kept[0][1]) > 5
    assert kept[0] == kept[1]
