"""Rows that are gone at the source: what the newest full extract no longer holds, and what a record deletes.

Such a row leaves raw, so that no fact counts it; it stands among the superseded versions, with a tombstone in ops. A row that
comes back is a new version like any other. Customers, aliases and staff stay: the facts of their time name them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from orchestration.config.contracts import Contract
from orchestration.schemas.ops import TOMBSTONES
from orchestration.schemas.raw import RawTable
from orchestration.warehouse.connection import quote_name, quote_text, transaction
from orchestration.warehouse.landing import LandedFile
from orchestration.warehouse.tables import stored_columns
from orchestration.warehouse.touched import touch_changes
from orchestration.warehouse.versions import CHANGED, NEW_ROWS, ORDER, PRIVATE, key_columns, names, select_graves, short_name

GONE = "temp.load_gone"
NO_TIME = datetime(1, 1, 1)
LOADS = """
    select extract_file_id, extracted_at, known_at, n_quarantined = 0
    from ops.extract_loads join ops.extract_files using (extract_file_id, known_at)
    where contract_code = ? and state = 'loaded' and n_rows > 0"""


@dataclass(frozen=True)
class _Full:
    """A loaded extract, ordered as the versions of a key are. `is_whole`: what it does not hold is gone.

    `place` in the order of deliveries is its own number; that of a correction file is the number of the extract it corrects.
    """

    place: int
    extract_file_id: int
    extracted_at: datetime
    known_at: datetime
    is_whole: bool


def why_shrunk(con: duckdb.DuckDBPyConnection, entry: LandedFile, extracted_at: datetime | None, corrections: Mapping[str, int]) -> str:
    """Why a full extract whose rows are in NEW_ROWS is refused; empty: it would not delete more than the contract allows.

    It is measured by what stood when it was delivered, not by what came since, so a refusal holds whenever it is looked at again.
    """
    if extracted_at is None or entry.known_at is None:
        return ""
    contract, new = entry.contract, _Full(entry.extract_file_id, entry.extract_file_id, extracted_at, entry.known_at, True)
    loads = [load for load in _loads(con, contract, corrections) if load.extract_file_id < new.extract_file_id]
    newest = _newest(contract, loads)
    if newest and _order(contract, newest) > _order(contract, new):
        return ""
    standing = [load.extract_file_id for load in loads if newest is None or _order(contract, load) >= _order(contract, newest)]
    n_living, n_gone = _count_gone(con, contract, standing)
    if n_gone <= contract.deletion_limit_share * n_living:
        return ""
    hint = "if they are gone at the source raise it for this contract, else have the whole extract delivered"
    if n_gone == n_living:
        hint = f"{hint}; if it is one of several parts, give each part a contract whose `files.pattern` reads it alone"
    return f"no longer holds {n_gone} of {n_living} rows, more than deletion_limit_share {contract.deletion_limit_share:g} allows; {hint}"


def _count_gone(con: duckdb.DuckDBPyConnection, contract: Contract, files: Collection[int]) -> tuple[int, int]:
    """How many keys these files brought, and how many of them NEW_ROWS lacks; some of their rows may have been put away since."""
    keys, name = names(key_columns(contract.canonical)), short_name(contract.canonical)
    brought = f"source_code = $1 and extract_file_id >= {min(files, default=0)} and list_contains($2::integer[], extract_file_id)"
    n_living, n_gone = con.execute(
        f"select count(*), count(*) filter (n.source_code is null) from (select {keys} from raw.{name} where {brought} "
        f"union select {keys} from {PRIVATE}.superseded.{name} where {brought}) "
        f"left join (select distinct {keys} from {NEW_ROWS}) n using ({keys})",
        [contract.source, list(files)],
    ).fetchall()[0]
    return n_living, n_gone


def remove_gone(con: duckdb.DuckDBPyConnection, contract: Contract, corrections: Mapping[str, int]) -> None:
    """Nothing; raw holds no row of the contract that a newer full extract, the newest, lacks; private file first.

    An extract of which a record is in quarantine deletes nothing, since the record may be the row. Nor does a correction file; its
    rows are as old as the extract whose number `corrections` gives for its name. Safe to run again after a kill.
    """
    loads, table = _loads(con, contract, corrections), contract.canonical
    newest = _newest(contract, loads)
    if newest is None:
        return
    older = [load.extract_file_id for load in loads if _order(contract, load) < _order(contract, newest)]
    keys, name = names(key_columns(table)), short_name(table)
    con.execute(
        f"create or replace temp table load_gone as select * from {table.name} "
        f"anti join (select {keys} from {PRIVATE}.superseded.{name} where extract_file_id = {newest.extract_file_id}) using ({keys}) "
        "where source_code = ? and list_contains(?::integer[], extract_file_id)",
        [contract.source, older],
    )
    if con.execute(f"select 1 from {GONE} limit 1").fetchall():
        _keep_private(con, contract, newest)
        _remove(con, contract, newest)
    con.execute(f"drop table {GONE}")


def bury(con: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Nothing; every key that a record of NEW_ROWS deletes has a tombstone, that of the last such record of its file."""
    table = contract.canonical
    told = "extract_file_id, record_number, extracted_at, sequence_number, known_at"
    last = f"qualify row_number() over (partition by {names(table.key)}, extract_file_id order by {ORDER}) = 1"
    _write_graves(con, contract, f"{told} from {NEW_ROWS} r where _gone {last}")


def count_gone(con: duckdb.DuckDBPyConnection, contract: Contract) -> int:
    """How many keys the contract's files delete, or lack as whole lists, of which no row stands."""
    keys, graves = names(key_columns(contract.canonical)), f"{select_graves(contract.canonical)} and contract_code = ?"
    living = f"(select {keys} from {contract.canonical.name})"
    counted = con.execute(
        f"select count(*) from (select distinct {keys} from ({graves})) anti join {living} using ({keys})", [contract.contract]
    )
    return int(counted.fetchall()[0][0])


def _write_graves(con: duckdb.DuckDBPyConnection, contract: Contract, told: str) -> None:
    """Nothing; ops.tombstones has a row per row of a relation `r`, in place of one of the same file; `told` selects from it the columns
    behind contract_code.
    """
    table, graves = contract.canonical, "temp.load_graves"
    place = f"{quote_text(short_name(table))} as table_name, source_code, {key_values(table, 'r')} as key_values"
    con.execute(f"create or replace temp table load_graves as select {place}, {quote_text(contract.contract)}, {told}")
    same = " and ".join(f"t.{column.name} = g.{column.name}" for column in TOMBSTONES.columns if column.key)
    con.execute(f"delete from {TOMBSTONES.name} t using {graves} g where {same}")
    con.execute(f"insert into {TOMBSTONES.name} from {graves}")
    con.execute(f"drop table {graves}")


def key_values(table: RawTable, row: str) -> str:
    """SQL: the key of a row of `table`, which the query calls `row`, as ops.tombstones writes it."""
    return f"to_json(struct_pack({', '.join(f'{quote_name(name)} := {row}.{quote_name(name)}' for name in table.key)}))::varchar"


def _keep_private(con: duckdb.DuckDBPyConnection, contract: Contract, newest: _Full) -> None:
    table = contract.canonical
    target, columns = f"{PRIVATE}.superseded.{short_name(table)}", names(c.name for c in stored_columns(table))
    same = " and ".join(f"s.{quote_name(name)} = g.{quote_name(name)}" for name in (*key_columns(table), "extract_file_id"))
    with transaction(con):
        con.execute(f"delete from {target} s using {GONE} g where {same} and s.superseded_by = {newest.extract_file_id}")
        con.execute(
            f"insert into {target} ({columns}, superseded_by, superseding_contract) "
            f"select {columns}, {newest.extract_file_id}, {quote_text(contract.contract)} from {GONE}"
        )


def _remove(con: duckdb.DuckDBPyConnection, contract: Contract, newest: _Full) -> None:
    table = contract.canonical
    same = " and ".join(f"r.{quote_name(name)} = g.{quote_name(name)}" for name in key_columns(table))
    number, known_at = newest.extract_file_id, quote_text(str(newest.known_at))
    with transaction(con):
        con.execute(f"delete from {table.name} r using {GONE} g where {same}")
        at = "null" if contract.extracted_at.source == "column" else f"timestamp {quote_text(str(newest.extracted_at))}"
        _write_graves(con, contract, f"{number} as extract_file_id, null, {at}, null, timestamp {known_at} from {GONE} r")
        con.execute(
            f"update ops.extract_loads set n_deleted = (select count(*) from {TOMBSTONES.name} t where t.extract_file_id = ? "
            "and t.contract_code = ?) where extract_file_id = ? and contract_code = ?",
            [number, contract.contract] * 2,
        )
        con.execute(f"create or replace temp table {CHANGED.removeprefix('temp.')} as select * from {GONE}")
        touch_changes(con, table)


def _loads(con: duckdb.DuckDBPyConnection, contract: Contract, corrections: Mapping[str, int]) -> list[_Full]:
    rows = con.execute(
        "select extract_file_id, file_name from ops.extract_files where list_contains(?, file_name)", [list(corrections)]
    ).fetchall()
    corrected = {number: corrections[name] for number, name in rows}
    found = []
    for number, extracted_at, known_at, is_clean in con.execute(LOADS, [contract.contract]).fetchall():
        place = number
        while place in corrected:
            place = corrected[place]
        found.append(_Full(place, number, extracted_at, known_at, is_clean and place == number))
    return found


def _newest(contract: Contract, loads: Collection[_Full]) -> _Full | None:
    """The extract by which it is known what is gone; None before there is a whole one."""
    return max((load for load in loads if load.is_whole), key=lambda load: _order(contract, load), default=None)


def _order(contract: Contract, load: _Full) -> tuple[datetime, int]:
    """Where rows carry times of their own, which may be older in a newer extract, deliveries count in their order."""
    return (NO_TIME if contract.extracted_at.source == "column" else load.extracted_at, load.place)
