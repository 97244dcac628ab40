"""`State`: out/state.sqlite, everything that cannot be derived again from the landing folder.

It holds every delivery and when it was first seen, what was decided about quarantine, every night and how it ended, every
generation and every move of the pointer. It is written, and safe on disk, before the DuckDB commit that relies on it, and is
read without the night's lock. Standard library only: a night that finds nothing new imports no engine. What analysts see of it
is mirrored into `ops`.
"""

from datetime import datetime
from typing import Any

from orchestration.errors import StateError
from orchestration.warehouse.decisions import Decisions
from orchestration.warehouse.deliveries import Deliveries
from orchestration.warehouse.state_file import STATE_FILE, time_text
from orchestration.warehouse.state_schema import MIGRATIONS, ExtractFile, Generation, GenerationState, Promise, Run, RunState, SourceFetch

__all__ = ["MIGRATIONS", "STATE_FILE", "ExtractFile", "Generation", "Promise", "Run", "RunState", "SourceFetch", "State"]


class State(Deliveries, Decisions):
    """The state of one workspace: deliveries, decisions, fetches, runs and generations. Every method is one durable transaction."""

    def is_fetched(self, place: str, version: str) -> bool:
        """True where this is the version of the remote file that was written into landing/ last."""
        return bool(self._rows("select 1 from fetched_files where place = ? and version = ?", (place, version)))

    def remember_fetched(self, place: str, version: str, name: str, fetched_at: datetime) -> None:
        """Nothing; the version of the remote file lies in landing/ as `name`, and is not asked for until there is another."""
        self._run("insert or replace into fetched_files values (?, ?, ?, ?)", (place, version, name, time_text(fetched_at)))

    def record_fetch(self, fetch: SourceFetch) -> None:
        """Nothing; how the contract's source was met last."""
        self._run(
            "insert or replace into fetches values (?, ?, ?, ?)",
            (fetch.contract_code, time_text(fetch.as_of), fetch.n_files, fetch.message),
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
            (time_text(as_of), time_text(started_at or as_of), input_hash),
        )

    def end_run(self, run_id: int, state: RunState, message: str, ended_at: datetime) -> None:
        """Nothing; the run has ended in `state`."""
        self._run("update runs set state = ?, message = ?, ended_at = ? where run_id = ?", (state, message, time_text(ended_at), run_id))

    def forget_input(self, run_id: int) -> None:
        """Nothing; the run has read less than there was, so no later one is told that nothing has changed since."""
        self._run("update runs set input_hash = '' where run_id = ?", (run_id,))

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
                generation.code, time_text(generation.as_of), generation.parent, generation.input_hash, generation.sha256,
                generation.n_bytes, time_text(generation.published_at), generation.state,
            ),
        )  # fmt: skip

    def mark_generation(self, code: str, state: GenerationState) -> None:
        """Nothing; the generation `code` is in `state` from now on."""
        self._run("update generations set state = ? where code = ?", (state, code))

    def record_pointer(self, code: str, moved_at: datetime, reason: str) -> None:
        """Nothing; the pointer stands on `code`, and that generation is published."""
        with self._transaction():
            self._con.execute("insert into pointer_moves (code, moved_at, reason) values (?, ?, ?)", (code, time_text(moved_at), reason))
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

    def refuse_going_back(self, as_of: datetime) -> None:
        """Nothing. Raises StateError where `as_of` lies before the newest finished night or before the first sight of a file."""
        rows = self._rows(
            "select max(at) from (select as_of as at from runs where state in ('succeeded', 'unchanged')"
            " union all select known_at from deliveries)"
        )
        if rows[0][0] and time_text(as_of) < rows[0][0]:
            raise StateError(
                f"the night {time_text(as_of)} lies before {rows[0][0]}, which this workspace has already seen; nights only go forward",
                where=str(self.path),
                hint="choose an --as-of that is not earlier; to see an earlier night use csat rollback; "
                "to begin again move the out folder away",
            )


def _run(row: tuple[Any, ...]) -> Run:
    number, as_of, started_at, ended_at, state, input_hash, message = row
    ended = datetime.fromisoformat(ended_at) if ended_at else None
    return Run(number, datetime.fromisoformat(as_of), datetime.fromisoformat(started_at), ended, state, input_hash, message)


def _generation(row: tuple[Any, ...]) -> Generation:
    code, as_of, parent, input_hash, sha256, n_bytes, published_at, state = row
    as_of, published_at = datetime.fromisoformat(as_of), datetime.fromisoformat(published_at)
    return Generation(code, as_of, parent, input_hash, sha256, n_bytes, published_at, state)
