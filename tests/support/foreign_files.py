"""Complaint files of systems that the product never saw: other headers, languages, date formats, delimiters and encodings."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

N_RECORDS = 60
FIRST = datetime(2026, 8, 3, 0, 5)


@dataclass(frozen=True)
class ForeignFile:
    """Name, bytes, and how many records they hold."""

    name: str
    content: bytes
    n_records: int


def _times(number: int) -> tuple[datetime, datetime]:
    opened = FIRST + timedelta(hours=25 * number, minutes=7 * number)
    return opened, opened + timedelta(hours=5 * (number % 9) + 1)


def _file(
    name: str, encoding: str, delimiter: str, header: Sequence[str], row: Callable[[int, datetime, datetime], Sequence[str]]
) -> ForeignFile:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([header, *(row(number, *_times(number)) for number in range(N_RECORDS))])
    return ForeignFile(name, text.getvalue().encode(encoding), N_RECORDS)


def _us(moment: datetime) -> str:
    half = "AM" if moment.hour < 12 else "PM"
    return f"{moment.month}/{moment.day}/{moment.year} {(moment.hour + 11) % 12 + 1}:{moment.minute:02d} {half}"


HELPDESK = _file(
    "helpdesk_export.csv", "utf-8", ",", ["Ticket No", "Date opened", "Agent", "State"],
    lambda n, opened, _: [f"HD-{n:05d}", f"{opened:%Y-%m-%d %H:%M}", f"agent {n % 4}", "Open" if n % 5 == 0 else "Closed"],
)  # fmt: skip
GERMAN = _file(
    "beschwerden_2026.csv", "latin-1", ";",
    ["Vorgangsnummer", "Eingangsdatum", "Erledigt am", "Bearbeiter", "Status", "Kategorie", "Beschreibung"],
    lambda n, opened, solved: [
        f"B{n}", f"{opened:%d.%m.%Y}", f"{solved:%d.%m.%Y}" if n % 6 else "", "Jörg Müller" if n % 2 else "Änne Groß",
        "erledigt" if n % 6 else "in Prüfung", "Verspätung", 'Fahrer kam "später"; niemand rief zurück',
    ],
)  # fmt: skip
CHINESE = _file(
    "投诉工单.csv", "gb18030", ",", ["工单编号", "受理时间", "办结时间", "状态", "责任部门"],
    lambda n, opened, solved: [
        f"GD{n}", f"{opened:%Y/%m/%d %H:%M}", f"{solved:%Y/%m/%d %H:%M}" if n % 4 else "无", "已办结" if n % 4 else "处理中", "客户服务部",
    ],
)  # fmt: skip
AMERICAN = _file(
    "cases.csv", "utf-8-sig", "\t", ["Case Number", "Created Date", "Resolved Date", "Case Origin", "Status", "Account"],
    lambda n, opened, solved: [str(10_000 + n), _us(opened), _us(solved) if n % 3 else "", "Phone", "Working", f"A-{n % 7}"],
)  # fmt: skip
FOREIGN_FILES = (HELPDESK, GERMAN, CHINESE, AMERICAN)
