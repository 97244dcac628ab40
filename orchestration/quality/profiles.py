"""The profile of each published table: one SQL statement that returns one row of counts, never values.

Great Expectations passes on an empty table, an all-NULL column and infinity, so each of these is a count of its own here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from orchestration.schemas.columns import Table
from orchestration.schemas.indices import (
    DIMENSION_SCORES,
    INDEX_TABLES,
    ITEM_QUADRANTS,
    ITEM_SCORES,
    KPI_SCORES,
    NPS_SCORES,
    OVERALL_SCORES,
)
from orchestration.schemas.ops import RUN, SOURCES
from orchestration.schemas.reported import REPORTED_TABLES

ROWS = "n_rows"
Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Rule:
    """A condition of which no row may fall foul: `violation` is true for a row that does.

    A violation of a source's own making is a warning: it is published, kept out of what is judged, and counted in the report.
    """

    code: str
    violation: str
    severity: Severity = "error"


@dataclass(frozen=True)
class ProfiledTable:
    """What of a table is counted.

    `rows_expected` is a number or query: the rows there must be at least, such as those of the raw table. Empty: none need be.
    """

    name: str
    key: tuple[str, ...] = ()
    never_null: tuple[str, ...] = ()
    finite: tuple[str, ...] = ()
    not_after_run: str = ""
    rules: tuple[Rule, ...] = ()
    rows_expected: str = ""

    @property
    def warnings(self) -> frozenset[str]:
        """Names of the counts that warn and hold nothing back."""
        return frozenset(f"n_{rule.code}" for rule in self.rules if rule.severity == "warning")

    @property
    def counts(self) -> dict[str, str]:
        """Name of each count of the profile -> the SQL that counts it; all but `n_rows` are 0 in a sound table."""
        keys = ", ".join(self.key)
        distinct = f"({keys})" if len(self.key) > 1 else keys
        counts = {
            ROWS: "count(*)",
            "n_rows_missing": f"greatest(0, ({self.rows_expected}) - count(*))" if self.rows_expected else "",
            "n_null_keys": _count_any(f"{name} is null" for name in self.key),
            "n_duplicate_keys": f"count(*) - count(distinct {distinct})" if keys else "",
            "n_forbidden_nulls": _count_any(f"{name} is null" for name in self.never_null),
            "n_not_finite": _count_any(f"not isfinite({name})" for name in self.finite),
            "n_later_than_run": _count_any([f"{self.not_after_run} > (select max(as_of) from ops.run)"] if self.not_after_run else []),
        } | {f"n_{rule.code}": _count_any([rule.violation]) for rule in self.rules}
        return {name: expression for name, expression in counts.items() if expression}


def profile_sql(table: ProfiledTable) -> str:
    """One statement with one row of BIGINT counts, never null: n_rows, and of n_rows_missing, n_null_keys, n_duplicate_keys,
    n_forbidden_nulls, n_not_finite, n_later_than_run and n_<rule> those that the table declares.
    """
    selected = ", ".join(f"cast(coalesce({expression}, 0) as bigint) as {name}" for name, expression in table.counts.items())
    return f"select {selected} from {table.name}"


def profiled(table: Table, *rules: Rule, rows_expected: str = "") -> ProfiledTable:
    """The profile that the schema of a Python-written table asks for: its key, its required and its floating columns."""
    required = tuple(column.name for column in table.columns if column.is_required and not column.key)
    doubles = tuple(column.name for column in table.columns if column.kind == "double")
    return ProfiledTable(table.name, table.key, required, doubles, rules=rules, rows_expected=rows_expected)


def _count_any(conditions: Iterable[str]) -> str:
    joined = " or ".join(f"({condition})" for condition in conditions)
    return f"sum(case when {joined} then 1 else 0 end)" if joined else ""


def _rows_of(raw: str) -> str:
    return f"select count(*) from raw.{raw}"


SHARE_OVER_ONE = Rule(
    "share_over_one", "numerator > denominator and metric_code in (select metric_code from config.metrics where unit = 'share')"
)
NEGATIVE_KPI = Rule("negative_count", "numerator < 0 or denominator < 0")
UNKNOWN_METRIC = Rule("unknown_metric", "metric_code not in (select metric_code from config.metrics)")
KPI_KEY = ("month_start_date", "metric_code", "segment_code", "region_code", "breakdown_code")
KPI_RULES = (SHARE_OVER_ONE, NEGATIVE_KPI, UNKNOWN_METRIC)
STAT_KEY = ("month_start_date", "instrument_code", "wave_code", "mode_code", "segment_code", "region_code")

MART_PROFILES = (
    ProfiledTable("marts.dim_customer", ("customer_id", "valid_from_date"), ("valid_to_date", "segment_code", "region_code"),
                  rules=(Rule("empty_period", "valid_to_date <= valid_from_date"),), rows_expected="1"),
    ProfiledTable("marts.dim_item", ("instrument_code", "item_code"), rows_expected="select count(*) from config.items"),
    ProfiledTable("marts.dim_stage", ("process_code", "stage_code")),
    ProfiledTable("marts.dim_calendar", ("date_day",), ("is_workday", "workday_rank"), rows_expected="1"),
    ProfiledTable("marts.fct_answer", never_null=("customer_id", "segment_code", "region_code", "weight"), not_after_run="known_at",
                  rules=(Rule("negative_weight", "weight < 0"),), rows_expected=_rows_of("surveys_answers")),
    ProfiledTable("marts.fct_complaint", ("source_code", "complaint_id"), ("customer_id", "segment_code", "region_code", "opened_at"),
                  not_after_run="known_at", rules=(Rule("ended_before_it_began", "resolved_at < opened_at", "warning"),),
                  rows_expected=_rows_of("complaints_complaints")),
    ProfiledTable("marts.fct_delivery", ("source_code", "delivery_id"), ("customer_id", "segment_code", "region_code", "ordered_at"),
                  not_after_run="known_at", rules=(Rule("ended_before_it_began", "delivered_at < ordered_at", "warning"),),
                  rows_expected=_rows_of("deliveries_deliveries")),
    ProfiledTable("marts.fct_stage_passage", ("source_code", "case_id", "stage_code"), ("segment_code", "region_code", "entered_at"),
                  rules=(Rule("negative_duration", "supplier_workdays < 0 or lived_days < 0"),
                         Rule("ended_before_it_began", "is_contradictory", "warning"))),
    ProfiledTable("marts.fct_case_span", ("source_code", "case_id", "process_code", "span_code"), ("segment_code", "entered_at"),
                  not_after_run="known_at", rules=(Rule("negative_duration", "supplier_workdays < 0 or lived_days < 0"),)),
    ProfiledTable("marts.kpi_complaints_monthly", KPI_KEY, ("numerator", "denominator", "fingerprint"), rules=KPI_RULES),
    ProfiledTable("marts.kpi_deliveries_monthly", KPI_KEY, ("numerator", "denominator", "fingerprint"), rules=KPI_RULES),
    ProfiledTable("marts.kpi_stages_monthly", KPI_KEY, ("numerator", "denominator", "fingerprint"), rules=KPI_RULES),
    ProfiledTable("marts.kpi_customer_monthly", ("customer_id", "month_start_date"),
                  rules=(Rule("more_on_time_than_judged", "n_on_time > n_judged_on_time"),)),
    ProfiledTable("marts.kpi_customer_stage_monthly", ("customer_id", "stage_code", "month_start_date"),
                  rules=(Rule("more_over_limit_than_passed", "n_over_limit > n_passages + n_running"),)),
    ProfiledTable("marts.stat_item_levels_monthly", (*STAT_KEY, "owner_id", "item_code", "measure_code", "level"),
                  ("n_answers", "sum_weight"), rules=(Rule("no_answers", "n_answers <= 0"),)),
    ProfiledTable("marts.stat_item_pairs_monthly", (*STAT_KEY, "item_a", "measure_a", "item_b", "measure_b"), ("n_pairs", "sum_ab"),
                  rules=(Rule("cauchy_schwarz", "sum_ab > 0 and sum_ab::hugeint * sum_ab > sum_aa::hugeint * sum_bb"),)),
    ProfiledTable("marts.stat_response_counts_monthly", (*STAT_KEY, "owner_id"),
                  rules=(Rule("more_valid_than_returned", "n_valid > n_returned"),)),
)  # fmt: skip
INTERVAL_AROUND = Rule("interval_misses_value", "interval_low > interval_high")
INDEX_RANGE = Rule("index_outside_0to100", "index_0to100 < 0 or index_0to100 > 100")
INDEX_RULES: dict[str, tuple[Rule, ...]] = {
    ITEM_SCORES.name: (Rule("top2_over_base", "n_top2 > n_satisfaction"), INTERVAL_AROUND),
    DIMENSION_SCORES.name: (INDEX_RANGE, INTERVAL_AROUND),
    OVERALL_SCORES.name: (INDEX_RANGE, INTERVAL_AROUND),
    ITEM_QUADRANTS.name: (Rule("unknown_quadrant", "quadrant_code not in ('A', 'B', 'C', 'D')"),),
    NPS_SCORES.name: (Rule("parts_over_base", "n_promoters + n_passives + n_detractors <> n_answers"),),
    KPI_SCORES.name: (UNKNOWN_METRIC, SHARE_OVER_ONE, NEGATIVE_KPI),
}
PYTHON_PROFILES = (
    profiled(RUN, rows_expected="1"),
    profiled(SOURCES, Rule("deletes_what_never_came", "n_deleted > n_rows", "warning"), rows_expected="1"),
    *(profiled(table, *INDEX_RULES.get(table.name, ())) for table in INDEX_TABLES),
    *(profiled(table) for table in REPORTED_TABLES),
)
PROFILES: tuple[ProfiledTable, ...] = MART_PROFILES + PYTHON_PROFILES
