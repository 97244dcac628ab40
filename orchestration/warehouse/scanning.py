"""Files of one contract into a table of typed, judged records in memory: the only reader of staged files.

CSV and JSON lines are read by position with every column as text, Parquet as it is typed. The loader's own rejects are found
again in the file by byte position, so that every physical record has a number, whether it could be read or not.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import numpy as np

from orchestration.config.contracts import Contract
from orchestration.config.delivered import Files
from orchestration.warehouse.connection import quote_name, quote_text
from orchestration.warehouse.decoding import read_text
from orchestration.warehouse.fields import Violation
from orchestration.warehouse.landing import LandedFile, read_file_time
from orchestration.warehouse.limits import LandingLimits, UnreadableError
from orchestration.warehouse.mapping import FILES, Mapping
from orchestration.warehouse.odd_values import read_noted
from orchestration.warehouse.records import Block, RecordReader
from orchestration.warehouse.shapes import Shape, dialect_of

TYPED, PARSED, ASIDE = "temp.load_typed", "temp.load_parsed", "temp.load_aside"
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
    noted: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(source column, class) -> values accepted in another form than the plain one."""
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
    """The files of one contract, judged record by record; TYPED is what was read, where each file is at its position.

    Text is parsed once into a table, Parquet stays in its files. A file that cannot be read carries its refusal and leaves no
    record.
    """
    groups = _groups(landed)
    mapping = Mapping(contract, dict.fromkeys(_sources(contract), "VARCHAR"), time_zone)
    nothing = replace(mapping, is_tidy=True).select_typed(_no_rows(mapping))  # the same types, planned in a fraction of the time
    if is_text := contract.files.format != "parquet":
        con.execute(f"create or replace temp table load_parsed as {nothing}")
    selects = [select for group in groups for select in _scan_group(con, contract, group, time_zone)]
    selects = [f"select * from {PARSED}"] if is_text else selects or [nothing]
    con.execute(f"create or replace temp view load_typed as {' union all '.join(selects)}")
    files = tuple(one for group in groups for one in group)
    if is_text:
        _count_records(con, TYPED, files)
        noted = read_noted(con, TYPED, {field.number: field.label for field in mapping.fields})
        for one in files:
            one.noted = noted.get(one.position, Counter())
    _set_aside(con, files)
    return Scan(mapping, files)


def text_files(files: Files) -> Files:
    """How the file that the loader opens is written: a workbook has become CSV by then."""
    return Files(pattern=files.pattern) if files.format == "xlsx" else files


def _sources(contract: Contract) -> tuple[str, ...]:
    return Mapping(contract, {}, "").sources


def _no_rows(mapping: Mapping) -> str:
    columns = "".join(f", null::varchar as s{i}" for i in range(len(mapping.sources)))
    return f"select 0 as _position, 0::bigint as _k, false as _broken{columns} where false"


def write_files(con: duckdb.DuckDBPyConnection, scan: Scan) -> None:
    """Nothing; FILES says of every file of the scan which it is, and whether it was refused."""
    entries = [one.landed for one in scan.files]
    times = [read_file_time(e.contract, e.file_name) or (e.corrects.known_at if e.corrects else None) for e in entries]
    con.execute(
        f"create or replace temp table {FILES.removeprefix('temp.')} as select unnest(?::integer[]) as position, "
        "unnest(?::integer[]) as extract_file_id, unnest(?::timestamp[]) as known_at, unnest(?::timestamp[]) as file_time, "
        "unnest(?::bigint[]) as k_offset, unnest(?::boolean[]) as is_refused",
        [
            [one.position for one in scan.files], [entry.extract_file_id for entry in entries], [entry.known_at for entry in entries],
            times, [one.first_k - 1 for one in scan.files], [bool(one.refusal) for one in scan.files],
        ],
    )  # fmt: skip


def _groups(landed: Sequence[LandedFile]) -> list[list[ScannedFile]]:
    """Files that one read serves: the same columns in the same order, written the same way; a content delivered twice is read twice.

    Positions follow each other within a group.
    """
    groups: dict[object, list[ScannedFile]] = {}
    n_read = Counter[Path]()
    for entry in landed:
        if shape := entry.shape:
            key = (shape.header, shape.delivered, shape.compression, shape.is_tidy, n_read[shape.read_path])
            groups.setdefault(key, []).append(ScannedFile(entry, shape, 0))
            n_read[shape.read_path] += 1
    for position, one in enumerate(one for group in groups.values() for one in group):
        one.position = position
    return list(groups.values())


def _scan_group(con: duckdb.DuckDBPyConnection, contract: Contract, group: list[ScannedFile], time_zone: str) -> list[str]:
    """SELECTs of what was not parsed into a table. Where the files cannot be read together, each is by itself or is refused."""
    scan = _look_at_parquet if contract.files.format == "parquet" else _parse_text
    try:
        return scan(con, contract, group, time_zone)
    except (duckdb.Error, UnreadableError) as error:
        if contract.files.format != "parquet":
            con.execute(f"delete from {PARSED} where _position between ? and ?", [group[0].position, group[-1].position])
        if len(group) > 1:
            return [select for one in group for select in _scan_group(con, contract, [one], time_zone)]
        group[0].refusal = f"cannot be read: {str(error).splitlines()[0]}"
        return []


def _parse_text(con: duckdb.DuckDBPyConnection, contract: Contract, group: list[ScannedFile], time_zone: str) -> list[str]:
    """Nothing to select; what could be parsed is in PARSED, and the files know what could not."""
    for name in (REJECTS, REJECT_SCANS):
        con.execute(f"drop table if exists {name}")
    types, is_tidy = dict.fromkeys(_sources(contract), "VARCHAR"), group[0].shape.is_tidy
    mapping = Mapping(contract, types, time_zone, header_in_data=contract.files.header, is_tidy=is_tidy)
    con.execute(f"insert into {PARSED} {mapping.select_typed(_relation(mapping, group))}")
    _find_rejects(con, group)
    return []


def _look_at_parquet(con: duckdb.DuckDBPyConnection, contract: Contract, group: list[ScannedFile], time_zone: str) -> list[str]:
    """One SELECT over the files, after one look at every value: by it a damaged page is found before anything is written."""
    mapping = Mapping(contract, _parquet_types(con, group), time_zone, header_in_data=False, is_noted=False)
    relation = _relation(mapping, group)
    looked = f"({mapping.select_typed(relation, with_forms=True)})"
    altered = [f"count(*) filter (f{number})" for number in mapping.foldable]
    every = [f"count(v{field.number})" for field in mapping.fields]
    counts = _count_records(con, looked, group, [*altered, *every])
    plain = frozenset(number for number, count in zip(mapping.foldable, counts, strict=False) if count == 0)
    return [replace(mapping, plain=plain).select_typed(relation)]


def _parquet_types(con: duckdb.DuckDBPyConnection, group: list[ScannedFile]) -> dict[str, str]:
    """Column -> type. Raises UnreadableError where the files of the group differ, so that they are read apart."""
    described = [con.execute(f"describe select * from read_parquet({_paths([one])})").fetchall() for one in group]
    if any(row[:2] != first[:2] for rows in described for row, first in zip(rows, described[0], strict=True)):
        raise duckdb.InvalidInputException("the files have different types")
    return {name: row[1] for name, row in zip(group[0].shape.header, described[0], strict=True)}


def _relation(mapping: Mapping, group: list[ScannedFile]) -> str:
    files, header, position = text_files(mapping.contract.files), group[0].shape.header, _position_of(group)
    if files.format == "parquet":
        columns = "".join(f", {quote_name(group[0].shape.name_in_file(name))} as s{i}" for i, name in enumerate(mapping.sources))
        source = f"read_parquet({_paths(group)}, file_row_number = true)"
        return f"select {position}, file_row_number + 1 as _k, false as _broken{columns} from {source}"
    if files.format == "jsonl":
        return _json_relation(mapping, group)
    columns = "".join(f", c{header.index(name)} as s{i}" for i, name in enumerate(mapping.sources))
    given = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(header)))
    quote = quote_text(files.quote)
    options = f"header = {files.header}, delim = {quote_text(files.delimiter)}, quote = {quote}, escape = {quote}"
    return f"select {position}, row_number() over () as _k, false as _broken{columns} from {_read_csv(group, given, options)}"


def _position_of(group: Sequence[ScannedFile]) -> str:
    return f"cast({group[0].position} + file_index as integer) as _position"


def _json_relation(mapping: Mapping, group: list[ScannedFile]) -> str:
    paths = ", ".join(quote_text(f'$."{group[0].shape.name_in_file(name)}"') for name in mapping.sources)
    fields = f"case when json_valid(line) and json_type(line) = 'OBJECT' then json_extract_string(line, [{paths}]) end as fields"
    lines = _read_csv(group, "'line': 'VARCHAR'", f"header = false, delim = {JSON_DELIMITER}, quote = '', escape = ''")
    columns = "".join(f", fields[{i + 1}] as s{i}" for i in range(len(mapping.sources)))
    inner = f"select {_position_of(group)}, row_number() over () as _k, {fields} from {lines} where line is not null"
    return f"select _position, _k, fields is null as _broken{columns} from ({inner})"


def _read_csv(group: list[ScannedFile], columns: str, options: str) -> str:
    return (
        f"read_csv({_paths(group)}, columns = {{{columns}}}, auto_detect = false, strict_mode = true, store_rejects = true, "
        f"rejects_table = '{REJECTS}', rejects_scan = '{REJECT_SCANS}', rejects_limit = 0, "
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


def _count_records(con: duckdb.DuckDBPyConnection, relation: str, files: Sequence[ScannedFile], extra: Sequence[str] = ()) -> list[int]:
    """The sums of `extra` over all files; each file knows what became of its records, or that loader and landing disagree."""
    counts = ", ".join(["count(*) filter (_skip)", "count(_bad)", *extra])
    found = {
        row[0]: row[1:]
        for row in con.execute(f"select _position, count(*), min(_k), max(_k), {counts} from {relation} group by 1").fetchall()
    }
    for one in files:
        if one.position in found:
            one.n_parsed, one.first_k, last, one.n_skipped, one.n_bad = found[one.position][:5]
            if last - one.first_k + 1 != one.n_parsed:
                one.refusal = "its records came back out of order"
        if not one.refusal and one.n_parsed + len(one.rejected) != one.shape.n_records:
            one.refusal = _disagreement(one)
    return [sum(row[5 + number] for row in found.values()) for number in range(len(extra))]


def _set_aside(con: duckdb.DuckDBPyConnection, files: Sequence[ScannedFile]) -> None:
    """Nothing; ASIDE has the records that make no row: those left out on purpose, and those that break the contract, `_bad`."""
    con.execute(f"create or replace temp table {ASIDE.removeprefix('temp.')} (_position integer, _k bigint, _bad usmallint)")
    positions = [one.position for one in files if one.n_bad or one.n_skipped]
    if positions:
        con.execute(
            f"insert into {ASIDE} select _position, _k, _bad from {TYPED} where (_bad is not null or _skip) "
            "and list_contains(?::integer[], _position)", [positions],
        )  # fmt: skip


def _disagreement(one: ScannedFile) -> str:
    return (
        f"has {one.shape.n_records} records by its line ends, but {one.n_parsed} could be read and {len(one.rejected)} were rejected: "
        "look for a stray quote or an overlong line; nothing of it was loaded"
    )
