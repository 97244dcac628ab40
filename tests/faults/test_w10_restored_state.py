"""W10: a state file restored from an older backup is noticed before a number that it gives anew hides a file."""

import shutil
from pathlib import Path

import pytest
from support.loading import Workspace

from orchestration.errors import StateError
from orchestration.warehouse.state_file import STATE_FILE

HEADER = "id,item,at,score\n"


def test_w10_state_older_than_the_ledger_is_told_and_a_full_refresh_takes_what_it_knows(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", f"{HEADER}1,A,2025-03-01,4\n")
    workspace.night()
    shutil.copy(workspace.out / STATE_FILE, tmp_path / "backup")
    later = workspace.put("b.csv", f"{HEADER}2,A,2025-03-01,4\n")
    workspace.night()
    later.unlink()
    shutil.copy(tmp_path / "backup", workspace.out / STATE_FILE)
    workspace.put("c.csv", f"{HEADER}3,A,2025-03-01,4\n")
    for _ in range(2):
        with pytest.raises(StateError, match=r"does not know b\.csv, which is loaded(.|\n)*--full-refresh"):
            workspace.night()
    workspace.night(is_full=True)
    assert workspace.answers() == [("1", 4), ("3", 4)]
    assert {result.state for result in workspace.night()} == {"known"}
    assert workspace.rows("select file_name from ops.extract_files order by 1") == [("a.csv",), ("c.csv",)]


def test_w10_ledger_older_than_the_state_is_loaded_anew(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", f"{HEADER}1,A,2025-03-01,4\n")
    workspace.night()
    for name in ("warehouse.duckdb", "private.duckdb"):
        shutil.copy(workspace.out / name, tmp_path)
    later = workspace.put("b.csv", f"{HEADER}2,A,2025-03-01,4\n")
    workspace.night()
    later.unlink()
    for name in ("warehouse.duckdb", "private.duckdb"):
        shutil.copy(tmp_path / name, workspace.out)
    workspace.night()
    assert workspace.answers() == [("1", 4), ("2", 4)]
