"""Shapes of files as they come: glued headers, logs, text in Parquet, two ways of writing dates, a delimiter nobody named."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from support.loading import ANSWER_COLUMNS, make_contract

from orchestration.config.contracts import Contract
from orchestration.config.names import advise_nearest
from orchestration.schemas.raw import RAW_TABLES
from orchestration.warehouse.checking import check_landing
from orchestration.warehouse.drafting import draft_contract
from orchestration.warehouse.guessing import plain_name
from orchestration.warehouse.time_formats import guess_format

TABLES = [table.name.removeprefix("raw.") for table in RAW_TABLES]


def write(path: Path, header: str, *rows: str) -> Path:
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def sources(draft: str) -> dict[str, object]:
    return {column.name: column.source for column in Contract.model_validate(yaml.safe_load(draft)).columns}


@pytest.mark.parametrize(
    ("header", "plain"),
    [
        ("opendate", "open_date"),
        ("Close Date", "close_date"),
        ("case:startdate", "case_start_date"),
        ("update", "update"),
        ("Zeit", "zeit"),
    ],
)
def test_a_day_that_is_glued_to_its_word_is_told_apart(header, plain):
    assert plain_name(header) == plain


def test_glued_days_and_raised_are_found(tmp_path):
    draft = draft_contract(write(tmp_path / "a.csv", "unique_key,Raised,closedate,agency", "1,2026-01-02,2026-01-03,parks"))
    assert sources(draft) == {"complaint_id": "unique_key", "opened_at": "Raised", "closed_at": "closedate", "department_code": "agency"}


def test_a_message_board_in_chinese_is_known(tmp_path):
    draft = draft_contract(
        write(tmp_path / "a.csv", "留言编号,留言用户,留言时间,答复时间,留言详情", "1,u1,2026/1/2 9:00:00,2026/1/3 9:00:00,路灯不亮")
    )
    assert sources(draft) == {
        "complaint_id": "留言编号", "customer_key": "留言用户", "opened_at": "留言时间", "first_response_at": "答复时间",
        "description": "留言详情",
    }  # fmt: skip


def test_an_event_log_in_the_names_of_its_standard_is_known(tmp_path):
    header = "case:concept:name,concept:name,time:timestamp,org:resource,case:deadline"
    rows = [f"c{n},check,2026-01-0{n} 09:00:00.5+00:00,ann,2026-02-0{n} 00:00:00.0+00:00" for n in range(1, 5)]
    draft = draft_contract(write(tmp_path / "log.csv", header, *rows))
    assert "table: crm_case_stages" in draft
    assert sources(draft) == {
        "case_id": "case:concept:name", "stage_code": "concept:name", "entered_at": "time:timestamp", "due_at": "case:deadline",
        "owner_id": "org:resource",
    }  # fmt: skip


def test_a_state_of_many_words_is_a_place(tmp_path):
    places = [f"{n},2026-01-02,state {n}" for n in range(30)]
    stages = [f"{n},2026-01-02,{'open' if n % 2 else 'closed'}" for n in range(30)]
    assert sources(draft_contract(write(tmp_path / "a.csv", "ticket,opened,State", *places)))["region_code"] == "State"
    assert sources(draft_contract(write(tmp_path / "b.csv", "ticket,opened,State", *stages)))["status_code"] == "State"


def test_text_in_parquet_is_given_its_format_and_a_time_none(tmp_path):
    table = pa.table(
        {"ticket": ["1", "2"], "opened": ["29/2/2016 01:16", "1/3/2016 05:30"], "closed": pa.array([1, 2], pa.timestamp("us"))}
    )
    pq.write_table(table, tmp_path / "a.parquet")
    formats = {c.name: c.format for c in Contract.model_validate(yaml.safe_load(draft_contract(tmp_path / "a.parquet"))).columns}
    assert formats == {"complaint_id": "", "opened_at": "%d/%m/%Y %H:%M", "closed_at": ""}


def test_a_second_way_of_writing_dates_is_listed(tmp_path):
    rows = [f"{n},2026/{n}/2 9:00:00" for n in range(1, 9)]
    draft = draft_contract(write(tmp_path / "a.csv", "ticket,opened", *rows, "9,2026-04-08 08:37:20"))
    assert "format: ['%Y/%m/%d %H:%M:%S', '%Y-%m-%d %H:%M:%S']" in draft
    assert "quarantined" not in draft


def test_a_second_way_that_would_read_the_others_too_is_not():
    days = ["25/01/2026", "03/02/2026", "26/02/2026", "02/27/2026"]
    guess = guess_format(days, "date")
    assert (guess.form, guess.also, guess.n_read) == ("%d/%m/%Y", "", 3)


def test_a_key_alone_is_no_clear_fit(tmp_path):
    draft = draft_contract(write(tmp_path / "a.csv", "customer_id,foo", "1,a", "2,b"))
    assert "a clear fit" not in draft


def test_a_file_without_any_key_is_told_what_can_be_done(tmp_path):
    draft = draft_contract(write(tmp_path / "a.csv", "date received,product", "2026-01-02,loan", "2026-01-03,card"))
    assert "value: '{record}', with extract: full" in draft


def test_a_year_at_the_beginning_of_a_name_differs_next_time(tmp_path):
    path = write(tmp_path / "2017_survey.csv", "ticket,opened", "1,2026-01-02")
    assert yaml.safe_load(draft_contract(path))["files"]["pattern"] == "*_survey.csv"
    assert (
        yaml.safe_load(draft_contract(write(tmp_path / "311_survey.csv", "ticket,opened", "1,2026-01-02")))["files"]["pattern"]
        == "311_survey.csv"
    )


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("complaints", "complaints_complaints"),
        ("complaint", "complaints_complaints"),
        ("answers", "surveys_answers"),
        ("cases", "crm_cases"),
    ],
)
def test_the_table_of_that_name_is_meant(wrong, meant):
    assert advise_nearest(wrong, TABLES) == f"did you mean {meant}?"


@pytest.mark.parametrize(("mark", "shown"), [(";", "';'"), ("\t", r"'\t'"), ("|", "'|'")])
def test_a_wrong_delimiter_is_named(tmp_path, mark, shown):
    write(tmp_path / "a.csv", mark.join(("id", "item", "at", "score")), mark.join(("1", "S1", "2026-01-02", "5")))
    (finding, *_) = check_landing([make_contract(ANSWER_COLUMNS)], tmp_path)
    assert "has no column id, item, at, score" in finding.message
    assert f"split by {shown} and the contract says ','" in finding.hint
