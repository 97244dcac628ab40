"""Records of a text file by their own boundaries: the reader that is not the loader.

It counts physical records, and finds where a record begins and which bytes it has, from quotes and line ends alone. DuckDB
parses the same file on its own; a file on which the two disagree is refused. numpy looks at whole blocks, so a file costs
one pass of memory bandwidth and no loop over rows. Bytes are UTF-8 or another superset of ASCII.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from orchestration.warehouse.plain_lines import CR, LF, SPACE, PlainLines, read_plain_lines

Positions = npt.NDArray[np.int64]
MAX_RECORD_BYTES = 64 * 1024 * 1024
BOM = b"\xef\xbb\xbf"


class RecordTooLongError(Exception):
    """A record does not end within the limit; the argument is its line."""


@dataclass(frozen=True)
class Dialect:
    """How a text file separates fields and records; an empty quote: quotes mean nothing (JSON lines)."""

    delimiter: str = ","
    quote: str = '"'
    blank_counts: bool = False
    """True in a file of one column, where an empty line is a record without a value."""


@dataclass(frozen=True)
class Block:
    """Whole records of one stretch: absolute byte offsets of first byte and end (line end excluded), and first lines."""

    starts: Positions
    ends: Positions
    lines: Positions
    content: bytes
    offset: int

    def bytes_of(self, index: int) -> bytes:
        """The bytes of the record at `index` of this block, its line end excluded."""
        return self.content[int(self.starts[index]) - self.offset : int(self.ends[index]) - self.offset]


@dataclass
class Summary:
    """What one pass saw: records, kinds of line ends, and where a quote was opened that never closes."""

    n_records: int = 0
    n_blank: int = 0
    has_lf: bool = False
    has_crlf: bool = False
    has_cr: bool = False
    open_quote_line: int | None = None
    n_lines: int = 0
    is_tidy: bool = False
    """True where every letter is of ASCII and no value begins or ends with a space; not known unless records were only counted."""
    is_cut: bool = False
    """True where the last line does not end and others do: the file may have been cut off inside it."""

    @property
    def mixes_line_ends(self) -> bool:
        """True where records end in more than one way, which the loader refuses."""
        return self.has_lf + self.has_crlf + self.has_cr > 1


class RecordReader:
    """Cuts chunks of bytes into records; `summary` is complete once `blocks` is exhausted."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.summary = Summary()
        self._inside = False
        self._quote_line = 0
        self._pending = b""
        self._pending_start = 0
        self._pending_line = 1
        self._line = 1

    def blocks(self, chunks: Iterable[bytes], *, counts_only: bool = False) -> Iterator[Block]:
        """Every record of `chunks` in order, header included, blank lines left out.

        `counts_only`: stretches in which each line is a record are counted, and not given out.

        Raises RecordTooLongError where a record exceeds the limit.
        """
        rest, offset = b"", 0
        self.summary.is_tidy = counts_only
        for chunk in chunks:
            rest += chunk
            if (cut := _last_line_end(rest)) > 0:
                whole = rest[:cut]
                if not (counts_only and self._count_plain(whole, offset)):
                    yield from self._cut(whole, offset)
                rest, offset = rest[cut:], offset + cut
            if len(rest) + len(self._pending) > MAX_RECORD_BYTES:
                raise RecordTooLongError(self._line)
        is_added = rest[-1:] not in (b"", b"\r", b"\n")
        rest += b"\n" * is_added
        if rest and counts_only:
            self._look_at_lines(rest, offset)
        yield from self._cut(rest, offset, is_added=is_added)
        if self._inside:
            self.summary.open_quote_line = self._quote_line
        self.summary.n_lines = self._line - 1
        self.summary.is_cut = is_added and self.summary.n_lines > 1

    def count(self, chunks: Iterable[bytes]) -> Summary:
        """The summary of all chunks."""
        for _ in self.blocks(chunks, counts_only=True):
            pass
        return self.summary

    def _count_plain(self, content: bytes, offset: int) -> bool:
        """True where `content` is counted: every line of it is a record."""
        lines = self._look_at_lines(content, offset)
        if lines is None:
            return False
        self.summary.has_lf |= not lines.has_crlf
        self.summary.has_crlf |= lines.has_crlf
        self.summary.n_records += lines.n_lines
        self._line += lines.n_lines
        return True

    def _look_at_lines(self, content: bytes, offset: int) -> PlainLines | None:
        """What is known of `content` if every line of it is a record, noted in the summary too; None if it must be cut."""
        lines = None
        if not (self._inside or self._pending):
            text = content.removeprefix(BOM) if offset == 0 else content
            lines = read_plain_lines(text, delimiter=self.dialect.delimiter, quote=self.dialect.quote)
        self.summary.is_tidy &= lines is not None and lines.is_tidy
        return lines

    def _cut(self, content: bytes, offset: int, *, is_added: bool = False) -> Iterator[Block]:
        if not content:
            return
        skipped = len(BOM) if offset == 0 and content.startswith(BOM) else 0
        array = np.frombuffer(content, dtype=np.uint8)
        stops, widths = _line_ends(array)
        outside = self._outside_quotes(array, stops)
        self._note_line_ends(array, stops[outside][: -1 if is_added else None])
        ends, end_widths = stops[outside], widths[outside]
        if ends.size == 0:
            self._hold(content, offset)
            self._line += int(stops.size)
            return
        starts = np.concatenate((np.array([0 if self._pending else skipped]), ends[:-1] + end_widths[:-1])).astype(np.int64)
        lines = self._line + np.searchsorted(stops, starts)
        yield self._block(content, offset, starts, ends, lines)
        last = int(ends[-1] + end_widths[-1])
        self._line += int(np.searchsorted(stops, last))
        self._pending = b""
        if last < len(content):
            self._hold(content[last:], offset + last)
            self._line += int(stops.size - np.searchsorted(stops, last))

    def _hold(self, content: bytes, offset: int) -> None:
        if not self._pending:
            self._pending_start, self._pending_line = offset, self._line
        self._pending += content

    def _block(self, content: bytes, offset: int, starts: Positions, ends: Positions, lines: Positions) -> Block:
        starts, ends = starts + offset, ends + offset
        if self._pending:
            content, offset = self._pending + content, self._pending_start
            mark = len(BOM) if offset == 0 and content.startswith(BOM) else 0
            starts[0], lines[0] = offset + mark, self._pending_line
        kept = ends > starts if not self.dialect.blank_counts else np.ones(starts.size, dtype=bool)
        self.summary.n_records += int(kept.sum())
        self.summary.n_blank += int(kept.size - kept.sum())
        return Block(starts[kept], ends[kept], lines[kept], content, offset)

    def _outside_quotes(self, array: npt.NDArray[np.uint8], stops: Positions) -> npt.NDArray[np.bool_]:
        toggles = self._toggles(array)
        crossed = np.searchsorted(toggles, stops) + int(self._inside)
        outside = crossed % 2 == 0
        if toggles.size and (toggles.size + int(self._inside)) % 2:
            self._quote_line = self._line + int(np.searchsorted(stops, toggles[-1]))
        self._inside = bool((toggles.size + int(self._inside)) % 2)
        return np.asarray(outside, dtype=np.bool_)

    def _note_line_ends(self, array: npt.NDArray[np.uint8], stops: Positions) -> None:
        returns = stops[array[stops] == CR]
        paired = array[np.minimum(returns + 1, array.size - 1)] == LF
        self.summary.has_lf |= returns.size < stops.size
        self.summary.has_crlf |= bool(paired.any())
        self.summary.has_cr |= bool((~paired).any())

    def _toggles(self, array: npt.NDArray[np.uint8]) -> Positions:
        """Quotes that open or close a field. A quote opens only where a field begins; elsewhere it is a letter."""
        empty = np.empty(0, dtype=np.int64)
        if not self.dialect.quote:
            return empty
        quotes = np.flatnonzero(array == ord(self.dialect.quote))
        if quotes.size == 0:
            return empty
        before = array[np.maximum(quotes - 1, 0)]
        before = np.where(quotes == 0, LF, before)
        begins = np.isin(before, (ord(self.dialect.delimiter), LF, CR, ord(self.dialect.quote)))
        opens = (np.arange(quotes.size) + int(self._inside)) % 2 == 0
        return quotes if begins[opens].all() else self._careful_toggles(array, quotes)

    def _careful_toggles(self, array: npt.NDArray[np.uint8], quotes: Positions) -> Positions:
        kept: list[int] = []
        inside, skip = self._inside, -1
        for position in quotes.tolist():
            if position == skip:
                continue
            if inside and position + 1 < array.size and array[position + 1] == ord(self.dialect.quote):
                skip = position + 1
            elif inside or self._begins_field(array, position):
                kept.append(position)
                inside = not inside
        return np.array(kept, dtype=np.int64)

    def _begins_field(self, array: npt.NDArray[np.uint8], position: int) -> bool:
        place = position - 1
        while place >= 0 and array[place] == SPACE:
            place -= 1
        return place < 0 or int(array[place]) in (ord(self.dialect.delimiter), LF, CR)


def _last_line_end(content: bytes) -> int:
    """Where the last whole line ends; a CR at the very end may be half of a CR LF and waits."""
    feed = content.rfind(b"\n")
    return (feed if feed >= 0 else content.rfind(b"\r", 0, -1)) + 1


def _line_ends(array: npt.NDArray[np.uint8]) -> tuple[Positions, Positions]:
    """Positions of line ends and how many bytes each has; a CR LF counts once, at its CR."""
    feeds, returns = np.flatnonzero(array == LF), np.flatnonzero(array == CR)
    if returns.size == 0:
        return feeds, np.ones(feeds.size, dtype=np.int64)
    paired = array[np.minimum(returns + 1, array.size - 1)] == LF
    alone = feeds[(feeds == 0) | (array[np.maximum(feeds - 1, 0)] != CR)]
    stops = np.concatenate((alone, returns))
    widths = np.concatenate((np.ones(alone.size, dtype=np.int64), np.where(paired, 2, 1)))
    order = np.argsort(stops, kind="stable")
    return stops[order], widths[order]
