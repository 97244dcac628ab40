"""W05: a full refresh killed between any two of its commits: the next plain night has every row and every private text again."""

from pathlib import Path

import pytest
from support.kills import everything_loaded, kill_night
from support.loading import Workspace, make_contract

from orchestration.schemas.raw import raw_table
from orchestration.warehouse import connection, extracts

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
COMMENTS = (
    {"name": "response_id", "source": "id"},
    {"name": "answered_at", "source": "at"},
    {"name": "comment_text", "source": "text"},
)
HEADER = "id,at,text\n"


def commented(folder: Path) -> Workspace:
    """A workspace with comments, of which one was restated and one is in quarantine."""
    workspace = Workspace(folder, make_contract(COMMENTS, table="surveys_comments"))
    workspace.put("a.csv", f"{HEADER}1,2025-03-01,before\n2,2025-03-01,other\n")
    workspace.night()
    workspace.put("b.csv", f"{HEADER}1,2025-04-01,after\n3,never,bad\n")
    workspace.night()
    return workspace


def test_w05_comments_come_back_whenever_a_full_refresh_was_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = commented(tmp_path)
    whole = everything_loaded(workspace, "surveys_comments")
    assert [row[-1] for row in whole["text"]] == ["other", "after"]
    monkeypatch.setattr(extracts, "RAW_TABLES", (raw_table("surveys_comments"),))  # the others are empty
    number = 1
    while kill_night(workspace, connection, "_is_in_transaction", number, is_full=True):
        workspace.night()
        assert everything_loaded(workspace, "surveys_comments") == whole, f"killed before transaction {number}"
        number += 1
    assert number > 8


def test_w05_text_of_a_contract_that_is_gone_is_gone_too_after_a_kill(tmp_path: Path) -> None:
    workspace = commented(tmp_path)
    workspace.contracts = (make_contract(COMMENTS, table="surveys_comments", name="other", files={"pattern": "b*.csv"}),)
    assert kill_night(workspace, extracts, "finish_touching")
    workspace.night()
    left = everything_loaded(workspace, "surveys_comments")
    assert [row[-1] for row in left["text"]] == ["after"]
    assert left["superseded"] == []
