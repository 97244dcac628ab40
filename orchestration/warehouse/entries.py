"""Entries of the landing folder by name and kind: only a plain file with a name that can be shown is read."""

import os
import stat
import unicodedata
from fnmatch import fnmatchcase
from pathlib import Path

from orchestration.warehouse.limits import UnreadableError

KINDS = (
    (stat.S_ISLNK, "a symbolic link"), (stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"),
)  # fmt: skip
LONGEST_NAME = 255
"""Bytes that a name may have on the usual file systems."""


def is_named(name: str, pattern: str) -> bool:
    """True where the name fits the shell pattern, capitals told apart, composed and decomposed letters (NFC, NFD) not."""
    return fnmatchcase(unicodedata.normalize("NFC", name), unicodedata.normalize("NFC", pattern))


def show_name(name: str) -> str:
    """A file name that can be printed, whatever it is made of."""
    return name if name.isprintable() else ascii(name)


def look_at(path: Path) -> os.stat_result | None:
    """Size and times of a plain file; None where it is gone. Raises UnreadableError for anything else, and for a name not to be shown."""
    try:
        about = path.lstat()
    except FileNotFoundError:
        return None
    if found := next((kind for is_kind, kind in KINDS if is_kind(about.st_mode)), None):
        raise UnreadableError(f"is {found}, no file", "put the file itself there")
    if not path.name.isprintable():  # bytes that are no UTF-8 are not
        raise UnreadableError("has a name with characters that cannot be shown", "rename the file")
    return about


def open_plain(path: Path) -> int:
    """A handle to read the file that was looked at. A link or pipe put in its place meanwhile is neither followed nor waited for."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(0, "it is no plain file")
    return handle
