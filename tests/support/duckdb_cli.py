"""The DuckDB command line that analysts have: a version older than the run's own, in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

BINARY = Path(sys.executable).with_name("duckdb")


def run_cli(file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`duckdb -readonly FILE ARGUMENTS`, without anybody's start-up file."""
    command = [str(BINARY), "-init", "/dev/null", "-readonly", str(file), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def query_cli(file: Path, sql: str) -> list[dict[str, Any]]:
    """The rows of one statement. Raises AssertionError with the command line's own words where it fails."""
    done = run_cli(file, "-json", "-c", sql)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    rows: list[dict[str, Any]] = json.loads(done.stdout or "[]")
    return rows
