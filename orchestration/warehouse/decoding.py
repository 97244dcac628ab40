"""Bytes of a delivered file as checked UTF-8: decompress with the check sum, decode strictly, never guess, never replace.

DuckDB reads a gzip member without looking at its check sum and knows few encodings, so every file passes through here once
before the loader sees it.
"""

import codecs
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

from orchestration.warehouse.archives import unzip
from orchestration.warehouse.limits import CHUNK_BYTES, DELIVER_AGAIN, LandingLimits, UnreadableError

GZIP_WINDOW = 31
PACKED_BYTES = CHUNK_BYTES // 4
UTF8_NAMES = frozenset({"utf-8", "utf-8-sig"})
PROBE_BYTES = 4096
MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"PK\x03\x04": "zip", b"PK\x05\x06": "zip"}
MAGIC_BYTES = 4
ZSTD_CHECK_SUM = 0x04


def read_chunks(path: Path, n_bytes: int = CHUNK_BYTES) -> Iterator[bytes]:
    """The bytes of `path` in chunks of `n_bytes`."""
    with path.open("rb") as stream:
        while chunk := stream.read(n_bytes):
            yield chunk


def read_text(path: Path, *, compression: str, encoding: str, limits: LandingLimits, member: str = "") -> Iterator[bytes]:
    """The text of `path` as UTF-8 in chunks. Raises UnreadableError for damage, a wrong encoding or a bomb."""
    return _decode(unpack(path, compression=compression, limits=limits, member=member), encoding)


def unpack(path: Path, *, compression: str, limits: LandingLimits, member: str = "") -> Iterator[bytes]:
    """The bytes of `path` as they were before it was packed. Raises UnreadableError for damage, a bomb or another way of packing."""
    if (found := find_packing(path)) != "none" and found != compression:
        what = "a zip archive or a workbook" if found == "zip" else f"a {found} file"
        raise UnreadableError(f"is {what}", f"the contract says {compression}: correct files.compression, or have it delivered so")
    match compression:
        case "gzip":
            chunks = _inflate(read_chunks(path, PACKED_BYTES))
        case "zstd":
            chunks = _unzstd(path)
        case "zip":
            chunks = unzip(path, member, limits)
        case _:
            return read_chunks(path)
    return _packed_once(limits.watch(chunks, path.stat().st_size))


def find_packing(path: Path) -> str:
    """gzip, zstd, zip or none, by the first bytes of the file."""
    with path.open("rb") as stream:
        return _name_packing(stream.read(MAGIC_BYTES))


def has_check_sum(path: Path) -> bool:
    """True where the first frame of a zstd file carries the check sum of its content."""
    with path.open("rb") as stream:
        first = stream.read(MAGIC_BYTES + 1)
    return len(first) > MAGIC_BYTES and bool(first[MAGIC_BYTES] & ZSTD_CHECK_SUM)


def _name_packing(first: bytes) -> str:
    return next((name for magic, name in MAGIC.items() if first.startswith(magic)), "none")


def _packed_once(chunks: Iterator[bytes]) -> Iterator[bytes]:
    first = next(chunks, b"")
    if (found := _name_packing(first)) != "none":
        raise UnreadableError(f"is packed twice: it holds a {found} file", "have the data file itself packed, once")
    yield first
    yield from chunks


def _unzstd(path: Path) -> Iterator[bytes]:
    """The content of every frame; check sums are verified where frames have them."""
    import pyarrow as pa  # here, since only a night with such a file needs it

    try:
        with pa.OSFile(str(path)) as source, pa.CompressedInputStream(source, "zstd") as stream:
            while chunk := stream.read(CHUNK_BYTES):
                yield chunk
    except OSError as error:
        what = "is a zstd file that ends too early" if "runcated" in str(error) else f"is a damaged zstd file ({error})"
        raise UnreadableError(what, DELIVER_AGAIN) from None


def _inflate(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The content of every gzip member, its check sum and length verified by igzip; zeros behind a member pad the file."""
    from isal import isal_zlib  # here, since only a night with such a file needs it

    damage = cast(type[Exception], isal_zlib.IsalError)  # its stub has an instance
    engine, is_begun, n_members = isal_zlib.decompressobj(GZIP_WINDOW), False, 0
    try:
        for chunk in chunks:
            data = chunk if is_begun or not n_members else chunk.lstrip(b"\0")
            while data:
                is_begun = True
                if out := engine.decompress(data, CHUNK_BYTES):
                    yield out
                if engine.eof:
                    data, engine, is_begun = engine.unused_data.lstrip(b"\0"), isal_zlib.decompressobj(GZIP_WINDOW), False
                    n_members += 1
                else:
                    data = engine.unconsumed_tail
    except damage as error:
        raise UnreadableError(f"is a damaged gzip file ({error})", DELIVER_AGAIN) from None
    if is_begun:
        raise UnreadableError("is a gzip file that ends too early", "the transfer was cut off; have it delivered again")


def _decode(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    source = iter(chunks)
    first = next(source, b"")
    name = _true_name(first, encoding)
    decoder, n_read = codecs.getincrementaldecoder(name)("strict"), 0
    for chunk in _then_end(first, source):
        held = len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk or b"", final=chunk is None)
        except UnicodeDecodeError as error:
            place = n_read - held + error.start
            raise UnreadableError(
                f"is not {encoding}: byte {place} (0x{error.object[error.start]:02x}) cannot be decoded",
                "write the true encoding under files.encoding of the contract, or have the file delivered in the agreed one",
            ) from None
        n_read += len(chunk or b"")
        if out := (chunk or b"") if encoding in UTF8_NAMES else text.encode():
            yield out


def _then_end(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes | None]:
    yield first
    yield from rest
    yield None


def _true_name(first: bytes, encoding: str) -> str:
    """The codec; UTF-16 without a mark is told apart by where its zero bytes lie."""
    if encoding in UTF8_NAMES:
        return "utf-8"
    if encoding != "utf-16" or first[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return encoding
    even, odd = first[0:PROBE_BYTES:2].count(0), first[1:PROBE_BYTES:2].count(0)
    if even == odd:
        what = "is not utf-16: it has neither a byte order mark nor zero bytes"
        raise UnreadableError(what, "write the true encoding under files.encoding of the contract")
    return "utf-16-le" if odd > even else "utf-16-be"
