"""Which generations are kept: at most so many, at most so many bytes, and fewer where the next one would find no room."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import WarehouseError
from orchestration.warehouse.layout import DATABASE, FOLDER, MANIFEST, NO_FILE, SPILLED, pointed_code, published_file
from orchestration.warehouse.state import Generation, State

GIGABYTE, MEGABYTE = 10**9, 10**6


@dataclass(frozen=True)
class Budget:
    """The most that generations may take; `n_bytes` None: as many bytes as the newest `n_generations` need."""

    n_generations: int = 14
    n_bytes: int | None = None


def retire_generations(out: Path, state: State, budget: Budget) -> tuple[str, ...]:
    """Codes of the generations whose files went, oldest first: those beyond the budget, counted from the newest back.

    The one pointed to and its parent, to which `csat rollback` would go, are kept whatever they need, and count.
    """
    present = _present(state)
    must_stay = _must_stay(out, present)
    left = budget.n_bytes if budget.n_bytes is not None else sum(generation.n_bytes for generation in present)
    left -= sum(generation.n_bytes for generation in present if generation.code in must_stay)
    gone = []
    for place, generation in enumerate(reversed(present), start=1):
        if generation.code in must_stay:
            continue
        left -= generation.n_bytes
        if place > budget.n_generations or left < 0:
            gone.append(generation.code)
    for code in reversed(gone):
        _retire(out, state, code)
    return tuple(reversed(gone))


def make_room(out: Path, state: State, n_bytes: int) -> tuple[str, ...]:
    """Codes of the generations whose files went, oldest first, until a next one of `n_bytes` fits on the disk.

    Raises WarehouseError where it does not even then; the one pointed to and its parent are kept.
    """
    present, gone = _present(state), []
    must_stay = _must_stay(out, present)
    for generation in present:
        if shutil.disk_usage(out).free >= n_bytes:
            break
        if generation.code not in must_stay:
            _retire(out, state, generation.code)
            gone.append(generation.code)
    if (free := shutil.disk_usage(out).free) < n_bytes:
        raise WarehouseError(
            f"the disk has {free / MEGABYTE:,.1f} MB left, and the next generation needs {n_bytes / MEGABYTE:,.1f} MB",
            where=str(out / FOLDER),
            hint="free disk space and run again; what was published before is untouched. Generations are kept by keep_generations and "
            "keep_generations_gb of config/workspace.yaml, and make room down to the published one and the one before it",
        )  # fmt: skip
    return tuple(gone)


def remove_generation_files(out: Path, code: str) -> None:
    """Nothing; gone are the generation's file, its manifest, and what readers' queries put aside beside it."""
    for suffix in (DATABASE, MANIFEST):
        published_file(out, code).with_suffix(suffix).unlink(missing_ok=True)
    shutil.rmtree(out / FOLDER / (code + SPILLED), ignore_errors=True)


def _present(state: State) -> list[Generation]:
    return [generation for generation in state.generations() if generation.state not in NO_FILE]


def _must_stay(out: Path, present: list[Generation]) -> set[str]:
    current = pointed_code(out)
    return {code for generation in present if generation.code == current for code in (generation.code, generation.parent) if code}


def _retire(out: Path, state: State, code: str) -> None:
    state.mark_generation(code, "retired")
    remove_generation_files(out, code)
