"""Files of one folder of an SFTP server, by paramiko.

The connection's URL is `sftp://USER:PASSWORD@HOST:PORT`, percent-encoded, or `sftp://USER@HOST?key_file=/path/of/private_key`.
The server must have the key that the contract declares. A version is size and time of change: a file that has just been changed is
looked at twice, and one that changes while it is read is left for the next night.
"""

import logging
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import parse_qs, unquote, urlsplit

from orchestration.config.fetching import FetchSftp
from orchestration.warehouse.files import CHUNK
from orchestration.warehouse.sources.remote_files import RemoteFile, SkippedFileError, fetch_files, new_files
from orchestration.warehouse.sources.request import FetchedFile, FetchRequest, UnreachableError, import_client

if TYPE_CHECKING:
    import paramiko

PORT = 22
PARALLEL_READS = 64


def fetch(request: FetchRequest) -> Iterator[FetchedFile]:
    """Every file of the folder whose name matches the contract, in order of name, but for versions fetched before.

    Raises UnreachableError where the server refuses, is another one or is not there, or at the end where single files could not
    be read.
    """
    rule = request.contract.fetch
    assert isinstance(rule, FetchSftp)
    import_client("paramiko", "sftp")
    with _explained(rule, request.url), _connected(rule, request.url) as server:
        files, moving = _look_twice(request, rule, server)
        yield from fetch_files(request, files, lambda file, target: _copy(server, rule, file, target), moving)


@contextmanager
def _connected(rule: FetchSftp, url: str) -> Iterator["paramiko.SFTPClient"]:
    """The folder's server, whose key is the declared one."""
    with _connect(rule, url) as client, client.open_sftp() as server:
        channel = server.get_channel()
        assert channel
        channel.settimeout(rule.timeout_seconds)
        yield server


def _connect(rule: FetchSftp, url: str) -> "paramiko.SSHClient":
    """A connection, tried again with pauses that double while the server is not there; a refusal is final."""
    import paramiko

    for attempt in range(rule.attempts):
        try:
            return _connect_once(rule, url)
        except (paramiko.AuthenticationException, paramiko.BadHostKeyException):
            raise
        except (OSError, paramiko.SSHException):
            if attempt + 1 == rule.attempts:
                raise
            time.sleep(2**attempt)
    raise AssertionError("there is at least one attempt")


def _connect_once(rule: FetchSftp, url: str) -> "paramiko.SSHClient":
    import paramiko

    address, seconds = urlsplit(url), rule.timeout_seconds
    host, port = address.hostname or "", address.port or PORT
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # it would print a traceback of what the error says
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    key = _declared_key(rule, host)
    client.get_host_keys().add(host if port == PORT else f"[{host}]:{port}", key.get_name(), key)
    try:
        client.connect(
            host, port, unquote(address.username or ""), unquote(address.password or "") or None,
            key_filename=parse_qs(address.query).get("key_file", [""])[0] or None, allow_agent=False, look_for_keys=False,
            timeout=seconds, banner_timeout=seconds, auth_timeout=seconds, channel_timeout=seconds,
        )  # fmt: skip
    except BaseException:
        client.close()
        raise
    return client


def _declared_key(rule: FetchSftp, host: str) -> "paramiko.PKey":
    import paramiko
    from paramiko.hostkeys import HostKeyEntry, InvalidHostKey

    try:
        entry = HostKeyEntry.from_line(f"host {rule.host_key}")
    except (InvalidHostKey, paramiko.SSHException):
        entry = None
    if entry is None or entry.key is None:
        raise UnreachableError("host_key is no public key", f"write what `ssh-keyscan -t ed25519 {host}` prints after the host")
    return entry.key


def _look_twice(request: FetchRequest, rule: FetchSftp, server: "paramiko.SFTPClient") -> tuple[list[RemoteFile], set[str]]:
    """The files, and the names of those whose size or time of change has not stood still for `rest_seconds`: they are being written."""
    first = _list(server, rule)
    if not new_files(request, first):
        return [], set()
    time.sleep(rule.rest_seconds)
    second = _list(server, rule)
    return second, {file.name for file in set(second) - set(first)}


def _list(server: "paramiko.SFTPClient", rule: FetchSftp) -> list[RemoteFile]:
    about = [one for one in server.listdir_attr(rule.folder) if stat.S_ISREG(one.st_mode or 0)]
    return [RemoteFile(one.filename, _place(rule, one.filename), f"{one.st_size} {one.st_mtime}") for one in about]


def _place(rule: FetchSftp, name: str) -> str:
    return f"sftp {rule.connection} {rule.folder}/{name}"


def _copy(server: "paramiko.SFTPClient", rule: FetchSftp, file: RemoteFile, target: BinaryIO) -> str:
    """The version that was read. Raises SkippedFileError where it is not the one that was listed."""
    path = f"{rule.folder}/{file.path}"
    try:
        with server.open(path, "rb") as source:
            _keep_quiet(source)
            source.prefetch(max_concurrent_requests=PARALLEL_READS)
            shutil.copyfileobj(source, target, CHUNK)
        after = server.stat(path)
    except FileNotFoundError:
        raise SkippedFileError("was taken away while it was read") from None
    except PermissionError:
        raise SkippedFileError("may not be read by this user") from None
    if f"{after.st_size} {after.st_mtime}" != file.version or target.tell() != after.st_size:
        raise SkippedFileError("changed while it was read, and comes the next night")
    return file.version


def _keep_quiet(source: Any) -> None:
    """Nothing; the thread that asks for blocks ahead prints no traceback where the connection is lost: the reader meets the same."""
    import paramiko

    ask_ahead = source._prefetch_thread

    def ask_quietly(*given: Any) -> None:
        with suppress(EOFError, OSError, paramiko.SSHException):
            ask_ahead(*given)

    source._prefetch_thread = ask_quietly


@contextmanager
def _explained(rule: FetchSftp, url: str) -> Iterator[None]:
    """Nothing; an error of the client becomes an UnreachableError that says what to do."""
    import paramiko

    address, variable = urlsplit(url), f"CSAT_CONNECTION_{rule.connection.upper()}"
    place = f"{address.hostname}:{address.port or PORT}"
    try:
        yield
    except paramiko.BadHostKeyException:
        hint = "ask its operator whether the key was changed, and only then correct `host_key`: somebody may stand in between"
        raise UnreachableError(f"{place} does not have the declared key", hint) from None
    except paramiko.AuthenticationException:
        raise UnreachableError(f"{place} refuses the user", f"check user and password or key file in {variable}") from None
    except FileNotFoundError:
        raise UnreachableError(f"{place} has no folder {rule.folder}", "correct `folder`, or the key_file of the connection") from None
    except (OSError, EOFError, paramiko.SSHException) as error:
        hint = "see that the server answers; what is missing is fetched the next night"
        raise UnreachableError(f"{place} cannot be read: {error or type(error).__name__}", hint) from None
