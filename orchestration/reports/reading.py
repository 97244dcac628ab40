"""What every builder of figures shares: frames, month, parameters, and which sources are late behind a figure."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from orchestration.reports.frames import ReportFrames, ReportParameters
from orchestration.schemas.indices import ALL

MONTHS_OF_A_YEAR = 12
TREND_MONTHS = 13
"""Thirteen, so that the same month of last year is on the chart."""
LINEAGE = {
    "responses": ("surveys_answers",),
    "invitations": ("surveys_invitations", "surveys_answers"),
    "deliveries": ("deliveries_deliveries", "deliveries_events"),
    "items": ("deliveries_deliveries",),
    "complaints": ("complaints_complaints", "complaints_events"),
    "callbacks": ("complaints_complaints", "complaints_callbacks"),
    "passages": ("crm_cases", "crm_case_stages"),
}
"""Base kind -> canonical tables a figure on that base is built from: a late one makes the figure provisional."""
ABOUT_PEOPLE = frozenset({"responses", "invitations", "complaints", "callbacks"})
"""Base kinds that count people: small counts of a part of the company are suppressed."""
Row = dict[str, Any]


def add_months(month: date, months: int) -> date:
    """First day of the month `months` after that of `month`; negative: before."""
    index = month.year * MONTHS_OF_A_YEAR + month.month - 1 + months
    return date(index // MONTHS_OF_A_YEAR, index % MONTHS_OF_A_YEAR + 1, 1)


def last_day(month: date) -> date:
    """Last day of the month."""
    return month.replace(day=monthrange(month.year, month.month)[1])


def trend_months(month: date) -> list[date]:
    """The thirteen months that end with `month`, oldest first."""
    return [add_months(month, -back) for back in range(TREND_MONTHS - 1, -1, -1)]


@dataclass(frozen=True)
class Reading:
    """One report's input, with the look-ups every builder needs."""

    frames: ReportFrames
    month: date
    parameters: ReportParameters

    @cached_property
    def late_tables(self) -> frozenset[str]:
        """Canonical tables, without schema, whose required source does not reach the end of the month."""
        return frozenset(row["table_name"].removeprefix("raw.") for row in rows(self.frames.sources) if is_late(row, self.month))

    def is_provisional(self, base_kind: str) -> bool:
        """True where a late source stands behind figures on this base."""
        return not self.late_tables.isdisjoint(LINEAGE.get(base_kind, ()))

    def target(self, metric: str, month: date | None = None) -> float | None:
        """The plan in force at the end of the month; None where nobody set one."""
        day = last_day(month or self.month)
        found = self.frames.targets.filter((pl.col("metric_code") == metric) & (pl.col("valid_from") <= day)).sort("valid_from")
        return None if found.is_empty() else float(found.item(-1, "target_value"))

    def whole(self, frame: pl.DataFrame, *, window: int = 1) -> pl.DataFrame:
        """Rows of a scoped frame for the whole company, the report's instrument and one window."""
        return frame.filter(
            (pl.col("instrument_code") == self.parameters.instrument) & (pl.col("window_months") == window)
            & (pl.col("segment_code") == ALL) & (pl.col("region_code") == ALL)
        )  # fmt: skip

    def verdict(self, subject: str, comparison: str, breakdown: str = ALL) -> Row | None:
        """The row of indices.verdicts on this figure of the whole company, or None."""
        frame = self.frames.verdicts.filter(
            (pl.col("month_start_date") == self.month) & (pl.col("subject_code") == subject) & (pl.col("comparison_code") == comparison)
            & (pl.col("breakdown_code") == breakdown) & (pl.col("segment_code") == ALL) & (pl.col("region_code") == ALL)
        )  # fmt: skip
        return next(rows(frame), None)


def rows(frame: pl.DataFrame) -> Iterator[Row]:
    """The rows as dictionaries."""
    return frame.iter_rows(named=True)


def is_late(source: Row, month: date) -> bool:
    """True for a required source that is late or missing and does not reach the month's last day."""
    reaches = source["data_to_date"] is not None and source["data_to_date"] >= last_day(month)
    return bool(source["is_required_for_report"]) and source["state"] != "complete" and not reaches
