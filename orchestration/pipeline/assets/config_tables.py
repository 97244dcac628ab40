"""The night's configuration, clock and sources as tables: what dbt and Polars read instead of YAML."""

from collections.abc import Iterator, Sequence
from datetime import date

import dagster as dg
import duckdb

from orchestration.config.contracts import Contract
from orchestration.config.tables import build_config_rows
from orchestration.pipeline.night import month_before
from orchestration.pipeline.resources import Warehouse
from orchestration.pipeline.sources import Loaded, read_loaded, read_workdays
from orchestration.quality.freshness import judge_source
from orchestration.schemas.columns import Table
from orchestration.schemas.config_tables import CONFIG_TABLES
from orchestration.schemas.ops import EXTRACT_LOADS, GENERATIONS, RUN, SOURCES
from orchestration.schemas.raw import RAW_TABLES
from orchestration.warehouse.connection import quote_table
from orchestration.warehouse.generations import next_generation_code
from orchestration.warehouse.layout import pointed_code
from orchestration.warehouse.state import State
from orchestration.warehouse.tables import replace_rows

WRITTEN = (*CONFIG_TABLES, RUN, SOURCES, GENERATIONS)
MASTER_DATA = ("raw.crm_customers", "raw.crm_customer_aliases", "raw.crm_staff")
WERE_PUBLISHED = ("published", "withdrawn", "retired")


def asset_key(table: Table) -> dg.AssetKey:
    """The key of a table's asset: its schema and its name."""
    return dg.AssetKey(table.name.split("."))


@dg.multi_asset(
    name="config_tables",
    specs=[
        dg.AssetSpec(
            asset_key(table), deps=[asset_key(raw) for raw in (*RAW_TABLES, EXTRACT_LOADS)], group_name="warehouse", description=table.grain
        )
        for table in WRITTEN
    ],
)
def config_tables(warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """Configuration, calendar, clock, sources and generations of the night."""
    with warehouse.working() as connection:
        first_day = read_first_day(connection) or warehouse.as_of.date()
        rows: dict[str, Sequence[Sequence[object]]] = {
            **build_config_rows(warehouse.config, first_day=first_day, last_day=warehouse.as_of.date()),
            RUN.name: [_run_row(warehouse, first_day)],
            SOURCES.name: build_source_rows(connection, warehouse),
            GENERATIONS.name: _generation_rows(warehouse),
        }
        for table in WRITTEN:
            n_rows = replace_rows(connection, table, rows[table.name])
            yield dg.MaterializeResult(asset_key=asset_key(table), metadata={"rows": n_rows})


def read_first_day(connection: duckdb.DuckDBPyConnection) -> date | None:
    """The oldest business date of the raw rows, master data left aside; None where there is none."""
    dated = [table for table in RAW_TABLES if table.date_column and table.name not in MASTER_DATA]
    parts = " union all ".join(f"select min(cast({table.date_column} as date)) as day from {quote_table(table.name)}" for table in dated)
    found = connection.execute(f"select min(day) from ({parts})").fetchall()[0][0]
    assert found is None or isinstance(found, date)
    return found


def build_source_rows(connection: duckdb.DuckDBPyConnection, warehouse: Warehouse) -> list[tuple[object, ...]]:
    """Rows of ops.sources: one per contract, with what is due by the company's calendar."""
    as_of = warehouse.as_of.date()
    workdays = read_workdays(warehouse.config, as_of)
    return [_source_row(contract, read_loaded(connection, contract), as_of, workdays) for contract in warehouse.config.contracts]


def _source_row(contract: Contract, loaded: Loaded, as_of: date, workdays: list[date]) -> tuple[object, ...]:
    found = judge_source(contract.expected, loaded.reach, as_of=as_of, workdays=workdays)
    return (
        contract.contract, contract.source, contract.canonical.name, loaded.n_rows, loaded.n_quarantined, loaded.n_deleted, loaded.data_to,
        found.due_date, found.expected_to_date, found.state, contract.expected.is_required_for_report,
    )  # fmt: skip


def _run_row(warehouse: Warehouse, first_day: date) -> tuple[object, ...]:
    as_of = warehouse.as_of
    return (as_of, as_of.date(), month_before(as_of.date()), first_day.replace(day=1))


def _generation_rows(warehouse: Warehouse) -> list[tuple[object, ...]]:
    """Rows of ops.generations: what was published before, and the one this night will be."""
    with State(warehouse.out) as state:
        before = [(g.code, g.as_of, g.parent, g.input_hash) for g in state.generations() if g.state in WERE_PUBLISHED]
        return [*before, (next_generation_code(state), warehouse.as_of, pointed_code(warehouse.out), warehouse.night.input_hash)]
