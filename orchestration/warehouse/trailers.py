"""The last line of a text file where it is no record but says how many there are before it."""

import re
from collections.abc import Iterable, Iterator

from orchestration.warehouse.limits import UnreadableError

HINT = "the file was cut off or is another one than agreed (files.trailer); have it delivered again"


class Trailer:
    """The trailer of one file, as `pattern` agrees it; an empty pattern: the file has none."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.n_promised: int | None = None

    def take_off(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The chunks without the last line. Raises UnreadableError where that is no trailer."""
        if not self.pattern:
            yield from chunks
            return
        rest = b""
        for chunk in chunks:
            rest += chunk
            begin = max(rest.rstrip(b"\r\n").rfind(end) for end in (b"\n", b"\r")) + 1
            yield rest[:begin]
            rest = rest[begin:]
        found = re.fullmatch(self.pattern, rest.decode().strip())
        if not found or not found.groups() or not (found.group(1) or "").isdecimal():
            raise UnreadableError("does not end with its trailer", HINT)
        self.n_promised = int(found.group(1))

    def check(self, n_records: int) -> None:
        """Nothing. Raises UnreadableError where the trailer told another number of records."""
        if self.n_promised is not None and self.n_promised != n_records:
            raise UnreadableError(f"has {n_records} records, its trailer says {self.n_promised}", HINT)
