"""What databases have in common: a URL put together anew, so that no client misreads a password, and the moment of a local time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit
from zoneinfo import ZoneInfo

from orchestration.config.fetching import Cursor
from orchestration.warehouse.sources.request import FetchRequest, UnreachableError

TOO_SLOW = "raise read_minutes of the contract, or have the source answer faster, e.g. by an index on the cursor column"
RUN_AGAIN = "see whether the server runs and can be reached from here, and run again; nothing of it was loaded"


def complete_url(request: FetchRequest, schemes: Sequence[str], options: Mapping[str, str]) -> str:
    """The connection's URL under the first scheme, with the options that it does not give itself.

    Raises UnreachableError where it is none of a server with a database; the message holds no part of it.
    """
    parts = _split(request.url)
    if parts is None or parts.scheme not in schemes or "@" in parts.path + parts.query + parts.fragment:
        hint = "in a password / is %2F, ? is %3F, # is %23, @ is %40"
        raise UnreachableError(
            "has no URL that can be read", f"write {secret_of(request)} as {schemes[0]}://USER:PASSWORD@HOST:PORT/DATABASE; {hint}"
        )
    login = ":".join(quote(unquote(part), safe="") for part in (parts.username, parts.password) if part)
    place = parts.netloc.rpartition("@")[2]
    query = urlencode({**options, **dict(parse_qsl(parts.query, keep_blank_values=True))})
    return f"{schemes[0]}://{login}{'@' * bool(login)}{place}{parts.path}{'?' * bool(query)}{query}"


def secret_of(request: FetchRequest) -> str:
    """The name of the variable that holds the URL."""
    return f"CSAT_CONNECTION_{request.contract.fetch.connection.upper()}" if request.contract.fetch else ""


def lower_bound(request: FetchRequest, cursor: Cursor | None, types: Mapping[str, str], times: Mapping[str, bool]) -> datetime | None:
    """Where the cursor begins, a moment in UTC where its type is one; None where everything is wanted.

    `types` are those of the source's columns, `times` says of each that a cursor may have whether it is a moment. Raises
    UnreachableError where the cursor is none of them.
    """
    if cursor is None:
        return None
    kind = types.get(cursor.column, "")
    if kind not in times:
        what = f"has the cursor column {cursor.column} of type {kind}" if kind else f"has no cursor column {cursor.column}"
        *first, last = times
        raise UnreachableError(what, f"name a column of type {', '.join(first)} or {last}, or leave `cursor` out")
    return moment_of(request.since, request.time_zone) if request.since and times[kind] else request.since


def moment_of(local: datetime, time_zone: str) -> datetime:
    """A local time in UTC. Of an hour that the clock strikes twice the earlier one is meant: a row too many is loaded once more."""
    return local.replace(tzinfo=ZoneInfo(time_zone), fold=0).astimezone(UTC)


def _split(url: str) -> SplitResult | None:
    """The parts; None where it names no host, be it among the options, or no port that there can be."""
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname or "host" in dict(parse_qsl(parts.query)))
        is_one_of_several = "," in parts.netloc.rpartition("@")[2]
        return parts if has_host and (is_one_of_several or parts.port != 0) else None
    except ValueError:
        return None
