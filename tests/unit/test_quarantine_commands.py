"""`csat quarantine`: what is listed can be shown, exported, delivered again and discarded; nothing personal shows unasked."""

import gzip
import io
import json
import stat
import zipfile
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.loading import ANSWER_COLUMNS, Workspace, make_contract

from orchestration.errors import ContractError, ExtractError
from orchestration.pipeline.night import hash_input
from orchestration.pipeline.quarantine import discard_records, export_records, list_records, show_record
from orchestration.pipeline.workspaces import init_workspace
from orchestration.warehouse.decoding import unpack
from orchestration.warehouse.limits import LandingLimits
from orchestration.warehouse.state import State

HEADER = "id,item,at,score\n"
BAD = HEADER + '1,A,2025-03-01,7\n"secret, key",A,never,4\n3,A\n4,A,2025-03-01,4\n'
COLUMNS = [{**c, "value": "servqual18"} if c["name"] == "instrument_code" else c for c in ANSWER_COLUMNS]
NOON = datetime(2026, 1, 9, 12)


def make_workspace(folder: Path, **given: object) -> Workspace:
    """A workspace with configuration whose one contract is `make_contract`'s."""
    workspace = Workspace(folder / "w", make_contract(COLUMNS, **given))
    list(init_workspace(folder / "new"))
    (folder / "new" / "config").rename(folder / "w" / "config")
    (folder / "w" / "contracts").mkdir()
    text = workspace.contracts[0].model_dump_json(exclude_defaults=True)
    (folder / "w" / "contracts" / "answers.yaml").write_text(json.dumps(json.loads(text)), encoding="utf-8")
    return workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = make_workspace(tmp_path)
    made.put("a.csv", BAD)
    made.night()
    return made


def folder_of(workspace: Workspace) -> Path:
    return workspace.landing.parent


def test_list_counts_by_rule_first_and_names_what_show_takes(workspace: Workspace) -> None:
    lines = list(list_records(folder_of(workspace)))
    assert lines[0].startswith("3 open records in quarantine")
    assert [line.split()[:4] for line in lines[2:5]] == [
        ["1", "answers", "fields", "(all)"], ["1", "answers", "format", "at"], ["1", "answers", "range", "score"]
    ]  # fmt: skip
    places = [line.split() for line in lines if line.startswith("1/answers/")]
    assert places == [
        ["1/answers/1", "range", "score", "a.csv:2"],
        ["1/answers/2", "format", "at", "a.csv:3"],
        ["1/answers/3", "fields", "(all)", "a.csv:4"],
    ]
    assert not [line for line in lines if "secret" in line]


def test_show_takes_what_list_prints_and_names_every_field(workspace: Workspace) -> None:
    lines = list(show_record(folder_of(workspace), "1/answers/2"))
    assert lines[0].startswith("1/answers/2  a.csv, line 3, first seen 2026-01-02: open")
    assert lines[1].startswith("why  at: breaks the rule format -> deliver it as agreed")
    assert [line.split(maxsplit=1) for line in lines[2:6]] == [
        ["id", "secret, key"], ["item", "A"], ["at", "never   <- format"], ["score", "4"]
    ]  # fmt: skip
    assert lines[-1] == '"secret, key",A,never,4'
    assert list(show_record(folder_of(workspace), "1/answers/3"))[4].split() == ["at", "(not", "there)", "<-", "fields"]


@pytest.mark.parametrize("place", ["1/answers/4", "9/answers/1", "answers", "1 answers 1", ""])
def test_show_of_what_is_not_there(workspace: Workspace, place: str) -> None:
    with pytest.raises(ExtractError, match="nothing in quarantine is called"):
        list(show_record(folder_of(workspace), place))


def test_quarantine_of_an_unknown_contract(workspace: Workspace) -> None:
    with pytest.raises(ContractError, match="did you mean answers"):
        list(list_records(folder_of(workspace), "answer"))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_exported_corrected_and_put_back_the_records_are_loaded_and_closed(workspace: Workspace) -> None:
    folder = folder_of(workspace)
    said = list(export_records(folder, ["answers"], None))
    path = folder / "out" / "corrections" / "a.correction1.csv"
    assert said[0].startswith(f"wrote {path}: 3 records of a.csv; it may hold personal data")
    assert f"mv {path} {folder / 'landing'}/" in said[-1]
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    assert path.read_text() == HEADER + '1,A,2025-03-01,7\n"secret, key",A,never,4\n3,A\n'
    path.write_text(HEADER + '1,A,2025-03-01,5\n"secret, key",A,2025-03-02,4\n3,A,2025-03-01,2\n')
    path.rename(workspace.landing / path.name)
    (_, result) = workspace.night()
    assert (result.n_loaded, result.n_quarantined) == (3, 0)
    assert workspace.answers() == [("1", 5), ("3", 2), ("4", 4), ("secret, key", 4)]
    lines = list(list_records(folder, has_closed=True))
    assert lines[0].startswith("0 open records in quarantine, 3 cured")
    assert lines[3].endswith("a.csv:2  cured by file 2, 2026-01-03")


def packed(content: bytes, compression: str) -> bytes:
    """The content as a source packs it; a zip holds a read-me beside it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("umfrage_1.csv", content)
        archive.writestr("readme.txt", "about the survey")
    zstd = pa.compress(content, codec="zstd", asbytes=True)
    return {"none": content, "gzip": gzip.compress(content), "zstd": zstd, "zip": made.getvalue()}[compression]


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("umfrage_1.csv.gz", {"pattern": "umfrage_*.csv.gz", "compression": "gzip", "encoding": "gb18030", "delimiter": ";"}),
        ("umfrage_1.csv.zst", {"pattern": "umfrage_*.csv.zst", "compression": "zstd", "encoding": "gbk"}),
        ("umfrage_1.zip", {"pattern": "umfrage_*.zip", "compression": "zip", "member": "umfrage_*"}),
        ("umfrage_1.csv", {"pattern": "umfrage_?*.csv", "encoding": "utf-16"}),
        ("umfrage_1.csv", {"pattern": "*.csv", "encoding": "utf-8-sig"}),
    ],
)
def test_correction_file_is_written_as_the_source_writes(tmp_path: Path, name: str, files: dict[str, str]) -> None:
    columns = [{**c, "source": "编号"} if c["name"] == "response_id" else c for c in COLUMNS]
    workspace = Workspace(tmp_path / "probe", contract := make_contract(columns, files=files))
    made = make_workspace(tmp_path, files=files)
    path = folder_of(made) / "contracts" / "answers.yaml"
    path.write_text(contract.model_dump_json(exclude_defaults=True), encoding="utf-8")
    made.contracts = workspace.contracts
    text = "编号,item,at,score\n客户,A,2025-03-01,7\n二,A,2025-03-01,4\n".replace(",", contract.files.delimiter)
    content = text.encode(contract.files.encoding)
    made.put(name, packed(content, contract.files.compression))
    made.night()
    list(export_records(folder_of(made), ["1/answers"], tmp_path / "to"))
    (written,) = (tmp_path / "to").iterdir()
    data = b"".join(unpack(written, compression=contract.files.compression, limits=LandingLimits()))
    assert data.decode(contract.files.encoding).splitlines() == [text.splitlines()[0], text.splitlines()[1]]
    corrected = data.decode(contract.files.encoding).replace("7\n", "5\n").encode(contract.files.encoding)
    made.put(written.name, packed(corrected, contract.files.compression))
    made.night()
    assert made.answers() == [("二", 4), ("客户", 5)]
    assert made.rows("select state from ops.quarantine") == [("cured",)]


def test_correction_of_parquet_keeps_its_types(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, files={"pattern": "*.parquet", "format": "parquet"})
    table = pa.table({"id": [7, 8], "item": ["A", "A"], "at": ["2025-03-01", "2025-03-01"], "score": pa.array([4.0, 4.5])})
    pq.write_table(table, workspace.landing / "a.parquet")
    workspace.night()
    list(export_records(folder_of(workspace), ["1"], tmp_path / "to"))
    written = pq.read_table(tmp_path / "to" / "a.correction1.parquet")
    assert written.schema.types == table.schema.types
    assert written.to_pylist() == table.slice(1).to_pylist()


def test_contract_that_reads_one_name_says_so(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, files={"pattern": "a.csv"})
    workspace.put("a.csv", BAD)
    workspace.night()
    said = list(export_records(folder_of(workspace), ["answers"], None))
    assert "the contract reads this name only" in said[1]
    with State(workspace.out) as state:
        assert state.corrections() == ()


def test_second_export_has_another_name(workspace: Workspace) -> None:
    for number in (1, 2):
        said = list(export_records(folder_of(workspace), ["1/answers/1"], None))
        assert f"a.correction{number}.csv: 1 record of a.csv" in said[0]


def test_discard_needs_a_reason_closes_at_once_and_is_new_input(workspace: Workspace) -> None:
    folder = folder_of(workspace)
    with pytest.raises(ExtractError, match="a reason is missing"):
        list(discard_records(folder, ["answers"], " ", "ann", NOON))
    with State(workspace.out) as state:
        before = hash_input(folder, state, NOON.date())
    (said,) = discard_records(folder, ["1/answers/1", "1/answers/2"], "test orders", "ann", NOON)
    assert said.startswith("2 records discarded by ann")
    lines = list(list_records(folder, has_closed=True))
    assert lines[0].startswith("1 open record in quarantine, 2 discarded")
    assert sum("discarded by ann, 2026-01-09: test orders" in line for line in lines) == 2
    with State(workspace.out) as state:
        assert hash_input(folder, state, NOON.date()) != before
    (again,) = discard_records(folder, ["1/answers"], "the rest", "ann", NOON)
    assert again.startswith("1 record discarded")
