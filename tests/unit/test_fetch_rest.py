"""REST: every page once and all of them, or nothing; the secret goes to one server alone."""

import base64
import json

import pytest
from hypothesis import given as sample
from hypothesis import settings as limits
from hypothesis import strategies as st
from support.loading import FIRST_NIGHT, make_contract
from support.source_servers import QUOTED_SECRET, SECRET, rest_api

from orchestration.warehouse.sources import rest
from orchestration.warehouse.sources.request import FetchRequest, UnreachableError

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1", "localhost"])]
ROWS = [{"id": str(number), "score": number % 5 + 1} for number in range(7)]


def make_request(landing, url, *, since=None, **given):
    rule = {"kind": "rest", "connection": "crm", "path": "answers", "attempts": 1, "timeout_seconds": 5, **given}
    dated = {"extracted_at": {"source": "column", "column": rule["cursor"]["column"], "format": ""}} if "cursor" in rule else {}
    contract = make_contract(files={"pattern": "answers_*.jsonl", "format": "jsonl"}, fetch=rule, **dated)
    return FetchRequest(contract, url, landing, FIRST_NIGHT, "Asia/Shanghai", since)


def fetch(request):
    """The records of the one file, or none where there is no file."""
    paths = [one.path for one in rest.fetch(request)]
    assert paths == sorted(request.landing.iterdir())
    return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


def refuse(request):
    with pytest.raises(UnreachableError) as told:
        list(rest.fetch(request))
    assert list(request.landing.iterdir()) == []
    assert "canary" not in str(told.value)
    return str(told.value)


def always(body, status=200, **headers):
    return lambda path, given, sent: (status, headers, body)


def by_page(path, given, sent):
    page = int(given["page"])
    return 200, {}, {"data": {"items": ROWS[3 * page - 3 : 3 * page]}}


def by_offset(path, given, sent):
    begin, most = int(given["offset"]), int(given["limit"])
    return 200, {}, {"total": len(ROWS), "items": ROWS[begin : begin + most]}


def by_cursor(path, given, sent):
    begin = int(given.get("after", 0))
    return 200, {}, {"items": ROWS[begin : begin + 3], "next": str(begin + 3) if begin + 3 < len(ROWS) else None}


def by_link(path, given, sent):
    begin = int(given.get("from", 0))
    following = f"http://{sent['Host']}/api/answers?from={begin + 3}" if begin + 3 < len(ROWS) else None
    return 200, {"Link": f'<{following}>; rel="next"'} if following else {}, {"items": ROWS[begin : begin + 3], "next": following}


PAGINGS = [
    (by_page, {"records": "data.items", "paging": {"type": "page_number"}}),
    (by_offset, {"records": "items", "paging": {"type": "offset", "limit": 3, "total_path": "total"}}),
    (by_offset, {"records": "items", "paging": {"type": "offset", "limit": 3}}),
    (by_cursor, {"records": "items", "paging": {"type": "cursor", "cursor_path": "next", "cursor_param": "after"}}),
    (by_link, {"records": "items", "paging": {"type": "json_link", "next_url_path": "next"}}),
    (by_link, {"records": "items", "paging": {"type": "header_link"}}),
]


@pytest.mark.parametrize(("answer", "given"), PAGINGS, ids=["page", "offset", "offset without total", "cursor", "link", "header"])
def test_every_page_is_read_once(tmp_path, answer, given):
    with rest_api(answer) as api:
        assert fetch(make_request(tmp_path, api.url(), **given)) == ROWS


def test_list_without_pages_is_one_request(tmp_path):
    with rest_api(always(ROWS)) as api:
        assert fetch(make_request(tmp_path, api.url(), parameters={"kind": "final"})) == ROWS
    assert [given for _, given, _ in api.requests] == [{"kind": "final"}]
    assert api.requests[0][0] == "/api/answers"


def test_empty_list_leaves_no_file(tmp_path):
    with rest_api(always([])) as api:
        assert fetch(make_request(tmp_path, api.url())) == []


def test_busy_and_failing_api_is_asked_again(tmp_path):
    answers = iter([(429, {"Retry-After": "1"}, b""), (503, {}, b""), (200, {}, ROWS)])
    with rest_api(lambda *asked: next(answers)) as api:
        assert fetch(make_request(tmp_path, api.url(), attempts=3)) == ROWS
    assert len(api.requests) == 3


@pytest.mark.parametrize(
    ("status", "said"),
    [(429, "raise `attempts`"), (500, "the next night tries again"), (401, "CSAT_CONNECTION_CRM"), (404, "answers 404 Not Found")],
)
def test_refusal_says_what_to_do(tmp_path, status, said):
    with rest_api(always(b"canary", status)) as api:
        assert said in refuse(make_request(tmp_path, api.url(f"reader:{QUOTED_SECRET}@"), authentication="basic"))
    assert len(api.requests) == 1


def test_failure_on_a_later_page_leaves_nothing(tmp_path):
    def answer(path, given, sent):
        return by_page(path, given, sent) if given["page"] == "1" else (500, {}, b"")

    with rest_api(answer) as api:
        refuse(make_request(tmp_path, api.url(), records="data.items", paging={"type": "page_number"}))


def test_body_that_breaks_off_leaves_nothing(tmp_path):
    with rest_api(always(b'[{"id": "1"', **{"Content-Length": "500"})) as api:
        assert "cannot be read" in refuse(make_request(tmp_path, api.url(), timeout_seconds=1))


def test_page_that_repeats_is_refused(tmp_path):
    with rest_api(always({"items": ROWS})) as api:
        assert "a second time" in refuse(make_request(tmp_path, api.url(), records="items", paging={"type": "page_number"}))
    assert len(api.requests) == 2


def test_list_without_end_is_refused(tmp_path):
    with rest_api(lambda path, given, sent: (200, {}, [{"id": given["page"]}])) as api:
        said = refuse(make_request(tmp_path, api.url(), paging={"type": "page_number", "maximum_pages": 4}))
    assert "more than 4 pages" in said


def test_api_that_gives_fewer_records_than_asked_for_loses_none(tmp_path):
    def capped(path, given, sent):
        return 200, {}, {"total": len(ROWS), "items": ROWS[int(given["offset"]) :][:2]}

    paging = {"type": "offset", "limit": 3}
    with rest_api(capped) as api:
        assert "fewer records" in refuse(make_request(tmp_path, api.url(), records="items", paging=paging))
        whole = {"type": "offset", "limit": 7, "total_path": "total"}
        assert "gave 2 of 7 records" in refuse(make_request(tmp_path, api.url(), records="items", paging=whole))


def test_pages_that_nobody_described_are_noticed(tmp_path):
    with rest_api(by_link) as api:
        assert "more pages" in refuse(make_request(tmp_path, api.url(), records="items"))


@pytest.mark.parametrize("body", [{"error": "expired"}, {"items": {"id": 1}}, {"items": [1, 2]}, {"data": []}])
def test_answer_without_the_list_is_refused(tmp_path, body):
    with rest_api(always(body)) as api:
        assert "no list of records" in refuse(make_request(tmp_path, api.url(), records="items"))


def test_page_for_people_is_refused(tmp_path):
    with rest_api(always(b"<html>sign in")) as api:
        assert "does not answer in JSON" in refuse(make_request(tmp_path, api.url()))


@pytest.mark.parametrize("status", [200, 302])
def test_secret_does_not_follow_to_another_server(tmp_path, status):
    with rest_api(always([])) as other:
        elsewhere = f"http://127.0.0.1:{other.port}/api/answers"
        with rest_api(always({"items": ROWS, "next": elsewhere}, status, Location=elsewhere)) as api:
            request = make_request(
                tmp_path, api.url(f":{QUOTED_SECRET}@"), records="items", paging={"type": "json_link"}, authentication="api_key"
            )
            assert "leads to another server" in refuse(request)
    assert api.requests[0][2]["X-API-Key"] == SECRET
    assert other.requests == []


def test_secret_is_sent_as_the_contract_says(tmp_path):
    basic = "Basic " + base64.b64encode(f"reader:{SECRET}".encode()).decode()
    with rest_api(always(ROWS)) as api:
        for kind, wanted in (("none", None), ("basic", basic), ("bearer", f"Bearer {SECRET}")):
            list(rest.fetch(make_request(tmp_path, api.url(f"reader:{QUOTED_SECRET}@"), authentication=kind)))
            assert api.requests[-1][2].get("Authorization") == wanted


def test_cursor_asks_from_the_newest_value_on_in_utc(tmp_path):
    cursor = {"column": "changed", "parameter": "since"}
    with rest_api(always(ROWS)) as api:
        list(rest.fetch(make_request(tmp_path, api.url(), cursor=cursor)))
        list(rest.fetch(make_request(tmp_path, api.url(), cursor=cursor, since=FIRST_NIGHT)))
    assert [given for _, given, _ in api.requests] == [{}, {"since": "2025-12-31T18:00:00Z"}]


@limits(max_examples=25, deadline=None)
@sample(st.decimals(allow_nan=False, allow_infinity=False, places=12).map(str) | st.integers().map(str))
def test_numbers_keep_every_digit(tmp_path_factory, number):
    landing = tmp_path_factory.mktemp("landing")
    with rest_api(always(f'[{{"amount": {number}}}]'.encode())) as api:
        (one,) = rest.fetch(make_request(landing, api.url()))
    assert json.loads(one.path.read_text(), parse_float=str, parse_int=str) == {"amount": number}


@pytest.mark.parametrize(
    ("url", "given", "is_sent"),
    [
        ("http://api.example.com/v2", {"authentication": "bearer"}, False),
        ("http://10.0.0.8/v2", {"authentication": "basic"}, False),
        ("http://10.0.0.8/v2", {"authentication": "api_key", "allow_http": True}, True),
        ("http://10.0.0.8/v2", {"authentication": "none"}, True),
        ("https://api.example.com/v2", {"authentication": "bearer"}, True),
        ("http://127.0.0.1/v2", {"authentication": "bearer"}, True),
        ("http://[::1]:8080/v2", {"authentication": "bearer"}, True),
        ("http://localhost/v2", {"authentication": "bearer"}, True),
    ],
)
def test_secret_leaves_the_machine_encrypted_or_by_leave_of_the_contract(tmp_path, monkeypatch, url, given, is_sent):
    asked = []
    monkeypatch.setattr(rest, "_read_pages", lambda *_: iter(asked.append(url) or ()))
    request = make_request(tmp_path, url.replace("//", f"//:{QUOTED_SECRET}@"), **given)
    if is_sent:
        assert fetch(request) == []
    else:
        assert "`allow_http: true`" in refuse(request)
    assert asked == [url] * is_sent
