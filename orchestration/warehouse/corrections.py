"""Records in quarantine as people work with them: one record with its fields named, and correction files.

A correction file holds quarantined records of one delivery as they were delivered, under the same header, in the same format,
compression and encoding, and has a name that its contract reads. Edited and put into landing/ it is an extract like any other.
It holds personal data, so it is for the owner's eyes alone.
"""

import csv
import gzip
import io
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import duckdb

from orchestration.config.contracts import Contract
from orchestration.config.overlaps import deletes_rows
from orchestration.errors import ContractError, ExtractError
from orchestration.warehouse.archives import list_members, zip_alone
from orchestration.warehouse.connection import quote_text
from orchestration.warehouse.decoding import UTF8_NAMES, read_text
from orchestration.warehouse.entries import LONGEST_NAME, is_named
from orchestration.warehouse.files import disk_errors
from orchestration.warehouse.landing import read_file_time
from orchestration.warehouse.limits import LandingLimits, UnreadableError
from orchestration.warehouse.quarantine import QuarantinedRecord
from orchestration.warehouse.records import RecordReader
from orchestration.warehouse.scanning import text_files
from orchestration.warehouse.shapes import clean_name, dialect_of, measure_file, read_delivered
from orchestration.warehouse.state import State
from orchestration.warehouse.state_schema import ExtractFile

BEYOND = "+"
BOM = b"\xef\xbb\xbf"
CONTENTS = "select record_number, content from quarantine.records where extract_file_id = ? and contract_code = ? order by 1"
DELIVER_AGAIN = "correct it at the source and have it delivered again; what the new file brings closes the records"


@dataclass(frozen=True)
class CorrectionFile:
    """A correction file that was written: where it is, of which delivery it holds how many records, and whether its name is its own.

    `has_own_name` False: the contract reads one name only, so the file takes the place of the delivery's, and only records whose key
    can be read are closed by it.
    """

    path: Path
    delivered_name: str
    n_records: int
    has_own_name: bool


def split_fields(contract: Contract, header: Sequence[str], content: bytes) -> dict[str, str]:
    """Name -> value of the fields of one record; those beyond the header are called +1, +2, ...; what is no record at all has none."""
    files = text_files(contract.files)
    if files.format != "csv":
        try:
            found = json.loads(content)
        except ValueError:
            return {}
        return {key: "" if value is None else str(value) for key, value in found.items()} if isinstance(found, dict) else {}
    row = next(csv.reader(io.StringIO(content.decode("utf-8", "backslashreplace")), delimiter=files.delimiter, quotechar=files.quote), [])
    names = [*header, *(f"{BEYOND}{n}" for n in range(1, len(row) - len(header) + 1))]
    return dict(zip(names, row, strict=False))


def read_header(original: Path, contract: Contract) -> tuple[str, ...]:
    """The names of a delivery's columns in its order; none for a format whose records name their fields themselves."""
    if text_files(contract.files).format != "csv":
        return ()
    first = _first_record(original, contract).decode("utf-8", "backslashreplace")
    fields = next(csv.reader(io.StringIO(first), delimiter=contract.files.delimiter, quotechar=contract.files.quote), [])
    if contract.files.format == "csv" and not contract.files.header:
        return tuple(str(position) for position in range(1, len(fields) + 1))
    return tuple(clean_name(field) for field in fields)


def _first_record(original: Path, contract: Contract) -> bytes:
    """The first record of a delivery in UTF-8: the header, where it has one."""
    limits, files = LandingLimits(), contract.files
    with tempfile.TemporaryDirectory() as folder:
        staged = Path(folder) / "sheet.csv"
        try:
            if files.format == "xlsx":
                measure_file(original, contract, staged, limits=limits)
                chunks = read_text(staged, compression="none", encoding="utf-8", limits=limits)
            else:
                chunks = read_delivered(original, files, limits)
            block = next(iter(RecordReader(dialect_of(text_files(files))).blocks(chunks)))
        except (UnreadableError, OSError) as error:
            raise ExtractError(f"cannot be read any more: {error}", where=str(original), hint=DELIVER_AGAIN) from error
    return block.bytes_of(0)


def export_corrections(
    private: duckdb.DuckDBPyConnection, state: State, out: Path, contracts: Sequence[Contract],
    records: Sequence[QuarantinedRecord], to: Path,
) -> list[CorrectionFile]:  # fmt: skip
    """One correction file in `to` per delivery and contract of `records`, mode 0600; the state knows of each before it is there.

    Raises ContractError for a contract that is gone or whose files are not put together here (a log, a trailer, a workbook),
    ExtractError where an original is gone.
    """
    known, files = {c.contract: c for c in contracts}, {f.extract_file_id: f for f in state.files()}
    numbers: dict[tuple[int, str], list[int]] = {}
    for one in sorted(records, key=lambda r: r.record_number):
        numbers.setdefault((one.extract_file_id, one.contract_code), []).append(one.record_number)
    wanted = [(files[number], _usable(known.get(code), code), group) for (number, code), group in sorted(numbers.items())]
    with disk_errors(to):
        to.mkdir(parents=True, exist_ok=True, mode=0o700)
    return [_export_one(private, state, out, contract, file, group, to) for file, contract, group in wanted]


def _usable(contract: Contract | None, code: str) -> Contract:
    if contract is None:
        raise ContractError("is not among the contracts any more", where=code, hint=f"discard its records, or {DELIVER_AGAIN}")
    if contract.stretches:
        raise ContractError("reads a log of states, which is whole in each file", where=code, hint=DELIVER_AGAIN)
    if any(column.is_numbered for _, column in contract.keyed_columns()):
        raise ContractError("numbers the records of a file, which a correction file would number anew", where=code, hint=DELIVER_AGAIN)
    if contract.files.trailer:
        raise ContractError("reads files that end with their number of records", where=code, hint=DELIVER_AGAIN)
    if contract.files.format == "xlsx":
        raise ContractError("reads workbooks, which are not written here", where=code, hint=DELIVER_AGAIN)
    return contract


def _export_one(
    private: duckdb.DuckDBPyConnection, state: State, out: Path, contract: Contract, file: ExtractFile, numbers: list[int], to: Path
) -> CorrectionFile:
    original = out / "originals" / file.sha256
    if not original.is_file():
        raise ExtractError(f"the original of {file.file_name} is gone", where=str(original), hint=DELIVER_AGAIN)
    name = _choose_name(file.file_name, contract, state)
    has_own_name = name != file.file_name
    if not has_own_name and deletes_rows(contract):
        raise ContractError("reads one name only, and takes a file of it for the whole list", where=contract.contract, hint=DELIVER_AGAIN)
    if has_own_name:
        state.record_correction(name, file.extract_file_id, numbers)
    path = to / name
    if contract.files.format == "parquet":
        _write_parquet(private, original, numbers, path)
    else:
        found = dict(private.execute(CONTENTS, [file.extract_file_id, contract.contract]).fetchall())
        head = [_first_record(original, contract)] if contract.files.format == "csv" and contract.files.header else []
        with disk_errors(path), open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(_pack(_encode(contract, [*head, *(bytes(found[number]) for number in numbers)]), contract, original))
    path.chmod(0o600)
    return CorrectionFile(path, file.file_name, len(numbers), has_own_name)


def _encode(contract: Contract, records: Sequence[bytes]) -> bytes:
    """The records as the source writes them: one a line, in its encoding."""
    text, encoding = b"".join(record + b"\n" for record in records), contract.files.encoding
    if encoding not in UTF8_NAMES:
        text = text.decode("utf-8").encode(encoding)
    elif encoding == "utf-8-sig":
        text = BOM + text
    return text


def _pack(content: bytes, contract: Contract, original: Path) -> bytes:
    """The content packed as the source packs it."""
    match contract.files.compression:
        case "gzip":
            return gzip.compress(content, mtime=0)
        case "zstd":
            import pyarrow as pa

            return bytes(pa.compress(content, codec="zstd", asbytes=True))
        case "zip":
            mine = (name for name in list_members(original) if fnmatchcase(name, contract.files.member or "*"))
            return zip_alone(next(mine), content)
        case _:
            return content


def _write_parquet(private: duckdb.DuckDBPyConnection, original: Path, numbers: list[int], path: Path) -> None:
    source = f"read_parquet({quote_text(str(original))}, file_row_number = true)"
    wanted = f"file_row_number + 1 in ({', '.join(map(str, numbers))}) order by file_row_number"
    private.execute(f"copy (select * exclude (file_row_number) from {source} where {wanted}) to {quote_text(str(path))} (format parquet)")


def _choose_name(delivered: str, contract: Contract, state: State) -> str:
    """A new name like the delivered one that the contract reads in the same way; the delivered one where it reads no other."""
    taken = {name.file_name for name in state.names()} | set(state.corrected_files())
    time = read_file_time(contract, delivered)
    for name in _candidates(delivered):
        is_free = name not in taken and len(os.fsencode(name)) <= LONGEST_NAME
        if is_free and is_named(name, contract.files.pattern) and _same_time(contract, name, time):
            return name
    return delivered


def _candidates(delivered: str, most: int = 1000) -> Sequence[str]:
    """Names with a number before the first or last dot, or in front."""
    first, last = delivered.find("."), delivered.rfind(".")
    places = sorted({place if place > 0 else len(delivered) for place in (first, last)})
    marks = [f"{mark}correction{number}" for mark in "._" for number in range(1, most)]
    inside = [delivered[:place] + mark + delivered[place:] for mark in marks for place in places]
    return [*inside, *(f"correction{number}_{delivered}" for number in range(1, most))]


def _same_time(contract: Contract, name: str, time: object) -> bool:
    try:
        return read_file_time(contract, name) == time
    except UnreadableError:
        return False
