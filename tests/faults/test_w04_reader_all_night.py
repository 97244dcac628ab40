"""W04: a reader that stays for the night neither blocks it nor is disturbed; who comes afterwards gets the new generation."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

from orchestration.warehouse.connection import open_read_only, open_working
from orchestration.warehouse.generations import publish_generation
from orchestration.warehouse.state import State

READER = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
def value():
    return con.execute("select n from marts.facts").fetchall()[0][0]
print(value(), flush=True)
sys.stdin.readline()
print(value(), flush=True)
con.close()
con = duckdb.connect(sys.argv[1], read_only=True)
print(value(), flush=True)
"""


def publish(out: Path, value: int) -> None:
    with open_working(out) as con:
        con.execute("create schema if not exists marts")
        con.execute("create or replace table marts.facts as select ? as n", [value])
    with State(out) as state:
        publish_generation(out, state, as_of=datetime(2026, 11, value, 2), input_hash=str(value))


def test_reader_and_night_do_not_meet(tmp_path):
    publish(tmp_path, 1)
    current = str(tmp_path / "current.duckdb")
    with subprocess.Popen([sys.executable, "-c", READER, current], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        first = reader.stdout.readline()
        publish(tmp_path, 2)
        rest, _ = reader.communicate("\n")
    assert (first, rest.split()) == ("1\n", ["1", "2"])


def test_what_a_reader_puts_aside_on_disk_is_left_to_him(tmp_path):
    publish(tmp_path, 1)
    spilled = tmp_path / "generations" / "g000001.duckdb.tmp"  # where DuckDB puts it for a file opened by the pointer
    spilled.mkdir()
    (spilled / "duckdb_temp_storage-0.tmp").write_bytes(b"rows of a long query")
    publish(tmp_path, 2)
    assert [path.name for path in spilled.iterdir()] == ["duckdb_temp_storage-0.tmp"]


def test_a_reader_of_this_process_keeps_its_generation(tmp_path):
    publish(tmp_path, 1)
    with open_read_only(tmp_path / "current.duckdb") as con:
        publish(tmp_path, 2)
        assert con.execute("select n from marts.facts").fetchall() == [(1,)]
        with open_read_only(tmp_path / "current.duckdb") as later:
            assert later.execute("select n from marts.facts").fetchall() == [(2,)]
