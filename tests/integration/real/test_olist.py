"""The main job on real extracts, described by contracts alone: 8,135 orders of an online marketplace with their reviews."""

import re

import pytest

EXTRACTS = ("olist_orders_dataset.csv.gz", "olist_order_reviews_dataset.csv.gz", "olist_customers_dataset.csv.gz")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def night(whole_night):
    return whole_night("olist", "2018-09-04", *(f"olist/{name}" for name in EXTRACTS))


def _rate(published, metric: str) -> tuple[int, int]:
    total = "select sum(numerator), sum(denominator) from marts.kpi_values_monthly where metric_code = ?"
    return tuple(int(part) for part in published.execute(total, [metric]).fetchall()[0])


def test_late_by_time(published):
    on_time, judged = _rate(published, "delivery_on_time_by_time_rate")
    assert (judged - on_time, judged) == (414, 5164)
    assert round(100 * (1 - on_time / judged), 2) == 8.02


def test_late_by_date(published):
    on_time, judged = _rate(published, "delivery_on_time_by_date_rate")
    assert (judged - on_time, judged) == (342, 5164)
    assert round(100 * (1 - on_time / judged), 2) == 6.62


def test_scores_of_punctual_and_late_deliveries(published):
    scores = published.execute("""
        select is_on_time_by_time, count(*), round(sum(satisfaction) / count(satisfaction), 2)
        from marts.fct_answer join marts.fct_delivery using (delivery_id)
        where is_on_time_by_time is not null group by 1 order by 1""").fetchall()
    assert scores == [(False, 418, 2.5), (True, 4814, 4.28)]


def test_orders_that_never_arrived(published):
    statuses = dict(published.execute("select status_code, count(*) from marts.fct_delivery group by 1").fetchall())
    del statuses["delivered"]
    assert statuses == {
        "shipped": 1107,
        "canceled": 625,
        "unavailable": 609,
        "invoiced": 314,
        "processing": 301,
        "created": 5,
        "approved": 2,
    }


def test_orders_and_reviews_reach_the_person(published):
    unmatched = "select count(*) from marts.{} where customer_id = 'unmatched'"
    assert published.execute(unmatched.format("fct_delivery")).fetchall() == [(0,)]
    assert published.execute(unmatched.format("fct_answer")).fetchall() == [(0,)]
    people = published.execute("select count(distinct customer_id) from marts.dim_customer where customer_id <> 'unmatched'").fetchall()
    assert people == [(8016,)]


def test_every_record_is_accounted_for(published):
    rows = published.execute(
        "select sum(n_records), sum(n_loaded + n_quarantined + n_skipped), min(state) from ops.extract_loads"
    ).fetchall()
    assert rows[0][0] == rows[0][1] > 60_000
    assert rows[0][2] == "loaded"


def test_the_report_says_what_it_lacks(night):
    pages = {page.stem[-2:]: page.read_text("utf-8") for page in (night / "out" / "reports" / "2018-08").glob("*.html")}
    text = re.sub(r"<[^>]+>", " ", pages["en"])
    assert "Importance was not asked" in text
    assert "measures no indicator of complaints" in text
    assert 'id="quadrant"' not in pages["en"]
    assert 'id="complaints"' not in pages["en"]
    assert 'id="trend"' in pages["en"]
    assert text.index("of 100") < text.index("On time")
    assert "没有投诉部分" in pages["zh"]
