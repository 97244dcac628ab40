"""Database servers that a test starts itself, on 127.0.0.1 and a free port, and stops when it is done.

The servers are Debian's (postgresql, mariadb-server). They refuse to run as root, so a test run by root gives them the user that
their package brings.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PASSWORD = "canary:7f3/a@9"
"""Of every user of the test servers. No line, error or file of a night may hold it; its signs must be escaped in a URL."""
URL_PASSWORD = "canary%3A7f3%2Fa%409"
SECONDS_TO_START = 60


def free_port() -> int:
    """A port that nobody listens on; asked for in a child, since tests open no socket."""
    code = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
    return int(subprocess.check_output([sys.executable, "-c", code]))


def _as_user(*names: str) -> tuple[list[str], int]:
    """The beginning of a command that runs as the first of the users there is, and his number; nothing where we are not root."""
    if os.getuid() != 0:
        return [], os.getuid()
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = next(known[name] for name in (*names, "nobody") if name in known)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"], user.pw_uid


@contextmanager
def _folder_of(uid: int) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="csat-server-", dir="/tmp"))
    os.chown(folder, uid, -1)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Postgresql:
    """A running server with the database `erp` and the users postgres (may all) and reader (may what is granted)."""

    port: int
    programs: Path
    folder: Path
    prefix: list[str] = field(default_factory=list)

    def url(self, user: str = "reader", *, password: str = URL_PASSWORD, database: str = "erp") -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def run(self, *statements: str, database: str = "erp") -> None:
        """Nothing; the statements have been done by the superuser, each by itself."""
        from adbc_driver_postgresql import dbapi

        with dbapi.connect(self.url("postgres", database=database), autocommit=True) as connection, connection.cursor() as cursor:
            for statement in ("set client_encoding to 'UTF8'", *statements):
                cursor.execute(statement)

    def control(self, *words: str) -> None:
        """Nothing; pg_ctl has done it."""
        command = [*self.prefix, str(self.programs / "pg_ctl"), "-D", str(self.folder / "data"), "-w", "-s", *words]
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=20"
        self.control("-l", str(self.folder / "log"), "-o", options, "start")


@contextmanager
def postgresql_server() -> Iterator[Postgresql]:
    """A server of its own; skips the test where none is installed."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = str(installed[-1]) if installed else shutil.which("initdb")
    if not found:
        pytest.skip("needs a PostgreSQL server: apt install postgresql")
    prefix, uid = _as_user("postgres")
    with _folder_of(uid) as folder:
        server = Postgresql(free_port(), Path(found).parent, folder, prefix)
        (folder / "password").write_text(PASSWORD)
        made = ["--auth=scram-sha-256", f"--pwfile={folder / 'password'}", "-U", "postgres", "-E", "UTF8", "--locale=C", "-N"]
        subprocess.run([*prefix, found, "-D", str(folder / "data"), *made], check=True, cwd=folder, stdout=subprocess.DEVNULL)
        server.start()
        try:
            server.run("create database erp", f"create user reader password '{PASSWORD}'", database="postgres")
            yield server
        finally:
            server.control("-m", "immediate", "stop")


@dataclass
class Mariadb:
    """A running server with the database `erp` and the users root (may all) and reader (may read `erp`)."""

    port: int
    folder: Path
    process: "subprocess.Popen[bytes]"

    def url(self, user: str = "reader", *, password: str = URL_PASSWORD, database: str = "erp") -> str:
        return f"mysql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def run(self, *statements: str) -> str:
        """What the statements print, done by the superuser in `erp`."""
        command = ["mariadb", "--no-defaults", "-uroot", "-S", str(self.folder / "socket"), "-N", "--default-character-set=utf8mb4", "erp"]
        done = subprocess.run(command, input=";\n".join(statements).encode(), check=True, capture_output=True)
        return done.stdout.decode()


@contextmanager
def mariadb_server() -> Iterator[Mariadb]:
    """A server of its own; skips the test where none is installed."""
    if not (program := shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")):
        pytest.skip("needs a MariaDB server: apt install mariadb-server")
    prefix, uid = _as_user("mysql")
    with _folder_of(uid) as folder:
        data = f"--datadir={folder / 'data'}"
        made = ["mariadb-install-db", "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run([*prefix, *made], check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port, log = free_port(), (folder / "log").open("wb")
        options = [f"--socket={folder / 'socket'}", f"--port={port}", "--bind-address=127.0.0.1", "--innodb-flush-log-at-trx-commit=0"]
        with log, subprocess.Popen([*prefix, program, "--no-defaults", data, *options], cwd=folder, stdout=log, stderr=log) as process:
            server = Mariadb(port, folder, process)
            try:
                _wait_for(server)
                yield server
            finally:
                process.kill()


def _wait_for(server: Mariadb) -> None:
    ready = ["mariadb-admin", "--no-defaults", "-uroot", "-S", str(server.folder / "socket"), "ping"]
    end = time.monotonic() + SECONDS_TO_START
    while subprocess.run(ready, capture_output=True, check=False).returncode:
        assert time.monotonic() < end, (server.folder / "log").read_text()
        assert server.process.poll() is None, (server.folder / "log").read_text()
        time.sleep(0.1)
    command = ["mariadb", "--no-defaults", "-uroot", "-S", str(server.folder / "socket")]
    user = f"create user reader@'127.0.0.1' identified by '{PASSWORD}'; grant select on erp.* to reader@'127.0.0.1'"
    subprocess.run(command, input=f"create database erp character set utf8mb4; {user}".encode(), check=True)
