"""Files of the landing folder: kept as delivered, checked, counted, and matched with their contracts.

Nothing here parses a row. A file is read once while it is copied to `out/originals/<sha256>`; every later step opens that
copy, so a file that changes or disappears under the loader does no harm. What is refused costs only its message.
"""

import fnmatch
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from orchestration.config.contracts import Contract
from orchestration.errors import ContractError, CsatError, ExtractError
from orchestration.warehouse.decoding import CHUNK_BYTES, LandingLimits, UnreadableError
from orchestration.warehouse.files import TEMPORARY
from orchestration.warehouse.shapes import Shape, check_header, find_strangers, hash_contract, measure_file
from orchestration.warehouse.state import ExtractFile, State

LandedState = Literal["ready", "known", "empty", "duplicate", "refused"]
UNRECORDED = 0
NO_LANDING = "create it, or correct the workspace given with --workspace"
DEFAULT_LIMITS = LandingLimits()
BREAKS_CONTRACT = ("has no column", "break the contract", "has no name", "is there twice")
"""What is said of a file that can be read and is not what was agreed."""


@dataclass(frozen=True)
class LandedFile:
    """One file under one contract. `known`: loaded already under the same contract, so it was not looked at again.

    `extract_file_id` 0: the content could not even be kept. `shape` is there where the state is ready.
    """

    contract: Contract
    contract_hash: str
    file_name: str
    state: LandedState
    reason: str = ""
    extract_file_id: int = UNRECORDED
    sha256: str = ""
    known_at: datetime | None = None
    shape: Shape | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know although the file is usable."""
        return self.shape.warnings if self.shape else ()


@dataclass(frozen=True)
class _Kept:
    """A delivery whose content lies in originals, under one of its names."""

    file_name: str
    file: ExtractFile


class Loaded(Protocol):
    """Pairs of delivery and contract hash that need not be measured again."""

    def __contains__(self, pair: object, /) -> bool: ...


def land_files(
    landing: Path, contracts: Sequence[Contract], out: Path, state: State, *, as_of: datetime,
    loaded: Loaded = frozenset(), limits: LandingLimits = DEFAULT_LIMITS,
) -> list[LandedFile]:  # fmt: skip
    """One entry per landing file and contract that matches its name, in order of file number and contract.

    `loaded` holds (delivery, contract hash) of what the warehouse has; see `extracts.loaded_pairs`. Symlinks, folders, names that
    no contract matches and what is still being written (.part) are left alone. Raises ExtractError where the landing folder is
    missing.
    """
    if not landing.is_dir():
        raise ExtractError("there is no landing folder", where=str(landing), hint=NO_LANDING)
    prepare_folders(out)
    landed: list[LandedFile] = []
    for name in sorted(entry.name for entry in os.scandir(landing) if not entry.name.endswith(TEMPORARY)):
        if matching := [c for c in contracts if fnmatch.fnmatchcase(name, c.files.pattern)]:
            landed += _land_one(landing / name, matching, out, state, as_of, loaded, limits)
    return _mark_duplicates(landed)


def land_kept(
    contracts: Sequence[Contract], out: Path, state: State, *, loaded: Loaded = frozenset(), limits: LandingLimits = DEFAULT_LIMITS
) -> list[LandedFile]:
    """The same entries for everything ever kept, from originals and state alone: what a full reload reads."""
    prepare_folders(out)
    landed: list[LandedFile] = []
    files = {file.extract_file_id: file for file in state.files()}
    for name in state.names():
        kept = _Kept(name.file_name, files[name.extract_file_id])
        for contract in contracts:
            if fnmatch.fnmatchcase(name.file_name, contract.files.pattern):
                landed.append(_measure(kept, contract, out, loaded, limits))
    return _mark_duplicates(landed)


def deliveries_in_landing(landing: Path, state: State) -> frozenset[int]:
    """Numbers of the deliveries that lie in the landing folder now, as far as it has been landed."""
    lying = ((entry.name, entry.stat()) for entry in os.scandir(landing) if entry.is_file(follow_symlinks=False))
    found = (state.delivery_of(name, about.st_size, about.st_ctime_ns) for name, about in lying)
    return frozenset(file.extract_file_id for file in found if file)


def refusal_kind(reasons: Iterable[str]) -> type[CsatError]:
    """The kind of error that refused files are: ContractError where every one can be read and breaks its contract, else ExtractError."""
    return ContractError if all(any(mark in reason for mark in BREAKS_CONTRACT) for reason in reasons) else ExtractError


def prepare_folders(out: Path) -> None:
    """Nothing; the folders of kept and decoded files exist, for the owner's eyes alone."""
    for name in ("originals", "staged"):
        (out / name).mkdir(parents=True, exist_ok=True, mode=0o700)


def _land_one(
    path: Path, contracts: Sequence[Contract], out: Path, state: State, as_of: datetime, loaded: Loaded, limits: LandingLimits
) -> list[LandedFile]:
    try:
        kept = _keep(path, out, state, as_of, limits)
    except UnreadableError as error:
        return [LandedFile(c, hash_contract(c), _shown(path.name), "refused", str(error)) for c in contracts]
    if kept is None:
        return []
    return _warn([_measure(kept, contract, out, loaded, limits) for contract in contracts])


def _warn(entries: list[LandedFile]) -> list[LandedFile]:
    """The entries of one file, the first usable one carrying the warning about columns that nobody reads."""
    for index, entry in enumerate(entries):
        if entry.shape:
            warnings = find_strangers(entry.shape.header, [e.contract for e in entries])
            return [*entries[:index], replace(entry, shape=replace(entry.shape, warnings=warnings)), *entries[index + 1 :]]
    return entries


def _measure(kept: _Kept, contract: Contract, out: Path, loaded: Loaded, limits: LandingLimits) -> LandedFile:
    digest, file = hash_contract(contract), kept.file
    entry = LandedFile(contract, digest, kept.file_name, "known", "", file.extract_file_id, file.sha256, file.known_at)
    if (file.extract_file_id, digest) in loaded:
        return entry
    try:
        staged = out / "staged" / f"{file.sha256}.{digest}.csv"
        shape = measure_file(out / "originals" / file.sha256, contract, staged, limits=limits)
        if shape is None:
            return replace(entry, state="empty", reason="holds no record")
        read_file_time(contract, kept.file_name)
        check_header(shape.header, contract)
    except UnreadableError as error:
        return replace(entry, state="refused", reason=str(error))
    return replace(entry, state="ready", shape=shape)


def read_file_time(contract: Contract, file_name: str) -> datetime | None:
    """The extraction time that the file's name tells; None where the contract takes it from elsewhere.

    Raises UnreadableError where the name does not tell it.
    """
    rule = contract.extracted_at
    if rule.source != "file_name":
        return None
    hint = f"rename the file or correct extracted_at of the contract {contract.contract}"
    found = re.search(rule.pattern, file_name)
    if not found or not found.groups():
        raise UnreadableError(f"has a name without the extraction time ({rule.pattern})", hint)
    try:
        return datetime.strptime(found.group(1), rule.format)
    except ValueError:
        raise UnreadableError(f"has {found.group(1)!r} in its name where {rule.format} is agreed", hint) from None


def _keep(path: Path, out: Path, state: State, as_of: datetime, limits: LandingLimits) -> _Kept | None:
    """The content of `path`, kept; None for what is no plain file."""
    about = path.lstat()
    if not stat.S_ISREG(about.st_mode):
        return None
    if not path.name.isprintable() or path.name != path.name.encode("utf-8", "replace").decode():
        raise UnreadableError("has a name with characters that cannot be shown", "rename the file")
    if about.st_size > limits.delivered_bytes:
        raise UnreadableError(f"has {about.st_size:,} bytes, more than {limits.delivered_bytes:,}", "deliver it in parts")
    sha256 = state.known_content(path.name, about.st_size, about.st_ctime_ns)
    if sha256 is None or not (out / "originals" / sha256).is_file():
        sha256 = _copy(path, out, about)
    return _Kept(path.name, state.record_delivery(path.name, about.st_size, about.st_ctime_ns, sha256, as_of))


def _copy(path: Path, out: Path, about: os.stat_result) -> str:
    """The hash of the bytes, which lie under it in originals, safe on disk. Raises UnreadableError if the file is changing."""
    part = out / "originals" / f"incoming{TEMPORARY}"
    digest = hashlib.sha256()
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as source, open(_private_file(part), "wb") as target:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
        after = os.fstat(source.fileno())
    if (after.st_size, after.st_ctime_ns) != (about.st_size, about.st_ctime_ns):
        part.unlink()
        raise UnreadableError("changed while it was read", "it is still being written; it is taken up when it has come to rest")
    os.replace(part, out / "originals" / digest.hexdigest())
    _sync_folder(out / "originals")
    return digest.hexdigest()


def _private_file(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _shown(name: str) -> str:
    """A file name that can be printed, whatever it is made of."""
    return name if name.isprintable() and name.isascii() else ascii(name)


def _mark_duplicates(landed: list[LandedFile]) -> list[LandedFile]:
    """The entries by file number; a delivery that lies under another name too is a duplicate of the first."""
    first: dict[tuple[int, str], str] = {}
    result: list[LandedFile] = []
    for entry in sorted(landed, key=lambda e: (e.extract_file_id, e.contract.contract)):
        key = (entry.extract_file_id, entry.contract.contract)
        if entry.extract_file_id and first.setdefault(key, entry.file_name) != entry.file_name:
            entry = replace(entry, state="duplicate", reason=f"the same content as {first[key]}", shape=None)
        result.append(entry)
    return result
