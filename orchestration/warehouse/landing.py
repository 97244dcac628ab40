"""Files of the landing folder: kept as delivered, checked, counted, and matched with their contracts.

Nothing here parses a row. A file is read once while it is copied to `out/originals/<sha256>`; every later step opens that
copy, so a file that changes or disappears under the loader does no harm. What is refused costs only its message.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal, Protocol

from orchestration.config.contracts import Contract
from orchestration.errors import ContractError, CsatError, ExtractError
from orchestration.warehouse.completeness import (
    AT_REST,
    StillArrivingError,
    check_count,
    check_promise,
    find_absent,
    find_moving,
    is_companion,
    read_manifests,
    why_waiting,
)
from orchestration.warehouse.entries import is_named, look_at, open_plain, show_name
from orchestration.warehouse.files import TEMPORARY, sync_folder
from orchestration.warehouse.headers import check_header, find_strangers
from orchestration.warehouse.limits import CHUNK_BYTES, LandingLimits, UnreadableError
from orchestration.warehouse.shapes import Shape, hash_contract, measure_file
from orchestration.warehouse.state import ExtractFile, Promise, State

LandedState = Literal["ready", "known", "empty", "duplicate", "refused", "waiting", "missing"]
UNRECORDED = 0
NAMED_DATE = "%Y-%m-%d"
NO_LANDING = "create it, or correct the workspace given with --workspace"
DEFAULT_LIMITS = LandingLimits()
BREAKS_CONTRACT = ("has no column", "break the contract", "has no name", "is there twice")
"""What is said of a file that can be read and is not what was agreed."""


@dataclass(frozen=True)
class LandedFile:
    """One file under one contract. `known`: loaded already under the same contract, so it was not looked at again. `waiting`: not
    known to be whole yet. `missing`: named by a manifest and not there.

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
    corrects: ExtractFile | None = None
    """The delivery for whose records in quarantine this file was written, edited and put back; its rows are as old as that one's."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know although the file is usable."""
        return self.shape.warnings if self.shape else ()


@dataclass(frozen=True)
class _Kept:
    """A delivery whose content lies in originals, under one of its names."""

    file_name: str
    file: ExtractFile
    promise: Promise | None = None


class Loaded(Protocol):
    """Pairs of delivery and contract hash that need not be measured again."""

    def __contains__(self, pair: object, /) -> bool: ...


def land_files(
    landing: Path, contracts: Sequence[Contract], out: Path, state: State, *, as_of: datetime,
    loaded: Loaded = frozenset(), limits: LandingLimits = DEFAULT_LIMITS, rest_seconds: float = 0,
) -> list[LandedFile]:  # fmt: skip
    """One entry per landing file and contract that matches its name, in order of file number and contract.

    What is not known to be whole is left for another night; `rest_seconds`: how long a new file must not change. `loaded` holds
    (delivery, contract hash) of what the warehouse has; see `extracts.loaded_pairs`. Names that no contract matches and what is still
    being written (.part) are left alone. Raises ExtractError where the landing folder is missing.
    """
    if not landing.is_dir():
        raise ExtractError("there is no landing folder", where=str(landing), hint=NO_LANDING)
    prepare_folders(out)
    names = sorted(entry.name for entry in os.scandir(landing) if not entry.name.endswith(TEMPORARY))
    found = {name: matching for name in names if (matching := match_contracts(name, contracts))}
    moving = find_moving(landing, found, state, rest_seconds)
    announced = {contract.contract: read_manifests(landing, names, contract, moving) for contract in contracts}
    landed = [_untaken(c, *absent) for c in contracts for absent in find_absent(c, announced[c.contract], state)]
    for name, matching in found.items():
        reasons = (why_waiting(landing / name, contract, announced[contract.contract], state) for contract in matching)
        if reason := next(filter(None, reasons), ""):  # what is not whole for one contract is whole for none
            landed += [_untaken(contract, name, "waiting", reason) for contract in matching]
            continue
        promise = next((p for c in matching if (p := announced[c.contract].promises.get(name))), None)
        landed += _land_one(landing / name, matching, out, state, as_of, loaded, limits, promise)
    return _mark_duplicates(_note_corrections(landed, state))


def match_contracts(name: str, contracts: Sequence[Contract]) -> list[Contract]:
    """The contracts that read a file of this name; none read the markers and manifests of one."""
    if is_companion(name, contracts):
        return []
    return [contract for contract in contracts if is_named(name, contract.files.pattern)]


def _untaken(contract: Contract, name: str, state: LandedState, reason: str) -> LandedFile:
    return LandedFile(contract, hash_contract(contract), show_name(name), state, reason)


def land_kept(
    contracts: Sequence[Contract], out: Path, state: State, *, loaded: Loaded = frozenset(), limits: LandingLimits = DEFAULT_LIMITS
) -> list[LandedFile]:
    """The same entries for everything ever kept, from originals and state alone: what a full reload reads."""
    prepare_folders(out)
    landed: list[LandedFile] = []
    files, promises = {file.extract_file_id: file for file in state.files()}, state.promises()
    for name in state.names():
        kept = _Kept(name.file_name, files[name.extract_file_id], promises.get(name.extract_file_id))
        landed += _warn([_measure(kept, contract, out, loaded, limits) for contract in match_contracts(name.file_name, contracts)])
    return _mark_duplicates(_note_corrections(landed, state))


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
    path: Path, contracts: Sequence[Contract], out: Path, state: State, as_of: datetime, loaded: Loaded, limits: LandingLimits,
    promise: Promise | None,
) -> list[LandedFile]:  # fmt: skip
    try:
        file = _keep(path, out, state, as_of, limits, contracts)
    except UnreadableError as error:
        return [_untaken(c, path.name, "waiting" if isinstance(error, StillArrivingError) else "refused", str(error)) for c in contracts]
    if file is None:
        return []
    number = file.extract_file_id
    if promise and not any((number, hash_contract(contract)) in loaded for contract in contracts):
        state.record_promise(number, promise)
    kept = _Kept(path.name, file, state.promises().get(number))
    return _warn([_measure(kept, contract, out, loaded, limits) for contract in contracts])


def _warn(entries: list[LandedFile]) -> list[LandedFile]:
    """The entries of one file, the first usable one carrying the warnings about what nobody reads."""
    for index, entry in enumerate(entries):
        if entry.shape:
            warnings = (*entry.shape.warnings, *find_strangers(entry.shape, [e.contract for e in entries]))
            return [*entries[:index], replace(entry, shape=replace(entry.shape, warnings=warnings)), *entries[index + 1 :]]
    return entries


def _measure(kept: _Kept, contract: Contract, out: Path, loaded: Loaded, limits: LandingLimits) -> LandedFile:
    digest, file = hash_contract(contract), kept.file
    entry = LandedFile(contract, digest, kept.file_name, "known", "", file.extract_file_id, file.sha256, file.known_at)
    if (file.extract_file_id, digest) in loaded:
        return entry
    try:
        check_promise(kept.promise, sha256=file.sha256, n_bytes=file.n_bytes)
        if not (out / "originals" / file.sha256).is_file():
            raise UnreadableError("has lost its original", "have it delivered again")
        staged = out / "staged" / f"{file.sha256}.{digest}.csv"
        shape = measure_file(out / "originals" / file.sha256, contract, staged, limits=limits)
        check_count(kept.promise, shape.n_records if shape else 0)
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
    form = rule.format or NAMED_DATE
    hint = f"rename the file or correct extracted_at of the contract {contract.contract}"
    found = re.search(rule.pattern, file_name)
    if not found or not found.groups():
        raise UnreadableError(f"has a name without the extraction time ({rule.pattern})", hint)
    try:
        return datetime.strptime(found.group(1), form)
    except ValueError:
        raise UnreadableError(f"has {found.group(1)!r} in its name where {form} is agreed", hint) from None


def _keep(path: Path, out: Path, state: State, as_of: datetime, limits: LandingLimits, contracts: Sequence[Contract]) -> ExtractFile | None:
    """The delivery that `path` is, its content kept; None where it is gone."""
    if (about := look_at(path)) is None:  # taken away since the folder was listed
        return None
    if about.st_size > limits.delivered_bytes:
        raise UnreadableError(f"has {about.st_size:,} bytes, more than {limits.delivered_bytes:,}", "deliver it in parts")
    sha256 = state.known_content(path.name, about.st_size, about.st_ctime_ns)
    if sha256 is None or not (out / "originals" / sha256).is_file():
        sha256 = _copy(path, out, about)
    dated = [contract for contract in contracts if contract.is_dated_by_name]
    rivals = partial(match_contracts, contracts=dated) if dated else None
    return state.record_delivery(path.name, about.st_size, about.st_ctime_ns, sha256, as_of, rivals=rivals)


def _copy(path: Path, out: Path, about: os.stat_result) -> str:
    """The hash of the bytes, which lie under it in originals, safe on disk. Raises StillArrivingError if the file is changing."""
    part = out / "originals" / f"incoming{TEMPORARY}"
    digest = hashlib.sha256()
    try:
        opened = open_plain(path)
    except OSError as error:
        raise UnreadableError(f"cannot be opened: {error.strerror}", "check its owner and mode, or have it delivered again") from None
    with open(opened, "rb") as source, open(_private_file(part), "wb") as target:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
        after = os.fstat(source.fileno())
    if (after.st_size, after.st_ctime_ns) != (about.st_size, about.st_ctime_ns):
        part.unlink()
        raise StillArrivingError("changed while it was read", f"it is still being written; {AT_REST}")
    os.replace(part, out / "originals" / digest.hexdigest())
    sync_folder(out / "originals")
    return digest.hexdigest()


def _private_file(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)


def _note_corrections(landed: list[LandedFile], state: State) -> list[LandedFile]:
    """The entries; those whose name is one of a correction file say which delivery it corrects, in the end."""
    if not (corrected := state.corrected_files()):
        return landed
    files = {file.extract_file_id: file for file in state.files()}
    return [replace(entry, corrects=_corrected(entry.file_name, corrected, files)) for entry in landed]


def _corrected(file_name: str, corrected: dict[str, int], files: dict[int, ExtractFile]) -> ExtractFile | None:
    file = files.get(corrected.get(file_name, UNRECORDED))
    return file and (_corrected(file.file_name, corrected, files) or file)


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
