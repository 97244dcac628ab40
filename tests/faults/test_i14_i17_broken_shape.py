"""I14-I17, I23: open quotes, ragged rows, changed headers, empty files."""

import random
from pathlib import Path

import pytest
from support.loading import Workspace, make_contract

HEADER = "id,item,at,score\n"


@pytest.mark.parametrize("seed", range(5))
def test_i14_unclosed_quote_swallows_nothing(tmp_path: Path, seed: int) -> None:
    lines = [f"{n},A,2025-03-01,4\n" for n in range(30)]
    place = random.Random(seed).randrange(30)
    lines[place] = f'{place},"A,2025-03-01,4\n'
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", HEADER + "".join(lines))
    (result,) = workspace.night()
    assert result.state == "refused"
    assert f"line {place + 2} " in result.reason
    assert workspace.answers() == []


def test_i14_quote_inside_a_field_costs_its_own_record(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", HEADER + '1,A,2025-03-01,4\n2,"A"B,2025-03-01,4\n3,5" pipe,2025-03-01,4\n4,A,2025-03-01,4\n')
    (result,) = workspace.night()
    assert (result.n_records, result.n_loaded, result.n_quarantined) == (4, 3, 1)
    assert workspace.quarantined() == [(2, 3, None, "fields")]


def test_i15_ragged_rows_are_quarantined_with_their_bytes(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", HEADER + "1,A,2025-03-01,4\n2,A,2025-03-01\n3,A,2025-03-01,4,extra\n4,A,2025-03-01,4\n\n5\n6,A,2025-03-01,4\n")
    (result,) = workspace.night()
    assert (result.n_records, result.n_loaded, result.n_quarantined) == (6, 3, 3)
    assert workspace.quarantined() == [(2, 3, None, "fields"), (3, 4, None, "fields"), (5, 7, None, "fields")]
    contents = workspace.private_rows("select content from quarantine.records order by record_number")
    assert [bytes(row[0]) for row in contents] == [b"2,A,2025-03-01", b"3,A,2025-03-01,4,extra", b"5"]
    assert workspace.answers("response_id, record_number") == [("1", 1), ("4", 4), ("6", 6)]


def test_i16_order_of_columns_does_not_matter_and_new_ones_are_warned_about(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", "score,extra,at,item,id\n4,?,2025-03-01,A,1\n")
    (result,) = workspace.night()
    assert result.state == "loaded"
    assert "extra" in result.warnings[0]
    assert workspace.answers() == [("1", 4)]


def test_i16_dropped_column_refuses_the_file(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", "id,item,at\n1,A,2025-03-01\n")
    (result,) = workspace.night()
    assert result.state == "refused"
    assert "no column score" in result.reason
    assert "id, item, at" in result.reason


def test_i16_retyped_column_refuses_the_file(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, make_contract(quarantine_limit_share=0.05))
    workspace.put("a.csv", HEADER + "".join(f"{n},A,2025-03-01,good\n" for n in range(10)))
    (result,) = workspace.night()
    assert result.state == "refused"
    assert "score type (10 times)" in result.reason


def test_i16_refused_file_comes_back_with_a_higher_limit_though_it_is_gone(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, make_contract(quarantine_limit_share=0.05))
    delivered = workspace.put("a.csv", HEADER + "1,A,2025-03-01,4\n2,A,2025-03-01,good\n")
    assert [result.state for result in workspace.night()] == ["refused"]
    delivered.unlink()
    workspace.contracts = (make_contract(quarantine_limit_share=0.5),)
    assert [(r.state, r.n_loaded, r.n_quarantined) for r in workspace.night()] == [("loaded", 1, 1)]
    workspace.contracts = (make_contract(quarantine_limit_share=0.4),)  # and goes again with a lower one, as a full refresh would have it
    assert [result.state for result in workspace.night()] == ["refused"]
    assert workspace.answers() == []


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("id,item,at,score,id", "id is there twice"), ("id,item,at,score,ID", "ID is there twice"),
        ("id,item,at,score,", "column 5 has no name"),
        ("ID,item,at,score", "'ID' is there instead of 'id'"), ("1,A,2025-03-01,4", "no column id, item, at, score"),
    ],
)  # fmt: skip
def test_i17_broken_header_is_refused(tmp_path: Path, header: str, words: str) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", f"{header}\n1,A,2025-03-01,4{',x' * (header.count(',') - 3)}\n")
    (result,) = workspace.night()
    assert result.state == "refused"
    assert words in result.reason


def test_i17_header_inside_the_file_is_quarantined(tmp_path: Path) -> None:
    columns = [{"name": "staff_id", "source": "no"}, {"name": "staff_name", "source": "name"}]
    workspace = Workspace(tmp_path, make_contract(columns, table="crm_staff"))
    workspace.put("a.csv", "no,name\n1,Ann\nno,name\n2,Bob\n")
    (result,) = workspace.night()
    assert (result.n_loaded, result.n_quarantined) == (2, 1)
    assert workspace.quarantined() == [(2, 3, None, "fields")]


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_i22_line_ends_of_other_systems(tmp_path: Path, ends: str) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", (HEADER + '1,"A\nB",2025-03-01,4\n2,A\n3,C,2025-03-01,4\n').replace("\n", ends))
    (result,) = workspace.night()
    assert (result.state, result.n_records, result.n_loaded, result.n_quarantined) == ("loaded", 3, 2, 1), result.reason


def test_i22_mixed_line_ends_are_unified(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", HEADER + "1,A,2025-03-01,4\r\n2,A,2025-03-01,4\r3,A\n4,A,2025-03-01,4")
    (result,) = workspace.night()
    assert (result.n_records, result.n_loaded) == (4, 3), result.reason
    assert workspace.quarantined() == [(3, 4, None, "fields")]


@pytest.mark.parametrize("content", ["", HEADER, "\n\n", "  \n", "\ufeff"])
def test_i23_empty_file_is_a_state_of_its_own(tmp_path: Path, content: str) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", content)
    (result,) = workspace.night()
    assert (result.state, result.n_records) == ("empty", 0)
    assert workspace.rows("select state from ops.extract_loads") == [("empty",)]
