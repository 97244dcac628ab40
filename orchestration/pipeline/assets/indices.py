"""Assets of schema indices: what Polars makes of the marts. Read, one call, write, return counts."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from orchestration.metrics.kpis import score_kpis
from orchestration.metrics.parameters import SurveyRules, process_rule, survey_rules, verdict_rule
from orchestration.metrics.responses import LEAF_KEYS, LEVEL_KEYS, LEVEL_SUMS, PAIR_KEYS, PAIR_SUMS
from orchestration.metrics.survey import SURVEY_TABLES, score_survey, select_pairs
from orchestration.metrics.verdicts import compare_figures
from orchestration.pipeline.resources import Warehouse
from orchestration.schemas.indices import DIMENSION_SCORES, ITEM_SCORES, KPI_SCORES, OVERALL_SCORES, VERDICTS
from orchestration.warehouse.tables import read_batches, read_table

GROUP = "indices"
LEVELS, PAIRS, COUNTS = "marts.stat_item_levels_monthly", "marts.stat_item_pairs_monthly", "marts.stat_response_counts_monthly"
ITEMS = "config.items"
SURVEY_SOURCES = (LEVELS, PAIRS, COUNTS, ITEMS)
USED_COLUMNS = {
    LEVELS: (*LEAF_KEYS, *LEVEL_KEYS, *LEVEL_SUMS),
    PAIRS: (*LEAF_KEYS, *PAIR_KEYS, *PAIR_SUMS),
}
"""Of the two large tables only what is used: half of their memory is in the other columns."""
KPI_SOURCES = ("marts.kpi_values_monthly", "config.metrics")
VERDICT_SOURCES = (OVERALL_SCORES.name, DIMENSION_SCORES.name, ITEM_SCORES.name, KPI_SCORES.name, "config.targets", "config.metrics")


def asset_key(table: str) -> dg.AssetKey:
    """The key of a table's asset: its schema and its name."""
    return dg.AssetKey(table.split("."))


def read_all(warehouse: Warehouse, tables: tuple[str, ...]) -> list[pl.DataFrame]:
    """The tables of the working file, in order; of a table in USED_COLUMNS only those columns."""
    with warehouse.working() as connection:
        return [read_table(connection, table, USED_COLUMNS.get(table)) for table in tables]


def read_pairs(warehouse: Warehouse, rules: SurveyRules) -> pl.DataFrame:
    """The pairs that some figure rests on, picked batch by batch: the whole table is never in memory."""
    with warehouse.working() as connection:
        batches = read_batches(connection, PAIRS, USED_COLUMNS[PAIRS])
        return pl.concat(select_pairs(batch, report_month=warehouse.report_month, rules=rules) for batch in batches)


@dg.multi_asset(
    name="survey_indices",
    specs=[
        dg.AssetSpec(asset_key(table.name), deps=[asset_key(name) for name in SURVEY_SOURCES], group_name=GROUP, description=table.grain)
        for table in SURVEY_TABLES
    ],
)
def survey_indices(warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """Item, dimension and overall scores, quadrants, NPS and response rates; one step, since all rest on the same pooled sums."""
    rules = survey_rules(warehouse.config.workspace, warehouse.config.thresholds)
    levels, counts, items = read_all(warehouse, (LEVELS, COUNTS, ITEMS))
    pairs = read_pairs(warehouse, rules)
    frames = score_survey(levels, pairs, counts, items, report_month=warehouse.report_month, rules=rules)
    for table in SURVEY_TABLES:
        n_rows = warehouse.replace(table, frames[table.name])
        yield dg.MaterializeResult(asset_key=asset_key(table.name), metadata={"rows": n_rows})


@dg.asset(key=asset_key(KPI_SCORES.name), deps=[asset_key(name) for name in KPI_SOURCES], group_name=GROUP, description=KPI_SCORES.grain)
def kpi_scores(warehouse: Warehouse) -> dg.MaterializeResult:
    """KPI totals and process limits."""
    cells, metrics = read_all(warehouse, KPI_SOURCES)
    frame = score_kpis(cells, metrics, rule=process_rule(warehouse.config.thresholds))
    return dg.MaterializeResult(metadata={"rows": warehouse.replace(KPI_SCORES, frame)})


@dg.asset(key=asset_key(VERDICTS.name), deps=[asset_key(name) for name in VERDICT_SOURCES], group_name=GROUP, description=VERDICTS.grain)
def verdicts(warehouse: Warehouse) -> dg.MaterializeResult:
    """The one word on every change."""
    overall, dimensions, items, kpis, targets, metrics = read_all(warehouse, VERDICT_SOURCES)
    rule = verdict_rule(warehouse.config.workspace, warehouse.config.thresholds)
    frame = compare_figures(overall, dimensions, items, kpis, targets, metrics, rule=rule)
    return dg.MaterializeResult(metadata={"rows": warehouse.replace(VERDICTS, frame)})
