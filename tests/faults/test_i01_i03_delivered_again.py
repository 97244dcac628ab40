"""I01-I03: the same file again, the same bytes under another name, the same name with other bytes."""

import os
from pathlib import Path

import pytest
from support.loading import Workspace, make_contract

HEADER = "id,item,at,score\n"


def test_i01_same_file_twice_is_no_operation(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    path = workspace.put("a.csv", HEADER + "1,A,2025-03-01,4\n")
    workspace.night()
    before = workspace.rows("from raw.surveys_answers")
    path.unlink()
    workspace.put("a.csv", HEADER + "1,A,2025-03-01,4\n")
    assert [r.state for r in workspace.night()] == ["known"]
    assert workspace.rows("from raw.surveys_answers") == before
    assert workspace.rows("select extract_file_id, file_name, is_duplicate, n_arrivals from ops.extract_names") == [(1, "a.csv", False, 2)]


def test_i02_same_bytes_under_another_name_make_no_double_rows(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", HEADER + "1,A,2025-03-01,4\n")
    workspace.put("b.csv", HEADER + "1,A,2025-03-01,4\n")
    first, second = workspace.night()
    assert (first.state, second.state) == ("loaded", "duplicate")
    assert "a.csv" in second.reason
    assert workspace.answers() == [("1", 4)]
    names = workspace.rows("select extract_file_id, file_name, is_duplicate from ops.extract_names order by all")
    assert names == [(1, "a.csv", False), (1, "b.csv", True)]


def test_i02_copy_that_outlives_the_first_name_changes_nothing(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", HEADER + "1,A,2025-03-01,4\n").rename(tmp_path / "kept")
    workspace.put("a.csv", (tmp_path / "kept").read_bytes())
    workspace.night()
    (workspace.landing / "a.csv").rename(workspace.landing / "z.csv")
    assert [r.state for r in workspace.night()] == ["known"]
    assert workspace.answers() == [("1", 4)]


def test_i03_restated_file_replaces_and_keeps_the_old_version(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", HEADER + "1,A,2025-03-01,4\n2,A,2025-03-01,3\n")
    workspace.night()
    workspace.put("a.csv", HEADER + "1,A,2025-03-01,5\n")
    workspace.night()
    assert workspace.answers("response_id, satisfaction, extract_file_id") == [("1", 5, 2), ("2", 3, 1)]
    assert workspace.private_rows("select response_id, satisfaction, known_at::varchar from superseded.surveys_answers") == [
        ("1", 4, "2026-01-02 02:00:00")
    ]
    assert [row[0] for row in workspace.rows("select file_name from ops.extract_files")] == ["a.csv", "a.csv"]


def test_i03_name_that_returns_to_its_first_content_stands_as_it_did_first(tmp_path: Path) -> None:
    """X, Y, X under one name: the source took its correction back, so X counts from the third night on."""
    first, other = HEADER + "1,A,2025-03-01,4\n2,A,2025-03-01,3\n", HEADER + "1,A,2025-03-01,5\n3,A,2025-03-01,1\n"
    workspace = Workspace(tmp_path)
    for content in (first, other, first):
        workspace.put("a.csv", content)
        workspace.put("bystander.csv", first)
        workspace.night()
    assert workspace.answers("response_id, satisfaction, extract_file_id") == [("1", 4, 3), ("2", 3, 3), ("3", 1, 2)]
    superseded = workspace.private_rows("select response_id, satisfaction, extract_file_id from superseded.surveys_answers order by 3, 1")
    assert superseded == [("1", 4, 1), ("2", 3, 1), ("1", 5, 2)]
    nights = workspace.rows("from raw.surveys_answers order by all")
    workspace.night(is_full=True)
    assert workspace.rows("from raw.surveys_answers order by all") == nights


def test_i03_other_bytes_of_the_same_size_and_time_are_seen(tmp_path: Path) -> None:
    """A transfer that keeps the source's time of change does not hide what it brings; nor does such a time order anything."""
    workspace = Workspace(tmp_path)
    for score in ("4", "2"):
        os.utime(workspace.put("a.csv", HEADER + f"1,A,2025-03-01,{score}\n"), ns=(10**18, 10**18))
        workspace.night()
    assert workspace.answers() == [("1", 2)]


def test_i05_rows_of_one_moment_over_two_extracts_are_all_there(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    lines = [f"{n},A,2025-03-01 10:00:00,4\n" for n in range(40)]
    workspace.put("a.csv", HEADER + "".join(lines[:25]))
    workspace.night()
    workspace.put("b.csv", HEADER + "".join(lines[20:]))
    workspace.night()
    assert len(workspace.answers()) == 40


LIST = "id,item,at,score\n1,A,2025-03-01,4\n2,A,2025-03-01,3\n"


@pytest.mark.parametrize("is_full", [False, True])
def test_i03_whole_list_that_returns_to_earlier_content_under_a_new_name_counts(tmp_path: Path, is_full: bool) -> None:
    """A row inserted at the source and deleted again: the third list has the bytes of the first."""
    workspace = Workspace(tmp_path, make_contract(extract="full", files={"pattern": "answers_*.csv"}))
    for number, content in enumerate((LIST, LIST + "3,A,2025-03-02,5\n", LIST, LIST)):
        workspace.put(f"answers_{number}.csv", content)
        results = workspace.night()
    assert results[-1].state == "duplicate"  # the fourth says again what the third says
    if is_full:
        workspace.night(is_full=True)
    assert workspace.answers() == [("1", 4), ("2", 3)]


def test_i03_value_that_changes_back_under_a_dated_name_counts(tmp_path: Path) -> None:
    dated = {"source": "file_name", "pattern": r"a_(\d{8})", "format": "%Y%m%d"}
    workspace = Workspace(tmp_path, make_contract(extracted_at=dated))
    for day, score in enumerate((5, 1, 5), 1):
        workspace.put(f"a_2025030{day}.csv", f"id,item,at,score\n1,A,2025-03-01,{score}\n")
        workspace.night()
    assert workspace.answers() == [("1", 5)]
