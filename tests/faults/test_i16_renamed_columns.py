"""I16: a column that the source renames, drops or adds: proposed, read under either name, reported; never guessed."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.loading import ANSWER_COLUMNS, Workspace, make_contract

from orchestration.errors import CsatError

NEW = [{**c, "source_names": ["rating", "points"]} if c["name"] == "satisfaction" else c for c in ANSWER_COLUMNS]


@pytest.mark.parametrize(
    ("header", "proposal"),
    [
        ("id,item,at,scores", "'scores' is there instead of 'score'"),
        ("id,item,at,Score", "'Score' is there instead of 'score'"),
        ("id,item,at,rating", "'rating' is there instead of 'score'"),
    ],
)
def test_i16_rename_is_proposed_and_not_guessed(tmp_path: Path, header: str, proposal: str) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", f"{header}\n1,A,2025-03-01,4\n")
    (result,) = workspace.night()
    assert result.state == "refused"
    assert proposal in result.reason
    assert f"source_names: [{header.rpartition(',')[2]}]" in result.reason


def test_i16_nothing_like_it_is_not_proposed(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", "id,item,at,remark,town\n1,A,2025-03-01,4,x\n")
    (result,) = workspace.night()
    assert "instead of" not in result.reason
    assert "the file has: id, item, at, remark, town" in result.reason


def test_i16_second_name_brings_the_refused_file_back_and_reads_both(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("old.csv", "id,item,at,score\n1,A,2025-03-01,4\n2,A,2025-03-01,8\n")
    delivered = workspace.put("new.csv", "rating,at,item,id\n5,2025-03-02,A,3\n7,2025-03-02,A,4\n")
    assert sorted(r.state for r in workspace.night()) == ["loaded", "refused"]
    delivered.unlink()
    workspace.contracts = (make_contract(NEW),)
    workspace.night()
    assert workspace.answers() == [("1", 4), ("3", 5)]
    assert [row[2:] for row in workspace.quarantined()] == [("score", "range"), ("score", "range")]


def test_i16_agreed_name_counts_first_and_the_other_is_reported(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, make_contract(NEW))
    workspace.put("a.csv", "id,item,at,rating,score\n1,A,2025-03-01,1,4\n")
    (result,) = workspace.night()
    assert workspace.answers() == [("1", 4)]
    assert result.warnings == ("columns that no contract reads: rating",)
    warned = workspace.rows("select warnings from ops.extract_loads")
    workspace.night(is_full=True)
    assert workspace.rows("select warnings from ops.extract_loads") == warned == [("columns that no contract reads: rating",)]


def test_i16_second_name_in_parquet_and_json(tmp_path: Path) -> None:
    parquet = make_contract(NEW, name="p", source="p", files={"pattern": "*.parquet", "format": "parquet"})
    lines = make_contract(NEW, name="j", source="j", files={"pattern": "*.jsonl", "format": "jsonl"})
    workspace = Workspace(tmp_path, parquet, lines)
    record = {"id": "1", "item": "A", "at": "2025-03-01", "points": 4}
    pq.write_table(pa.Table.from_pylist([record]), workspace.landing / "a.parquet")
    workspace.put("a.jsonl", json.dumps({**record, "points": "5"}) + "\n")
    assert [r.state for r in workspace.night()] == ["loaded", "loaded"]
    assert workspace.answers("source_code, satisfaction") == [("j", 5), ("p", 4)]


def test_i16_new_column_is_kept_and_can_be_used_later(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", "id,item,at,score,delivery\n1,A,2025-03-01,4,D1\n")
    workspace.night()
    (workspace.landing / "a.csv").unlink()
    workspace.contracts = (make_contract([*ANSWER_COLUMNS, {"name": "delivery_id", "source": "delivery"}]),)
    workspace.night()
    assert workspace.answers("response_id, delivery_id") == [("1", "D1")]


@pytest.mark.parametrize("column", [{"source": ["a", "b"]}, {"value": "1"}])
def test_i16_second_names_are_of_one_source_column(column: dict[str, object]) -> None:
    with pytest.raises((CsatError, ValueError), match="names of one source column"):
        make_contract([*ANSWER_COLUMNS, {"name": "delivery_id", "source_names": ["c"], **column}])
