"""What Dagster loads: one Definitions object, complete, importable with an empty environment."""

import subprocess
import sys

import pytest
from support.night import REPOSITORY

GROUPS = {"extracts", "warehouse", "indices", "published", "reports"}


@pytest.fixture(scope="module")
def definitions():
    from orchestration.definitions import build_defs

    return build_defs(REPOSITORY / "data")


def test_imports_with_an_empty_environment():
    script = "from orchestration.definitions import defs; print(sorted(job.name for job in defs.jobs))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=REPOSITORY, env={})
    assert done.stdout.strip() == "['monthly', 'nightly']", done.stderr


def test_groups_are_the_five(definitions):
    graph = definitions.resolve_asset_graph()
    assert {graph.get(key).group_name for key in graph.materializable_asset_keys} == GROUPS


def test_keys_are_schema_and_table(definitions):
    graph = definitions.resolve_asset_graph()
    assert all(len(key.path) == 2 for key in graph.materializable_asset_keys)


def test_every_upstream_asset_is_made_by_somebody(definitions):
    graph = definitions.resolve_asset_graph()
    assert not [key.to_user_string() for key in graph.external_asset_keys]


def test_publication_waits_for_the_gate(definitions):
    import dagster as dg

    graph = definitions.resolve_asset_graph()
    upstream = graph.get(dg.AssetKey(["published", "generation"])).parent_keys
    assert upstream == {dg.AssetKey(["ops", "checks"])}
    behind_gate = {key.to_user_string() for key in graph.get(dg.AssetKey(["ops", "checks"])).parent_keys}
    assert {"indices/verdicts", "reported/figures", "marts/fct_answer"} <= behind_gate


def test_gate_and_required_checks_block(definitions):
    graph = definitions.resolve_asset_graph()
    blocking = {key.name for key in graph.asset_check_keys if graph.get(key).blocking}
    assert {"gate", "records_are_conserved", "something_is_loaded", "no_required_file_is_refused"} <= blocking


def test_schedules_follow_the_workspace_clock(definitions):
    assert {schedule.execution_timezone for schedule in definitions.schedules} == {"Asia/Shanghai"}


def test_jobs_run_in_one_process(definitions):
    assert {definitions.resolve_job_def(name).executor_def.name for name in ("nightly", "monthly")} == {"in_process"}
