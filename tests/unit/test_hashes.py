"""A table's hash: blind to order, and to nothing else."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.errors import WarehouseError
from orchestration.warehouse.connection import open_memory
from orchestration.warehouse.hashes import TableHash, compare_hashes, hash_schema, hash_table

ROW = st.tuples(st.integers(-5, 5) | st.none(), st.text(max_size=3) | st.none())


@pytest.fixture(scope="module")
def con():
    with open_memory() as opened:
        opened.execute("create schema marts; create schema ops; create table marts.t (a integer, b varchar)")
        yield opened


def hashed(con, rows) -> TableHash:
    con.execute("delete from marts.t")
    if rows:
        con.executemany("insert into marts.t values (?, ?)", rows)
    return hash_table(con, "marts.t")


@settings(max_examples=20, deadline=None)
@given(rows=st.lists(ROW, max_size=6), other=st.lists(ROW, max_size=6), seed=st.integers(0, 9))
def test_equal_exactly_where_the_rows_are_equal_in_any_order(con, rows, other, seed):
    shuffled = rows[:]
    random.Random(seed).shuffle(shuffled)
    first = hashed(con, rows)
    assert hashed(con, shuffled) == first
    same = sorted(rows, key=repr) == sorted(other, key=repr)
    assert (hashed(con, other) == first) is same


def test_pairs_do_not_cancel(con):
    assert hashed(con, [(1, "x"), (1, "x")]).digest != hashed(con, [(2, "y"), (2, "y")]).digest
    assert hashed(con, []) == TableHash(0, "0")


def test_values_do_not_wander_between_columns(con):
    assert hashed(con, [(1, None)]) != hashed(con, [(None, "1")])


def test_a_schema_has_tables_and_views_but_not_how_they_were_reached(con):
    con.execute("create or replace table marts.dim_generation as select 'g000001' as generation_code")
    con.execute("create or replace view marts.v as select a, 'run 1' as run_id from marts.t")
    con.execute("create or replace table ops.run as select 1 as n; create or replace table ops.generations as select 1 as n")
    first = hash_schema(con, ["marts", "ops"])
    assert list(first) == ["marts.t", "marts.v", "ops.run"]
    con.execute("create or replace view marts.v as select a, 'run 2' as run_id from marts.t")
    assert compare_hashes(first, hash_schema(con, ["marts", "ops"])) == []
    assert "marts.v" not in hash_schema(con, ["marts"], views=False)


def test_only_contracted_columns_count_where_they_are_named(con):
    hashed(con, [(1, "x")])
    first = hash_schema(con, ["marts"], contracted={"marts.t": ["a"]})
    hashed(con, [(1, "y")])
    assert compare_hashes(first, hash_schema(con, ["marts"], contracted={"marts.t": ["a"]})) == []


def test_a_difference_is_said_in_words():
    a = {"x": TableHash(1, "a"), "y": TableHash(1, "a"), "z": TableHash(1, "a")}
    b = {"x": TableHash(2, "a"), "y": TableHash(1, "b"), "w": TableHash(1, "a")}
    assert compare_hashes(a, b) == [
        "w is only in the second",
        "x has 1 rows in the first and 2 in the second",
        "y has 1 rows in both, but other values",
        "z is only in the first",
    ]


@pytest.mark.parametrize(("name", "columns"), [("marts.nothing", None), ("marts.nothing", ["a"]), ("marts.t", ["c"])])
def test_what_is_not_there_has_no_hash(con, name, columns):
    with pytest.raises(WarehouseError, match=name):
        hash_table(con, name, columns)
