"""What each file of a load brought: rows, deletions, time and dates; and which of its keys had been there before."""

from collections.abc import Sequence
from dataclasses import replace

import duckdb

from orchestration.config.contracts import Contract
from orchestration.schemas.raw import RawTable
from orchestration.warehouse.connection import quote_name
from orchestration.warehouse.ledger import LoadResult
from orchestration.warehouse.versions import NEW_ROWS, VERSIONS, key_columns, names


def count_rows(con: duckdb.DuckDBPyConnection, contract: Contract, results: Sequence[LoadResult]) -> list[LoadResult]:
    """The results with rows, deleted keys, time and business dates of what each loaded file brought."""
    date = contract.cursor or contract.canonical.date_column
    deleted = f"count(distinct ({names(contract.canonical.key)})) filter (_gone)"
    counts = {
        "n_rows": "count(*) filter (not _gone)",
        "n_deleted": deleted if contract.deleted_when else "0",
        "extracted_at": "max(extracted_at)",
        "data_from_date": f"(min({quote_name(date)}) filter (not _gone))::date" if date else "null",
        "data_to_date": f"(max({quote_name(date)}) filter (not _gone))::date" if date else "null",
    }
    rows = con.execute(f"select extract_file_id, {', '.join(counts.values())} from {NEW_ROWS} group by 1").fetchall()
    brought = {row[0]: dict(zip(counts, row[1:], strict=True)) for row in rows}
    return [replace(r, **brought.get(r.extract_file_id, {})) if r.state == "loaded" else r for r in results]


def count_repeats(con: duckdb.DuckDBPyConnection, table: RawTable, results: Sequence[LoadResult]) -> list[LoadResult]:
    """The results with the rows of each loaded file whose key stands in it again later, and its keys that an earlier file had brought.

    A record that deletes its key counts as a row does.
    """
    keys = names(key_columns(table))
    by_file = (
        f"select extract_file_id, count(*) as n, extract_file_id > min(extract_file_id) over (partition by {keys}) as is_restated "
        f"from {VERSIONS} group by {keys}, extract_file_id"
    )
    counts = "sum(n - 1)::bigint, count(*) filter (is_restated)"
    rows = con.execute(f"select extract_file_id, {counts} from ({by_file}) group by 1").fetchall()
    found = {number: (n_duplicates, n_restated) for number, n_duplicates, n_restated in rows}
    return [_repeating(result, *found.get(result.extract_file_id, (0, 0))) for result in results]


def _repeating(result: LoadResult, n_duplicates: int, n_restated: int) -> LoadResult:
    return replace(result, n_duplicates=n_duplicates, n_restated=n_restated) if result.state == "loaded" else result
