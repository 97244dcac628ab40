"""What stores and servers that hold files have in common: which files are new, and each of them whole or not at all."""

import filecmp
import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import BinaryIO

from orchestration.warehouse.completeness import is_companion
from orchestration.warehouse.entries import is_named
from orchestration.warehouse.files import TEMPORARY
from orchestration.warehouse.sources.request import FetchedFile, FetchRequest, UnreachableError, whole_file

LONGEST_NAME = 240
"""Bytes: file systems take 255, and the names that are made of a file's name need some."""
SHOWN = 3


class SkippedFileError(Exception):
    """One remote file cannot be fetched tonight; the others can. The argument ends a sentence that begins with its name."""


@dataclass(frozen=True)
class RemoteFile:
    """A file at a source: path below the folder of the contract, the whole address without secrets, and what tells its versions apart."""

    path: str
    place: str
    version: str

    @property
    def name(self) -> str:
        """What it is called in landing/, where there are no folders."""
        return self.path.replace("/", "__")


def new_files(request: FetchRequest, files: Collection[RemoteFile]) -> list[RemoteFile]:
    """The files that the contract reads and that have not been fetched, in order of name; then new markers and manifests of such."""
    contract = request.contract
    companions = {one for one in files if is_companion(one.name, [contract])}
    wanted = companions | {one for one in files if is_named(one.name, contract.files.pattern)}
    new = [one for one in wanted if not request.is_fetched(one.place, one.version)]
    return sorted(new, key=lambda one: (one in companions, one.path))


def fetch_files(
    request: FetchRequest, files: Collection[RemoteFile], copy: Callable[[RemoteFile, BinaryIO], str], moving: Collection[str] = ()
) -> Iterator[FetchedFile]:
    """The new files of the source, each in landing/ as a whole, but for those that are `moving`: they wait a night.

    `copy` writes the bytes and gives the version that it read. A marker or manifest stays away while the file that it speaks of
    does, since it would vouch for what lies in landing/ instead. Raises UnreachableError at the end where some could not be fetched.
    """
    skipped: dict[str, str] = {}
    lying, at_source = set(os.listdir(request.landing)), {file.name for file in files}
    late = lying & set(moving)
    for file in (one for one in new_files(request, files) if one.name not in moving):
        target = request.landing / file.name
        try:
            _require_name(file.name)
            _require_whole(request, file.name, lying - at_source, late)
            with whole_file(target) as written:
                version = copy(file, written)
                _spare_unread(request, target, written)
        except SkippedFileError as error:
            skipped[file.path] = str(error)
            late |= lying & {file.name}
            continue
        yield FetchedFile(target, file.place, version)
    if skipped:
        told = [f"{path!a} {why}" for path, why in list(skipped.items())[:SHOWN]]
        more = f", and {len(skipped) - SHOWN} more files" if len(skipped) > SHOWN else ""
        raise UnreachableError("; ".join(told) + more, "all others were fetched")


def _require_whole(request: FetchRequest, name: str, only_here: Collection[str], late: Collection[str]) -> None:
    """Nothing. Raises SkippedFileError where a marker or manifest would vouch for other bytes than those that it was written for."""
    rule = request.contract.completeness
    marker = rule.done_file.replace("{name}", name)
    if marker in only_here:
        raise SkippedFileError(f"waits for {marker}: the one in landing/ is of an earlier version")
    spoken_of = {one for one in late if fnmatchcase(name, rule.manifest) or name == rule.done_file.replace("{name}", one)}
    if spoken_of:
        raise SkippedFileError(f"comes with {min(spoken_of)!a}")


def _require_name(name: str) -> None:
    """Nothing. Raises SkippedFileError where landing/ does not take the name."""
    if not name.isprintable() or name.startswith(".") or name.endswith(TEMPORARY) or len(os.fsencode(name)) > LONGEST_NAME:
        raise SkippedFileError("has a name that landing/ does not take: rename it")


def _spare_unread(request: FetchRequest, target: Path, written: BinaryIO) -> None:
    """Nothing. Raises SkippedFileError where other bytes lie under the name, which no night has read yet and nobody called unfinished."""
    if not target.exists() or request.may_replace(target):
        return
    written.flush()
    if not filecmp.cmp(target, written.name, shallow=False):
        raise SkippedFileError("comes the next night: an earlier file of this name in landing/ has not been read yet")
