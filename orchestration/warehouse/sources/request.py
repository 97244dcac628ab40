"""What a source is asked for, what it gives, and how its bytes become a whole file of landing/."""

import importlib
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, BinaryIO

from orchestration.config.contracts import Contract
from orchestration.warehouse.files import CHUNK, TEMPORARY, disk_errors, sync_folder

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

INCOMING = f".fetched{TEMPORARY}"
"""What is being fetched lies in landing/ under this one name; the next night removes what a killed one left."""


class UnreachableError(Exception):
    """A source cannot be used; the arguments say what is wrong and what to do. Neither may hold a secret."""

    def __init__(self, what: str, hint: str) -> None:
        self.what, self.hint = what, hint
        super().__init__(f"{what}; {hint}")


@dataclass(frozen=True)
class FetchRequest:
    """One contract with `fetch:` on one night. `url` is the secret of its connection, user and password in it."""

    contract: Contract
    url: str = field(repr=False)
    landing: Path
    as_of: datetime
    time_zone: str
    since: datetime | None = None
    """Newest loaded value of the cursor less the overlap, local time of the workspace; None: everything."""
    is_fetched: Callable[[str, str], bool] = lambda place, version: False
    """True for a version of a remote file that need not be fetched again."""
    may_replace: Callable[[Path], bool] = lambda path: True
    """True for a file of landing/ that a night has read, or that waits for its marker or manifest: only such a one may be written over."""
    snapshot: str = ""
    """State of the database that other contracts of the connection see tonight too; empty: the one there is when it is read."""

    @property
    def target(self) -> Path:
        """The file of landing/ that takes the answer of this night's clock, for sources that give an answer and no files."""
        return answer_path(self.landing, self.contract, self.as_of)


def answer_path(landing: Path, contract: Contract, as_of: datetime) -> Path:
    """Where the answer to a contract's question of one night lies."""
    return landing / contract.files.pattern.replace("*", f"{as_of:%Y-%m-%dT%H%M%S}")


@dataclass(frozen=True)
class FetchedFile:
    """A file that lies whole in landing/. `place` and `version` tell the remote file; empty: it is the answer to a question."""

    path: Path
    place: str = ""
    version: str = ""


class _LocalFile(io.FileIO):
    """A file whose full disk is not taken for a fault of the source."""

    def write(self, data: "ReadableBuffer", /) -> int:
        """Bytes written. Raises WarehouseError."""
        with disk_errors(Path(str(self.name))):
            return super().write(data)


@contextmanager
def whole_file(target: Path) -> Iterator[BinaryIO]:
    """A file to write into; it bears the name `target`, safe on disk, when the block has ended well, and is gone when not.

    Raises WarehouseError where the disk refuses.
    """
    made = target.with_name(INCOMING)
    try:
        with disk_errors(target):
            written = io.BufferedWriter(_LocalFile(str(made), "wb"), CHUNK)
        with written:
            yield written
            with disk_errors(target):
                written.flush()
                os.fsync(written.fileno())
        with disk_errors(target):
            os.replace(made, target)
            sync_folder(target.parent)
    finally:
        made.unlink(missing_ok=True)


def import_client(module: str, extra: str) -> ModuleType:
    """A client library. Raises UnreachableError naming the extra that brings it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        raise UnreachableError(f"needs the package {missing.name}", f"pip install 'csat-warehouse[{extra}]'") from None
