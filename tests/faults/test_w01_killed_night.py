"""W01: a night killed anywhere and run again leaves what an undisturbed night leaves; readers see one published generation each.

`make test-all` kills ten; `pytest tests/faults/test_w01_killed_night.py -m slow --kills 50 -s` prints fifty by step of the night.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter

import pytest
from support.night import REPOSITORY

SEED = 3


@pytest.mark.slow
def test_a_night_killed_anywhere_and_run_again_leaves_what_an_undisturbed_one_leaves(tmp_path, request):
    kills, began = request.config.getoption("--kills"), time.monotonic()
    command = [sys.executable, "-m", "support.killed_nights", str(tmp_path), str(kills), str(SEED)]
    environment = os.environ | {"PYTHONPATH": f"{REPOSITORY / 'tests'}:{REPOSITORY}"}
    results, ended = [], None
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY, env=environment) as nights:
        for line in nights.stdout:
            print(line, end="", flush=True)
            told = json.loads(line)
            ended = told.get("ended", ended)
            results += [told] if "number" in told else []
    assert nights.returncode == 0
    assert set(ended) == {0}
    killed = [kill for one in results for kill in one["kills"] if kill["killed"]]
    assert {one["number"]: one["problems"] for one in results if one["problems"]} == {}
    assert sum(len(one["kills"]) for one in results) == kills
    assert len(killed) >= 0.8 * kills  # a moment may come after a step's end, and a second attempt makes fewer calls
    check_readers(tmp_path, {str(one["number"]): one["kind"] for one in results})
    strata = Counter(kill["step"] for kill in killed)
    print(f"{len(killed)} killed of {kills} in {time.monotonic() - began:.0f} s, seed {SEED}: {dict(strata)}")


def check_readers(folder, kinds):
    """Every observation is the first night's or the second's, by its generation; a connection that is held never changes."""
    seen = [json.loads(line) for line in (folder / "seen.jsonl").read_text().splitlines()]
    assert [line for line in seen if line[1] == "error"] == []
    contents = {}
    for trial, how, code, content in seen:
        night = "first" if kinds[trial] == "first" or code == "g000001" else "second"
        contents.setdefault(night, set()).add(content)
        if how == "held" and kinds[trial] == "second":
            assert code == "g000001"
    assert all(len(found) == 1 for found in contents.values()), contents
    assert len(seen) >= len(kinds)
    print(f"{len(seen)} observations by readers, {Counter((how, code) for _, how, code, _ in seen)}")
