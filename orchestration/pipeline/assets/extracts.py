"""The extracts: what lies in landing/ becomes rows of schema raw, and a line in the ledger for every file and contract."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb

from orchestration.pipeline.assets.config_tables import asset_key
from orchestration.pipeline.night import hash_code, require_workspace
from orchestration.pipeline.resources import Warehouse
from orchestration.schemas.ops import LEDGER_TABLES
from orchestration.schemas.raw import CUSTOMER_TOKENS, RAW_TABLES
from orchestration.settings import read_token_key
from orchestration.warehouse.completeness import is_arriving
from orchestration.warehouse.connection import quote_table
from orchestration.warehouse.extracts import load_landed, reload_all
from orchestration.warehouse.landing import land_files
from orchestration.warehouse.ledger import LoadResult, ensure_raw_tables, loaded_pairs, write_unread
from orchestration.warehouse.outdated import discard_outdated
from orchestration.warehouse.state import State
from orchestration.warehouse.touched import touch_all_months

LOADED = (*RAW_TABLES, CUSTOMER_TOKENS, *LEDGER_TABLES)
BUILT_WITH = "built_with.txt"


@dg.multi_asset(
    name="extracts",
    specs=[dg.AssetSpec(asset_key(table), group_name="extracts", description=table.grain) for table in LOADED],
)
def extracts(warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """The night begins: every landed file is kept, read by its contract and loaded once; a bad one costs only itself."""
    require_workspace(warehouse.folder)
    warehouse.begin_night()
    results = load_extracts(warehouse)
    states = dict(Counter(str(result.state) for result in results))
    with warehouse.working() as connection:
        for table in LOADED:
            yield dg.MaterializeResult(asset_key=asset_key(table), metadata={"rows": _count(connection, table.name), "files": states})


def load_extracts(warehouse: Warehouse) -> list[LoadResult]:
    """What became of each landed file; with another configuration or code than the last build's every month is touched."""
    contracts, as_of, key = warehouse.config.contracts, warehouse.as_of, read_token_key(warehouse.out)
    time_zone, rest = warehouse.config.workspace.time_zone, warehouse.config.workspace.landing_rest_seconds
    discard_outdated(warehouse.out)
    with State(warehouse.out) as state, warehouse.working() as connection:
        ensure_raw_tables(connection)
        loaded = frozenset() if warehouse.full_refresh else loaded_pairs(connection)
        landed = land_files(warehouse.folder / "landing", contracts, warehouse.out, state, as_of=as_of, loaded=loaded, rest_seconds=rest)
        write_unread(connection, landed)
        if any(is_arriving(entry.reason) for entry in landed):
            warehouse.expect_more(state)
        if warehouse.full_refresh:
            return reload_all(connection, warehouse.out, contracts, state, as_of=as_of, token_key=key, time_zone=time_zone)
        results = load_landed(connection, warehouse.out, contracts, landed, state, as_of=as_of, token_key=key, time_zone=time_zone)
        if read_built_with(warehouse.out) != build_mark(warehouse):
            touch_all_months(connection)
        return results


def build_mark(warehouse: Warehouse) -> str:
    """What the models depend on beside the rows: hash of the configuration and of the code."""
    return f"{warehouse.config.hash} {hash_code()}"


def read_built_with(out: Path) -> str:
    """The mark of the last finished build; empty where there is none."""
    path = out / "dbt" / BUILT_WITH
    return path.read_text("ascii") if path.exists() else ""


def _count(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    return int(connection.execute(f"select count(*) from {quote_table(name)}").fetchall()[0][0])
