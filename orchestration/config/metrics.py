"""The metric registry: types of config/metrics.yaml, their SQL and their fingerprint.

A metric is a numerator over a denominator, both counted or summed over one fact's rows, so any month, segment or region
comes from the same additive rows. The fingerprint is the hash of the entry and of the SQL compiled from it: two numbers
with one fingerprint mean the same.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, field_validator

from orchestration.config.models import Code, Model, Text
from orchestration.schemas.raw import raw_table

Family = Literal["complaints", "deliveries", "stages", "cases"]
FAMILY_TABLES = {
    "complaints": "complaints_complaints",
    "deliveries": "deliveries_deliveries",
    "stages": "crm_case_stages",
    "cases": "crm_case_stages",
}
"""Family -> the canonical table whose rows its fact has."""
FINGERPRINT_LENGTH = 12


class Quantity(Model):
    """A count of rows, or a sum of an integer column, over the rows where a condition holds."""

    where: str = Field(default="true", description="condition over the fact's columns, in SQL that DuckDB and Spark share")
    sum_of: str = Field(default="", description="integer expression to add up; empty: rows are counted")


class Metric(Model):
    """One entry of config/metrics.yaml."""

    code: Code
    text: Text
    family: Family
    numerator: Quantity
    denominator: Quantity
    base_kind: Literal["complaints", "deliveries", "passages", "cases", "callbacks", "items", "workdays"]
    unit: Literal["share", "workdays", "days", "hours", "count"] = "share"
    direction: Literal["higher_is_better", "lower_is_better"] = "higher_is_better"
    decimals: int = 1
    breakdown: Literal["none", "stage", "span", "category", "route", "owner"] = "none"
    in_report: bool = Field(default=True, description="false: counted and published like the others, printed in no report")
    is_open_cohort: bool = Field(default=False, description="true: the month's share still moves with its age, so nothing is judged by it")
    measured_by: tuple[str, ...] = Field(
        default=(),
        description="tables or table.column of which a source must fill one; the metric counts the sources that do, and is left out "
        "where none does",
    )
    owner: Code = ""
    description: Text

    @field_validator("measured_by")
    @classmethod
    def _name_what_exists(cls, places: tuple[str, ...]) -> tuple[str, ...]:
        for place in places:
            table, _, column = place.partition(".")
            try:
                _ = raw_table(table).column(column) if column else raw_table(table)
            except KeyError as unknown:
                raise ValueError(unknown.args[0]) from None
        return places


class Metrics(Model):
    """config/metrics.yaml."""

    metrics: tuple[Metric, ...]


@dataclass(frozen=True)
class CompiledMetric:
    """A metric with the SQL of its two aggregates and its fingerprint."""

    metric: Metric
    numerator_sql: str
    denominator_sql: str
    fingerprint: str


def compile_metric(metric: Metric, *, sources: tuple[str, ...] = ()) -> CompiledMetric:
    """The metric's two aggregate expressions (BIGINT, 0 on no rows) and its fingerprint (12 hex digits).

    sources: only these are counted, as others of the fact do not measure the metric; empty: all.
    """
    within = f" and source_code in ({', '.join(repr(source) for source in sources)})" if sources else ""
    numerator, denominator = (_aggregate(part, within) for part in (metric.numerator, metric.denominator))
    entry = metric.model_dump(mode="json", exclude={"text", "description", "owner", "measured_by", "in_report"})
    content = json.dumps([entry, numerator, denominator], sort_keys=True, ensure_ascii=False)
    return CompiledMetric(metric, numerator, denominator, fingerprint(content))


def fingerprint(content: str) -> str:
    """First 12 hex digits of the SHA-256 of a definition written as text."""
    return hashlib.sha256(content.encode()).hexdigest()[:FINGERPRINT_LENGTH]


def _aggregate(quantity: Quantity, within: str) -> str:
    counted, where = quantity.sum_of or "1", f"({quantity.where}){within}" if within else quantity.where
    return f"cast(coalesce(sum(case when {where} then {counted} else 0 end), 0) as bigint)"
