"""Hand a generation out as Parquet: one file per table or view, types kept, the same bytes whenever it is done again.

A published file cannot COPY to another one, so the rows go through Arrow, one batch at a time. The folder appears as a
whole or not at all; beside the files lies `export.json` with what they hold.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from orchestration.errors import ConfigError, WarehouseError
from orchestration.schemas.raw import RAW_TABLES
from orchestration.warehouse.connection import open_read_only, quote_table
from orchestration.warehouse.files import SHARED_FOLDER, disk_errors, hash_file, share, sync_folder, write_durably
from orchestration.warehouse.hashes import list_tables
from orchestration.warehouse.layout import MANIFEST as GENERATION_MANIFEST
from orchestration.warehouse.layout import POINTER, pointed_code, published_file
from orchestration.warehouse.manifests import generation_of, read_manifest
from orchestration.warehouse.state import Generation
from orchestration.warehouse.tables import BATCH_ROWS
from orchestration.warehouse.verification import verify_generation

MANIFEST = "export.json"
MADE_OF = "csat export"
INTERNAL = frozenset({"staging", "intermediate"})
"""Schemas of what facts are made by; nobody is handed these."""


@dataclass(frozen=True)
class ExportedTable:
    """A table or view in an export: its file relative to the folder, rows, and SHA-256 of the file's bytes."""

    table: str
    file: str
    n_rows: int
    sha256: str


def export_generation(out: Path, to: Path, *, code: str = "", schemas: Sequence[str] = ()) -> tuple[str, list[ExportedTable]]:
    """The code of the generation, by default the published one, and the tables of it that now stand in the folder `to`.

    `schemas` empty: all that analysts read. Memory does not grow with the tables. An earlier export in `to` is replaced when
    the new one is whole. Raises ConfigError where the folder holds anything else or a schema is unknown, WarehouseError where
    the generation is missing or damaged, holds a private column, or the disk is full.
    """
    to = to.resolve()
    _require_replaceable(to)
    generation = _sound_generation(out, code)
    made = to.with_name(f".{to.name}.new")
    with disk_errors(to), open_read_only(published_file(out, generation.code), is_ordered=True) as con:
        names = _chosen_tables(con, schemas)
        _require_nothing_private(con)
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        share(made, SHARED_FOLDER, "")
        try:
            tables = [_write_table(con, name, made) for name in names]
            _write_manifest(made, generation, tables)
            _swap(made, to)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return generation.code, tables


def _require_replaceable(to: Path) -> None:
    """Nothing, where the folder is missing, empty, or an earlier export to the last file."""
    if not to.exists() or (to.is_dir() and not any(to.iterdir())):
        return
    strange = sorted(_files_of(to) - _files_exported(to)) if to.is_dir() else [to.name]
    if strange:
        raise ConfigError(
            f"holds what no export wrote: {strange[0]}", where=str(to), hint="name a folder that is empty, new, or an earlier export"
        )


def _files_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def _files_exported(folder: Path) -> set[str]:
    """The files that the folder's manifest knows; none where there is no manifest of an export."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        return {MANIFEST, *(table["file"] for table in manifest["tables"])} if manifest["made_of"] == MADE_OF else set()
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _sound_generation(out: Path, code: str) -> Generation:
    """The generation `code`, or the one the pointer names, whose bytes are those that were published."""
    chosen = code or pointed_code(out)
    kept = sorted(path.stem for path in published_file(out, "any").parent.glob("g*" + GENERATION_MANIFEST))
    if not chosen or chosen not in kept:
        what = f"there is no generation {chosen}" if chosen else "nothing has been published yet"
        raise WarehouseError(what, where=str(out / POINTER), hint=f"there are {', '.join(kept)}" if kept else "csat run")
    try:
        generation = generation_of(read_manifest(published_file(out, chosen).with_suffix(GENERATION_MANIFEST)))
    except (OSError, KeyError, ValueError) as error:
        raise WarehouseError(f"the manifest of {chosen} is damaged: {error}", where=str(out), hint="csat verify") from error
    if not (found := verify_generation(out, generation)).is_sound:
        raise WarehouseError(found.problem, where=str(out), hint="name another generation; `csat verify` shows which are sound")
    return generation


def _chosen_tables(con: duckdb.DuckDBPyConnection, schemas: Sequence[str]) -> list[str]:
    names = [name for name in list_tables(con) if name.split(".")[0] not in INTERNAL]
    there = {name.split(".")[0] for name in names}
    if unknown := sorted(set(schemas) - there):
        raise ConfigError(f"there is no schema {', '.join(unknown)}", where="--schema", hint=f"there are {', '.join(sorted(there))}")
    return [name for name in names if not schemas or name.split(".")[0] in schemas]


def _require_nothing_private(con: duckdb.DuckDBPyConnection) -> None:
    """Nothing; a published file never holds a private column, and if ever one did, it would not be spread further."""
    rows = con.execute("select schema_name || '.' || table_name, column_name from duckdb_columns() where schema_name = 'raw'").fetchall()
    private = {(table.name, column.name) for table in RAW_TABLES for column in table.columns if column.private}
    if found := sorted({".".join(row) for row in rows if tuple(row) in private}):
        raise WarehouseError(
            "is private and stands in a published file", where=found[0], hint="csat rollback, and keep that file to yourself"
        )


def _write_table(con: duckdb.DuckDBPyConnection, name: str, folder: Path) -> ExportedTable:
    import pyarrow.parquet as pq

    path = folder / f"{name.replace('.', '/')}.parquet"
    path.parent.mkdir(exist_ok=True, mode=SHARED_FOLDER)
    reader, n_rows = con.sql(f"select * from {quote_table(name)}").to_arrow_reader(BATCH_ROWS), 0
    with pq.ParquetWriter(path, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)
            n_rows += batch.num_rows
    return ExportedTable(name, path.relative_to(folder).as_posix(), n_rows, hash_file(path))


def _write_manifest(folder: Path, generation: Generation, tables: list[ExportedTable]) -> None:
    content = {
        "made_of": MADE_OF, "generation": generation.code, "as_of": generation.as_of.isoformat(sep=" "), "sha256": generation.sha256,
        "tables": [asdict(table) for table in tables],
    }  # fmt: skip
    write_durably(folder / MANIFEST, json.dumps(content, indent=1) + "\n")


def _swap(made: Path, to: Path) -> None:
    """Nothing; `to` is the new export. Killed half-way, the old one or the new one is whole under one of the names."""
    old = to.with_name(f".{to.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if to.exists():
        to.rename(old)
    made.rename(to)
    sync_folder(to.parent)
    shutil.rmtree(old, ignore_errors=True)
