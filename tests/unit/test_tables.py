"""Tables are written as their schema says or not at all, and the refusal names table and column."""

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from orchestration.errors import WarehouseError
from orchestration.schemas.columns import Column, Table
from orchestration.schemas.config_tables import CONFIG_TABLES
from orchestration.schemas.indices import ALL
from orchestration.schemas.ops import OPS_TABLES
from orchestration.schemas.raw import COMPLAINTS_COMPLAINTS, RAW_TABLES, SYSTEM_COLUMNS
from orchestration.schemas.reported import REPORTED_TABLES
from orchestration.warehouse.connection import open_memory
from orchestration.warehouse.tables import (
    check_frame,
    create_table,
    polars_schema,
    read_batches,
    read_table,
    replace_rows,
    replace_table,
    stored_columns,
    write_rows,
)

THING = Table(
    "indices.things", "One row per thing",
    (
        Column("thing_code", "text", "thing", key=True),
        Column("n", "integer", "count"),
        Column("big", "bigint", "big count", null="none"),
        Column("money", "decimal", "money", "CNY", null="none"),
        Column("score", "double", "score", "0 to 100", null="too few"),
        Column("day", "date", "day", null="none"),
        Column("at", "timestamp", "moment", null="none"),
        Column("yes", "boolean", "flag", null="unknown"),
    ),
)  # fmt: skip
ROW = ("客户 'a'", 1, 2**40, Decimal("1.250000"), 0.1, date(2026, 1, 2), datetime(2026, 1, 2, 3, 4, 5, 6), True)
EMPTY = ("b", 2, None, None, None, None, None, None)


@pytest.fixture
def con():
    with open_memory() as opened:
        yield opened


def frame(**columns: object) -> pl.DataFrame:
    rows = pl.DataFrame([ROW, EMPTY], schema=polars_schema(THING), orient="row")
    return rows.with_columns(**columns)


def test_every_schema_of_python_makes_a_table(con):
    for table in (*RAW_TABLES, *CONFIG_TABLES, *OPS_TABLES, *REPORTED_TABLES):
        create_table(con, table)
        create_table(con, table)  # again: nothing
        assert read_table(con, table.name).schema == pl.Schema(polars_schema(table))
    assert ALL == "all"


def test_a_raw_table_begins_with_system_columns_and_holds_nothing_private(con):
    names = [column.name for column in stored_columns(COMPLAINTS_COMPLAINTS)]
    assert names[: len(SYSTEM_COLUMNS)] == [column.name for column in SYSTEM_COLUMNS]
    assert "description" not in names
    assert "complaint_id" in names


def test_meaning_unit_and_null_are_stored_with_the_table(con):
    create_table(con, THING)
    assert con.execute("select comment from duckdb_tables()").fetchall() == [("One row per thing",)]
    comments = dict(con.execute("select column_name, comment from duckdb_columns() where table_name = 'things'").fetchall())
    assert comments["score"] == "score (0 to 100); null: too few"


def test_rows_come_back_as_they_went(con):
    assert replace_rows(con, THING, [ROW, EMPTY]) == 2
    assert read_table(con, THING.name).rows() == [ROW, EMPTY]
    assert replace_table(con, THING, frame()) == 2
    assert read_table(con, THING.name, ["n", "thing_code"]).rows() == [(1, ROW[0]), (2, "b")]


def test_batches_have_the_rows_and_types_of_the_whole_even_where_there_is_none(con):
    names = [column.name for column in THING.columns]
    for rows in ([], [ROW, EMPTY]):
        replace_rows(con, THING, rows)
        whole = read_table(con, THING.name, names)
        assert pl.concat(read_batches(con, THING.name, names)).equals(whole)
    assert pl.concat(read_batches(con, THING.name, names)).schema == whole.schema


def test_rows_are_added_and_tables_replaced(con):
    create_table(con, THING)
    write_rows(con, THING, [ROW])
    assert write_rows(con, THING, iter([EMPTY])) == 1
    assert write_rows(con, THING, []) == 0
    assert read_table(con, THING.name).height == 2
    replace_table(con, THING, frame().clear())
    assert read_table(con, THING.name).height == 0


def test_a_frame_may_have_its_columns_in_any_order_and_any_width_that_fits(con):
    mixed = frame(n=pl.Series([1, 2], dtype=pl.UInt64), score=pl.Series([1, None], dtype=pl.Float32), yes=pl.lit(None))
    checked = check_frame(THING, mixed.select(sorted(mixed.columns)))
    assert checked.schema == pl.Schema(polars_schema(THING))


REFUSED_FRAMES = {
    "missing column": (lambda f: f.drop("n"), "n"),
    "strange column": (lambda f: f.with_columns(odd=1), "odd"),
    "text for a number": (lambda f: f.with_columns(n=pl.lit("1")), "n"),
    "number for a text": (lambda f: f.with_columns(thing_code=pl.int_range(pl.len())), "thing_code"),
    "float for an integer": (lambda f: f.with_columns(n=pl.lit(1.5)), "n"),
    "too wide": (lambda f: f.with_columns(n=pl.lit(2**31)), "n"),
    "time for a date": (lambda f: f.with_columns(day=pl.lit(datetime(2026, 1, 1, 2))), "day"),
    "zone": (lambda f: f.with_columns(at=pl.lit(datetime(2026, 1, 1, tzinfo=UTC))), "at"),
    "not a number": (lambda f: f.with_columns(score=pl.lit(float("nan"))), "score"),
    "infinity": (lambda f: f.with_columns(score=pl.lit(float("-inf"))), "score"),
    "null in a required column": (lambda f: f.with_columns(n=pl.lit(None)), "n"),
    "key twice": (lambda f: f.with_columns(thing_code=pl.lit("a")), "thing_code"),
}


@pytest.mark.parametrize("fault", REFUSED_FRAMES)
def test_a_frame_that_breaks_the_schema_changes_nothing(con, fault):
    replace_rows(con, THING, [ROW])
    spoil, column = REFUSED_FRAMES[fault]
    with pytest.raises(WarehouseError) as caught:
        replace_table(con, THING, spoil(frame()))
    assert caught.value.where == f"indices.things.{column}"
    assert read_table(con, THING.name).rows() == [ROW]


REFUSED_VALUES = [
    (1, 1.0), (1, "1"), (1, True), (1, None), (1, 2**31), (0, 5), (0, None), (3, 1.5), (3, Decimal("0.0000001")),
    (4, float("nan")), (4, float("inf")), (5, datetime(2026, 1, 1, 5)), (6, datetime(2026, 1, 1, tzinfo=UTC)), (6, date(2026, 1, 1)),
    (7, 1),
]  # fmt: skip


@pytest.mark.parametrize(("position", "value"), REFUSED_VALUES)
def test_a_value_of_another_kind_is_refused_and_never_cut_to_fit(con, position, value):
    replace_rows(con, THING, [EMPTY])
    with pytest.raises(WarehouseError) as caught:
        replace_rows(con, THING, [(*ROW[:position], value, *ROW[position + 1 :])])
    assert caught.value.where == f"indices.things.{THING.columns[position].name}"
    assert read_table(con, THING.name).rows() == [EMPTY]


def test_rows_of_another_width_are_refused(con):
    create_table(con, THING)
    with pytest.raises(WarehouseError, match="7 values came for 8 columns"):
        write_rows(con, THING, [ROW, ROW[:-1]])


def test_a_table_of_an_older_shape_is_not_written_over(con):
    con.execute("create schema indices; create table indices.things (thing_code varchar not null, n integer not null)")
    with pytest.raises(WarehouseError, match=r"at, big, day[\s\S]*rebuilt from landing"):
        create_table(con, THING)
    create_table(con, THING, replace=True)


@pytest.mark.parametrize(("name", "columns"), [("indices.nothing", None), ("nowhere.things", None), ("indices.things", ["odd"])])
def test_what_is_not_there_cannot_be_read(con, name, columns):
    create_table(con, THING)
    with pytest.raises(WarehouseError, match="csat run") as caught:
        read_table(con, name, columns)
    assert caught.value.where == name


def test_many_rows_are_written_at_once(con):
    create_table(con, THING)
    assert write_rows(con, THING, ((f"c{number}", *ROW[1:]) for number in range(50_000))) == 50_000
