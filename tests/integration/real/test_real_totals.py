"""The totals that are known of real extracts, out of tables built from them by contracts alone: complaints, customers, cases."""

from datetime import date
from pathlib import Path

import pytest

from orchestration.warehouse.connection import open_private

pytestmark = pytest.mark.slow
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
    """One of the 17 was closed on the day before, and so has no duration; the others within the day they were opened on."""
    assert requests.execute(LEDGER).fetchall() == [(10_000, 10_000, 0, 0)]
    found = (
        "select count(*) filter (not is_open), count(*) filter (is_open), count(*) filter (closed_at < opened_at) from marts.fct_complaint"
    )
    assert requests.execute(found).fetchall() == [(9_630, 370, 17)]
    judged = "select count(workdays_to_resolve), min(workdays_to_resolve) from marts.fct_complaint"
    assert requests.execute(judged).fetchall() == [(9_630 - 1, 0)]
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


@pytest.fixture(scope="module")
def orders(built):
    extracts = ("olist_orders_dataset.csv.gz", "olist_order_reviews_dataset.csv.gz", "olist_customers_dataset.csv.gz")
    return built("olist", date(2018, 9, 4), "+fct_delivery +fct_answer", *(f"olist/{name}" for name in extracts))


def test_orders_delivered_late_by_time_and_by_date(orders):
    late = "count(is_on_time_by_time), count(*) filter (not is_on_time_by_time), count(*) filter (not is_on_time_by_date)"
    judged, by_time, by_date = orders.execute(f"select {late} from marts.fct_delivery").fetchall()[0]
    assert (judged, by_time, round(100 * by_time / judged, 2), round(100 * by_date / judged, 2)) == (5_164, 414, 8.02, 6.62)


def test_reviews_with_one_number_for_several_orders_are_told_apart(orders):
    """34 records repeat the number of a review of another order, so the order is part of the key and nothing is put away."""
    reviews = "select count(*), count(*) - count(distinct split_part(response_id, '|', 1)) from raw.surveys_answers"
    assert orders.execute(reviews).fetchall() == [(8_225, 34)]


@pytest.fixture(scope="module")
def incidents(built):
    return built("uci_incidents", date(2017, 2, 19), "+fct_complaint", "uci_incidents/incident_event_log.parquet")


def test_incidents_within_their_deadline_and_reopened(incidents):
    told = "count(*), round(100 * count(*) filter (is_within_deadline) / count(is_within_deadline), 2), count(*) filter (n_reopened > 0)"
    assert incidents.execute(f"select {told} from marts.fct_complaint").fetchall() == [(24_918, 63.42, 275)]


def test_lines_that_repeat_a_closing_are_no_second_one(incidents):
    """24,985 lines of the log say Closed, 67 more than there are incidents: 55 repeat the line before, 12 close an incident again."""
    closed = "select count(*), count(distinct complaint_id), max(n) from (select *, count(*) over (partition by complaint_id) as n "
    found = incidents.execute(closed + "from raw.complaints_events where event_code = 'closed')").fetchall()
    assert found == [(24_985 - 55, 24_918, 2)]


@pytest.fixture(scope="module")
def register(built):
    return built("comcast", date(2016, 1, 2), "+fct_complaint", "comcast_complaints/Comcast_telecom_complaints_data.csv.gz")


def test_complaints_of_a_register_that_knows_no_dates_of_solution(register):
    assert register.execute("select count(*), count(*) filter (is_resolved) from marts.fct_complaint").fetchall() == [(2_224, 1_707)]


@pytest.fixture(scope="module")
def residents(built):
    return built("kansas_city", date(2021, 10, 5), "+stat_item_levels_monthly", "kc_survey_sep2021/kcmo_sep_2021.csv.gz")


@pytest.mark.parametrize(("item", "named", "satisfied"), [("STREETS", 69.9, 13.5), ("POLICE", 50.4, 47.4)])
def test_services_that_matter_and_satisfy(residents, item, named, satisfied):
    """Named by a share of all 1,033 residents; satisfied are those of the raters who chose one of the two highest levels."""
    share = "round(100 * sum(n_answers) filter (level >= ?) / sum(n_answers), 1)"
    query = f"select {share} from marts.stat_item_levels_monthly where item_code = ? and measure_code = ?"
    found = [
        residents.execute(query, [level, item, measure]).fetchall()[0][0] for level, measure in ((1, "importance"), (4, "satisfaction"))
    ]
    assert found == [named, satisfied]
