"""What the marts make of a small company written by hand (support.dbt_rows)."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from support.dbt_fixture import build_marts
from support.dbt_rows import write_small_company

FEBRUARY, JANUARY, MARCH = date(2026, 2, 1), date(2026, 1, 1), date(2026, 3, 1)


@pytest.fixture(scope="module")
def marts(tmp_path_factory):
    path = tmp_path_factory.mktemp("marts") / "warehouse.duckdb"
    write_small_company(path)
    build_marts(path)
    with duckdb.connect(str(path), read_only=True) as con:
        yield con


def rows(con, sql):
    return con.execute(sql).fetchall()


def by_key(con, columns, table, key):
    return {row[0]: row[1:] for row in rows(con, f"select {key}, {columns} from marts.{table}")}


def test_a_customer_has_one_period_per_change(marts):
    periods = rows(
        marts, "select customer_id, valid_from_date, valid_to_date, is_current, segment_code from marts.dim_customer order by 1, 2"
    )
    always = date(1900, 1, 1), date(9999, 12, 31)
    assert periods == [
        ("c1", always[0], date(2026, 2, 10), False, "sme"),
        ("c1", date(2026, 2, 10), always[1], True, "key"),
        ("c2", *always, True, "retail"),
        ("unmatched", *always, True, "unknown"),
    ]


def test_the_segment_is_frozen_at_the_event_and_the_region_is_where_it_happened(marts):
    assert by_key(marts, "customer_id, segment_code, region_code", "fct_complaint", "complaint_id") == {
        "in_time": ("c2", "retail", "south"),
        "late": ("c1", "key", "west"),
        "overdue": ("c1", "key", "north"),
        "waiting": ("c1", "key", "north"),
        "reopened": ("unmatched", "unknown", "unknown"),
        "withdrawn": ("unmatched", "unknown", "unknown"),  # its alias stands for c1 from February on
    }


def test_deadline_response_and_resolution_of_a_complaint(marts):
    columns = "is_within_deadline, is_responded_24h, is_resolved, is_first_time_resolved, is_open, workdays_to_resolve"
    assert by_key(marts, columns, "fct_complaint", "complaint_id") == {
        "in_time": (True, True, True, True, False, 3),
        "late": (False, False, True, True, False, 1),  # Friday to Tuesday, Monday a holiday
        "overdue": (False, False, False, False, True, None),
        "waiting": (None, None, False, False, True, None),
        "reopened": (None, True, False, False, True, None),
        "withdrawn": (None, False, False, False, False, None),
    }


def test_the_newest_judgement_of_a_call_back_counts(marts):
    columns = "n_callbacks, is_callback_reached, is_callback_satisfied, callback_score"
    found = by_key(marts, columns, "fct_complaint", "complaint_id")
    assert found["in_time"] == (3, True, True, 4)
    assert found["late"] == (1, False, None, None)
    assert found["overdue"] == (0, False, None, None)


def test_on_time_by_time_and_by_date_differ_where_a_date_was_promised(marts):
    columns = (
        "is_on_time_by_time, is_on_time_by_date, is_within_24h, is_delivered, is_damaged, is_complete, is_receipt_confirmed, lead_hours"
    )
    assert by_key(marts, columns, "fct_delivery", "delivery_id") == {
        "by_date_only": (False, True, False, True, None, None, False, 151),
        "at_midnight": (True, True, True, True, True, True, True, 24),
        "late": (False, False, False, True, None, False, False, 48),
        "canceled": (None, None, None, False, None, None, None, None),
        "lost_date": (None, None, None, True, None, None, False, None),
        "no_status": (None, None, True, True, None, None, False, 5),
    }


def test_a_delivery_counts_in_the_month_of_its_promise(marts):
    assert rows(marts, "select distinct month_start_date from marts.fct_delivery") == [(FEBRUARY,)]


def test_working_days_of_a_stage_leave_out_the_customers_time(marts):
    columns = "stage_code, supplier_workdays, customer_workdays, lived_days, is_within_limit, is_running"
    columns += ", month_start_date, n_stretches, region_code"
    found = {(row[0], row[1]): row[2:] for row in rows(marts, f"select case_id, {columns} from marts.fct_stage_passage")}
    assert found == {
        ("k1", "survey"): (2, 1, 6, True, False, FEBRUARY, 3, "east"),
        ("k1", "plan"): (5, 0, 7, False, True, MARCH, 1, "east"),
        ("k2", "judge"): (2, 0, 1, None, False, FEBRUARY, 1, "south"),  # the first day counts
        ("k3", "judge"): (1, 0, 2, None, False, MARCH, 1, "south"),  # a Saturday is no first day
    }


def test_a_response_is_valid_by_its_source_and_by_its_length(marts):
    valid = dict(rows(marts, "select distinct response_id, is_valid_response from marts.fct_answer"))
    assert valid == {"r1": True, "r3": False, "r4": True, "r5": False, "r6": True}


def test_a_response_without_customer_is_known_by_its_invitation_delivery_or_case(marts):
    found = dict(rows(marts, "select distinct response_id, customer_id from marts.fct_answer"))
    assert found == {"r1": "c1", "r3": "c2", "r4": "c2", "r5": "c1", "r6": "c1"}


def test_responses_sent_returned_and_valid(marts):
    columns = "month_start_date, is_sent, is_returned, is_valid, n_answers, returned_at"
    answered = datetime(2026, 2, 20, 10)
    assert by_key(marts, columns, "fct_response", "response_id") == {
        "r1": (JANUARY, True, True, True, 3, answered),
        "r2": (JANUARY, True, False, False, 0, None),
        "r3": (JANUARY, True, True, False, 2, datetime(2026, 2, 2)),
        "r4": (FEBRUARY, False, True, True, 2, answered),
        "r5": (FEBRUARY, False, True, False, 1, answered),
        "r6": (FEBRUARY, False, True, True, 2, answered),
    }


def test_response_counts_stand_in_the_month_sent_and_weights_in_the_month_answered(marts):
    columns = "sum(n_sent), sum(n_returned), sum(n_valid), sum(n_valid_answered), sum(sum_weight), sum(sum_weight_squared)"
    found = rows(marts, f"select month_start_date, {columns} from marts.stat_response_counts_monthly group by 1 order by 1")
    assert found == [(JANUARY, 3, 2, 1, 0, Decimal(0), Decimal(0)), (FEBRUARY, 0, 3, 2, 3, Decimal(4), Decimal(6))]


def test_level_counts_are_of_valid_responses(marts):
    columns = "segment_code, item_code, measure_code, level, n_answers, sum_weight, sum_weight_squared"
    found = rows(marts, f"select {columns} from marts.stat_item_levels_monthly where item_code = 'A1' order by all")
    assert found == [
        ("key", "A1", "importance", 2, 1, Decimal(1), Decimal(1)),
        ("key", "A1", "importance", 5, 1, Decimal(2), Decimal(4)),
        ("key", "A1", "satisfaction", 3, 1, Decimal(1), Decimal(1)),
        ("key", "A1", "satisfaction", 4, 1, Decimal(2), Decimal(4)),
        ("retail", "A1", "importance", 4, 1, Decimal(1), Decimal(1)),
        ("retail", "A1", "satisfaction", 5, 1, Decimal(1), Decimal(1)),
    ]
    assert rows(marts, "select distinct item_code from marts.stat_item_levels_monthly order by 1") == [("A1",), ("A2",), ("REC",)]


def test_pairs_are_sums_of_products_over_responses_with_both_ratings(marts):
    """Responses r1 and r6 sit in different modes ('web' by answers is unknown to both): A1 4 and 3, A2 2 and 3, weights 2 and 1."""
    columns = "sum(n_pairs), sum(sum_a), sum(sum_b), sum(sum_ab), sum(sum_aa), sum(sum_bb), sum(sum_weight), sum(sum_wab), sum(sum_wbb)"
    where = "segment_code = 'key' and item_a = 'A1' and measure_a = 'satisfaction' and item_b = 'A2' and measure_b = 'satisfaction'"
    expected = (2, 4 + 3, 2 + 3, 4 * 2 + 3 * 3, 4 * 4 + 3 * 3, 2 * 2 + 3 * 3, 2 + 1, 2 * 8 + 9, 2 * 4 + 9)
    assert rows(marts, f"select {columns} from marts.stat_item_pairs_monthly where {where}") == [expected]


def test_pairs_leave_out_missing_ratings_and_hold_the_diagonal(marts):
    where = "segment_code = 'retail'"
    pairs = rows(
        marts, f"select item_a, measure_a, item_b, measure_b, n_pairs from marts.stat_item_pairs_monthly where {where} order by all"
    )
    one, two, three = ("A1", "satisfaction"), ("A1", "importance"), ("A2", "importance")
    assert pairs == sorted((*a, *b, 1) for a, b in ((one, one), (one, two), (one, three), (two, two), (two, three), (three, three)))


def test_metrics_are_counted_by_the_registry(marts):
    found = rows(
        marts,
        "select metric_code, month_start_date, sum(numerator), sum(denominator) from marts.kpi_values_monthly group by 1, 2 order by 1, 2",
    )
    assert found == [
        ("by_date", FEBRUARY, 2, 3),
        ("by_time", FEBRUARY, 1, 3),
        ("case_within_limit", MARCH, 0, 1),  # since its opening on 11 February 14 working days, one of them the customer's; the limit is 6
        ("customer_days", FEBRUARY, 1, 2),
        ("customer_days", MARCH, 0, 1),
        ("deadline", FEBRUARY, 1, 3),
        ("repeats", JANUARY, 0, 2),
        ("repeats", FEBRUARY, 1, 3),
        ("repeats", MARCH, 1, 1),
        ("resolution", JANUARY, 0, 2),
        ("resolution", FEBRUARY, 2, 3),
        ("resolution", MARCH, 0, 1),
        ("resolution_by_category", JANUARY, 0, 2),
        ("resolution_by_category", FEBRUARY, 2, 3),
        ("resolution_by_category", MARCH, 0, 1),
        ("response_24h", JANUARY, 1, 2),
        ("response_24h", FEBRUARY, 1, 3),
        ("within_limit", FEBRUARY, 1, 1),
        ("within_limit", MARCH, 0, 1),
        ("workdays", FEBRUARY, 2 + 2, 2),
        ("workdays", MARCH, 1, 1),
    ]


def test_a_metric_is_broken_down_only_where_the_registry_says(marts):
    found = rows(
        marts,
        "select metric_code, list(distinct breakdown_code order by breakdown_code) from marts.kpi_values_monthly group by 1 order by 1",
    )
    assert dict(found) == {
        "by_date": ["all"], "by_time": ["all"], "case_within_limit": ["case"], "customer_days": ["m1", "nobody"],
        "repeats": ["all"], "deadline": ["all"], "resolution": ["all"], "response_24h": ["all"],
        "resolution_by_category": ["billing", "unknown"], "within_limit": ["plan", "survey"], "workdays": ["judge", "survey"],
    }  # fmt: skip


def test_a_value_is_numerator_over_denominator(marts):
    assert rows(marts, "select count(*) from marts.kpi_values_monthly where value <> numerator / denominator") == [(0,)]


def test_what_a_customer_lived_through_in_a_month(marts):
    columns = "n_deliveries, n_judged_on_time, n_on_time, n_complaints, n_open_complaints_at_month_end"
    columns += ", n_resolved, n_answers, n_responses, revenue"
    found = {row[:2]: row[2:] for row in rows(marts, f"select customer_id, month_start_date, {columns} from marts.kpi_customer_monthly")}
    assert found == {
        ("unmatched", JANUARY): (0, 0, 0, 2, 2, 0, 0, 0, None),  # the withdrawn one is closed in February
        ("unmatched", FEBRUARY): (1, 0, 0, 0, 1, 0, 0, 0, None),
        ("unmatched", MARCH): (0, 0, 0, 0, 1, 0, 0, 0, None),
        ("c1", FEBRUARY): (2, 2, 2, 2, 1, 1, 4, 2, Decimal(100)),
        ("c1", MARCH): (0, 0, 0, 1, 2, 0, 0, 0, None),
        ("c2", FEBRUARY): (3, 1, 0, 1, 0, 1, 1, 1, None),
    }


def test_a_customers_segment_of_a_month_is_that_of_its_last_day(marts):
    found = rows(
        marts, "select distinct segment_code from marts.kpi_customer_monthly where customer_id = 'c1' and month_start_date = '2026-02-01'"
    )
    assert found == [("key",)]


def test_stage_metrics_of_a_customer(marts):
    columns = "n_passages, n_over_limit, sum_supplier_workdays, sum_customer_workdays, sum_lived_days, n_running"
    found = {
        row[:3]: row[3:]
        for row in rows(marts, f"select customer_id, stage_code, month_start_date, {columns} from marts.kpi_customer_stage_monthly")
    }
    assert found == {
        ("c1", "survey", FEBRUARY): (1, 0, 2, 1, 6, 0),
        ("c1", "plan", MARCH): (1, 1, 5, 0, 7, 1),
        ("c2", "judge", FEBRUARY): (1, 0, 2, 0, 1, 0),
        ("c2", "judge", MARCH): (1, 0, 1, 0, 2, 0),
    }


def test_the_generation_is_the_newest_of_the_file(marts):
    assert rows(marts, "select generation_code, contract_code, state from marts.dim_generation") == [("g000001", "answers", "complete")]


def test_every_column_of_the_marts_is_described_in_the_file(marts):
    undescribed = "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and comment is null"
    assert rows(marts, undescribed) == []
    tables = rows(
        marts,
        "select comment from duckdb_tables() where schema_name = 'marts'"
        " union all select comment from duckdb_views() where schema_name = 'marts'",
    )
    assert all(comment.startswith("One row per ") for (comment,) in tables)


def test_views_work_in_a_copy_of_another_name(marts, tmp_path):
    source = rows(marts, "select path from duckdb_databases() where database_name = 'warehouse'")[0][0]
    copy = tmp_path / "g000001.duckdb"
    copy.write_bytes(Path(source).read_bytes())
    with duckdb.connect(str(copy), read_only=True, config={"enable_external_access": "false"}) as con:
        assert con.execute("select count(*) from marts.fct_answer").fetchall() == [(11,)]
        assert con.execute("select count(*) from marts.kpi_values_monthly").fetchall()[0][0] > 0
