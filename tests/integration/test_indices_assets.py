"""The assets of schema indices: they read the marts, write every table in the shape of its schema, and count its rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from types import SimpleNamespace
from typing import Any

import dagster as dg
import duckdb
import polars as pl
import pytest
from support.survey_frames import MONTH, Answer, answers_frame, counts_of, items_frame, levels_of, pairs_of

from orchestration.config.models import Thresholds, Workspace
from orchestration.pipeline.assets.indices import kpi_scores, survey_indices, verdicts
from orchestration.schemas.columns import Table
from orchestration.schemas.indices import INDEX_TABLES
from orchestration.warehouse.tables import read_table, replace_table


class MemoryWarehouse:
    """The warehouse's methods over a database in memory."""

    config = SimpleNamespace(workspace=Workspace(company={"en": "Example"}, instrument="survey"), thresholds=Thresholds())
    report_month = MONTH

    def __init__(self, frames: dict[str, pl.DataFrame]) -> None:
        self.connection = duckdb.connect()
        for name, frame in frames.items():
            self.connection.execute(f"create schema if not exists {name.split('.')[0]}")
            self.connection.register("incoming", frame.to_arrow())
            self.connection.execute(f"create table {name} as select * from incoming")

    @contextmanager
    def working(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The database."""
        yield self.connection

    def replace(self, table: Table, frame: pl.DataFrame) -> int:
        """Writes the frame as the warehouse does, which checks it against the schema."""
        return replace_table(self.connection, table, frame)


def marts(answers: list[Answer], cells: list[tuple[Any, ...]]) -> dict[str, pl.DataFrame]:
    """The tables that the assets read."""
    rows = answers_frame(answers)
    text, number = pl.String(), pl.Int64()
    kpi = {
        "month_start_date": pl.Date(), "family_code": text, "metric_code": text, "segment_code": text, "region_code": text,
        "breakdown_code": text, "numerator": number, "denominator": number, "base_kind": text, "fingerprint": text,
    }  # fmt: skip
    return {
        "marts.stat_item_levels_monthly": levels_of(rows),
        "marts.stat_item_pairs_monthly": pairs_of(rows, ["q1", "q2"]),
        "marts.stat_response_counts_monthly": counts_of(rows),
        "marts.kpi_values_monthly": pl.DataFrame(cells, schema=kpi, orient="row"),
        "config.items": items_frame(["q1", "q2"]),
        "config.metrics": pl.DataFrame(
            {"metric_code": ["rate"], "unit": ["share"], "direction": ["higher_is_better"], "is_open_cohort": [False]}
        ),
        "config.targets": pl.DataFrame({"metric_code": ["rate"], "valid_from": [date(2024, 1, 1)], "target_value": [0.9]}),
    }


def run(frames: dict[str, pl.DataFrame]) -> tuple[dict[str, pl.DataFrame], dict[str, int]]:
    """The tables after one run of the assets, and the rows they say they wrote."""
    warehouse = MemoryWarehouse(frames)
    counts = {}
    for definition in (survey_indices, kpi_scores, verdicts):
        returned = definition.node_def.compute_fn.decorated_fn(warehouse=warehouse)
        results = [returned] if isinstance(returned, dg.MaterializeResult) else list(returned)
        keys = [result.asset_key or definition.key for result in results]
        counts |= {".".join(key.path): result.metadata["rows"] for key, result in zip(keys, results, strict=True)}
    return {table.name: read_table(warehouse.connection, table.name) for table in INDEX_TABLES}, counts


FULL = [Answer(f"{n}", code, 3 + n % 3, m) for n in range(40) for code in ("q1", "q2") for m in ("satisfaction", "importance")]
CELL = (MONTH, "deliveries", "rate", "retail", "north", "all", 9, 10, "deliveries", "f")


@pytest.mark.parametrize(("answers", "cells"), [(FULL, [CELL]), ([], [])])
def test_every_table_is_written_in_the_shape_of_its_schema_and_counted(answers: list[Answer], cells: list[tuple[Any, ...]]) -> None:
    tables, counts = run(marts(answers, cells))
    for table in INDEX_TABLES:
        frame = tables[table.name]
        assert counts[table.name] == frame.height
        assert not frame.select(table.key).is_duplicated().any(), table.name
        required = frame.select(column.name for column in table.columns if column.is_required)
        assert sum(required.null_count().row(0)) == 0, table.name


def test_kpis_are_judged_beside_the_survey() -> None:
    tables, _ = run(marts(FULL, [CELL]))
    words = tables["indices.verdicts"].filter(pl.col("segment_code") == "all", pl.col("region_code") == "all")
    assert set(words["subject_code"]) == {"overall_index", "dimension:survey:whole", "item:survey:q1", "item:survey:q2", "kpi:rate"}
    assert set(words.filter(pl.col("subject_code") == "kpi:rate")["comparison_code"]) == {"process", "target"}


def test_assets_are_named_by_schema_and_table_and_stand_in_their_group() -> None:
    keys = {key for definition in (survey_indices, kpi_scores, verdicts) for key in definition.keys}
    assert keys == {dg.AssetKey(table.name.split(".")) for table in INDEX_TABLES}
    assert {group for d in (survey_indices, kpi_scores, verdicts) for group in d.group_names_by_key.values()} == {"indices"}
