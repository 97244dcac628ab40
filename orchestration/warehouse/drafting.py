"""A first contract for a sample file: what can be seen is filled in, what must be decided is marked.

Guesses are modest: names are matched with the canonical ones and a few common words, formats are tried on the values. A
person reads the draft before it is used; `csat check` then says what does not fit.
"""

import csv
import gzip
import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml

from orchestration.config.contracts import DEFAULTED
from orchestration.errors import ContractError, ExtractError
from orchestration.schemas.columns import Column
from orchestration.schemas.raw import RAW_TABLES, RawTable, raw_table
from orchestration.warehouse.shapes import clean_name

SAMPLE_BYTES = 1024 * 1024
SAMPLE_ROWS = 2000
SHOWN_VALUES = 3
GZIP_MAGIC = b"\x1f\x8b"
ENCODINGS = ("utf-8", "gb18030", "big5", "latin-1")
DELIMITERS = ",;\t|"
FORMATS = (
    "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y%m%d", "%Y%m%d%H%M%S", "%Y年%m月%d日",
    "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p",
)  # fmt: skip
NOTHING = frozenset({"-", "--", "—", "n/a", "na", "null", "none", "无", "未填"})
ENDINGS = ("_code", "_id", "_key", "_at", "_date")
SYNONYMS: dict[str, tuple[str, ...]] = {
    "customer": ("customer_key", "customer_id"), "customer_no": ("customer_id", "customer_key"), "account": ("customer_key", "customer_id"),
    "client_id": ("customer_key", "customer_id"), "customer_id": ("customer_key",), "客户编号": ("customer_id", "customer_key"),
    "order_id": ("delivery_id",), "waybill": ("delivery_id",), "shipment_id": ("delivery_id",), "运单号": ("delivery_id",),
    "ticket_id": ("complaint_id",), "complaint_no": ("complaint_id",), "工单编号": ("complaint_id",), "工单号": ("complaint_id",),
    "case_no": ("case_id",), "review_id": ("response_id",), "respondent_id": ("response_id",), "answer_id": ("response_id",),
    "question": ("item_code",), "score": ("satisfaction", "score"), "rating": ("satisfaction",), "comment": ("comment_text",),
    "name": ("customer_name", "staff_name"), "account_manager": ("owner_id",), "manager": ("owner_id",), "employee_id": ("staff_id",),
    "submitted_at": ("answered_at",), "time": ("answered_at", "happened_at"), "created_at": ("opened_at", "ordered_at"),
    "applied_at": ("opened_at",), "finished_at": ("closed_at",), "due_date": ("due_at",), "customer_since": ("opened_date",),
    "受理时间": ("opened_at",), "办结时限": ("due_at",), "归档时间": ("closed_at",), "状态": ("status_code",), "类别": ("category_code",),
    "渠道": ("channel_code",), "责任部门": ("department_code",), "区域": ("region_code",), "内容": ("description", "comment_text"),
}  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """Header, some records as text, and how the file is written."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    files: dict[str, str]
    is_typed: bool = False


def draft_contract(path: Path, table_name: str = "") -> str:
    """YAML of a contract for `path`, with comments on what to check, for the table named or else the one its columns fit best.

    Raises ExtractError where the file cannot be read, ContractError where there is no such table.
    """
    if not path.is_file():
        raise ExtractError("is no file", where=str(path), hint="give the path of one delivered file")
    try:
        sample = _read_sample(path)
    except (OSError, ValueError, RuntimeError, EOFError) as error:
        raise ExtractError(f"cannot be read: {error}", where=str(path), hint="have it delivered again, or give another sample") from error
    if not sample.header:
        raise ExtractError("holds no record", where=str(path), hint="give a sample with a header and some records")
    table = _named_table(table_name) if table_name else _guess_table(sample.header, _code(path))
    return "\n".join(_lines(path, sample, table)) + "\n"


def _lines(path: Path, sample: Sample, table: RawTable) -> list[str]:
    matches: dict[str, str] = {}
    for source in sample.header:
        if column := _match(source, table):
            matches.setdefault(column.name, source)
    lines = [
        f"# Draft from {path.name}: read every line, then run `csat check`.",
        f"contract: {_code(path)}",
        "source: source_system  # the system that delivers it; part of every key",
        f"table: {table.name.removeprefix('raw.')}  # {table.grain}",
        f"files: {_flow({'pattern': _pattern(path), **sample.files})}",
        "extract: delta  # full: every file holds all rows",
        f"extracted_at: {_flow(_extraction_time(path))}  # when the source made the file: file_name, column or first_seen",
    ]
    if "promised_at" in matches:
        lines.append("promised: time  # date: only a day is promised; the on-time rate depends on it")
    lines.append("columns:" if matches or not table.key else "columns: []")
    lines += [_column_line(table.column(name), source, sample) for name, source in matches.items()]
    lines += [f"  # - {{name: {c.name}, source: ?}}  # needed: {c.meaning}" for c in _missing(table, matches)]
    strangers = [source for source in sample.header if source not in matches.values()]
    return lines + ["# not read:"] * bool(strangers) + [f"#   {source}: {_examples(sample, source)}" for source in strangers]


def _column_line(column: Column, source: str, sample: Sample) -> str:
    entry: dict[str, object] = {"name": column.name, "source": source}
    values = _values(sample, source)
    if tokens := sorted({value for value in values if value.casefold() in NOTHING}):
        entry["null_tokens"] = ["", *tokens]
    present = [value for value in values if value and value not in tokens]
    note = ""
    if column.kind in ("date", "timestamp") and not sample.is_typed:
        form, note = _guess_format(present, column.kind)
        entry |= {"format": form} if form else {}
    if column.key or column.is_required:
        entry["required"] = True
    return f"  - {_flow(entry)}" + (f"  # {note}" if note else "")


def _missing(table: RawTable, matches: dict[str, str]) -> list[Column]:
    return [c for c in table.columns if (c.key or c.is_required) and c.name not in matches and c.name not in DEFAULTED]


def _guess_format(values: Sequence[str], kind: str) -> tuple[str, str]:
    """A format under which every value can be read, '' for ISO 8601, and what a person must look at."""
    if not values or all(_is_iso(value, kind) for value in values):
        return "", "" if values else "no value in the sample: is it ISO 8601?"
    fitting = [form for form in FORMATS if all(_fits(value, form) for value in values)]
    if not fitting:
        return "", f"check the format: {values[0]!r}"
    return fitting[0], f"also fits {', '.join(fitting[1:])}: which is it?" if len(fitting) > 1 else ""


def _is_iso(value: str, kind: str) -> bool:
    if kind == "date":
        return _fits(value, "%Y-%m-%d") and len(value) == len("2024-01-01")
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?", value))


def _fits(value: str, form: str) -> bool:
    try:
        datetime.strptime(value, form)
    except ValueError:
        return False
    return True


def _named_table(name: str) -> RawTable:
    try:
        return raw_table(name)
    except KeyError:
        names = ", ".join(table.name.removeprefix("raw.") for table in RAW_TABLES)
        raise ContractError(f"there is no table {name}", where="--table", hint=f"there are {names}") from None


def _guess_table(header: Sequence[str], code: str) -> RawTable:
    """The table that most columns fit, keys and the file's own name counting double; the first of equals."""

    def score(table: RawTable) -> tuple[int, int]:
        found = {column.name for source in header if (column := _match(source, table))}
        missing = sum(1 for c in table.columns if (c.key or c.is_required) and c.name not in found | DEFAULTED)
        return sum(2 if table.column(name).key else 1 for name in found) - missing + 2 * _is_named(table, code), -len(table.columns)

    return max(RAW_TABLES, key=score)


def _is_named(table: RawTable, code: str) -> bool:
    return table.name.removeprefix("raw.").partition("_")[2] == code


def _match(source: str, table: RawTable) -> Column | None:
    plain = re.sub(r"\W+", "_", clean_name(source).casefold()).strip("_")
    names = {column.name: column for column in table.columns}
    wanted = [plain, *SYNONYMS.get(plain, ()), *(plain + ending for ending in ENDINGS)]
    return next((names[name] for name in wanted if name in names), None)


def _read_sample(path: Path) -> Sample:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if ".parquet" in suffixes:
        return _read_parquet(path)
    if ".xlsx" in suffixes:
        return _read_xlsx(path)
    content, files = _read_head(path)
    reader: Callable[[str, dict[str, str]], Sample] = _read_jsonl if {".jsonl", ".ndjson"} & set(suffixes) else _read_csv
    return reader(content, files)


def _read_head(path: Path) -> tuple[str, dict[str, str]]:
    """The first bytes as text, cut at a line end, and compression and encoding where they are not the default."""
    with path.open("rb") as stream:
        is_gzip = stream.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    with gzip.open(path) if is_gzip else path.open("rb") as stream:
        content = stream.read(SAMPLE_BYTES)
    files = {"compression": "gzip"} if is_gzip else {}
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "ignore"), {**files, "encoding": "utf-16"}
    if len(content) == SAMPLE_BYTES:
        content = content[: content.rfind(b"\n") + 1]
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text.removeprefix("\ufeff"), files | ({"encoding": encoding} if encoding != "utf-8" else {})
    raise ValueError("no known encoding fits")


def _read_csv(content: str, files: dict[str, str]) -> Sample:
    delimiter = _guess_delimiter(content)
    rows = list(csv.reader(io.StringIO(content), delimiter=delimiter))[: SAMPLE_ROWS + 1]
    rows = [row for row in rows if row]
    files = files | ({"delimiter": delimiter} if delimiter != "," else {})
    header = tuple(clean_name(name) for name in rows[0]) if rows else ()
    return Sample(header, tuple(tuple(row) for row in rows[1:]), files)


def _guess_delimiter(content: str) -> str:
    """The letter that splits the first lines into the same, largest number of fields."""

    def score(delimiter: str) -> tuple[bool, int]:
        widths = [len(row) for row in csv.reader(io.StringIO(content[: SAMPLE_ROWS * 10]), delimiter=delimiter) if row][:20]
        return len(set(widths[:-1])) <= 1, min(widths, default=1)

    return max(DELIMITERS, key=score)


def _read_jsonl(content: str, files: dict[str, str]) -> Sample:
    records = [json.loads(line) for line in content.splitlines()[:SAMPLE_ROWS] if line.strip()]
    header = tuple(dict.fromkeys(key for record in records for key in record))
    rows = tuple(tuple("" if record.get(key) is None else str(record[key]) for key in header) for record in records)
    return Sample(header, rows, {"format": "jsonl", **files})


def _read_parquet(path: Path) -> Sample:
    import pyarrow.parquet as pq  # here, since only such a sample needs it

    with pq.ParquetFile(path) as file:
        batch = next(file.iter_batches(SAMPLE_ROWS), None)
        header = tuple(file.schema_arrow.names)
    columns = [["" if v is None else str(v) for v in column.to_pylist()] for column in batch.columns] if batch else []
    return Sample(header, tuple(zip(*columns, strict=True)), {"format": "parquet"}, is_typed=True)


def _read_xlsx(path: Path) -> Sample:
    import fastexcel  # here, since only such a sample needs it

    book = fastexcel.read_excel(path)
    name = book.sheet_names[0]
    sheet = book.load_sheet(0, header_row=None, n_rows=SAMPLE_ROWS, dtypes="string")
    columns = [["" if v is None else v for v in column.to_pylist()] for column in sheet.to_arrow().columns]
    rows = list(zip(*columns, strict=True))
    header = tuple(clean_name(value) for value in rows[0]) if rows else ()
    return Sample(header, tuple(rows[1:]), {"format": "xlsx", "sheet": name})


def _values(sample: Sample, source: str) -> list[str]:
    place = sample.header.index(source)
    return [row[place].strip() for row in sample.rows if place < len(row)]


def _examples(sample: Sample, source: str) -> str:
    """How many different values there are; the values themselves may be personal and are not written down."""
    values = {value for value in _values(sample, source) if value}
    is_few = len(values) <= SHOWN_VALUES < len(sample.rows)
    return f"{len(values)} different values in the sample" if values and not is_few else ", ".join(sorted(values)) or "always blank"


def _code(path: Path) -> str:
    return re.sub(r"_+", "_", re.sub(r"[^A-Za-z_]+", "_", path.name.split(".")[0])).strip("_").lower() or "contract_name"


def _pattern(path: Path) -> str:
    """The file's name with the first part that will differ next time, a date or number, as *."""
    name = re.sub(r"[*?\[\]]", "?", path.name)
    return re.sub(r"(?<=[_.\-])\d[\d_\-]*(?=[_.\-]|$)", "*", name, count=1)


def _extraction_time(path: Path) -> dict[str, str]:
    """The rule that reads the extraction day from the file's name, where one stands there."""
    for pattern, form in ((r"(\d{4}-\d{2}-\d{2})", "%Y-%m-%d"), (r"(\d{8})", "%Y%m%d")):
        if (found := re.search(pattern, path.name)) and _fits(found.group(1), form):
            return {"source": "file_name", "pattern": pattern, **({"format": form} if form != "%Y-%m-%d" else {})}
    return {"source": "first_seen"}


def _flow(entry: dict[str, object] | dict[str, str]) -> str:
    return yaml.safe_dump(entry, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000).strip()
