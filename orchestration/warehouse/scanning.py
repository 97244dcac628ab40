"""Files of one contract into a table of typed, judged records in memory: the only reader of staged files.

CSV and JSON lines are read by position with every column as text, Parquet as it is typed. The loader's own rejects are found
again in the file by byte position, so that every physical record has a number, whether it could be read or not.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np

from orchestration.config.contracts import Contract, Files
from orchestration.warehouse.connection import quote_name, quote_text
from orchestration.warehouse.decoding import LandingLimits, UnreadableError, read_text
from orchestration.warehouse.landing import LandedFile, read_file_time
from orchestration.warehouse.mapping import FILES, GROUP, Mapping, Violation
from orchestration.warehouse.records import Block, RecordReader
from orchestration.warehouse.shapes import Shape, dialect_of

TYPED = "temp.load_typed"
REJECTS, REJECT_SCANS = "load_rejects", "load_reject_scans"
JSON_DELIMITER = "chr(1)"
NO_LIMITS = LandingLimits()
CUT_OFF = "ends in the middle of a record: its last line is broken and has no line end"
CUT_HINT = "the transfer was cut off; have it delivered again"


@dataclass
class ScannedFile:
    """One file after the scan: records by fate. `rejected` are numbers of records that could not even be split into fields."""

    landed: LandedFile
    shape: Shape
    position: int
    n_parsed: int = 0
    n_skipped: int = 0
    n_bad: int = 0
    first_k: int = 1
    rejected: list[int] = field(default_factory=list)
    refusal: str = ""

    @property
    def n_quarantined(self) -> int:
        """Records that go to quarantine."""
        return self.n_bad + len(self.rejected)


@dataclass(frozen=True)
class Scan:
    """What was scanned: the files, and the violations that `_bad` counts into."""

    mapping: Mapping
    files: tuple[ScannedFile, ...]

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Violations by number."""
        return tuple(violation for violation, _ in self.mapping.violations)


def scan_files(con: duckdb.DuckDBPyConnection, contract: Contract, landed: Sequence[LandedFile], *, time_zone: str) -> Scan:
    """The files of one contract, read into TYPED. A file that cannot be read carries its refusal and leaves no record."""
    files = tuple(ScannedFile(entry, entry.shape, position) for position, entry in enumerate(landed) if entry.shape)
    _write_files(con, files)
    _begin_group(con, ())
    con.execute(f"drop table if exists {TYPED}")
    mapping = Mapping(contract, dict.fromkeys(_sources(contract), "VARCHAR"), time_zone)
    con.execute(f"create temp table load_typed as {mapping.select_typed(_no_rows(mapping))}")
    for group in _groups(contract, files):
        try:
            _scan_group(con, contract, group, time_zone)
        except duckdb.Error:
            _scan_apart(con, contract, group, time_zone)
    _count(con, files)
    return Scan(mapping, files)


def text_files(files: Files) -> Files:
    """How the file that the loader opens is written: a workbook has become CSV by then."""
    return Files(pattern=files.pattern) if files.format == "xlsx" else files


def _sources(contract: Contract) -> tuple[str, ...]:
    return Mapping(contract, {}, "").sources


def _no_rows(mapping: Mapping) -> str:
    columns = "".join(f", null::varchar as s{i}" for i in range(len(mapping.sources)))
    return f"select 0::bigint as _k, ''::varchar as _file, false as _broken{columns} where false"


def _write_files(con: duckdb.DuckDBPyConnection, files: Sequence[ScannedFile]) -> None:
    con.execute(
        f"create or replace temp table {FILES.removeprefix('temp.')} (position integer, path varchar, extract_file_id integer, "
        "known_at timestamp, file_time timestamp, k_offset bigint)"
    )
    for one in files:
        entry = one.landed
        file_time = read_file_time(entry.contract, entry.file_name) or (entry.corrects.known_at if entry.corrects else None)
        values = [one.position, str(one.shape.read_path), entry.extract_file_id, entry.known_at, file_time]
        con.execute(f"insert into {FILES} values (?, ?, ?, ?, ?, 0)", values)


def _groups(contract: Contract, files: Sequence[ScannedFile]) -> list[list[ScannedFile]]:
    """Files that one read serves: the same columns in the same order, written the same way; a content delivered twice is read twice."""
    groups: dict[object, list[ScannedFile]] = {}
    n_read = Counter[Path]()
    for one in files:
        groups.setdefault((one.shape.header, one.shape.compression, n_read[one.shape.read_path]), []).append(one)
        n_read[one.shape.read_path] += 1
    return list(groups.values())


def _begin_group(con: duckdb.DuckDBPyConnection, group: Sequence[ScannedFile]) -> None:
    """Nothing; the paths that come now are those of these files."""
    positions = [one.position for one in group]
    sql = f"select path, position from {FILES} where list_contains(?::integer[], position)"
    con.execute(f"create or replace temp table {GROUP.removeprefix('temp.')} as {sql}", [positions])


def _scan_apart(con: duckdb.DuckDBPyConnection, contract: Contract, group: list[ScannedFile], time_zone: str) -> None:
    """Nothing; each file is read by itself, and one that cannot be is refused."""
    for one in group:
        try:
            _scan_group(con, contract, [one], time_zone)
        except (duckdb.Error, UnreadableError) as error:
            one.refusal = f"cannot be read: {str(error).splitlines()[0]}"
            con.execute(f"delete from {TYPED} where _position = ?", [one.position])


def _scan_group(con: duckdb.DuckDBPyConnection, contract: Contract, group: list[ScannedFile], time_zone: str) -> None:
    for name in (REJECTS, REJECT_SCANS):
        con.execute(f"drop table if exists {name}")
    is_text = contract.files.format != "parquet"
    types = dict.fromkeys(_sources(contract), "VARCHAR") if is_text else _parquet_types(con, group)
    mapping = Mapping(contract, types, time_zone, header_in_data=is_text and contract.files.header)
    _begin_group(con, group)
    relation = _relation(mapping, group)
    con.execute(f"insert into {TYPED} {mapping.select_typed(relation)}")
    if is_text:
        _find_rejects(con, group)


def _parquet_types(con: duckdb.DuckDBPyConnection, group: list[ScannedFile]) -> dict[str, str]:
    """Column -> type. Raises UnreadableError where the files of the group differ, so that they are read apart."""
    described = [con.execute(f"describe select * from read_parquet({_paths([one])})").fetchall() for one in group]
    if any(row[:2] != first[:2] for rows in described for row, first in zip(rows, described[0], strict=True)):
        raise duckdb.InvalidInputException("the files have different types")
    return {row[0]: row[1] for row in described[0]}


def _relation(mapping: Mapping, group: list[ScannedFile]) -> str:
    files, header = text_files(mapping.contract.files), group[0].shape.header
    if files.format == "parquet":
        columns = "".join(f", {quote_name(name)} as s{i}" for i, name in enumerate(mapping.sources))
        source = f"read_parquet({_paths(group)}, file_row_number = true, filename = true)"
        return f"select file_row_number + 1 as _k, filename as _file, false as _broken{columns} from {source}"
    if files.format == "jsonl":
        return _json_relation(mapping, group)
    columns = "".join(f", c{header.index(name)} as s{i}" for i, name in enumerate(mapping.sources))
    given = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(header)))
    quote = quote_text(files.quote)
    options = f"header = {files.header}, delim = {quote_text(files.delimiter)}, quote = {quote}, escape = {quote}"
    return f"select row_number() over () as _k, filename as _file, false as _broken{columns} from {_read_csv(group, given, options)}"


def _json_relation(mapping: Mapping, group: list[ScannedFile]) -> str:
    paths = ", ".join(quote_text(f'$."{name}"') for name in mapping.sources)
    fields = f"case when json_valid(line) and json_type(line) = 'OBJECT' then json_extract_string(line, [{paths}]) end as fields"
    lines = _read_csv(group, "'line': 'VARCHAR'", f"header = false, delim = {JSON_DELIMITER}, quote = '', escape = ''")
    columns = "".join(f", fields[{i + 1}] as s{i}" for i in range(len(mapping.sources)))
    inner = f"select row_number() over () as _k, filename as _file, {fields} from {lines} where line is not null"
    return f"select _k, _file, fields is null as _broken{columns} from ({inner})"


def _read_csv(group: list[ScannedFile], columns: str, options: str) -> str:
    return (
        f"read_csv({_paths(group)}, columns = {{{columns}}}, auto_detect = false, strict_mode = true, store_rejects = true, "
        f"rejects_table = '{REJECTS}', rejects_scan = '{REJECT_SCANS}', rejects_limit = 0, filename = true, "
        f"compression = '{group[0].shape.compression}', {options})"
    )


def _paths(group: Sequence[ScannedFile]) -> str:
    return "[" + ", ".join(quote_text(str(one.shape.read_path)) for one in group) + "]"


def _find_rejects(con: duckdb.DuckDBPyConnection, group: list[ScannedFile]) -> None:
    rows = con.execute(
        f"select s.file_path, r.line_byte_position from {REJECTS} r "
        f"join (select distinct scan_id, file_id, file_path from {REJECT_SCANS}) s using (scan_id, file_id) group by all order by all"
    ).fetchall()
    for one in group:
        places = [place for path, place in rows if path == str(one.shape.read_path)]
        one.rejected = _number_records(one, places) if places else []


def _number_records(one: ScannedFile, places: list[int]) -> list[int]:
    """Numbers of the records that lie at 1-based byte positions; the loader may point at the line end before one."""
    wanted, found, n_before = np.array(places, dtype=np.int64) - 1, [], 0
    for block in open_records(one):
        here = wanted[wanted < block.ends[-1]] if block.ends.size else wanted[:0]
        found += (n_before + 1 + np.searchsorted(block.ends, here, side="right")).tolist()
        wanted, n_before = wanted[here.size :], n_before + block.starts.size
    first = int(has_header(one))
    return sorted({number - first for number in found})


def ends_badly(con: duckdb.DuckDBPyConnection, one: ScannedFile) -> bool:
    """True where the last record of the file goes to quarantine."""
    if one.rejected and one.rejected[-1] == one.shape.n_records:
        return True
    last = con.execute(f"select _bad is not null from {TYPED} where _position = ? order by _k desc limit 1", [one.position]).fetchall()
    return bool(last and last[0][0])


def has_header(one: ScannedFile) -> bool:
    """True where the first record of the file is its header."""
    files = text_files(one.landed.contract.files)
    return files.format == "csv" and files.header


def open_records(one: ScannedFile) -> Iterator[Block]:
    """Blocks of the records of a text file, header included."""
    files = text_files(one.landed.contract.files)
    chunks = read_text(one.shape.read_path, compression=one.shape.compression, encoding="utf-8", limits=NO_LIMITS)
    return RecordReader(dialect_of(files, n_columns=len(one.shape.header))).blocks(chunks)


def _count(con: duckdb.DuckDBPyConnection, files: Sequence[ScannedFile]) -> None:
    rows = con.execute(
        f"select _position, count(*), min(_k), max(_k), count(*) filter (_skip), count(_bad) from {TYPED} group by 1"
    ).fetchall()
    found = {row[0]: row[1:] for row in rows}
    for one in files:
        if one.position in found:
            one.n_parsed, one.first_k, last, one.n_skipped, one.n_bad = found[one.position]
            if last - one.first_k + 1 != one.n_parsed:
                one.refusal = "its records came back out of order"
        con.execute(f"update {FILES} set k_offset = ? where position = ?", [one.first_k - 1, one.position])
        if not one.refusal and one.n_parsed + len(one.rejected) != one.shape.n_records:
            one.refusal = _disagreement(one)


def _disagreement(one: ScannedFile) -> str:
    return (
        f"has {one.shape.n_records} records by its line ends, but {one.n_parsed} could be read and {len(one.rejected)} were rejected: "
        "look for a stray quote or an overlong line; nothing of it was loaded"
    )
