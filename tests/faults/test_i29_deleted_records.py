"""I29: a record that says that its key is deleted takes the row out of the facts; history, tombstone and order stay."""

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError
from support.loading import ANSWER_COLUMNS, Workspace, make_contract

from orchestration.quality.profiles import PROFILES, profile_sql
from orchestration.schemas.ops import SOURCES
from orchestration.warehouse import extracts
from orchestration.warehouse.tables import create_table

HEADER = "op,id,item,at,score\n"
NAMED = {"source": "file_name", "pattern": r"(\d{4}-\d{2}-\d{2})"}


def delta(folder: Path, columns: Any = ANSWER_COLUMNS, **given: Any) -> Workspace:
    given = {"extracted_at": NAMED, "deleted_when": {"column": "op", "values": ["D", "delete"]}, **given}
    return Workspace(folder, make_contract(columns, **given))


def put(workspace: Workspace, day: int, *records: str) -> Any:
    """The result of a night with one more file, extracted on a day of January."""
    workspace.put(f"a_2026-01-{day:02}.csv", HEADER + "".join(f"{record}\n" for record in records))
    return workspace.night()[-1]


def graves(workspace: Workspace) -> list[tuple[Any, ...]]:
    return workspace.rows("select key_values ->> 'response_id', extract_file_id, record_number from ops.tombstones order by all")


def test_i29_record_that_deletes_is_loaded_and_its_month_is_made_anew(tmp_path: Path) -> None:
    workspace = delta(tmp_path)
    put(workspace, 1, "I,1,A,2025-03-01,4", "I,2,A,2025-04-01,5")
    workspace.rows("delete from ops.touched_months returning 1")
    result = put(workspace, 2, "U,2,A,2025-04-01,3", " delete ,1,A,,", "D,7,A,,")
    assert (result.n_records, result.n_loaded, result.n_quarantined, result.n_skipped) == (3, 3, 0, 0)
    assert (result.n_rows, result.n_deleted) == (1, 2)
    assert workspace.answers() == [("2", 3)]
    assert graves(workspace) == [("1", 2, 2), ("7", 2, 3)]
    assert {("2025-03-01",), ("2025-04-01",)} <= set(workspace.rows("select month_start_date::varchar from ops.touched_months"))
    assert workspace.private_rows("select satisfaction, superseded_by from superseded.surveys_answers where response_id = '1'") == [(4, 2)]


def test_i29_older_record_of_a_deleted_key_that_comes_late_does_not_stand_and_a_newer_one_does(tmp_path: Path) -> None:
    workspace = delta(tmp_path)
    put(workspace, 5, "D,1,A,,")
    assert not workspace.answers()
    put(workspace, 4, "I,1,A,2025-03-01,4")
    assert not workspace.answers()
    put(workspace, 6, "I,1,A,2025-03-01,2")
    assert workspace.answers() == [("1", 2)]
    assert graves(workspace) == [("1", 1, 1)]


@pytest.mark.parametrize(
    ("records", "left"),
    [
        (["I,1,A,2025-03-01,4", "D,1,A,,"], []),
        (["D,1,A,,", "I,1,A,2025-03-01,4"], [("1", 4)]),
        (["D,1,A,,", "I,1,A,2025-03-01,4", "D,1,A,,"], []),
    ],
)
def test_i29_within_one_file_the_last_record_of_a_key_counts(tmp_path: Path, records: list[str], left: list[tuple[str, int]]) -> None:
    workspace = delta(tmp_path)
    result = put(workspace, 1, *records)
    assert (result.n_loaded, result.n_deleted) == (len(records), 1)
    assert workspace.answers() == left
    workspace.night(is_full=True)
    assert workspace.answers() == left
    assert [number for _, _, number in graves(workspace)] == [max(n for n, record in enumerate(records, 1) if record[0] == "D")]


def test_i29_record_that_deletes_must_say_its_key_and_nothing_else(tmp_path: Path) -> None:
    workspace = delta(tmp_path)
    put(workspace, 1, "I,1,A,2025-03-01,4", "I,2,A,2025-03-01,4")
    result = put(workspace, 2, "D,,A,,", "D,2,A,no day,77")
    assert (result.n_loaded, result.n_quarantined) == (1, 1)
    assert workspace.answers("response_id") == [("1",)]
    assert workspace.rows("select record_number, rule_code from ops.quarantine") == [(1, "required")]


def test_i29_record_of_a_wide_file_deletes_every_row_that_it_makes(tmp_path: Path) -> None:
    columns = [c for c in ANSWER_COLUMNS if c["name"] not in ("item_code", "satisfaction")]
    rows = [
        {"columns": [{"name": "item_code", "value": item}, {"name": "satisfaction", "source": item}], "when_present": ["satisfaction"]}
        for item in ("x", "y")
    ]
    workspace = delta(tmp_path, columns, rows=rows)
    workspace.put("a_2026-01-01.csv", "op,id,at,x,y\nI,1,2025-03-01,1,2\nI,2,2025-03-01,3,\n")
    workspace.night()
    assert len(workspace.answers()) == 3
    workspace.put("a_2026-01-02.csv", "op,id,at,x,y\nD,1,,,\n")
    assert workspace.night()[-1].n_deleted == 2
    assert workspace.answers() == [("2", 3)]


def test_i29_words_of_a_deleted_comment_leave_the_current_ones(tmp_path: Path) -> None:
    columns = [
        {"name": "response_id", "source": "id"},
        {"name": "answered_at", "source": "at"},
        {"name": "comment_text", "source": "score"},
    ]
    workspace = delta(tmp_path, columns, table="surveys_comments")
    put(workspace, 1, "I,1,A,2025-03-01,too slow", "I,2,A,2025-03-01,good")
    put(workspace, 2, "D,1,A,,")
    assert workspace.private_rows("select response_id, comment_text from private_text.surveys_comments") == [("2", "good")]
    assert workspace.private_rows("select comment_text from superseded.surveys_comments") == [("too slow",)]


def test_i29_flag_in_a_full_extract_and_absence_from_one_both_delete(tmp_path: Path) -> None:
    workspace = delta(tmp_path, extract="full")
    put(workspace, 1, *(f"I,{n},A,2025-03-01,4" for n in range(1, 6)))
    result = put(workspace, 2, *(f"I,{n},A,2025-03-01,4" for n in (1, 2, 3)), "D,4,A,,")
    assert (result.n_rows, result.n_deleted) == (3, 1)
    assert workspace.answers("response_id") == [("1",), ("2",), ("3",)]
    assert graves(workspace) == [("4", 2, 4), ("5", 2, None)]
    assert workspace.rows("select n_deleted from ops.extract_loads order by extract_file_id") == [(0,), (2,)]
    before = workspace.rows("from ops.tombstones order by all")
    workspace.night(is_full=True)
    assert workspace.rows("from ops.tombstones order by all") == before


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"sequence": "lsn", "extracted_at": {"source": "first_seen"}}, "would count only among files that came in one night"),
        ({"table": "crm_customers", "columns": [{"name": "customer_id", "source": "id"}]}, "stay when they are gone at the source"),
    ],
)
def test_i29_contract_that_would_order_or_delete_wrongly_is_refused(tmp_path: Path, given: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        make_contract(**{"deleted_when": {"column": "op", "values": ["D"]}, **given})


def test_i29_parquet_log_with_typed_columns_is_read_by_the_same_rules(tmp_path: Path) -> None:
    workspace = delta(tmp_path, sequence="lsn", files={"pattern": "*.parquet", "format": "parquet"})
    day = datetime(2025, 3, 1)
    changes = [("I", "1", "A", day, 4, 10), ("D", "1", "A", None, None, 12), ("U", "1", "A", day, 5, 11), (None, "2", "A", day, 3, 13)]
    names = ("op", "id", "item", "at", "score", "lsn")
    types = [pa.string(), pa.string(), pa.string(), pa.timestamp("us"), pa.int8(), pa.int64()]
    columns = [pa.array(values, kind) for values, kind in zip(zip(*changes, strict=True), types, strict=True)]
    pq.write_table(pa.table(dict(zip(names, columns, strict=True))), workspace.landing / "a_2026-01-01.parquet")
    (result,) = workspace.night()
    assert (result.n_loaded, result.n_rows, result.n_deleted, result.n_duplicates) == (4, 3, 1, 2)
    assert workspace.answers("response_id, sequence_number") == [("2", 13)]


def test_i29_load_that_is_cut_off_between_its_two_files_is_done_again_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The private file is committed, the working file is not: text and history of the deleted row are in neither place twice or lost."""
    columns = [
        {"name": "response_id", "source": "id"},
        {"name": "answered_at", "source": "at"},
        {"name": "comment_text", "source": "score"},
    ]
    left = []
    for is_cut in (False, True):
        workspace = delta(tmp_path / str(is_cut), columns, table="surveys_comments")
        put(workspace, 2, "I,1,A,2025-03-01,too slow", "I,2,A,2025-03-01,good", "D,3,A,,")
        with monkeypatch.context() as patched:
            if is_cut:
                patched.setattr(extracts, "write_ledger", break_off)
                with pytest.raises(KeyboardInterrupt):
                    put(workspace, 3, "D,1,A,,", "U,2,A,2025-03-01,better")
            else:
                put(workspace, 3, "D,1,A,,", "U,2,A,2025-03-01,better")
        put(workspace, 1, "I,3,A,2025-03-01,never stands")
        left.append(
            (
                workspace.rows("select response_id from raw.surveys_comments"), graves(workspace),
                workspace.private_rows("select response_id, comment_text from private_text.surveys_comments order by all"),
                workspace.private_rows("select response_id, comment_text, superseded_by from superseded.surveys_comments order by all"),
            )
        )  # fmt: skip
    assert left[0] == left[1]
    assert left[0][0] == [("2",)]
    assert left[0][2] == [("2", "better")]
    assert left[0][3] == [("1", "too slow", 2), ("2", "good", 2), ("3", "never stands", 1)]


def break_off(*_: object) -> None:
    raise KeyboardInterrupt


def test_i29_log_that_deletes_more_than_ever_came_is_a_warning_of_the_gate(tmp_path: Path) -> None:
    sources = next(profile for profile in PROFILES if profile.name == "ops.sources")
    with duckdb.connect(str(tmp_path / "w.duckdb")) as con:
        create_table(con, SOURCES)
        for code, n_deleted in (("sound", 5), ("headless", 6)):
            con.execute(
                "insert into ops.sources by name select ? as contract_code, 'x' as source_code, 'raw.x' as table_name, 5 as n_rows, "
                "0 as n_quarantined, ? as n_deleted, 'complete' as state, true as is_required_for_report", [code, n_deleted],
            )  # fmt: skip
        found = con.sql(profile_sql(sources)).pl().row(0, named=True)
    assert found["n_deletes_what_never_came"] == 1
    assert "n_deletes_what_never_came" in sources.warnings
