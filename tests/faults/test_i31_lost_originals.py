"""I31: originals that were kept as long as agreed, or that somebody deleted: no reload ever leaves fewer rows than there were."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support.loading import ANSWER_COLUMNS, Workspace, make_contract

from orchestration.errors import WarehouseError
from orchestration.warehouse.connection import open_working
from orchestration.warehouse.originals import drop_originals, verify_originals
from orchestration.warehouse.outdated import discard_outdated
from orchestration.warehouse.state import State

HEADER = "id,item,at,score\n"
LATER = make_contract([*ANSWER_COLUMNS], description="", quarantine_limit_share=0.9)


def workspace_with_extracts(folder: Path) -> Workspace:
    """Four nights: one good extract each, the third with a bad record, the fourth too bad to load; all but the second are taken away."""
    workspace = Workspace(folder, make_contract(quarantine_limit_share=0.5))
    for number, scores in enumerate(("4", "5", "3,soon", "soon"), 1):
        lines = [f"{number}{place},A,2025-03-01,{score}\n" for place, score in enumerate(scores.split(","))]
        workspace.put(f"{number}.csv", HEADER + "".join(lines))
        workspace.night()
    for number in (1, 3, 4):
        (workspace.landing / f"{number}.csv").unlink()
    return workspace


def drop(workspace: Workspace, keep_days: int | None, as_of: datetime) -> int:
    with State(workspace.out) as state, open_working(workspace.out) as con:
        return drop_originals(con, workspace.out, state, workspace.landing, keep_days=keep_days, as_of=as_of)


def kept(workspace: Workspace) -> set[str]:
    names = dict(workspace.rows("select sha256, file_name from ops.extract_files"))
    return {names[path.name] for path in (workspace.out / "originals").iterdir()}


def test_i31_only_what_is_loaded_wholly_and_taken_away_is_dropped_and_only_in_its_time(tmp_path: Path) -> None:
    workspace = workspace_with_extracts(tmp_path)
    late = workspace.as_of + timedelta(days=400)
    assert drop(workspace, None, late) == 0
    assert drop(workspace, 401, workspace.as_of) == 0
    assert kept(workspace) == {"1.csv", "2.csv", "3.csv", "4.csv"}
    assert drop(workspace, 30, late) == 1
    assert kept(workspace) == {"2.csv", "3.csv", "4.csv"}
    assert drop(workspace, 30, late) == 0
    assert len(workspace.rows("from ops.extract_loads")) == 4
    with State(workspace.out) as state:
        verified = verify_originals(workspace.out, state)
    assert verified.is_sound
    assert verified.note.startswith("1 more were dropped by keep_originals_days")
    assert {result.state for result in workspace.night()} <= {"known", "refused"}


def test_i31_no_reload_loses_the_rows_of_a_dropped_original(tmp_path: Path) -> None:
    workspace = workspace_with_extracts(tmp_path)
    ((sha256,),) = workspace.rows("select sha256 from ops.extract_files where file_name = '1.csv'")
    content = (workspace.out / "originals" / sha256).read_bytes()
    drop(workspace, 30, workspace.as_of + timedelta(days=400))
    rows = workspace.answers()
    with pytest.raises(WarehouseError, match=r"1 originals are gone .* 1\.csv"):
        workspace.night(is_full=True)
    first, workspace.contracts = workspace.contracts, (LATER,)
    with pytest.raises(WarehouseError, match="nothing has changed"):
        workspace.night()
    assert workspace.answers() == rows
    workspace.contracts = first
    assert {result.state for result in workspace.night()} <= {"known", "refused"}
    workspace.put("1.csv", content)
    workspace.night()
    workspace.contracts = (LATER,)
    workspace.night(is_full=True)
    assert set(rows) <= set(workspace.answers())


def test_i31_rows_of_another_version_are_not_dropped_where_an_original_is_gone(tmp_path: Path) -> None:
    workspace = workspace_with_extracts(tmp_path)
    drop(workspace, 30, workspace.as_of + timedelta(days=400))
    workspace.rows("alter table raw.surveys_answers add column of_later varchar")
    with pytest.raises(WarehouseError, match="originals are gone"):
        discard_outdated(workspace.out)
    assert len(workspace.answers()) == 3


def test_i31_missing_and_damaged_originals_are_told(tmp_path: Path) -> None:
    workspace = workspace_with_extracts(tmp_path)
    hashes = dict(workspace.rows("select file_name, sha256 from ops.extract_files"))
    (workspace.out / "originals" / hashes["1.csv"]).unlink()
    (workspace.out / "originals" / hashes["3.csv"]).write_bytes(b"id,item,at,score\n30,A,2025-03-01,1\n")
    with State(workspace.out) as state:
        verified = verify_originals(workspace.out, state)
    assert verified.problem == f"1 missing, first 1.csv ({hashes['1.csv']}); 1 damaged, first 3.csv ({hashes['3.csv']})"
