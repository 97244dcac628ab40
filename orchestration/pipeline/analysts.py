"""What analysts are handed beside the published file: its tables as Parquet, and a page that describes them. Lines of text."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from orchestration.warehouse.exports import MANIFEST, export_generation

MEGABYTE = 1e6


def export_tables(folder: Path, to: Path, code: str, schemas: Sequence[str]) -> Iterator[str]:
    """Lines about the tables of a generation that now stand in the folder `to`. Raises ConfigError, WarehouseError."""
    exported, tables = export_generation(folder / "out", to, code=code, schemas=schemas)
    size = sum((to / table.file).stat().st_size for table in tables) / MEGABYTE
    yield f"{len(tables)} tables of {exported}, {sum(table.n_rows for table in tables)} rows, {size:.1f} MB: {to}"
    yield f"rows and SHA-256 of each file are in {to / MANIFEST}"
