"""The days of a limit one by one: the published connection case of a power utility and the published working days of China."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import duckdb
import pytest
from support.dbt_fixture import build_marts, create_warehouse, insert_rows, set_clock

from orchestration.config.load import load_workspace
from orchestration.config.packaged import resource_folder
from orchestration.config.processes import Stages
from orchestration.config.tables import build_config_rows
from orchestration.schemas.config_tables import CONFIG_TABLES
from orchestration.warehouse.tables import replace_rows

APPLIED, ENERGISED = datetime(2012, 6, 18, 9), datetime(2012, 7, 2, 17)
NIGHT = datetime(2027, 1, 8, 2)
YEARS = (2012, 2024, 2025, 2026, 2027)
# as published: 16 working days in all, 19 from 1000 kVA on; the same process twice, since it does not say whether the first day counts
PROCESSES = [
    {
        "code": convention,
        "text": {"en": convention},
        "count_convention": convention,
        "stages": [{"code": f"{convention}_connect", "text": {"en": "x"}, "limit_workdays": 8}],
        "spans": [{"code": "whole", "text": {"en": "x"}, "limit_workdays": 16, "limits": [{"size_from": 1000, "add_workdays": 3}]}],
    }
    for convention in ("include_first_day", "exclude_first_day")
] + [
    {
        "code": "sla",
        "text": {"en": "SLA"},
        "stages": [{"code": "sla_first", "text": {"en": "x"}, "limit_workdays": 7}, {"code": "sla_last", "text": {"en": "x"}}],
    }
]
PAUSES = {
    "include_first_day": (datetime(2012, 6, 26, 9), datetime(2012, 6, 28, 9)),
    "exclude_first_day": (datetime(2012, 6, 27), datetime(2012, 6, 28)),
}


def stretches(case: str, stage: str, *moments: datetime, owners: str = "scs") -> list[dict[str, Any]]:
    """Stretches between the moments, in turn of `owners`: s the supplier's, c the customer's."""
    names = {"s": "supplier", "c": "customer"}
    return [
        {"case_id": case, "stage_code": stage, "passage_number": n, "entered_at": begun, "left_at": ended, "clock_owner_code": names[owner]}
        for n, (begun, ended, owner) in enumerate(zip(moments, moments[1:], owners, strict=False), start=1)
    ]


def a_case(case: str, process: str, opened: datetime, **more: object) -> dict[str, Any]:
    return {"case_id": case, "process_code": process, "opened_at": opened, **more}


CASES = [a_case(f"630_{code}", code, APPLIED, size_value=630) for code in PAUSES] + [
    a_case("1250", "exclude_first_day", APPLIED, size_value=1250),
    a_case("gap", "sla", datetime(2026, 11, 2, 9)),
    a_case("future", "sla", datetime(2026, 12, 30, 9)),
]
CASE_STAGES = [
    row for code, (paused, resumed) in PAUSES.items()
    for row in stretches(f"630_{code}", f"{code}_connect", APPLIED, paused, resumed, ENERGISED)
] + [
    *stretches("1250", "exclude_first_day_connect", APPLIED, ENERGISED),
    *stretches("gap", "sla_first", datetime(2026, 11, 3, 9), datetime(2026, 11, 5, 9)),
    *stretches("gap", "sla_last", datetime(2026, 11, 10, 9), datetime(2026, 11, 12, 9)),
    {"case_id": "future", "stage_code": "sla_first", "passage_number": 1, "entered_at": datetime(2026, 12, 30, 9)},
]  # fmt: skip


def published_spans(shared) -> list[list[Any]]:
    path = shared("cases/sla_calendar_cn_2024_2025/expected.json")
    return json.loads(path.read_text("utf-8"))["expected"]["workdays_between_open_closed"]


@pytest.fixture(scope="module")
def marts(tmp_path_factory):
    path = tmp_path_factory.mktemp("receipts") / "warehouse.duckdb"
    create_warehouse(path)
    config = replace(load_workspace(resource_folder("data")), stages=Stages.model_validate({"processes": PROCESSES}))
    rows = build_config_rows(config, first_day=date(2012, 1, 1), last_day=NIGHT.date())
    rows["config.calendar"] = [row for row in rows["config.calendar"] if row[0].year in YEARS]
    with duckdb.connect(str(path)) as con:
        set_clock(con, NIGHT)
        for table in CONFIG_TABLES:
            replace_rows(con, table, rows[table.name])
        insert_rows(con, "raw.crm_cases", CASES)
        insert_rows(con, "raw.crm_case_stages", CASE_STAGES)
    build_marts(path, select="+fct_limit_day +fct_case_span")
    with duckdb.connect(str(path)) as con:
        yield con


def receipt(marts, case: str) -> dict[date, str]:
    found = marts.execute("select date_day, reason_code from marts.fct_limit_day where case_id = ? order by 1", [case]).fetchall()
    assert len(dict(found)) == len(found)
    return dict(found)


def passage(marts, case: str, columns: str, table: str = "fct_stage_passage") -> tuple[Any, ...]:
    return marts.execute(f"select {columns} from marts.{table} where case_id = ? order by entered_at", [case]).fetchall()


def test_the_golden_case_took_eight_working_days_with_a_pause_of_two_where_the_first_day_counts(marts):
    assert passage(marts, "630_include_first_day", "supplier_workdays, customer_workdays, lived_days, is_within_limit") == [
        (8, 2, 14, True)
    ]
    days = receipt(marts, "630_include_first_day")
    assert Counter(days.values()) == {"counted": 8, "waiting_for_customer": 2, "weekend": 3, "holiday": 2}
    assert days[date(2012, 6, 18)] == "counted"
    # off from Friday 22 to Sunday 24 June; the published calendar names the days beside the festival
    assert [day.day for day, reason in days.items() if reason == "holiday"] == [22, 24]
    assert [day.day for day, reason in days.items() if reason == "waiting_for_customer"] == [27, 28]


def test_the_golden_case_took_eight_working_days_with_a_pause_of_one_where_the_first_day_is_left_out(marts):
    assert passage(marts, "630_exclude_first_day", "supplier_workdays, customer_workdays, lived_days, is_within_limit") == [
        (8, 1, 14, True)
    ]
    days = receipt(marts, "630_exclude_first_day")
    assert Counter(days.values()) == {"first_day": 1, "counted": 8, "waiting_for_customer": 1, "weekend": 3, "holiday": 2}
    assert days[date(2012, 6, 18)] == "first_day"
    assert (min(days), max(days), len(days)) == (date(2012, 6, 18), date(2012, 7, 2), 15)


def test_without_a_pause_nine_working_days_miss_the_limit_of_eight(marts):
    assert passage(marts, "1250", "supplier_workdays, is_within_limit") == [(9, False)]


def test_the_whole_case_has_sixteen_days_and_a_large_one_nineteen(marts):
    columns = "span_code, limit_workdays, supplier_workdays, customer_workdays, lived_days, is_within_limit"
    assert passage(marts, "630_include_first_day", columns, "fct_case_span") == [("whole", 16, 8, 2, 14, True)]
    assert passage(marts, "1250", columns, "fct_case_span") == [("whole", 19, 9, 0, 14, True)]


def test_what_lies_between_stages_counts_for_the_whole_case(marts):
    """Monday 2 to Thursday 12 November 2026: 8 working days, of which the stages tell 2 and 2."""
    assert passage(marts, "gap", "supplier_workdays") == [(2,), (2,)]
    assert passage(marts, "gap", "span_code, supplier_workdays, lived_days, is_running", "fct_case_span") == [("case", 8, 10, False)]


def test_counted_days_are_the_working_days_of_the_passage(marts):
    differing = """
        select p.case_id, p.stage_code, p.supplier_workdays, d.n from marts.fct_stage_passage as p
        inner join (select case_id, stage_code, count(*) filter (is_counted) as n from marts.fct_limit_day group by all) as d
            using (case_id, stage_code)
        where p.supplier_workdays <> d.n"""
    assert marts.execute(differing).fetchall() == []
    n_receipts = marts.execute("select count(distinct (case_id, stage_code)) from marts.fct_limit_day").fetchall()
    assert marts.execute("select count(*) from marts.fct_stage_passage").fetchall() == n_receipts != [(0,)]


def test_a_year_that_nobody_published_counts_by_the_plain_week_and_says_so(marts):
    """Wednesday 30 December 2026 to Friday 8 January 2027: the last day of the year, then six weekdays, New Year's Day among them."""
    columns = "supplier_workdays, workdays_left, is_limit_near, is_within_limit, is_provisional"
    assert passage(marts, "future", columns) == [(7, 0, True, None, True)]
    days = marts.execute("select date_day, is_provisional from marts.fct_limit_day where case_id = 'future'").fetchall()
    assert all(is_provisional is (day.year == 2027) for day, is_provisional in days)
    assert passage(marts, "gap", "is_provisional") == [(False,), (False,)]


def test_a_running_case_whose_last_stage_has_not_begun_is_running(marts):
    columns = "span_code, is_running, left_at, is_within_limit"
    assert passage(marts, "future", columns, "fct_case_span") == [("case", True, None, None)]


def test_published_working_days_between_two_dates(marts, shared):
    """Through the fact: each published pair becomes a passage, its days the receipt."""
    pairs = published_spans(shared)
    rows = [
        stretches(f"sla{n}", "sla_first", datetime.fromisoformat(first), datetime.fromisoformat(last))
        for n, (first, last, _) in enumerate(pairs)
    ]
    insert_rows(marts, "raw.crm_case_stages", [row for part in rows for row in part])
    for n, (_, _, expected) in enumerate(pairs):
        assert passage(marts, f"sla{n}", "supplier_workdays, is_within_limit, is_provisional") == [(expected, True, False)]
        assert sum(reason in ("counted", "make_up") for reason in receipt(marts, f"sla{n}").values()) == expected
    assert "make_up" in receipt(marts, "sla0").values()  # Saturday 12 October 2024 was worked for the holiday
