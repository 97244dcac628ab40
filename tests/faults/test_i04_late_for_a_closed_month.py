"""I04: rows that come after a month was reported change the warehouse's month; what was reported stands until somebody asks for it anew."""

import csv
import gzip
import hashlib
from pathlib import Path

import duckdb
import pytest
from support.night import copy_night, run_csat

CLOSED = "2026-09-01"
ON_TIME = f"select sum(numerator), sum(denominator) from marts.kpi_deliveries_monthly where month_start_date = date '{CLOSED}' "


def published(out: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str((out / "current.duckdb").resolve()), read_only=True) as con:
        return con.execute(sql).fetchall()


def reported(out: Path) -> tuple[list[tuple], dict[str, str]]:
    """The figures of the closed month, and its report's bytes."""
    figures = published(out, f"select * from reported.figures where month_start_date = date '{CLOSED}' order by all")
    return figures, {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (out / "reports" / CLOSED[:7]).iterdir()}


def put_late_delivery(landing: Path) -> None:
    """Nothing; one more delivery of the closed month is in an extract of the second night."""
    with gzip.open(landing / "deliveries_2026-10-01.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    row = next(row for row in rows if row["created"].startswith(CLOSED[:7]))
    with gzip.open(landing / "deliveries_2026-11-04.csv.gz", "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerow(row | {"waybill": "LATE-1"})


@pytest.mark.slow
def test_a_late_row_reopens_the_warehouse_and_not_the_report(tmp_path):
    folder = copy_night(tmp_path / "workspace")
    out = folder / "out"
    assert run_csat(folder, "run", "--as-of", "2026-11-03", "--month", CLOSED[:7]).returncode == 0
    figures, pages = reported(out)
    before = published(out, ON_TIME)
    assert figures
    assert pages
    put_late_delivery(folder / "landing")
    done = run_csat(folder, "run", "--as-of", "2026-11-04")
    assert done.returncode == 0, done.stderr
    assert published(out, ON_TIME) != before
    assert published(out, "select count(*) from marts.fct_delivery where delivery_id = 'LATE-1'") == [(1,)]
    assert reported(out) == (figures, pages)
    assert run_csat(folder, "run", "--as-of", "2026-11-04", "--month", CLOSED[:7]).returncode == 0
    again, _ = reported(out)
    assert again != figures
