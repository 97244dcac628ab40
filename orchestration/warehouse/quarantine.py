"""Records that could not be loaded: which, where, by which rule, and their bytes as delivered, in the private file alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

import duckdb

from orchestration.warehouse.connection import quote_text
from orchestration.warehouse.fields import Violation
from orchestration.warehouse.identity import key_violations, record_key
from orchestration.warehouse.mapping import FILES
from orchestration.warehouse.scanning import ASIDE, TYPED, Scan, ScannedFile, has_header, open_records
from orchestration.warehouse.versions import PRIVATE

FIELDS = Violation(None, "fields")
LEDGER_COLUMNS = "extract_file_id, contract_code, record_number, line_number, column_name, rule_code, known_at"
PRIVATE_COLUMNS = f"{LEDGER_COLUMNS}, content, record_key, extracted_at"
RecordState = Literal["open", "cured", "discarded"]


@dataclass(frozen=True)
class BadRecord:
    """One record that goes into quarantine. `record_key`: what a later delivery of it will have too; None where it cannot be read."""

    number: int
    line: int
    violation: Violation
    content: bytes
    record_key: str | None
    extracted_at: datetime | None


@dataclass(frozen=True)
class QuarantinedRecord:
    """One record in quarantine, without its bytes, and what became of it."""

    extract_file_id: int
    contract_code: str
    record_number: int
    line_number: int
    column_name: str | None
    rule_code: str
    known_at: datetime
    state: RecordState = "open"
    cured_by: int | None = None
    closed_at: datetime | None = None
    reason: str | None = None
    closed_by: str | None = None
    file_name: str = ""

    @property
    def place(self) -> str:
        """Delivery, contract and record number: how the command line names the record."""
        return f"{self.extract_file_id}/{self.contract_code}/{self.record_number}"


def create_quarantine(con: duckdb.DuckDBPyConnection) -> None:
    """Nothing; the private file has room for records in quarantine and their bytes."""
    con.execute(
        f"create table if not exists {PRIVATE}.quarantine.records (extract_file_id integer, contract_code varchar, "
        "record_number bigint, line_number bigint, column_name varchar, rule_code varchar, content blob, known_at timestamp)"
    )
    for column in ("record_key varchar", "extracted_at timestamp"):
        con.execute(f"alter table {PRIVATE}.quarantine.records add column if not exists {column}")


def list_quarantine(con: duckdb.DuckDBPyConnection, *, contract_code: str = "") -> list[QuarantinedRecord]:
    """Every record ever put in quarantine, or those of one contract, newest file first; `con` is the working or a published file."""
    columns = ", ".join(f"q.{field.name}" for field in fields(QuarantinedRecord)[:-1])
    rows = con.execute(
        f"select {columns}, coalesce(f.file_name, '') "
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
    rows = con.execute(f"select _k, _bad from {ASIDE} where _position = ? and _bad is not null", [one.position]).fetchall()
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


def read_bad_records(con: duckdb.DuckDBPyConnection, scan: Scan) -> dict[int, list[BadRecord]]:
    """File number -> every bad record of it, in order, of the files that are not refused."""
    found: dict[int, list[BadRecord]] = {}
    files = [one for one in scan.files if one.n_quarantined and not one.refusal]
    keys = _keys_of(con, scan) if files else {}
    for one in files:
        bad = find_bad_records(con, scan, one)
        found[one.landed.extract_file_id] = [
            BadRecord(number, line, bad[number], content, *keys.get((one.position, number), (None, None)))
            for number, line, content in read_records(con, one, list(bad))
        ]
    return found


def _keys_of(con: duckdb.DuckDBPyConnection, scan: Scan) -> dict[tuple[int, int], tuple[str | None, datetime | None]]:
    """Position and record number -> key and age of the bad records that could be split into fields.

    There is no key where a part of it is what is wrong.
    """
    own_time = scan.mapping.field_of("extracted_at", None)
    age = f"coalesce({f'v{own_time.number}' if own_time else 'null::timestamp'}, f.file_time, f.known_at)"
    unreadable = ", ".join(map(str, key_violations(scan.mapping))) or "null"
    rows = con.execute(
        f"select t._position, t._k, case when a._bad not in ({unreadable}) then {record_key(scan.mapping)} end, {age} "
        f"from {TYPED} t join {ASIDE} a on a._position = t._position and a._k = t._k join {FILES} f on f.position = t._position "
        "where a._bad is not null and not f.is_refused"
    ).fetchall()
    files = {one.position: one for one in scan.files}
    return {(place, number_of(files[place], k - files[place].first_k + 1)): (key, at) for place, k, key, at in rows}


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


def write_quarantine(con: duckdb.DuckDBPyConnection, scan: Scan, found: dict[int, list[BadRecord]], *, is_private: bool) -> None:
    """Nothing; the records are in ops.quarantine, open, or with their bytes in the private file."""
    target = f"{PRIVATE}.quarantine.records" if is_private else "ops.quarantine"
    contract = scan.mapping.contract.contract
    con.execute(f"delete from {target} where contract_code = ? and extract_file_id in (select extract_file_id from {FILES})", [contract])
    for one in scan.files:
        if records := found.get(one.landed.extract_file_id):
            _insert(con, one, contract, records, is_private=is_private)


def _insert(con: duckdb.DuckDBPyConnection, one: ScannedFile, contract: str, records: Sequence[BadRecord], *, is_private: bool) -> None:
    numbers, lines = [r.number for r in records], [r.line for r in records]
    columns, rules = [r.violation.column_name for r in records], [r.violation.rule_code for r in records]
    values: list[object] = [one.landed.extract_file_id, contract, numbers, lines, columns, rules, one.landed.known_at]
    listed = "?, ?, unnest(?::bigint[]), unnest(?::bigint[]), unnest(?::varchar[]), unnest(?::varchar[]), ?"
    if is_private:
        more: list[object] = [[r.content for r in records], [r.record_key for r in records], [r.extracted_at for r in records]]
        insert = f"insert into {PRIVATE}.quarantine.records ({PRIVATE_COLUMNS})"
        con.execute(f"{insert} select {listed}, unnest(?::blob[]), unnest(?::varchar[]), unnest(?::timestamp[])", [*values, *more])
    else:
        con.execute(f"insert into ops.quarantine ({LEDGER_COLUMNS}, state) select {listed}, 'open'", values)
