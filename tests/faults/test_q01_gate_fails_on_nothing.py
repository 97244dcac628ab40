"""Q01: what Great Expectations passes on fails here: an empty table, all-NULL columns, infinity, an empty suite, a missing table."""

import pytest

from orchestration.quality.gates import failures, run_gate
from orchestration.quality.profiles import ProfiledTable, Rule, profile_sql
from orchestration.quality.suites import Expected, Suite, build_suite
from orchestration.warehouse.connection import open_memory

TABLE = ProfiledTable("t", ("k",), ("v",), ("x",), rules=(Rule("negative", "x < 0"),), rows_expected="1")
SUITE = build_suite((TABLE,), ())


def counts_of(*rows):
    with open_memory() as connection:
        connection.execute("create table t (k integer, v integer, x double)")
        for row in rows:
            connection.execute("insert into t values (?, ?, ?)", row)
        values = connection.execute(profile_sql(TABLE)).fetchall()[0]
    return {f"t.{name}": value for name, value in zip(TABLE.counts, values, strict=True)}


def failed(*rows, suite=SUITE):
    return {result.check_code for result in failures(run_gate(suite, counts_of(*rows)))}


def test_sound_table_passes():
    assert failed((1, 1, 1.0), (2, 1, 2.0)) == set()


def test_empty_table_fails():
    assert failed() == {"t.n_rows_missing"}


def test_null_column_fails():
    assert failed((1, None, 1.0), (2, None, 1.0)) == {"t.n_forbidden_nulls"}


def test_null_key_fails():
    assert "t.n_null_keys" in failed((None, 1, 1.0))


def test_key_that_stands_twice_fails():
    assert failed((1, 1, 1.0), (1, 1, 1.0)) == {"t.n_duplicate_keys"}


@pytest.mark.parametrize("number", [float("inf"), float("nan")])
def test_number_that_is_none_fails(number):
    assert failed((1, 1, number)) == {"t.n_not_finite"}


def test_rule_fails():
    assert failed((1, 1, -1.0)) == {"t.n_negative"}


def test_empty_suite_fails():
    assert [result.check_code for result in failures(run_gate(Suite((), 0), {}))] == ["gate.suite_is_whole"]


def test_suite_with_too_few_checks_fails():
    short = Suite(SUITE.expected[:1], SUITE.minimum_checks + 1)
    assert failed((1, 1, 1.0), suite=short) == {"gate.suite_is_whole"}


@pytest.mark.parametrize("count", [None, float("nan"), float("inf"), True])
def test_count_that_is_no_number_fails(count):
    suite = Suite((Expected("t", "n"),), 1)
    assert {result.check_code for result in failures(run_gate(suite, {"t.n": count}))} == {"t.n", "gate.suite_is_whole"}


def test_table_that_is_missing_fails():
    assert len(failures(run_gate(SUITE, {}))) == len(SUITE.expected) + 1


def test_warning_does_not_hold_back():
    suite = Suite((Expected("t", "n", "warning"),), 1)
    results = run_gate(suite, {"t.n": 1})
    assert not results[0].is_passed
    assert failures(results) == ()


def test_observed_tells_counts_and_never_values():
    results = run_gate(SUITE, counts_of((1, 1, -7.25)))
    assert all("7.25" not in result.observed for result in results)
