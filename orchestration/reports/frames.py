"""What a report is built from: the frames it reads and the parameters that decide words and exclusions."""

from dataclasses import dataclass

import polars as pl
from pydantic import BaseModel, ConfigDict

from orchestration.schemas.columns import Kind, Table

REPORT_CODE = "monthly_executive"
DTYPES: dict[Kind, type[pl.DataType] | pl.DataType] = {
    "text": pl.String, "integer": pl.Int32, "bigint": pl.Int64, "decimal": pl.Decimal(18, 6), "double": pl.Float64,
    "date": pl.Date, "timestamp": pl.Datetime("us"), "boolean": pl.Boolean,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ReportFrames:
    """The tables behind a report, each with the columns of its schema; a frame without rows means: not measured."""

    overall_scores: pl.DataFrame
    item_scores: pl.DataFrame
    item_quadrants: pl.DataFrame
    item_weights: pl.DataFrame
    verdicts: pl.DataFrame
    kpi_scores: pl.DataFrame
    response_rates: pl.DataFrame
    nps_scores: pl.DataFrame
    items: pl.DataFrame
    stages: pl.DataFrame
    metrics: pl.DataFrame
    targets: pl.DataFrame
    labels: pl.DataFrame
    sources: pl.DataFrame
    run: pl.DataFrame


class ReportParameters(BaseModel):
    """What the client declared: thresholds of config/thresholds.yaml and names of config/workspace.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    company_en: str
    company_zh: str
    instrument: str
    contact: str = ""
    fiscal_year_starts: int = 1
    version: int = 1
    confidence: float = 0.95
    hide_below_n: int = 30
    note_below_n: int = 100
    suppress_below_count: int = 5
    membership_undecided_below: float = 0.80
    false_discovery_rate: float = 0.05
    index_matters_from: float = 1.0
    share_matters_from: float = 0.01
    near_miss_share: float = 0.02
    far_miss_share: float = 0.1


def polars_schema(table: Table) -> dict[str, pl.DataType | type[pl.DataType]]:
    """Column name to Polars type, in the table's order."""
    return {column.name: DTYPES[column.kind] for column in table.columns}


def empty_frame(table: Table) -> pl.DataFrame:
    """The table without rows."""
    return pl.DataFrame(schema=polars_schema(table))
