"""O03: command line, Dagster's run and repair share one lock: who comes in vain is told at once who writes, and has changed nothing."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.night import DAY, REPOSITORY, copy_night, run_csat

from orchestration import cli
from orchestration.errors import BusyError
from orchestration.warehouse.lock import hold_lock, read_holder

NEXT_DAY = "2026-11-04"
HOLD = """
import sys
from pathlib import Path
from orchestration.warehouse.lock import hold_lock
with hold_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""
WRITING = (
    ("run", "--as-of", NEXT_DAY),
    ("run", "--as-of", NEXT_DAY, "--month", "2026-09"),
    ("run", "--as-of", NEXT_DAY, "--full-refresh"),
    ("report",),
    ("report", "--month", "2026-10"),
    ("rollback",),
    ("quarantine", "discard", "1/callbacks/213", "--reason", "a test"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return copy_night(tmp_path_factory.mktemp("busy") / "workspace")


@pytest.fixture
def holder(folder):
    """Another process that writes to the workspace."""
    command = [sys.executable, "-c", HOLD, str(folder / "out")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def everything(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change of every file of the workspace but Dagster's own record of runs and the state's shared memory."""
    paths = [path for path in folder.rglob("*") if path.is_file() and not {"dagster"} & set(path.parts)]
    return {
        str(path): (path.lstat().st_size, path.lstat().st_mtime_ns)
        for path in paths
        if not path.name.startswith(("state.sqlite-", "run.lock"))
    }


@pytest.mark.parametrize("arguments", WRITING, ids=" ".join)
def test_a_command_that_writes_is_refused_at_once_while_another_writes(folder, holder, monkeypatch, capsys, arguments):
    before = everything(folder)
    monkeypatch.setattr("sys.argv", ["csat", "--workspace", str(folder), *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    said = capsys.readouterr().err
    assert end.value.code == BusyError.exit_code, said
    assert f"process {holder.pid} is writing" in said
    assert "Traceback" not in said
    assert everything(folder) == before


@pytest.mark.parametrize("job", ["nightly", "monthly"])
def test_a_run_of_dagster_is_refused_while_another_writes(folder, holder, job):
    """`dagster job execute` is what a run started by schedule, sensor or page comes down to."""
    before = everything(folder)
    done = execute(folder, job)
    assert done.returncode != 0
    assert f"process {holder.pid} is writing" in done.stdout + done.stderr
    assert everything(folder) == before


def execute(folder: Path, job: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DAGSTER_HOME": str(folder / "out" / "dagster"), "CSAT_WORKSPACE": str(folder)}
    command = [sys.executable, "-m", "dagster", "job", "execute", "-m", "orchestration.definitions", "-j", job]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPOSITORY, env=environment)


@pytest.mark.parametrize("arguments", [("status",), ("verify",), ("quarantine", "list"), ("preview",)], ids=" ".join)
def test_who_only_reads_waits_for_nobody(folder, holder, monkeypatch, capsys, arguments):
    monkeypatch.setattr("sys.argv", ["csat", "--workspace", str(folder), *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 0, capsys.readouterr().err


def test_a_holder_that_died_stands_in_nobodys_way(folder, holder, monkeypatch, capsys):
    holder.kill()
    holder.wait()
    assert read_holder(folder / "out") is None
    monkeypatch.setattr("sys.argv", ["csat", "--workspace", str(folder), "quarantine", "show", "1/callbacks/213"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 0, capsys.readouterr().err


def test_a_run_of_dagster_keeps_everybody_else_out(folder):
    """The lock is the run's own from its first step to its last, whoever started it."""
    import dagster as dg

    from orchestration.pipeline.resources import Warehouse

    with dg.build_resources({"warehouse": Warehouse(workspace=str(folder))}):
        assert (read_holder(folder / "out") or {})["pid"] == str(os.getpid())
        with pytest.raises(BusyError, match=f"process {os.getpid()} is writing"), hold_lock(folder / "out"):
            pass
    assert read_holder(folder / "out") is None


@pytest.mark.slow
def test_of_two_nights_at_once_exactly_one_runs(tmp_path):
    folder = copy_night(tmp_path / "workspace")
    command = [sys.executable, "-m", "orchestration.cli", "--workspace", str(folder), "run", "--as-of", NEXT_DAY]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY) for _ in range(2)]
    said = [night.communicate()[1] for night in both]
    assert sorted(night.returncode for night in both) == [0, BusyError.exit_code], said
    manifests = sorted((folder / "out" / "generations").glob("*.json"))
    assert [json.loads(path.read_text())["as_of"][:10] for path in manifests] == [DAY, NEXT_DAY]
    assert run_csat(folder, "verify").returncode == 0


@pytest.mark.slow
def test_two_months_handed_to_dagster_run_one_after_the_other(tmp_path):
    """Two runs in Dagster's queue, as a backfill of two months makes them, with the daemon that `csat dev` starts."""
    from orchestration.pipeline.run_night import prepare_dagster

    folder = copy_night(tmp_path / "workspace")
    home = prepare_dagster(folder)
    environment = os.environ | {"DAGSTER_HOME": str(home), "CSAT_WORKSPACE": str(folder), "DAGSTER_DISABLE_TELEMETRY": "1"}
    for month in ("2026-09", "2026-10"):
        config = {"resources": {"warehouse": {"config": {"workspace": str(folder), "clock": f"{NEXT_DAY}T02:00:00", "month": month}}}}
        launch = ["job", "launch", "-m", "orchestration.definitions", "-j", "nightly", "--config-json", json.dumps(config)]
        done = subprocess.run(
            [sys.executable, "-m", "dagster", *launch], capture_output=True, text=True, check=False, cwd=REPOSITORY, env=environment
        )
        assert done.returncode == 0, done.stderr
    daemon = [sys.executable, "-m", "dagster._daemon", "run", "-m", "orchestration.definitions"]
    with subprocess.Popen(daemon, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=REPOSITORY, env=environment) as running:
        try:
            runs = wait_for_runs(home)
        finally:
            running.terminate()
    assert [run.dagster_run.status.value for run in runs] == ["SUCCESS", "SUCCESS"]
    first, second = sorted(runs, key=lambda run: run.start_time)
    assert first.end_time <= second.start_time
    assert (folder / "out" / "reports" / "2026-09" / "monthly_executive_en.html").exists()


def wait_for_runs(home: Path):
    """The records of Dagster's runs but the first night's, once all have ended."""
    import dagster as dg

    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        with dg.DagsterInstance.from_config(str(home)) as instance:
            runs = [run for run in instance.get_run_records() if run.dagster_run.tags.get("csat/writer") == "queued"]
        if runs and all(run.dagster_run.is_finished for run in runs):
            return runs
        time.sleep(2)
    raise AssertionError([run.dagster_run.status for run in runs])
