"""Which files of a load are refused whole after they were read: cut off, broken too often, or lacking too much."""

from collections.abc import Mapping
from dataclasses import replace

import duckdb

from orchestration.config.contracts import Contract
from orchestration.warehouse.deletions import why_shrunk
from orchestration.warehouse.garbled import count_garbled, warn_garbled
from orchestration.warehouse.ledger import LoadResult
from orchestration.warehouse.scanning import ASIDE, CUT_HINT, CUT_OFF, Scan, ScannedFile, ends_badly, write_files

SHOWN_RULES = 3
DELETES_NOTHING = "a record in quarantine may be any row, so this full extract deletes none"
SHARED_FILES = "another contract may read this file into the same table, and nobody could tell whose rows are gone, so it deletes none"


def refuse_broken(con: duckdb.DuckDBPyConnection, contract: Contract, scan: Scan) -> None:
    """Nothing; files that are cut off, or have too much quarantine or garbled text, are refused."""
    for one in scan.files:
        limit = contract.quarantine_limit_share * one.shape.n_records
        if not one.refusal and one.shape.is_cut and ends_badly(con, one):
            one.refusal = f"{CUT_OFF}; {CUT_HINT}"
        if not one.refusal and one.n_quarantined > limit:
            one.refusal = (
                f"{one.n_quarantined} of {one.shape.n_records} records break the contract, more than quarantine_limit_share "
                f"{contract.quarantine_limit_share:g} allows: {_first_rules(con, scan, one)}; `csat check` shows values"
            )
        n_garbled = count_garbled(one.noted)
        if not one.refusal and n_garbled > contract.garbled_limit_share * one.shape.n_records:
            agreed = f"more than garbled_limit_share {contract.garbled_limit_share:g} allows"
            one.refusal = f"of {one.shape.n_records} records too many are garbled, {agreed}: {'; '.join(warn_garbled(one.noted))}"


def refuse_shrunk(
    con: duckdb.DuckDBPyConnection, scan: Scan, result: LoadResult, corrections: Mapping[str, int], *, shares_files: bool
) -> LoadResult:
    """The result of the one file of a full extract, with what it says of deletions; refused where it would delete too much."""
    if result.state != "loaded" or scan.files[0].landed.corrects:
        return result
    if shares_files or result.n_quarantined:
        return replace(result, warnings=(*result.warnings, SHARED_FILES if shares_files else DELETES_NOTHING))
    reason = why_shrunk(con, scan.files[0].landed, result.extracted_at, corrections)
    if not reason:
        return result
    for one in scan.files:
        one.refusal = reason
    write_files(con, scan)
    return replace(
        result, state="refused", reason=reason, warnings=(), n_loaded=0, n_skipped=0, n_rows=0, n_deleted=0, extracted_at=None,
        data_from_date=None, data_to_date=None,
    )  # fmt: skip


def _first_rules(con: duckdb.DuckDBPyConnection, scan: Scan, one: ScannedFile) -> str:
    rows = con.execute(
        f"select _bad, count(*), min(_k) from {ASIDE} where _position = ? and _bad is not null group by 1 order by 2 desc, 1 limit ?",
        [one.position, SHOWN_RULES],
    ).fetchall()
    found = [f"{scan.violations[bad].column_name or 'record'} {scan.violations[bad].rule_code} ({count} times)" for bad, count, _ in rows]
    found += [f"number of fields ({len(one.rejected)} times, first in record {one.rejected[0]})"] if one.rejected else []
    return ", ".join(found)
