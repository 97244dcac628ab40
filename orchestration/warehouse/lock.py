"""The one writer lock of a workspace, around every entry point that writes; the operating system frees it when its holder dies."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from orchestration.errors import BusyError, WarehouseError

LOCK_FILE = "run.lock"
PRIVATE_UMASK = 0o077
TRIES, SECONDS_BETWEEN = 10, 0.05
HOLDER_BYTES = 4096


@contextmanager
def hold_lock(out: Path, *, as_of: datetime | None = None, started_at: datetime | None = None) -> Iterator[None]:
    """Nothing; this process alone writes to `out` until the block ends. The folder is made if it is missing.

    Files made meanwhile, by this process and those it starts, are its owner's alone (umask 077); what others may read is
    opened to them where it is published. `as_of` and `started_at` tell whoever comes in vain who holds the lock. Raises
    BusyError naming the holder, WarehouseError where the folder cannot be written.
    """
    handle = _open(out)
    try:
        _take(handle, out / LOCK_FILE)
        _write_holder(handle, as_of, started_at)
        before = os.umask(PRIVATE_UMASK)
        try:
            yield
        finally:
            os.umask(before)
            os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def read_holder(out: Path) -> dict[str, str] | None:
    """Who holds the lock now, as {"pid", "as_of", "started_at"}; None where nobody does. Waits for nobody."""
    try:
        handle = os.open(out / LOCK_FILE, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read_holder(handle)
    finally:
        os.close(handle)
    return None


def _open(out: Path) -> int:
    try:
        out.mkdir(parents=True, exist_ok=True)
        return os.open(out / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise WarehouseError(f"cannot be written: {error.strerror}", where=str(out), hint="check the folder's owner and mode") from error


def _take(handle: int, path: Path) -> None:
    """Tried for half a second: somebody who only asks for the holder has it for a moment."""
    for _ in range(TRIES):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            time.sleep(SECONDS_BETWEEN)
    holder = _read_holder(handle)
    who = f"process {holder['pid']}" if holder.get("pid") else "another process"
    night = f" for the night {holder['as_of']}" if holder.get("as_of") else ""
    since = f" since {holder['started_at']}" if holder.get("started_at") else ""
    hint = "wait until it has ended; the lock goes with its process, so never delete the file"
    raise BusyError(f"{who} is writing{night}{since}", where=str(path), hint=hint)


def _read_holder(handle: int) -> dict[str, str]:
    try:
        holder = json.loads(os.pread(handle, HOLDER_BYTES, 0) or b"{}")
    except ValueError:
        return {}  # its holder is just writing it
    return {str(key): str(value) for key, value in holder.items()}


def _write_holder(handle: int, as_of: datetime | None, started_at: datetime | None) -> None:
    holder = {"pid": str(os.getpid())}
    holder |= {name: at.isoformat(sep=" ") for name, at in (("as_of", as_of), ("started_at", started_at)) if at}
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps(holder).encode(), 0)
