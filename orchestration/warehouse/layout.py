"""Where generations lie below `out`, and what the pointer names: names alone, for whoever publishes and whoever verifies."""

from pathlib import Path

FOLDER, POINTER = "generations", "current.duckdb"
DATABASE, MANIFEST, LOG = ".duckdb", ".json", ".duckdb.wal"
SPILLED = ".duckdb.tmp"
"""What queries of a reader put aside on disk beside the file."""
NO_FILE = ("retired", "abandoned")
"""States of a generation whose file is gone."""


def published_file(out: Path, code: str) -> Path:
    """Where the file of the generation `code` lies."""
    return out / FOLDER / (code + DATABASE)


def pointed_code(out: Path) -> str | None:
    """The code of the generation that `out/current.duckdb` names; None before the first publication, or where it is no link."""
    link = out / POINTER
    return Path(link.readlink()).stem if link.is_symlink() else None
