"""A table of PostgreSQL as a file of landing/: nothing rounded, nothing half, nothing told, against a server that the test starts."""

import threading
import time
import traceback
from datetime import UTC, date, datetime

import pytest
from support.database_servers import PASSWORD, URL_PASSWORD, postgresql_server
from support.database_sources import fetch_file, fetch_table, sql_contract

from orchestration.warehouse.sources.request import UnreachableError


@pytest.fixture(scope="module")
def server():
    with postgresql_server() as running:
        running.run(
            "create type mood as enum ('calm', 'cross')",
            "create table kinds (id int8 primary key, free numeric, money_2 numeric(12, 2), real4 float4, real8 float8, truth bool, "
            "code char(4), words text, day date, local_at timestamp, moment timestamptz, token uuid, doc jsonb, list int[], "
            "feeling mood, bytes bytea, span interval)",
            "insert into kinds values (9007199254740993, 123456789012345678901234567890.000000000000000001, 10.10, 1.1, 0.1, true, 'ab', "
            "E'zürich \\n 中文 😀', '2026-02-28', '2026-02-28 23:59:59.123456', '2026-03-01 08:00+08', "
            "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{\"a\": [1, null]}', '{1,2}', 'cross', '\\xdead', '1 mon 2 days')",
            "insert into kinds (id, free, real8, day, local_at, moment) values "
            "(2, 'NaN', 'NaN', 'infinity', '-infinity', 'infinity')",
            'create schema "Höhe"', 'create table "Höhe"."O\'Brien ""x""" ("select" int, "a;b--" text)',
            'insert into "Höhe"."O\'Brien ""x""" values (1, \'one\')',
            "create table deliveries (id int primary key, ordered_at timestamp not null, status text, changed_at timestamptz)",
            "insert into deliveries select n, timestamp '2026-01-01' + n * interval '1 hour', 'sent', "
            "timestamptz '2026-01-01 00:00+08' + n * interval '1 hour' from generate_series(1, 100) n",
            "update deliveries set changed_at = null where id = 7",
            "create table hidden (id int)",
            'grant usage on schema "Höhe" to reader', 'grant select on all tables in schema "Höhe" to reader',
            "grant select on kinds, deliveries to reader",
        )  # fmt: skip
        yield running


def test_every_kind_of_column_arrives_exactly(server, tmp_path):
    table = fetch_table(sql_contract(table="kinds"), server.url(), tmp_path)
    assert table.slice(0, 1).to_pylist() == [
        {
            "id": 9007199254740993, "free": "123456789012345678901234567890.000000000000000001", "money_2": "10.10", "real4": "1.1",
            "real8": 0.1, "truth": True, "code": "ab", "words": "zürich \n 中文 😀", "day": date(2026, 2, 28),
            "local_at": datetime(2026, 2, 28, 23, 59, 59, 123456), "moment": datetime(2026, 3, 1, tzinfo=UTC),
            "token": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "doc": '{"a": [1, null]}', "list": "{1,2}", "feeling": "cross",
            "bytes": "\\xdead", "span": "P1M2D",
        }
    ]  # fmt: skip


def test_infinity_is_no_moment_and_nan_is_left_to_the_contract(server, tmp_path):
    row = fetch_table(sql_contract(table="kinds"), server.url(), tmp_path).slice(1, 1).to_pylist()[0]
    assert (row["day"], row["local_at"], row["moment"], row["free"]) == (None, None, None, "NaN")


def test_names_are_quoted_whatever_they_are(server, tmp_path):
    contract = sql_contract(table='Höhe.O\'Brien "x"', columns=["a;b--", "select"])
    assert fetch_table(contract, server.url(), tmp_path).to_pylist() == [{"a;b--": "one", "select": 1}]


def test_query_may_end_in_a_comment(server, tmp_path):
    contract = sql_contract(query="select id, status from deliveries where id < 3 -- the first two")
    assert fetch_table(contract, server.url(), tmp_path).num_rows == 2


def test_cursor_asks_for_what_changed_and_for_what_has_no_cursor(server, tmp_path):
    """The bound is the workspace's local time: 05:00 in Shanghai is what the source calls 21:00 of the day before in UTC."""
    contract = sql_contract(cursor={"column": "changed_at"})
    since = datetime(2026, 1, 5, 2)
    found = fetch_table(contract, server.url(), tmp_path, since=since).column("id").to_pylist()
    assert sorted(found) == [7, 98, 99, 100]
    assert fetch_table(contract, server.url(), tmp_path).num_rows == 100


def test_rows_that_are_added_while_it_is_read_wait_for_the_next_night(server, tmp_path):
    server.run("drop table if exists moving", "create table moving as select n as id from generate_series(1, 300) n")
    server.run("grant select on moving to reader")
    found = []
    slow = sql_contract(query="select id, pg_sleep(0.005)::text as z from moving")
    reading = threading.Thread(target=lambda: found.append(fetch_table(slow, server.url(), tmp_path)))
    reading.start()
    time.sleep(0.7)
    server.run("insert into moving select n from generate_series(301, 400) n")
    assert reading.is_alive(), "the insertion waited for the reading"
    reading.join()
    assert sorted(found[0].column("id").to_pylist()) == list(range(1, 301))
    assert fetch_table(sql_contract(table="moving"), server.url(), tmp_path).num_rows == 400


@pytest.mark.parametrize(
    ("fetch", "said"),
    [
        ({"table": "nowhere"}, 'relation "nowhere" does not exist; correct `table`'),
        ({"columns": ["id", "colour"]}, 'column "colour" does not exist; correct the columns'),
        ({"table": "hidden"}, "permission denied for table hidden; have the right granted: .* user of CSAT_CONNECTION_ERP"),
        ({"query": "select 1 as a; select 2"}, "syntax error .* one SELECT without a semicolon"),
        ({"query": "with gone as (delete from deliveries returning id) select id from gone"}, "data-modifying statement"),
        ({"query": "select pg_sleep(9)::text as z", "read_minutes": 0.005}, "statement timeout; raise read_minutes"),
        ({"query": "select id, status as id from kinds, lateral (select '' as status) s"}, "ambiguous; name each column .* once"),
        ({"cursor": {"column": "status"}}, "cursor column status of type text; name a column of type timestamp"),
        ({"cursor": {"column": "colour"}}, "no cursor column colour"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(server, tmp_path, fetch, said):
    with pytest.raises(UnreachableError, match=said):
        fetch_file(sql_contract(**fetch), server.url(), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://reader:wrong-{password}@127.0.0.1:{port}/erp", 'authentication failed for user "reader"; correct user and password'),
        ("postgresql://reader:{password}@127.0.0.1:{port}/nowhere", 'database "nowhere" does not exist; correct the database'),
        ("postgresql://reader:{password}@127.0.0.1:1/erp", "Connection refused; see whether the server runs"),
        ("postgresql://reader:{raw}@127.0.0.1:{port}/erp", "no URL that can be read; write CSAT_CONNECTION_ERP as"),
        ("mysql://reader:{password}@127.0.0.1:{port}/erp", "no URL that can be read; write CSAT_CONNECTION_ERP as postgresql://"),
        ("postgresql://reader:{password}@127.0.0.1:99999/erp", "no URL that can be read"),
    ],
)
def test_connection_that_fails_tells_nothing_of_its_secret(server, tmp_path, url, said):
    with pytest.raises(UnreachableError, match=said) as told:
        fetch_file(sql_contract(), url.format(password=URL_PASSWORD, raw=PASSWORD, port=server.port), tmp_path)
    assert "canary" not in "".join(traceback.format_exception(told.value))


def cut_off(server, *, all_of_it):
    """Nothing; a second later every connection of the reader, or the server itself, is gone."""
    time.sleep(1)
    if all_of_it:
        server.control("-m", "immediate", "stop")
    else:
        server.run("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'reader'")


@pytest.mark.parametrize("all_of_it", [False, True])
def test_server_that_dies_while_it_is_read_leaves_nothing(server, tmp_path, all_of_it):
    contract = sql_contract(query="select n as id, repeat('x', 1000) as words, pg_sleep(0.0002)::text from generate_series(1, 1000000) n")
    cutting = threading.Thread(target=cut_off, args=(server,), kwargs={"all_of_it": all_of_it})
    cutting.start()
    try:
        with pytest.raises(UnreachableError, match="nothing of it was loaded"):
            fetch_file(contract, server.url(), tmp_path)
    finally:
        cutting.join()
        if all_of_it:
            server.start()
    assert list(tmp_path.iterdir()) == []
    assert fetch_table(sql_contract(), server.url(), tmp_path).num_rows == 100


def test_server_that_comes_back_is_asked_again(server, tmp_path):
    server.control("-m", "fast", "stop")
    starting = threading.Timer(1.5, server.start)
    starting.start()
    try:
        assert fetch_table(sql_contract(attempts=5), server.url(), tmp_path).num_rows == 100
    finally:
        starting.join()


@pytest.mark.parametrize(("encoding", "text"), [("LATIN1", "é"), ("EUC_CN", "中")])
def test_database_in_another_encoding_arrives_as_unicode(server, tmp_path, encoding, text):
    database = encoding.lower()
    server.run(f"create database {database} encoding '{encoding}' template template0 locale 'C'", database="postgres")
    server.run("create table deliveries as select 1 as id, " + f"'{text}'::text as status", database=database)
    server.run("grant select on deliveries to reader", database=database)
    assert fetch_table(sql_contract(), server.url(database=database), tmp_path).to_pylist() == [{"id": 1, "status": text}]


def test_text_that_is_in_no_encoding_is_told_as_the_fault_of_the_database(server, tmp_path):
    server.run("create database untold encoding 'SQL_ASCII' template template0 locale 'C'", database="postgres")
    server.run("create table deliveries as select convert_from('\\xe9'::bytea, 'SQL_ASCII') as id", database="untold")
    server.run("grant select on deliveries to reader", database="untold")
    with pytest.raises(UnreachableError, match=r"invalid byte sequence .* ask whoever runs the database"):
        fetch_file(sql_contract(), server.url(database="untold"), tmp_path)
    assert list(tmp_path.iterdir()) == []
