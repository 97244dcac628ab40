"""The unit tests written beside the models pass; they cost time, so the nightly build leaves them out."""

import pytest
from support.dbt_fixture import build_marts, parse_project
from support.dbt_rows import write_small_company


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    path = tmp_path_factory.mktemp("unit") / "warehouse.duckdb"
    write_small_company(path)
    build_marts(path, command="run")
    return path


def test_unit_tests_beside_the_models_pass(warehouse):
    build_marts(warehouse, command="test", select="test_type:unit")


def test_parsing_needs_no_database_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    manifest = parse_project(tmp_path)
    assert {name.split(".")[-1] for name in manifest.nodes} >= {"fct_answer", "kpi_values_monthly", "stat_item_pairs_monthly"}
    assert not list(tmp_path.rglob("*.duckdb"))
