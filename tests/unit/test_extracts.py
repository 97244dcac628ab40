"""Landed files become typed rows, quarantine and ledger, all or nothing, and never twice."""

import hashlib
import hmac
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from support.loading import ANSWER_COLUMNS, TOKEN_KEY, Workspace, make_contract

from orchestration.warehouse.connection import open_private
from orchestration.warehouse.quarantine import show_quarantine

HEADER = "id,item,at,score\n"


def put_scores(workspace: Workspace, *scores: str) -> None:
    workspace.put("scores.csv", HEADER + "".join(f'{n},A,2025-03-01,"{score}"\n' for n, score in enumerate(scores, 1)))


def test_second_night_loads_nothing_twice(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", HEADER + "1,A,2025-03-01,4\n")
    assert [r.state for r in workspace.night()] == ["loaded"]
    before = workspace.rows("from raw.surveys_answers")
    assert [r.state for r in workspace.night()] == ["known"]
    assert workspace.rows("from raw.surveys_answers") == before
    assert workspace.rows("select state, n_records, n_loaded, n_rows from ops.extract_loads") == [("loaded", 1, 1, 1)]


def test_quarantine_keeps_bytes_line_column_and_rule(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", HEADER + '1,A,2025-03-01,4\n"two\nlines",A,2025-03-01,7\n3,A,2025-13-01,4\n4,A\n5,A,2025-03-01,5\n')
    (result,) = workspace.night()
    assert (result.n_records, result.n_loaded, result.n_quarantined) == (5, 2, 3)
    assert workspace.quarantined() == [(2, 3, "score", "range"), (3, 5, "at", "format"), (4, 6, None, "fields")]
    assert workspace.answers("response_id, record_number") == [("1", 1), ("5", 5)]
    with open_private(workspace.out) as private:
        assert show_quarantine(private, 1, "answers", 2) == b'"two\nlines",A,2025-03-01,7'
        assert show_quarantine(private, 1, "answers", 4) == b"4,A"
        assert show_quarantine(private, 1, "answers", 5) is None


def test_latest_version_stands_whatever_the_order_of_arrival(tmp_path: Path) -> None:
    contract = make_contract(extracted_at={"source": "file_name", "pattern": r"(\d{4}-\d{2}-\d{2})"})
    workspace = Workspace(tmp_path, contract)
    workspace.put("a_2025-05-02.csv", HEADER + "1,A,2025-03-01,5\n")
    workspace.night()
    workspace.put("a_2025-05-01.csv", HEADER + "1,A,2025-03-01,1\n2,A,2025-03-01,2\n")
    workspace.night()
    assert workspace.answers() == [("1", 5), ("2", 2)]
    assert workspace.private_rows("select satisfaction, superseded_by from superseded.surveys_answers") == [(1, 1)]


def test_later_record_of_one_file_wins_and_the_earlier_is_superseded(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", HEADER + "1,A,2025-03-01,2\n1,A,2025-03-01,3\n")
    (result,) = workspace.night()
    assert (result.n_loaded, result.n_rows) == (2, 2)
    assert workspace.answers() == [("1", 3)]
    assert workspace.private_rows("select satisfaction from superseded.surveys_answers") == [(2,)]


def test_full_reload_equals_the_nights(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for night, text in enumerate(("1,A,2025-03-01,2\n2,A,2025-03-01,3\n", "1,A,2025-03-01,9\n", "2,A,2025-04-01,5\n3,B,2025-04-01,x\n")):
        workspace.put(f"n{night}.csv", HEADER + text)
        workspace.night()
    before, quarantined = workspace.rows("from raw.surveys_answers order by all"), workspace.quarantined()
    superseded = workspace.private_rows("from superseded.surveys_answers order by all")
    workspace.night(is_full=True)
    assert workspace.rows("from raw.surveys_answers order by all") == before
    assert workspace.quarantined() == quarantined
    columns = "response_id, extract_file_id, satisfaction"
    assert len(workspace.private_rows(f"select {columns} from superseded.surveys_answers")) == len(superseded)


def test_changed_contract_reloads_its_table_even_from_files_that_are_gone(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    path = workspace.put("a.csv", HEADER + "1,A,2025-03-01,4\n2,A,2025-03-01,7\n")
    workspace.night()
    path.unlink()
    wider = [{**c, "maximum": 7} if c["name"] == "satisfaction" else c for c in ANSWER_COLUMNS]
    workspace.contracts = (make_contract(wider),)
    workspace.night()
    assert workspace.answers() == [("1", 4), ("2", 7)]
    assert workspace.quarantined() == []


def test_answer_without_its_item_is_quarantined_and_a_comment_without_is_one(tmp_path: Path) -> None:
    columns = [{"name": "response_id", "source": "id"}, {"name": "item_code", "source": "item"}, {"name": "answered_at", "source": "at"}]
    comments = make_contract([*columns, {"name": "comment_text", "source": "text"}], name="comments", table="surveys_comments")
    answers = make_contract([*columns, {"name": "instrument_code", "value": "demo"}])
    workspace = Workspace(tmp_path, answers, comments)
    workspace.put("a.csv", "id,item,at,text\n1,,2025-03-01,good\n")
    workspace.night()
    assert workspace.quarantined() == [(1, 2, "item", "required")]
    assert workspace.rows("select item_code from raw.surveys_comments") == [("comment",)]


def test_too_much_quarantine_refuses_the_file_and_spares_the_others(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, make_contract(quarantine_limit_share=0.4))
    workspace.put("bad.csv", HEADER + "1,A,2025-03-01,x\n2,A,2025-03-01,4\n")
    workspace.put("good.csv", HEADER + "3,A,2025-03-01,4\n")
    bad, good = workspace.night()
    assert bad.state == "refused"
    assert "score type (1 times)" in bad.reason
    assert good.state == "loaded"
    assert workspace.answers("response_id") == [("3",)]
    assert workspace.quarantined() == []


def test_wide_record_makes_rows_that_exist(tmp_path: Path) -> None:
    common = [c for c in ANSWER_COLUMNS if c["name"] not in ("item_code", "satisfaction")]
    rows = [
        {"columns": [{"name": "item_code", "value": item}, {"name": "satisfaction", "source": item, "not_rating": {"9": "refused"}}],
         "when_present": ["satisfaction"] if item == "Q2" else []}
        for item in ("Q1", "Q2")
    ]  # fmt: skip
    workspace = Workspace(tmp_path, make_contract(common, rows=rows))
    workspace.put("a.csv", "id,at,Q1,Q2\n1,2025-03-01,9,\n2,2025-03-01,3,4\n")
    (result,) = workspace.night()
    assert (result.n_loaded, result.n_rows) == (2, 3)
    assert workspace.answers("response_id, item_code, satisfaction, not_rating_code") == [
        ("1", "Q1", None, "refused"), ("2", "Q1", 3, None), ("2", "Q2", 4, None),
    ]  # fmt: skip


def test_maps_constants_joins_and_skips(tmp_path: Path) -> None:
    columns = [
        {"name": "response_id", "source": ["a", "b"], "join": "-"},
        *ANSWER_COLUMNS[1:4],
        {"name": "satisfaction", "source": "score", "map": {"满意": "5", "滿意": "5", "satisfied": "5"}},
    ]
    skip = [{"column": "item", "values": ["test"], "reason": "test records"}]
    workspace = Workspace(tmp_path, make_contract(columns, skip=skip))
    workspace.put("a.csv", "a,b,item,at,score\nx,1,A,2025-03-01,满意\nx,2,A,2025-03-01,3\nx,3, test ,never,?\n")
    (result,) = workspace.night()
    assert (result.n_loaded, result.n_quarantined, result.n_skipped) == (2, 0, 1)
    assert workspace.answers() == [("x-1", 5), ("x-2", 3)]


def test_private_text_stays_in_the_private_file(tmp_path: Path) -> None:
    columns = [{"name": "response_id", "source": "id"}, {"name": "answered_at", "source": "at"}, {"name": "comment_text", "source": "text"}]
    workspace = Workspace(tmp_path, make_contract(columns, table="surveys_comments"))
    workspace.put("a.csv", "id,at,text\n1,2025-03-01,xyzzy before\n")
    workspace.night()
    workspace.put("b.csv", "id,at,text\n1,2025-03-01,xyzzy after\n")
    workspace.night()
    assert workspace.private_rows("select response_id, item_code, comment_text from private_text.surveys_comments") == [
        ("1", "comment", "xyzzy after")
    ]
    assert workspace.private_rows("select comment_text from superseded.surveys_comments") == [("xyzzy before",)]
    assert b"xyzzy" not in (workspace.out / "warehouse.duckdb").read_bytes()


def test_customers_get_keyed_tokens_and_dates(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, make_contract([{"name": "customer_id", "source": "no"}], table="crm_customers"))
    workspace.put("a.csv", "no\nC1\nC1\nC2\n")
    workspace.night()
    token = hmac.new(TOKEN_KEY, b"C1", hashlib.sha256).hexdigest()[:32]
    assert workspace.rows("select customer_token from raw.customer_tokens where customer_id = 'C1'") == [(token,)]
    assert workspace.rows("select customer_id, valid_from::varchar from raw.crm_customers order by 1") == [
        ("C1", "2026-01-02"),
        ("C2", "2026-01-02"),
    ]


def test_parquet_is_read_typed(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, make_contract(files={"pattern": "*.parquet", "format": "parquet"}))
    at = pa.array(["2025-03-01 10:00:00", "2025-03-02 10:00:00", None], pa.string()).cast(pa.timestamp("us"))
    table = pa.table({"id": [7, 8, 9], "item": ["A", "A", "A"], "at": at, "score": pa.array([4.0, 4.5, 1.0])})
    pq.write_table(table, workspace.landing / "a.parquet")
    (result,) = workspace.night()
    assert (result.n_loaded, result.n_quarantined) == (1, 2)
    assert workspace.answers("response_id, satisfaction, answered_at::varchar") == [("7", 4, "2025-03-01 10:00:00")]
    assert workspace.quarantined() == [(2, 2, "score", "type"), (3, 3, "at", "required")]


def test_json_lines_are_one_record_each(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, make_contract(files={"pattern": "*.jsonl", "format": "jsonl"}))
    good = json.dumps({"id": "1", "item": "A", "at": "2025-03-01T10:00", "score": 4})
    workspace.put(
        "a.jsonl", f'{good}\n\n{{"id": "2", broken\n[1]\n{json.dumps({"id": "3", "item": "B", "at": "2025-03-01", "score": None})}\n'
    )
    (result,) = workspace.night()
    assert (result.n_records, result.n_loaded, result.n_quarantined) == (4, 2, 2)
    assert workspace.quarantined() == [(2, 3, None, "fields"), (3, 4, None, "fields")]
    assert workspace.answers() == [("1", 4), ("3", None)]


def test_touched_months_follow_keys_but_not_unchanged_rows(tmp_path: Path) -> None:
    deliveries = make_contract(
        [{"name": "delivery_id", "source": "id"}, {"name": "ordered_at", "source": "at"}, {"name": "status_code", "source": "status"}],
        name="deliveries", table="deliveries_deliveries", files={"pattern": "d*.csv"},
    )  # fmt: skip
    answers = make_contract([*ANSWER_COLUMNS, {"name": "delivery_id", "source": "delivery"}], files={"pattern": "a*.csv"})
    workspace = Workspace(tmp_path, deliveries, answers)
    workspace.put("d1.csv", "id,at,status\nD1,2025-01-05,sent\nD2,2025-02-05,sent\n")
    workspace.put("a1.csv", "id,item,at,score,delivery\n1,A,2025-06-01,4,D1\n2,A,2025-07-01,4,D2\n")
    workspace.night()
    workspace.rows("delete from ops.touched_months")
    workspace.put("d2.csv", "id,at,status\nD1,2025-01-05,done\nD2,2025-02-05,sent\n")
    workspace.night()
    months = {str(row[0]) for row in workspace.rows("select month_start_date from ops.touched_months")}
    assert months == {"2025-01-01", "2025-06-01", "2026-01-01"}


def test_repeated_customer_touches_months_where_another_source_names_him_too(tmp_path: Path) -> None:
    """The models take the newest of both sources: a repetition without any change turns his attributes over."""
    columns = [
        {"name": "customer_id", "source": "id"},
        {"name": "valid_from", "source": "since"},
        {"name": "segment_code", "source": "segment"},
    ]
    one, two = (
        make_contract(columns, name=name, source=name, table="crm_customers", files={"pattern": f"{name}*.csv"}) for name in ("one", "two")
    )
    workspace = Workspace(tmp_path, one, two)
    header = "id,since,segment\n"
    workspace.put("one1.csv", header + "C1,2025-01-01,key\nC2,2025-05-01,key\n")
    workspace.night()
    workspace.put("two1.csv", header + "C1,2025-01-01,retail\n")
    workspace.night()
    workspace.rows("delete from ops.touched_months")
    workspace.put("one2.csv", header + "C2,2025-05-01,key\nC1,2025-01-01,key\n")
    workspace.night()
    months = {str(row[0]) for row in workspace.rows("select month_start_date from ops.touched_months")}
    assert months == {"2025-01-01", "2026-01-01"}


def test_file_on_which_loader_and_landing_disagree_is_refused(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", HEADER + "1,A,2025-03-01,4\n" + "x" * 40_000_000 + ",A,2025-03-01,4\n3,A,2025-03-01,4\n")
    (result,) = workspace.night()
    assert result.n_records == 3
    assert result.state == "refused"
    assert len(workspace.answers()) == result.n_loaded
