"""A small company written by hand: every rule of the facts has a row that shows it. Night of Wednesday 2026-03-04, 02:00."""

from datetime import date, datetime
from pathlib import Path

import duckdb
from support.dbt_fixture import create_warehouse, insert_calendar, insert_rows, set_clock, touch_months

AS_OF = datetime(2026, 3, 4, 2)
HOLIDAY = date(2026, 2, 16)
MONTHS = tuple(date(2026, month, 1) for month in (1, 2, 3))

ITEMS = [
    {
        "instrument_code": "q",
        "item_code": code,
        "item_order": order,
        "text_en": code,
        "text_zh": code,
        "short_en": code,
        "short_zh": code,
        "is_overall": False,
        "is_nps": code == "REC",
        "is_acsi": False,
        "scale_min": 1,
        "scale_max": 10 if code == "REC" else 5,
        "importance_min": 1,
        "importance_max": 5,
        "minimum_answers_for_valid": 2,
        "in_index": code != "REC",
    }
    for order, code in enumerate(("A1", "A2", "REC"), start=1)
]
STAGES = [
    {
        "process_code": "connection",
        "stage_code": code,
        "stage_order": order,
        "process_kind": "case",
        "count_convention": "exclude_first_day",
        "text_en": code,
        "text_zh": code,
        "limit_workdays": limit,
    }
    for order, (code, limit) in enumerate((("survey", 3), ("plan", 2)), start=1)
] + [
    {
        "process_code": "claim",
        "stage_code": "judge",
        "stage_order": 1,
        "process_kind": "case",
        "count_convention": "include_first_day",
        "text_en": "judge",
        "text_zh": "judge",
        "limit_workdays": None,
    },
]

# rows of each case's limit as the configuration would write them, where no condition cuts sizes or days
WHOLE = {"size_from": 0, "valid_from_date": date(1900, 1, 1), "valid_to_date": date(9999, 12, 31)}
LIMITS = [
    {"process_code": stage["process_code"], "limit_code": stage["stage_code"], "has_resource": flag, **WHOLE}
    | {"limit_workdays": stage["limit_workdays"]}
    for stage in STAGES
    for flag in (False, True)
] + [{"process_code": "connection", "limit_code": "case", "has_resource": flag, "limit_workdays": 6, **WHOLE} for flag in (False, True)]
SPANS = [
    {"process_code": stage["process_code"], "span_code": "case", "stage_code": stage["stage_code"], "span_order": 1} for stage in STAGES
]
PARAMETERS = [
    {"parameter_code": "thresholds.limit_near_workdays", "value_number": 1},
    {"parameter_code": "thresholds.repeat_contact_days", "value_number": 28},
]


def metric(order: int, code: str, family: str, numerator: str, denominator: str, breakdown: str = "none", sum_of: str = "1") -> dict:
    """One row of config.metrics, with the SQL that the registry would compile."""

    def compiled(condition: str, counted: str) -> str:
        return f"cast(coalesce(sum(case when {condition} then {counted} else 0 end), 0) as bigint)"

    return {
        "metric_code": code,
        "metric_order": order,
        "family_code": family,
        "breakdown_code": breakdown,
        "base_kind": family,
        "numerator_sql": compiled(numerator, sum_of),
        "denominator_sql": compiled(denominator, "1"),
        "unit": "share",
        "direction": "higher_is_better",
        "decimals": 1,
        "is_open_cohort": False,
        "in_report": True,
        "fingerprint": f"f{order}",
    }


METRICS = [
    metric(1, "resolution", "complaints", "is_resolved", "true"),
    metric(2, "deadline", "complaints", "is_within_deadline", "is_within_deadline is not null"),
    metric(3, "response_24h", "complaints", "is_responded_24h", "is_responded_24h is not null"),
    metric(4, "resolution_by_category", "complaints", "is_resolved", "true", breakdown="category"),
    metric(5, "by_time", "deliveries", "is_on_time_by_time", "is_on_time_by_time is not null"),
    metric(6, "by_date", "deliveries", "is_on_time_by_date", "is_on_time_by_date is not null"),
    metric(7, "within_limit", "stages", "is_within_limit", "is_within_limit is not null", breakdown="stage"),
    metric(8, "workdays", "stages", "not is_running", "not is_running", breakdown="stage", sum_of="supplier_workdays"),
    metric(9, "case_within_limit", "cases", "is_within_limit", "is_within_limit is not null", breakdown="span"),
    metric(10, "customer_days", "stages", "not is_running", "not is_running", breakdown="owner", sum_of="customer_workdays"),
    metric(11, "repeats", "complaints", "is_repeat_contact", "is_repeat_contact is not null"),
]

CUSTOMERS = [
    {
        "customer_id": "c1",
        "valid_from": date(2025, 6, 1),
        "customer_name": "One",
        "segment_code": "sme",
        "region_code": "north",
        "owner_id": "m1",
    },
    {
        "customer_id": "c1",
        "valid_from": date(2026, 1, 10),
        "customer_name": "One",
        "segment_code": "sme",
        "region_code": "north",
        "owner_id": "m1",
    },
    {
        "customer_id": "c1",
        "valid_from": date(2026, 2, 10),
        "customer_name": "One",
        "segment_code": "key",
        "region_code": "north",
        "owner_id": "m1",
    },
    {"customer_id": "c2", "valid_from": date(2025, 6, 1), "customer_name": "Two", "segment_code": "retail", "region_code": "south"},
]
ALIASES = [
    {"alias_source_code": "desk", "source_key": "77", "customer_id": "c2"},
    {"alias_source_code": "desk", "source_key": "88", "customer_id": "c1", "valid_from": date(2026, 2, 1)},
]
COMPLAINTS = [
    {
        "complaint_id": "in_time",
        "customer_key": "77",
        "opened_at": datetime(2026, 2, 2, 9),
        "due_at": datetime(2026, 2, 5, 9),
        "resolved_at": datetime(2026, 2, 5, 9),
        "category_code": "billing",
    },
    {
        "complaint_id": "late",
        "customer_key": "c1",
        "opened_at": datetime(2026, 2, 13, 9),
        "due_at": datetime(2026, 2, 17, 9),
        "resolved_at": datetime(2026, 2, 17, 9, 0, 1),
        "category_code": "billing",
        "region_code": "west",
    },
    {"complaint_id": "overdue", "customer_key": "c1", "opened_at": datetime(2026, 2, 20, 9), "due_at": datetime(2026, 3, 3, 9)},
    {"complaint_id": "waiting", "customer_key": "c1", "opened_at": datetime(2026, 3, 3, 9), "due_at": datetime(2026, 3, 9, 9)},
    {"complaint_id": "reopened", "customer_key": "nobody", "opened_at": datetime(2026, 1, 5, 9)},
    {
        "complaint_id": "withdrawn",
        "customer_key": "88",
        "opened_at": datetime(2026, 1, 30, 9),
        "due_at": datetime(2026, 2, 2, 9),
        "closed_at": datetime(2026, 2, 1, 9),
    },
]
EVENTS = [
    {"complaint_id": "in_time", "event_code": "responded", "happened_at": datetime(2026, 2, 3, 9)},
    {"complaint_id": "late", "event_code": "responded", "happened_at": datetime(2026, 2, 14, 9, 0, 1)},
    {"complaint_id": "late", "event_code": "escalated", "happened_at": datetime(2026, 2, 16, 9)},
    {"complaint_id": "reopened", "event_code": "resolved", "happened_at": datetime(2026, 1, 6, 9)},
    {"complaint_id": "reopened", "event_code": "reopened", "happened_at": datetime(2026, 1, 8, 9)},
]
CALLBACKS = [
    {"complaint_id": "in_time", "called_at": datetime(2026, 2, 6, 9), "is_reached": True, "is_satisfied": False, "score": 2},
    {"complaint_id": "in_time", "called_at": datetime(2026, 2, 8, 9), "is_reached": True, "is_satisfied": True, "score": 4},
    {"complaint_id": "in_time", "called_at": datetime(2026, 2, 9, 9), "is_reached": False},
    {"complaint_id": "late", "called_at": datetime(2026, 2, 18, 9), "is_reached": False},
]
DELIVERIES = [
    {
        "delivery_id": "by_date_only",
        "customer_key": "c1",
        "ordered_at": datetime(2026, 1, 28, 8),
        "promised_at": datetime(2026, 2, 3),
        "is_promised_date": True,
        "delivered_at": datetime(2026, 2, 3, 15),
        "status_code": "delivered",
    },
    {
        "delivery_id": "at_midnight",
        "customer_key": "c1",
        "ordered_at": datetime(2026, 2, 2, 0),
        "promised_at": datetime(2026, 2, 3),
        "is_promised_date": True,
        "delivered_at": datetime(2026, 2, 3),
        "status_code": "delivered",
        "n_items": 2,
        "n_delivered_items": 2,
        "n_damaged_items": 1,
        "receipt_confirmed_at": datetime(2026, 2, 3, 1),
    },
    {
        "delivery_id": "late",
        "customer_key": "c2",
        "ordered_at": datetime(2026, 2, 2, 0),
        "promised_at": datetime(2026, 2, 3, 12),
        "is_promised_date": False,
        "delivered_at": datetime(2026, 2, 4),
        "status_code": "delivered",
        "n_items": 2,
        "n_delivered_items": 1,
    },
    {
        "delivery_id": "canceled",
        "customer_key": "c2",
        "ordered_at": datetime(2026, 2, 2),
        "promised_at": datetime(2026, 2, 3),
        "delivered_at": datetime(2026, 2, 3),
        "status_code": "canceled",
    },
    {
        "delivery_id": "lost_date",
        "customer_key": "c2",
        "ordered_at": datetime(2026, 2, 2),
        "promised_at": datetime(2026, 2, 3),
        "status_code": "delivered",
    },
    {"delivery_id": "no_status", "ordered_at": datetime(2026, 2, 2), "delivered_at": datetime(2026, 2, 2, 5, 59)},
]
CASES = [
    {"case_id": "k1", "customer_key": "c1", "process_code": "connection", "opened_at": datetime(2026, 2, 11, 9), "region_code": "east"}
]
# Thursday 12th to Wednesday 18th February, Monday 16th a holiday: 3 working days; waiting for the customer from Friday to Tuesday: 1
CASE_STAGES = [
    {
        "case_id": "k1",
        "stage_code": "survey",
        "passage_number": 1,
        "entered_at": datetime(2026, 2, 12, 9),
        "left_at": datetime(2026, 2, 13, 9),
        "is_accepted_first_time": True,
    },
    {
        "case_id": "k1",
        "stage_code": "survey",
        "passage_number": 2,
        "entered_at": datetime(2026, 2, 13, 9),
        "left_at": datetime(2026, 2, 17, 9),
        "clock_owner_code": "customer",
    },
    {
        "case_id": "k1",
        "stage_code": "survey",
        "passage_number": 3,
        "entered_at": datetime(2026, 2, 17, 9),
        "left_at": datetime(2026, 2, 18, 9),
    },
    {"case_id": "k1", "stage_code": "plan", "passage_number": 1, "entered_at": datetime(2026, 2, 25, 9)},
    {
        "case_id": "k2",
        "stage_code": "judge",
        "passage_number": 1,
        "customer_key": "c2",
        "entered_at": datetime(2026, 2, 26, 9),
        "left_at": datetime(2026, 2, 27, 9),
    },
    {
        "case_id": "k3",
        "stage_code": "judge",
        "passage_number": 1,
        "customer_key": "c2",
        "entered_at": datetime(2026, 2, 28, 9),
        "left_at": datetime(2026, 3, 2, 9),
    },
]
INVITATIONS = [
    {
        "response_id": "r1",
        "instrument_code": "q",
        "mode_code": "web",
        "customer_key": "c1",
        "sent_at": datetime(2026, 1, 30),
        "is_valid": None,
    },
    {"response_id": "r2", "instrument_code": "q", "mode_code": "web", "customer_key": "c2", "sent_at": datetime(2026, 1, 30)},
    {
        "response_id": "r3",
        "instrument_code": "q",
        "mode_code": "web",
        "customer_key": "c2",
        "sent_at": datetime(2026, 1, 30),
        "returned_at": datetime(2026, 2, 2),
        "is_valid": False,
    },
]


def answer(response: str, item: str, satisfaction: int | None, importance: int | None = None, **more) -> dict:
    """One row of raw.surveys_answers, answered on 2026-02-20 unless `more` says otherwise."""
    fixed = {"response_id": response, "item_code": item, "instrument_code": "q", "answered_at": datetime(2026, 2, 20, 10)}
    return fixed | {"satisfaction": satisfaction, "importance": importance} | more


ANSWERS = [
    answer("r1", "A1", 4, 5, weight=2),
    answer("r1", "A2", 2, 3, weight=2),
    answer("r1", "REC", 9, weight=2),
    answer("r3", "A1", 1, 1, customer_key="c2"),
    answer("r3", "A2", 1, 1, customer_key="c2"),
    answer("r4", "A1", 5, 4, delivery_id="late"),
    answer("r4", "A2", None, 4, delivery_id="late", not_rating_code="refused"),
    answer("r5", "A1", 3, customer_key="c1"),
    answer("r5", "other", 3, customer_key="c1"),
    answer("r6", "A1", 3, 2, case_id="k1"),
    answer("r6", "A2", 3, 2, case_id="k1"),
]
CUSTOMER_MONTHS = [{"customer_key": "c1", "month_start_date": date(2026, 2, 1), "revenue": 100, "cost": 60, "volume": 5}]
STAFF = [{"staff_id": "m1", "staff_name": "Manager"}]
SOURCES = [
    {
        "contract_code": "answers",
        "source_code": "survey",
        "table_name": "surveys_answers",
        "n_rows": 1,
        "n_quarantined": 0,
        "n_deleted": 0,
        "state": "complete",
        "is_required_for_report": True,
    }
]
GENERATIONS = [{"generation_code": "g000001", "as_of": AS_OF, "input_hash": "x"}]
TABLES = {
    "config.items": ITEMS,
    "config.stages": STAGES,
    "config.limits": LIMITS,
    "config.spans": SPANS,
    "config.parameters": PARAMETERS,
    "config.metrics": METRICS,
    "ops.sources": SOURCES,
    "ops.generations": GENERATIONS,
    "raw.crm_customers": CUSTOMERS,
    "raw.crm_customer_aliases": ALIASES,
    "raw.crm_cases": CASES,
    "raw.crm_case_stages": CASE_STAGES,
    "raw.crm_customer_months": CUSTOMER_MONTHS,
    "raw.crm_staff": STAFF,
    "raw.deliveries_deliveries": DELIVERIES,
}
SOURCED = {
    "desk": {"raw.complaints_complaints": COMPLAINTS, "raw.complaints_events": EVENTS, "raw.complaints_callbacks": CALLBACKS},
    "survey": {"raw.surveys_invitations": INVITATIONS, "raw.surveys_answers": ANSWERS},
}


def write_small_company(path: Path) -> None:
    """Writes the warehouse file of the small company; dbt has not run on it."""
    create_warehouse(path)
    with duckdb.connect(str(path)) as con:
        insert_calendar(con, date(2025, 1, 1), date(2026, 12, 31), frozenset({HOLIDAY}))
        set_clock(con, AS_OF)
        touch_months(con, MONTHS)
        for table, rows in TABLES.items():
            insert_rows(con, table, rows)
        for source, tables in SOURCED.items():
            for table, rows in tables.items():
                insert_rows(con, table, [{"source_code": source} | row for row in rows])
