"""Header and records of one landed file: what the loader must find again, known before it looks.

`measure_file` decides whether the file can be used under a contract at all: columns present once, named, and enough of them;
and writes a staged UTF-8 copy where DuckDB cannot read the delivered bytes as they are.
"""

import csv
import hashlib
import io
import json
import os
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from orchestration.config.contracts import Contract, ContractColumn
from orchestration.config.delivered import Files
from orchestration.warehouse.archives import list_members
from orchestration.warehouse.decoding import UTF8_NAMES, has_check_sum, read_text
from orchestration.warehouse.files import TEMPORARY
from orchestration.warehouse.limits import LandingLimits, UnreadableError
from orchestration.warehouse.records import Block, Dialect, RecordReader, RecordTooLongError, Summary
from orchestration.warehouse.trailers import Trailer

HASH_DIGITS = 16
CUT = "the last line has no line end, and others have: if the file was cut off there, a manifest, a .done file or a trailer would tell"
UNSUMMED = "carries no check sum, so a flipped bit would go unnoticed: have it packed with one (zstd --check)"
JSON_PROBE_RECORDS = 1000
DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Shape:
    """What the landing knows of a readable file. `read_path` is what the loader opens, `n_records` what it must account for.

    `header` has the names by which the contract calls the columns, `delivered` those that stand in the file.
    """

    read_path: Path
    compression: str
    header: tuple[str, ...]
    n_records: int
    warnings: tuple[str, ...] = ()
    delivered: tuple[str, ...] = ()
    is_tidy: bool = False
    """True where folding changes no value of the file: letters of ASCII alone, and no space around a value."""
    is_cut: bool = False
    """True where the last record may be a part of one: it has no line end, and the others have."""
    members: tuple[str, ...] = ()
    """Data files of the archive in which it came."""

    def name_in_file(self, name: str) -> str:
        """What the file calls the column that the contract calls `name`."""
        return self.delivered[self.header.index(name)]


def hash_contract(contract: Contract) -> str:
    """Hash of all that decides which files and records become rows: without owner, description, due dates and the way of delivery."""
    text = contract.model_dump_json(exclude={"description", "owner", "fetch", "completeness", "expected"})
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_DIGITS]


def list_sources(contract: Contract) -> tuple[str, ...]:
    """Every source column that the contract reads, in order of first mention."""
    names = [name for column in all_columns(contract) for name in sources_of(column)]
    names += contract.picks.columns if contract.picks else ()
    names += [rule.column for rule in (*contract.skip, contract.deleted_when) if rule]
    names += [contract.sequence] if contract.sequence else ()
    if contract.extracted_at.source == "column":
        names.append(contract.extracted_at.column)
    return tuple(dict.fromkeys(names))


def all_columns(contract: Contract) -> tuple[ContractColumn, ...]:
    """Every column of the contract, those of its row templates too."""
    return (*contract.columns, *(column for template in contract.rows for column in template.columns))


def sources_of(column: ContractColumn) -> tuple[str, ...]:
    """The source columns of one canonical column; none where it is a constant."""
    if column.value is not None:
        return ()
    if isinstance(column.source, tuple):
        return column.source
    return (column.source or column.name,)


def dialect_of(files: Files, *, n_columns: int = 2) -> Dialect:
    """How the records of a delivered text file are told apart."""
    if files.format == "jsonl":
        return Dialect(quote="")
    return Dialect(files.delimiter, files.quote, blank_counts=n_columns == 1)


def measure_file(original: Path, contract: Contract, staged: Path, *, limits: LandingLimits) -> Shape | None:
    """The shape of `original` under `contract`; None where it holds no record at all.

    `staged` is where a UTF-8 copy may be written. Raises UnreadableError where the file cannot be used.
    """
    shape = _measure(original, contract, staged, limits)
    return shape and replace(shape, header=_agreed_names(shape.header, contract), delivered=shape.header)


def _agreed_names(header: tuple[str, ...], contract: Contract) -> tuple[str, ...]:
    """The header with every other name of a source column in place of which the contract has its first."""
    agreed: dict[str, str] = {}
    for column in all_columns(contract):
        found = [name for name in column.source_names if name in header]
        if found and sources_of(column)[0] not in header:
            agreed[found[0]] = sources_of(column)[0]
    return tuple(agreed.get(name, name) for name in header)


def _measure(original: Path, contract: Contract, staged: Path, limits: LandingLimits) -> Shape | None:
    if original.stat().st_size == 0 and not contract.files.trailer:
        return None
    if contract.files.format == "parquet":
        return _measure_parquet(original)
    if contract.files.format == "xlsx":
        _stage_xlsx(original, staged, contract.files)
        return _measure_text(staged, Files(pattern="*"), staged, limits)
    return _measure_text(original, contract.files, staged, limits)


def clean_name(name: str) -> str:
    """A header as it is compared: NFKC, no mark, no space around."""
    return unicodedata.normalize("NFKC", name).replace("\ufeff", "").strip()


def _measure_parquet(original: Path) -> Shape | None:
    import pyarrow as pa  # here, since a night without new files needs no Arrow
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(original) as file:
            names, n_records = tuple(file.schema_arrow.names), file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise UnreadableError(f"is no readable Parquet file ({str(error).splitlines()[0]})", "have it delivered again") from None
    return Shape(original, "none", names, n_records) if n_records else None


def _measure_text(original: Path, files: Files, staged: Path, limits: LandingLimits) -> Shape | None:
    trailer = Trailer(files.trailer)
    needs_copy = bool(files.encoding not in UTF8_NAMES or files.trailer or files.compression == "zip") and original != staged
    chunks = trailer.take_off(read_delivered(original, files, limits))
    if needs_copy:
        chunks = _copy_through(chunks, staged)
    header, summary = _scan(chunks, files)
    path, compression = (staged, "none") if needs_copy else (original, files.compression)
    if summary.mixes_line_ends:
        chunks = read_text(path, compression=compression, encoding="utf-8", limits=limits)
        _unify_line_ends(chunks, staged, dialect_of(files, n_columns=len(header)))
        path, compression = staged, "none"
    has_header = files.header and files.format == "csv"
    n_records = summary.n_records - int(has_header and bool(header))
    trailer.check(n_records)
    if n_records <= 0:
        return None
    is_tidy = summary.is_tidy and files.format == "csv"  # a letter of JSON may be written in ASCII and be none
    members = list_members(original) if files.compression == "zip" else ()
    warnings = [CUT] if summary.is_cut else []
    warnings += [UNSUMMED] if files.compression == "zstd" and not has_check_sum(original) else []
    return Shape(path, compression, header, n_records, tuple(warnings), is_tidy=is_tidy, is_cut=summary.is_cut, members=members)


def read_delivered(original: Path, files: Files, limits: LandingLimits) -> Iterator[bytes]:
    """The text of a delivered file as UTF-8 in chunks. Raises UnreadableError where it cannot be used."""
    return read_text(original, compression=files.compression, encoding=files.encoding, limits=limits, member=files.member)


def _scan(chunks: Iterable[bytes], files: Files) -> tuple[tuple[str, ...], Summary]:
    """Header and counts of a text file, in one pass."""
    reader, header = RecordReader(dialect_of(files)), tuple[str, ...]()
    alone = RecordReader(dialect_of(files, n_columns=1))
    source = iter(chunks)
    probe = next(source, b"")
    first = next(iter(RecordReader(dialect_of(files)).blocks([probe])), None)
    if first is not None and first.starts.size and first.content.strip():
        header = _read_header(first, files)
        reader = alone if len(header) == 1 and files.format == "csv" else reader
    try:
        summary = reader.count(_prefixed(probe, source))
    except RecordTooLongError as error:
        raise UnreadableError(f"has a record at line {error.args[0]} that does not end", "look for a quote that is never closed") from None
    if summary.open_quote_line is not None:
        line = summary.open_quote_line
        hint = "everything behind it would be swallowed; correct that line at the source"
        raise UnreadableError(f"opens a quote at line {line} that never closes", hint)
    return header, summary if header else Summary()


def _prefixed(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _read_header(block: Block, files: Files) -> tuple[str, ...]:
    if files.format == "jsonl":
        return _json_keys(block)
    text = block.bytes_of(0).decode("utf-8", "strict")
    fields = next(csv.reader(io.StringIO(text), delimiter=files.delimiter, quotechar=files.quote), [])
    if not files.header:
        return tuple(str(position) for position in range(1, len(fields) + 1))
    return tuple(clean_name(field) for field in fields)


def _json_keys(block: Block) -> tuple[str, ...]:
    """Keys seen in the first records; a line that is no object has none."""
    keys: dict[str, None] = {}
    for index in range(min(JSON_PROBE_RECORDS, block.starts.size)):
        try:
            record = json.loads(block.bytes_of(index))
        except ValueError:
            continue
        keys |= dict.fromkeys(record) if isinstance(record, dict) else {}
    return tuple(keys) or ("",)


def _copy_through(chunks: Iterable[bytes], staged: Path) -> Iterator[bytes]:
    """The same chunks, written to `staged` on the way; the copy gets its name when the last one has passed."""
    part = staged.with_suffix(TEMPORARY)
    with part.open("wb") as stream:
        for chunk in chunks:
            stream.write(chunk)
            yield chunk
    os.replace(part, staged)


def _unify_line_ends(chunks: Iterable[bytes], staged: Path, dialect: Dialect) -> None:
    part = staged.with_suffix(".unified" + TEMPORARY)
    with part.open("wb") as stream:
        for block in RecordReader(dialect).blocks(chunks):
            stream.writelines(block.bytes_of(index) + b"\n" for index in range(block.starts.size))
    os.replace(part, staged)


def _stage_xlsx(original: Path, staged: Path, files: Files) -> None:
    """Nothing; the sheet is at `staged` as CSV, every cell as text, rows without any cell left out."""
    import fastexcel  # here, since only a night with a workbook needs it

    try:
        book = fastexcel.read_excel(original.read_bytes())
        sheet = book.load_sheet(files.sheet or 0, header_row=None, dtypes="string")
        columns = [column.to_pylist() for column in sheet.to_arrow().columns]
    except (fastexcel.FastExcelError, OSError) as error:
        what = f"is no readable workbook ({str(error).splitlines()[0]})"
        raise UnreadableError(what, "save it again as .xlsx, or name the sheet in the contract") from None
    part = staged.with_suffix(TEMPORARY)
    with part.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerows(row for row in zip(*columns, strict=True) if any(row))
    os.replace(part, staged)
