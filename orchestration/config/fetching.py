"""Types of `fetch:` in contracts/*.yaml: where a night gets the extract from, when nobody puts files into landing/.

No secret stands here: `connection: crm` names the environment variable CSAT_CONNECTION_CRM, which holds a URL with user and
password. Whatever is fetched lies in landing/ as a whole file before anything reads it.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from orchestration.config.models import Model

Connection = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
Paging = Literal["single_page", "json_link", "header_link", "offset", "page_number", "cursor"]


class Fetching(Model):
    """What every kind of source has."""

    connection: Connection = Field(description="name of the secret: CSAT_CONNECTION_<NAME> in capitals holds the URL of the source")
    timeout_seconds: Annotated[float, Field(gt=0)] = Field(default=60.0, description="how long one answer of the source is waited for")
    attempts: Annotated[int, Field(ge=1, le=20)] = Field(
        default=5, description="how often a request is made before the source counts as not reachable; pauses double between them"
    )


class FetchS3(Fetching):
    """Files of an S3-compatible store: all below `prefix` whose names match files.pattern, each version once."""

    kind: Literal["s3"]
    bucket: str
    prefix: str = Field(
        default="", description="folder of the bucket, e.g. exports/crm/; below it a / of the key becomes __ in the name that is matched"
    )
    endpoint_url: str = Field(default="", description="address of a store that is not Amazon's, e.g. https://minio.intranet:9000")
    region: str = Field(default="", description="region of the bucket; empty: the store's default")


class FetchSftp(Fetching):
    """Files of one folder of an SFTP server whose names match files.pattern, each version once."""

    kind: Literal["sftp"]
    folder: str = Field(default=".", description="folder on the server; a relative one begins at the user's home")
    host_key: Annotated[str, Field(pattern=r"^\S+ \S+$")] = Field(
        description="the server's public key as `ssh-keyscan -t ed25519 HOST` prints it after the host, e.g. ssh-ed25519 AAAA...; "
        "a server with another key is refused"
    )
    rest_seconds: Annotated[float, Field(ge=0)] = Field(
        default=5.0, description="a new file whose size or time changes within so many seconds is still being written: it waits a night"
    )


class Cursor(Model):
    """The column that tells what has changed since: only newer rows are asked for. `extracted_at` reads the same column."""

    column: str = Field(description="column of the source that grows with every change of a row, e.g. updated_at")
    overlap_minutes: Annotated[int, Field(ge=0)] = Field(
        default=60, description="how far before the newest loaded value a night begins again: rows that were committed late are found"
    )


class RestCursor(Cursor):
    """A cursor that an API takes as a parameter of its address."""

    parameter: str = Field(description="parameter of the address that takes the lower bound, e.g. updated_since")
    format: str = Field(default="%Y-%m-%dT%H:%M:%SZ", description="strftime format of the bound, which is in UTC")


class RestPaging(Model):
    """How an API gives a list in pages; names of parameters and fields are those of dlt's paginators."""

    type: Paging = "single_page"
    next_url_path: str = Field(default="next", description="json_link: JSON path of the next page's address")
    limit: Annotated[int, Field(ge=1)] = Field(default=100, description="offset: records per page")
    limit_param: str = Field(default="limit", description="offset: parameter that takes the limit")
    offset_param: str = Field(default="offset", description="offset: parameter that takes the position of the first record")
    base_page: Annotated[int, Field(ge=0)] = Field(default=1, description="page_number: number of the first page")
    page_param: str = Field(default="page", description="page_number: parameter that takes the number")
    total_path: str | None = Field(default=None, description="offset, page_number: JSON path of the total; without it an empty page ends")
    cursor_path: str = Field(default="next_cursor", description="cursor: JSON path of the mark of the next page")
    cursor_param: str = Field(default="cursor", description="cursor: parameter that takes the mark")
    maximum_pages: Annotated[int, Field(ge=1)] = Field(
        default=100_000, description="a list with more pages is refused: an API that never ends its list would fill the disk"
    )


class FetchRest(Fetching):
    """One list of a REST API, with every page of it, as one file of JSON lines."""

    kind: Literal["rest"]
    path: str = Field(description="path below the connection's URL, e.g. v2/complaints")
    parameters: dict[str, str] = Field(default_factory=dict, description="fixed parameters of the address")
    records: str = Field(default="", description="JSON path of the list of records, e.g. data.items; empty: the answer is the list")
    paging: RestPaging = RestPaging()
    cursor: RestCursor | None = Field(default=None, description="empty: every night asks for the whole list")
    authentication: Literal["none", "basic", "bearer", "api_key"] = Field(
        default="none", description="how user and password of the connection's URL are sent; a token stands at the password's place"
    )
    api_key_header: str = Field(default="X-API-Key", description="api_key: header that takes the key")
    allow_http: bool = Field(
        default=False, description="true: the secret may go over http://, which everybody on the way can read; else only over https://"
    )


class FetchSql(Fetching):
    """A table of a database, as one Parquet file."""

    columns: tuple[str, ...] = Field(default=(), description="columns of `table` to read; empty: all")
    cursor: Cursor | None = Field(default=None, description="empty: every night reads the whole table")
    read_minutes: Annotated[float, Field(gt=0)] = Field(default=60.0, description="how long the reading may take; then the server ends it")


class FetchPostgresql(FetchSql):
    """A table or a query of PostgreSQL."""

    kind: Literal["postgresql"]
    table: str = Field(default="", description="table or view, with its schema where that is not the default; or give `query`")
    query: str = Field(default="", description="one SELECT instead of `table`, without a semicolon")


class FetchMysql(FetchSql):
    """A table or view of MySQL or MariaDB: the type of a column says how it is read, and a query has none that can be trusted."""

    kind: Literal["mysql"]
    table: Annotated[str, Field(min_length=1)] = Field(description="table or view, with its database where the URL names another")


Fetch = Annotated[FetchS3 | FetchSftp | FetchRest | FetchPostgresql | FetchMysql, Field(discriminator="kind")]
EXTRACT_FORMATS = {"rest": "jsonl", "postgresql": "parquet", "mysql": "parquet"}
"""Kinds that answer a question instead of giving files, and the format in which the answer lies in landing/."""


def find_fetch_faults(fetch: Fetch, *, pattern: str, form: str, dated_by: str) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Key, fault and advice of all that keeps a fetched extract from being read: its name, its format, its cursor, what it asks for.

    `dated_by` is the source column that dates the rows; empty: none does.
    """
    if isinstance(fetch, FetchS3 | FetchSftp):
        return
    if pattern.count("*") != 1 or set(pattern) & set("?[]/"):
        hint = f"write one *, which becomes the night's clock, e.g. complaints_*.{EXTRACT_FORMATS[fetch.kind]}"
        yield ("files", "pattern"), "does not tell how the fetched file is called", hint
    if form != EXTRACT_FORMATS[fetch.kind]:
        yield ("files", "format"), f"is not what {fetch.kind} gives", f"write `format: {EXTRACT_FORMATS[fetch.kind]}`"
    if (cursor := fetch.cursor) and cursor.column != dated_by:
        hint = f"write `extracted_at: {{source: column, column: {cursor.column}}}`: the next night begins at the newest loaded value"
        yield ("extracted_at",), "does not read the cursor's column", hint
    if isinstance(fetch, FetchPostgresql) and bool(fetch.table) == bool(fetch.query):
        yield ("fetch", "table"), "is given together with `query`, or neither is", "give one of the two"
    if isinstance(fetch, FetchPostgresql) and fetch.query and fetch.columns:
        yield ("fetch", "columns"), "belongs to `table`", "name the columns in the query"
