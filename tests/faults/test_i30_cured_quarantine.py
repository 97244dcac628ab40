"""I30: a record in quarantine that comes again, corrected, is loaded once and closed; the ledger still accounts for every record."""

from datetime import datetime
from pathlib import Path

import pytest
from support.loading import ANSWER_COLUMNS, Workspace, make_contract

from orchestration.warehouse.state import State
from orchestration.warehouse.state_schema import Discard

HEADER = "id,item,at,score\n"
FATES = "select extract_file_id, record_number, state, cured_by from ops.quarantine order by 1, 2"
NOON = datetime(2026, 1, 9, 12)


def deliver(workspace: Workspace, name: str, *records: str) -> None:
    """Nothing; a file with these records came and was loaded."""
    workspace.put(name, HEADER + "".join(f"{record}\n" for record in records))
    workspace.night()


def assert_conserved(workspace: Workspace) -> None:
    """What the ledger says went into quarantine is open, cured or discarded, file by file."""
    counted = workspace.rows("select extract_file_id, n_quarantined from ops.extract_loads where n_quarantined > 0 order by 1")
    assert counted == workspace.rows("select extract_file_id, count(*) from ops.quarantine group by 1 order by 1")


def assert_full_refresh_agrees(workspace: Workspace) -> None:
    tables = (FATES, "from raw.surveys_answers order by all", "from ops.quarantine order by all")
    before = [workspace.rows(sql) for sql in tables]
    workspace.night(is_full=True)
    assert [workspace.rows(sql) for sql in tables] == before
    assert_conserved(workspace)


def test_i30_later_good_record_with_the_key_cures_and_loads_once(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    deliver(workspace, "a.csv", "1,A,2025-03-01,7", "2,A,2025-03-01,7", "3,A,2025-03-01,4")
    deliver(workspace, "b.csv", "1,A,2025-03-01,5", "4,A,2025-03-01,x")
    assert workspace.answers() == [("1", 5), ("3", 4)]
    assert workspace.rows(FATES) == [(1, 1, "cured", 2), (1, 2, "open", None), (2, 2, "open", None)]
    closed = "select closed_at from ops.quarantine where state = 'cured'"
    assert workspace.rows(closed) == workspace.rows("select known_at from ops.extract_files where extract_file_id = 2")
    workspace.put("c.csv", HEADER + "1,A,2025-03-01,4\n2,A,2025-03-01,4\n")  # a second time: who cured it first stays
    workspace.night()
    assert workspace.rows(FATES) == [(1, 1, "cured", 2), (1, 2, "cured", 3), (2, 2, "open", None)]
    assert_full_refresh_agrees(workspace)


def test_i30_key_must_be_readable_and_the_record_no_older(tmp_path: Path) -> None:
    contract = make_contract(extracted_at={"source": "file_name", "pattern": r"(\d{4}-\d{2}-\d{2})"})
    workspace = Workspace(tmp_path, contract)
    deliver(workspace, "a_2025-05-02.csv", "1,A,2025-03-01,7", "1.23E+11,A,2025-03-01,4", "5,A")
    deliver(workspace, "b_2025-05-01.csv", "1,A,2025-03-01,5", "123000000000,A,2025-03-01,4", "5,A,2025-03-01,4")
    assert {row[2] for row in workspace.rows(FATES)} == {"open"}  # an older extract says nothing of what the newer one meant
    deliver(workspace, "c_2025-05-03.csv", "1,A,2025-03-01,4", "123000000000,A,2025-03-01,4", "5,A,2025-03-01,4")
    assert workspace.rows(FATES) == [(1, 1, "cured", 3), (1, 2, "open", None), (1, 3, "open", None)]
    assert_full_refresh_agrees(workspace)


def put_correction(workspace: Workspace, name: str, corrects: int, numbers: list[int], *records: str) -> None:
    with State(workspace.out) as state:
        state.record_correction(name, corrects, numbers)
    workspace.put(name, HEADER + "".join(f"{record}\n" for record in records))


def test_i30_correction_file_cures_in_place_what_has_no_key(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    deliver(workspace, "a.csv", "1,A", "2,A,2025-03-01,7", "3,A,,")
    put_correction(workspace, "a.correction1.csv", 1, [1, 2, 3], "1,A,2025-03-01,4", "20,A,2025-03-01,4", "3,A,never,4")
    workspace.night()
    assert workspace.rows(FATES) == [(1, 1, "cured", 2), (1, 2, "cured", 2), (1, 3, "open", None), (2, 3, "open", None)]
    put_correction(workspace, "a.correction1.correction1.csv", 2, [3], "3,A,2025-03-02,4")
    workspace.night()
    assert workspace.rows(FATES) == [(1, 1, "cured", 2), (1, 2, "cured", 2), (1, 3, "cured", 3), (2, 3, "cured", 3)]
    assert workspace.answers() == [("1", 4), ("20", 4), ("3", 4)]
    assert_full_refresh_agrees(workspace)


def test_i30_correction_file_of_another_length_closes_by_key_alone(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    deliver(workspace, "a.csv", "1,A", "2,A,2025-03-01,7")
    put_correction(workspace, "a.correction1.csv", 1, [1, 2], "2,A,2025-03-01,4")
    workspace.night()
    assert workspace.rows(FATES) == [(1, 1, "open", None), (1, 2, "cured", 2)]
    assert_full_refresh_agrees(workspace)


def test_i30_corrected_row_is_as_old_as_the_file_it_corrects(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    deliver(workspace, "a.csv", "1,A,2025-03-01,7", "2,A,2025-03-01,7")
    deliver(workspace, "b.csv", "1,A,2025-03-01,3")
    put_correction(workspace, "a.correction1.csv", 1, [1, 2], "1,A,2025-03-01,5", "2,A,2025-03-01,5")
    workspace.night()
    assert workspace.answers() == [("1", 3), ("2", 5)]  # b is newer than what was corrected
    assert workspace.rows(FATES) == [(1, 1, "cured", 2), (1, 2, "cured", 3)]
    assert_full_refresh_agrees(workspace)


@pytest.mark.parametrize("is_later_cured", [False, True])
def test_i30_discarded_stays_discarded(tmp_path: Path, is_later_cured: bool) -> None:
    workspace = Workspace(tmp_path)
    deliver(workspace, "a.csv", "1,A,2025-03-01,7", "2,A,2025-03-01,7")
    with State(workspace.out) as state:
        state.record_discards([Discard(1, "answers", 1, "a test order", "ann", NOON)])
    if is_later_cured:
        workspace.put("b.csv", HEADER + "1,A,2025-03-01,5\n")
    workspace.night()
    assert workspace.rows("select state, reason, closed_by, closed_at, cured_by from ops.quarantine order by record_number") == [
        ("discarded", "a test order", "ann", NOON, None),
        ("open", None, None, None, None),
    ]
    assert_full_refresh_agrees(workspace)


def test_i30_contract_that_allows_the_record_leaves_nothing_to_decide(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    deliver(workspace, "a.csv", "1,A,2025-03-01,7")
    with State(workspace.out) as state:
        state.record_discards([Discard(1, "answers", 1, "no such score", "ann", NOON)])
    wider = [{**c, "maximum": 7} if c["name"] == "satisfaction" else c for c in ANSWER_COLUMNS]
    workspace.contracts = (make_contract(wider),)
    workspace.night()
    assert workspace.rows(FATES) == []
    assert workspace.answers() == [("1", 7)]
