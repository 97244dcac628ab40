"""The published file in the hands of DuckDB 1.4: it opens, says what everything means, answers, and cannot be written."""

import duckdb
import pytest
from support.duckdb_cli import query_cli, run_cli
from support.night import published_night

COMMENTED = """
    select schema_name || '.' || table_name as place, comment from duckdb_tables()
    union all select schema_name || '.' || view_name, comment from duckdb_views() where not internal
    union all select schema_name || '.' || table_name || '.' || column_name, comment from duckdb_columns() where not internal"""
# the sum makes 1.4 compute every value of every row; the hash itself is another one in each version
ROWS = "select '{0}' as name, count(*) as n_rows, sum(hash(counted)::hugeint)::varchar as computed from (select * from {0}) as counted"
NUMBERS = """
    select
        count(*) as n_passages, sum(supplier_workdays)::bigint as workdays, count(distinct case_id) as n_cases,
        (select sum(weight)::varchar from marts.fct_answer) as weight,
        (select list(index_0to100::varchar order by index_0to100)::varchar from indices.overall_scores) as scores
    from marts.fct_stage_passage"""


@pytest.fixture(scope="module")
def current():
    found = published_night()
    assert found.returncode == 0, found.output
    return found.folder / "out" / "current.duckdb"


@pytest.fixture(scope="module")
def relations(current):
    return [row["name"] for row in query_cli(current, "select schema || '.' || name as name from (show all tables) order by 1")]


def test_the_command_line_is_older_than_the_run(current):
    assert query_cli(current, "select version() as version")[0]["version"].startswith("v1.4.")
    assert duckdb.__version__ >= "2"


def test_it_lists_the_tables_behind_the_pointer(current, relations):
    assert current.is_symlink()
    listed = run_cli(current, "-c", ".tables").stdout.split()
    assert {name.rpartition(".")[2] for name in listed} == {name.rpartition(".")[2] for name in relations}


def test_every_table_and_view_reads_the_same_in_both_versions(current, relations):
    """Every row of every relation is computed in 1.4, so no view calls what it does not know."""
    counted = query_cli(current, " union all ".join(ROWS.format(name) for name in relations))
    with duckdb.connect(current, read_only=True) as connection:
        expected = {name: connection.execute(f"select count(*) from {name}").fetchall()[0][0] for name in relations}
    assert {row["name"]: row["n_rows"] for row in counted} == expected
    assert len(relations) > 50


def test_numbers_are_the_same_in_both_versions(current):
    """Exact sums of integers and decimals, and every digit of the floats."""
    with duckdb.connect(current, read_only=True) as connection:
        expected = connection.execute(NUMBERS).fetchall()[0]
    assert tuple(query_cli(current, NUMBERS)[0].values()) == expected


def test_every_table_and_column_says_what_it_is(current):
    bare = [row["place"] for row in query_cli(current, COMMENTED) if not (row["comment"] or "").strip()]
    assert not bare


def test_every_table_says_what_one_row_is(current):
    described = [row for row in query_cli(current, COMMENTED) if row["place"].count(".") == 1]
    assert not [row["place"] for row in described if not row["comment"].startswith("One row")]


@pytest.mark.parametrize("statement", ["delete from raw.crm_staff", "create table t as select 1", "drop view marts.fct_answer"])
def test_it_cannot_be_written(current, statement):
    done = run_cli(current, "-c", statement)
    assert done.returncode != 0
    assert "read-only" in done.stderr


def test_a_month_that_is_not_over_says_so(current):
    """The night of 3 November counts what was promised on the first two days; October is over."""
    rows = query_cli(current, "select distinct month_start_date, is_open_month from marts.kpi_values_monthly order by 1")
    assert [row["month_start_date"] for row in rows if row["is_open_month"]] == ["2026-11-01"]
    assert len(rows) > 1


def test_rows_of_a_source_are_every_version_that_came(current):
    """Never fewer than stand in the raw table, whose rows are the current versions."""
    with duckdb.connect(current, read_only=True) as connection:
        sources = connection.execute("select table_name, sum(n_rows) from ops.sources group by all").fetchall()
        stored = {name: connection.execute(f"select count(*) from {name}").fetchall()[0][0] for name, _ in sources}
        versions = connection.execute("select 'raw.' || table_name, sum(n_rows) from ops.extract_loads group by all").fetchall()
    assert dict(sources) == dict(versions)
    assert all(stored[name] <= n for name, n in sources)
    assert any(stored[name] < n for name, n in sources)
