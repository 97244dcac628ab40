"""Q06: two ways to one number; a night on which they differ is held back."""

import shutil
from datetime import date

import duckdb
import pytest
from support.night import published_night

from orchestration.pipeline.checks import read_counts
from orchestration.quality.gates import failures, run_gate
from orchestration.quality.profiles import PROFILES
from orchestration.quality.reconciliation import RECONCILIATIONS
from orchestration.quality.suites import build_suite

MONTH = date(2026, 10, 1)
CHANGES = {
    "indices.item_scores.item_totals_equal_statistics": "update indices.item_scores set n_satisfaction = n_satisfaction + 1",
    "indices.kpi_scores.kpi_totals_equal_leaves": "update indices.kpi_scores set numerator = numerator + 1 where denominator > numerator",
    "indices.item_weights.weights_add_up_to_one": "update indices.item_weights set weight_share = weight_share * 1.01",
    "ops.extract_loads.records_are_conserved": "update ops.extract_loads set n_loaded = n_loaded - 1 where n_loaded > 0",
    "ops.extract_loads.quarantine_is_conserved": "delete from ops.quarantine where state = 'open'",
    "marts.kpi_customer_monthly.customer_deliveries_add_up": "update marts.kpi_customer_monthly set n_deliveries = n_deliveries + 1",
    "marts.stat_item_levels_monthly.answers_are_all_counted": "delete from marts.stat_item_levels_monthly where level = 1",
    "marts.kpi_deliveries_monthly.n_share_over_one": "update marts.kpi_deliveries_monthly set numerator = denominator + 1",
    "reported.figures.n_duplicate_keys": "insert into reported.figures from reported.figures limit 1",
    "reported.figures.figures_stand_in_overall_scores": "update reported.figures set value = value + 1 where unit = 'index'",
    "reported.figures.figures_stand_in_kpi_scores": "update reported.figures set numerator = numerator + 1 where numerator is not null",
}


@pytest.fixture
def working(tmp_path):
    """A copy of the shared night's working file, open for writing."""
    shutil.copy(published_night().folder / "out" / "warehouse.duckdb", tmp_path / "warehouse.duckdb")
    with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
        yield connection


def test_published_night_passes_every_check(working):
    assert failures(run_gate(build_suite(), read_counts(working, figures_month=MONTH))) == ()


@pytest.mark.parametrize("code", CHANGES)
def test_change_behind_the_pipelines_back_is_found(working, code):
    working.execute(CHANGES[code])
    counts = read_counts(working, figures_month=MONTH)
    assert counts[code] > 0
    assert code in {result.check_code for result in failures(run_gate(build_suite(), counts))}


@pytest.mark.parametrize("code", [code for code in CHANGES if ".figures_stand_in_" in code])
def test_frozen_figures_of_another_month_may_differ_from_what_is_known_now(working, code):
    """A late answer changes October; the night that reports on September again is not held back for it."""
    working.execute(CHANGES[code])
    assert read_counts(working, figures_month=date(2026, 9, 1))[code] == 0


def test_every_comparison_names_a_profiled_or_ledger_table():
    known = {profile.name for profile in PROFILES} | {"ops.extract_loads"}
    assert {comparison.table for comparison in RECONCILIATIONS} <= known
