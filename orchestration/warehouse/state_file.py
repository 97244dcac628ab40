"""`StateFile`: out/state.sqlite as a file: opened, migrated, written in durable transactions; what stands in it is told by `State`.

A new kind of state is a migration in `state_schema`, and methods in a class of its own between `StateFile` and `State`.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from orchestration.errors import StateError
from orchestration.warehouse.state_schema import MIGRATIONS

STATE_FILE = "state.sqlite"
BUSY_SECONDS = 30.0


class StateFile:
    """The state file of one workspace as a context manager; `out` is its out folder, made if it is missing.

    Raises StateError where the file is damaged or newer than this version knows.
    """

    def __init__(self, out: Path) -> None:
        self.path = out / STATE_FILE
        with self._translated():
            _create_private(self.path)
            self._con = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            with self._translated():
                self._open()
        except StateError:
            self._con.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Nothing; the file is closed."""
        self._con.close()

    def _open(self) -> None:
        self._con.execute("pragma journal_mode = wal")
        self._con.execute("pragma synchronous = full")
        if (verdict := self._con.execute("pragma quick_check(1)").fetchall()) != [("ok",)]:
            raise sqlite3.DatabaseError(str(verdict[0][0]))
        self._migrate()

    def _migrate(self) -> None:
        version = self._version()
        if version > len(MIGRATIONS):
            raise StateError(
                f"was written by a newer csat (version {version}; this one knows {len(MIGRATIONS)})",
                where=str(self.path), hint="install the newer csat again, or restore a backup made with this one",
            )  # fmt: skip
        while version < len(MIGRATIONS):
            with self._transaction():
                if self._version() == version:
                    for statement in filter(str.strip, MIGRATIONS[version].split(";")):
                        self._con.execute(statement)
                    self._con.execute(f"pragma user_version = {version + 1}")
            version = self._version()

    def _version(self) -> int:
        return int(self._con.execute("pragma user_version").fetchall()[0][0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._translated():
            self._con.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._con.execute("rollback")
                raise
            self._con.execute("commit")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StateError(
                f"cannot be used: {error}", where=str(self.path),
                hint="free disk space if it is full; if the file is damaged restore it from the newest backup: it cannot be derived",
            ) from error  # fmt: skip

    def _run(self, sql: str, values: tuple[object, ...]) -> int:
        with self._transaction():
            return int(self._con.execute(sql, values).lastrowid or 0)

    def _rows(self, sql: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        with self._translated():
            return self._con.execute(sql, values).fetchall()


def _create_private(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def time_text(at: datetime) -> str:
    """A local time of the workspace as it is stored. Raises ValueError where it has a zone."""
    if at.tzinfo is not None:
        raise ValueError(f"{at} has a zone; the state keeps local times of the workspace")
    return at.isoformat(sep=" ")
