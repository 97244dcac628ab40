"""The built wheel works without the clone: `csat demo` in an empty folder ends with a report."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from orchestration.warehouse.connection import open_read_only

REPOSITORY = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built without fetching anything."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "orchestration.pipeline.manifest"], cwd=REPOSITORY, check=True)
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=REPOSITORY, check=True)
    return next(folder.glob("*.whl"))


def test_wheel_carries_project_manifest_templates_and_sample(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    packaged = "orchestration/_packaged"
    assert {
        f"{packaged}/dbt_project/target/manifest.json",
        f"{packaged}/dbt_project/dbt_project.yml",
        f"{packaged}/templates/monthly_executive.html.j2",
        f"{packaged}/data/config/workspace.yaml",
    } <= names
    assert not [name for name in names if "/out/" in name or name.endswith(".duckdb")]


def test_demo_of_the_wheel_works_outside_the_clone(wheel, tmp_path):
    site, work = tmp_path / "site", tmp_path / "work"
    work.mkdir()
    zipfile.ZipFile(wheel).extractall(site)
    environment = os.environ | {"PYTHONPATH": str(site)}
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "demo"], cwd=work, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (work / "csat-demo" / "out" / "current.duckdb").exists()
    assert str(work / "csat-demo") in done.stdout
    assert not (site / "orchestration" / "_packaged" / "data" / "out").exists()
    assert_story(work / "csat-demo" / "out" / "current.duckdb")


def assert_story(published):
    """The index that data/README.md tells, of the month and of the year before, is the published one."""
    told = re.search(r"The index is ([\d.]+): better than a year ago \(([\d.]+)\)", (REPOSITORY / "data" / "README.md").read_text("utf-8"))
    assert told
    with open_read_only(published) as warehouse:
        rows = warehouse.execute(
            "select index_0to100 from indices.overall_scores where segment_code = 'all' and region_code = 'all' and window_months = 1 "
            "and month_start_date in ('2026-10-01', '2025-10-01') order by month_start_date desc"
        ).fetchall()
    assert tuple(f"{value:.1f}" for (value,) in rows) == told.groups()
