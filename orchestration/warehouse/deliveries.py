"""Deliveries in the state file: which content lay in the landing folder under which name, and when it was first there.

A delivery, not a content, is what is loaded once: a name whose content changes and changes back is delivered three times.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orchestration.warehouse.state_file import StateFile, time_text
from orchestration.warehouse.state_schema import ExtractFile, Promise

DELIVERED = "select extract_file_id, d.sha256, d.file_name, d.n_bytes, d.known_at from deliveries d"


@dataclass(frozen=True)
class DeliveredName:
    """A name under which a delivery lay, when it was first seen under it, and how often it was put there."""

    extract_file_id: int
    file_name: str
    known_at: datetime
    n_arrivals: int


class Deliveries(StateFile):
    """The part of the state that tells deliveries."""

    def record_delivery(
        self,
        file_name: str,
        n_bytes: int,
        changed_ns: int,
        sha256: str,
        known_at: datetime,
        *,
        rivals: Callable[[str], object] | None = None,
    ) -> ExtractFile:
        """The delivery that the file of this name, size and time of change is.

        A new one where the content is new, or where the name once held it, held another one since and holds it again. Bytes
        that stand under the name already, or that came under another name, are a delivery that was there before. `rivals` is
        given where a name tells of a moment, as that of a whole list does: then only the newest delivery whose name it accepts is
        the same one again, and bytes of an earlier one say that they hold once more.
        """
        latest = self._latest(file_name)
        if latest and (latest[0].sha256, latest[1], latest[2]) == (sha256, n_bytes, changed_ns):
            return latest[0]
        at = time_text(known_at)
        with self._transaction():
            number = latest[0].extract_file_id if latest and latest[0].sha256 == sha256 else None
            if number is None:
                number = self._find(file_name, sha256)
                number = number if rivals is None or number == self._newest(rivals) else None
            if number is None:
                insert = "insert into deliveries (sha256, file_name, n_bytes, known_at) values (?, ?, ?, ?)"
                number = self._con.execute(insert, (sha256, file_name, n_bytes, at)).lastrowid
            seen = "insert into sightings (file_name, n_bytes, changed_ns, extract_file_id, known_at) values (?, ?, ?, ?, ?)"
            self._con.execute(seen, (file_name, n_bytes, changed_ns, number, at))
        return _file(self._rows(f"{DELIVERED} where extract_file_id = ?", (number,))[0])

    def files(self) -> tuple[ExtractFile, ...]:
        """Every delivery, in order of first sight."""
        return tuple(_file(row) for row in self._rows(f"{DELIVERED} order by 1"))

    def names(self) -> tuple[DeliveredName, ...]:
        """Every name of every delivery, those of one delivery in order of first sight."""
        rows = self._rows(
            "select extract_file_id, file_name, min(known_at), count(*) from sightings group by 1, 2 order by 1, min(sighting_id)"
        )
        return tuple(DeliveredName(number, name, datetime.fromisoformat(at), count) for number, name, at, count in rows)

    def known_content(self, file_name: str, n_bytes: int, changed_ns: int) -> str | None:
        """The SHA-256 seen last under this name, size and time of change; None where the file must be read."""
        rows = self._rows(
            "select sha256 from sightings s join deliveries using (extract_file_id) "
            "where s.file_name = ? and s.n_bytes = ? and changed_ns = ? order by sighting_id desc limit 1",
            (file_name, n_bytes, changed_ns),
        )
        return str(rows[0][0]) if rows else None

    def delivery_of(self, file_name: str, n_bytes: int, changed_ns: int) -> ExtractFile | None:
        """The delivery that lies under this name, if it was recorded with this size and time of change and is the newest there."""
        if not file_name.isprintable():  # refused before it is recorded, and not every such name can be asked for in UTF-8
            return None
        latest = self._latest(file_name)
        return latest[0] if latest and latest[1:] == (n_bytes, changed_ns) else None

    def record_promise(self, extract_file_id: int, promise: Promise) -> None:
        """Nothing; what a manifest says of the delivery is kept, since the manifest may go and a full reload asks again."""
        if self.promises().get(extract_file_id) != promise:
            values = (extract_file_id, promise.told_by, promise.n_records, promise.n_bytes, promise.sha256)
            self._run("insert or replace into promises values (?, ?, ?, ?, ?)", values)

    def promises(self) -> dict[int, Promise]:
        """What was promised, by delivery."""
        rows = self._rows("select extract_file_id, told_by, n_records, n_bytes, sha256 from promises")
        return {row[0]: Promise(*row[1:]) for row in rows}

    def record_dropped(self, sha256: str, dropped_at: datetime) -> None:
        """Nothing; the original of this content is about to be deleted, because it was kept as long as agreed."""
        self._run("insert or replace into dropped_originals values (?, ?)", (sha256, time_text(dropped_at)))

    def dropped_originals(self) -> frozenset[str]:
        """The contents whose originals were deleted; one that was delivered again since lies in originals."""
        return frozenset(row[0] for row in self._rows("select sha256 from dropped_originals"))

    def _latest(self, file_name: str) -> tuple[ExtractFile, int, int] | None:
        """What was seen last under the name: delivery, size, time of change."""
        sql = DELIVERED.replace(" from", ", s.n_bytes, changed_ns from")
        rows = self._rows(
            f"{sql} join sightings s using (extract_file_id) where s.file_name = ? order by sighting_id desc limit 1", (file_name,)
        )
        return (_file(rows[0][:5]), rows[0][5], rows[0][6]) if rows else None

    def _newest(self, is_meant: Callable[[str], object]) -> int | None:
        """The delivery seen last under a name that is meant; None where there is none."""
        rows = self._rows("select file_name, extract_file_id from sightings order by sighting_id desc")
        return next((number for name, number in rows if is_meant(name)), None)

    def _find(self, file_name: str, sha256: str) -> int | None:
        """The newest delivery of a content that the name never held; None where there is none, or the name returns to it."""
        rows = self._rows(
            "select max(extract_file_id), max(s.file_name = ?) from deliveries join sightings s using (extract_file_id) where sha256 = ?",
            (file_name, sha256),
        )
        return None if rows[0][1] else rows[0][0]


def _file(row: tuple[Any, ...]) -> ExtractFile:
    number, sha256, name, n_bytes, known_at = row
    return ExtractFile(number, sha256, name, n_bytes, datetime.fromisoformat(known_at))
