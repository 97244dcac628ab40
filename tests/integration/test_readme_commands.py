"""README tried as a newcomer would: its shell blocks in order, in a fresh folder, every command run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.foreign_files import HELPDESK
from support.night import REPOSITORY, write_sample

from orchestration.warehouse.connection import open_read_only

README = (REPOSITORY / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.S)
COMMANDS = [line.split("  #")[0].strip() for block in BLOCKS for line in block.splitlines() if line.strip() and not line.startswith("#")]
NOT_RUN = {
    "make demo": "makes the environment that this test runs in; `csat demo` itself is run by the test of the wheel",
    "make test": "is what runs this test",
}
ALIEN = {". .venv/bin/activate": "true"}
"""What stands for a command here: the environment is on PATH already."""


def listed(example: re.Match[str]) -> str:
    """What finds the first record of the sample's quarantine, or its file, in place of README's example."""
    return f"$(csat quarantine list | grep -oE -m 1 '^[0-9]+/[a-z_]+{'/[0-9]+' if example[1] else ''}')"


def test_only_what_makes_the_environment_is_left_out():
    assert {command for command in COMMANDS if command.split()[0] in {"make", "sudo", "apt", "pip"}} == set(NOT_RUN)


def test_a_newcomer_needs_five_commands():
    start = COMMANDS.index("csat init my-company")
    assert [command.split()[0] for command in COMMANDS[start : start + 5]] == ["csat", "cp", "csat", "csat", "csat"]
    assert COMMANDS[start + 4].endswith(" run")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A fresh folder with what README speaks of: the sample's data/, the queries, and a file of one's own."""
    made = tmp_path_factory.mktemp("readme")
    (made / "data").mkdir()
    write_sample(made / "data")
    shutil.copytree(REPOSITORY / "docs", made / "docs")
    (made / "complaints.csv").write_bytes(HELPDESK.content)
    return made


@pytest.mark.slow
def test_every_command_runs_in_order(folder):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "CSAT_WORKSPACE": str(folder / "data")}
    for command in COMMANDS:
        if command in NOT_RUN:
            continue
        meant = re.sub(r"12/answers(/3)?", listed, ALIEN.get(command, command))
        done = subprocess.run(["bash", "-c", meant], cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    with open_read_only(folder / "my-company" / "out" / "current.duckdb") as warehouse:
        counted = warehouse.execute("select (select count(*) from raw.complaints_complaints), count(*) from marts.fct_complaint").fetchall()
    assert counted == [(HELPDESK.n_records, HELPDESK.n_records)]
    assert list((folder / "my-company" / "out" / "reports").rglob("*.html"))
