"""A night from extracts to report, by the command line: what it leaves behind, and what a second one does."""

import json
import subprocess
import sys

import duckdb
import pytest
from support.night import DAY, REPOSITORY, copy_night, published_night, run_csat

HEAVY = ("dagster", "dbt", "great_expectations", "polars")


@pytest.fixture(scope="module")
def night():
    found = published_night()
    assert found.returncode == 0, found.output
    return found


@pytest.fixture(scope="module")
def published(night):
    with duckdb.connect(night.folder / "out" / "current.duckdb", read_only=True) as connection:
        yield connection


def test_night_leaves_generation_manifest_and_pointer(night):
    out = night.folder / "out"
    assert (out / "current.duckdb").readlink().as_posix() == "generations/g000001.duckdb"
    manifest = json.loads((out / "generations" / "g000001.json").read_text())
    assert manifest["sha256"]


def test_night_leaves_a_report_and_a_mail_in_each_language(night):
    out = night.folder / "out"
    assert sorted(path.name for path in (out / "reports" / "2026-10").iterdir()) == [
        "monthly_executive_en.html",
        "monthly_executive_zh.html",
    ]
    assert {path.suffix for path in (out / "mail" / "2026-10").iterdir()} == {".eml", ".html"}


def test_night_looked_up_no_host(night):
    assert night.lookups == ""


def test_night_prints_steps_and_memory(night):
    assert "dbt models and tests" in night.output
    assert "start-up" not in night.output
    assert "peak memory" in night.output


def test_every_check_is_published_and_held(published):
    assert published.execute("select count(*) > 100, bool_and(is_passed) from ops.checks").fetchall() == [(True, True)]


def test_every_record_is_accounted_for(published):
    gaps = "select count(*) from ops.extract_loads where n_records <> n_loaded + n_quarantined + n_skipped"
    assert published.execute(gaps).fetchall() == [(0,)]


def test_late_source_is_named(published):
    late = published.execute("select contract_code, state from ops.sources where state <> 'complete'").fetchall()
    assert late == [("callbacks", "late")]


def test_nothing_private_is_published(published):
    schemas = {row[0] for row in published.execute("select distinct schema_name from duckdb_tables()").fetchall()}
    assert schemas <= {"raw", "config", "marts", "indices", "reported", "ops", "staging", "intermediate"}
    columns = {row[0] for row in published.execute("select column_name from duckdb_columns()").fetchall()}
    assert not columns & {"comment_text", "description_text"}


def test_generation_names_its_input(published):
    rows = published.execute("select generation_code, length(input_hash) from ops.generations").fetchall()
    assert rows == [("g000001", 64)]


def test_second_night_on_the_same_input_imports_nothing_heavy(tmp_path, night):
    folder = copy_night(tmp_path / "workspace")
    script = (
        "import sys, time\nsys.argv = ['csat', '--workspace', sys.argv[1], 'run', '--as-of', sys.argv[2]]\n"
        "from orchestration.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    print(end.code, sorted(sys.modules), time.process_time())\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(folder), DAY], capture_output=True, text=True, check=False, cwd=REPOSITORY)
    said, _, modules = done.stdout.partition("\n")
    assert said.startswith("Nothing has changed since g000001"), done.stdout + done.stderr
    assert modules.startswith("0 ")
    assert not [name for name in HEAVY if f"'{name}'" in modules]
    assert float(modules.split()[-1]) < 3
    status = run_csat(folder, "status").stdout
    assert "last good night  2026-11-03 02:00 Asia/Shanghai, analysts read g000001" in status
    assert max(len(line.replace(str(folder), "")) for line in status.splitlines()) < 140
    assert "unmatched" not in status


def test_quarantine_is_listed_as_show_takes_it(night, tmp_path):
    folder = copy_night(tmp_path / "workspace")
    head, *lines = run_csat(folder, "quarantine", "list").stdout.splitlines()
    begin = next(position for position, line in enumerate(lines) if line.startswith("RECORD ")) + 1
    records = [line.split()[0] for line in lines[begin : lines.index("", begin)]]
    assert head == f"{len(records)} open records in quarantine"
    shown = run_csat(folder, "quarantine", "show", records[0])
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.strip()


def test_nights_only_go_forward(tmp_path, night):
    folder = copy_night(tmp_path / "workspace")
    done = run_csat(folder, "run", "--as-of", "2026-11-02")
    assert done.returncode == 18
    assert "nights only go forward" in done.stderr
    assert "Traceback" not in done.stderr
