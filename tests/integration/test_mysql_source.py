"""A table of MariaDB as a file of landing/: nothing rounded, nothing half, nothing told, against a server that the test starts."""

import threading
import time
import traceback
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError
from support.database_servers import PASSWORD, URL_PASSWORD, mariadb_server
from support.database_sources import fetch_file, fetch_table, sql_contract
from support.loading import Workspace

from orchestration.warehouse.sources.request import UnreachableError


@pytest.fixture(scope="module")
def server():
    with mariadb_server() as running:
        running.run(
            "set sql_mode = '', time_zone = '+08:00'",
            "create table kinds (id bigint unsigned, tiny tinyint(1), amount decimal(38, 18), real4 float, real8 double, words text, "
            "latin varchar(9) character set latin1, chinese varchar(9) character set gbk, day date, local_at datetime(6), "
            "moment timestamp null, span time, feeling enum('calm', 'cross'), marks set('a', 'b'), doc json, bytes binary(4), "
            "flags bit(9), token uuid)",
            "insert into kinds values (18446744073709551615, 7, 12345678901234567890.000000000000000001, 1.1, 0.1, 'zürich \\n 中文 😀', "
            "'é', '中', '2026-02-28', '2026-02-28 23:59:59.123456', '2026-03-01 08:00:00', '-838:59:59', 'cross', 'a,b', '{\"a\": 1}', "
            "x'dead', b'101000001', '123e4567-e89b-12d3-a456-426655440000')",
            "insert into kinds (id, day, local_at, moment) values (2, '0000-00-00', '2026-00-15', '0000-00-00')",
            "create table `O'Brien ``x``` (`select` int, `a;b--` text)", "insert into `O'Brien ``x``` values (1, 'one')",
            "create table deliveries (id int primary key, ordered_at datetime not null, status text, changed_at timestamp null)",
            "insert into deliveries select seq, '2026-01-01' + interval seq hour, 'sent', "
            "'2026-01-01' + interval seq hour from seq_1_to_100",
            "update deliveries set changed_at = null where id = 7", "create view named as select id from deliveries where id < 3",
            "create table many as select seq as id, repeat('x', 200) as words from seq_1_to_500000",
            "create database other", "create table other.hidden (id int)",
        )  # fmt: skip
        yield running


def test_every_kind_of_column_arrives_exactly(server, tmp_path):
    table = fetch_table(sql_contract("mysql", table="kinds"), server.url(), tmp_path)
    assert table.slice(0, 1).to_pylist() == [
        {
            "id": 18446744073709551615, "tiny": 7, "amount": "12345678901234567890.000000000000000001", "real4": "1.1", "real8": 0.1,
            "words": "zürich \n 中文 😀", "latin": "é", "chinese": "中", "day": "2026-02-28", "local_at": "2026-02-28 23:59:59.123456",
            "moment": datetime(2026, 3, 1, tzinfo=UTC), "span": "-838:59:59", "feeling": "cross", "marks": "a,b", "doc": '{"a": 1}',
            "bytes": "DEAD0000", "flags": 321, "token": "123e4567-e89b-12d3-a456-426655440000",
        }
    ]  # fmt: skip


def test_zero_dates_are_left_to_the_contract_and_a_zero_timestamp_is_no_moment(server, tmp_path):
    row = fetch_table(sql_contract("mysql", table="kinds"), server.url(), tmp_path).slice(1, 1).to_pylist()[0]
    assert (row["day"], row["local_at"], row["moment"]) == ("0000-00-00", "2026-00-15 00:00:00.000000", None)


def test_names_are_quoted_whatever_they_are(server, tmp_path):
    contract = sql_contract("mysql", table="O'Brien `x`", columns=["a;b--", "select"])
    assert fetch_table(contract, server.url(), tmp_path).to_pylist() == [{"a;b--": "one", "select": 1}]


@pytest.mark.parametrize(("table", "n_rows"), [("named", 2), ("erp.deliveries", 100)])
def test_view_and_other_database_can_be_named(server, tmp_path, table, n_rows):
    url = server.url().replace("mysql://", "mariadb://")
    assert fetch_table(sql_contract("mysql", table=table), url, tmp_path).num_rows == n_rows


@pytest.mark.parametrize("column", ["changed_at", "ordered_at"])
def test_cursor_asks_for_what_changed_and_for_what_has_no_cursor(server, tmp_path, column):
    """98 hours after New Year it is 02:00 on 5 January: a datetime is read as it stands, a timestamp as the moment it is in Shanghai."""
    contract = sql_contract("mysql", cursor={"column": column})
    found = fetch_table(contract, server.url(), tmp_path, since=datetime(2026, 1, 5, 2)).column("id").to_pylist()
    assert sorted(found) == ([7, 98, 99, 100] if column == "changed_at" else [98, 99, 100])


def test_rows_reach_raw_dated_by_their_cursor_and_a_zero_date_goes_to_quarantine(server, tmp_path):
    contract = sql_contract("mysql", table="dated", cursor={"column": "changed_at"})
    workspace = Workspace(tmp_path / "workspace", contract)
    server.run(
        "set sql_mode = ''",
        "create or replace table dated (id int, ordered_at datetime, status text, changed_at datetime(3))",
        "insert into dated values (1, '2026-01-01 10:00', 'sent', '2026-01-01 10:00:00.125'), (2, '0000-00-00', 'sent', '2026-01-01')",
    )
    fetch_file(contract, server.url(), workspace.landing)
    (result,) = workspace.night()
    assert (result.n_records, result.n_loaded, result.n_quarantined) == (2, 1, 1)
    assert workspace.quarantined() == [(2, 2, "ordered_at", "format")]
    assert workspace.rows("select delivery_id, ordered_at, extracted_at from raw.deliveries_deliveries") == [
        ("1", datetime(2026, 1, 1, 10), datetime(2026, 1, 1, 10, 0, 0, 125_000))
    ]


def test_query_is_refused_since_its_types_cannot_be_known():
    with pytest.raises(ValidationError, match="query"):
        sql_contract("mysql", query="select 1")


@pytest.mark.parametrize(
    ("fetch", "said"),
    [
        ({"table": "nowhere"}, "no table nowhere, or its user may not read it; correct `table`"),
        ({"table": "other.hidden"}, "no table other.hidden, .* user of CSAT_CONNECTION_ERP"),
        ({"columns": ["id", "colour"]}, "deliveries has no column colour; .* the table has id, ordered_at"),
        ({"cursor": {"column": "status"}}, "cursor column status of type text; name a column of type timestamp"),
        ({"cursor": {"column": "colour"}}, "no cursor column colour"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(server, tmp_path, fetch, said):
    with pytest.raises(UnreachableError, match=said):
        fetch_file(sql_contract("mysql", **fetch), server.url(), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["mysql://reader:{raw}@127.0.0.1/erp", "postgresql://reader:{password}@127.0.0.1:1/erp", "mysql:///erp"])
def test_url_that_cannot_be_read_tells_nothing_of_its_secret(tmp_path, url):
    with pytest.raises(UnreachableError, match="no URL that can be read; write CSAT_CONNECTION_ERP as mysql://") as told:
        fetch_file(sql_contract("mysql"), url.format(password=URL_PASSWORD, raw=PASSWORD), tmp_path)
    assert "canary" not in "".join(traceback.format_exception(told.value))


@pytest.mark.slow  # the client tries for half a minute
@pytest.mark.parametrize(
    ("password", "said"),
    [("wrong-", "Access denied for user 'reader'.*correct user and password"), ("", "Unknown database|denied.* to database")],
)
def test_connection_that_fails_tells_nothing_of_its_secret(server, tmp_path, capfd, password, said):
    with pytest.raises(UnreachableError, match=said) as told:
        fetch_file(sql_contract("mysql"), server.url(password=password + URL_PASSWORD, database="erp" if password else "nowhere"), tmp_path)
    output = capfd.readouterr()
    assert "canary" not in "".join([*traceback.format_exception(told.value), output.out, output.err])


def test_server_that_dies_while_it_is_read_leaves_nothing(server, tmp_path, capfd):
    """Its connection is cut as soon as it has begun to send."""

    def cut() -> None:
        end = time.monotonic() + 30
        while not (sending := server.run("select id from information_schema.processlist where user = 'reader' and info like '%words%'")):
            assert time.monotonic() < end, "the reading was never seen"
            time.sleep(0.02)
        server.run(f"kill {sending.split()[0]}")

    cutting = threading.Thread(target=cut)
    cutting.start()
    with pytest.raises(UnreachableError, match="nothing of it was loaded"):
        fetch_file(sql_contract("mysql", table="many", columns=["words", "id"]), server.url(), tmp_path)
    cutting.join()
    assert list(tmp_path.iterdir()) == []
    assert "canary" not in capfd.readouterr().err


def test_reading_that_takes_too_long_is_ended_by_the_server(server, tmp_path):
    contract = sql_contract("mysql", table="slow", read_minutes=0.02)
    server.run("create or replace view slow as select id, sleep(0.1) as pause from deliveries")
    with pytest.raises(UnreachableError, match="raise read_minutes"):
        fetch_file(contract, server.url(), tmp_path)
