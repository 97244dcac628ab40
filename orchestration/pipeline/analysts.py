"""What analysts are handed beside the published file: its tables as Parquet, and a page that describes them. Lines of text."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from orchestration.config.load import load_workspace
from orchestration.pipeline.docs_page import build_docs_page
from orchestration.pipeline.night import CURRENT_FILE
from orchestration.warehouse.exports import MANIFEST, export_generation
from orchestration.warehouse.files import SHARED_FILE, SHARED_FOLDER, share, write_durably

MEGABYTE = 1e6


def export_tables(folder: Path, to: Path, code: str, schemas: Sequence[str]) -> Iterator[str]:
    """Lines about the tables of a generation that now stand in the folder `to`. Raises ConfigError, WarehouseError."""
    exported, tables = export_generation(folder / "out", to, code=code, schemas=schemas)
    size = sum((to / table.file).stat().st_size for table in tables) / MEGABYTE
    yield f"{len(tables)} tables of {exported}, {sum(table.n_rows for table in tables)} rows, {size:.1f} MB: {to}"
    yield f"rows and SHA-256 of each file are in {to / MANIFEST}"


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
