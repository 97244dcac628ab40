"""What a draft guesses, how sure it says it is, and what it refuses to guess from."""

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from orchestration import cli
from orchestration.config.contracts import Contract
from orchestration.errors import ContractError, ExtractError
from orchestration.warehouse.drafting import describe_tables, draft_contract
from orchestration.warehouse.guessing import plain_name


def write(path: Path, header: str, *rows: str, encoding: str = "utf-8") -> Path:
    path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
    return path


def formats(draft: str) -> dict[str, str]:
    return {column.name: column.format for column in Contract.model_validate(yaml.safe_load(draft)).columns}


@pytest.mark.parametrize("header", ["Ticket No.", "TicketNumber", "ticket #", "TICKET_NR", "Number, Ticket"])
def test_spellings_of_one_header(header, tmp_path):
    assert set(plain_name(header).split("_")) == {"ticket", "number"}


def test_accents_are_no_difference():
    assert plain_name("Fällig am") == "fallig_am"
    assert plain_name("受理时间") == "受理时间"


def test_agent_is_the_owner(tmp_path):
    path = write(tmp_path / "desk.csv", "Ticket No,Date opened,Agent,State", "1,2026-01-02,Ann,Open", "2,2026-01-03,Ben,Closed")
    assert "{name: owner_id, source: Agent}" in draft_contract(path)


def test_one_bad_date_keeps_the_format_and_is_reported(tmp_path):
    rows = [f"{n},{n % 28 + 1:02d}.03.2026" for n in range(50)]
    draft = draft_contract(write(tmp_path / "d.csv", "Ticket;Eingang", *(r.replace(",", ";") for r in rows), "99;gestern"))
    assert formats(draft)["opened_at"] == "%d.%m.%Y"
    assert "1 of 51 values are written otherwise and would be quarantined, e.g. 'gestern'" in draft


def test_a_column_that_holds_no_dates_is_no_date(tmp_path):
    path = write(tmp_path / "d.csv", "ticket_id,opened,created", "1,yes,2026-01-02", "2,no,2026-01-03")
    assert "{name: opened_at, source: created, required: true}" in draft_contract(path)


def test_date_and_time_of_day_are_joined(tmp_path):
    rows = ("1,22-Apr-15,3:53:50 PM", "2,4-Aug-15,10:22:56 AM")
    contract = Contract.model_validate(yaml.safe_load(draft_contract(write(tmp_path / "d.csv", "Ticket #,Date,Time", *rows))))
    opened = next(column for column in contract.columns if column.name == "opened_at")
    assert (opened.source, opened.join, opened.format) == (("Date", "Time"), " ", "%d-%b-%y %I:%M:%S %p")


def test_words_for_yes_and_no_become_a_map(tmp_path):
    path = write(tmp_path / "d.csv", "Vorgang,Eingang,Berechtigt", "1,2026-01-02,ja", "2,2026-01-03,nein")
    columns = {column.name: column for column in Contract.model_validate(yaml.safe_load(draft_contract(path))).columns}
    assert columns["is_valid"].map == {"ja": "true", "nein": "false"}


def test_a_key_that_repeats_is_pointed_out(tmp_path):
    path = write(tmp_path / "d.csv", "ticket,date opened,status", "1,2026-01-02,Open", "1,2026-01-03,Closed")
    draft = draft_contract(path)
    assert "a guess" in draft
    assert "key is not unique" in draft


def test_near_twins_are_told_apart(tmp_path):
    draft = draft_contract(write(tmp_path / "d.csv", "ticket,date opened,date closed", "1,2026-01-02,2026-01-03"))
    assert "resolved_at is when the customer's trouble was over" in draft
    both = draft_contract(write(tmp_path / "e.csv", "ticket,opened,resolved,closed", "1,2026-01-02,2026-01-03,2026-01-04"))
    assert "trouble was over" not in both


def test_alternatives_and_unused_columns_are_named(tmp_path):
    draft = draft_contract(write(tmp_path / "d.csv", "case id,opened,status", "1,2026-01-02,Open"))
    assert "# Next best: " in draft
    assert "--table chooses" in draft
    assert "#   due_at: deadline" in draft_contract(tmp_path / "d.csv", "complaints_complaints")


def test_source_is_the_file_or_what_is_given_and_no_placeholder(tmp_path):
    path = write(tmp_path / "helpdesk_2026-01.csv", "ticket,opened", "1,2026-01-02")
    assert "source: helpdesk " in draft_contract(path)
    assert "source: zendesk " in draft_contract(path, source="zendesk")
    chinese = write(tmp_path / "投诉.csv", "工单编号,受理时间", "1,2026-01-02")
    assert "contract: complaints_complaints\nsource: complaints_complaints " in draft_contract(chinese)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_western_letters_are_not_read_as_chinese(tmp_path, encoding):
    text = "Müller – 5 €" if encoding == "cp1252" else "Müller, Straße"
    path = write(tmp_path / "d.csv", "Vorgang;Eingang;Beschreibung", f"1;01.02.2026;{text}", f"2;13.02.2026;{text}", encoding=encoding)
    assert yaml.safe_load(draft_contract(path))["files"]["encoding"] == encoding


def test_chinese_stays_chinese(tmp_path):
    path = write(tmp_path / "d.csv", "工单编号,受理时间,内容", "1,2026-01-02,VIP客户", "2,2026-01-03,宽带不通", encoding="gb18030")
    assert yaml.safe_load(draft_contract(path))["files"]["encoding"] == "gb18030"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("run.csv", b"#!/bin/bash\nset -e\necho a,b\n", "is a script, no table"),
        ("page.csv", b"<html><body>no</body></html>", "is HTML or XML"),
        ("list.csv", b'[{"a": 1}]', "is a JSON list"),
        ("zip.csv", b"PK\x03\x04abc\x00", "is an archive or workbook"),
        ("program.csv", b"\x7fELF\x00\x01\x02\x03", "is a binary file"),
        ("letter.csv", b"Dear Sir, thank you\nplease find, as agreed, the list\n\nYours, truly, Ann, Ben\n", "is no table"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ExtractError, match=says):
        draft_contract(tmp_path / name)


def test_header_without_a_known_word_asks_for_the_table(tmp_path):
    with pytest.raises(ContractError, match="no column of it is known by name: foo, bar") as asked:
        draft_contract(write(tmp_path / "d.csv", "foo,bar", "1,2"))
    assert "csat contract tables" in str(asked.value)


def test_tables_and_columns_are_listed():
    assert any(line.startswith("complaints_complaints ") and "One row per complaint" in line for line in describe_tables())
    lines = list(describe_tables("complaints_complaints"))
    assert any(line.split()[:3] == ["complaint_id", "text", "key"] for line in lines)
    assert any(line.split()[:3] == ["opened_at", "timestamp", "needed"] for line in lines)
    with pytest.raises(ContractError, match="there is no table nope"):
        list(describe_tables("nope"))


def test_save_writes_once_and_says_where(tmp_path):
    path = write(tmp_path / "desk.csv", "ticket,opened", "1,2026-01-02")
    csat = CliRunner()
    assert csat.invoke(cli.cli, ["init", str(tmp_path / "w")]).exit_code == 0
    arguments = ["--workspace", str(tmp_path / "w"), "contract", "draft", str(path), "--save"]
    done = csat.invoke(cli.cli, arguments)
    assert f"wrote {tmp_path / 'w' / 'contracts' / 'desk.yaml'}" in done.output
    assert "Table: complaints_complaints" in done.output
    again = csat.invoke(cli.cli, arguments)
    assert "is there already" in str(again.exception)
