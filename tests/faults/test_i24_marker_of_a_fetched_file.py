"""I24: a file that a night fetched before its marker or manifest was there is loaded as it is when they have come, never its first half."""

from functools import partial
from pathlib import Path

import pytest
from support.loading import Workspace, make_contract

from orchestration.config.completeness import Completeness
from orchestration.pipeline.fetching import _may_replace
from orchestration.warehouse.sources.remote_files import RemoteFile, SkippedFileError, fetch_files
from orchestration.warehouse.sources.request import FetchRequest, UnreachableError
from orchestration.warehouse.state import State

HALF = b"id,item,at,score\n1,A,2025-03-01,4\n"
WHOLE = HALF + b"2,A,2025-03-01,4\n"
MARKED, LISTED = {"done_file": "{name}.done"}, {"manifest": "list_*.csv"}
BY_MARKER, BY_MANIFEST = {"x.csv.done": b""}, {"list_1.csv": b"file_name,n_records\nx.csv,2\n"}


def fetch(workspace: Workspace, remote: dict[str, bytes], *, broken: str = "", moving: tuple[str, ...] = ()) -> str:
    """What is said of the files that a night could not fetch; `broken` is one of them; those `moving` are still being written."""
    (contract,) = workspace.contracts

    def copy(file: RemoteFile, target: object) -> str:
        if file.path == broken:
            raise SkippedFileError("was replaced while it was read, and comes the next night")
        target.write(remote[file.path])  # type: ignore[attr-defined]
        return file.version

    with State(workspace.out) as state:
        request = FetchRequest(
            contract, "", workspace.landing, workspace.as_of, "UTC", None, state.is_fetched, partial(_may_replace, state, contract)
        )
        try:
            files = [RemoteFile(name, f"p/{name}", str(hash(data))) for name, data in remote.items()]
            for one in fetch_files(request, files, copy, moving):
                state.remember_fetched(one.place, one.version, one.path.name, workspace.as_of)
        except UnreachableError as told:
            return str(told)
    return ""


def states(workspace: Workspace) -> dict[str, str]:
    return {result.file_name: result.state for result in workspace.night()}


@pytest.mark.parametrize(("rule", "word"), [(MARKED, BY_MARKER), (LISTED, BY_MANIFEST)], ids=["marker", "manifest"])
def test_i24_whole_file_that_comes_with_its_marker_takes_the_place_of_its_half(tmp_path: Path, rule: dict, word: dict) -> None:
    workspace = Workspace(tmp_path, make_contract(files={"pattern": "x*.csv"}, completeness=rule))
    assert fetch(workspace, {"x.csv": HALF}) == ""
    assert states(workspace) == {"x.csv": "waiting"}
    assert fetch(workspace, {"x.csv": WHOLE, **word}) == ""
    assert states(workspace) == {"x.csv": "loaded"}
    assert workspace.rows("select n_bytes from ops.extract_files") == [(len(WHOLE),)]


@pytest.mark.parametrize(("rule", "word"), [(MARKED, BY_MARKER), (LISTED, BY_MANIFEST)], ids=["marker", "manifest"])
def test_i24_marker_waits_for_a_file_that_could_not_be_fetched(tmp_path: Path, rule: dict, word: dict) -> None:
    workspace = Workspace(tmp_path, make_contract(files={"pattern": "x*.csv"}, completeness=rule))
    fetch(workspace, {"x.csv": HALF})
    for trouble in ({"broken": "x.csv"}, {"moving": ("x.csv",)}):
        told = fetch(workspace, {"x.csv": WHOLE, **word}, **trouble)
        assert f"'{next(iter(word))}' comes with 'x.csv'" in told
    assert states(workspace) == {"x.csv": "waiting"}
    assert fetch(workspace, {"x.csv": WHOLE, **word}) == ""
    assert states(workspace) == {"x.csv": "loaded"}
    assert len(workspace.answers()) == 2


def test_i24_marker_of_an_earlier_version_vouches_for_no_later_one(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, make_contract(files={"pattern": "x*.csv"}, completeness=MARKED))
    fetch(workspace, {"x.csv": WHOLE, **BY_MARKER})
    assert states(workspace) == {"x.csv": "loaded"}
    more = WHOLE.replace(b",4", b",5")
    assert "waits for x.csv.done" in fetch(workspace, {"x.csv": more[:40]})
    assert states(workspace) == {"x.csv": "known"}
    assert fetch(workspace, {"x.csv": more, **BY_MARKER}) == ""
    assert states(workspace) == {"x.csv": "loaded"}
    assert workspace.answers() == [("1", 5), ("2", 5)]


def test_i24_whole_file_that_no_night_has_read_is_not_written_over(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, make_contract(files={"pattern": "x*.csv"}, completeness=MARKED))
    fetch(workspace, {"x.csv": WHOLE, **BY_MARKER})
    assert "has not been read yet" in fetch(workspace, {"x.csv": HALF, "x.csv.done": b"v2"})
    assert (workspace.landing / "x.csv").read_bytes() == WHOLE
    assert (workspace.landing / "x.csv.done").read_bytes() == b""


def test_i24_file_that_one_contract_waits_for_is_read_by_none(tmp_path: Path) -> None:
    marked = make_contract(name="marked", completeness=MARKED)
    workspace = Workspace(tmp_path, marked, make_contract(name="plain", source="other"))
    workspace.put("x.csv", HALF)
    for _ in range(2):
        assert {(r.contract_code, r.state) for r in workspace.night()} == {("marked", "waiting"), ("plain", "waiting")}
    workspace.put("x.csv", WHOLE)
    workspace.put("x.csv.done", "")
    assert {(r.contract_code, r.state) for r in workspace.night()} == {("marked", "loaded"), ("plain", "loaded")}
    assert marked.completeness == Completeness(done_file="{name}.done")
