"""I06: a file that is still being written is not read, is told as waiting, and is loaded whole once it rests."""

import threading
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.loading import Workspace

from orchestration.pipeline.assets.extracts import load_extracts
from orchestration.pipeline.night import CURRENT_FILE, plan_night
from orchestration.pipeline.resources import Warehouse
from orchestration.warehouse.connection import open_working
from orchestration.warehouse.landing import LandedFile, land_files
from orchestration.warehouse.ledger import write_unread
from orchestration.warehouse.state import Generation, State

HEADER = "id,item,at,score\n"
REST_SECONDS = 0.4


def land(workspace: Workspace) -> list[LandedFile]:
    with State(workspace.out) as state:
        landed = land_files(workspace.landing, workspace.contracts, workspace.out, state, as_of=workspace.as_of, rest_seconds=REST_SECONDS)
    with open_working(workspace.out) as con:
        write_unread(con, landed)
    return landed


def test_i06_growing_file_waits_and_the_others_do_not(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("whole.csv", HEADER + "1,A,2025-03-01,4\n")
    path = workspace.put("growing.csv", HEADER)
    enough = threading.Event()

    def write() -> None:
        number = 0
        while not enough.wait(0.01):
            number += 1
            with path.open("a") as stream:
                stream.write(f"{number},A,2025-03-01,4\n")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        states = {entry.file_name: (entry.state, entry.extract_file_id > 0) for entry in land(workspace)}
    finally:
        enough.set()
        writer.join()
    assert states == {"growing.csv": ("waiting", False), "whole.csv": ("ready", True)}
    ((name, state, reason),) = workspace.rows("select file_name, state, reason from ops.unread_files")
    assert (name, state) == ("growing.csv", "waiting")
    assert "still being written" in reason
    n_lines = len(path.read_text().splitlines())
    assert {entry.state for entry in land(workspace)} == {"ready"}
    workspace.night()
    assert workspace.rows("select n_records from ops.extract_loads where extract_file_id = 2") == [(n_lines - 1,)]
    assert not workspace.rows("from ops.unread_files")


def test_i06_a_night_without_new_files_waits_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("whole.csv", HEADER + "1,A,2025-03-01,4\n")
    waited: list[float] = []
    monkeypatch.setattr("orchestration.warehouse.completeness.time.sleep", waited.append)
    land(workspace)
    land(workspace)
    assert waited == [REST_SECONDS]


def test_i06_a_file_that_vanishes_meanwhile_costs_nothing(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    path = workspace.put("gone.csv", HEADER + "1,A,2025-03-01,4\n")
    threading.Timer(REST_SECONDS / 2, path.unlink).start()
    assert [entry.state for entry in land(workspace)] == ["waiting"]
    assert land(workspace) == []


def run_night(workspace: Workspace, code: str) -> bool:
    """True where there was something to do: then the night is loaded and published under `code`."""
    folder, at = workspace.out.parent, workspace.as_of
    night = plan_night(folder, at)
    if night.unchanged_since:
        return False
    with State(workspace.out) as state:
        run = state.begin_run(at, night.input_hash)
    settings = SimpleNamespace(time_zone="UTC", landing_rest_seconds=REST_SECONDS)
    warehouse = SimpleNamespace(
        folder=folder, out=workspace.out, as_of=at, full_refresh=False, working=partial(open_working, workspace.out),
        config=SimpleNamespace(contracts=workspace.contracts, workspace=settings, hash=""),
        expect_more=partial(Warehouse.expect_more, SimpleNamespace(_run=run)),
    )  # fmt: skip
    load_extracts(warehouse)  # type: ignore[arg-type]
    (workspace.out / CURRENT_FILE).touch()
    with State(workspace.out) as state:
        state.record_generation(Generation(code, at, None, night.input_hash, "", 0, at))
        state.record_pointer(code, at, "published")
        state.end_run(run, "succeeded", "", at)
    return True


def test_i06_file_that_is_touched_while_it_is_watched_is_taken_up_the_same_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path)
    (tmp_path / "config").mkdir()
    path = workspace.put("a.csv", HEADER + "1,A,2025-03-01,4\n")
    monkeypatch.setattr("orchestration.warehouse.completeness.time.sleep", lambda seconds: path.touch())
    assert run_night(workspace, "g1")
    assert workspace.answers() == []
    monkeypatch.undo()
    assert run_night(workspace, "g2")
    assert workspace.answers() == [("1", 4)]
    assert not run_night(workspace, "g3")


def test_i06_night_is_planned_beside_files_that_vanish_or_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path)
    (tmp_path / "config").mkdir()
    workspace.put("a.csv", HEADER)
    found, real = {plan_night(tmp_path, workspace.as_of).input_hash}, Path.open
    for error in (PermissionError(13, "Permission denied"), FileNotFoundError(2, "No such file or directory")):

        def open_all_but_one(path: Path, *given: Any, error: OSError = error, **named: Any) -> Any:
            if path.name == "a.csv":
                raise error
            return real(path, *given, **named)

        monkeypatch.setattr(Path, "open", open_all_but_one)
        found.add(plan_night(tmp_path, workspace.as_of).input_hash)
    assert len(found) == 3
