"""A column written in several ways is read by all of them, and a text on which two disagree is nobody's date."""

from pathlib import Path

import pytest
from support.loading import ANSWER_COLUMNS, Workspace, make_contract

COLUMNS = [c for c in ANSWER_COLUMNS if c["name"] != "answered_at"]


def dates_of(folder: Path, forms: list[str], *texts: str) -> tuple[list[str], list[tuple]]:
    contract = make_contract([*COLUMNS, {"name": "answered_at", "source": ["day", "clock"], "join": " ", "format": forms}])
    workspace = Workspace(folder, contract)
    workspace.put("a.csv", "id,item,day,clock,score\n" + "".join(f"{n},A,{text},4\n" for n, text in enumerate(texts)))
    (result,) = workspace.night()
    assert result.n_loaded + result.n_quarantined == len(texts)
    return [row[0] for row in workspace.answers("strftime(answered_at, '%Y-%m-%d %H:%M')")], workspace.quarantined()


def test_day_and_time_of_two_columns_in_two_styles(tmp_path: Path) -> None:
    forms = ["%d-%m-%y %I:%M:%S %p", "%d-%b-%y %I:%M:%S %p"]
    dates, quarantined = dates_of(tmp_path, forms, "22-04-15,3:53:50 PM", "4-Aug-15,12:05:00 AM", "2015-08-04,3:53:50 PM")
    assert dates == ["2015-04-22 15:53", "2015-08-04 00:05"]
    assert quarantined == [(3, 4, "day + clock", "format")]


@pytest.mark.parametrize(("text", "read"), [
    ("3/4/2026,10:00", None),  # 3 April or 4 March
    ("4/4/2026,10:00", "2026-04-04 10:00"),  # both say the same
    ("13/4/2026,10:00", "2026-04-13 10:00"),  # there is no thirteenth month
])  # fmt: skip
def test_a_text_that_two_forms_read_differently_is_quarantined(tmp_path: Path, text: str, read: str | None) -> None:
    dates, quarantined = dates_of(tmp_path, ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"], text)
    assert dates == ([read] if read else [])
    assert quarantined == ([] if read else [(1, 2, "day + clock", "format")])


@pytest.mark.parametrize("text", ["2026-03-01 10:00:00Z", "2026-03-01 10:00:00+0000", "2026-03-01 18:00:00+08:00"])
def test_z_says_utc_as_the_offsets_do(tmp_path: Path, text: str) -> None:
    dates, quarantined = dates_of(tmp_path, ["%Y-%m-%d %H:%M:%S%z"], text.replace(" ", ","))
    assert dates == ["2026-03-01 10:00"]
    assert quarantined == []
