"""The ledger of loads: what was loaded under which contract, and what became of every record of every file.

Its lines are written in the transaction that writes the rows they count.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import duckdb

from orchestration.config.contracts import Contract
from orchestration.errors import StateError
from orchestration.schemas.ops import EXTRACT_FILES, EXTRACT_LOADS, EXTRACT_NAMES, OPS_TABLES, UNREAD_FILES
from orchestration.schemas.raw import CUSTOMER_TOKENS, RAW_TABLES
from orchestration.warehouse.connection import transaction
from orchestration.warehouse.landing import LandedFile
from orchestration.warehouse.shapes import hash_contract
from orchestration.warehouse.state import State
from orchestration.warehouse.tables import create_table, replace_rows, write_rows
from orchestration.warehouse.versions import short_name

LoadState = Literal["loaded", "known", "empty", "duplicate", "refused", "waiting", "missing"]
TOKEN_DIGITS = 32


@dataclass(frozen=True)
class LoadResult:
    """What became of one file under one contract. State `loaded` now or `known` from before, or why not."""

    contract_code: str
    source_code: str
    table_name: str
    file_name: str
    extract_file_id: int
    state: LoadState
    reason: str = ""
    n_records: int = 0
    n_loaded: int = 0
    n_quarantined: int = 0
    n_skipped: int = 0
    n_rows: int = 0
    n_duplicates: int = 0
    n_restated: int = 0
    n_deleted: int = 0
    warnings: tuple[str, ...] = ()
    extracted_at: datetime | None = None
    data_from_date: date | None = None
    data_to_date: date | None = None


def ensure_raw_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Nothing; every raw table and the ledger exist, empty where they are new."""
    for table in (*RAW_TABLES, CUSTOMER_TOKENS, *OPS_TABLES):
        create_table(con, table)


def has_raw_tables(con: duckdb.DuckDBPyConnection) -> bool:
    """True where every raw table and the ledger exist; whether their columns fit is seen by `ensure_raw_tables`."""
    rows = con.execute("select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('raw', 'ops')").fetchall()
    return {table.name for table in (*RAW_TABLES, CUSTOMER_TOKENS, *OPS_TABLES)} <= {row[0] for row in rows}


def loaded_pairs(con: duckdb.DuckDBPyConnection) -> frozenset[tuple[int, str]]:
    """(delivery, contract hash) of every load that stands: what `land_files` need not look at again."""
    return ledger_pairs(con, states=("loaded", "empty"))


def ledger_pairs(
    con: duckdb.DuckDBPyConnection, *, states: tuple[LoadState, ...] = ("loaded", "empty", "refused")
) -> frozenset[tuple[int, str]]:
    """(delivery, contract hash) of every line of the ledger in one of `states`."""
    rows = con.execute(
        "select extract_file_id, contract_hash from ops.extract_loads where list_contains(?, state)", [list(states)]
    ).fetchall()
    return frozenset((number, digest) for number, digest in rows)


def is_first_load(con: duckdb.DuckDBPyConnection) -> bool:
    """True before the first load: then every month with data is touched, and no closure needs to find them."""
    return not con.execute("select 1 from ops.extract_loads where state = 'loaded' limit 1").fetchall()


def find_stale_tables(con: duckdb.DuckDBPyConnection, contracts: Sequence[Contract]) -> list[str]:
    """Tables with loads under a contract that is another one now, or none."""
    hashes = {contract.contract: hash_contract(contract) for contract in contracts}
    rows = con.execute("select distinct table_name, contract_code, contract_hash from ops.extract_loads where state = 'loaded'").fetchall()
    return sorted({f"raw.{table.removeprefix('raw.')}" for table, code, digest in rows if hashes.get(code) != digest})


def has_load(con: duckdb.DuckDBPyConnection, entry: LandedFile) -> bool:
    """True where the file stands loaded under this very contract."""
    return bool(
        con.execute(
            "select 1 from ops.extract_loads where extract_file_id = ? and contract_code = ? and contract_hash = ? and state = 'loaded'",
            [entry.extract_file_id, entry.contract.contract, entry.contract_hash],
        ).fetchall()
    )


def mirror_files(con: duckdb.DuckDBPyConnection, state: State) -> None:
    """Nothing; ops.extract_files and ops.extract_names mirror the state file.

    Raises StateError where the state knows less than the mirror: it would give numbers anew that stand for loaded files, and
    whatever came under one would pass for loaded.
    """
    files = state.files()
    first, contents = {file.extract_file_id: file.file_name for file in files}, {(file.extract_file_id, file.sha256) for file in files}
    stored = con.execute("select extract_file_id, sha256, file_name from ops.extract_files order by 1").fetchall()
    if strange := [name for number, sha256, name in stored if (number, sha256) not in contents]:
        more = f", nor {len(strange) - 1} more" if len(strange) > 1 else ""
        raise StateError(
            f"does not know {strange[0]}, which is loaded{more}: it was restored from an older copy",
            where=str(state.path),
            hint="restore the newest copy; without one `csat run --full-refresh` loads what this one knows and what lies in landing/",
        )
    known = {number for number, _, _ in stored}
    new = [f for f in files if f.extract_file_id not in known]
    write_rows(con, EXTRACT_FILES, [(f.extract_file_id, f.sha256, f.file_name, f.n_bytes, f.known_at) for f in new])
    names = [(n.extract_file_id, n.file_name, n.file_name != first[n.extract_file_id], n.n_arrivals, n.known_at) for n in state.names()]
    with transaction(con):
        con.execute("delete from ops.extract_names")
        write_rows(con, EXTRACT_NAMES, names)


def write_ledger(con: duckdb.DuckDBPyConnection, entries: Sequence[LandedFile], results: Sequence[LoadResult]) -> None:
    """Nothing; every file of one contract that was loaded, refused or empty has its line, in place of an earlier one."""
    lines = {
        entry.extract_file_id: _line(entry, result)
        for entry, result in zip(entries, results, strict=True)
        if entry.extract_file_id and result.state in ("loaded", "empty", "refused")
    }
    codes = sorted({entry.contract.contract for entry in entries})
    for table in ("extract_loads", "quarantine"):
        con.execute(
            f"delete from ops.{table} where list_contains(?, contract_code) and extract_file_id in (select unnest(?::integer[]))",
            [codes, list(lines)],
        )
    write_rows(con, EXTRACT_LOADS, lines.values())


def _line(entry: LandedFile, result: LoadResult) -> tuple[object, ...]:
    contract = entry.contract
    return (
        entry.extract_file_id, contract.contract, contract.source, short_name(contract.canonical), result.state, result.reason or None,
        "; ".join(result.warnings) or None,
        result.n_records, result.n_loaded, result.n_quarantined, result.n_skipped, result.n_rows, result.n_duplicates, result.n_restated,
        result.n_deleted,
        result.extracted_at, result.data_from_date, result.data_to_date, entry.contract_hash, entry.known_at,
    )  # fmt: skip


def write_unread(con: duckdb.DuckDBPyConnection, landed: Sequence[LandedFile]) -> None:
    """Nothing; ops.unread_files tells what of the landing folder was not even kept tonight."""
    rows = [(e.file_name, e.contract.contract, e.state, e.reason) for e in landed if not e.extract_file_id]
    replace_rows(con, UNREAD_FILES, rows)


def write_tokens(con: duckdb.DuckDBPyConnection, token_key: bytes) -> None:
    """Nothing; every customer of the warehouse has a token."""
    rows = con.execute(
        "select distinct customer_id from "
        "(select customer_id from raw.crm_customers union all select customer_id from raw.crm_customer_aliases) "
        "anti join raw.customer_tokens using (customer_id) order by 1"
    ).fetchall()
    tokens = [hmac.new(token_key, row[0].encode(), hashlib.sha256).hexdigest()[:TOKEN_DIGITS] for row in rows]
    con.execute("insert into raw.customer_tokens select unnest(?::varchar[]), unnest(?::varchar[])", [[row[0] for row in rows], tokens])
