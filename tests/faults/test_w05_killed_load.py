"""W05: a load killed between any two of its steps and run again: every row, text, quarantined record and ledger line once."""

from pathlib import Path

import pytest
from support.kills import everything_loaded, kill_night
from support.loading import Workspace, make_contract

from orchestration.warehouse import extracts

COLUMNS = (
    {"name": "response_id", "source": "id"},
    {"name": "answered_at", "source": "at"},
    {"name": "comment_text", "source": "text"},
)
STEPS = ("mirror_files", "write_private_versions", "write_rows_of_load", "write_tokens", "finish_touching")


def two_nights(
    folder: Path, *, killed_before: str = "", then_removed: bool = False, log_kept: float = 1
) -> dict[str, list[tuple[object, ...]]]:
    """What stands everywhere after a night and a second one that restates and adds; the second is killed once before `killed_before`."""
    workspace = Workspace(folder, make_contract(COLUMNS, table="surveys_comments"))
    workspace.put("a.csv", "id,at,text\n1,2025-03-01,before\n2,2025-03-01,other\n")
    workspace.night()
    path = workspace.put("b.csv", "id,at,text\n1,2025-04-01,between\n1,2025-04-02,after\n3,never,bad\n4,2025-01-01,new\n")
    if killed_before:
        assert kill_night(workspace, extracts, killed_before)
        path.unlink() if then_removed else None
        cut_log(workspace.out / "warehouse.duckdb.wal", log_kept)
    workspace.night()
    return everything_loaded(workspace, "surveys_comments")


def cut_log(path: Path, share: float) -> None:
    """Nothing; DuckDB opens a log that was cut without a word, and the last commits are missing."""
    if share < 1:
        content = path.read_bytes()
        path.write_bytes(content[: int(share * len(content))])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("then_removed", [False, True], ids=["still_there", "file_gone"])
@pytest.mark.parametrize("step", STEPS)
def test_a_load_that_was_killed_is_made_good_by_the_next_night(tmp_path, step, then_removed):
    whole = two_nights(tmp_path / "whole")
    assert two_nights(tmp_path / "killed", killed_before=step, then_removed=then_removed) == whole


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("share", [0, 0.3, 0.7, 0.97])
def test_a_load_whose_log_was_cut_short_is_made_good_by_the_next_night(tmp_path, share):
    whole = two_nights(tmp_path / "whole")
    assert two_nights(tmp_path / "killed", killed_before="finish_touching", log_kept=share) == whole
