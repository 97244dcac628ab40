"""W01: a publication killed after any of its steps leaves a complete generation behind the pointer, and the next one succeeds."""

import os
import signal
from datetime import datetime
from pathlib import Path

import pytest

from orchestration.warehouse.connection import open_read_only, open_working
from orchestration.warehouse.generations import publish_generation, settle_generations
from orchestration.warehouse.layout import pointed_code
from orchestration.warehouse.state import State
from orchestration.warehouse.verification import verify_all

STEPS = ("copied", "recorded", "named", "pointed", "published")


def write_and_publish(out: Path, value: int, *, die_after: str = "") -> None:
    def on_step(name: str) -> None:
        if name == die_after:
            os.kill(os.getpid(), signal.SIGKILL)

    with open_working(out) as con:
        con.execute("create schema if not exists marts")
        con.execute("create or replace table marts.facts as select ? as n", [value])
    with State(out) as state:
        publish_generation(out, state, as_of=datetime(2026, 11, value, 2), input_hash=str(value), on_step=on_step)


def killed(out: Path, value: int, step: str) -> None:
    """The publication runs in a child that kills itself, as a machine would, after `step`."""
    child = os.fork()
    if not child:
        try:
            write_and_publish(out, value, die_after=step)
        finally:
            os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def value_seen(out: Path) -> int:
    with open_read_only(out / "current.duckdb") as con:
        return con.execute("select n from marts.facts").fetchall()[0][0]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("step", STEPS)
def test_a_kill_after_each_step_leaves_readers_a_complete_generation(tmp_path, step):
    write_and_publish(tmp_path, 1)
    killed(tmp_path, 2, step)
    assert value_seen(tmp_path) == (2 if step in ("pointed", "published") else 1)

    with State(tmp_path) as state:
        settle_generations(tmp_path, state, at=datetime(2026, 11, 3, 2))
        published = state.published_generation()
        assert published is not None
        assert published.code == pointed_code(tmp_path)
        assert int(published.input_hash) == value_seen(tmp_path)  # else an unchanged night would be skipped wrongly
    write_and_publish(tmp_path, 3)
    assert value_seen(tmp_path) == 3
    with State(tmp_path) as state:
        assert all(verdict.is_sound for verdict in verify_all(tmp_path, state))
        kept = {g.code for g in state.generations() if g.state == "published"}
    assert {path.name.split(".")[0] for path in (tmp_path / "generations").iterdir()} == kept


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_repeated_kills_leave_no_litter(tmp_path):
    for value, step in enumerate(STEPS[:3] * 2, start=1):
        killed(tmp_path, value, step)
    assert not (tmp_path / "current.duckdb").exists()
    write_and_publish(tmp_path, 9)
    assert sorted(path.name for path in (tmp_path / "generations").iterdir()) == ["g000001.duckdb", "g000001.json"]
