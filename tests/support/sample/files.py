"""How the sources write their extracts: CSV, gzip, GB18030, Parquet, JSONL and XLSX, with the same bytes each time."""

import gzip
import io
import zipfile
from pathlib import Path

import openpyxl
import polars as pl

Record = list[str]


def csv_bytes(frame: pl.DataFrame, *, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """The frame as CSV with a header."""
    return frame.write_csv(separator=delimiter).encode(encoding)


def write_bytes(path: Path, content: bytes) -> Path:
    """Write `content`; a name that ends in .gz is compressed, without clock or name in the header."""
    path.write_bytes(gzip.compress(content, compresslevel=9, mtime=0) if path.suffix == ".gz" else content)
    return path


def write_jsonl(path: Path, frame: pl.DataFrame) -> Path:
    """Write one JSON object per line."""
    return write_bytes(path, frame.write_ndjson().encode())


def write_parquet(path: Path, frame: pl.DataFrame) -> Path:
    """Write Parquet, strongly compressed."""
    frame.write_parquet(path, compression="zstd", compression_level=19, statistics=False)
    return path


def write_xlsx(path: Path, frame: pl.DataFrame, sheet: str) -> Path:
    """Write one sheet of text cells; the archive carries no clock."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in (frame.columns, *frame.with_columns(pl.all().cast(pl.String)).iter_rows()):
        page.append(row)
    raw = io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as made, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as fixed:
        for name in made.namelist():
            if name != "docProps/core.xml":
                fixed.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), _without_core(name, made.read(name)), zipfile.ZIP_DEFLATED)
    return path


def _without_core(name: str, content: bytes) -> bytes:
    """The part without its references to docProps/core.xml, which holds the time of writing."""
    if name == "[Content_Types].xml":
        return content.replace(
            b'<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml" />', b""
        ).replace(
            b'<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>', b""
        )
    return content


def changed(now: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """The rows of `now` that are new or differ from `before`: what a delta extract holds."""
    return now.filter(~now.hash_rows().is_in(before.hash_rows().implode()))
