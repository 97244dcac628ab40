"""One night on a small sample, run once per test run by the command line and shared by every test that only looks."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

from support.sample.write import write_workspace

REPOSITORY = Path(__file__).resolve().parents[2]
MONTHS = 5
DAY = "2026-11-03"
SHARED = "PYTEST_SHARED_NIGHT"
"""Names the folder of the shared night, which conftest.py makes and takes away."""
SPY = """
import os, socket, sys
def _spy(name, real):
    def told(*args, **kwargs):
        with open(os.environ["CSAT_TEST_LOOKUPS"], "a") as file:
            file.write(f"{name} {args!r} in {sys.argv!r}\\n")
        return real(*args, **kwargs)
    return told
for name in ("getaddrinfo", "gethostbyname", "create_connection"):
    setattr(socket, name, _spy(name, getattr(socket, name)))
class Socket(socket.socket):
    def connect(self, address):
        if self.family != socket.AF_UNIX:
            with open(os.environ["CSAT_TEST_LOOKUPS"], "a") as file:
                file.write(f"connect {address!r} in {sys.argv!r}\\n")
        return super().connect(address)
socket.socket = Socket
"""


class PublishedNight(NamedTuple):
    """A workspace after its first night: what the command said, and every host that anything looked up meanwhile."""

    folder: Path
    returncode: int
    output: str
    lookups: str


@cache
def published_night() -> PublishedNight:
    """The shared night; tests must not write into its folder: `copy_night` gives one of their own.

    Processes that run tests side by side share it too: the first one makes it while the others wait.
    """
    folder = Path(os.environ[SHARED])
    told = folder / "told.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            told.write_text(json.dumps(_run_night(folder)))
    return PublishedNight(folder / "workspace", *json.loads(told.read_text()))


def _run_night(folder: Path) -> tuple[int, str, str]:
    """What `PublishedNight` tells of the night in `folder`, but for the folder."""
    write_sample(folder / "workspace")
    spy = folder / "spy"
    spy.mkdir()
    (spy / "sitecustomize.py").write_text(SPY)
    (folder / "lookups").touch()
    environment = os.environ | {"PYTHONPATH": f"{spy}:{REPOSITORY}", "CSAT_TEST_LOOKUPS": str(folder / "lookups")}
    done = run_csat(folder / "workspace", "run", "--as-of", DAY, environment=environment)
    return done.returncode, done.stdout + done.stderr, (folder / "lookups").read_text()


def write_sample(folder: Path) -> None:
    """Configuration and contracts of the sample with extracts of a few months."""
    for name in ("config", "contracts"):
        shutil.copytree(REPOSITORY / "data" / name, folder / name)
    (folder / "landing").mkdir(exist_ok=True)
    write_workspace(folder, months=MONTHS)


def copy_night(target: Path) -> Path:
    """A copy of the shared night's workspace in `target`."""
    shutil.copytree(published_night().folder, target, symlinks=True)
    return target


def run_csat(folder: Path, *arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """`csat --workspace FOLDER ARGUMENTS` in a process of its own."""
    command = [sys.executable, "-m", "orchestration.cli", "--workspace", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=REPOSITORY)
