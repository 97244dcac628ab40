"""From tables of a database server to published rows, night after night: the same as the same rows delivered as files."""

import csv
import os
import re
from pathlib import Path

import pytest
import yaml
from adbc_driver_postgresql import dbapi
from support.database_servers import PASSWORD, URL_PASSWORD, mariadb_server, postgresql_server
from support.night import run_csat

from orchestration.warehouse.connection import open_read_only
from orchestration.warehouse.hashes import TableHash, compare_hashes, hash_schema

FIRST, SECOND = "2026-11-02", "2026-11-03"
COLUMNS = {
    "complaints": (
        "complaints_complaints",
        {"complaint_id": "id", "opened_at": "raised_at", "closed_at": "closed_at", "status_code": "state"},
    ),
    "deliveries": (
        "deliveries_deliveries",
        {"delivery_id": "id", "ordered_at": "ordered_at", "delivered_at": "signed_at", "n_items": "pieces"},
    ),
}
TABLES = (
    "create table complaints (id text primary key, raised_at timestamptz, closed_at timestamptz, state text, changed_at timestamptz)",
    "create table deliveries "
    "(id bigint primary key, ordered_at timestamp, signed_at timestamp, pieces numeric(6, 0), changed_at timestamptz)",
    "insert into complaints select 'C' || n, d, case when n % 3 = 0 then d + interval '2 days' end, 'open', d from "
    "(select n, timestamptz '2026-03-01 09:00+08' + n * interval '11 hours' as d from generate_series(1, 500) n) s",
    "insert into deliveries "
    "select n, d, case when n % 9 <> 0 then d + n % 5 * interval '1 day' end, n % 4 + 1, d at time zone 'Asia/Shanghai' "
    "from (select n, timestamp '2026-03-01 09:00' + n * interval '3 hours' as d from generate_series(1, 1900) n) s",
    "grant select on complaints, deliveries to reader",
)
CLOSED = "timestamptz '2026-11-02 15:30+08'"
CHANGES = (
    f"update complaints set state = 'closed', closed_at = {CLOSED}, changed_at = {CLOSED} where id in ('C1', 'C400')",
    "insert into complaints values ('C501', '2026-11-02 10:00+08', null, 'open', '2026-11-02 10:00+08')",
    "update deliveries set pieces = 9, changed_at = '2026-11-02 18:00+08' where id between 1000 and 1010",
    # committed late: its cursor lies before the newest row that was read, and within the overlap
    "insert into deliveries select 1901, '2026-10-24 21:00', null, 2, max(changed_at) - interval '50 minutes' from deliveries "
    "where changed_at < '2026-11-01'",
)


def make_workspace(folder: Path, *, fetches: bool) -> Path:
    """A workspace with two contracts: they fetch, or read CSV files of the same columns."""
    assert run_csat(folder, "init", str(folder)).returncode == 0
    for name, (table, columns) in COLUMNS.items():
        named = [{"name": canonical, "source": source} for canonical, source in columns.items()]
        moment = {"format": "%Y-%m-%d %H:%M:%S%z"}
        if not fetches and name == "complaints":
            named = [{**column, **moment} if column["source"].endswith("_at") else column for column in named]
        contract = {
            "contract": name, "source": "erp", "table": table, "columns": named,
            "files": {"pattern": f"{name}_*.parquet", "format": "parquet"} if fetches else {"pattern": f"{name}_*.csv"},
            "extracted_at": {"source": "column", "column": "changed_at", **({} if fetches else moment)},
        }  # fmt: skip
        fetch = {"kind": "postgresql", "connection": "erp", "table": name, "cursor": {"column": "changed_at"}, "attempts": 1}
        contract |= {"fetch": fetch} if fetches else {}
        (folder / "contracts" / f"{name}.yaml").write_text(yaml.safe_dump(contract, allow_unicode=True))
    return folder


def run_night(folder: Path, day: str, url: str, *words: str) -> str:
    done = run_csat(folder, "run", "--as-of", day, *words, environment=os.environ | {"CSAT_CONNECTION_ERP": url})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def dump_tables(url: str, folder: Path) -> None:
    """Nothing; both tables lie in `folder` as CSV, written by Python from what the server's own text of each value is."""
    with dbapi.connect(url) as connection, connection.cursor() as cursor:
        for name in COLUMNS:
            cursor.execute(f"select * from (select t.*, 0 as x from {name} t) t limit 0")
            names = [column[0] for column in cursor.description if column[0] != "x"]
            cursor.execute(f"select {', '.join(f'{column}::text' for column in names)} from {name}")
            with (folder / f"{name}_all.csv").open("w", newline="") as file:
                csv.writer(file).writerows([names, *([_padded(value) for value in row] for row in cursor.fetchall())])


def _padded(value: str | None) -> str | None:
    """A moment with its zone as +08:00, where the server writes +08."""
    return re.sub(r"(:\d\d[+-]\d\d)$", r"\1:00", value) if value else value


def published(folder: Path, *, when: bool = True) -> dict[str, TableHash]:
    """Hashes of the marts; without `when` those columns are left out that say when the warehouse first knew a row."""
    with open_read_only(folder / "out" / "current.duckdb") as warehouse:
        named = "select table_schema || '.' || table_name, list(column_name) from information_schema.columns where {} group by all"
        condition = "table_schema = 'marts' and column_name <> 'known_at'"
        columns = {} if when else dict(warehouse.execute(named.format(condition)).fetchall())
        return hash_schema(warehouse, ["marts"], contracted=columns)


def count_rows(folder: Path, sql: str) -> int:
    with open_read_only(folder / "out" / "current.duckdb") as warehouse:
        return int(warehouse.execute(f"select count(*) from {sql}").fetchall()[0][0])


@pytest.mark.slow
def test_two_nights_from_a_server_equal_files_and_a_full_refresh(tmp_path):
    said = []
    with postgresql_server() as server:
        server.run(*TABLES)
        folder = make_workspace(tmp_path / "fetching", fetches=True)
        said.append(run_night(folder, FIRST, server.url()))
        assert count_rows(folder, "marts.fct_complaint") == 500
        assert count_rows(folder, "marts.fct_delivery") == 1900
        server.run(*CHANGES)
        said.append(run_night(folder, SECOND, server.url()))
        assert count_rows(folder, "raw.complaints_complaints where status_code = 'closed'") == 2
        assert count_rows(folder, "raw.deliveries_deliveries where n_items = 9") == 11
        assert count_rows(folder, "marts.fct_delivery where delivery_id = '1901'") == 1
        # the second night asked for what changed, and for the rows of the hour before the newest that was read
        assert count_rows(folder, "ops.extract_loads where n_records < 20") == 2
        files = make_workspace(tmp_path / "files", fetches=False)
        dump_tables(server.url(), files / "landing")
    said.append(run_night(files, SECOND, ""))
    assert compare_hashes(published(folder, when=False), published(files, when=False)) == []
    nights = published(folder)
    said.append(run_night(folder, SECOND, "", "--full-refresh"))  # the server is gone: everything comes from what was kept
    assert compare_hashes(nights, published(folder)) == []
    secrets = (PASSWORD.encode(), URL_PASSWORD.encode())
    assert not any(secret in text.encode() for text in said for secret in secrets)
    written = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert [path for path in written if any(secret in path.read_bytes() for secret in secrets)] == []


@pytest.mark.slow
def test_rows_of_mariadb_are_published_though_the_other_server_is_gone(tmp_path, monkeypatch):
    folder = make_workspace(tmp_path / "half", fetches=True)
    path = folder / "contracts" / "deliveries.yaml"
    contract = yaml.safe_load(path.read_text())
    contract["fetch"] |= {"kind": "mysql", "connection": "shop"}
    path.write_text(yaml.safe_dump(contract))
    with mariadb_server() as server:
        server.run(
            "create table deliveries (id int, ordered_at datetime, signed_at datetime, pieces decimal(6, 0), changed_at datetime)",
            "insert into deliveries values (1, '2026-10-05 10:00', '2026-10-06 10:00', 3, '2026-10-06 10:00')",
        )
        monkeypatch.setenv("CSAT_CONNECTION_SHOP", server.url())
        said = run_night(folder, FIRST, f"postgresql://reader:{URL_PASSWORD}@127.0.0.1:1/erp")
    assert "fetched no files for complaints" in said
    assert "Connection refused; see whether the server runs" in said
    assert "canary" not in said
    assert count_rows(folder, "marts.fct_delivery where n_items = 3") == 1
    status = run_csat(folder, "status")
    assert "Connection refused" in status.stdout + status.stderr
