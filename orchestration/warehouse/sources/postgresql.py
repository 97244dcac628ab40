"""PostgreSQL: a table or a query as one Parquet file, read by ADBC in a read-only transaction; several can see one snapshot.

What Arrow holds exactly comes as it is; everything else (numeric, uuid, json, arrays, enums, intervals ...) comes as the text
that the server writes, which the contract reads by its own rules: numeric never passes through a float, and NaN goes to
quarantine. `infinity` of a date or timestamp is no moment and becomes null.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from orchestration.config.fetching import FetchPostgresql
from orchestration.warehouse.connection import quote_name
from orchestration.warehouse.sources.arrow_files import write_batches
from orchestration.warehouse.sources.database import RUN_AGAIN, TOO_SLOW, complete_url, lower_bound, secret_of
from orchestration.warehouse.sources.request import FetchedFile, FetchRequest, UnreachableError

AS_IT_IS = frozenset({"bool", "int2", "int4", "int8", "float8", "text", "varchar"})
FINITE = {"timestamp": False, "timestamptz": True, "date": False}
"""Types that know infinity and may be a cursor, and whether a value is a moment rather than a local time."""
TYPE_KEY = b"POSTGRESQL:type"
SCHEMES = ("postgresql", "postgres")
MILLISECONDS, SECONDS = 1000, 60
FIRST_PAUSE = 1.0
HINTS = {
    "28P01": "correct user and password in {secret}",
    "28000": "correct user, password and host in {secret}, or have the server's pg_hba.conf admit this machine",
    "3D000": "correct the database at the end of {secret}",
    "42501": "have the right granted: grant select on the table, and usage on its schema, to the user of {secret}",
    "42P01": "correct `table` or `query` of the contract; capitals count, and a table outside the search path needs its schema",
    "42703": "correct the columns of the contract, or have the column restored at the source",
    "42702": "name each column of the query once",
    "42601": "correct `query` of the contract: one SELECT without a semicolon",
    "57014": TOO_SLOW,
    "55P03": "somebody locks the table for longer than timeout_seconds: run again later",
}
TRANSIENT = ("08", "57P", "53")
"""Beginnings of the states in which a server may answer the next time: connection, shutdown, no room."""
STATES = {
    "authentication failed": "28P01", "no pg_hba.conf entry": "28000", "FATAL:  database": "3D000", "FATAL:  permission denied": "42501",
    "statement timeout": "57014",
}  # fmt: skip
CORRECT = "correct `fetch` of the contract, or ask whoever runs the database"


def fetch(request: FetchRequest) -> Iterator[FetchedFile]:
    """One file with every row, or with the rows whose cursor is not older than the newest loaded one less the overlap.

    Rows without a cursor always come: nobody could tell whether they have changed. Raises UnreachableError.
    """
    wanted = request.contract.fetch
    assert isinstance(wanted, FetchPostgresql)
    from adbc_driver_postgresql import dbapi

    with _told(request, dbapi), _connected(dbapi, request, wanted) as connection, connection.cursor() as cursor:
        _begin(cursor, wanted, request.snapshot)
        cursor.execute(_select(cursor, request, wanted))
        batches = cursor.fetch_record_batch()
        write_batches(_read(batches, request, dbapi), batches.schema, request.target)
    yield FetchedFile(request.target)


@contextmanager
def hold_snapshot(request: FetchRequest) -> Iterator[str]:
    """The name of a snapshot that `fetch` can see as long as the block lasts, whatever is written meanwhile. Raises UnreachableError."""
    wanted = request.contract.fetch
    assert isinstance(wanted, FetchPostgresql)
    from adbc_driver_postgresql import dbapi

    with suppress(dbapi.Error), ExitStack() as held:  # that the server went away meanwhile is told by whoever reads
        with _told(request, dbapi):
            cursor = held.enter_context(held.enter_context(_connected(dbapi, request, wanted)).cursor())
            _begin(cursor, wanted)
            cursor.execute("set local idle_in_transaction_session_timeout = 0")
            cursor.execute("select pg_export_snapshot()")
            name = str(cursor.fetchone()[0])
        yield name


def _read(batches: Iterable[Any], request: FetchRequest, driver: Any) -> Iterator[Any]:
    """The batches; Arrow has an error of its own for a server that breaks off."""
    with _told(request, driver):
        yield from batches


@contextmanager
def _connected(driver: Any, request: FetchRequest, wanted: FetchPostgresql) -> Iterator[Any]:
    """A connection; a server that is not there, or has no room, is asked again as often as the contract says."""
    seconds = max(2, int(wanted.timeout_seconds))
    options = {"connect_timeout": str(seconds), "keepalives_idle": str(seconds), "tcp_user_timeout": str(seconds * MILLISECONDS)}
    url = complete_url(request, SCHEMES, options)
    for attempt in range(1, wanted.attempts + 1):
        try:
            connection = driver.connect(url)
            break
        except driver.Error as error:
            if attempt == wanted.attempts or not _is_transient(error):
                raise
        time.sleep(FIRST_PAUSE * 2 ** (attempt - 1))
    with connection:
        yield connection


def _is_transient(error: Any) -> bool:
    return not (state := _state(error)) or state.startswith(TRANSIENT)


def _begin(cursor: Any, wanted: FetchPostgresql, snapshot: str = "") -> None:
    """Nothing; the transaction sees one state of the database and can change none, and texts come in one form whatever the server."""
    cursor.execute("set transaction isolation level repeatable read, read only")
    if snapshot:
        cursor.execute(f"set transaction snapshot '{snapshot}'")
    settings = {
        "statement_timeout": int(wanted.read_minutes * SECONDS * MILLISECONDS), "lock_timeout": int(wanted.timeout_seconds * MILLISECONDS),
        "client_encoding": "UTF8", "timezone": "UTC", "datestyle": "ISO", "intervalstyle": "iso_8601", "bytea_output": "hex",
    }  # fmt: skip
    for name, value in settings.items():
        cursor.execute(f"set local {name} = '{value}'")


def _select(cursor: Any, request: FetchRequest, wanted: FetchPostgresql) -> str:
    """The SELECT of everything wanted, each column in a form that loses nothing."""
    columns = ", ".join(quote_name(name) for name in wanted.columns) or "*"
    source = f"(\n{wanted.query}\n)" if wanted.query else ".".join(quote_name(part) for part in wanted.table.split("."))
    schema = cursor.adbc_execute_schema(f"select {columns} from {source} as source")
    types = {field.name: (field.metadata or {}).get(TYPE_KEY, b"").decode() for field in schema}
    chosen = ", ".join(f"{_expression(quote_name(field.name), types[field.name])} as {quote_name(field.name)}" for field in schema)
    return f"select {chosen} from {source} as source{_condition(request, wanted, types)}"


def _expression(name: str, kind: str) -> str:
    if kind in AS_IT_IS:
        return name
    return f"case when isfinite({name}) then {name} end" if kind in FINITE else f"{name}::text"


def _condition(request: FetchRequest, wanted: FetchPostgresql, types: dict[str, str]) -> str:
    """What has changed since; empty where everything is wanted. Raises UnreachableError for a cursor that is no time."""
    bound = lower_bound(request, wanted.cursor, types, FINITE)
    if not wanted.cursor or bound is None:
        return ""
    column, kind = quote_name(wanted.cursor.column), "timestamptz" if bound.tzinfo else "timestamp"
    return f" where {column} >= {kind} '{bound.isoformat()}' or {column} is null"


@contextmanager
def _told(request: FetchRequest, driver: Any) -> Iterator[None]:
    """Nothing; an error of the server becomes one that says what to do."""
    try:
        yield
    except (driver.Error, OSError) as error:
        is_gone = _is_transient(error) and "ERROR: " not in str(error)
        hint = HINTS.get(_state(error), RUN_AGAIN if is_gone else CORRECT)
        raise UnreachableError(_first_words(str(error)), hint.format(secret=secret_of(request))) from None


def _state(error: Any) -> str:
    """The SQLSTATE; known by its words where the driver loses it; empty where the server could not even say that."""
    known = (state for words, state in STATES.items() if words in str(error))
    return getattr(error, "sqlstate", None) or next(known, "")


def _first_words(message: str) -> str:
    """What the server says, without what the driver puts around it and without the text of the query."""
    said = message.strip().split("\n")[0]
    for mark in ("Failed to connect: ", "ERROR: ", "FATAL: "):
        said = said.rpartition(mark)[2]
    return said.strip()
