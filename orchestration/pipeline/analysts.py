"""What analysts are handed beside the published file: its tables as Parquet, and a page that describes them. Lines of text."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path

from orchestration.config.load import load_workspace
from orchestration.config.names import advise_nearest
from orchestration.errors import ConfigError, WarehouseError
from orchestration.pipeline.docs_page import build_docs_page
from orchestration.pipeline.night import CURRENT_FILE
from orchestration.schemas.raw import RAW_TABLES
from orchestration.warehouse.as_of import write_as_of
from orchestration.warehouse.connection import PRIVATE_FILE, open_working
from orchestration.warehouse.exports import MANIFEST, export_generation
from orchestration.warehouse.files import SHARED_FILE, SHARED_FOLDER, share, write_durably
from orchestration.warehouse.lock import hold_lock

MEGABYTE = 1e6


def export_tables(folder: Path, to: Path, code: str, schemas: Sequence[str]) -> Iterator[str]:
    """Lines about the tables of a generation that now stand in the folder `to`. Raises ConfigError, WarehouseError."""
    exported, tables = export_generation(folder / "out", to, code=code, schemas=schemas)
    size = sum((to / table.file).stat().st_size for table in tables) / MEGABYTE
    yield f"{len(tables)} tables of {exported}, {sum(table.n_rows for table in tables)} rows, {size:.1f} MB: {to}"
    yield f"rows and SHA-256 of each file are in {to / MANIFEST}"


def export_as_of(folder: Path, name: str, day: date, to: Path) -> Iterator[str]:
    """A line about the raw table that now stands in the file `to` as it was known at the end of `day`.

    Raises ConfigError where there is no such table, BusyError where a run is writing, WarehouseError where nothing has run.
    """
    tables = {table.name.removeprefix("raw."): table for table in RAW_TABLES}
    if (short := name.removeprefix("raw.")) not in tables:
        raise ConfigError(f"there is no table {name} in schema raw", where="TABLE", hint=advise_nearest(short, list(tables)))
    out = folder / "out"
    if not (out / PRIVATE_FILE).exists():
        raise WarehouseError("nothing has been loaded here yet", where=str(folder), hint="csat run")
    with hold_lock(out), open_working(out) as connection:
        n_rows = write_as_of(connection, out, tables[short], datetime.combine(day, time.max), to)
    yield f"{n_rows:,} rows of raw.{short} as known at the end of {day}: {to}; it may hold names, keep it where they may be"


def write_docs(folder: Path) -> Iterator[str]:
    """A line about the page that now describes the published tables. Raises WarehouseError where nothing is published."""
    out = folder / "out"
    page = build_docs_page(out / CURRENT_FILE)
    path = out / "docs" / "index.html"
    path.parent.mkdir(exist_ok=True)
    write_durably(path, page)
    group = load_workspace(folder).workspace.analysts_group
    share(path.parent, SHARED_FOLDER, group)
    share(path, SHARED_FILE, group)
    yield f"open in a browser: {path}"
