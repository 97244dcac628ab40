"""The first records of a delivered file as text, and how it is written. A file that holds no table is refused."""

import csv
import io
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import ExtractError
from orchestration.warehouse.decoding import find_packing, unpack
from orchestration.warehouse.limits import LandingLimits, UnreadableError
from orchestration.warehouse.shapes import DELIMITERS, clean_name

SAMPLE_BYTES = 1024 * 1024
SAMPLE_ROWS = 2000
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
ENCODINGS = ("utf-8", "gb18030", "big5", "latin-1")
C1_CONTROLS = re.compile(r"[\x80-\x9f]")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
FOREIGN = re.compile(r"[^\x00-\x7f]+")
FOREIGN_IN_WORD = re.compile(r"(?<=[A-Za-z])[^\x00-\x7f]+|[^\x00-\x7f]+(?=[A-Za-z])")
BEGINNINGS = {"#!": "a script", "%PDF": "a PDF document", "<": "HTML or XML", "[": "a JSON list"}
ADVICE = {"a JSON list": "write one JSON object a line (JSON Lines) and call it .jsonl"}
NAME_IT = "an archive's name ends with .zip, a workbook's with .xlsx"
GIVE_TABLE = "give a CSV, JSON Lines, Parquet or XLSX file as a source delivers it"


@dataclass(frozen=True)
class Sample:
    """Header, some records as text, and how the file is written."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    files: dict[str, str]
    typed: frozenset[str] = frozenset()
    """Columns that the file delivers as numbers, times or truth values, not as text."""

    def values(self, source: str) -> list[str]:
        """The texts of a column, blanks too."""
        place = self.header.index(source)
        return [row[place].strip() for row in self.rows if place < len(row)]


def read_sample(path: Path) -> Sample:
    """The sample of the file at `path`. Raises ExtractError where it cannot be read or is no table."""
    if not path.is_file():
        raise ExtractError("is no file", where=str(path), hint="give the path of one delivered file")
    try:
        sample = _read(path)
    except (OSError, ValueError, RuntimeError, EOFError, UnreadableError) as error:
        raise ExtractError(f"cannot be read: {error}", where=str(path), hint="have it delivered again, or give another sample") from error
    if not sample.header:
        raise ExtractError("holds no record", where=str(path), hint="give a sample with a header and some records")
    return sample


def _read(path: Path) -> Sample:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if ".parquet" in suffixes:
        return _read_parquet(path)
    if ".xlsx" in suffixes:
        return _read_xlsx(path)
    content, files = _read_head(path)
    if {".jsonl", ".ndjson"} & set(suffixes):
        return _read_jsonl(content, files)
    _refuse_other_kinds(content, path)
    sample = _read_csv(content, files)
    _refuse_prose(sample, path)
    return sample


def _refuse_other_kinds(content: str, path: Path) -> None:
    for beginning, kind in BEGINNINGS.items():
        if content.startswith(beginning):
            raise ExtractError(f"is {kind}, no table", where=str(path), hint=ADVICE.get(kind, GIVE_TABLE))
    if CONTROLS.search(content):
        raise ExtractError("is a binary file, no table", where=str(path), hint=GIVE_TABLE)


def _refuse_prose(sample: Sample, path: Path) -> None:
    """A table's records have as many fields as its header; lines of a program or letter have not."""
    n_other = sum(len(row) != len(sample.header) for row in sample.rows)
    if 2 * n_other > len(sample.rows):
        what = f"is no table: the first line has {len(sample.header)} fields, {n_other} of {len(sample.rows)} lines have another number"
        raise ExtractError(what, where=str(path), hint=GIVE_TABLE)


def _read_head(path: Path) -> tuple[str, dict[str, str]]:
    """The first bytes as text, cut at a line end, and compression and encoding where they are not the default."""
    packing, content = find_packing(path), b""
    if packing == "zip" and path.suffix.lower() != ".zip":
        raise ExtractError("is an archive or workbook", where=str(path), hint=NAME_IT)
    for chunk in unpack(path, compression=packing, limits=LandingLimits()):
        content += chunk
        if len(content) >= SAMPLE_BYTES:
            break
    content, files = content[:SAMPLE_BYTES], {"compression": packing} if packing != "none" else {}
    if content[:2] in UTF16_MARKS:
        return content.decode("utf-16", "ignore"), {**files, "encoding": "utf-16"}
    if len(content) == SAMPLE_BYTES:
        content = content[: content.rfind(b"\n") + 1]
    encoding, text = _decode(content)
    return text.removeprefix("\ufeff"), files | ({"encoding": encoding} if encoding != "utf-8" else {})


def _decode(content: bytes) -> tuple[str, str]:
    """The first encoding that fits, and the text."""
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding in ("gb18030", "big5") and _looks_western(text):
            continue
        if encoding == "latin-1" and C1_CONTROLS.search(text):
            return "cp1252", content.decode("cp1252", "replace")
        return encoding, text
    raise ValueError("no known encoding fits")


def _looks_western(text: str) -> bool:
    """True where most foreign letters stand inside words of Latin letters: an umlaut and its neighbour, read as one Chinese letter."""
    n_foreign = len(FOREIGN.findall(text))
    return 2 * len(FOREIGN_IN_WORD.findall(text)) > n_foreign


def _read_csv(content: str, files: dict[str, str]) -> Sample:
    delimiter = _guess_delimiter(content)
    rows = [row for row in csv.reader(io.StringIO(content), delimiter=delimiter) if row][: SAMPLE_ROWS + 1]
    files = files | ({"delimiter": delimiter} if delimiter != "," else {})
    header = tuple(clean_name(name) for name in rows[0]) if rows else ()
    return Sample(header, tuple(tuple(row) for row in rows[1:]), files)


def _guess_delimiter(content: str) -> str:
    """The letter that splits the first lines into the same, largest number of fields."""

    def score(delimiter: str) -> tuple[int, int]:
        rows = csv.reader(io.StringIO(content[: SAMPLE_ROWS * 10]), delimiter=delimiter)
        widths = Counter([len(row) for row in rows if row][:20])
        width, n_same = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]), default=(1, 0))
        return (n_same, width) if width > 1 else (0, 1)

    return max(DELIMITERS, key=score)


def _read_jsonl(content: str, files: dict[str, str]) -> Sample:
    records = [json.loads(line) for line in content.splitlines()[:SAMPLE_ROWS] if line.strip()]
    header = tuple(dict.fromkeys(key for record in records for key in record))
    rows = tuple(tuple("" if record.get(key) is None else str(record[key]) for key in header) for record in records)
    return Sample(header, rows, {"format": "jsonl", **files})


def _read_parquet(path: Path) -> Sample:
    import pyarrow as pa  # here, since only such a sample needs it
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        batch = next(file.iter_batches(SAMPLE_ROWS), None)
        header = tuple(file.schema_arrow.names)
        typed = frozenset(
            field.name for field in file.schema_arrow if not (pa.types.is_string(field.type) or pa.types.is_large_string(field.type))
        )
    columns = [["" if v is None else str(v) for v in column.to_pylist()] for column in batch.columns] if batch else []
    return Sample(header, tuple(zip(*columns, strict=True)), {"format": "parquet"}, typed=typed)


def _read_xlsx(path: Path) -> Sample:
    import fastexcel  # here, since only such a sample needs it

    book = fastexcel.read_excel(path)
    name = book.sheet_names[0]
    sheet = book.load_sheet(0, header_row=None, n_rows=SAMPLE_ROWS, dtypes="string")
    columns = [["" if v is None else v for v in column.to_pylist()] for column in sheet.to_arrow().columns]
    rows = list(zip(*columns, strict=True))
    header = tuple(clean_name(value) for value in rows[0]) if rows else ()
    return Sample(header, tuple(rows[1:]), {"format": "xlsx", "sheet": name})
