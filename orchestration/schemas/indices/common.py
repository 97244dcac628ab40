"""Columns and words that several tables of schema `indices` share."""

from orchestration.schemas.columns import Column, Kind

ALL = "all"
TOO_FEW = "no answers"
MONTH = "first day of the month; after ops.run.report_month it is not over, and its numbers still grow"
NOT_NAMED = "importance is rated, or not asked"
NOT_RATED = "importance is named, or not asked"
PER_SCOPE = "One row per month, window, questionnaire, segment, region"
NOT_ESTIMATED = (
    "fewer than two responses, or not drawn: only the reporting month, and the single months of the whole company before it, are"
)


def key_column(name: str, kind: Kind, meaning: str) -> Column:
    """A column of the table's key."""
    return Column(name, kind, meaning, key=True)


SCOPE = (
    key_column("month_start_date", "date", MONTH),
    key_column("window_months", "integer", "1: this month; 3: pooled with the two months before"),
    key_column("instrument_code", "text", "questionnaire"),
    key_column("segment_code", "text", "segment, or 'all'"),
    key_column("region_code", "text", "region, or 'all'"),
)
INTERVAL = (
    Column("interval_low", "double", "lower end of the confidence interval", null="fewer than two answers"),
    Column("interval_high", "double", "upper end of the confidence interval", null="fewer than two answers"),
)
FINGERPRINT = Column("fingerprint", "text", "hash of the definition that made the number")
