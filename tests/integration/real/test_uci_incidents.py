"""The main job on a real audit log, described by contracts alone: 141,712 changes of 24,918 incidents of a service desk.

The log is one export: everything in it was known when it was made, so the night's date is the day after its newest line, and
a month of the report tells how that month's incidents stood then.
"""

import re
from datetime import datetime
from itertools import groupby, pairwise
from pathlib import Path

import duckdb
import pytest

LOG = "uci_incidents/incident_event_log.parquet"
N_EVENTS, N_INCIDENTS = 141_712, 24_918
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def log(shared):
    return shared(f"data/{LOG}")


@pytest.fixture(scope="module")
def night(whole_night):
    return whole_night("uci_incidents", "2017-02-19", LOG)


def _rate(published, metric: str) -> tuple[int, int]:
    total = "select sum(numerator), sum(denominator) from marts.kpi_values_monthly where metric_code = ?"
    return tuple(int(part) for part in published.execute(total, [metric]).fetchall()[0])


def test_deadlines_kept(published):
    kept, judged = _rate(published, "complaint_deadline_rate")
    assert judged == N_INCIDENTS
    assert round(100 * kept / judged, 2) == 63.42


def test_incidents_reopened(published):
    assert _rate(published, "complaint_reopened_rate")[0] == 275


def test_every_change_is_accounted_for(published, night):
    ledger = {
        row[0]: row[1:]
        for row in published.execute(
            "select contract_code, n_records, n_loaded, n_quarantined, n_skipped from ops.extract_loads where state = 'loaded'"
        ).fetchall()
    }
    assert {code: row[0] for code, row in ledger.items()} == dict.fromkeys(
        ("callers", "incident_cases", "incident_events", "incident_stages", "incidents"), N_EVENTS
    )
    assert all(records == loaded + quarantined + skipped for records, loaded, quarantined, skipped in ledger.values())
    assert [ledger[code][3] for code in ("incidents", "incident_events", "incident_stages")] == [5, 5, 5]  # the state -100
    with duckdb.connect(str(night / "out" / "private.duckdb"), read_only=True) as private:
        put_away = private.execute("select count(*) from superseded.complaints_complaints").fetchall()[0][0]
    standing = published.execute("select count(*) from raw.complaints_complaints").fetchall()[0][0]
    assert (standing, standing + put_away) == (N_INCIDENTS, ledger["incidents"][1])


def test_a_resolution_without_a_time_is_found_in_the_log(published):
    """1,556 of the newest lines have no time of resolution, yet all but thirteen incidents went through the state Resolved."""
    untimed = published.execute("select count(*) from raw.complaints_complaints where resolved_at is null").fetchall()
    assert untimed == [(1556,)]
    assert _rate(published, "complaint_resolution_rate") == (N_INCIDENTS - 13, N_INCIDENTS)


def _stretches_by_hand(log: Path) -> list[tuple[str, str, datetime, datetime]]:
    """(incident, state, from, to) of every stretch but Closed, by Python over the log in order of time and file."""
    lines = duckdb.execute(
        "select number, incident_state, sys_updated_at, file_row_number from read_parquet(?, file_row_number = true)", [str(log)]
    ).fetchall()
    dated = [(n, s, datetime.strptime(at, "%d/%m/%Y %H:%M"), k) for n, s, at, k in lines if s != "-100"]
    found = []
    for number, mine in groupby(sorted(dated, key=lambda line: (line[0], *line[2:])), key=lambda line: line[0]):
        begun = [(state, next(stretch)[2]) for state, stretch in groupby(mine, key=lambda line: line[1])]
        found += [(number, state, at, then) for (state, at), (_, then) in pairwise(begun) if state != "Closed"]
    return found


def test_stretches_are_those_of_the_log_read_by_hand(published, log):
    names = {"Awaiting User Info": "awaiting_user"}
    expected = {
        (number, names.get(state, state.lower().replace(" ", "_")), begins, ends) for number, state, begins, ends in _stretches_by_hand(log)
    }
    stored = published.execute("select case_id, stage_code, entered_at, left_at from raw.crm_case_stages").fetchall()
    assert len(stored) > 60_000
    assert set(stored) == expected


def test_a_stage_that_lasts_too_long_misses_its_limit(published):
    judged = published.execute("""
        select count(*) filter (is_within_limit), count(*) filter (not is_within_limit),
            count(*) filter (supplier_workdays <= limit_workdays), count(*) filter (supplier_workdays > limit_workdays)
        from marts.fct_stage_passage""").fetchall()[0]
    assert judged[:2] == judged[2:]
    assert judged[1] > 8_000
    assert _rate(published, "stage_limit_compliance_rate") == (judged[0], judged[0] + judged[1])


def test_waiting_for_the_user_is_his_time(published):
    days = published.execute(
        "select sum(supplier_workdays), sum(customer_workdays) > 0 from marts.fct_stage_passage where stage_code = 'awaiting_user'"
    ).fetchall()
    assert days == [(0, True)]


def test_callers_are_customers(published):
    """5,245 texts stand in the column, one of which says that the caller is not known."""
    assert published.execute("select count(*) from marts.dim_customer where customer_id <> 'unmatched'").fetchall() == [(5244,)]
    assert published.execute("select count(*) from marts.fct_complaint where customer_id = 'unmatched'").fetchall() == [(3,)]


def test_the_report_begins_with_what_was_measured(night):
    pages = {page.stem[-2:]: page.read_text("utf-8") for page in (night / "out" / "reports" / "2017-01").glob("*.html")}
    text = {locale: " ".join(re.sub(r"<[^>]+>", " ", page).split()) for locale, page in pages.items()}
    assert text["en"].index("Resolved within the deadline") < text["en"].index("Indicator")
    assert "no survey answers" in text["en"]
    assert "没有调查答卷" in text["zh"]
    for page in pages.values():
        for section in ("trend", "quadrant", "deliveries"):
            assert f'id="{section}"' not in page
        assert 'id="stages"' in page
        assert 'id="complaints"' in page
