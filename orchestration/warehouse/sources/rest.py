"""One list of a REST API with all its pages, by dlt's REST client, as one file of JSON lines.

The connection's URL is the API's address with the secret in front of the host: `https://USER:PASSWORD@HOST/api`, or
`https://:TOKEN@HOST/api` for a bearer token or a key. The secret goes to this address alone: a page or a redirection elsewhere is
refused. Numbers keep every digit. Either the whole list lies in landing/, or nothing does.
"""

import hashlib
import ipaddress
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from orchestration.config.fetching import FetchRest, RestPaging
from orchestration.warehouse.sources.request import FetchedFile, FetchRequest, UnreachableError, import_client, whole_file

NO_MORE_REQUESTS = 429
REFUSED = (401, 403)
WHOLE_ANSWER = "$"


def fetch(request: FetchRequest) -> Iterator[FetchedFile]:
    """The list as one file, named after the night's clock; none where the list is empty.

    Raises UnreachableError where the API refuses, is not there, gives no list, repeats a page or does not come to an end.
    """
    rule = request.contract.fetch
    assert isinstance(rule, FetchRest)
    import_client("dlt", "rest")
    _require_encryption(rule, request.url)
    with _explained(rule, request.url), _client(rule, request.url) as client:
        pages = _read_pages(request, rule, client)
        if (first := next(pages, None)) is None:
            return
        with whole_file(request.target) as file:
            file.write(_lines(first))
            file.writelines(map(_lines, pages))
        yield FetchedFile(request.target)


def _require_encryption(rule: FetchRest, url: str) -> None:
    """Nothing. Raises UnreachableError where the secret would leave this machine unencrypted."""
    address = urlsplit(url)
    if address.scheme != "http" or rule.allow_http or rule.authentication == "none" or _is_loopback(address.hostname or ""):
        return
    hint = f"write https:// in CSAT_CONNECTION_{rule.connection.upper()}, or `allow_http: true` in the contract of a trusted network"
    raise UnreachableError(f"would send its secret to {address.hostname} over http://, where everybody on the way can read it", hint)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _read_pages(request: FetchRequest, rule: FetchRest, client: Any) -> Iterator[list[Any]]:
    """The records of every page that has some. Raises UnreachableError where they cannot be all of the list."""
    seen, n_records, total, is_short = set[bytes](), 0, None, False
    pages = client.paginate(
        rule.path, params={**rule.parameters, **_bound(request, rule)}, paginator=_paginator(rule.paging),
        data_selector=rule.records or WHOLE_ANSWER, hooks={"response": [_read_exactly, _demand_list(rule)]},
    )  # fmt: skip
    for number, page in enumerate(pages, 1):
        if number > rule.paging.maximum_pages:
            raise UnreachableError(f"{rule.path} has more than {number - 1:,} pages", "raise paging.maximum_pages if that is right")
        total = _total(rule.paging, page.response, total)
        if not page:
            continue
        digest = hashlib.sha256(_lines(page)).digest()
        if digest in seen:
            hint = "check `paging`: the API may not know the parameter and give the first page for ever"
            raise UnreachableError(f"{rule.path} gives page {number} a second time", hint)
        if is_short:
            raise UnreachableError(f"{rule.path} gives fewer records a page than asked for", "lower paging.limit to what the API allows")
        seen.add(digest)
        n_records += len(page)
        is_short = rule.paging.type == "offset" and len(page) < rule.paging.limit
        yield list(page)
    if total is not None and n_records < total:
        hint = "lower paging.limit to what the API allows; rows deleted meanwhile are found the next night"
        raise UnreachableError(f"{rule.path} gave {n_records:,} of {total:,} records", hint)


@contextmanager
def _client(rule: FetchRest, url: str) -> Iterator[Any]:
    """A client that repeats requests after 429, 5xx and lost connections, and knows one server only."""
    from dlt.common.configuration.specs import RuntimeConfiguration
    from dlt.sources.helpers.requests import Client
    from dlt.sources.helpers.rest_client import RESTClient

    address = urlsplit(url)
    origin = f"{address.scheme}://{address.netloc.rpartition('@')[2]}/"
    session = Client(
        rule.timeout_seconds, raise_for_status=False, request_max_attempts=rule.attempts, request_max_retry_delay=rule.timeout_seconds
    ).session
    adapter = session.get_adapter(origin)
    session.adapters.clear()
    session.mount(origin, adapter)
    base = urlunsplit((address.scheme, origin.split("/")[2], address.path, "", ""))
    headers, login = _credentials(rule, unquote(address.username or ""), unquote(address.password or ""))
    quiet = RuntimeConfiguration()  # as it is made: nothing is read from dlt's own files or variables
    quiet.dlthub_telemetry = False
    with session:
        yield RESTClient(base, headers=headers, auth=login, session=session, config=quiet)


def _credentials(rule: FetchRest, user: str, password: str) -> tuple[dict[str, str], Any]:
    """Headers and login that carry the secret."""
    from requests.auth import HTTPBasicAuth

    if rule.authentication == "basic":
        return {}, HTTPBasicAuth(user, password)
    if rule.authentication == "bearer":
        return {"Authorization": f"Bearer {password}"}, None
    return ({rule.api_key_header: password} if rule.authentication == "api_key" else {}), None


def _bound(request: FetchRequest, rule: FetchRest) -> dict[str, str]:
    """The parameter that asks for what has changed; none before the first load, or where the list has no cursor."""
    if rule.cursor is None or request.since is None:
        return {}
    since = request.since.replace(tzinfo=ZoneInfo(request.time_zone)).astimezone(UTC)
    return {rule.cursor.parameter: since.strftime(rule.cursor.format)}


def _paginator(paging: RestPaging) -> Any:
    from dlt.sources.helpers.rest_client import paginators

    made: dict[str, Callable[[], Any]] = {
        "single_page": paginators.SinglePagePaginator,
        "json_link": lambda: paginators.JSONLinkPaginator(paging.next_url_path),
        "header_link": paginators.HeaderLinkPaginator,
        "offset": lambda: paginators.OffsetPaginator(
            paging.limit, offset_param=paging.offset_param, limit_param=paging.limit_param, total_path=paging.total_path
        ),
        "page_number": lambda: paginators.PageNumberPaginator(
            paging.base_page, page_param=paging.page_param, total_path=paging.total_path
        ),
        "cursor": lambda: paginators.JSONResponseCursorPaginator(paging.cursor_path, cursor_param=paging.cursor_param),
    }  # fmt: skip
    return made[paging.type]()


def _read_exactly(response: Any, **_: Any) -> None:
    """Nothing; numbers of the answer keep every digit. Raises HTTPError for a refusal, which the session may repeat."""
    import simplejson

    content = response.content  # read before anything is refused, or its connection would stay open
    response.raise_for_status()
    try:
        answer = simplejson.loads(content, use_decimal=True)
    except ValueError:
        hint = "correct the connection's address, or `path`"
        raise UnreachableError(f"{urlsplit(response.url).path} does not answer in JSON", hint) from None
    response.json = lambda **_: answer


def _demand_list(rule: FetchRest) -> Callable[..., None]:
    """A check that an answer has a list of objects where the contract says: else a misspelt path would look like no news."""
    from dlt.common import jsonpath

    def check(response: Any, **_: Any) -> None:
        found = jsonpath.find_values(rule.records or WHOLE_ANSWER, response.json())
        if len(found) != 1 or not isinstance(found[0], list) or not all(isinstance(one, dict) for one in found[0]):
            hint = "write the JSON path of the list as `records`, e.g. data.items"
            raise UnreachableError(f"{rule.path} has no list of records at {rule.records or 'its top'}", hint)
        if rule.paging.type == "single_page" and response.links.get("next"):
            raise UnreachableError(f"{rule.path} says that there are more pages", "describe them with `paging`, e.g. type: header_link")

    return check


def _total(paging: RestPaging, response: Any, known: int | None) -> int | None:
    """How many records the list has, where the API tells it in records."""
    from dlt.common import jsonpath

    if paging.type != "offset" or not paging.total_path:
        return known
    return int(jsonpath.find_values(paging.total_path, response.json())[0])


def _lines(records: list[Any]) -> bytes:
    import simplejson

    return "".join(simplejson.dumps(one, ensure_ascii=False, use_decimal=True) + "\n" for one in records).encode()


@contextmanager
def _explained(rule: FetchRest, url: str) -> Iterator[None]:
    """Nothing; an error of the client becomes an UnreachableError that says what to do."""
    import requests

    place = f"{urlsplit(url).hostname}, {rule.path}"
    try:
        yield
    except requests.exceptions.InvalidSchema as error:
        hint = "it would be given the secret; correct `paging` or the connection's address"
        raise UnreachableError(f"{place} leads to another server: {error}", hint) from None
    except requests.exceptions.HTTPError as error:
        raise UnreachableError(f"{place} answers {error.response.status_code} {error.response.reason}", _advice(rule, error)) from None
    except (requests.exceptions.RequestException, ValueError) as error:
        hint = "see that the API answers; what is missing is fetched the next night"
        raise UnreachableError(f"{place} cannot be read: {error}", hint) from None


def _advice(rule: FetchRest, error: Any) -> str:
    status = error.response.status_code
    if status in REFUSED:
        return f"check the secret in CSAT_CONNECTION_{rule.connection.upper()} and `authentication`"
    if status == NO_MORE_REQUESTS:
        return f"it still did after {rule.attempts} attempts; raise `attempts`, or fetch at another hour"
    return "see that the API answers and that `path` and `parameters` are its own; the next night tries again"
