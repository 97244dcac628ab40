"""I07 and I24: a file cut at a row end, or other than its manifest, marker or trailer says, never passes for a whole one."""

import hashlib
import os
from pathlib import Path

import pytest
from support.loading import Workspace, make_contract

from orchestration.warehouse.checking import check_landing

HEADER = "id,item,at,score\n"
ROWS = "".join(f"{n},A,2025-03-01,4\n" for n in range(10))
WHOLE = HEADER + ROWS
CUT = HEADER + "".join(ROWS.splitlines(keepends=True)[:7])
SHA = hashlib.sha256(WHOLE.encode()).hexdigest()


def by_manifest(folder: Path) -> Workspace:
    return Workspace(folder, make_contract(files={"pattern": "a*.csv"}, completeness={"manifest": "manifest_*.csv"}))


def unread(workspace: Workspace) -> list[tuple[str, str]]:
    return workspace.rows("select file_name, state from ops.unread_files order by all")


@pytest.mark.parametrize(
    ("manifest", "content", "reason"),
    [
        ("file_name,n_records\na.csv,10\n", WHOLE, ""),
        (f"file_name,sha256,n_bytes\na.csv,{SHA.upper()},{len(WHOLE)}\n", WHOLE, ""),
        ("file_name,n_records,sha256\na.csv,10,\n", WHOLE, ""),
        ("file_name,n_records\na.csv,10\n", CUT, "has 7 records, manifest_1.csv says 10"),
        ("file_name,n_records\na.csv,10\n", "", "has 0 records, manifest_1.csv says 10"),
        (f"file_name,sha256\na.csv,{SHA}\n", WHOLE.replace("4", "5"), "as SHA-256, manifest_1.csv says"),
        (f"file_name,n_bytes\na.csv,{len(WHOLE)}\n", CUT, f"bytes, manifest_1.csv says {len(WHOLE)}"),
    ],
)
def test_i24_file_is_what_its_manifest_says_or_is_refused(tmp_path: Path, manifest: str, content: str, reason: str) -> None:
    workspace = by_manifest(tmp_path)
    workspace.put("manifest_1.csv", manifest)
    workspace.put("a.csv", content)
    (result,) = workspace.night()
    assert result.state == ("refused" if reason else "loaded")
    assert reason in result.reason
    assert len(workspace.answers()) == (0 if reason else 10)
    before = workspace.rows("select state, reason, n_loaded from ops.extract_loads")
    (workspace.landing / "manifest_1.csv").unlink()
    workspace.night(is_full=True)
    assert workspace.rows("select state, reason, n_loaded from ops.extract_loads") == before


@pytest.mark.parametrize("row", ["10", ",10", "a.csv,-1", f"a.csv,{2**64}", "a.csv,ten"])
def test_i24_manifest_that_cannot_be_right_is_told_and_ends_no_night(tmp_path: Path, row: str) -> None:
    workspace = by_manifest(tmp_path)
    workspace.put("manifest_1.csv", f"n_records,file_name\n1,b.csv\n{row}\n" if row == "10" else f"file_name,n_records\n{row}\n")
    workspace.put("a.csv", WHOLE)
    states = {result.file_name: result.state for result in workspace.night()}
    assert states == {"manifest_1.csv": "refused", "a.csv": "waiting"}


def test_i24_file_that_may_not_be_read_ends_no_night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", WHOLE)
    workspace.put("b.csv", WHOLE.replace("4", "3"))

    def open_all_but_one(path, *args, real=os.open, **kwargs):
        if str(path).endswith("b.csv"):
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **kwargs)

    monkeypatch.setattr("os.open", open_all_but_one)
    assert {r.file_name: (r.state, "cannot be opened" in r.reason) for r in workspace.night()} == {
        "a.csv": ("loaded", False), "b.csv": ("refused", True),
    }  # fmt: skip


def test_i24_refused_file_is_loaded_when_the_manifest_is_corrected(tmp_path: Path) -> None:
    workspace = by_manifest(tmp_path)
    workspace.put("manifest_1.csv", "file_name,n_records\na.csv,11\n")
    workspace.put("a.csv", WHOLE)
    assert [r.state for r in workspace.night()] == ["refused"]
    workspace.put("manifest_2.csv", "file_name,n_records\na.csv,10\n")
    assert [r.state for r in workspace.night()] == ["loaded"]
    workspace.put("manifest_3.csv", "file_name,n_records\na.csv,12\n")
    assert [r.state for r in workspace.night()] == ["known"]
    workspace.night(is_full=True)
    assert len(workspace.answers()) == 10


def test_i24_file_that_no_manifest_names_waits_and_one_that_is_named_is_missed(tmp_path: Path) -> None:
    workspace = by_manifest(tmp_path)
    workspace.put("a1.csv", WHOLE)
    workspace.put("a2.csv", WHOLE)
    workspace.put("manifest_1.csv", "file_name,n_records\na1.csv,10\na3.csv,5\nother.csv,7\n")
    workspace.put("manifest_2.csv", "nothing to see\n")
    results = {result.file_name: result.state for result in workspace.night()}
    assert results == {"a1.csv": "loaded", "a2.csv": "waiting", "a3.csv": "missing", "manifest_2.csv": "refused"}
    findings = {(f.severity, f.file_name) for f in check_landing(workspace.contracts, workspace.landing)}
    assert findings == {("warning", "a2.csv"), ("warning", "a3.csv"), ("error", "manifest_2.csv")}


def test_i24_what_was_loaded_needs_its_marker_no_more(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, make_contract(completeness={"done_file": "{name}.done"}))
    workspace.put("a.csv", WHOLE)
    assert [r.state for r in workspace.night()] == ["waiting"]
    assert "a.csv.done" in next(f.message for f in check_landing(workspace.contracts, workspace.landing))
    marker = workspace.put("a.csv.done", "")
    assert [r.state for r in workspace.night()] == ["loaded"]
    marker.unlink()
    assert [r.state for r in workspace.night()] == ["known"]
    assert not check_landing(workspace.contracts, workspace.landing)[1:]


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (WHOLE + "T;10", ""),
        (CUT + "T;10", "has 7 records, its trailer says 10"),
        (CUT, "does not end with its trailer"),
        (HEADER, "does not end with its trailer"),
        ("", "does not end with its trailer"),
    ],
)
def test_i07_trailer_tells_how_many_records_there_are(tmp_path: Path, content: str, reason: str, end: str) -> None:
    workspace = Workspace(tmp_path, make_contract(files={"pattern": "*.csv", "trailer": r"T;(\d+)"}))
    workspace.put("a.csv", content + end if content else content)
    (result,) = workspace.night()
    assert (result.state, len(workspace.answers())) == (("refused", 0) if reason else ("loaded", 10))
    assert reason in result.reason


def test_i07_compressed_file_with_a_trailer_and_without_records_is_empty(tmp_path: Path) -> None:
    contract = make_contract(files={"pattern": "*.gz", "compression": "gzip", "trailer": r"T;(\d+)"})
    workspace = Workspace(tmp_path, contract)
    workspace.put("a.gz", HEADER + "T;0\n", is_gzip=True)
    workspace.put("b.gz", WHOLE + "T;10\n", is_gzip=True)
    assert [r.state for r in workspace.night()] == ["empty", "loaded"]


def test_i07_file_cut_inside_its_last_record_is_refused_and_one_cut_inside_a_value_is_told(tmp_path: Path) -> None:
    """The rule: a last line without a line end is a warning where it can be read, and a cut where it cannot."""
    workspace = Workspace(tmp_path)
    workspace.put("broken.csv", WHOLE[:-12])
    workspace.put("short.csv", WHOLE[:-1].replace("2025-03-01", "2025-04-01"))
    broken, short = workspace.night()
    assert (broken.state, short.state) == ("refused", "loaded")
    assert "ends in the middle of a record" in broken.reason
    assert "no line end" in "".join(short.warnings)
    assert workspace.rows("select warnings is null from ops.extract_loads order by extract_file_id") == [(True,), (False,)]
    found = [(f.severity, f.file_name) for f in check_landing(workspace.contracts, workspace.landing)]
    assert found == [("error", "broken.csv"), ("warning", "short.csv")]
