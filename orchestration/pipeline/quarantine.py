"""What an operator asks of the quarantine: list, show, export for correction, discard. Lines of text."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from orchestration.config.contracts import Contract
from orchestration.config.load import load_workspace
from orchestration.config.names import advise_nearest
from orchestration.errors import ContractError, ExtractError, WarehouseError
from orchestration.pipeline.night import CURRENT_FILE, require_run, say_command
from orchestration.warehouse.checking import ADVICE
from orchestration.warehouse.connection import open_private, open_read_only, open_working
from orchestration.warehouse.corrections import BEYOND, CorrectionFile, export_corrections, read_header, split_fields
from orchestration.warehouse.ledger import ensure_raw_tables
from orchestration.warehouse.lock import hold_lock
from orchestration.warehouse.outdated import is_of_this_version
from orchestration.warehouse.quarantine import QuarantinedRecord, list_quarantine, show_quarantine
from orchestration.warehouse.state import State
from orchestration.warehouse.state_schema import Discard

SHOWN_RECORDS = 200
UNPUBLISHED = " after a night that published nothing; `csat check` lists the records of a file that was refused as a whole"
RULE_LINE = "{:>8}  {:<20} {:<10} {:<20} {}"
RECORD_LINE = "{:<30} {:<10} {:<20} {}"
WHOLE = "(all)"
PERSONAL = "it may hold personal data"
CORRECTIONS = "corrections"


def list_records(folder: Path, contract_code: str = "", *, has_closed: bool = False) -> Iterator[str]:
    """Lines: open records counted by contract and rule, then each by the name under which the other commands know it; never content.

    `has_closed`: the closed ones too, and how they were closed. After a night that published nothing these are the records of its
    working file. Raises ContractError where no contract has that name, WarehouseError where nothing has run yet.
    """
    _require_contract(folder, contract_code)
    records, origin = _quarantine(folder, contract_code)
    opened = [record for record in records if record.state == "open"]
    closed = Counter(record.state for record in records if record.state != "open")
    told = "".join(f", {count:,} {state}" for state, count in sorted(closed.items()))
    yield f"{len(opened):,} open {_plural(len(opened), 'record')} in quarantine{told}{origin}"
    yield from _by_rule(opened)
    shown = records if has_closed else opened
    if shown:
        yield ""
        yield RECORD_LINE.format("RECORD", "RULE", "COLUMN", "FILE:LINE")
    for one in shown[:SHOWN_RECORDS]:
        place = f"{one.file_name}:{one.line_number}" + _fate(one)
        yield RECORD_LINE.format(one.place, one.rule_code, one.column_name or WHOLE, place)
    if len(shown) > SHOWN_RECORDS:
        yield f"... and {len(shown) - SHOWN_RECORDS:,} more: --contract narrows the list"
    if opened:
        yield ""
        yield f"what one says and why it is here   {say_command(folder, f'quarantine show {opened[0].place}')}"
        yield f"a file to edit and deliver again   {say_command(folder, f'quarantine export {opened[0].contract_code}')}"


def _by_rule(records: Sequence[QuarantinedRecord]) -> Iterator[str]:
    counts = Counter((one.contract_code, one.rule_code, one.column_name or WHOLE) for one in records)
    if counts:
        yield RULE_LINE.format("RECORDS", "CONTRACT", "RULE", "COLUMN", "WHAT TO DO")
    for (contract, rule, column), count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])):
        yield RULE_LINE.format(f"{count:,}", contract, rule, column, ADVICE[rule])


def _fate(one: QuarantinedRecord) -> str:
    if one.state == "cured":
        return f"  cured by file {one.cured_by}, {one.closed_at:%Y-%m-%d}"
    return f"  discarded by {one.closed_by}, {one.closed_at:%Y-%m-%d}: {one.reason}" if one.state == "discarded" else ""


def show_record(folder: Path, place: str) -> Iterator[str]:
    """Lines: where one record stands, why it is in quarantine, its fields by name, and the record as delivered. It may hold personal data.

    `place` is what `list_records` prints. Raises ExtractError where there is no such record.
    """
    (one,) = _chosen(folder, (place,), is_one=True)
    config, out = load_workspace(folder), folder / "out"
    with hold_lock(out), open_private(out) as private, State(out) as state:
        content = show_quarantine(private, one.extract_file_id, one.contract_code, one.record_number)
        original = next(out / "originals" / file.sha256 for file in state.files() if file.extract_file_id == one.extract_file_id)
    if content is None:
        raise _unknown(folder, place)
    yield f"{one.place}  {one.file_name}, line {one.line_number}, first seen {one.known_at:%Y-%m-%d}: {one.state}{_fate(one)}"
    yield f"why  {one.column_name or 'the whole record'}: breaks the rule {one.rule_code} -> {ADVICE[one.rule_code]}"
    for contract in config.contracts:
        if contract.contract == one.contract_code:
            yield from _fields(one, read_header(original, contract), contract, content)
    yield "as delivered:"
    yield content.decode("utf-8", errors="backslashreplace")


def _fields(one: QuarantinedRecord, header: Sequence[str], contract: Contract, content: bytes) -> Iterator[str]:
    """A line per field, those marked that the rule is about."""
    fields, wrong = split_fields(contract, header, content), (one.column_name or "").split(" + ")
    names = list(dict.fromkeys([*header, *fields]))
    width = max(map(len, names), default=0)
    for name in names:
        is_odd = name in wrong or name not in fields or name.startswith(BEYOND)
        value = repr(fields[name])[1:-1] if name in fields else "(not there)"
        yield f"  {name:<{width}}  {value}" + (f"   <- {one.rule_code}" if is_odd else "")


def export_records(folder: Path, choices: Sequence[str], to: Path | None) -> Iterator[str]:
    """Lines about the correction files written, mode 0600, and what to do with them. They hold personal data."""
    records = [one for one in _chosen(folder, choices) if one.state == "open"]
    config, out = load_workspace(folder), folder / "out"
    target = to or out / CORRECTIONS
    with hold_lock(out), open_private(out) as private, State(out) as state:
        written = export_corrections(private, state, out, config.contracts, records, target)
    for one in written:
        yield f"wrote {one.path}: {one.n_records:,} {_plural(one.n_records, 'record')} of {one.delivered_name}; {PERSONAL}"
        if not one.has_own_name:
            yield "  the contract reads this name only: in landing/ it takes the place of the delivered file, and a record without a"
            yield "  readable key stays open; discard it then"
    yield _next_step(folder, written) if written else "nothing is open there"


def _next_step(folder: Path, written: Sequence[CorrectionFile]) -> str:
    example = written[0].path
    return f"edit, keep name and number of records, then: mv {example} {folder / 'landing'}/ and {say_command(folder, 'run')}"


def discard_records(folder: Path, choices: Sequence[str], reason: str, who: str, now: datetime) -> Iterator[str]:
    """A line: how many open records are discarded from now on. The decision is kept for ever, and `ops.quarantine` tells it."""
    if not reason.strip():
        raise ExtractError("a reason is missing", where="--reason", hint="say why these records will never be needed")
    records = [one for one in _chosen(folder, choices) if one.state == "open"]
    with hold_lock(folder / "out", started_at=now), State(folder / "out") as state:
        state.record_discards([Discard(r.extract_file_id, r.contract_code, r.record_number, reason.strip(), who, now) for r in records])
    told = f"{len(records):,} {_plural(len(records), 'record')} discarded by {who}"
    yield f"{told}; analysts see it after the next {say_command(folder, 'run')}"


def _chosen(folder: Path, choices: Sequence[str], *, is_one: bool = False) -> list[QuarantinedRecord]:
    """The records that the words choose: FILE_ID/CONTRACT/RECORD, and unless it is one that is asked for CONTRACT, FILE_ID or both."""
    records, _ = _quarantine(folder, "")
    found: dict[str, QuarantinedRecord] = {}
    for choice in choices:
        matching = [one for one in records if choice == one.place or (not is_one and choice in _groups_of(one))]
        if not matching:
            raise _unknown(folder, choice)
        found |= {one.place: one for one in matching}
    return list(found.values())


def _groups_of(one: QuarantinedRecord) -> tuple[str, ...]:
    return one.contract_code, str(one.extract_file_id), f"{one.extract_file_id}/{one.contract_code}"


def _unknown(folder: Path, choice: str) -> ExtractError:
    return ExtractError(f"nothing in quarantine is called {choice}", where="quarantine", hint=say_command(folder, "quarantine list"))


def _require_contract(folder: Path, code: str) -> None:
    known = [contract.contract for contract in load_workspace(folder).contracts]
    if code and code not in known:
        raise ContractError(f"there is no contract {code}", where="--contract", hint=advise_nearest(code, known))


def _quarantine(folder: Path, contract_code: str) -> tuple[list[QuarantinedRecord], str]:
    """The records with every decision made since, and of which night they are where that is not the published one."""
    out = require_run(folder)
    with State(out) as state:
        last, discards = state.last_run(), {(d.extract_file_id, d.contract_code, d.record_number): d for d in state.discards()}
    if (out / CURRENT_FILE).exists() and not (last and last.state == "failed"):
        with open_read_only(out / CURRENT_FILE) as connection:
            if not is_of_this_version(connection):
                raise WarehouseError("was published by another version", where=CURRENT_FILE, hint=say_command(folder, "run"))
            records, origin = list_quarantine(connection, contract_code=contract_code), ""
    else:
        with hold_lock(out), open_working(out) as connection:
            ensure_raw_tables(connection)
            records, origin = list_quarantine(connection, contract_code=contract_code), UNPUBLISHED
    return [_decided(one, discards.get((one.extract_file_id, one.contract_code, one.record_number))) for one in records], origin


def _decided(one: QuarantinedRecord, decision: Discard | None) -> QuarantinedRecord:
    if decision is None or one.state != "open":
        return one
    return replace(one, state="discarded", closed_at=decision.discarded_at, reason=decision.reason, closed_by=decision.discarded_by)


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"
