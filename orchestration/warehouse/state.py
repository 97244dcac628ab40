"""`State`: out/state.sqlite, everything that cannot be derived again from the landing folder.

It holds when each delivered content was first seen, every night and how it ended, every generation and every move of the
pointer. It is written, and safe on disk, before the DuckDB commit that relies on it, and is read without the night's lock.
Standard library only: a night that finds nothing new imports no engine. What analysts see of it is mirrored into `ops`.
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
from orchestration.warehouse.state_schema import MIGRATIONS, ExtractFile, Generation, GenerationState, Run, RunState, SourceFetch

__all__ = ["MIGRATIONS", "STATE_FILE", "ExtractFile", "Generation", "Run", "RunState", "SourceFetch", "State"]

STATE_FILE = "state.sqlite"
BUSY_SECONDS = 30.0


class State:
    """The state file of one workspace as a context manager; `out` is its out folder, made if it is missing.

    Every method is one durable transaction. Raises StateError where the file is damaged or newer than this version knows.
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

    def record_file(self, sha256: str, file_name: str, n_bytes: int, known_at: datetime) -> int:
        """The number of the content `sha256`, given at its first sight and never changed by a later one."""
        self._run(
            "insert into extract_files (sha256, file_name, n_bytes, known_at) values (?, ?, ?, ?) on conflict (sha256) do nothing",
            (sha256, file_name, n_bytes, _text(known_at)),
        )
        return int(self._rows("select extract_file_id from extract_files where sha256 = ?", (sha256,))[0][0])

    def files(self) -> tuple[ExtractFile, ...]:
        """Every content ever seen, in order of first sight."""
        rows = self._rows("select extract_file_id, sha256, file_name, n_bytes, known_at from extract_files order by 1")
        return tuple(ExtractFile(number, sha, name, size, datetime.fromisoformat(at)) for number, sha, name, size, at in rows)

    def known_name(self, name: str, size: int, mtime_ns: int) -> str | None:
        """The SHA-256 seen last under this name, size and time of change; None where it must be read."""
        rows = self._rows(
            "select sha256 from extract_names where name = ? and size = ? and mtime_ns = ? order by rowid desc limit 1",
            (name, size, mtime_ns),
        )
        return str(rows[0][0]) if rows else None

    def remember_name(self, name: str, size: int, mtime_ns: int, sha256: str, known_at: datetime) -> None:
        """Nothing; the name is kept beside the content, so that the next night need not read it again."""
        self._run("insert or replace into extract_names values (?, ?, ?, ?, ?)", (name, size, mtime_ns, sha256, _text(known_at)))

    def names(self) -> tuple[tuple[str, str], ...]:
        """Every (file name, SHA-256) ever seen, in order of name: all names of one content, all contents of one name."""
        return tuple((row[0], row[1]) for row in self._rows("select distinct name, sha256 from extract_names order by 1, 2"))

    def is_fetched(self, place: str, version: str) -> bool:
        """True where this version of a remote file has been written into landing/ whole."""
        return bool(self._rows("select 1 from fetched_files where place = ? and version = ?", (place, version)))

    def remember_fetched(self, place: str, version: str, name: str, fetched_at: datetime) -> None:
        """Nothing; the version of the remote file lies in landing/ as `name` and is not asked for again."""
        self._run("insert or replace into fetched_files values (?, ?, ?, ?)", (place, version, name, _text(fetched_at)))

    def record_fetch(self, fetch: SourceFetch) -> None:
        """Nothing; how the contract's source was met last."""
        self._run(
            "insert or replace into fetches values (?, ?, ?, ?)",
            (fetch.contract_code, _text(fetch.as_of), fetch.n_files, fetch.message),
        )

    def fetches(self) -> tuple[SourceFetch, ...]:
        """How each source was met last, in order of contract."""
        rows = self._rows("select contract_code, as_of, n_files, message from fetches order by 1")
        return tuple(SourceFetch(code, datetime.fromisoformat(at), n_files, message) for code, at, n_files, message in rows)

    def begin_run(self, as_of: datetime, input_hash: str, started_at: datetime | None = None) -> int:
        """The number of a new run in state `running`. `started_at` is the clock on the wall; default: `as_of`.

        Raises StateError where `as_of` lies before the newest finished night or before the first sight of a file.
        """
        self.refuse_going_back(as_of)
        return self._run(
            "insert into runs (as_of, started_at, state, input_hash) values (?, ?, 'running', ?)",
            (_text(as_of), _text(started_at or as_of), input_hash),
        )

    def end_run(self, run_id: int, state: RunState, message: str, ended_at: datetime) -> None:
        """Nothing; the run has ended in `state`."""
        self._run("update runs set state = ?, message = ?, ended_at = ? where run_id = ?", (state, message, _text(ended_at), run_id))

    def runs(self) -> tuple[Run, ...]:
        """Every run, oldest first; one that is still `running` although nobody holds the lock was killed."""
        rows = self._rows("select run_id, as_of, started_at, ended_at, state, input_hash, message from runs order by run_id")
        return tuple(_run(row) for row in rows)

    def last_run(self, state: RunState | None = None) -> Run | None:
        """The newest run, or the newest one that ended in `state`; None where there is none."""
        found = [run for run in self.runs() if state is None or run.state == state]
        return found[-1] if found else None

    def record_generation(self, generation: Generation) -> None:
        """Nothing; the generation is recorded, over an earlier record of the same code that was never published."""
        self._run(
            "insert or replace into generations values (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                generation.code, _text(generation.as_of), generation.parent, generation.input_hash, generation.sha256,
                generation.n_bytes, _text(generation.published_at), generation.state,
            ),
        )  # fmt: skip

    def mark_generation(self, code: str, state: GenerationState) -> None:
        """Nothing; the generation `code` is in `state` from now on."""
        self._run("update generations set state = ? where code = ?", (state, code))

    def record_pointer(self, code: str, moved_at: datetime, reason: str) -> None:
        """Nothing; the pointer stands on `code`, and that generation is published."""
        with self._transaction():
            self._con.execute("insert into pointer_moves (code, moved_at, reason) values (?, ?, ?)", (code, _text(moved_at), reason))
            self._con.execute("update generations set state = 'published' where code = ?", (code,))

    def generations(self) -> tuple[Generation, ...]:
        """Every generation ever prepared, in order of code."""
        rows = self._rows("select code, as_of, parent, input_hash, sha256, n_bytes, published_at, state from generations order by code")
        return tuple(_generation(row) for row in rows)

    def published_generation(self) -> Generation | None:
        """The generation that the pointer was moved to last; None before the first."""
        rows = self._rows("select code from pointer_moves order by move_id desc limit 1")
        codes = {generation.code: generation for generation in self.generations()}
        return codes.get(rows[0][0]) if rows else None

    def pointer_moves(self) -> tuple[tuple[str, datetime, str], ...]:
        """Every move of the pointer as (code, when, why), oldest first."""
        rows = self._rows("select code, moved_at, reason from pointer_moves order by move_id")
        return tuple((code, datetime.fromisoformat(at), why) for code, at, why in rows)

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

    def refuse_going_back(self, as_of: datetime) -> None:
        """Nothing. Raises StateError where `as_of` lies before the newest finished night or before the first sight of a file."""
        rows = self._rows(
            "select max(at) from (select as_of as at from runs where state in ('succeeded', 'unchanged')"
            " union all select known_at from extract_files)"
        )
        if rows[0][0] and _text(as_of) < rows[0][0]:
            raise StateError(
                f"the night {_text(as_of)} lies before {rows[0][0]}, which this workspace has already seen; nights only go forward",
                where=str(self.path),
                hint="choose an --as-of that is not earlier; to see an earlier night use csat rollback; "
                "to begin again move the out folder away",
            )

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


def _text(at: datetime) -> str:
    if at.tzinfo is not None:
        raise ValueError(f"{at} has a zone; the state keeps local times of the workspace")
    return at.isoformat(sep=" ")


def _run(row: tuple[Any, ...]) -> Run:
    number, as_of, started_at, ended_at, state, input_hash, message = row
    ended = datetime.fromisoformat(ended_at) if ended_at else None
    return Run(number, datetime.fromisoformat(as_of), datetime.fromisoformat(started_at), ended, state, input_hash, message)


def _generation(row: tuple[Any, ...]) -> Generation:
    code, as_of, parent, input_hash, sha256, n_bytes, published_at, state = row
    as_of, published_at = datetime.fromisoformat(as_of), datetime.fromisoformat(published_at)
    return Generation(code, as_of, parent, input_hash, sha256, n_bytes, published_at, state)
