"""Decisions about quarantine in the state file: what is discarded, and which correction files were written for which records."""

from collections.abc import Sequence
from datetime import datetime

from orchestration.warehouse.state_file import StateFile, time_text
from orchestration.warehouse.state_schema import Correction, Discard


class Decisions(StateFile):
    """The part of the state that tells what people decided about records in quarantine."""

    def record_discards(self, discards: Sequence[Discard]) -> None:
        """Nothing; the records are discarded. A decision that stands already stays as it is."""
        rows = [
            (d.extract_file_id, d.contract_code, d.record_number, d.reason, d.discarded_by, time_text(d.discarded_at)) for d in discards
        ]
        with self._transaction():
            self._con.executemany("insert into discards values (?, ?, ?, ?, ?, ?) on conflict do nothing", rows)

    def discards(self) -> tuple[Discard, ...]:
        """Every decision to do without a record, in order of file, contract and record."""
        rows = self._rows(
            "select extract_file_id, contract_code, record_number, reason, discarded_by, discarded_at from discards order by 1, 2, 3"
        )
        return tuple(Discard(file, code, number, why, who, datetime.fromisoformat(at)) for file, code, number, why, who, at in rows)

    def record_correction(self, file_name: str, extract_file_id: int, record_numbers: Sequence[int]) -> None:
        """Nothing; a file of this name, once it lands, corrects these records of that delivery, in this order."""
        rows = [(file_name, position, extract_file_id, number) for position, number in enumerate(record_numbers, 1)]
        with self._transaction():
            self._con.execute("delete from corrections where file_name = ?", (file_name,))
            self._con.executemany("insert into corrections values (?, ?, ?, ?)", rows)

    def corrections(self) -> tuple[Correction, ...]:
        """Every record of every correction file ever written, in order of file name and place."""
        rows = self._rows("select file_name, position, extract_file_id, record_number from corrections order by 1, 2")
        return tuple(Correction(*row) for row in rows)

    def corrected_files(self) -> dict[str, int]:
        """Name of a correction file -> the delivery that it corrects."""
        return dict(self._rows("select file_name, min(extract_file_id) from corrections group by 1"))
