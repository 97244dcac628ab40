"""Landed files into raw tables: ledger, typed rows, quarantine and touched months in one transaction per contract.

Physical records of a file = loaded + quarantined + skipped, counted by the landing; a file on which that fails is refused
whole. A record with any violation goes to quarantine whole. Within one file the later of two records with the same key
stands and the earlier is superseded; both count as loaded. Full extracts are loaded one after another, and a row that the
newest no longer holds is gone.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.config.contracts import Contract
from orchestration.config.overlaps import deletes_rows, shares_files
from orchestration.schemas.raw import RAW_TABLES, SYSTEM_COLUMNS, RawTable, raw_table
from orchestration.warehouse.connection import PRIVATE_FILE, bounded_memory, create_file, quote_name, quote_text, transaction
from orchestration.warehouse.constants import shape_tables
from orchestration.warehouse.cures import close_cured, discard_decided
from orchestration.warehouse.deletions import bury, remove_gone
from orchestration.warehouse.file_counts import count_repeats, count_rows
from orchestration.warehouse.forgetting import clear_private, forget_table
from orchestration.warehouse.garbled import warn_garbled
from orchestration.warehouse.judging import refuse_broken, refuse_shrunk
from orchestration.warehouse.landing import LandedFile, land_kept
from orchestration.warehouse.ledger import (
    LoadResult,
    ensure_raw_tables,
    find_stale_tables,
    has_load,
    has_raw_tables,
    is_first_load,
    ledger_pairs,
    loaded_pairs,
    mirror_files,
    write_ledger,
    write_tokens,
)  # fmt: skip
from orchestration.warehouse.mapping import FILES
from orchestration.warehouse.originals import require_originals
from orchestration.warehouse.quarantine import create_quarantine, read_bad_records, write_quarantine
from orchestration.warehouse.scanning import ASIDE, TYPED, Scan, scan_files, write_files
from orchestration.warehouse.state import State
from orchestration.warehouse.stretches import select_stretches
from orchestration.warehouse.touched import begin_touching, finish_touching, mark_unfinished, touch_changes, was_cut_off
from orchestration.warehouse.value_counts import write_values
from orchestration.warehouse.versions import (
    PRIVATE,
    choose_versions,
    create_private_tables,
    note_changes,
    short_name,
    write_private_versions,
    write_rows_of_load,
)  # fmt: skip

__all__ = ["LoadResult", "ensure_raw_tables", "load_landed", "loaded_pairs", "reload_all"]
TEMPORARY = (
    "versions", "changed", "unchanged", "contested", "standing", "buried", "shifts", "rejects", "reject_scans", "parsed", "aside",
)  # fmt: skip


@dataclass(frozen=True)
class _Load:
    """What every step of one load needs."""

    con: duckdb.DuckDBPyConnection
    contract: Contract
    as_of: datetime
    token_key: bytes
    state: State
    touches_all: bool
    """True where every month is touched anyway, so that nobody need find out which."""
    shares_files: bool
    """True where another contract fills the same rows: then no absence of one means anything."""

    @property
    def table(self) -> RawTable:
        return self.contract.canonical


def load_landed(
    con: duckdb.DuckDBPyConnection, out: Path, contracts: Sequence[Contract], landed: Sequence[LandedFile], state: State, *,
    as_of: datetime, token_key: bytes, time_zone: str = "UTC",
) -> list[LoadResult]:  # fmt: skip
    """One result per entry of `landed`, and per kept file that an interrupted night left behind.

    A table one of whose contracts was changed or taken away is rebuilt from originals. Raises WarehouseError for a database
    that cannot be written; a bad file is a result, not an error.
    """
    if not has_raw_tables(con):
        ensure_raw_tables(con)
    mirror_files(con, state)
    discard_decided(con, state)
    entries = [*landed, *_left_behind(con, out, contracts, landed, state)]
    results: list[LoadResult] = []
    is_everything = was_cut_off(con) or is_first_load(con)
    begin_touching(con, as_of)
    stale = find_stale_tables(con, contracts)
    require_originals(out, state, [c for c in contracts if c.canonical.name in stale or is_first_load(con)])
    with _private_attached(con, out), bounded_memory(con):
        for name in stale:
            forget_table(con, raw_table(name))
            fresh = [c for c in contracts if c.canonical.name == name]
            entries = [e for e in entries if e.contract not in fresh] + land_kept(fresh, out, state)
        clear_private(con)
        shape_tables(con, contracts)
        for contract in sorted(contracts, key=lambda c: c.contract):
            mine = [e for e in entries if e.contract.contract == contract.contract]
            load = _Load(con, contract, as_of, token_key, state, is_everything, shares_files(contract, contracts))
            for batch in _batches(contract, mine):
                results += _load_contract(load, batch, time_zone)
                if deletes_rows(contract) and not load.shares_files:
                    remove_gone(con, contract, state.corrected_files())
    with transaction(con):
        finish_touching(con, is_everything=is_everything)
    con.execute("drop table if exists temp.load_seeds")
    return results


def _batches(contract: Contract, entries: list[LandedFile]) -> list[list[LandedFile]]:
    """Files that are loaded together: all of a contract, but for full extracts, of which each may delete what stood before it.

    These are loaded in the order of their delivery, also those that a killed night left behind; an empty batch comes first, for
    deletions that it left undone.
    """
    if not deletes_rows(contract):
        return [entries]
    return [[], *([entry] for entry in sorted(entries, key=lambda e: e.extract_file_id))]


def reload_all(
    con: duckdb.DuckDBPyConnection, out: Path, contracts: Sequence[Contract], state: State, *,
    as_of: datetime, token_key: bytes, time_zone: str = "UTC",
) -> list[LoadResult]:  # fmt: skip
    """The results of loading everything ever kept into emptied raw tables: the same rows as night after night.

    Raises WarehouseError, before anything is emptied, where an original is gone.
    """
    require_originals(out, state, contracts)
    ensure_raw_tables(con)
    begin_touching(con, as_of)
    with _private_attached(con, out):
        for table in RAW_TABLES:
            forget_table(con, table)
    con.execute("delete from ops.extract_files")  # last: until it is done a state that knows less is told
    landed = land_kept(contracts, out, state)
    return load_landed(con, out, contracts, landed, state, as_of=as_of, token_key=token_key, time_zone=time_zone)


@contextmanager
def _private_attached(con: duckdb.DuckDBPyConnection, out: Path) -> Iterator[None]:
    create_file(out / PRIVATE_FILE)
    con.execute(f"attach {quote_text(str(out / PRIVATE_FILE))} as {PRIVATE}")
    try:
        with transaction(con):
            for table in _without_private_tables(con):
                create_private_tables(con, table)
            create_quarantine(con)
        yield
    finally:
        con.execute(f"detach {PRIVATE}")


def _without_private_tables(con: duckdb.DuckDBPyConnection) -> list[RawTable]:
    rows = con.execute(
        f"select table_name from duckdb_tables() where database_name = '{PRIVATE}' and schema_name = 'superseded'"
    ).fetchall()
    found = {row[0] for row in rows}
    return [table for table in RAW_TABLES if short_name(table) not in found]


def _left_behind(
    con: duckdb.DuckDBPyConnection, out: Path, contracts: Sequence[Contract], landed: Sequence[LandedFile], state: State
) -> list[LandedFile]:
    """Deliveries without a line in the ledger that are not in the landing folder any more."""
    seen = {(entry.extract_file_id, entry.contract_hash) for entry in landed} | ledger_pairs(con)
    return [entry for entry in land_kept(contracts, out, state, loaded=seen) if entry.state not in ("known", "duplicate")]


def _load_contract(load: _Load, entries: list[LandedFile], time_zone: str) -> list[LoadResult]:
    fresh = [entry for entry in entries if entry.state == "ready" and not has_load(load.con, entry)]
    scan = scan_files(load.con, load.contract, fresh, time_zone=time_zone)
    refuse_broken(load.con, load.contract, scan)
    results = [_result(entry, scan) for entry in entries]
    if any(result.state in ("loaded", "empty", "refused") for result in results):
        _prepare_rows(load, scan)
        results = count_rows(load.con, load.contract, results)
        if deletes_rows(load.contract):
            corrections = load.state.corrected_files()
            results = [refuse_shrunk(load.con, scan, result, corrections, shares_files=load.shares_files) for result in results]
        choose_versions(load.con, load.table)
        results = count_repeats(load.con, load.table, results)
        _write(load, entries, scan, results)
    _drop_temporary(load.con)
    return results


def _result(entry: LandedFile, scan: Scan) -> LoadResult:
    contract = entry.contract
    base = LoadResult(
        contract.contract, contract.source, short_name(contract.canonical), entry.file_name, entry.extract_file_id,
        "known" if entry.state == "ready" else entry.state, entry.reason, warnings=entry.warnings,
    )  # fmt: skip
    one = next((one for one in scan.files if one.landed is entry), None)
    if one is None:
        return base
    if one.refusal:
        return replace(base, state="refused", reason=one.refusal, warnings=(), n_records=one.shape.n_records)
    n_loaded = one.n_parsed - one.n_skipped - one.n_bad
    warnings = (*base.warnings, *warn_garbled(one.noted))
    base = replace(base, n_loaded=n_loaded, n_quarantined=one.n_quarantined, n_skipped=one.n_skipped, warnings=warnings)
    return replace(base, state="loaded", n_records=one.shape.n_records)


def _prepare_rows(load: _Load, scan: Scan) -> None:
    """Nothing; NEW_ROWS, a view over the scan, has every row that the good records make."""
    con, contract = load.con, load.contract
    write_files(con, scan)
    _write_shifts(con, scan)
    mapping = scan.mapping
    field = mapping.field_of("extracted_at", None)
    own_time = f"v{field.number}" if field else "null::timestamp"
    sequence = mapping.field_of("sequence_number", None)
    numbered = f"t.v{sequence.number}" if sequence else "null::bigint"
    gone = "" if contract.deleted_when else ", false as _gone"
    shift, shifted = ("0", "")
    if any(one.rejected for one in scan.files):
        shift = "coalesce(s.shift, 0)"
        shifted = "asof left join temp.load_shifts s on s.position = t._position and t._k - f.k_offset >= s.from_k"
    kept = ""
    if any(one.n_skipped or one.n_bad for one in scan.files):
        kept = f"where not exists (from {ASIDE} a where a._position = t._position and a._k = t._k)"
    con.execute(
        f"create or replace temp view load_good as select t.*, {quote_text(contract.source)} as source_code, f.extract_file_id, "
        f"t._k - f.k_offset + {shift} as record_number, coalesce({own_time}, f.file_time, f.known_at) as extracted_at, "
        f"{numbered} as sequence_number, f.known_at{gone} "
        f"from {TYPED} t join {FILES} f on f.position = t._position and not f.is_refused {shifted} {kept}"
    )
    system = ", ".join(column.name for column in SYSTEM_COLUMNS)
    columns = ", ".join(quote_name(column.name) for column in load.table.columns)
    rows = " union all ".join(f"select {system}, _tie, _gone, {columns} from ({select})" for select in mapping.select_rows())
    if contract.stretches:
        rows = select_stretches(rows, load.table, contract.stretches)
    con.execute(f"create or replace temp view load_rows as {rows}")


def _write_shifts(con: duckdb.DuckDBPyConnection, scan: Scan) -> None:
    """Nothing; `load_shifts` tells by how much rejected records before it move the number of a parsed one."""
    con.execute("create or replace temp table load_shifts (position integer, from_k bigint, shift bigint)")
    for one in scan.files:
        if one.rejected:
            con.execute(
                "insert into temp.load_shifts select ?, n - i + 1, max(i) "
                "from (select unnest(?::bigint[]) as n, unnest(range(1, ?)) as i) group by 2",
                [one.position, one.rejected, len(one.rejected) + 1],
            )


def _write(load: _Load, entries: list[LandedFile], scan: Scan, results: list[LoadResult]) -> None:
    """Nothing; private file first, then everything else in one transaction."""
    con, table = load.con, load.table
    if not load.touches_all:
        note_changes(con, table)
    quarantined = read_bad_records(con, scan)
    with transaction(con):
        write_private_versions(con, load.contract, table)
        write_quarantine(con, scan, quarantined, is_private=True)
    with transaction(con):
        write_rows_of_load(con, table)
        mark_unfinished(con) if load.touches_all else touch_changes(con, table)
        write_ledger(con, entries, results)
        if load.contract.deleted_when:
            bury(con, load.contract)
        write_quarantine(con, scan, quarantined, is_private=False)
        write_values(con, scan, quarantined)
        discard_decided(con, load.state)
        close_cured(con, scan, load.state)
        write_tokens(con, load.token_key)


def _drop_temporary(con: duckdb.DuckDBPyConnection) -> None:
    views = "".join(f"drop view if exists temp.load_{name};" for name in ("rows", "good", "typed"))
    con.execute(views + "".join(f"drop table if exists temp.load_{name};" for name in TEMPORARY))
