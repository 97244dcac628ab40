"""What holds a night back: checks on the extracts in SQL, and the gate on everything published, each a blocking Dagster check."""

import time
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import dagster as dg
import duckdb

from orchestration.pipeline.assets.config_tables import WRITTEN, asset_key
from orchestration.pipeline.progress import PROGRESS
from orchestration.pipeline.resources import Warehouse
from orchestration.quality.gates import CheckResult, failures, import_expectations, run_gate
from orchestration.quality.profiles import PROFILES, ROWS, profile_sql
from orchestration.quality.reconciliation import RECONCILIATIONS
from orchestration.quality.suites import build_suite
from orchestration.schemas.indices import INDEX_TABLES
from orchestration.schemas.ops import CHECKS, EXTRACT_LOADS
from orchestration.schemas.reported import REPORTED_TABLES
from orchestration.warehouse.landing import deliveries_in_landing, refusal_kind
from orchestration.warehouse.state import State
from orchestration.warehouse.tables import replace_rows

GATE = "gate"
CONSERVED = "select count(*) from ops.extract_loads where state <> 'refused' and n_records <> n_loaded + n_quarantined + n_skipped"
NOTHING_LOADED = "select cast(count(*) = 0 as integer) from ops.extract_loads where state = 'loaded'"
REFUSED = """
    select l.contract_code, f.file_name, coalesce(l.reason, 'is empty') as reason, f.extract_file_id
    from ops.extract_loads l join ops.extract_files f using (extract_file_id)
    where l.state = 'refused' or f.n_bytes = 0 order by all"""
REFUSED_UNREAD = "select contract_code, file_name, reason from ops.unread_files where state = 'refused' order by all"
UNDER_CONTRACT = "select count(distinct contract_code) from ops.extract_loads where state in ('loaded', 'empty')"
MAXIMUM_NAMED = 5


def _count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(connection.execute(sql).fetchall()[0][0])


@dg.asset_check(asset=asset_key(EXTRACT_LOADS), blocking=True, description="records of each file = loaded + quarantined + skipped")
def records_are_conserved(warehouse: Warehouse) -> dg.AssetCheckResult:
    """Passes where the ledger accounts for every record."""
    with warehouse.working() as connection:
        n_gaps = _count(connection, CONSERVED)
    return dg.AssetCheckResult(passed=n_gaps == 0, metadata={"files": n_gaps})


@dg.asset_check(asset=asset_key(EXTRACT_LOADS), blocking=True, description="at least one file has been loaded")
def something_is_loaded(warehouse: Warehouse) -> dg.AssetCheckResult:
    """Passes where the warehouse holds rows of at least one file."""
    with warehouse.working() as connection:
        is_empty = _count(connection, NOTHING_LOADED)
    patterns = ", ".join(contract.files.pattern for contract in warehouse.config.contracts)
    message = f"no file of {warehouse.folder / 'landing'} has given a row; the contracts look for {patterns}; see `csat check`"
    return dg.AssetCheckResult(passed=is_empty == 0, metadata={"kind": "ExtractError", "message": message})


@dg.asset_check(
    asset=asset_key(EXTRACT_LOADS), blocking=True, description="no file of a source that the report waits for is refused or empty"
)
def no_required_file_is_refused(warehouse: Warehouse) -> dg.AssetCheckResult:
    """Blocks where a file of a required source was refused; the other files are loaded all the same."""
    required = {contract.contract for contract in warehouse.config.contracts if contract.expected.is_required_for_report}
    return _refused(warehouse, required, dg.AssetCheckSeverity.ERROR)


@dg.asset_check(asset=asset_key(EXTRACT_LOADS), description="no file of another source is refused or empty")
def no_optional_file_is_refused(warehouse: Warehouse) -> dg.AssetCheckResult:
    """Warns where a file of a source that the report does not wait for was refused: the report marks the source."""
    optional = {contract.contract for contract in warehouse.config.contracts if not contract.expected.is_required_for_report}
    return _refused(warehouse, optional, dg.AssetCheckSeverity.WARN)


def _refused(warehouse: Warehouse, contracts: set[str], severity: dg.AssetCheckSeverity) -> dg.AssetCheckResult:
    # what was refused once and has been delivered again, or taken away, is history and holds nothing back
    with warehouse.working() as connection, State(warehouse.out) as state:
        lying = deliveries_in_landing(warehouse.folder / "landing", state)
        read = [row[:3] for row in connection.execute(REFUSED).fetchall() if row[3] in lying]
        found = [row for row in [*read, *connection.execute(REFUSED_UNREAD).fetchall()] if row[0] in contracts]
    kind = refusal_kind(reason for _, _, reason in found).__name__
    message = "\n".join(f"{name} ({contract}): {reason}" for contract, name, reason in found[:MAXIMUM_NAMED])
    return dg.AssetCheckResult(passed=not found, severity=severity, metadata={"files": len(found), "kind": kind, "message": message})


@dg.asset_check(asset=asset_key(EXTRACT_LOADS), description="every contract has loaded at least one file")
def every_contract_is_served(warehouse: Warehouse) -> dg.AssetCheckResult:
    """Warns where a contract has no file yet: its source is missing in the report."""
    with warehouse.working() as connection:
        n_served = _count(connection, UNDER_CONTRACT)
    n_contracts = len(warehouse.config.contracts)
    return dg.AssetCheckResult(
        passed=n_served >= n_contracts, severity=dg.AssetCheckSeverity.WARN, metadata={"served": n_served, "contracts": n_contracts}
    )


def _gate_inputs() -> list[dg.AssetKey]:
    marts = [dg.AssetKey(profile.name.split(".")) for profile in PROFILES if profile.name.startswith("marts.")]
    return [*marts, *(asset_key(table) for table in (*INDEX_TABLES, *REPORTED_TABLES, *WRITTEN))]


@dg.asset(
    key=asset_key(CHECKS), deps=_gate_inputs(), group_name="published", description=CHECKS.grain,
    check_specs=[dg.AssetCheckSpec(GATE, asset=asset_key(CHECKS), blocking=True, description="every count is what it must be")],
)  # fmt: skip
def quality_gate(warehouse: Warehouse) -> dg.MaterializeResult:
    """The gate's results as a table, and as one check that stops the publication."""
    with warehouse.working() as connection:
        counts = read_counts(connection, figures_month=warehouse.report_month)
    before = time.process_time()
    import_expectations()
    PROGRESS.start_up["checks"] = time.process_time() - before
    results = run_gate(build_suite(), counts)
    with warehouse.working() as connection:
        n_rows = replace_rows(connection, CHECKS, [_row(result) for result in results])
    failed = [f"{result.check_code}: {result.observed}" for result in failures(results)]
    told: dict[str, Any] = {"failed": len(failed), "kind": "QualityError", "message": "; ".join(failed[:MAXIMUM_NAMED])}
    check = dg.AssetCheckResult(check_name=GATE, passed=not failed, severity=dg.AssetCheckSeverity.ERROR, metadata=told)
    return dg.MaterializeResult(metadata={"rows": n_rows}, check_results=[check])


def read_counts(connection: duckdb.DuckDBPyConnection, *, figures_month: date) -> dict[str, int | None]:
    """Code of each expectation -> the count found; a table or column that is missing leaves its counts out, which fails them."""
    found: dict[str, int | None] = {}
    connection.execute("set variable figures_month = ?::date", [figures_month])
    for profile in PROFILES:
        for measure, value in _row_of(connection, profile_sql(profile), profile.counts):
            if measure != ROWS:
                found[f"{profile.name}.{measure}"] = value
    for comparison in RECONCILIATIONS:
        for _, value in _row_of(connection, comparison.sql, ["n_different"]):
            found[f"{comparison.table}.{comparison.code}"] = value
    return found


def _row_of(connection: duckdb.DuckDBPyConnection, sql: str, names: Iterable[str]) -> Iterator[tuple[str, int | None]]:
    try:
        row = connection.execute(sql).fetchall()[0]
    except (duckdb.CatalogException, duckdb.BinderException):
        return
    yield from zip(names, row, strict=True)


def _row(result: CheckResult) -> tuple[object, ...]:
    return (result.check_code, result.table_name, result.severity, result.is_passed, result.observed)


EXTRACT_CHECKS = (
    records_are_conserved,
    something_is_loaded,
    no_required_file_is_refused,
    no_optional_file_is_refused,
    every_contract_is_served,
)
