"""I29: a row that is gone at the source leaves the facts, keeps a tombstone, and lives again when it comes back."""

import itertools
from pathlib import Path

import pytest
from support.loading import Workspace, make_contract

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


def test_i29_extracts_of_another_contract_delete_nothing_of_this_one(tmp_path: Path) -> None:
    contracts = [make_contract(name=name, extract="full", files={"pattern": f"{name}*.csv"}) for name in ("north", "south")]
    workspace = Workspace(tmp_path, *contracts)
    workspace.put("north1.csv", rows(1, 2))
    workspace.put("south1.csv", rows(3, 4))
    workspace.night()
    workspace.put("south2.csv", rows(3, score=1))
    workspace.night()
    assert living(workspace) == ["1", "2", "3"]
