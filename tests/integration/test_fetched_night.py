"""Whole nights whose extracts come from an S3 store, an SFTP server and an API: rows in the published tables, once, whatever fails."""

import json
import os
from pathlib import Path

import pytest
from support.foreign_files import GERMAN, HELPDESK
from support.night import run_csat
from support.source_servers import QUOTED_SECRET, SECRET, rest_api, s3_store, sftp_server

from orchestration.warehouse.connection import open_read_only

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1", "localhost"])]
TICKETS = [
    {"id": f"T{number}", "opened": f"2026-10-{number + 1:02d} 09:00", "changed": f"2026-10-{number + 1:02d}T09:00:00Z"}
    for number in range(20)
]
TICKET_CONTRACT = """
contract: tickets
source: desk
table: complaints_complaints
files: {pattern: tickets_*.jsonl, format: jsonl}
extracted_at: {source: column, column: changed, format: '%Y-%m-%dT%H:%M:%S%z'}
fetch:
  kind: rest
  connection: desk
  path: tickets
  records: items
  paging: {type: offset, limit: 7, total_path: total}
  cursor: {column: changed, parameter: since}
  authentication: bearer
  attempts: 1
columns:
  - {name: complaint_id, source: id, required: true}
  - {name: opened_at, source: opened, format: '%Y-%m-%d %H:%M', required: true}
"""
COUNT = "select contract_code, cast(sum(n_rows) as integer) from ops.extract_loads group by 1 order by 1"
ROWS = "select source_code, complaint_id, opened_at, extracted_at from raw.complaints_complaints order by all"


def draft(folder: Path, name: str, content: bytes, fetch: str) -> None:
    """A contract for a sample of the file, which is fetched from now on."""
    sample = folder / "landing" / name
    sample.write_bytes(content)
    before = set((folder / "contracts").glob("*.yaml"))
    assert run_csat(folder, "contract", "draft", str(sample), "--save").returncode == 0
    sample.unlink()
    (contract,) = set((folder / "contracts").glob("*.yaml")) - before
    contract.write_text(f"{contract.read_text('utf-8')}\nfetch: {fetch}\n", "utf-8")


def read(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with open_read_only(folder / "out" / "current.duckdb") as warehouse:
        return warehouse.execute(sql).fetchall()


def holding_secret(folder: Path) -> list[str]:
    secrets = [SECRET.encode(), QUOTED_SECRET.encode()]
    return [str(path) for path in folder.rglob("*") if path.is_file() and any(secret in path.read_bytes() for secret in secrets)]


def test_three_kinds_of_source_over_three_nights(tmp_path):
    folder, remote, asked, said = tmp_path / "company", tmp_path / "remote", [], []
    remote.mkdir()
    assert run_csat(folder, "init", str(folder)).returncode == 0

    def answer(path, given, sent):
        asked.append(given)
        found = [one for one in TICKETS if one["changed"] >= given.get("since", "")]
        begin = int(given["offset"])
        return 200, {}, {"total": len(found), "items": found[begin : begin + int(given["limit"])]}

    with s3_store() as (address, client), rest_api(answer) as api:
        with sftp_server(remote) as server:
            variables = {
                "CSAT_CONNECTION_LAKE": f"s3://reader:{QUOTED_SECRET}@",
                "CSAT_CONNECTION_PARTNER": server.url,
                "CSAT_CONNECTION_DESK": api.url(f":{QUOTED_SECRET}@"),
            }
            fetch = {"kind": "s3", "connection": "lake", "bucket": "exports", "endpoint_url": address, "attempts": 1}
            draft(folder, HELPDESK.name, HELPDESK.content, json.dumps(fetch))
            fetch = {"kind": "sftp", "connection": "partner", "host_key": server.host_key, "rest_seconds": 0, "attempts": 1}
            draft(folder, GERMAN.name, GERMAN.content, json.dumps(fetch))
            (folder / "contracts" / "tickets.yaml").write_text(TICKET_CONTRACT)

            def csat(*words: str) -> str:
                done = run_csat(folder, *words, environment=os.environ | variables)
                said.append(done.stdout + done.stderr)
                assert done.returncode == 0, said[-1]
                return said[-1]

            client.put_object(Bucket="exports", Key=HELPDESK.name, Body=HELPDESK.content)
            (remote / GERMAN.name).write_bytes(GERMAN.content)

            checked = csat("check")
            assert "a night fetches s3://exports/ with CSAT_CONNECTION_LAKE; nothing was fetched now" in checked
            assert list((folder / "landing").iterdir()) == []
            assert "fetched 1 file for tickets" in csat("run", "--as-of", "2026-11-03")
            counts = dict(read(folder, COUNT))
            assert sorted(counts.values()) == [len(TICKETS), GERMAN.n_records, HELPDESK.n_records]
            assert [given.get("since") for given in asked] == [None] * 3
            assert "Nothing has changed since g000001" in csat("run", "--as-of", "2026-11-03")
            assert len(asked) == 3

        TICKETS.append({"id": "T20", "opened": "2026-11-03 09:00", "changed": "2026-11-03T09:00:00Z"})
        TICKETS[0] |= {"opened": "2026-10-01 10:00", "changed": "2026-11-03T10:00:00Z"}
        told = csat("run", "--as-of", "2026-11-04")
        assert "warning: fetched no files for beschwerden" in told
        assert "cannot be read" in told
        assert "not fetched" in csat("status")
        assert {given["since"] for given in asked[3:]} == {"2026-10-20T08:00:00Z"}
        tickets = "select count(*), max(opened_at)::varchar from raw.complaints_complaints where source_code = 'desk'"
        assert read(folder, tickets) == [(21, "2026-11-03 09:00:00")]
        first = "select opened_at::varchar from raw.complaints_complaints where complaint_id = 'T0'"
        assert read(folder, first) == [("2026-10-01 10:00:00",)]
        assert read(folder, "select state from ops.sources where contract_code = 'beschwerden'") == [("late",)]

    before = read(folder, ROWS)
    assert "fetch" not in csat("run", "--as-of", "2026-11-04", "--full-refresh")
    assert read(folder, ROWS) == before
    assert holding_secret(folder) == []
    assert not any("canary" in text for text in said)
