"""I27 and I28: loads killed at random moments end, run again, as an undisturbed one; of two loaders at once one waits or gives way.

`pytest tests/faults/test_i27_i28_killed_and_rival_loaders.py -m slow --kills 200 -s` kills two hundred and prints where.
"""

import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from support.kills import die_at
from support.loading import Workspace, make_contract

from orchestration.errors import BusyError
from orchestration.warehouse import extracts, landing
from orchestration.warehouse.connection import open_private, open_working
from orchestration.warehouse.hashes import compare_hashes, hash_schema
from orchestration.warehouse.lock import hold_lock

SEED = 27
COMMENTS = (
    {"name": "response_id", "source": "id"},
    {"name": "answered_at", "source": "at"},
    {"name": "comment_text", "source": "text"},
)
STEPS = {
    "keep": (landing, "_keep"),
    "measure": (landing, "measure_file"),
    "mirror": (extracts, "mirror_files"),
    "scan": (extracts, "scan_files"),
    "private": (extracts, "write_private_versions"),
    "rows": (extracts, "write_rows_of_load"),
    "ledger": (extracts, "write_ledger"),
    "tokens": (extracts, "write_tokens"),
    "deletions": (extracts, "remove_gone"),
    "months": (extracts, "finish_touching"),
}
ANYWHERE = "at any moment"


def make_workspace(folder: Path) -> Workspace:
    """A workspace after its first night, with a second one in landing/: restated, added, deleted, broken, repeated."""
    comments = make_contract(COMMENTS, name="comments", table="surveys_comments", files={"pattern": "c*.csv"})
    answers = make_contract(extract="full", files={"pattern": "a*.csv"})
    workspace = Workspace(folder, answers, comments)
    workspace.put("a1.csv", "id,item,at,score\n" + "".join(f"{n},A,2025-03-01,4\n" for n in range(300)))
    workspace.put("c1.csv", "id,at,text\n" + "".join(f"{n},2025-03-01,word {n}\n" for n in range(300)))
    workspace.night()
    workspace.put("a2.csv", "id,item,at,score\n" + "".join(f"{n},A,2025-04-01,5\n" for n in range(40, 400)))
    workspace.put("a3.csv", "id,item,at,score\n" + "".join(f"{n},A,2025-04-01,3\n" for n in range(60, 400)))
    workspace.put("c2.csv", "id,at,text\n" + "".join(f"{n},2025-04-01,other {n}\n" for n in range(200, 450)) + "9,never,bad\n")
    return workspace


def at(workspace: Workspace, folder: Path) -> Workspace:
    """The same workspace, copied to `folder`."""
    shutil.copytree(workspace.out.parent, folder)
    copy = object.__new__(Workspace)
    copy.__dict__.update(workspace.__dict__ | {"landing": folder / "landing", "out": folder / "out"})
    return copy


def hashes(workspace: Workspace) -> list[dict[str, Any]]:
    """Hashes of everything that the loader writes."""
    with open_working(workspace.out) as con:
        first = hash_schema(con, ["raw", "ops"])
    with open_private(workspace.out) as con:
        return [first, hash_schema(con, ["superseded", "private_text", "quarantine"])]


def kill_night(workspace: Workspace, step: str, number: int, seconds: float) -> bool:
    """True where a child that had begun the night was killed: before call `number` of `step`, or after `seconds`."""
    child = os.fork()
    if not child:
        code = 7
        try:
            if step in STEPS:
                die_at(*STEPS[step], number)
            workspace.night()
            code = 0
        finally:
            os._exit(code)
    if step == ANYWHERE:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_i27_killed_loads_run_again_leave_what_an_undisturbed_one_leaves(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    kills, rng, began = request.config.getoption("--kills"), random.Random(SEED), time.monotonic()
    begun = make_workspace(tmp_path / "begun")
    whole = at(begun, tmp_path / "whole")
    started = time.monotonic()
    whole.night()
    usual, expected = time.monotonic() - started, hashes(whole)
    assert expected[0]["raw.surveys_answers"].n_rows == 340
    strata, killed = [*STEPS, *[ANYWHERE] * (len(STEPS) // 2)], Counter[str]()
    for trial in range(kills):
        work, step = at(begun, tmp_path / "work"), strata[trial % len(strata)]
        number = rng.choice((1, 1, 2))
        for _ in range(rng.choice((1, 1, 2))):
            killed[step] += kill_night(work, step, number, rng.random() * usual)
        work.night()
        found = hashes(work)
        differences = [name for one, other in zip(expected, found, strict=True) for name in compare_hashes(one, other)]
        assert differences == [], f"trial {trial}: killed in {step}, call {number}"
        shutil.rmtree(work.out.parent)
    print(f"{sum(killed.values())} killed in {kills} trials, {time.monotonic() - began:.0f} s, seed {SEED}: {dict(killed)}")
    assert sum(killed.values()) >= 0.6 * kills


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_i28_of_two_loaders_one_loads_and_the_other_gives_way(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    gate_read, gate_write = os.pipe()
    children = []
    for _ in range(2):
        child = os.fork()
        if not child:
            code = 1
            try:
                os.close(gate_write)
                os.read(gate_read, 1)  # the barrier: both go when the parent closes its end
                with hold_lock(workspace.out, started_at=datetime(2026, 1, 1)):
                    workspace.night()
                    time.sleep(0.5)
                code = 0
            except BusyError:
                code = 16
            finally:
                sys.stdout.flush()
                os._exit(code)
        children.append(child)
    os.close(gate_write)
    codes = sorted(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)
    assert codes == [0, 16]
    assert len(workspace.answers()) == 340
    assert workspace.rows("select count(*) from ops.extract_loads") == [(5,)]
