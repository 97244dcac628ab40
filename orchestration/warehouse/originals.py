"""Kept originals: when they may go, and what cannot be done without them.

Every reload reads them: a full refresh, a changed contract, rows of another version. Where one is gone that is refused before
anything is forgotten, so no reload leaves fewer rows than there were.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from orchestration.config.contracts import Contract
from orchestration.errors import WarehouseError
from orchestration.warehouse.files import hash_file
from orchestration.warehouse.landing import deliveries_in_landing, match_contracts
from orchestration.warehouse.state import ExtractFile, State
from orchestration.warehouse.verification import Verification

FOLDER = "originals"
SHOWN = 3
DONE_WITH = """
    select extract_file_id from ops.extract_loads group by 1 having bool_and(state <> 'refused')
    except select extract_file_id from ops.quarantine where state = 'open'"""


def require_originals(out: Path, state: State, contracts: Sequence[Contract] | None = None) -> None:
    """Nothing. Raises WarehouseError where the original of a delivery that the contracts read is gone; None: of any delivery."""
    read = {name.extract_file_id for name in state.names() if contracts is None or match_contracts(name.file_name, contracts)}
    gone = [file for file in state.files() if file.extract_file_id in read and not _original(out, file).is_file()]
    if gone:
        named = ", ".join(f"{file.file_name} ({file.sha256})" for file in gone[:SHOWN]) + (", ..." if len(gone) > SHOWN else "")
        raise WarehouseError(
            f"{len(gone)} originals are gone and would have to be loaded anew; their rows would be lost: {named}",
            where=str(out / FOLDER),
            hint="put copies there, each under its SHA-256, or take back what made the reload necessary: a changed contract, "
            "--full-refresh, another version; nothing has changed",
        )


def drop_originals(
    con: duckdb.DuckDBPyConnection, out: Path, state: State, landing: Path, *, keep_days: int | None, as_of: datetime
) -> int:
    """How many originals were deleted: of deliveries first seen more than `keep_days` before `as_of`, out of landing/, with every
    record loaded, cured or discarded in the published file. None: none ever. The state knows of each before it goes.
    """
    if keep_days is None:
        return 0
    done_with = {row[0] for row in con.execute(DONE_WITH).fetchall()} - deliveries_in_landing(landing, state)
    limit, files = as_of - timedelta(days=keep_days), state.files()
    needed = {file.sha256 for file in files if file.extract_file_id not in done_with or file.known_at > limit}
    dropped = {file.sha256 for file in files if file.sha256 not in needed and _original(out, file).is_file()}
    for sha256 in sorted(dropped):
        state.record_dropped(sha256, as_of)
        for staged in (out / "staged").glob(f"{sha256}.*"):
            staged.unlink()
        (out / FOLDER / sha256).unlink()
    return len(dropped)


def verify_originals(out: Path, state: State) -> Verification:
    """Whether every original is there with the bytes of its name, but for those that were dropped."""
    dropped, files = state.dropped_originals(), {file.sha256: file for file in state.files()}
    lying = {sha256: file for sha256, file in files.items() if _original(out, file).is_file()}
    damaged = [file for sha256, file in lying.items() if hash_file(_original(out, file)) != sha256]
    missing = [file for sha256, file in files.items() if sha256 not in lying and sha256 not in dropped]
    problems = [*_told(missing, "missing"), *_told(damaged, "damaged")]
    n_dropped = len(dropped - lying.keys())
    note = f"{n_dropped} more were dropped by keep_originals_days: what they brought cannot be loaded anew" if n_dropped else ""
    return Verification(FOLDER, "; ".join(problems), note)


def _told(files: Sequence[ExtractFile], what: str) -> Iterable[str]:
    if files:
        yield f"{len(files)} {what}, first {files[0].file_name} ({files[0].sha256})"


def _original(out: Path, file: ExtractFile) -> Path:
    return out / FOLDER / file.sha256
