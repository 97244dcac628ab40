"""Nights as children of a process that has imported everything once: forked, watched step by step, killed where asked.

A child runs `csat run` as the command line does. Its dbt is a child of its own, forked before any thread exists and waiting for
its arguments, so that neither pays for imports; it ends with its parent by the same `end_with_parent` as in a real night.
"""

import json
import os
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

AUDITED = frozenset({"open", "os.rename", "os.symlink", "os.remove", "os.chmod", "os.mkdir"})
"""Calls by which a night changes its folder, beside fsync and the commits of its state; DuckDB's own writes are met at random moments."""
SECONDS_AT_MOST = 600
LAST_STEP = "reports__monthly_executive_mail"


@dataclass(frozen=True)
class Point:
    """Where a night dies: in `step`, after a share of the seconds it usually takes, or, `call` given, before that call of it."""

    step: str
    share: float = 0.0
    call: int = 0

    def __str__(self) -> str:
        return f"{self.step} before call {self.call}" if self.call else f"{self.step} at {self.share:.0%} of its time"


@dataclass(frozen=True)
class Course:
    """How a night went: exit code (negative: the signal), seconds and calls by step, what it said."""

    code: int
    seconds: dict[str, float]
    calls: dict[str, list[str]]
    said: str
    wall: float


def import_everything() -> None:
    """Nothing; what a night imports is imported, and nothing has run, so that children may be forked."""
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "DO_NOT_TRACK": "1"}
    import polars  # noqa: F401
    import pyarrow  # noqa: F401

    from orchestration.quality.gates import import_expectations

    import_expectations()
    import dbt.adapters.duckdb
    import dbt.cli.main  # noqa: F401

    # the allocator's own threads, and Polars' idle one, are made ready for a fork by their libraries
    assert threading.enumerate() == [threading.main_thread()], "a thread runs already"


def run_night(folder: Path, day: str, log: Path, *, point: Point | None = None, usual: dict[str, float] | None = None) -> Course:
    """The course of a night, killed at `point`; `usual` says how many seconds its steps take."""
    began = time.monotonic()
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(read)
        _be_night(folder, ["run", "--as-of", day], log, write, point)
    os.close(write)
    marks = _follow(read, child, point, usual or {})
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    seconds = {name: after - at for (name, at), (_, after) in zip(marks, [*marks[1:], ("", time.monotonic())], strict=True)}
    calls = log.with_suffix(".calls")
    found = json.loads(calls.read_text()) if calls.exists() else {}
    return Course(code, seconds, found, log.read_text(errors="replace"), time.monotonic() - began)


def run_command(folder: Path, arguments: list[str], log: Path) -> tuple[int, str]:
    """Exit code and words of any other command."""
    child = os.fork()
    if not child:
        _be_night(folder, arguments, log, os.open(os.devnull, os.O_WRONLY), None)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), log.read_text(errors="replace")


def _follow(read: int, child: int, point: Point | None, usual: dict[str, float]) -> list[tuple[str, float]]:
    """Name and time of each step begun; where the point is a moment, the child is killed at it."""
    marks = []
    with os.fdopen(read) as pipe:
        for line in pipe:
            marks.append((line.strip(), time.monotonic()))
            if point and not point.call and marks[-1][0] == point.step:
                time.sleep(point.share * usual.get(point.step, 0.0))
                os.kill(child, signal.SIGKILL)
    return marks


def _be_night(folder: Path, arguments: list[str], log: Path, told: int, point: Point | None) -> None:
    """Never returns: this process is the night."""
    code = 70
    try:
        signal.alarm(SECONDS_AT_MOST)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.setsid()
        if arguments[0] == "run":
            _lend_dbt()
            _watch(folder / "out", log.with_suffix(".calls"), told, point)
        code = _csat(folder, arguments)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _csat(folder: Path, arguments: list[str]) -> int:
    from orchestration import cli

    sys.argv = ["csat", "--workspace", str(folder), *arguments]
    try:
        cli.main()
    except SystemExit as end:
        return int(end.code or 0)
    return 71


class _Watch:
    """Tells every step begun, counts every call that changes `out`, and makes the one of `point` the last."""

    def __init__(self, out: Path, calls: Path, told: int, point: Point | None) -> None:
        self.out, self.calls, self.told, self.point = out, calls, told, point
        self.steps: dict[str, list[str]] = {}
        self.now = ""

    def begin(self, step: str) -> None:
        if step != self.now:
            self.now = step
            os.write(self.told, f"{step}\n".encode())

    def count(self, call: str, *about: object) -> None:
        if not _concerns(self.out, call, about):
            return
        done = self.steps.setdefault(self.now, [])
        done.append(f"{call} {Path(str(about[0])).name if about else ''}".strip())
        if self.point and self.point.call == len(done) and self.point.step == self.now:
            os.kill(os.getpid(), signal.SIGKILL)

    def hear(self, event: Any) -> None:
        if event.is_step_start:
            self.begin("checks" if event.step_key.startswith("ops__extract_loads_") else event.step_key)
        elif event.is_step_success and event.step_key == LAST_STEP:
            self.begin("end")
        whole = self.calls.with_suffix(".whole")  # a night that dies here must not leave half a list
        whole.write_text(json.dumps(self.steps))
        whole.replace(self.calls)


def _watch(out: Path, calls: Path, told: int, point: Point | None) -> None:
    """Nothing; from now on this night is watched."""
    from orchestration.pipeline.progress import PROGRESS
    from orchestration.warehouse.state import State

    watch = _Watch(out, calls, told, point)
    hear, fsync, transaction = PROGRESS.hear, os.fsync, State._transaction
    PROGRESS.hear = lambda event: (watch.hear(event), hear(event))[1]  # type: ignore[method-assign]
    os.fsync = lambda handle: (watch.count("fsync"), fsync(handle))[1]
    State._transaction = lambda self: (watch.count("commit"), transaction(self))[1]  # type: ignore[method-assign]
    sys.addaudithook(lambda name, about: watch.count(name, *about) if name in AUDITED else None)
    watch.begin("start")


def _concerns(out: Path, call: str, about: tuple[object, ...]) -> bool:
    if call in ("fsync", "commit"):
        return True
    paths = [str(one) for one in about if isinstance(one, str | os.PathLike) and str(one).startswith(str(out))]
    if not paths or any(f"{out}/{name}" in path for name in ("dagster", "dbt") for path in paths):
        return False
    writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT
    return call != "open" or bool(set(str(about[1] or "")) & set("wax+")) or (about[1] is None and bool(int(str(about[2])) & writes))


class _LentDbt:
    """What dagster-dbt sees of a process that was forked beforehand."""

    def __init__(self, pid: int, lines: int, arguments: list[str]) -> None:
        self.pid, self.args, self.returncode = pid, arguments, None
        self.stdout = os.fdopen(lines, "rb")

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.returncode

    def poll(self) -> int | None:
        return self.returncode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)


def _lend_dbt() -> None:
    """Nothing; the next process that would be started for dbt is one that waits already."""
    import subprocess

    ours, theirs = socket.socketpair()
    night = os.getpid()
    child = os.fork()
    if not child:
        ours.close()
        _be_dbt(theirs, night)
    theirs.close()
    real = subprocess.Popen

    def start(*positional: Any, **given: Any) -> Any:
        arguments = given.get("args") or positional[0]
        if "orchestration.pipeline.dbt_process" not in arguments:
            return real(*positional, **given)
        read, write = os.pipe()
        work = {"args": [str(one) for one in arguments[3:]], "env": dict(given["env"]), "cwd": str(given["cwd"])}
        body = json.dumps(work).encode()
        socket.send_fds(ours, [len(body).to_bytes(4, "big")], [write])
        ours.sendall(body)
        os.close(write)
        return _LentDbt(child, read, [str(one) for one in arguments])

    subprocess.Popen = start  # type: ignore[assignment, misc]


def _be_dbt(from_night: socket.socket, night: int) -> None:
    """Never returns: this process is dbt once it is told with what arguments."""
    code = 72
    try:
        os.environ["CSAT_DBT_PARENT"] = str(night)
        from orchestration.pipeline import dbt_process

        dbt_process.end_with_parent()
        head, (output,), _, _ = socket.recv_fds(from_night, 4, 1)
        body = b""
        while len(body) < int.from_bytes(head, "big"):
            body += from_night.recv(1 << 16)
        work = json.loads(body)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        os.environ.clear()
        os.environ.update(work["env"])
        os.chdir(work["cwd"])
        sys.argv = ["dbt", *work["args"]]
        dbt_process.main()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.stdout.flush()
        os._exit(code)
