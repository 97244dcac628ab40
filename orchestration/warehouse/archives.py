"""The one data file in a zip archive: found, checked and unpacked as a stream; nothing is ever written under a member's name.

A contract reads one member. Folders, what a Mac adds and hidden files are no data files; where there are several, `files.member`
names one, and each contract may name another. Only Deflate and stored members are read: the other ways of packing that the
standard library knows unpack a block without a bound on memory.
"""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from orchestration.warehouse.limits import BOMB_HINT, CHUNK_BYTES, DELIVER_AGAIN, LandingLimits, UnreadableError

DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError, IndexError)
"""What the standard library raises for an archive that is damaged; IndexError for a member without a name."""
TABLE_BYTES = 4 * 1024 * 1024
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ENCRYPTED = 0x1
PACK_AGAIN = "have it packed again with Deflate, which every program for zip knows"
OUTSIDE = re.compile(r"[/\\]|[A-Za-z]:|(.*[/\\])?\.\.([/\\]|$)")
SHOWN_MEMBERS = 5


class _Source(io.FileIO):
    """The bytes of an archive; a longer table of contents than TABLE_BYTES is not read: it lists tens of thousands of members."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > TABLE_BYTES:
            raise UnreadableError(f"has a table of contents of {size:,} bytes", BOMB_HINT)
        return super().read(size) or b""


def unzip(path: Path, member: str, limits: LandingLimits) -> Iterator[bytes]:
    """The content of the member that matches the shell pattern `member` (empty: of the only one), its check sum verified.

    Raises UnreadableError for damage, encryption, names that lead out of the archive, and where no member matches, or several do.
    """
    with _Source(path) as source:
        try:
            archive = zipfile.ZipFile(source)
            info = _choose(archive.infolist(), member, limits)
            if info.file_size > limits.ceiling(path.stat().st_size):
                raise UnreadableError(f"unpacks to {info.file_size:,} bytes", BOMB_HINT)
            n_out = 0
            with archive.open(info) as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    n_out += len(chunk)
                    yield chunk
            if n_out != info.file_size:
                raise EOFError(f"{n_out} of {info.file_size} bytes")
        except DAMAGE as error:
            raise UnreadableError(f"is a damaged zip archive ({error})", DELIVER_AGAIN) from None


def list_members(path: Path) -> tuple[str, ...]:
    """The names of the data files in an archive that can be read, without their folders."""
    with zipfile.ZipFile(path) as archive:
        return tuple(_bare(info) for info in archive.infolist() if _is_data(info))


def zip_alone(name: str, content: bytes) -> bytes:
    """An archive with the one member `name`; the same bytes whenever it is made."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _choose(infos: list[zipfile.ZipInfo], member: str, limits: LandingLimits) -> zipfile.ZipInfo:
    if len(infos) > limits.members:
        raise UnreadableError(f"holds {len(infos):,} members, more than {limits.members:,}", BOMB_HINT)
    for info in infos:
        if OUTSIDE.match(info.filename) or stat.S_ISLNK(info.external_attr >> 16):
            raise UnreadableError(f"holds {_shown(info.filename)}, which leads out of it", "have it packed without such paths and links")
    found = [info for info in infos if _is_data(info) and fnmatchcase(_bare(info), member or "*")]
    if len(found) != 1:
        _refuse_number(found or [info for info in infos if _is_data(info)], member, len(found))
    if found[0].flag_bits & ENCRYPTED:
        raise UnreadableError("is encrypted", "no password is kept here: have it delivered without one, over a way that is safe by itself")
    if found[0].compress_type not in METHODS:
        raise UnreadableError(f"is packed by method {found[0].compress_type} of zip", PACK_AGAIN)
    return found[0]


def _refuse_number(infos: list[zipfile.ZipInfo], member: str, n_found: int) -> None:
    names = ", ".join(_shown(_bare(info)) for info in infos[:SHOWN_MEMBERS]) + (", ..." if len(infos) > SHOWN_MEMBERS else "")
    if not infos:
        raise UnreadableError("is a zip archive without a file", DELIVER_AGAIN)
    if not n_found:
        raise UnreadableError(f"holds no {member}, but {names}", "correct files.member of the contract, or have it packed")
    which = f"{n_found} files that match {member}" if member else f"{n_found} files"
    raise UnreadableError(f"holds {which}: {names}", "name one by files.member of the contract, or have each packed by itself")


def _is_data(info: zipfile.ZipInfo) -> bool:
    return not (info.is_dir() or info.filename.startswith("__MACOSX/") or _bare(info).startswith("."))


def _bare(info: zipfile.ZipInfo) -> str:
    return re.split(r"[/\\]", info.filename)[-1]


def _shown(name: str) -> str:
    return name if name.isprintable() else ascii(name)
