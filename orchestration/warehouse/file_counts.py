"""What each file of a load brought: rows, deletions, time and dates."""

from collections.abc import Sequence
from dataclasses import replace

import duckdb

from orchestration.config.contracts import Contract
from orchestration.warehouse.connection import quote_name
from orchestration.warehouse.ledger import LoadResult
from orchestration.warehouse.versions import NEW_ROWS, names


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
