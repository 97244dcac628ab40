"""I26: names that are long, odd, alike or no text at all, and entries of the landing folder that are no files."""

import os
import socket
import stat
import unicodedata
from pathlib import Path

import pytest
from support.loading import Workspace, make_contract

from orchestration.pipeline.inspection import finding_line
from orchestration.warehouse.archives import zip_alone
from orchestration.warehouse.checking import check_landing
from orchestration.warehouse.connection import open_private
from orchestration.warehouse.corrections import export_corrections
from orchestration.warehouse.quarantine import QuarantinedRecord
from orchestration.warehouse.state import State

HEADER = "id,item,at,score\n"
GOOD = HEADER + "1,A,2025-03-01,4\n"
OTHER = HEADER + "2,B,2025-03-01,5\n"
NFC, NFD = (unicodedata.normalize(form, "Rückläufe_é.csv") for form in ("NFC", "NFD"))


ODD_NAMES = (
    "a[1].csv", "*.csv", "?.csv", "o'brien;drop table.csv", "客户.csv", "k=v.csv", "-rf.csv", "--.csv", "~.csv", "$HOME.csv", "%s.csv",
    "a b.csv", "CON.csv", "a:b.csv", "C:\\a.csv", "..\\a.csv", "a..csv", "..csv", "x" * 251 + ".csv", "语" * 83 + "ab.csv", '"quoted".csv',
    "{0}.csv", "a1.csv",
)  # fmt: skip


def test_i26_odd_name_is_only_a_name(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for number, name in enumerate(ODD_NAMES):
        workspace.put(name, GOOD.replace("1,A", f"{number:02},A"))
    assert not [finding for finding in check_landing(workspace.contracts, workspace.landing) if finding.severity == "error"]
    assert {result.state for result in workspace.night()} == {"loaded"}
    assert workspace.answers("response_id") == [(f"{number:02}",) for number in range(len(ODD_NAMES))]
    assert {row[0] for row in workspace.rows("select file_name from ops.extract_files")} == set(ODD_NAMES)
    assert {result.state for result in workspace.night()} == {"known"}
    assert {result.state for result in workspace.night(is_full=True)} == {"loaded"}
    assert all(path.name.isascii() for path in (workspace.out / "originals").iterdir())


UNSHOWN = ("a\nb.csv", "a\x1b[31mb.csv", "a\u202eb.csv", os.fsdecode(b"\xff.csv"), "a\tb.csv", "a\u2028.csv")


def test_i26_name_that_cannot_be_shown_is_refused_and_shown_escaped(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for name in UNSHOWN:
        (workspace.landing / name).write_bytes(GOOD.encode())
    workspace.put("b.csv", OTHER)
    results = {result.file_name: result for result in workspace.night()}
    assert results.pop("b.csv").state == "loaded"
    assert set(results) == {ascii(name) for name in UNSHOWN}
    assert {(r.state, r.reason) for r in results.values()} == {
        ("refused", "has a name with characters that cannot be shown; rename the file")
    }
    told = [finding_line(f) for f in check_landing(workspace.contracts, workspace.landing) if f.severity == "error"]
    assert len(told) == len(UNSHOWN)
    assert all(any(ascii(name) in line for line in told) for name in UNSHOWN)
    assert all(line.isascii() and line.isprintable() for line in told)


def make_entry(path: Path, kind: str) -> None:
    if kind == "symbolic link":
        path.symlink_to(path.parent.parent / "secret.txt")
    elif kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
    else:
        try:
            os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))
        except PermissionError:
            pytest.skip("only root makes devices, and not in every container")


@pytest.mark.parametrize("kind", ["symbolic link", "folder", "pipe", "socket", "device"])
def test_i26_what_is_no_file_is_refused_and_costs_only_its_message(tmp_path: Path, kind: str) -> None:
    workspace = Workspace(tmp_path)
    (tmp_path / "secret.txt").write_text(OTHER)
    make_entry(workspace.landing / "x.csv", kind)
    workspace.put("a.csv", GOOD)
    told = [finding_line(f) for f in check_landing(workspace.contracts, workspace.landing) if f.severity == "error"]
    results = {result.file_name: result for result in workspace.night()}
    assert (results["a.csv"].state, results["x.csv"].state) == ("loaded", "refused")
    assert results["x.csv"].reason == f"is a {kind}, no file; put the file itself there"
    assert [f"is a {kind}, no file" in line for line in told] == [True]
    assert workspace.answers() == [("1", 4)]


def test_i26_pipe_in_place_of_a_manifest_is_not_waited_for(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, make_contract(completeness={"manifest": "*.manifest"}))
    os.mkfifo(workspace.landing / "a.manifest")
    workspace.put("a.csv", GOOD)
    assert {(r.file_name, r.state) for r in workspace.night()} == {("a.manifest", "refused"), ("a.csv", "waiting")}


@pytest.mark.parametrize(("pattern", "name"), [(NFC, NFD), (NFD, NFC), (f"*{NFC[4:]}", NFD)])
def test_i26_composed_and_decomposed_names_are_one_name_to_a_pattern(tmp_path: Path, pattern: str, name: str) -> None:
    workspace = Workspace(tmp_path, make_contract(files={"pattern": pattern}))
    workspace.put(name, GOOD)
    assert [result.state for result in workspace.night()] == ["loaded"]


def test_i26_names_that_differ_in_capitals_or_composition_are_two_deliveries(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    contents = {"a.csv": GOOD, "A.csv": OTHER, NFC: GOOD.replace("1,A", "3,A"), NFD: GOOD.replace("1,A", "4,A")}
    for name, content in contents.items():
        workspace.put(name, content)
    workspace.put("B.CSV", GOOD.replace("1,A", "5,A"))
    assert len(list(workspace.landing.iterdir())) == 5
    assert [result.state for result in workspace.night()] == ["loaded"] * 4
    assert workspace.answers("response_id") == [("1",), ("2",), ("3",), ("4",)]
    (told,) = check_landing(workspace.contracts, workspace.landing)
    assert (told.file_name, told.message) == ("B.CSV", "no contract matches this name, so it is not read")


def test_i26_correction_file_of_the_longest_name_is_written(tmp_path: Path) -> None:
    workspace, name = Workspace(tmp_path), "x" * 251 + ".csv"
    workspace.put(name, HEADER + "1,A,2025-03-01,soon\n")
    workspace.night()
    record = QuarantinedRecord(1, "answers", 1, 2, "score", "type", workspace.as_of)
    with State(workspace.out) as state, open_private(workspace.out) as private:
        (made,) = export_corrections(private, state, workspace.out, workspace.contracts, [record], tmp_path / "to")
    assert made.path.name == name
    assert not made.has_own_name


def test_i26_member_of_an_archive_is_never_a_path(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, make_contract(files={"pattern": "*.zip", "compression": "zip"}))
    workspace.put("a.zip", zip_alone("../landing/b.csv", GOOD.encode()))
    assert [result.state for result in workspace.night()] == ["refused"]
    assert [path.name for path in workspace.landing.iterdir()] == ["a.zip"]
