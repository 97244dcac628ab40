"""Open DuckDB files: the working and the private file for the run, a published one for reading, one in memory for tests.

The only module that opens a DuckDB file. New files get the storage version that tools from 1.3 on read. Nothing is ever installed
or loaded from the network. Errors of disk, memory and file become WarehouseError; a wrong statement stays a duckdb.Error,
since that is a defect.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.errors import WarehouseError
from orchestration.warehouse.files import FREE_SPACE, TEMPORARY, is_full_disk

WORKING_FILE = "warehouse.duckdb"
PRIVATE_FILE = "private.duckdb"
STORAGE_VERSION = "v1.3.0"
THREAD_MEBIBYTES = 512
NO_BAR = "set enable_progress_bar = false"
"""DuckDB draws one into any output, a night's log too; a session's own setting, so no part of a connection's configuration."""
NO_EXTENSIONS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
ENVIRONMENT_ERRORS = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException, duckdb.SerializationException)


@dataclass(frozen=True)
class Limits:
    """What a connection may use; empty: DuckDB's own choice (80 % of memory, `<file>.tmp` beside the file)."""

    memory_limit: str = ""
    temp_directory: str = ""


@contextmanager
def open_working(out: Path, *, memory_limit: str | None = None, temp_directory: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The working file `out/warehouse.duckdb` for reading and writing, created if missing; the caller holds the lock.

    Raises WarehouseError where the file is damaged, in use or the disk is full.
    """
    with _open_writable(out / WORKING_FILE, _limits(memory_limit, temp_directory)) as con:
        yield con


@contextmanager
def open_private(out: Path, *, memory_limit: str | None = None, temp_directory: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The private file `out/private.duckdb`, mode 0600: free text, superseded versions, bytes in quarantine; never published.

    Raises WarehouseError where the file is damaged, in use or the disk is full.
    """
    with _open_writable(out / PRIVATE_FILE, _limits(memory_limit, temp_directory)) as con:
        yield con


@contextmanager
def open_read_only(path: Path | str, *, is_ordered: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A published file: it can neither write, nor read another file, nor change a setting.

    A symlink is resolved first, so the reader keeps its generation while the pointer moves. `is_ordered`: a query gives its
    rows in the same order every time, at the price of one thread. Raises WarehouseError where the file is missing or damaged.
    """
    path = Path(path)
    real = path.resolve()
    if not real.is_file():
        raise WarehouseError("does not exist", where=str(path), hint="nothing has been published yet, or it was removed: `csat run`")
    con = _connect(real, {**NO_EXTENSIONS, "enable_external_access": False, **({"threads": 1} if is_ordered else {})}, read_only=True)
    with _closing(con, path):
        # connections of one process to one file share its settings: the second finds them made and locked
        if not con.execute("select current_setting('lock_configuration')").fetchall()[0][0]:
            con.execute("set global TimeZone = 'UTC'")
            con.execute(NO_BAR)
            con.execute("set lock_configuration = true")
        yield con


@contextmanager
def open_memory() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory, set up like the working file."""
    con = _connect(":memory:", NO_EXTENSIONS, read_only=False)
    with _closing(con, Path(":memory:")):
        con.execute("set TimeZone = 'UTC'")
        con.execute(NO_BAR)
        yield con


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Nothing; what is executed inside is committed as a whole or not at all. Inside a transaction it joins that one."""
    if _is_in_transaction(con):
        yield
        return
    con.execute("begin transaction")
    try:
        yield
    except BaseException:
        _roll_back(con)
        raise
    con.execute("commit")


@contextmanager
def any_order(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Nothing; what is inserted inside may be stored in any order: kept in order, DuckDB writes it twice and on one thread."""
    con.execute("set preserve_insertion_order = false")
    try:
        yield
    finally:
        con.execute("reset preserve_insertion_order")


@contextmanager
def bounded_memory(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Nothing; what runs inside keeps THREAD_MEBIBYTES per thread in memory, or what the connection may where that is less.

    The rest is spilled to disk: without a bound DuckDB keeps whatever it has read and written, up to most of the machine.
    """
    bound = f"{THREAD_MEBIBYTES} * 1048576 * current_setting('threads')::bigint"
    before, bytes_before, wanted = con.execute(
        f"select current_setting('memory_limit') as stood, parse_formatted_bytes(stood), {bound}"
    ).fetchall()[0]
    con.execute(f"set memory_limit = '{min(bytes_before, wanted)} bytes'")
    try:
        yield
    finally:
        con.execute(f"set memory_limit = {quote_text(before)}")


def create_file(path: Path) -> None:
    """Nothing; an empty database file of mode 0600 that DuckDB 1.3 can read exists at `path`, unless a file was there.

    Made under another name first: a kill leaves no half-made database.
    """
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(path.name + TEMPORARY)
    with _translated(path):
        made.unlink(missing_ok=True)
        con = duckdb.connect(":memory:", config=NO_EXTENSIONS)
        try:
            con.execute(f"attach {quote_text(str(made))} as made (storage_version '{STORAGE_VERSION}')")
            con.execute("detach made")
        finally:
            con.close()
        made.chmod(0o600)
        os.replace(made, path)


def quote_name(name: str) -> str:
    """`name` as one quoted SQL identifier, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def quote_table(name: str) -> str:
    """`schema.table` as two quoted SQL identifiers."""
    return ".".join(quote_name(part) for part in name.split(".", 1))


def quote_text(text: str) -> str:
    """`text` as a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def _open_writable(path: Path, limits: Limits) -> Iterator[duckdb.DuckDBPyConnection]:
    create_file(path)
    con = _connect(path, NO_EXTENSIONS, read_only=False)
    with _closing(con, path):
        con.execute("set TimeZone = 'UTC'")
        con.execute(NO_BAR)
        for name, value in (("memory_limit", limits.memory_limit), ("temp_directory", limits.temp_directory)):
            if value:
                con.execute(f"set {name} = {quote_text(value)}")
        yield con


def _limits(memory_limit: str | None, temp_directory: Path | None) -> Limits:
    return Limits(memory_limit or "", str(temp_directory) if temp_directory else "")


def _connect(path: Path | str, config: dict[str, str | bool | int | float | list[str]], *, read_only: bool) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(path, read_only=read_only, config=config)
    except (duckdb.Error, OSError) as error:
        raise _warehouse_error(error, Path(path)) from error


@contextmanager
def _closing(con: duckdb.DuckDBPyConnection, path: Path) -> Iterator[None]:
    try:
        with _translated(path):
            yield
    finally:
        con.close()


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        if not _is_environment(error):
            raise
        raise _warehouse_error(error, path) from error


def _is_environment(error: duckdb.Error) -> bool:
    """Damage found while reading has no class of its own, and a disk that fills at the commit comes as a transaction error."""
    return isinstance(error, ENVIRONMENT_ERRORS) or type(error) is duckdb.Error or is_full_disk(str(error))


def _warehouse_error(error: Exception, path: Path) -> WarehouseError:
    text = str(error).strip().splitlines()[0]
    return WarehouseError(text, where=str(path), hint=_advice(error, text))


def _advice(error: Exception, text: str) -> str:
    if is_full_disk(text):
        return FREE_SPACE
    if isinstance(error, duckdb.OutOfMemoryException):
        return "raise the memory limit or free space for the temporary folder, and run again; what was published before is untouched"
    if "create directory" in text:
        return "name a temporary folder that can be written"
    if "lock on file" in text or "different configuration" in text:
        return "close the program that has the file open; analysts open out/current.duckdb, never the working file"
    return "if the working file is damaged move it away and run again: it is rebuilt from landing and state; `csat verify` checks the rest"


def _is_in_transaction(con: duckdb.DuckDBPyConnection) -> bool:
    """Two statements share their transaction's number only inside one; a second `begin` would abort the first."""
    first, second = (con.execute("select txid_current()").fetchall() for _ in range(2))
    return first == second


def _roll_back(con: duckdb.DuckDBPyConnection) -> None:
    with suppress(duckdb.Error):  # a fatal error has ended the transaction already; the first error is the one to show
        con.execute("rollback")
