"""I29: a row that is gone at the source leaves the facts, keeps a tombstone, and lives again when it comes back."""

import itertools
from pathlib import Path

import pytest
from support.kills import everything_loaded, kill_night
from support.loading import Workspace, make_contract

from orchestration.warehouse import extracts
from orchestration.warehouse.state import State

HEADER = "id,item,at,score\n"


def rows(*numbers: int, score: int = 4, month: int = 3) -> str:
    return HEADER + "".join(f"{n},A,2025-{month:02}-01,{score}\n" for n in numbers)


def full(folder: Path, **given: object) -> Workspace:
    return Workspace(folder, make_contract(**{"extract": "full", "deletion_limit_share": 0.5, **given}))  # type: ignore[arg-type]


def living(workspace: Workspace) -> list[str]:
    return [row[0] for row in workspace.answers("response_id")]


def tombstones(workspace: Workspace) -> list[tuple[str, int]]:
    return workspace.rows("select key_values ->> 'response_id', extract_file_id from ops.tombstones order by 2, 1")


def test_i29_full_extract_deletes_what_it_lacks_and_a_row_that_comes_back_lives(tmp_path: Path) -> None:
    workspace = full(tmp_path)
    workspace.put("a1.csv", rows(1, 2, 3, 4))
    workspace.night()
    workspace.rows("delete from ops.touched_months returning 1")
    workspace.put("a2.csv", rows(1, 2, 4, score=5))
    workspace.night()
    assert living(workspace) == ["1", "2", "4"]
    assert tombstones(workspace) == [("3", 2)]
    assert workspace.rows("select n_deleted from ops.extract_loads order by extract_file_id") == [(0,), (1,)]
    assert ("2025-03-01",) in workspace.rows("select month_start_date::varchar from ops.touched_months")
    kept = workspace.private_rows("select satisfaction, superseded_by from superseded.surveys_answers where response_id = '3'")
    assert kept == [(4, 2)]
    workspace.put("a3.csv", rows(1, 2, 3, 4, score=1))
    workspace.night()
    assert living(workspace) == ["1", "2", "3", "4"]
    assert tombstones(workspace) == [("3", 2)]


def test_i29_rows_that_were_not_delivered_in_a_delta_stay(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a1.csv", rows(1, 2))
    workspace.put("a2.csv", rows(3))
    workspace.night()
    assert living(workspace) == ["1", "2", "3"]


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3])))
def test_i29_whatever_the_order_of_arrival_and_all_at_once_the_same_rows_live(tmp_path: Path, order: tuple[int, ...]) -> None:
    contents = {1: rows(1, 2, 3), 2: rows(1, 3, 4), 3: rows(1, 4, 5)}
    named = {"source": "file_name", "pattern": r"(\d{4}-\d{2}-\d{2})"}
    workspace = full(tmp_path, extracted_at=named, deletion_limit_share=1)
    for number in order:
        workspace.put(f"a_2026-01-{number:02}.csv", contents[number])
        workspace.night()
    assert living(workspace) == ["1", "4", "5"]
    nights, graves = workspace.rows("from raw.surveys_answers order by all"), tombstones(workspace)
    workspace.night(is_full=True)
    assert workspace.rows("from raw.surveys_answers order by all") == nights
    assert tombstones(workspace) == graves


def test_i29_extract_that_lacks_too_much_is_refused_and_deletes_nothing(tmp_path: Path) -> None:
    workspace = full(tmp_path)
    workspace.put("a1.csv", rows(*range(10)))
    workspace.night()
    workspace.put("a2.csv", rows(*range(4)))
    result = workspace.night()[-1]
    assert result.state == "refused"
    assert "no longer holds 6 of 10 rows, more than deletion_limit_share 0.5" in result.reason
    workspace.put("a3.csv", HEADER)
    assert workspace.night()[-1].state == "empty"
    assert len(living(workspace)) == 10
    assert not tombstones(workspace)
    workspace.contracts = (make_contract(extract="full", deletion_limit_share=0.6),)
    workspace.night()
    assert len(living(workspace)) == 4


def test_i29_extract_with_a_record_in_quarantine_deletes_nothing_and_says_so(tmp_path: Path) -> None:
    workspace = full(tmp_path)
    workspace.put("a1.csv", rows(1, 2, 3))
    workspace.night()
    workspace.put("a2.csv", rows(1, 2, 4) + "3,A,never,4\n")
    result = workspace.night()[-1]
    assert "deletes none" in result.warnings[0]
    assert living(workspace) == ["1", "2", "3", "4"]
    workspace.put("a3.csv", rows(1, 4))
    workspace.night()
    assert living(workspace) == ["1", "4"]
    assert tombstones(workspace) == [("2", 3), ("3", 3)]


def test_i29_customer_who_is_gone_keeps_his_row(tmp_path: Path) -> None:
    columns = [{"name": "customer_id", "source": "id"}, {"name": "valid_from", "source": "since"}]
    workspace = Workspace(tmp_path, make_contract(columns, table="crm_customers", extract="full"))
    workspace.put("a1.csv", "id,since\nK1,2025-01-01\nK2,2025-01-01\n")
    workspace.night()
    workspace.put("a2.csv", "id,since\nK1,2025-01-01\n")
    workspace.night()
    assert workspace.rows("select customer_id from raw.crm_customers order by 1") == [("K1",), ("K2",)]


def test_i29_list_in_parts_is_refused_under_one_contract_and_loads_under_one_for_each(tmp_path: Path) -> None:
    workspace = full(tmp_path, files={"pattern": "a_*.csv"})
    workspace.put("a_north.csv", rows(1, 2, 3))
    workspace.put("a_south.csv", rows(4, 5))
    refused = workspace.night()[-1]
    assert (refused.state, living(workspace)) == ("refused", ["1", "2", "3"])
    assert "give each part a contract whose `files.pattern` reads it alone" in refused.reason
    parts = [make_contract(name=name, extract="full", files={"pattern": f"a_{name}*.csv"}) for name in ("north", "south")]
    workspace.contracts = tuple(parts)
    workspace.night()
    assert living(workspace) == ["1", "2", "3", "4", "5"]
    workspace.put("a_north2.csv", rows(1, 3))
    workspace.put("a_south2.csv", rows(4, 5, 6))
    workspace.night()
    assert living(workspace) == ["1", "3", "4", "5", "6"]


def test_i29_extracts_of_another_contract_delete_nothing_of_this_one(tmp_path: Path) -> None:
    contracts = [make_contract(name=name, extract="full", files={"pattern": f"{name}*.csv"}) for name in ("north", "south")]
    workspace = Workspace(tmp_path, *contracts)
    workspace.put("north1.csv", rows(1, 2))
    workspace.put("south1.csv", rows(3, 4))
    workspace.night()
    workspace.put("south2.csv", rows(3, score=1))
    workspace.night()
    assert living(workspace) == ["1", "2", "3"]


def test_i29_extract_that_lacked_too_much_stays_refused_when_a_newer_one_has_come(tmp_path: Path) -> None:
    workspace = full(tmp_path)
    for name, content in (("a1.csv", rows(*range(10))), ("a2.csv", rows(1, 2, 77)), ("a3.csv", rows(*range(6)))):
        workspace.put(name, content)
        workspace.night()
    states = [(1, "loaded", 0), (2, "refused", 0), (3, "loaded", 4)]
    for is_full in (False, True, False):
        workspace.night(is_full=is_full)
        assert workspace.rows("select extract_file_id, state, n_deleted from ops.extract_loads order by 1") == states
        assert living(workspace) == list("012345")
        assert tombstones(workspace) == [(number, 3) for number in "6789"]


def test_i29_a_kill_between_a_load_and_its_deletions_changes_nothing_for_the_next_extract(tmp_path: Path) -> None:
    found = []
    for folder, is_killed in (("whole", False), ("killed", True)):
        workspace = full(tmp_path / folder)
        workspace.put("a1.csv", rows(*range(10)))
        workspace.night()
        (workspace.landing / "a1.csv").unlink()
        workspace.put("a2.csv", rows(*range(6)))
        if is_killed:
            assert kill_night(workspace, extracts, "remove_gone", 2)
        else:
            workspace.night()
        (workspace.landing / "a2.csv").unlink()
        workspace.put("a3.csv", rows(*range(4)))
        assert [r.state for r in workspace.night() if r.file_name == "a3.csv"] == ["loaded"]
        found.append((living(workspace), tombstones(workspace), workspace.rows("select n_deleted from ops.extract_loads order by all")))
    assert found[0] == found[1]


def test_i29_extracts_left_behind_by_a_killed_refresh_are_loaded_before_a_new_one(tmp_path: Path) -> None:
    workspace = full(tmp_path)
    for number, many in enumerate((16, 8, 4), 1):
        path = workspace.put(f"a{number}.csv", rows(*range(many)))
        workspace.night()
        path.unlink()
    whole = everything_loaded(workspace, "surveys_answers")
    assert kill_night(workspace, extracts, "write_rows_of_load", is_full=True)
    workspace.put("a4.csv", rows(*range(3)))
    assert {r.state for r in workspace.night()} == {"loaded"}
    (workspace.landing / "a4.csv").unlink()
    assert living(workspace) == list("012")
    assert [row for row in everything_loaded(workspace, "surveys_answers")["tombstones"] if row[4] < 4] == whole["tombstones"]


def test_i29_row_that_a_late_older_extract_brings_is_told_gone_once(tmp_path: Path) -> None:
    workspace = full(tmp_path, extracted_at={"source": "file_name", "pattern": r"a(.*)\.csv"})
    for day, numbers in ((1, range(4)), (5, range(3)), (3, range(4))):
        workspace.put(f"a2026-01-0{day}.csv", rows(*numbers, score=day))
        workspace.night()
    assert tombstones(workspace) == [("3", 2)]
    assert workspace.rows("select n_deleted from ops.extract_loads order by extract_file_id") == [(0,), (1,), (0,)]
    assert workspace.private_rows("select count(*) from superseded.surveys_answers where response_id = '3'") == [(2,)]
    workspace.night(is_full=True)
    assert tombstones(workspace) == [("3", 2)]


def test_i29_correction_file_is_no_extract_that_a_later_one_is_measured_by(tmp_path: Path) -> None:
    workspace = full(tmp_path, quarantine_limit_share=1)
    workspace.put("a1.csv", rows(*range(9)) + "9,A,never,4\n")
    workspace.night()
    with State(workspace.out) as state:
        state.record_correction("a1.correction1.csv", 1, [10])
    workspace.put("a1.correction1.csv", rows(9))
    workspace.night()
    workspace.put("a2.csv", rows(*range(4)))
    result = workspace.night()[-1]
    assert result.state == "refused"
    assert "6 of 10 rows" in result.reason


def test_i29_full_extracts_that_two_contracts_read_delete_nothing_and_say_so(tmp_path: Path) -> None:
    skips = {"of_a": "B", "of_b": "A"}
    contracts = [
        make_contract(name=name, extract="full", skip=[{"column": "item", "values": [other], "reason": "the other contract's"}])
        for name, other in skips.items()
    ]
    workspace = Workspace(tmp_path, *contracts)
    workspace.put("a1.csv", rows(1, 2, 3) + "8,B,2025-03-01,4\n9,B,2025-03-01,4\n")
    workspace.night()
    workspace.put("a2.csv", rows(1, 2, score=5) + "8,B,2025-03-01,5\n9,B,2025-03-01,5\n")
    for result in workspace.night()[-2:]:
        assert result.state in ("loaded", "known")
    assert living(workspace) == ["1", "2", "3", "8", "9"]
    assert tombstones(workspace) == []
    told = workspace.rows("select warnings from ops.extract_loads")
    assert all("so it deletes none" in row[0] for row in told), told
