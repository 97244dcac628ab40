"""Bytes of a delivered file as checked UTF-8: decompress with the check sum, decode strictly, never guess, never replace.

DuckDB reads a gzip member without looking at its check sum and knows few encodings, so every file passes through here once
before the loader sees it.
"""

import codecs
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

CHUNK_BYTES = 4 * 1024 * 1024
GZIP_WINDOW = 31
UTF8_NAMES = frozenset({"utf-8", "utf-8-sig"})
PROBE_BYTES = 4096


@dataclass(frozen=True)
class LandingLimits:
    """What one file may cost: bytes as delivered, bytes unpacked, and how much larger unpacking may make it."""

    delivered_bytes: int = 64 * 1024**3
    unpacked_bytes: int = 512 * 1024**3
    ratio: float = 1000.0
    ratio_from_bytes: int = 64 * 1024**2


class UnreadableError(Exception):
    """A file cannot be used; the arguments say what is wrong and what to do."""

    def __init__(self, what: str, hint: str) -> None:
        self.what, self.hint = what, hint
        super().__init__(f"{what}; {hint}")


def read_chunks(path: Path) -> Iterator[bytes]:
    """The bytes of `path` in chunks."""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def read_text(path: Path, *, compression: str, encoding: str, limits: LandingLimits) -> Iterator[bytes]:
    """The text of `path` as UTF-8 in chunks. Raises UnreadableError for damage, a wrong encoding or a bomb."""
    chunks = read_chunks(path)
    if compression == "gzip":
        chunks = _inflate(chunks, path.stat().st_size, limits)
    return _decode(chunks, encoding)


def _inflate(chunks: Iterable[bytes], n_bytes: int, limits: LandingLimits) -> Iterator[bytes]:
    """The content of every gzip member, its check sum and length verified by zlib."""
    ceiling = min(limits.unpacked_bytes, max(limits.ratio_from_bytes, int(n_bytes * limits.ratio)))
    engine, n_out, is_begun = zlib.decompressobj(GZIP_WINDOW), 0, False
    try:
        for chunk in chunks:
            data = chunk
            while data:
                is_begun = True
                out = engine.decompress(data, CHUNK_BYTES)
                n_out += len(out)
                if n_out > ceiling:
                    raise UnreadableError(f"unpacks to more than {ceiling:,} bytes", "the limit guards against a bomb; deliver it in parts")
                if out:
                    yield out
                if engine.eof:
                    data, engine, is_begun = engine.unused_data.lstrip(b"\0"), zlib.decompressobj(GZIP_WINDOW), False
                else:
                    data = engine.unconsumed_tail
    except zlib.error as error:
        raise UnreadableError(f"is a damaged gzip file ({error})", "have it delivered again") from None
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
