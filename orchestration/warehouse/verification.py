"""Whether published generations still are what was published, and the pointer leads to one of them. Reads alone, without the lock.

Of each kept file: its SHA-256 against state and manifest, no write-ahead log beside it (whoever opens the file would read that,
too), the rows and hashes of its tables against the manifest, and the law of the ledger: records = loaded + quarantined + skipped.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.errors import WarehouseError
from orchestration.warehouse.connection import open_read_only
from orchestration.warehouse.files import hash_file
from orchestration.warehouse.hashes import TableHash, compare_hashes, hash_table, list_tables
from orchestration.warehouse.layout import FOLDER, LOG, MANIFEST, POINTER, pointed_code, published_file
from orchestration.warehouse.manifests import read_manifest
from orchestration.warehouse.state import Generation, State

KEPT = ("published", "withdrawn")
LEDGER = "ops.extract_loads"
UNACCOUNTED = f"select count(*) from {LEDGER} where state <> 'refused' and n_records <> n_loaded + n_quarantined + n_skipped"


@dataclass(frozen=True)
class Verification:
    """Whether a generation, or the pointer, is what was published; `problem` is empty where it is.

    `note` says what a person should know although it is.
    """

    code: str
    problem: str = ""
    note: str = ""

    @property
    def is_sound(self) -> bool:
        """True where nothing is wrong with it."""
        return not self.problem


def verify_generation(out: Path, generation: Generation) -> Verification:
    """Whether the file and its manifest are what was published."""
    path = published_file(out, generation.code)
    try:
        problem = _problem_of_file(path, generation) or _problem_of_content(path, read_manifest(path.with_suffix(MANIFEST)))
    except OSError as error:
        problem = f"{Path(error.filename or path).name} cannot be read: {error.strerror}"
    except (WarehouseError, KeyError, TypeError, ValueError) as error:
        problem = f"{path.name} or its manifest is damaged: {str(error).splitlines()[0]}"
    return Verification(generation.code, problem)


def verify_pointer(out: Path, state: State) -> Verification:
    """Whether `out/current.duckdb` leads analysts to the generation that was published last."""
    published, link, current = state.published_generation(), out / POINTER, pointed_code(out)
    problem = ""
    if current is None and published:
        problem = "is no link to a generation" if link.exists() else f"is missing, so analysts find nothing; {published.code} was published"
    elif current and not link.is_file():
        problem = f"names {current}, whose file is missing"
    elif current and published and current != published.code:
        problem = f"names {current}, but {published.code} was published last"
    return Verification(POINTER, problem)


def verify_all(out: Path, state: State) -> tuple[Verification, ...]:
    """A verification of every generation whose file is kept, in order of code, then of the pointer."""
    kept = [generation for generation in state.generations() if generation.state in KEPT]
    return (*(verify_generation(out, generation) for generation in kept), verify_pointer(out, state))


def _problem_of_file(path: Path, generation: Generation) -> str:
    manifest = read_manifest(path.with_suffix(MANIFEST))
    if (found := hash_file(path)) != generation.sha256 or manifest["sha256"] != generation.sha256:
        return f"{path.name} is damaged: SHA-256 {found[:12]}, published {generation.sha256[:12]}"
    log = path.with_suffix(LOG)
    return f"{log.name} lies in {FOLDER}/: whoever opens {path.name} reads it, too; move it away" if log.exists() else ""


def _problem_of_content(path: Path, manifest: dict[str, object]) -> str:
    """What the tables say against the manifest; hashes are compared where the same DuckDB made them."""
    written = {name: TableHash(**entry) for name, entry in dict(manifest["tables"]).items()}  # type: ignore[call-overload]
    with open_read_only(path) as con:
        found = {name: hash_table(con, name) for name in list_tables(con, views=False)}
        n_gaps = con.execute(UNACCOUNTED).fetchall()[0][0] if LEDGER in found else 0
    if manifest.get("duckdb_version") != duckdb.__version__:
        written, found = _rows_alone(written), _rows_alone(found)
    differences = compare_hashes(written, found)
    differences += [f"{n_gaps} files of {LEDGER} do not account for every record"] if n_gaps else []
    return f"{path.name}: {'; '.join(differences)} (first: manifest)" if differences else ""


def _rows_alone(hashes: dict[str, TableHash]) -> dict[str, TableHash]:
    return {name: TableHash(entry.n_rows, "") for name, entry in hashes.items()}
