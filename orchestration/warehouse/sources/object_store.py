"""Files of an S3-compatible store, by s3fs.

The connection's URL is `s3://ACCESS_KEY:SECRET_KEY@`, both percent-encoded; `s3://` alone takes the machine's own credentials as
Amazon's tools find them. A version is size and ETag, and an object is read under its ETag: where it is replaced meanwhile the
store refuses the rest, so that no file is made of two.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

from orchestration.config.fetching import FetchS3
from orchestration.warehouse.sources.remote_files import RemoteFile, SkippedFileError, fetch_files
from orchestration.warehouse.sources.request import FetchedFile, FetchRequest, UnreachableError, import_client

BLOCK_BYTES = 8 * 1024 * 1024
BROKEN_READS = 2
"""How often a block whose body broke off is asked for, on top of the attempts that the client makes for every request."""


def fetch(request: FetchRequest) -> Iterator[FetchedFile]:
    """Every object below the prefix whose name matches the contract, in order of key, but for versions fetched before.

    Raises UnreachableError where the store refuses or is not there, or at the end where single objects could not be read.
    """
    rule = request.contract.fetch
    assert isinstance(rule, FetchS3)
    import_client("s3fs", "s3")
    with _explained(rule):
        store = _open(rule, request.url)
        root = f"{rule.bucket}/{rule.prefix.strip('/')}".rstrip("/") + "/"
        files = _list(store, rule, root)
        yield from fetch_files(request, files, lambda file, target: _copy(store, root + file.path, target))


def _open(rule: FetchS3, url: str) -> Any:
    import s3fs

    account = urlsplit(url)
    client = {"endpoint_url": rule.endpoint_url or None, "region_name": rule.region or None}
    limits = {
        "connect_timeout": rule.timeout_seconds, "read_timeout": rule.timeout_seconds,
        "retries": {"total_max_attempts": rule.attempts, "mode": "legacy"},
    }  # fmt: skip
    key, secret = unquote(account.username or "") or None, unquote(account.password or "") or None
    store = s3fs.S3FileSystem(
        key=key, secret=secret, client_kwargs=client, config_kwargs=limits, use_listings_cache=False, skip_instance_cache=True
    )
    store.retries = min(BROKEN_READS, rule.attempts)
    return store


def _list(store: Any, rule: FetchS3, root: str) -> list[RemoteFile]:
    store.call_s3("head_bucket", Bucket=rule.bucket)  # an empty listing of a bucket that is not there would look like no news
    found = store.find(root, detail=True).values()
    files = [one for one in found if one["type"] == "file" and one["name"] != root]
    return [RemoteFile(one["name"].removeprefix(root), f"s3 {rule.endpoint_url} {root} {one['name']}", _version(one)) for one in files]


def _version(about: dict[str, Any]) -> str:
    return f"{about['size']} {about['ETag']}"


def _copy(store: Any, key: str, target: BinaryIO) -> str:
    """The version that was read, which a moment after the listing may be a newer one."""
    from s3fs.utils import FileExpired

    try:
        with store.open(key, "rb", block_size=BLOCK_BYTES, cache_type="readahead") as read:
            shutil.copyfileobj(read, target, BLOCK_BYTES)
            return _version(read.details)
    except FileExpired:
        raise SkippedFileError("was replaced while it was read, and comes the next night") from None
    except FileNotFoundError:
        raise SkippedFileError("was taken away while it was read") from None


@contextmanager
def _explained(rule: FetchS3) -> Iterator[None]:
    """Nothing; an error of the client becomes an UnreachableError that says what to do."""
    import aiohttp
    import botocore.exceptions

    place = f"the bucket {rule.bucket} of {rule.endpoint_url or 'Amazon S3'}"
    try:
        yield
    except PermissionError as error:
        hint = f"check key and secret in CSAT_CONNECTION_{rule.connection.upper()}, and that they may list and read the bucket"
        raise UnreachableError(f"{place} refuses: {error}", hint) from None
    except FileNotFoundError:
        raise UnreachableError(f"{place} is not there", "correct `bucket`, `region` or `endpoint_url`") from None
    except (OSError, aiohttp.ClientError, botocore.exceptions.BotoCoreError) as error:
        hint = "see that the store answers and that `endpoint_url` is its address; the next night tries again"
        raise UnreachableError(f"{place} cannot be read: {error}", hint) from None
