"""I27: a night killed between the source and the load: what was fetched is loaded once, and nothing of it half."""

import os
import signal
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.loading import Workspace, make_contract
from support.source_servers import SftpServer, rest_api, sftp_server

from orchestration import settings
from orchestration.pipeline import fetching
from orchestration.warehouse.files import TEMPORARY
from orchestration.warehouse.sources import request as sources
from orchestration.warehouse.state import State

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]
ROWS = "id,item,at,score\n{0},i1,2025-12-0{0},{0}\n"
ANSWERS = [{"id": f"{n}", "item": "i1", "at": f"2025-12-0{n}", "score": n, "changed": f"2025-12-0{n} 12:00:00"} for n in range(1, 4)]


def make_workspace(folder: Path, server: SftpServer, api_url: str, monkeypatch) -> Workspace:
    monkeypatch.setenv("CSAT_CONNECTION_PARTNER", server.url)
    monkeypatch.setenv("CSAT_CONNECTION_CRM", api_url)
    files = {"kind": "sftp", "connection": "partner", "folder": ".", "host_key": server.host_key, "rest_seconds": 0}
    cursor = {"column": "changed", "parameter": "since"}
    listed = {"kind": "rest", "connection": "crm", "path": "answers", "cursor": cursor}
    return Workspace(
        folder,
        make_contract(files={"pattern": "a_*.csv"}, fetch=files),
        make_contract(
            name="listed", source="crm", files={"pattern": "listed_*.jsonl", "format": "jsonl"}, fetch=listed,
            extracted_at={"source": "column", "column": "changed", "format": ""},
        ),
    )  # fmt: skip


def night(workspace: Workspace) -> None:
    """One night of the workspace, which begins by fetching."""
    as_of = workspace.as_of + timedelta(days=1)
    config = SimpleNamespace(contracts=workspace.contracts, workspace=SimpleNamespace(time_zone="UTC"))
    assert [met.message for met in fetching.fetch_sources(workspace.landing.parent, config, as_of)] == ["", ""]
    workspace.night()


def kill_before(workspace: Workspace, owner: object, step: str) -> None:
    """Nothing; a child has begun the night and was killed when it came to `step`."""
    child = os.fork()
    if not child:
        setattr(owner, step, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
        try:
            night(workspace)
        finally:
            os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def read_all(workspace: Workspace) -> dict[str, list[tuple[object, ...]]]:
    return {
        "rows": workspace.rows("select source_code, response_id, satisfaction, extracted_at from raw.surveys_answers order by all"),
        "ledger": workspace.rows(
            "select contract_code, state, n_records, n_loaded, n_rows from ops.extract_loads where n_rows > 0 order by all"
        ),
        "superseded": workspace.private_rows("select response_id, satisfaction from superseded.surveys_answers order by all"),
    }


STEPS = [(sources.os, "replace"), (State, "remember_fetched"), (State, "record_fetch"), (Workspace, "night")]


@pytest.mark.parametrize(("owner", "step"), STEPS, ids=[step for _, step in STEPS])
def test_killed_fetch_loses_and_doubles_nothing(tmp_path, monkeypatch, owner, step):
    (tmp_path / "remote").mkdir()
    asked = []

    def answer(path, given, sent):
        asked.append(given)
        return 200, {}, [row for row in ANSWERS if row["changed"] >= given.get("since", "").replace("T", " ")]

    with sftp_server(tmp_path / "remote") as server, rest_api(answer) as api:
        for number in (1, 2):
            (server.folder / f"a_{number}.csv").write_text(ROWS.format(number))
        whole = make_workspace(tmp_path / "whole", server, api.url(), monkeypatch)
        killed = make_workspace(tmp_path / "killed", server, api.url(), monkeypatch)
        night(whole)
        kill_before(killed, owner, step)
        night(killed)
        assert read_all(killed) == read_all(whole)
        assert len(read_all(whole)["rows"]) == 5
        (server.folder / "a_3.csv").write_text(ROWS.format(3))
        (server.folder / "a_1.csv").write_text("id,item,at,score\n1,i1,2025-12-01,2\n")
        night(whole)
        kill_before(killed, owner, step)
        night(killed)
    assert read_all(killed)["rows"] == read_all(whole)["rows"]
    assert read_all(killed)["superseded"] == read_all(whole)["superseded"]
    assert ("survey", "1", 2) in [row[:3] for row in read_all(whole)["rows"]]
    assert asked[-1] == {"since": "2025-12-03T11:00:00Z"}
    assert not [path for path in killed.landing.iterdir() if path.name.endswith(TEMPORARY)]


@pytest.fixture(autouse=True)
def fresh():
    yield
    settings.read_settings.cache_clear()
