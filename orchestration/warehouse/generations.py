"""Publish the working file as a generation that never changes again, and move the pointer `out/current.duckdb` to it.

Order: make room -> copy under a temporary name, with its SHA-256 and on disk -> open the copy and hash its tables -> record
`prepared` in the state -> manifest and final name -> pointer -> record `published` -> retention. A kill anywhere leaves the pointer on a
complete generation; `settle_generations` brings state and folder into line with the pointer, which is the truth.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.errors import WarehouseError
from orchestration.warehouse.connection import WORKING_FILE, open_working
from orchestration.warehouse.files import (
    SHARED_FILE,
    SHARED_FOLDER,
    TEMPORARY,
    copy_durably,
    disk_errors,
    point_durably,
    remove_half_made,
    share,
    sync_folder,
)
from orchestration.warehouse.hashes import list_tables
from orchestration.warehouse.layout import DATABASE, FOLDER, MANIFEST, NO_FILE, POINTER, pointed_code, published_file
from orchestration.warehouse.manifests import describe_copy, generation_of, read_manifest, write_manifest
from orchestration.warehouse.retention import Budget, make_room, remove_generation_files, retire_generations
from orchestration.warehouse.state import Generation, State
from orchestration.warehouse.verification import verify_generation

CODE = re.compile(r"g(\d{6,})")
FIRST_CODE = "g000001"
NEVER_PUBLISHED = ("prepared", "abandoned")

Step = Callable[[str], None]


def _no_step(_name: str) -> None:
    """What is called between two steps of a publication where nobody watches."""


@dataclass(frozen=True)
class PublicationFacts:
    """What a publication must know beside the file: `package_version` for the manifest, group and budget of the workspace."""

    package_version: str = ""
    analysts_group: str = ""
    budget: Budget = field(default_factory=Budget)


def next_generation_code(state: State) -> str:
    """The code that the next publication gets, once generations are settled; no code is used for two published files."""
    known = [generation for generation in state.generations() if generation.state not in NEVER_PUBLISHED]
    return f"g{int(known[-1].code[1:]) + 1:06d}" if known else FIRST_CODE


def publish_generation(
    out: Path,
    state: State,
    *,
    as_of: datetime,
    input_hash: str,
    facts: PublicationFacts | None = None,
    published_at: datetime | None = None,
    on_step: Step = _no_step,
) -> Generation:
    """The generation made of the working file, to which the pointer now stands; the caller holds the lock and has closed the file.

    `published_at` is the clock on the wall, default `as_of`. `on_step` is called after each step with its name. Raises
    WarehouseError where the disk is full, the working file is damaged, or its ops.generations does not end with the next
    code; the pointer then stands where it stood.
    """
    facts, at = facts or PublicationFacts(), published_at or as_of
    with disk_errors(out):
        settle_generations(out, state, at=at)
        code, parent = next_generation_code(state), pointed_code(out)
        _prepare_folder(out, facts.analysts_group)
        made = published_file(out, code).with_suffix(DATABASE + TEMPORARY)
        sha256 = _copy_working(out, made, code, state)
        on_step("copied")
        content = describe_copy(made)
        generation = Generation(code, as_of, parent, input_hash, sha256, made.stat().st_size, at, "prepared")
        state.record_generation(generation)
        on_step("recorded")
        _name_finally(out, made, generation, content | {"package_version": facts.package_version}, facts.analysts_group)
        on_step("named")
        point_durably(out / POINTER, f"{FOLDER}/{code}{DATABASE}")
        on_step("pointed")
        state.record_pointer(code, at, "published")
        on_step("published")
        retire_generations(out, state, facts.budget)
    return replace(generation, state="published")


def settle_generations(out: Path, state: State, *, at: datetime) -> None:
    """Nothing; state and folder agree with the pointer, whatever was killed last night. The caller holds the lock.

    Half-made copies go. A prepared generation the pointer names is published, another is abandoned. A generation the state
    does not know (an older state was restored) is taken over from its manifest.
    """
    folder = out / FOLDER
    if not folder.is_dir():
        return
    with disk_errors(folder):
        remove_half_made(out)
        _adopt_unknown(out, state)
        _settle_pointer(out, state, at)
        for generation in state.generations():
            if generation.state in NO_FILE and generation.code != pointed_code(out):
                remove_generation_files(out, generation.code)


def rollback_generation(out: Path, state: State, code: str | None = None, *, at: datetime) -> Generation:
    """The generation that the pointer now names: `code`, or the newest sound one before the present one.

    The one it leaves is withdrawn, its file is kept. The caller holds the lock. Raises WarehouseError where there is no such
    generation, or it is damaged.
    """
    settle_generations(out, state, at=at)
    current = pointed_code(out)
    target = _named(out, state, code) if code else _newest_before(out, state, current)
    with disk_errors(out):
        point_durably(out / POINTER, f"{FOLDER}/{target.code}{DATABASE}")
    state.record_pointer(target.code, at, "rolled back" + (f" from {current}" if current else ""))
    if current and current != target.code:
        state.mark_generation(current, "withdrawn")
    return replace(target, state="published")


def _prepare_folder(out: Path, group: str) -> None:
    (out / FOLDER).mkdir(parents=True, exist_ok=True)
    for folder in (out, out / FOLDER):
        share(folder, SHARED_FOLDER, group)


def _copy_working(out: Path, made: Path, code: str, state: State) -> str:
    """The SHA-256 of the copy; the working file is written out and closed first, so that it is whole without its WAL."""
    with open_working(out) as con:
        _require_announced(con, code)
        con.execute("checkpoint")
    wal = out / (WORKING_FILE + ".wal")
    if wal.exists():
        raise WarehouseError(
            "is still in use: its write-ahead log is not empty", where=str(out / WORKING_FILE),
            hint="close what has the working file open; analysts open out/current.duckdb",
        )  # fmt: skip
    make_room(out, state, (out / WORKING_FILE).stat().st_size)
    return copy_durably(out / WORKING_FILE, made)


def _require_announced(con: duckdb.DuckDBPyConnection, code: str) -> None:
    if "ops.generations" not in list_tables(con, views=False):
        return
    last = con.execute("select max(generation_code) from ops.generations").fetchall()[0][0]
    if last != code:
        raise WarehouseError(
            f"ends with {last}, but the next generation is {code}", where="ops.generations",
            hint="settle generations before the night begins, and write the next code before publishing",
        )  # fmt: skip


def _name_finally(out: Path, made: Path, generation: Generation, facts: dict[str, object], group: str) -> None:
    path = published_file(out, generation.code)
    manifest = path.with_suffix(MANIFEST)
    write_manifest(manifest, generation, facts)
    share(manifest, SHARED_FILE, group)
    share(made, SHARED_FILE, group)
    made.replace(path)
    sync_folder(path.parent)


def _adopt_unknown(out: Path, state: State) -> None:
    known = {generation.code for generation in state.generations()}
    for path in sorted((out / FOLDER).glob("g*" + DATABASE)):
        if path.stem in known or not CODE.fullmatch(path.stem):
            continue
        try:
            state.record_generation(generation_of(read_manifest(path.with_suffix(MANIFEST))))
        except (OSError, KeyError, ValueError) as error:
            raise WarehouseError(
                "is a generation that the state does not know, and its manifest is missing or damaged", where=str(path),
                hint="move the file away, or restore out/state.sqlite from the newest backup",
            ) from error  # fmt: skip


def _settle_pointer(out: Path, state: State, at: datetime) -> None:
    current, recorded = pointed_code(out), state.published_generation()
    if current and (recorded is None or recorded.code != current):
        state.record_pointer(current, at, "found after an interrupted publication")
    for generation in state.generations():
        if generation.state == "prepared" and generation.code != current:
            state.mark_generation(generation.code, "abandoned")


def _named(out: Path, state: State, code: str) -> Generation:
    kept = {generation.code: generation for generation in state.generations() if generation.state not in NO_FILE}
    if code not in kept:
        raise WarehouseError(f"there is no generation {code}", where=str(out / FOLDER), hint=f"there are {', '.join(kept) or 'none yet'}")
    verdict = verify_generation(out, kept[code])
    if not verdict.is_sound:
        raise WarehouseError(verdict.problem, where=str(out / FOLDER), hint="name another generation; `csat verify` shows which are sound")
    return kept[code]


def _newest_before(out: Path, state: State, current: str | None) -> Generation:
    for generation in reversed(state.generations()):
        is_candidate = generation.state not in NO_FILE and (current is None or generation.code < current)
        if is_candidate and verify_generation(out, generation).is_sound:
            return generation
    present = f"the present one, {current}" if current else "the first"
    hint = "`csat run --full-refresh` makes a new one from everything ever delivered; what is published stands until then"
    raise WarehouseError(f"there is no sound generation before {present}", where=str(out / FOLDER), hint=hint)
