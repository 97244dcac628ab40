"""How records in quarantine are closed: cured by a later file that brings them again and is loaded, or discarded by a decision.

A record is brought again where a later delivery of the contract, extracted no earlier, has a good record with the same key; or
at the same place of the correction file that was written for it, if the file still has as many records as were written. Both
are found among the rows of a load, so a full refresh closes the same records by the same files.
"""

import duckdb

from orchestration.warehouse.identity import record_key
from orchestration.warehouse.mapping import GOOD
from orchestration.warehouse.scanning import Scan
from orchestration.warehouse.state import State
from orchestration.warehouse.versions import PRIVATE

SAME_RECORD = "q.extract_file_id = c.extract_file_id and q.record_number = c.record_number"


def discard_decided(con: duckdb.DuckDBPyConnection, state: State) -> None:
    """Nothing; every open record that somebody decided to do without is discarded."""
    for one in state.discards():
        con.execute(
            "update ops.quarantine set state = 'discarded', reason = ?, closed_by = ?, closed_at = ? "
            "where extract_file_id = ? and contract_code = ? and record_number = ? and state = 'open'",
            [one.reason, one.discarded_by, one.discarded_at, one.extract_file_id, one.contract_code, one.record_number],
        )


def close_cured(con: duckdb.DuckDBPyConnection, scan: Scan, state: State) -> None:
    """Nothing; open records of the scan's contract that GOOD brings again are cured by the first file that does."""
    contract = scan.mapping.contract.contract
    if not con.execute("select 1 from ops.quarantine where contract_code = ? and state = 'open' limit 1", [contract]).fetchall():
        return
    con.execute(
        f"create or replace temp table load_cures as select p.extract_file_id, p.record_number, min(g.extract_file_id) as cured_by "
        f"from (select extract_file_id, extracted_at, {record_key(scan.mapping)} as record_key from {GOOD}) g "
        f"join (select p.* from {PRIVATE}.quarantine.records p join ops.quarantine q using (extract_file_id, contract_code, record_number) "
        "where q.contract_code = ? and q.state = 'open' and p.record_key is not null) p "
        "on p.record_key = g.record_key and g.extract_file_id > p.extract_file_id and g.extracted_at >= p.extracted_at group by all",
        [contract],
    )
    _close(con, contract)
    _write_corrections(con, contract, state)
    while _cure_in_place(con, contract):
        pass


def _close(con: duckdb.DuckDBPyConnection, contract: str) -> int:
    """How many open records `load_cures` has closed."""
    closed = con.execute(
        "update ops.quarantine q set state = 'cured', cured_by = c.cured_by, closed_at = f.known_at "
        f"from temp.load_cures c join ops.extract_files f on f.extract_file_id = c.cured_by "
        f"where {SAME_RECORD} and q.contract_code = ? and q.state = 'open'",
        [contract],
    ).fetchall()
    return int(closed[0][0])


def _write_corrections(con: duckdb.DuckDBPyConnection, contract: str, state: State) -> None:
    """Nothing; `load_corrections` has a row per record of every correction file that was loaded as long as it was written."""
    rows = state.corrections()
    con.execute("create or replace temp table load_written (file_name varchar, position bigint, extract_file_id int, record_number bigint)")
    con.execute(
        "insert into temp.load_written select unnest(?::varchar[]), unnest(?::bigint[]), unnest(?::int[]), unnest(?::bigint[])",
        [[r.file_name for r in rows], [r.position for r in rows], [r.extract_file_id for r in rows], [r.record_number for r in rows]],
    )
    con.execute(
        "create or replace temp table load_corrections as select w.*, l.extract_file_id as correction_id from temp.load_written w "
        "join ops.extract_files f using (file_name) join ops.extract_loads l on l.extract_file_id = f.extract_file_id "
        "where l.contract_code = ? and l.state = 'loaded' "
        "and l.n_records = (select count(*) from temp.load_written o where o.file_name = w.file_name)",
        [contract],
    )


def _cure_in_place(con: duckdb.DuckDBPyConnection, contract: str) -> int:
    """How many records were cured by what stands in their place: a good record, or a bad one that has been cured itself."""
    con.execute(
        "create or replace temp table load_cures as "
        "select c.extract_file_id, c.record_number, min(coalesce(r.cured_by, c.correction_id)) as cured_by from temp.load_corrections c "
        f"left join {GOOD} g on g.extract_file_id = c.correction_id and g.record_number = c.position "
        "left join ops.quarantine r on r.extract_file_id = c.correction_id and r.record_number = c.position and r.contract_code = ? "
        "where g.record_number is not null or r.state = 'cured' group by all",
        [contract],
    )
    return _close(con, contract)
