"""The manifest beside a generation: what was published, from what, and how to know that it still is that."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.errors import WarehouseError
from orchestration.warehouse.connection import open_read_only, quote_table
from orchestration.warehouse.files import write_durably
from orchestration.warehouse.hashes import hash_table, list_tables
from orchestration.warehouse.state import Generation


def describe_copy(made: Path) -> dict[str, object]:
    """`tables`: rows and hash of every base table; `sources`: how far each reaches. Reads the whole copy, so damage shows here.

    Raises WarehouseError where the copy is damaged, or a view does not work in a file of another name.
    """
    with open_read_only(made) as con:
        base = list_tables(con, views=False)
        hashes = {name: hash_table(con, name) for name in base}
        for view in sorted({*list_tables(con)} - {*base}):
            _require_portable(con, view)
        rows = con.execute("select contract_code, data_to_date from ops.sources order by 1").fetchall() if "ops.sources" in base else []
    sources = {code: at.isoformat() if at else None for code, at in rows}
    return {"tables": {name: asdict(value) for name, value in hashes.items()}, "sources": sources}


def write_manifest(path: Path, generation: Generation, content: dict[str, object]) -> None:
    """Nothing; the manifest of the generation is on disk, `content` being what `describe_copy` found and who made it."""
    entry = {
        "code": generation.code, "parent": generation.parent, "as_of": generation.as_of.isoformat(sep=" "),
        "published_at": generation.published_at.isoformat(sep=" "), "input_hash": generation.input_hash,
        "sha256": generation.sha256, "bytes": generation.n_bytes, "duckdb_version": duckdb.__version__,
    }  # fmt: skip
    write_durably(path, json.dumps({**entry, **content}, indent=1, ensure_ascii=False) + "\n")


def read_manifest(path: Path) -> dict[str, object]:
    """The manifest as written at publication. Raises OSError, ValueError where it is missing or damaged."""
    manifest = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(manifest, dict):
        raise ValueError("the manifest holds no keys")
    return manifest


def generation_of(manifest: dict[str, object]) -> Generation:
    """The generation a manifest tells of, as published. Raises KeyError, ValueError where the manifest lacks something."""

    def text(name: str) -> str:
        return str(manifest[name])

    parent = text("parent") if manifest["parent"] else None
    times = (datetime.fromisoformat(text("as_of")), datetime.fromisoformat(text("published_at")))
    return Generation(text("code"), times[0], parent, text("input_hash"), text("sha256"), int(text("bytes")), times[1], "published")


def _require_portable(con: duckdb.DuckDBPyConnection, view: str) -> None:
    try:
        con.execute(f"describe {quote_table(view)}").fetchall()
    except duckdb.Error as error:
        raise WarehouseError(
            f"does not work in the published file: {str(error).splitlines()[0]}", where=view,
            hint="a view names schema and table, never the database it was made in",
        ) from error  # fmt: skip
