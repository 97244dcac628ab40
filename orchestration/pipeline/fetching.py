"""The first step of a night: what contracts with `fetch:` ask for lies in landing/, whole, before anything is decided.

A source that cannot be used costs its message only: it is told, kept in the state for `csat status`, and the night goes on
with what the other sources gave. Imports nothing heavy where no contract has `fetch:`.
"""

import importlib
import os
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from orchestration.config.contracts import Contract
from orchestration.config.fetching import EXTRACT_FORMATS, Fetch, FetchPostgresql, FetchS3, FetchSftp
from orchestration.config.load import WorkspaceConfig, load_workspace
from orchestration.errors import ConfigError, CsatError
from orchestration.pipeline.night import NightRequest, require_workspace
from orchestration.settings import read_connection, read_settings, set_environment
from orchestration.warehouse.completeness import read_manifests, why_waiting
from orchestration.warehouse.lock import hold_lock
from orchestration.warehouse.sources.request import INCOMING, FetchedFile, FetchRequest, UnreachableError, answer_path
from orchestration.warehouse.state import SourceFetch, State

SOURCES = "orchestration.warehouse.sources"
MODULES = {"s3": "object_store", "sftp": "sftp", "rest": "rest", "postgresql": "postgresql", "mysql": "mysql"}
NEWEST = "select max(least(extracted_at, known_at)) from ops.extract_loads where contract_code = ? and state = 'loaded'"
"""How far a cursor has come: never beyond the night that read it, so that one row dated 2099 does not hide all that change before then."""
HIDDEN = "***"
SHORTEST_SECRET = 4
"""Shorter texts than this stand in ordinary words, and hiding them would make a message unreadable."""


def fetch_before(request: NightRequest, now: datetime) -> Iterator[str]:
    """A line per fetched source, before it is decided whether the night has anything to do.

    Raises BusyError where another run is writing, StateError where the clock lies before an earlier night's.
    """
    if request.clock is None or request.full_refresh:
        return
    require_workspace(request.folder)
    config = load_workspace(request.folder)
    if not any(contract.fetch for contract in config.contracts):
        return
    with hold_lock(request.folder / "out", as_of=request.clock, started_at=now):
        yield from map(describe_fetch, fetch_sources(request.folder, config, request.clock))


def fetch_sources(folder: Path, config: WorkspaceConfig, as_of: datetime) -> list[SourceFetch]:
    """How each source was met; its files lie in landing/. The caller holds the writer lock."""
    contracts = [contract for contract in config.contracts if contract.fetch]
    if not contracts:
        return []
    found: list[SourceFetch] = []
    set_environment(RUST_LOG="off")  # the client of MySQL would print every try of its own beside our message
    (folder / "landing" / INCOMING).unlink(missing_ok=True)
    with State(folder / "out") as state:
        state.refuse_going_back(as_of)
        with ExitStack() as held:
            snapshots = _Snapshots(held, _shared_connections(contracts))
            for connection in snapshots.shared:
                _fetch_again_together(folder / "landing", [c for c in contracts if _reads(c, connection)], as_of, state)
            for contract in contracts:
                found.append(_fetch_one(folder, config, contract, as_of, state, snapshots))
                state.record_fetch(found[-1])
    return found


@dataclass(frozen=True)
class _Snapshots:
    """Connections to databases that several contracts read, and the snapshot by which an order and its lines agree."""

    held: ExitStack
    shared: frozenset[str]
    names: dict[str, str] = field(default_factory=dict)

    def name_for(self, request: FetchRequest) -> str:
        """The snapshot that the contract sees with others; empty where it is alone. Raises UnreachableError."""
        connection = next((name for name in self.shared if _reads(request.contract, name)), "")
        if connection and connection not in self.names:
            module = importlib.import_module(f"{SOURCES}.postgresql")
            self.names[connection] = self.held.enter_context(module.hold_snapshot(request))
        return self.names.get(connection, "")


def _reads(contract: Contract, connection: str) -> bool:
    return isinstance(contract.fetch, FetchPostgresql) and contract.fetch.connection == connection


def _shared_connections(contracts: Sequence[Contract]) -> frozenset[str]:
    """Connections to PostgreSQL that several contracts read. MySQL's client reads each table in a transaction of its own."""
    named = Counter(contract.fetch.connection for contract in contracts if isinstance(contract.fetch, FetchPostgresql))
    return frozenset(name for name, count in named.items() if count > 1)


def _fetch_again_together(landing: Path, contracts: Sequence[Contract], as_of: datetime, state: State) -> None:
    """Nothing; where a killed night left some answers of a snapshot and not all, those that nothing has read are gone."""
    answers = [answer_path(landing, contract, as_of) for contract in contracts]
    there = [path for path in answers if path.exists()]
    if len(there) < len(answers):
        for path in there:
            about = path.stat()
            if state.delivery_of(path.name, about.st_size, about.st_ctime_ns) is None:
                path.unlink()


def describe_fetch(met: SourceFetch) -> str:
    """One line on how a source was met."""
    fetched = f"fetched {met.n_files or 'no'} file{'s' * (met.n_files != 1)} for {met.contract_code}"
    return f"warning: {fetched}, and the night goes on with what there is: {met.message}" if met.message else fetched


def describe_places(config: WorkspaceConfig) -> Iterator[str]:
    """A line per contract with `fetch:`: what a night would fetch, and which variable it needs. Nothing is looked up."""
    for contract in config.contracts:
        if contract.fetch:
            variable = f"CSAT_CONNECTION_{contract.fetch.connection.upper()}"
            yield f"{contract.contract}: a night fetches {_place(contract.fetch)} with {variable}; nothing was fetched now"


def _place(fetch: Fetch) -> str:
    if isinstance(fetch, FetchS3):
        return f"s3://{fetch.bucket}/{fetch.prefix}"
    if isinstance(fetch, FetchSftp):
        return f"the SFTP folder {fetch.folder}"
    return f"the REST list {fetch.path}" if fetch.kind == "rest" else f"{fetch.table or 'a query'} from {fetch.kind}"


def _fetch_one(
    folder: Path, config: WorkspaceConfig, contract: Contract, as_of: datetime, state: State, snapshots: _Snapshots
) -> SourceFetch:
    """How the source of one contract was met, whatever it did."""
    assert contract.fetch
    n_files, url = 0, ""
    try:
        url = read_connection(contract.fetch.connection).get_secret_value()
        time_zone = config.workspace.time_zone
        _require_url(contract.fetch, url)
        since = find_since(folder / "out", contract, time_zone)
        request = FetchRequest(
            contract, url, folder / "landing", as_of, time_zone, since, state.is_fetched, partial(_may_replace, state, contract)
        )
        for fetched in _fetch(request, snapshots):
            n_files += 1
            if fetched.version:
                state.remember_fetched(fetched.place, fetched.version, fetched.path.name, as_of)
    except CsatError as error:
        if not isinstance(error, ConfigError):
            raise  # the disk or the state: nothing of this source
        return SourceFetch(contract.contract, as_of, n_files, _without_secret(str(error), url))
    except UnreachableError as error:
        return SourceFetch(contract.contract, as_of, n_files, _without_secret(str(error), url))
    except Exception as error:  # client libraries raise errors of any kind, and none may cost the other sources their night
        what = f"{type(error).__name__}: {error}; see that the source answers, and that the contract's `fetch` fits it"
        return SourceFetch(contract.contract, as_of, n_files, _without_secret(what, url))
    return SourceFetch(contract.contract, as_of, n_files)


def _fetch(request: FetchRequest, snapshots: _Snapshots) -> Iterator[FetchedFile]:
    """The files that the source gives; none where the answer of this night's clock lies there already."""
    assert request.contract.fetch
    kind = request.contract.fetch.kind
    if kind in EXTRACT_FORMATS and request.target.exists():
        return
    fetch: Callable[[FetchRequest], Iterator[FetchedFile]] = importlib.import_module(f"{SOURCES}.{MODULES[kind]}").fetch
    yield from fetch(replace(request, snapshot=snapshots.name_for(request)))


def _require_url(fetch: Fetch, url: str) -> None:
    """Nothing. Raises UnreachableError, with no part of it, for a URL that a delimiter inside user or password cuts in the wrong place."""
    if fetch.kind in ("postgresql", "mysql"):  # have URLs of several hosts, and read them themselves
        return
    parts = urlsplit(url)
    try:
        is_readable = "@" not in parts.path + parts.query + parts.fragment and (parts.port or 1) > 0
    except ValueError:
        is_readable = False
    if not is_readable:
        hint = f"correct CSAT_CONNECTION_{fetch.connection.upper()}: in user and password / is %2F, ? is %3F, # is %23, @ is %40"
        raise UnreachableError("has no URL that can be read", hint)


def _may_replace(state: State, contract: Contract, path: Path) -> bool:
    """True for a file of landing/ that a night has read, or that is not known to be whole yet."""
    about = path.stat()
    if state.delivery_of(path.name, about.st_size, about.st_ctime_ns) is not None:
        return True
    names = [entry.name for entry in os.scandir(path.parent)]
    return bool(why_waiting(path, contract, read_manifests(path.parent, names, contract), state))


def find_since(out: Path, contract: Contract, time_zone: str) -> datetime | None:
    """Where the cursor begins: the newest loaded value less the overlap, local time; None without a cursor, or before the first load."""
    if contract.fetch is None or isinstance(contract.fetch, FetchS3 | FetchSftp) or contract.fetch.cursor is None:
        return None
    from orchestration.warehouse.connection import open_working  # here, since only a cursor needs the engine
    from orchestration.warehouse.ledger import has_raw_tables

    with open_working(out, memory_limit=read_settings().duckdb_memory or None) as connection:
        newest = connection.execute(NEWEST, [contract.contract]).fetchall()[0][0] if has_raw_tables(connection) else None
    if newest is None:
        return None
    # by the hours that pass: where the clock was put forward in the night, one hour on the wall is none at all
    since: datetime = newest.replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC) - timedelta(minutes=contract.fetch.cursor.overlap_minutes)
    return since.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None, fold=0)


def _without_secret(message: str, url: str) -> str:
    """The message without user, password and parameters of the connection's URL, in whatever spelling; its host may stand.

    The URL is cut by hand: one that is written wrongly must not be told either.
    """
    address, _, parameters = url.partition("://")[2].partition("?")
    user = (url.partition("://")[2] if "@" in parameters else address).rpartition("@")[0]
    password = user.partition(":")[2]
    spellings = [user, unquote(user), password, unquote(password), b64encode(unquote(user).encode()).decode(), parameters]
    for secret in sorted({text for text in spellings if len(text) >= SHORTEST_SECRET}, key=len, reverse=True):
        message = message.replace(secret, HIDDEN)
    return message
