"""Files of the landing folder are kept, checked and counted before anything parses them."""

from datetime import datetime
from pathlib import Path

import pytest
from support.loading import Workspace, make_contract

from orchestration.errors import ExtractError
from orchestration.warehouse.landing import LandedFile, land_files
from orchestration.warehouse.records import Dialect, RecordReader
from orchestration.warehouse.state import State

AS_OF = datetime(2026, 1, 2, 2)
GOOD = "id,item,at,score\n1,A,2025-03-01,4\n"


def land(workspace: Workspace) -> list[LandedFile]:
    with State(workspace.out) as state:
        return land_files(workspace.landing, workspace.contracts, workspace.out, state, as_of=AS_OF)


def test_missing_landing_folder_says_what_to_do(tmp_path: Path) -> None:
    with State(tmp_path / "out") as state, pytest.raises(ExtractError, match="no landing folder") as caught:
        land_files(tmp_path / "nowhere", (make_contract(),), tmp_path / "out", state, as_of=AS_OF)
    assert "create it" in str(caught.value)


def test_original_bytes_are_kept_under_their_hash(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", GOOD)
    (entry,) = land(workspace)
    kept = workspace.out / "originals" / entry.sha256
    assert kept.read_bytes() == GOOD.encode()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert entry.state == "ready"
    assert entry.shape
    assert entry.shape.n_records == 1


def test_unchanged_file_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", GOOD)
    land(workspace)

    def refuse(*_: object) -> str:
        raise AssertionError("the file was copied again")

    monkeypatch.setattr("orchestration.warehouse.landing._copy", refuse)
    assert [entry.state for entry in land(workspace)] == ["ready"]


def test_strangers_are_left_alone(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    (workspace.landing / "done").mkdir()
    workspace.put("notes.txt", "nothing")
    assert land(workspace) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a,b\n1,2\n\n3,4\n5", [b"a,b", b"1,2", b"3,4", b"5"]),
        (b'a,b\r\n1,"x\n\ny"\r\n3,4', [b"a,b", b'1,"x\n\ny"', b"3,4"]),
        (b"a\r1\r2\r", [b"a", b"1", b"2"]),
        (b'\xef\xbb\xbfa,b\n1,x"y\n3,4\n', [b"a,b", b'1,x"y', b"3,4"]),
        (b'a,b\n1,"x"y\n3,4\n', [b"a,b", b'1,"x"y', b"3,4"]),
        (b'a,b\n1, "q\nr" \n3,"a""b"\n', [b"a,b", b'1, "q\nr" ', b'3,"a""b"']),
        (b"", []),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_records_are_found_whatever_the_chunks(content: bytes, expected: list[bytes], size: int) -> None:
    reader = RecordReader(Dialect())
    blocks = list(reader.blocks(content[i : i + size] for i in range(0, len(content), size)))
    found = [block.bytes_of(index) for block in blocks for index in range(block.starts.size)]
    assert found == expected
    assert reader.summary.n_records == len(expected)
    starts = [int(start) for block in blocks for start in block.starts]
    assert [content[start : start + len(record)] for start, record in zip(starts, found, strict=True)] == expected


def test_open_quote_is_named_by_its_line() -> None:
    reader = RecordReader(Dialect())
    assert reader.count([b'a,b\n1,"xy\n3,4\n5,6\n']).open_quote_line == 2
