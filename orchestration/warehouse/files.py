"""Durable steps on files: copy with its SHA-256, write as a whole, move a pointer; a kill between two steps loses nothing."""

import grp
import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.errors import WarehouseError

CHUNK = 1 << 20
TEMPORARY = ".part"
"""Ends the name of what is still being written. DuckDB's own `.tmp` beside a published file is a reader's, who may be at work."""
WRITTEN_FOLDERS = (".", "originals", "staged", "generations", "reports/*", "mail/*", "dagster")
FULL_DISK = re.compile("no space left|file too large|disk quota|could not write|disk is full|disk i/o error", re.IGNORECASE)
FREE_SPACE = "free disk space and run again; what was published before is untouched"
SPILLED = ("warehouse.duckdb.tmp", "private.duckdb.tmp")
SHARED_FILE, SHARED_FOLDER = 0o640, 0o750


def copy_durably(source: Path, target: Path) -> str:
    """The SHA-256 of the bytes copied; `target` is on disk. Raises OSError; what was written by then is removed."""
    digest = hashlib.sha256()
    try:
        with source.open("rb") as read, target.open("wb") as written:
            while chunk := read.read(CHUNK):
                digest.update(chunk)
                written.write(chunk)
            written.flush()
            os.fsync(written.fileno())
    except OSError:
        target.unlink(missing_ok=True)
        raise
    return digest.hexdigest()


def hash_file(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as read:
        return hashlib.file_digest(read, "sha256").hexdigest()


def write_durably(path: Path, content: str) -> None:
    """Nothing; `path` holds `content` wholly, or what it held before, also where two processes write it at once."""
    made = path.with_name(f"{path.name}.{uuid.uuid4().hex}{TEMPORARY}")
    try:
        with made.open("w", encoding="utf-8") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        made.replace(path)
    except OSError:
        made.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def point_durably(link: Path, target: str) -> None:
    """Nothing; the symlink `link` names the relative `target`. Whoever resolves it meets the old or the new target, never none."""
    made = link.with_name(link.name + TEMPORARY)
    made.unlink(missing_ok=True)
    made.symlink_to(target)
    os.replace(made, link)
    sync_folder(link.parent)


def sync_folder(folder: Path) -> None:
    """Nothing; the names in `folder` are on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_half_made(out: Path) -> None:
    """Nothing; gone is what a killed run was writing: files under a temporary name, and what its queries had put aside on disk.

    The caller holds the lock, so nobody else is writing.
    """
    for folder in WRITTEN_FOLDERS:
        for path in out.glob(f"{folder}/*{TEMPORARY}"):
            path.unlink(missing_ok=True)
    for name in SPILLED:
        shutil.rmtree(out / name, ignore_errors=True)


def share(path: Path, mode: int, group: str) -> None:
    """Nothing; `path` has the mode, and belongs to the group where one is named. Raises WarehouseError where that cannot be."""
    path.chmod(mode)
    if not group:
        return
    try:
        os.chown(path, -1, grp.getgrnam(group).gr_gid)
    except (KeyError, PermissionError) as error:
        raise WarehouseError(
            f"cannot be given to the group {group}", where=str(path),
            hint="create the group and make the night's user a member, or empty analysts_group in config/workspace.yaml",
        ) from error  # fmt: skip


@contextmanager
def disk_errors(where: Path) -> Iterator[None]:
    """Nothing; an OSError inside becomes a WarehouseError that says what to do."""
    try:
        yield
    except OSError as error:
        raise WarehouseError(
            f"cannot be written: {error.strerror or error}", where=str(error.filename or where),
            hint="free disk space, or check the folder's owner and mode, and run again; what was published before is untouched",
        ) from error  # fmt: skip


def is_full_disk(text: str) -> bool:
    """True where the words of an error, of whatever library, say that there is no room left.

    SQLite says "disk I/O error" where there is none for the memory that its processes share, and where a disk fails.
    """
    return bool(FULL_DISK.search(text))
