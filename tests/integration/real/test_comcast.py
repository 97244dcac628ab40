"""The main job on a real register of complaints that says whether one is solved and never when: 2,224 of one year."""

import re

import duckdb
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def night(whole_night):
    return whole_night("comcast", "2016-01-02", "comcast_complaints/Comcast_telecom_complaints_data.csv.gz")


def test_resolved_by_status(published):
    rates = published.execute("""
        select metric_code, sum(numerator)::int, sum(denominator)::int from marts.kpi_values_monthly group by 1""").fetchall()
    assert rates == [("complaint_resolution_rate", 1707, 2224)]  # 973 solved and 734 closed; nothing else was measured
    states = published.execute("select status_code, is_resolved, count(*) from marts.fct_complaint group by all order by all").fetchall()
    assert states == [("closed", True, 734), ("open", False, 363), ("pending", False, 154), ("solved", True, 973)]


def test_no_time_is_invented(published):
    told = published.execute("""
        select count(resolved_at), count(workdays_to_resolve), count(is_within_deadline), count(*) filter (is_responded_24h)
        from marts.fct_complaint""").fetchall()
    assert told == [(0, 0, 0, 0)]


def test_channels(published):
    channels = published.execute("select channel_code, count(*) from marts.fct_complaint group by 1 order by 1").fetchall()
    assert channels == [("phone", 1119), ("web", 1105)]


def test_every_record_is_accounted_for(published):
    ledger = published.execute("select n_records, n_loaded, n_quarantined, n_skipped, n_rows from ops.extract_loads").fetchall()
    assert ledger == [(2224, 2224, 0, 0, 2224)]


def test_day_and_clock_make_one_moment(published):
    first = "select opened_at::varchar from marts.fct_complaint where complaint_id = '250635'"
    assert published.execute(first).fetchall() == [("2015-04-22 15:53:50",)]


def test_what_customers_wrote_stays_private(published, night):
    told = published.execute("select column_name from duckdb_columns() where schema_name in ('raw', 'staging', 'marts')").fetchall()
    columns = {row[0] for row in told}
    assert "complaint_id" in columns
    assert "description" not in columns
    with duckdb.connect(str(night / "out" / "private.duckdb"), read_only=True) as private:
        assert private.execute("select count(description) from private_text.complaints_complaints").fetchall() == [(2224,)]


def test_the_report_begins_with_what_was_measured(night):
    pages = {page.stem[-2:]: page.read_text("utf-8") for page in (night / "out" / "reports" / "2015-12").glob("*.html")}
    text = {locale: " ".join(re.sub(r"<[^>]+>", " ", page).split()) for locale, page in pages.items()}
    assert "no survey answers" in text["en"]
    assert text["en"].index("90.8 %") < text["en"].index("Step")
    assert "没有调查答卷" in text["zh"]
    for page in pages.values():
        for section in ("trend", "quadrant", "stages", "deliveries", "kpi"):
            assert f'id="{section}"' not in page
        assert 'id="complaints"' in page
