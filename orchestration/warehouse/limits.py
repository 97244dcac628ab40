"""What one delivered file may cost, and the error of a file that cannot be used."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

CHUNK_BYTES = 512 * 1024
"""Bytes read and unpacked at a time: few enough to stay in the processor's own memory from one step to the next."""


@dataclass(frozen=True)
class LandingLimits:
    """What one file may cost: bytes as delivered, bytes unpacked, how much larger unpacking may make it, members of an archive."""

    delivered_bytes: int = 64 * 1024**3
    unpacked_bytes: int = 512 * 1024**3
    ratio: float = 1000.0
    ratio_from_bytes: int = 64 * 1024**2
    members: int = 10_000

    def ceiling(self, n_bytes: int) -> int:
        """Bytes that a file of `n_bytes` may unpack to."""
        return min(self.unpacked_bytes, max(self.ratio_from_bytes, int(n_bytes * self.ratio)))

    def watch(self, chunks: Iterable[bytes], n_bytes: int) -> Iterator[bytes]:
        """The unpacked chunks of a file of `n_bytes`. Raises UnreadableError where they grow beyond what it may unpack to."""
        ceiling, n_out = self.ceiling(n_bytes), 0
        for chunk in chunks:
            n_out += len(chunk)
            if n_out > ceiling:
                raise UnreadableError(f"unpacks to more than {ceiling:,} bytes", BOMB_HINT)
            yield chunk


class UnreadableError(Exception):
    """A file cannot be used; the arguments say what is wrong and what to do."""

    def __init__(self, what: str, hint: str) -> None:
        self.what, self.hint = what, hint
        super().__init__(f"{what}; {hint}")


BOMB_HINT = "the limit guards against a bomb; deliver it in parts"
DELIVER_AGAIN = "have it delivered again"
