"""What the clock alone changes, and the models over long histories in which builds fail; the loader's part has its own test beside."""

import random
from datetime import date, datetime, timedelta

import duckdb
import pytest
from support.dbt_fixture import build_marts, insert_calendar, insert_rows, set_clock, touch_months
from support.dbt_rows import ITEMS, METRICS, STAGES, create_warehouse

START = datetime(2026, 1, 20, 2)
HASHED = ("intermediate.int_responses_answered",)


def month_of(moment):
    return date(moment.year, moment.month, 1)


class Company:
    """A random company whose rows come, change and go night by night; it touches months as the loader does."""

    def __init__(self, path, seed):
        self.path, self.random, self.as_of, self.touched = path, random.Random(seed), START, set()
        create_warehouse(path)
        with duckdb.connect(str(path)) as con:
            insert_calendar(con, date(2025, 6, 1), date(2026, 12, 31))
            for table, rows in {"config.items": ITEMS, "config.stages": STAGES, "config.metrics": METRICS}.items():
                insert_rows(con, table, rows)
            set_clock(con, self.as_of)

    def live_a_night(self, days, events):
        """The clock goes on and `events` random rows are delivered, new ones or restated ones."""
        self.touched |= {month_of(self.as_of), month_of(self.as_of + timedelta(days=days))}
        self.as_of += timedelta(days=days)
        with duckdb.connect(str(self.path)) as con:
            set_clock(con, self.as_of)
            for _ in range(events):
                self.random.choice(
                    (
                        self.customer,
                        self.alias,
                        self.complaint,
                        self.event,
                        self.delivery,
                        self.stage,
                        self.case,
                        self.invitation,
                        self.answer,
                    )
                )(con)
            touch_months(con, sorted(self.touched))

    def built(self):
        """The touched months are done with."""
        self.touched = set()

    def put(self, con, table, key, row, joined):
        """Writes one version of a row: old and new dates and those of all rows joined to it are touched."""
        match = " and ".join(f"{name} = ?" for name in key)
        con.execute(f"create or replace temp table old as select * from {table} where {match}", list(key.values()))
        self.touch(con, "old", "true", [])
        con.execute(f"delete from {table} where {match}", list(key.values()))
        insert_rows(con, table, [key | row])
        self.touch(con, table, match, list(key.values()))
        for other, condition, values in joined:
            self.touch(con, other, condition, values)

    def touch(self, con, table, condition, values):
        columns = con.execute(f"select * from {table} limit 0").description
        dated = [c[0] for c in columns if str(c[1]) in ("DATE", "TIMESTAMP") and c[0] not in ("extracted_at", "known_at")]
        for name in dated:
            found = con.execute(f"select distinct date_trunc('month', {name})::date from {table} where {condition}", values).fetchall()
            self.touched |= {month for (month,) in found if month is not None}

    def moment(self, back=80):
        return self.as_of - timedelta(hours=self.random.randrange(24 * back), minutes=self.random.randrange(60))

    def later(self, moment, share=0.7):
        return moment + timedelta(hours=self.random.randrange(200)) if self.random.random() < share else None

    def who(self):
        return self.random.choice(("c1", "c2", "77", "88", "nobody", None))

    def number(self, prefix, count=6):
        return f"{prefix}{self.random.randrange(count)}"

    def everything(self):
        """Changes of customers and aliases reach whoever holds their key, directly or by a delivery or case: here everybody."""
        tables = (
            "complaints_complaints",
            "deliveries_deliveries",
            "crm_cases",
            "crm_case_stages",
            "surveys_invitations",
            "surveys_answers",
        )
        return [(f"raw.{table}", "true", []) for table in tables]

    def customer(self, con):
        key = {"customer_id": self.random.choice(("c1", "c2")), "valid_from": self.moment().date()}
        row = {
            "segment_code": self.random.choice(("key", "sme")),
            "region_code": self.random.choice(("north", "south")),
            "owner_id": self.number("m", 2),
        }
        self.put(con, "raw.crm_customers", key, row, self.everything())

    def alias(self, con):
        key = {"alias_source_code": "crm", "source_key": self.random.choice(("77", "88"))}
        row = {"customer_id": self.random.choice(("c1", "c2")), "valid_from": self.random.choice((None, self.moment().date()))}
        self.put(con, "raw.crm_customer_aliases", key, row, self.everything())

    def complaint(self, con):
        opened, name = self.moment(), self.number("p")
        row = {
            "customer_key": self.who(),
            "opened_at": opened,
            "due_at": self.later(opened),
            "resolved_at": self.later(opened, 0.4),
            "closed_at": self.later(opened, 0.1),
            "category_code": self.number("g", 2),
        }
        self.put(con, "raw.complaints_complaints", {"complaint_id": name}, row, [("raw.complaints_events", "complaint_id = ?", [name])])

    def event(self, con):
        name, code = self.number("p"), self.random.choice(("responded", "resolved", "reopened", "escalated"))
        joined = [(f"raw.complaints_{table}", "complaint_id = ?", [name]) for table in ("complaints", "events")]
        self.put(con, "raw.complaints_events", {"complaint_id": name, "event_code": code, "happened_at": self.moment()}, {}, joined)

    def delivery(self, con):
        ordered, name = self.moment(), self.number("d")
        row = {"customer_key": self.who(), "ordered_at": ordered, "promised_at": self.later(ordered), "delivered_at": self.later(ordered)}
        joined = [("raw.surveys_answers", "delivery_id = ?", [name]), ("raw.surveys_invitations", "delivery_id = ?", [name])]
        self.put(con, "raw.deliveries_deliveries", {"delivery_id": name}, row, joined)

    def case(self, con):
        name = self.number("k")
        row = {"customer_key": self.who(), "opened_at": self.moment(), "process_code": self.random.choice(("connection", None))}
        joined = [("raw.crm_case_stages", "case_id = ?", [name]), ("raw.surveys_answers", "case_id = ?", [name])]
        self.put(con, "raw.crm_cases", {"case_id": name}, row, joined)

    def stage(self, con):
        entered, name = self.moment(), self.number("k")
        key = {"case_id": name, "stage_code": self.random.choice(("survey", "plan", "judge")), "passage_number": self.random.choice((1, 2))}
        row = {"entered_at": entered, "left_at": self.later(entered), "clock_owner_code": self.random.choice(("supplier", "customer"))}
        self.put(con, "raw.crm_case_stages", key, row, [("raw.crm_case_stages", "case_id = ?", [name])])

    def invitation(self, con):
        sent, name = self.moment(), self.number("r")
        row = {
            "instrument_code": "q",
            "customer_key": self.who(),
            "sent_at": sent,
            "returned_at": self.later(sent, 0.3),
            "is_valid": self.random.choice((None, True, False)),
            "delivery_id": self.number("d"),
        }
        self.put(con, "raw.surveys_invitations", {"response_id": name}, row, [("raw.surveys_answers", "response_id = ?", [name])])

    def answer(self, con):
        name, item = self.number("r"), self.random.choice(("A1", "A2", "REC"))
        row = {
            "instrument_code": "q",
            "customer_key": self.random.choice((None, "c1")),
            "answered_at": self.moment(),
            "satisfaction": self.random.choice((None, 1, 5)),
            "importance": self.random.choice((None, 3)),
            "weight": self.random.choice((None, "0.5", "1.333333")),
            "delivery_id": self.number("d"),
            "case_id": self.number("k"),
        }
        joined = [(f"raw.surveys_{table}", "response_id = ?", [name]) for table in ("answers", "invitations")]
        self.put(con, "raw.surveys_answers", {"response_id": name, "item_code": item}, row, joined)


def hashes(path):
    """Rows and order-independent hash of every stored table that dbt makes."""
    with duckdb.connect(str(path), read_only=True) as con:
        tables = [
            f"marts.{name}" for (name,) in con.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        ]
        found = {}
        for table in (*tables, *HASHED):
            columns = ", ".join(column[0] for column in con.execute(f"select * from {table} limit 0").description)
            found[table] = con.execute(f"select count(*), sum(hash({columns})::hugeint) from {table}").fetchall()[0]
        return found


def live_through(path, seed, nights):
    """Builds `nights` nights incrementally and compares them at the end with one whole build."""
    company = Company(path, seed)
    for night in range(nights):
        company.live_a_night(company.random.choice((1, 5, 20, 45)), company.random.choice((0, 0, 1, 2)) if night else 80)
        if night == nights - 2:
            continue  # a night that failed before its build: its months stay touched
        build_marts(path, full_refresh=night == 0)
        company.built()
    incremental = hashes(path)
    build_marts(path, full_refresh=True)
    assert {table for table, (rows, _) in incremental.items() if rows} >= {"marts.kpi_customer_monthly", "marts.kpi_complaints_monthly"}
    assert incremental == hashes(path)


def deadlines(path):
    """Numerator and denominator of the deadline rate by month, and complaints open at the end of each month."""
    with duckdb.connect(str(path), read_only=True) as con:
        rate = "select month_start_date, sum(numerator), sum(denominator) from marts.kpi_complaints_monthly"
        rate += " where metric_code = 'deadline' group by 1"
        waiting = "select month_start_date, sum(n_open_complaints_at_month_end) from marts.kpi_customer_monthly group by 1 order by 1"
        return con.execute(rate).fetchall(), con.execute(waiting).fetchall()


def test_the_clock_alone_changes_a_closed_month(tmp_path):
    """A complaint of February whose deadline passes in March, without any row delivered; then two nights are skipped over."""
    company = Company(tmp_path / "warehouse.duckdb", 0)
    february, march, april, may = (date(2026, month, 1) for month in (2, 3, 4, 5))
    with duckdb.connect(str(company.path)) as con:
        row = {"complaint_id": "p", "opened_at": datetime(2026, 2, 27, 9), "due_at": datetime(2026, 3, 5, 9)}
        insert_rows(con, "raw.complaints_complaints", [row])
    found = []
    for night in (datetime(2026, 3, 4, 2), datetime(2026, 3, 6, 2), datetime(2026, 5, 2, 2)):
        company.live_a_night((night - company.as_of).days, 0)
        build_marts(company.path)
        company.built()
        found.append(deadlines(company.path))
    assert found == [
        ([], [(february, 1), (march, 1)]),
        ([(february, 0, 1)], [(february, 1), (march, 1)]),
        ([(february, 0, 1)], [(february, 1), (march, 1), (april, 1), (may, 1)]),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 110))
def test_many_incremental_nights_equal_a_whole_build(tmp_path, seed):
    live_through(tmp_path / "warehouse.duckdb", seed, nights=7)
