"""The totals that are known of real extracts, out of tables built from them by contracts alone: complaints, customers, cases."""

from datetime import date
from pathlib import Path

import pytest

from orchestration.warehouse.connection import open_private

CLOSED = "select count(closed_at), median(date_diff('day', opened_at, closed_at)) from {}"
LEDGER = "select sum(n_records), sum(n_loaded), sum(n_quarantined), sum(n_skipped) from ops.extract_loads"


@pytest.fixture(scope="module")
def council(built):
    return built("nyc_council", date(2025, 1, 10), "+fct_complaint", "nyc_council_complaints/nycomplaints.parquet")


@pytest.fixture(scope="module")
def requests(built):
    return built("sf311", date(2018, 1, 25), "+fct_complaint", "sf311_sample/311_service_requests.csv.gz")


@pytest.fixture(scope="module")
def messages(built):
    return built("tipdm", date(2020, 1, 10), "+fct_complaint", "tipdm_messages_zh/attachment4_messages_with_replies.csv.gz")


@pytest.fixture(scope="module")
def subscribers(built):
    return built("iranian_churn", date(2021, 1, 1), "+dim_customer", "iranian_churn/Customer_Churn.csv.gz")


def test_council_requests_closed_and_their_median_days(council):
    """327,157 counts records: 105 of the 341,194 requests are there twice, 102 of them closed. The later record stands."""
    assert council.execute(LEDGER).fetchall() == [(341_299, 341_299, 0, 0)]
    assert council.execute(CLOSED.format("marts.fct_complaint")).fetchall() == [(327_157 - 102, 7)]
    assert council.execute("select count(*) from marts.fct_complaint").fetchall() == [(341_299 - 105,)]


def test_what_was_put_away_of_the_council_is_what_the_total_counts_twice(council):
    private = Path(council.execute("select path from duckdb_databases() where database_name = 'warehouse'").fetchall()[0][0])
    with open_private(private.parent) as con:
        assert con.execute("select count(*), count(closed_at) from superseded.complaints_complaints").fetchall() == [(105, 102)]


def test_service_requests_closed_and_those_closed_before_they_were_opened(requests):
    assert requests.execute(LEDGER).fetchall() == [(10_000, 10_000, 0, 0)]
    found = (
        "select count(*) filter (not is_open), count(*) filter (is_open), count(*) filter (closed_at < opened_at) from marts.fct_complaint"
    )
    assert requests.execute(found).fetchall() == [(9_630, 370, 17)]
    channels = dict(requests.execute("select channel_code, count(*) from marts.fct_complaint group by 1").fetchall())
    assert {code: channels[code] for code in ("phone", "web", "app", "social")} == {"phone": 4_865, "web": 4_148, "app": 839, "social": 90}


def test_messages_and_the_median_days_to_a_reply(messages):
    assert messages.execute(LEDGER).fetchall() == [(2_816, 2_816, 0, 0)]
    answered = "select count(first_response_at), median(date_diff('day', opened_at, first_response_at)) from marts.fct_complaint"
    assert messages.execute(answered).fetchall() == [(2_816, 11)]
    assert messages.execute("select count(distinct customer_key) from raw.complaints_complaints").fetchall() == [(2_559,)]


def test_customers_without_a_number_are_all_kept(subscribers):
    """Only 2,850 of the 3,150 records differ, so none may be taken for the repetition of another."""
    segments = dict(subscribers.execute("select segment_code, count(*) from marts.dim_customer where is_current group by 1").fetchall())
    del segments["unknown"]
    assert sum(segments.values()) == 3_150
    assert segments["churned"] + segments["churned_complained"] == 495
    assert segments["stayed_complained"] + segments["churned_complained"] == 241


@pytest.fixture(scope="module")
def permits(built):
    return built("wabo", date(2012, 1, 24), "+fct_stage_passage", "wabo_receipt/receipt.csv.gz")


def test_permits_past_the_deadline_of_their_own(permits):
    """377 of the 1,329 cases that ended. Two ended before they began and are not judged, but neither is past its deadline."""
    told = "count(*), count(*) filter (not is_within_limit), count(*) filter (is_within_limit is null)"
    query = f"select is_running, {told} from marts.fct_stage_passage where stage_code = 'handling' group by 1 order by 1"
    (ended, n_late, n_unjudged), (running, n_overdue, n_open) = (row[1:] for row in permits.execute(query).fetchall())
    assert (ended, n_late, n_unjudged) == (1_329, 377, 2)
    assert round(100 * n_late / ended, 1) == 28.4
    assert running == n_overdue + n_open == 1_434 - 1_329


def test_permits_take_fifty_days_of_the_fifty_six_allowed(permits):
    days = "median(date_diff('day', entered_at, left_at)), median(date_diff('day', entered_at, due_at))"
    query = f"select {days} from marts.fct_stage_passage where stage_code = 'handling' and not is_running"
    assert permits.execute(query).fetchall() == [(50, 56)]


def test_every_event_of_a_permit_is_part_of_a_stretch(permits):
    rows = permits.execute("select contract_code, n_records, n_loaded from ops.extract_loads order by 1").fetchall()
    assert rows == [("cases", 8_577, 8_577), ("handling", 8_577, 8_577), ("steps", 8_577, 8_577)]
    assert permits.execute("select count(*) from raw.crm_cases").fetchall() == [(1_434,)]
    channels = dict(permits.execute("select status_code, count(*) from raw.crm_cases group by 1").fetchall())
    assert channels == {"web": 1_250, "desk": 109, "post": 53, "email": 21, "intern": 1}
    overlaps = "select count(*) from raw.crm_case_stages where left_at < entered_at and stage_code <> 'handling'"
    assert permits.execute(overlaps).fetchall() == [(0,)]
