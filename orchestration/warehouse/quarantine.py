"""Records that could not be loaded: which, where, by which rule, and their bytes as delivered, in the private file alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import duckdb

from orchestration.warehouse.connection import quote_text
from orchestration.warehouse.mapping import FILES, Violation
from orchestration.warehouse.scanning import TYPED, Scan, ScannedFile, has_header, open_records
from orchestration.warehouse.versions import PRIVATE

FIELDS = Violation(None, "fields")
LEDGER_COLUMNS = "extract_file_id, contract_code, record_number, line_number, column_name, rule_code, known_at"


@dataclass(frozen=True)
class QuarantinedRecord:
    """One record in quarantine, without its bytes."""

    extract_file_id: int
    contract_code: str
    record_number: int
    line_number: int
    column_name: str | None
    rule_code: str
    known_at: datetime
    file_name: str = ""


def list_quarantine(con: duckdb.DuckDBPyConnection, *, contract_code: str = "") -> list[QuarantinedRecord]:
    """Every record in quarantine, or those of one contract, newest file first; `con` is the working or a published file."""
    rows = con.execute(
        "select q.extract_file_id, q.contract_code, q.record_number, q.line_number, q.column_name, q.rule_code, q.known_at, f.file_name "
        "from ops.quarantine q left join ops.extract_files f using (extract_file_id) where ? in ('', q.contract_code) "
        "order by q.extract_file_id desc, q.contract_code, q.record_number",
        [contract_code],
    ).fetchall()
    return [QuarantinedRecord(*row) for row in rows]


def show_quarantine(private: duckdb.DuckDBPyConnection, extract_file_id: int, contract_code: str, record_number: int) -> bytes | None:
    """The bytes of one record as delivered (UTF-8 where they were decoded); None where there is no such record."""
    rows = private.execute(
        "select content from quarantine.records where extract_file_id = ? and contract_code = ? and record_number = ?",
        [extract_file_id, contract_code, record_number],
    ).fetchall()
    return bytes(rows[0][0]) if rows else None


def find_bad_records(con: duckdb.DuckDBPyConnection, scan: Scan, one: ScannedFile) -> dict[int, Violation]:
    """Record number -> violation, in order, of one scanned file."""
    found = dict.fromkeys(one.rejected, FIELDS)
    rows = con.execute(f"select _k, _bad from {TYPED} where _position = ? and _bad is not null", [one.position]).fetchall()
    for k, bad in rows:
        found[number_of(one, k - one.first_k + 1)] = scan.violations[bad]
    return dict(sorted(found.items()))


def number_of(one: ScannedFile, parsed: int) -> int:
    """The record number of the record that was parsed as number `parsed`: rejected ones before it are counted in."""
    number = parsed
    for rejected in one.rejected:
        if rejected > number:
            break
        number += 1
    return number


def store_bytes(con: duckdb.DuckDBPyConnection, scan: Scan) -> list[tuple[ScannedFile, int, int, Violation, bytes]]:
    """Every bad record of the files that are not refused: file, record number, line, violation, bytes."""
    found: list[tuple[ScannedFile, int, int, Violation, bytes]] = []
    for one in scan.files:
        if one.refusal or not one.n_quarantined:
            continue
        bad = find_bad_records(con, scan, one)
        found += [(one, number, line, bad[number], content) for number, line, content in read_records(con, one, list(bad))]
    return found


def read_records(con: duckdb.DuckDBPyConnection, one: ScannedFile, numbers: Sequence[int]) -> Iterator[tuple[int, int, bytes]]:
    """Number, first line and bytes of the wanted records, in order."""
    if one.landed.contract.files.format == "parquet":
        yield from _parquet_records(con, one, numbers)
        return
    first, n_before, wanted = int(has_header(one)), 0, list(numbers)
    for block in open_records(one):
        last = n_before + block.starts.size
        while wanted and wanted[0] + first <= last:
            index = wanted[0] + first - n_before - 1
            yield wanted.pop(0), int(block.lines[index]), block.bytes_of(index)
        if not wanted:
            return
        n_before = last


def _parquet_records(con: duckdb.DuckDBPyConnection, one: ScannedFile, numbers: Sequence[int]) -> Iterator[tuple[int, int, bytes]]:
    rows = con.execute(
        f"select file_row_number + 1, to_json(r)::varchar from (select * from read_parquet({quote_text(str(one.shape.read_path))}, "
        "file_row_number = true)) r where file_row_number + 1 in (select unnest(?::bigint[])) order by 1",
        [list(numbers)],
    ).fetchall()
    for number, text in rows:
        yield number, number, text.encode()


def write_quarantine(
    con: duckdb.DuckDBPyConnection, scan: Scan, found: Sequence[tuple[ScannedFile, int, int, Violation, bytes]], *, is_private: bool
) -> None:
    """Nothing; the records are in ops.quarantine, or with their bytes in the private file."""
    target = f"{PRIVATE}.quarantine.records" if is_private else "ops.quarantine"
    contract = scan.mapping.contract.contract
    con.execute(f"delete from {target} where contract_code = ? and extract_file_id in (select extract_file_id from {FILES})", [contract])
    for one, group in groupby(found, key=lambda entry: entry[0]):
        records = list(group)
        _insert(con, target, contract, one, records, is_private=is_private)


def _insert(
    con: duckdb.DuckDBPyConnection, target: str, contract: str, one: ScannedFile,
    records: Sequence[tuple[ScannedFile, int, int, Violation, bytes]], *, is_private: bool,
) -> None:  # fmt: skip
    numbers, lines = [r[1] for r in records], [r[2] for r in records]
    columns, rules = [r[3].column_name for r in records], [r[3].rule_code for r in records]
    values: list[object] = [one.landed.extract_file_id, contract, numbers, lines, columns, rules, one.landed.known_at]
    content = ", unnest(?::blob[])" if is_private else ""
    con.execute(
        f"insert into {target} ({LEDGER_COLUMNS}{', content' if is_private else ''}) "
        f"select ?, ?, unnest(?::bigint[]), unnest(?::bigint[]), unnest(?::varchar[]), unnest(?::varchar[]), ?{content}",
        [*values, [r[4] for r in records]] if is_private else values,
    )
