"""Every landing file against its contract, without loading anything: what `csat check` prints about extracts.

The same reading, typing and counting as the nightly load, in a database in memory. A value is shown so that it can be found
and corrected, but never one of a private column or a name of a person or company.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

import duckdb

from orchestration.config.contracts import Contract
from orchestration.errors import ExtractError
from orchestration.warehouse.completeness import Announced, find_absent, is_companion, read_manifests, why_waiting
from orchestration.warehouse.connection import open_memory
from orchestration.warehouse.corrections import split_fields
from orchestration.warehouse.entries import look_at, show_name
from orchestration.warehouse.fields import Violation
from orchestration.warehouse.files import TEMPORARY
from orchestration.warehouse.garbled import warn_garbled
from orchestration.warehouse.headers import check_header, find_strangers
from orchestration.warehouse.landing import LandedFile, match_contracts, read_file_time
from orchestration.warehouse.limits import LandingLimits, UnreadableError
from orchestration.warehouse.mapping import Mapping
from orchestration.warehouse.quarantine import find_bad_records, read_records
from orchestration.warehouse.scanning import CUT_HINT, CUT_OFF, Scan, ScannedFile, scan_files
from orchestration.warehouse.shapes import hash_contract, measure_file

SHOWN_PER_RULE = 3
NO_TIME = datetime(1, 1, 1)
SHOWN_LETTERS = 60
NO_LANDING = "create it, or correct the workspace given with --workspace"
NOT_SHOWN = "(not shown)"
NO_FILE = "put the file there, or correct files.pattern"
ADVICE = {
    "required": "deliver a value, or drop `required` and the key role in the contract",
    "type": "deliver it as agreed, or correct `type`, `map` or `null_tokens` of the column",
    "format": "deliver it as agreed, or correct `format` of the column; a list of formats reads several ways of writing",
    "range": "correct it at the source, or `minimum` and `maximum`; a code that means no rating belongs under `not_rating`",
    "map": "add the text to `map` (of picks to `items` or `none`), or have it corrected at the source",
    "fields": "look for a missing or additional delimiter, or a stray quote",
    "encoding": "the text was damaged before it came here; have it delivered again",
}


@dataclass(frozen=True)
class Finding:
    """One thing wrong with one landing file: `line` counts from 1 with the header; 0: the file as a whole."""

    severity: Literal["error", "warning"]
    file_name: str
    contract_code: str
    message: str
    hint: str = ""
    column_name: str = ""
    line_number: int = 0
    value: str = ""
    n_records: int = 1

    def __str__(self) -> str:
        place = f"{self.file_name}" + (f" line {self.line_number}" if self.line_number else "")
        column = f", column {self.column_name}" if self.column_name else ""
        value = f": {self.value}" if self.value else ""
        return f"{place}{column}: {self.message}{value}" + (f"\n  -> {self.hint}" if self.hint else "")


def check_landing(contracts: Sequence[Contract], landing: Path, *, time_zone: str = "UTC") -> list[Finding]:
    """Every finding over the landing folder, files in order of name; contracts without any file are warnings.

    Raises ExtractError where the folder is missing.
    """
    if not landing.is_dir():
        raise ExtractError("there is no landing folder", where=str(landing), hint=NO_LANDING)
    entries = [path for path in landing.iterdir() if path.suffix != TEMPORARY]
    names = sorted(path.name for path in entries if path.is_file() or match_contracts(path.name, contracts))
    findings = [_stranger(name) for name in names if not match_contracts(name, contracts) and not is_companion(name, contracts)]
    with tempfile.TemporaryDirectory() as folder, open_memory() as con:
        for contract in contracts:
            mine, told = [name for name in names if contract in match_contracts(name, contracts)], read_manifests(landing, names, contract)
            findings += _incomplete(contract, [landing / name for name in mine], told)
            findings += _check_contract(con, contract, [landing / name for name in mine], Path(folder), time_zone)
        findings += _find_unread(contracts, landing, names, Path(folder))
    shown = [replace(finding, file_name=show_name(finding.file_name)) for finding in findings]
    return sorted(shown, key=lambda f: (f.file_name, f.contract_code, f.line_number))


def _stranger(name: str) -> Finding:
    hint = "correct files.pattern of a contract, or remove the file"
    return Finding("warning", name, "", "no contract matches this name, so it is not read", hint)


def _incomplete(contract: Contract, paths: Sequence[Path], told: Announced) -> Iterator[Finding]:
    """What is not there yet, or not known to be whole: a night leaves it."""
    waiting = ((path.name, "waiting", reason) for path in paths if (reason := why_waiting(path, contract, told)))
    for name, state, reason in (*find_absent(contract, told), *waiting):
        what, _, hint = reason.partition("; ")
        yield Finding("error" if state == "refused" else "warning", name, contract.contract, what, hint)


def _check_contract(
    con: duckdb.DuckDBPyConnection, contract: Contract, paths: Sequence[Path], folder: Path, time_zone: str
) -> list[Finding]:
    if not paths and contract.fetch:
        return []
    if not paths:
        return [Finding("warning", contract.files.pattern, contract.contract, "no file of landing/ has such a name", NO_FILE)]
    entries = [_measure(contract, path, folder, number) for number, path in enumerate(paths, 1)]
    findings = [_unusable(entry) for entry in entries if entry.state != "ready"]
    scan = scan_files(con, contract, [entry for entry in entries if entry.state == "ready"], time_zone=time_zone)
    for one in scan.files:
        findings += _check_file(con, scan, one)
    return findings


def _measure(contract: Contract, path: Path, folder: Path, number: int) -> LandedFile:
    entry = LandedFile(contract, hash_contract(contract), path.name, "ready", extract_file_id=number, known_at=NO_TIME)
    try:
        look_at(path)
        shape = measure_file(path, contract, folder / f"{contract.contract}.{number}.csv", limits=LandingLimits())
        if shape is None:
            is_blocking = path.stat().st_size == 0 and contract.expected.is_required_for_report
            return replace(entry, state="refused" if is_blocking else "empty", reason="holds no record; have it delivered again")
        check_header(shape.header, contract)
        read_file_time(contract, path.name)
    except UnreadableError as error:
        return replace(entry, state="refused", reason=str(error))
    return replace(entry, shape=shape)


def _unusable(entry: LandedFile) -> Finding:
    severity: Literal["error", "warning"] = "warning" if entry.state == "empty" else "error"
    what, _, hint = entry.reason.partition("; ")
    return Finding(severity, entry.file_name, entry.contract.contract, what, hint)


def _find_unread(contracts: Sequence[Contract], landing: Path, names: Sequence[str], folder: Path) -> Iterator[Finding]:
    for name in names:
        mine = match_contracts(name, contracts)
        entry = _measure(mine[0], landing / name, folder, 0) if mine else None
        if entry and entry.shape:
            for warning in find_strangers(entry.shape, mine):
                yield Finding("warning", name, "", warning)


def _check_file(con: duckdb.DuckDBPyConnection, scan: Scan, one: ScannedFile) -> list[Finding]:
    contract = one.landed.contract
    if one.refusal:
        return [Finding("error", one.landed.file_name, contract.contract, one.refusal)]
    bad = find_bad_records(con, scan, one)
    if one.shape.is_cut and one.shape.n_records in bad:
        return [Finding("error", one.landed.file_name, contract.contract, CUT_OFF, CUT_HINT)]
    groups: dict[Violation, list[int]] = {}
    for number, violation in bad.items():
        groups.setdefault(violation, []).append(number)
    shown = {number: len(group) for group in groups.values() for number in group[:SHOWN_PER_RULE]}
    records, told = read_records(con, one, sorted(shown)), (*one.shape.warnings, *warn_garbled(one.noted))
    findings = [Finding("warning", one.landed.file_name, contract.contract, warning) for warning in told]
    findings += [_bad_record(scan.mapping, one, bad[number], line, content, shown[number]) for number, line, content in records]
    if len(bad) > contract.quarantine_limit_share * one.shape.n_records:
        share = f"{len(bad)} of {one.shape.n_records} records"
        limit = f"quarantine_limit_share {contract.quarantine_limit_share:g} allows"
        message = f"{share} break the contract, more than {limit}: the file would be refused"
        hint = "correct the source or the contract; the records are listed with it"
        findings.append(Finding("error", one.landed.file_name, contract.contract, message, hint))
    return findings


def _bad_record(mapping: Mapping, one: ScannedFile, violation: Violation, line: int, content: bytes, n_records: int) -> Finding:
    times = f" ({n_records} records like this)" if n_records > SHOWN_PER_RULE else ""
    return Finding(
        "warning", one.landed.file_name, one.landed.contract.contract,
        f"breaks the rule {violation.rule_code}{times}", ADVICE[violation.rule_code],
        violation.column_name or "", line, _shown_value(mapping, one, violation, content), n_records,
    )  # fmt: skip


def _shown_value(mapping: Mapping, one: ScannedFile, violation: Violation, content: bytes) -> str:
    """The value as it stands in the file, unless it is a name or private."""
    if violation.column_name is None:
        return ""
    fields = [f for f in mapping.fields if f.label == violation.column_name]
    if any(f.column.private or f.column.name.endswith("_name") for f in fields):
        return NOT_SHOWN
    values = split_fields(one.landed.contract, one.shape.header, content)
    text = " + ".join(repr(values.get(name, "")) for name in violation.column_name.split(" + "))
    return text if len(text) <= SHOWN_LETTERS else text[:SHOWN_LETTERS] + "..."
