"""A drafted contract validates at once where the header speaks canonical names, and says what to decide elsewhere."""

import gzip
import io
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from support.loading import Workspace

from orchestration.config.contracts import Contract
from orchestration.errors import ContractError, ExtractError
from orchestration.warehouse.drafting import draft_contract

ANSWERS = "response_id,item_code,instrument_code,answered_at,satisfaction,colour\n" + "".join(
    f"{n},A,demo,{n % 28 + 1}.03.2025,{n % 5 + 1},secret {n}\n" for n in range(40)
)


def draft(path: Path) -> Contract:
    return Contract.model_validate(yaml.safe_load(draft_contract(path)))


def test_canonical_header_makes_a_contract_that_loads_its_sample(tmp_path: Path) -> None:
    path = tmp_path / "answers_2025-03-31.csv.gz"
    path.write_bytes(gzip.compress(ANSWERS.replace(",", ";").encode()))
    contract = draft(path)
    assert contract.table == "surveys_answers"
    assert contract.files.model_dump(exclude_defaults=True) == {"pattern": "answers_*.csv.gz", "compression": "gzip", "delimiter": ";"}
    assert contract.extracted_at.source == "file_name"
    assert {c.name: c.format for c in contract.columns}["answered_at"] == "%d.%m.%Y"
    workspace = Workspace(tmp_path / "w", contract)
    workspace.put(path.name, path.read_bytes())
    (result,) = workspace.night()
    assert (result.state, result.n_loaded) == ("loaded", 40)


@pytest.mark.parametrize("packing", ["zip", "zstd"])
def test_draft_finds_what_a_file_is_packed_in(tmp_path: Path, packing: str) -> None:
    path, content = tmp_path / "answers_2025-03-31.zip", io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("answers.csv", ANSWERS)
    path.write_bytes(content.getvalue() if packing == "zip" else pa.compress(ANSWERS.encode(), codec="zstd", asbytes=True))
    contract = draft(path)
    assert (contract.table, contract.files.compression) == ("surveys_answers", packing)
    workspace = Workspace(tmp_path / "w", contract.model_copy(update={"quarantine_limit_share": 1.0}))
    workspace.put(path.name, path.read_bytes())
    (result,) = workspace.night()
    assert (result.state, result.n_records) == ("loaded", 40)


def test_unknown_columns_are_comments_without_their_values(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(ANSWERS)
    text = draft_contract(path)
    assert "#   colour: 40 different values" in text
    assert "secret" not in text


def test_doubtful_day_and_month_are_pointed_out(tmp_path: Path) -> None:
    path = tmp_path / "deliveries.csv"
    path.write_text("delivery_id,ordered_at,promised_at\n1,03/04/2025,05/06/2025\n")
    text = draft_contract(path)
    assert "also fits" in text
    assert draft(path).promised == "time"


def test_missing_columns_are_named(tmp_path: Path) -> None:
    path = tmp_path / "complaints.csv"
    path.write_text("ticket_id,category\n1,late\n")
    text = draft_contract(path)
    assert "# - {name: opened_at" in text
    assert "{name: complaint_id, source: ticket_id, required: true}" in text


@pytest.mark.parametrize(("encoding", "declared"), [("gb18030", "gb18030"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16")])
def test_encoding_is_seen(tmp_path: Path, encoding: str, declared: str) -> None:
    path = tmp_path / "staff.csv"
    path.write_bytes("staff_id,staff_name\n1,北门物流通信\n".encode(encoding))
    assert draft(path).files.encoding == declared


def test_parquet_and_json_lines(tmp_path: Path) -> None:
    pq.write_table(pa.table({"case_id": ["1"], "opened_at": pa.array([0], pa.timestamp("us"))}), tmp_path / "cases_20250301.parquet")
    contract = draft(tmp_path / "cases_20250301.parquet")
    assert (contract.table, contract.files.format, contract.extracted_at.format) == ("crm_cases", "parquet", "%Y%m%d")
    (tmp_path / "events.jsonl").write_text('{"complaint_id": "1", "event_code": "opened", "happened_at": "2025-03-01 10:00"}\n')
    contract = draft(tmp_path / "events.jsonl")
    assert (contract.table, contract.files.format) == ("complaints_events", "jsonl")


@pytest.mark.parametrize("content", [b"", b"\x1f\x8bbroken"])
def test_what_cannot_be_read_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.csv.gz").write_bytes(content)
    with pytest.raises(ExtractError, match=r"a\.csv\.gz|cannot be read|holds no record"):
        draft_contract(tmp_path / "a.csv.gz")
    with pytest.raises(ExtractError, match="is no file"):
        draft_contract(tmp_path / "nowhere.csv")


def test_table_can_be_named_where_no_header_is_known(tmp_path):
    (tmp_path / "beschwerden.csv").write_text("Kram;Eingang\nT-1;03.10.2026 10:00\n", encoding="utf-8")
    draft = draft_contract(tmp_path / "beschwerden.csv", "complaints_complaints")
    assert "table: complaints_complaints" in draft
    assert "# - {name: complaint_id, source: ?}" in draft
    with pytest.raises(ContractError, match="no table beschwerden"):
        draft_contract(tmp_path / "beschwerden.csv", "beschwerden")
