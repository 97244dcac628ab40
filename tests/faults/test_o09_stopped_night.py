"""O09: a night that is stopped or killed takes its dbt with it, publishes nothing and leaves the lock free; the next one runs."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.night import DAY, REPOSITORY, run_csat, write_sample

from orchestration.pipeline import dbt_process
from orchestration.pipeline.dbt_process import ORPHANED, PARENT_VARIABLE, end_with_parent
from orchestration.warehouse.lock import read_holder

PARENT = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "{end_with_parent.__module__}".join((
    "import time; from ", " import end_with_parent; end_with_parent(); print('ready', flush=True); time.sleep(60)"))])
print(child.pid, flush=True)
time.sleep(60)
"""
SECONDS_TO_WAIT = 120


def test_child_ends_with_a_parent_that_is_killed():
    environment = {name: value for name, value in os.environ.items() if name != PARENT_VARIABLE}
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY, env=environment) as parent:
        lines = [parent.stdout.readline() for _ in range(2)]
        parent.kill()
    assert "ready\n" in lines
    child = next(int(line) for line in lines if line.strip() != "ready")
    wait_until(lambda: has_ended(child))


def test_child_whose_parent_is_gone_already_does_not_begin():
    environment = os.environ | {PARENT_VARIABLE: "1"}
    done = subprocess.run([sys.executable, "-m", dbt_process.__name__, "--version"], capture_output=True, cwd=REPOSITORY, env=environment)
    assert (done.returncode, done.stdout) == (ORPHANED, b"")


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_stopped_night_ends_at_once_and_the_next_one_publishes(tmp_path, how):
    write_sample(tmp_path)
    command = [sys.executable, "-m", "orchestration.cli", "--workspace", str(tmp_path), "run", "--as-of", DAY]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY) as night:
        wait_until(lambda: building(night.pid))
        child = building(night.pid)
        before = time.monotonic()
        night.send_signal(how)
        _, said = night.communicate(timeout=SECONDS_TO_WAIT)
    assert time.monotonic() - before < 15
    assert night.returncode == (130 if how == signal.SIGTERM else -signal.SIGKILL)
    wait_until(lambda: has_ended(child))
    assert read_holder(tmp_path / "out") is None
    assert not (tmp_path / "out" / "current.duckdb").exists()
    if how == signal.SIGTERM:
        assert "interrupted" in said
        assert "Traceback" not in said
    assert run_csat(tmp_path, "run", "--as-of", DAY).returncode == 0
    assert json.loads((tmp_path / "out" / "generations" / "g000001.json").read_text())["code"] == "g000001"


def building(parent: int) -> int:
    """The process that builds models for `parent`; 0 before it begins to."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields, command = (entry / "stat").read_text().rpartition(")")[2].split(), (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == parent and b"dbt_process" in command:
            return int(entry.name)
    return 0


def has_ended(process: int) -> bool:
    """True where nothing of the process is left but, at most, its exit code that nobody has fetched."""
    try:
        os.kill(process, 0)
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def wait_until(holds) -> None:
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)
