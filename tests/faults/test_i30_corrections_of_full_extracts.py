"""I30: a correction file of a whole list is no whole list, and brings back nothing that a newer list lacks."""

from pathlib import Path
from typing import Any

import pytest
from support.loading import Workspace, make_contract

from orchestration.errors import ContractError
from orchestration.warehouse.connection import open_private, open_working
from orchestration.warehouse.corrections import CorrectionFile, export_corrections
from orchestration.warehouse.quarantine import list_quarantine
from orchestration.warehouse.state import State

HEADER = "id,item,at,score,changed\n"
BY_COLUMN = {"source": "column", "column": "changed"}


def rows(*numbers: int, bad: int = 0) -> str:
    scores = {**dict.fromkeys(numbers, 4), **({bad: 77} if bad else {})}
    return HEADER + "".join(f"{number},A,2025-03-01,{score},2025-03-02\n" for number, score in scores.items())


def export(workspace: Workspace) -> list[CorrectionFile]:
    with State(workspace.out) as state, open_working(workspace.out) as con:
        records = [record for record in list_quarantine(con) if record.state == "open"]
    with State(workspace.out) as state, open_private(workspace.out) as con:
        return export_corrections(con, state, workspace.out, workspace.contracts, records, workspace.out / "corrections")


def put_corrected(workspace: Workspace) -> None:
    (made,) = export(workspace)
    workspace.put(made.path.name, made.path.read_text().replace(",77,", ",3,"))


@pytest.mark.parametrize("given", [{}, {"extracted_at": BY_COLUMN}], ids=["first_seen", "column"])
@pytest.mark.parametrize("is_same_night", [False, True], ids=["later", "same_night"])
def test_i30_corrected_row_that_a_newer_list_lacks_stays_gone(tmp_path: Path, given: dict[str, Any], *, is_same_night: bool) -> None:
    workspace = Workspace(tmp_path, make_contract(extract="full", files={"pattern": "a*.csv"}, **given))
    workspace.put("a1.csv", rows(1, 2, 3, bad=5))
    if not is_same_night:
        workspace.night()
    workspace.put("a2.csv", rows(1, 2, 3))
    workspace.night()
    put_corrected(workspace)
    for is_full in (False, True, False):
        workspace.night(is_full=is_full)
        assert workspace.answers() == [("1", 4), ("2", 4), ("3", 4)]
        assert workspace.rows("select key_values ->> 'response_id', extract_file_id from ops.tombstones") == [("5", 2)]
        assert workspace.rows("select state from ops.quarantine") == [("cured",)]


def test_i30_corrected_row_of_the_newest_list_stands_until_a_newer_one_lacks_it(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, make_contract(extract="full", files={"pattern": "a*.csv"}, extracted_at=BY_COLUMN))
    workspace.put("a1.csv", rows(1, 2, 3, bad=5))
    workspace.night()
    put_corrected(workspace)
    workspace.night()
    assert workspace.answers() == [("1", 4), ("2", 4), ("3", 4), ("5", 3)]
    workspace.put("a2.csv", rows(1, 2, 3))
    workspace.night()
    assert workspace.answers() == [("1", 4), ("2", 4), ("3", 4)]


def test_i30_correction_that_would_pass_for_the_whole_list_is_not_written(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, make_contract(extract="full", files={"pattern": "answers.csv"}, deletion_limit_share=1))
    workspace.put("answers.csv", rows(1, 2, 3, bad=5))
    workspace.night()
    with pytest.raises(ContractError, match="takes a file of it for the whole list"):
        export(workspace)
    assert not (workspace.out / "corrections" / "answers.csv").exists()
