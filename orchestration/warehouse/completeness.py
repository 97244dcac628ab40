"""Which files of the landing folder are whole: told by a marker, a manifest, or by having come to rest.

No time of a file is compared with a clock: the clocks of file servers differ. A new file is looked at twice instead.
"""

import csv
import fnmatch
import re
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from orchestration.config.contracts import Contract
from orchestration.warehouse.entries import open_plain
from orchestration.warehouse.limits import UnreadableError
from orchestration.warehouse.state import Promise, State

MANIFEST_BYTES = 16 * 1024 * 1024
LARGEST = 2**63
MANIFEST_COLUMNS = ("n_records", "n_bytes", "sha256")
SHA256 = re.compile("[0-9a-f]{64}")
AT_REST = "it is taken up when it has come to rest"


class StillArrivingError(UnreadableError):
    """A file changes while it is read."""


@dataclass(frozen=True)
class Announced:
    """What is known of one landing folder before its files are read: every name, those that change, and what manifests say of which.

    `unreadable` are manifests that cannot be read, with the reason.
    """

    names: frozenset[str]
    moving: frozenset[str]
    promises: dict[str, Promise]
    unreadable: dict[str, str]


def is_companion(name: str, contracts: Iterable[Contract]) -> bool:
    """True for a marker or manifest of some contract: it stands beside extracts and is none."""
    patterns = [p for c in contracts for p in (c.completeness.done_file.replace("{name}", "*"), c.completeness.manifest)]
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns if pattern)


def read_manifests(landing: Path, names: Iterable[str], contract: Contract, moving: frozenset[str] = frozenset()) -> Announced:
    """What the manifests of the contract say; where two name one file, the one that comes last by its name counts."""
    announced = Announced(frozenset(names), moving, {}, {})
    for name in sorted(announced.names):
        if fnmatch.fnmatchcase(name, contract.completeness.manifest):
            try:
                announced.promises.update(_read_manifest(landing / name))
            except UnreadableError as error:
                announced.unreadable[name] = str(error)
    return announced


def why_waiting(path: Path, contract: Contract, announced: Announced, state: State | None = None) -> str:
    """What the contract waits for before it reads the file; empty: nothing.

    What was read once needs no marker and no manifest, and a correction file needs none, since no source has sent it.
    """
    if path.name in announced.moving:
        return f"is still being written; {AT_REST}"
    if state and (((seen := _look(path)) and state.delivery_of(path.name, *seen)) or path.name in state.corrected_files()):
        return ""
    marker = contract.completeness.done_file.replace("{name}", path.name)
    if marker and marker not in announced.names:
        return f"waits for {marker}; the source puts it there when the file is whole"
    if contract.completeness.manifest and path.name not in announced.promises:
        return f"is named by no {contract.completeness.manifest}; have it listed, or remove it"
    return ""


def is_arriving(reason: str) -> bool:
    """True where a file waits for nothing but its own rest: the same bytes may be taken up a moment later."""
    return reason.endswith(AT_REST)


def find_absent(
    contract: Contract, announced: Announced, state: State | None = None
) -> Iterator[tuple[str, Literal["refused", "missing"], str]]:
    """Name, state and reason of manifests that cannot be read, and of files that they name and that never came."""
    came = announced.names | ({name.file_name for name in state.names()} if state and announced.promises else set())
    for manifest, reason in announced.unreadable.items():
        yield manifest, "refused", reason
    for name, promise in announced.promises.items():
        if name not in came and fnmatch.fnmatchcase(name, contract.files.pattern):
            yield name, "missing", f"is named by {promise.told_by} and is not there; have it delivered"


def find_moving(landing: Path, names: Iterable[str], state: State, rest_seconds: float) -> frozenset[str]:
    """New files that change or vanish within `rest_seconds`; nobody waits where nothing is new."""
    new = {name: seen for name in names if (seen := _look(landing / name)) and not state.delivery_of(name, *seen)}
    if not new or not rest_seconds:
        return frozenset()
    time.sleep(rest_seconds)
    return frozenset(name for name, seen in new.items() if _look(landing / name) != seen)


def check_promise(promise: Promise | None, *, sha256: str, n_bytes: int) -> None:
    """Nothing. Raises UnreadableError where the bytes are not those that a manifest promised."""
    told = [(promise.n_bytes, n_bytes, "bytes"), (promise.sha256, sha256, "as SHA-256")] if promise else []
    for promised, found, what in told:
        if promise and promised is not None and promised != found:
            _refuse(promise.told_by, promised, found, what)


def check_count(promise: Promise | None, n_records: int) -> None:
    """Nothing. Raises UnreadableError where there are not as many records as promised."""
    if promise and promise.n_records is not None and promise.n_records != n_records:
        _refuse(promise.told_by, promise.n_records, n_records, "records")


def _refuse(told_by: str, promised: object, found: object, what: str) -> None:
    hint = "the transfer was cut off or the file was changed; have both delivered again"
    raise UnreadableError(f"has {found} {what}, {told_by} says {promised}", hint)


def _look(path: Path) -> tuple[int, int] | None:
    """Size and time of change; None for what is no plain file, or is gone."""
    try:
        about = path.lstat()
    except FileNotFoundError:
        return None
    return (about.st_size, about.st_ctime_ns) if stat.S_ISREG(about.st_mode) else None


def _read_manifest(path: Path) -> dict[str, Promise]:
    hint = f"have a CSV file delivered with the columns file_name and one or more of {', '.join(MANIFEST_COLUMNS)}"
    try:
        with open(open_plain(path), encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream.read(MANIFEST_BYTES).splitlines()))
        if not rows or "file_name" not in rows[0] or not set(MANIFEST_COLUMNS) & rows[0].keys():
            raise UnreadableError("is no manifest: it names no file, or says nothing of it", hint)
        if not all(row["file_name"] for row in rows):
            raise ValueError("a row names no file")
        return {row["file_name"]: _promise(path.name, row) for row in rows}
    except (OSError, UnicodeDecodeError, csv.Error, ValueError, AttributeError) as error:
        raise UnreadableError(f"is no readable manifest ({error})", hint) from None


def _promise(manifest: str, row: dict[str, str]) -> Promise:
    texts = [(row.get(name) or "").strip() for name in MANIFEST_COLUMNS]
    n_records, n_bytes, sha256 = int(texts[0]) if texts[0] else None, int(texts[1]) if texts[1] else None, texts[2].lower() or None
    if any(n is not None and not 0 <= n < LARGEST for n in (n_records, n_bytes)):
        raise ValueError("a number is negative or too large")
    if sha256 and not SHA256.fullmatch(sha256):
        raise ValueError(f"{texts[2]!r} is no SHA-256")
    return Promise(manifest, n_records, n_bytes, sha256)
