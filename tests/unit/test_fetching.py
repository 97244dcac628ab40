"""What a night fetches before it decides anything: whole files, each once, no secret told, no source the end of the others."""

import re
from datetime import datetime

import pytest
import yaml
from pydantic import ValidationError
from support.loading import FIRST_NIGHT, make_contract
from support.night import REPOSITORY

from orchestration import settings
from orchestration.config.contracts import Contract
from orchestration.config.documents import parse_document, read_document
from orchestration.config.load import load_workspace
from orchestration.errors import ConfigError, ContractError, StateError, WarehouseError
from orchestration.pipeline import fetching, resources
from orchestration.pipeline.status import describe_status
from orchestration.pipeline.workspaces import init_workspace
from orchestration.warehouse.files import TEMPORARY
from orchestration.warehouse.shapes import hash_contract
from orchestration.warehouse.sources import request as sources
from orchestration.warehouse.sources.request import FetchRequest, UnreachableError, import_client, whole_file
from orchestration.warehouse.state import State

SECRET = "canary/p%40ss"
REST = {"kind": "rest", "connection": "crm", "path": "answers"}
TICKETS = """
contract: tickets
source: desk
table: complaints_complaints
files: {pattern: tickets_*.jsonl, format: jsonl}
fetch: {kind: rest, connection: crm, path: v2/tickets}
columns: [{name: complaint_id, source: id}, {name: opened_at, source: at}]
"""
JSON = {"pattern": "answers_*.jsonl", "format": "jsonl"}


def make_request(folder, **given):
    contract = make_contract(files=JSON, fetch=REST)
    return FetchRequest(contract, f"https://user:{SECRET}@host", folder, FIRST_NIGHT, "UTC", **given)


def test_way_of_delivery_does_not_change_how_a_file_becomes_rows():
    assert hash_contract(make_contract(files=JSON, fetch=REST)) == hash_contract(make_contract(files=JSON))


def test_answer_is_named_after_the_clock_and_found_by_the_pattern(tmp_path):
    assert make_request(tmp_path).target == tmp_path / "answers_2026-01-01T020000.jsonl"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"files": {"pattern": "answers.jsonl", "format": "jsonl"}}, "how the fetched file is called"),
        ({"files": {"pattern": "answers_*"}}, "is not what rest gives"),
        ({"fetch": {**REST, "cursor": {"column": "changed", "parameter": "since"}}}, "does not read the cursor's column"),
        ({"fetch": {"kind": "postgresql", "connection": "crm"}}, "give one of the two"),
        ({"fetch": {"kind": "ftp", "connection": "crm"}}, "ftp"),
    ],
)
def test_contract_that_could_not_be_fetched_is_refused(given, said):
    with pytest.raises((ValidationError, ValueError), match=said):
        make_contract(**{"files": JSON, "fetch": REST, **given})


def test_request_does_not_show_its_secret(tmp_path):
    assert "canary" not in repr(make_request(tmp_path))


def test_file_that_breaks_off_leaves_nothing(tmp_path):
    def break_off():
        with whole_file(tmp_path / "answers.csv") as file:
            file.write(b"half")
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        break_off()
    assert list(tmp_path.iterdir()) == []


def test_file_bears_its_name_only_when_it_is_whole(tmp_path):
    with whole_file(tmp_path / "answers.csv") as file:
        file.write(b"whole")
        assert [path.suffix for path in tmp_path.iterdir()] == [TEMPORARY]
    assert (tmp_path / "answers.csv").read_bytes() == b"whole"


def test_missing_client_names_the_extra():
    with pytest.raises(UnreachableError, match=r"pip install 'csat-warehouse\[s3\]'"):
        import_client("no_such_client", "s3")


def test_connection_is_read_by_name_and_never_shown(monkeypatch):
    monkeypatch.setenv("CSAT_CONNECTION_CRM", f"https://user:{SECRET}@host")
    assert "canary" not in repr(settings.read_connection("crm"))
    assert settings.read_connection("crm").get_secret_value().endswith("@host")
    assert "CSAT_CONNECTION_CRM" not in settings.child_environment()
    with pytest.raises(ConfigError, match="CSAT_CONNECTION_OTHER: is not set"):
        settings.read_connection("other")


@pytest.mark.parametrize("told", [f"https://user:{SECRET}@host", SECRET, "canary/p@ss"])
def test_secret_is_taken_out_of_a_message(told):
    hidden = fetching._without_secret(f"cannot reach {told} today", f"https://user:{SECRET}@host")
    assert "canary" not in hidden
    assert hidden.endswith("today")


def test_line_tells_what_came_or_why_nothing_came():
    at = datetime(2026, 1, 1, 2)
    assert fetching.describe_fetch(fetching.SourceFetch("answers", at, 1)) == "fetched 1 file for answers"
    told = fetching.describe_fetch(fetching.SourceFetch("answers", at, 0, "refused"))
    assert told == "warning: fetched no files for answers, and the night goes on with what there is: refused"


def test_two_answers_under_one_name_are_refused(workspace):
    folder, _ = workspace
    (folder / "contracts" / "others.yaml").write_text(TICKETS.replace("contract: tickets", "contract: others").replace("v2", "v3"))
    with pytest.raises(ContractError, match="is the name of what others fetches elsewhere"):
        load_workspace(folder)


def worked_contracts():
    """The parts of contracts that the README shows for fetched sources."""
    text = (REPOSITORY / "README.md").read_text("utf-8")
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.S) if "fetch:" in block]
    return {block["fetch"]["kind"]: block for block in blocks}


@pytest.mark.parametrize("kind", ["s3", "sftp", "rest"])
def test_contract_that_the_readme_shows_is_sound(kind):
    assert make_contract(**worked_contracts()[kind]).fetch.kind == kind


def test_wrong_key_of_a_source_is_told_at_its_line(tmp_path):
    (tmp_path / "answers.yaml").write_text("fetch:\n  kind: sftp\n  connection: lake\n  foldr: out\n")
    with pytest.raises(ConfigError) as refused:
        parse_document(read_document(tmp_path / "answers.yaml", tmp_path), Contract)
    said = str(refused.value)
    assert "answers.yaml:4: fetch.foldr ('out'): is not known\n  -> did you mean folder?" in said
    assert "answers.yaml:1: fetch.host_key: is missing" in said


def test_full_disk_is_not_taken_for_a_fault_of_the_source():
    with pytest.raises(WarehouseError, match="free disk space"), sources._LocalFile("/dev/full", "wb") as file:
        file.write(b"x")


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """A workspace with one fetched contract, and the clocks with which its sources were met."""
    list(init_workspace(tmp_path / "company"))
    (tmp_path / "company" / "contracts" / "tickets.yaml").write_text(TICKETS, "utf-8")
    clocks = []
    monkeypatch.setattr(resources, "fetch_sources", lambda folder, config, as_of: clocks.append(as_of))
    return tmp_path / "company", clocks


@pytest.mark.parametrize(("given", "n_times"), [({}, 1), ({"is_fetched": True}, 0), ({"full_refresh": True}, 0)])
def test_scheduled_night_fetches_unless_the_command_line_has(workspace, given, n_times):
    folder, clocks = workspace
    resources.Warehouse(workspace=str(folder), clock="2026-11-03T02:00:00", **given).begin_night()
    assert clocks == [datetime(2026, 11, 3, 2)] * n_times


def test_source_that_fails_in_any_way_costs_its_message_alone(workspace, monkeypatch):
    folder, _ = workspace
    config = load_workspace(folder)

    def fail(request, snapshots):
        raise RuntimeError(f"no way to {request.url}")

    monkeypatch.setattr(fetching, "_fetch", fail)
    (unset,) = fetching.fetch_sources(folder, config, FIRST_NIGHT)
    assert "CSAT_CONNECTION_CRM: is not set" in unset.message
    monkeypatch.setenv("CSAT_CONNECTION_CRM", "https://user:canary%2Fp%40ss@host")
    (failed,) = fetching.fetch_sources(folder, config, FIRST_NIGHT)
    assert failed.message.startswith("RuntimeError: no way to https://***@host")
    status = "\n".join(describe_status(folder, FIRST_NIGHT))
    assert "not fetched" in status
    assert "canary" not in status


@pytest.mark.parametrize("password", ["canary/77", "canary#77", "canary?77", "x/canary77"])
def test_password_that_cuts_its_url_in_the_wrong_place_is_told_by_no_part(workspace, monkeypatch, password):
    folder, _ = workspace
    monkeypatch.setenv("CSAT_CONNECTION_CRM", f"https://user:{password}@host:9/api")
    (failed,) = fetching.fetch_sources(folder, load_workspace(folder), FIRST_NIGHT)
    assert "CSAT_CONNECTION_CRM: in user and password / is %2F" in failed.message
    assert "canary" not in failed.message


def test_clock_that_goes_back_fetches_nothing(workspace):
    folder, _ = workspace
    with State(folder / "out") as state:
        state.end_run(state.begin_run(datetime(2026, 11, 3, 2), "hash"), "succeeded", "", datetime(2026, 11, 3, 3))
    with pytest.raises(StateError, match="nights only go forward"):
        fetching.fetch_sources(folder, load_workspace(folder), FIRST_NIGHT)


def test_check_says_what_a_night_would_fetch(workspace):
    folder, _ = workspace
    (line,) = fetching.describe_places(load_workspace(folder))
    assert line == "tickets: a night fetches the REST list v2/tickets with CSAT_CONNECTION_CRM; nothing was fetched now"
