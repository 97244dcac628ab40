"""MySQL and MariaDB: a table or view as one Parquet file, read by connectorx in one SELECT of a read-only session.

Whole numbers and doubles come as they are, a TIMESTAMP as the moment it is, everything else (decimal, date, datetime, enum, json
...) as the text that the server writes: connectorx would turn a zero date into a crash and tinyint(1) into a truth value. So
`0000-00-00` is judged by the contract like any text of a source (`null_tokens`); the zero of a TIMESTAMP is no moment, and null.
Binary columns come in hexadecimal digits.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from orchestration.config.fetching import FetchMysql
from orchestration.warehouse.sources.arrow_files import write_batches
from orchestration.warehouse.sources.database import RUN_AGAIN, TOO_SLOW, complete_url, lower_bound, secret_of
from orchestration.warehouse.sources.request import FetchedFile, FetchRequest, UnreachableError, import_client

AS_IT_IS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint", "year", "double"})
BINARY = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"})
TIMES = {"timestamp": True, "datetime": False, "date": False}
"""Types of a cursor, and whether a value is a moment rather than a local time."""
SCHEMES = ("mysql", "mariadb")
SESSION = ["set time_zone = '+00:00'", "set session transaction read only"]
SECONDS, MILLISECONDS = 60, 1000
BATCH_ROWS = 50_000
HINTS = {
    "(28000)": "correct user and password in {secret}, or have the server admit this user from this machine",
    "(42000)": "have the right granted: grant select on the table to the user of {secret}; or correct the database in it",
    "max_statement_time exceeded": TOO_SLOW,
    "maximum statement execution time": TOO_SLOW,
}


def fetch(request: FetchRequest) -> Iterator[FetchedFile]:
    """One file with every row, or with the rows whose cursor is not older than the newest loaded one less the overlap.

    Rows without a cursor always come: nobody could tell whether they have changed. A server that cannot be reached is tried for
    half a minute by connectorx itself. Raises UnreachableError.
    """
    wanted = request.contract.fetch
    assert isinstance(wanted, FetchMysql)
    client = import_client("connectorx", "mysql")
    url = complete_url(request, SCHEMES, {})
    types = _read_types(client, url, request, wanted)
    batches = _read(client, url, request, _select(request, wanted, types))
    schema = next(batches)
    write_batches(batches, schema, request.target)
    yield FetchedFile(request.target)


def _read_types(client: Any, url: str, request: FetchRequest, wanted: FetchMysql) -> dict[str, str]:
    """Column -> type, in the order of the contract or the table. Raises UnreachableError where a table or column is missing."""
    schema, _, table = wanted.table.rpartition(".")
    query = (
        "select cast(column_name as char) as name, cast(data_type as char) as kind from information_schema.columns "
        f"where table_schema = {_text(schema) if schema else 'database()'} and table_name = {_text(table)} order by ordinal_position"
    )
    _, *batches = _read(client, url, request, query)
    types = {row["name"]: row["kind"] for batch in batches for row in batch.to_pylist()}
    if not types:
        hint = f"correct `table` of the contract, or have select granted on it to the user of {secret_of(request)}"
        raise UnreachableError(f"there is no table {wanted.table}, or its user may not read it", hint)
    if missing := [name for name in wanted.columns if name not in types]:
        hint = f"correct the columns of the contract; the table has {', '.join(types)}"
        raise UnreachableError(f"{wanted.table} has no column {', '.join(missing)}", hint)
    return {name: types[name] for name in wanted.columns or types}


def _select(request: FetchRequest, wanted: FetchMysql, types: dict[str, str]) -> str:
    """The SELECT of everything wanted, each column in a form that loses nothing; both servers end it after read_minutes."""
    seconds = int(wanted.read_minutes * SECONDS)
    limits = f"/*M!100100 set statement max_statement_time={seconds} for */ select /*+ MAX_EXECUTION_TIME({seconds * MILLISECONDS}) */"
    chosen = ", ".join(f"{_expression(_name(name), kind)} as {_name(name)}" for name, kind in types.items())
    return f"{limits} {chosen} from {'.'.join(map(_name, wanted.table.split('.')))}{_condition(request, wanted, types)}"


def _expression(name: str, kind: str) -> str:
    if kind in AS_IT_IS:
        return name
    if kind == "timestamp":
        return f"case when unix_timestamp({name}) > 0 then {name} end"
    if kind == "bit":
        return f"{name} + 0"
    return f"hex({name})" if kind in BINARY else f"cast({name} as char)"


def _condition(request: FetchRequest, wanted: FetchMysql, types: dict[str, str]) -> str:
    """What has changed since; empty where everything is wanted. Raises UnreachableError for a cursor that is no time."""
    bound = lower_bound(request, wanted.cursor, types, TIMES)
    if not wanted.cursor or bound is None:
        return ""
    column = _name(wanted.cursor.column)
    return f" where {column} >= timestamp'{bound:%Y-%m-%d %H:%M:%S.%f}' or {column} is null"


def _read(client: Any, url: str, request: FetchRequest, query: str) -> Iterator[Any]:
    """The schema of the answer, then its batches; a timestamp, which can only be that of a TIMESTAMP column, is a moment."""
    import pyarrow as pa

    with _told(request):
        options = {"return_type": "arrow_stream", "batch_size": BATCH_ROWS, "pre_execution_query": SESSION}
        reader = client.read_sql(url, query, **options)
        schema = reader.schema
        moment = pa.timestamp("us", tz="UTC")
        schema = pa.schema([pa.field(f.name, moment if pa.types.is_timestamp(f.type) else f.type) for f in schema])
        yield schema
        for batch in reader:
            yield batch.cast(schema)


@contextmanager
def _told(request: FetchRequest) -> Iterator[None]:
    """Nothing; an error of client or server becomes one that says what to do. The client panics when a server breaks off."""
    try:
        yield
    except BaseException as error:
        if not isinstance(error, RuntimeError) and type(error).__name__ != "PanicException":
            raise
        said = str(error)
        hint = next((hint for words, hint in HINTS.items() if words in said), RUN_AGAIN)
        raise UnreachableError(_first_words(said), hint.format(secret=secret_of(request))) from None


def _first_words(message: str) -> str:
    """What the server says, without the names that the client wraps around it."""
    said = message.strip().split("\n")[0]
    for mark in ("MySqlError { ", "DriverError { ", "CodecError { "):
        said = said.rpartition(mark)[2]
    return said.rstrip(" })")


def _name(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _text(text: str) -> str:
    """A text as an SQL literal that no quote or backslash can end."""
    return f"convert(x'{text.encode().hex()}' using utf8mb4)"
