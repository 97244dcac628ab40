"""I19-I22: every class of odd value has one rule and one count, accepted or refused; the README's table has them all."""

import re
from pathlib import Path

import pytest
from support.loading import ANSWER_COLUMNS, Workspace, make_contract

README = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")
WORDS = [{**c, "map": {"五": "5", "good": "4"}} if c["name"] == "satisfaction" else c for c in ANSWER_COLUMNS]
ACCEPTED = [
    ("score", "N/A", None, "nothing_by_contract"), ("score", "－", None, "nothing_by_contract"), ("score", "9", None, "not_rating"),
    ("score", "good", "4", "word_as_number"), ("score", "五", "5", "word_as_number"), ("score", "１", "1", "full_width"),
    ("score", " 5 ", "5", "space_around"), ("score", "\t5\u2028", "5", "space_around"), ("score", "\u200b5", "5", "invisible_mark"),
    ("score", "\u200f4", "4", "invisible_mark"), ("score", "5.0", "5", "whole_number_as_decimal"), ("score", "05", "5", "zeros_or_plus"),
    ("score", "+5", "5", "zeros_or_plus"), ("id", "e\u0301", "\u00e9", "composed_letters"), ("id", "ＡＢ１２", "AB12", "full_width"),
    ("id", "A\u200bB", "AB", "invisible_mark"), ("id", " x ", "x", "space_around"),
    ("id", "A①", "A①", "compatibility_form"), ("id", "X²", "X²", "compatibility_form"), ("id", "ﬁn", "ﬁn", "compatibility_form"),
    ("at", " 2025-03-01", "2025-03-01 00:00:00", "space_around"),
    ("at", "２０２５-03-01", "2025-03-01 00:00:00", "full_width"),
]  # fmt: skip
PLAIN = [
    ("score", "5"),
    ("score", ""),
    ("score", "  "),
    ("id", "007"),
    ("id", "12345678901234567890"),
    ("id", "客户"),
    ("id", "٣٤"),
    ("at", "2025-03-01"),
]
REFUSED = [
    ("score", "6", "out_of_range"), ("score", "二十", "chinese_number"), ("score", "soon", "words"), ("score", "5.6", "another_type"),
    ("score", "1e0", "another_type"), ("score", "\x005", "damaged_text"), ("score", "5%", "another_type"),
    ("score", "①", "compatibility_form"), ("score", "5²", "compatibility_form"), ("score", "½", "compatibility_form"),
    ("score", "Ⅳ", "compatibility_form"), ("score", "٣", "other_digits"), ("score", "३", "other_digits"),
    ("at", "٢٠٢٥-03-01", "other_digits"), ("at", "2025-03-0①", "compatibility_form"),
    ("id", "1.23E+11", "number_of_excel"), ("id", "a\x00b", "damaged_text"), ("id", "a\ufffdb", "damaged_text"), ("id", "", "missing"),
    ("at", "03/04/2025", "another_format"), ("at", "2026-02-30", "no_such_day"), ("at", "2025-13-01", "no_such_day"),
    ("at", "46000", "excel_serial"), ("at", "45000.5", "excel_serial"), ("at", "二〇二六年一月", "chinese_date"),
    ("at", "民国114年3月1日", "chinese_date"), ("at", "2025-03-01 24:00", "hour_24"), ("at", "2025-03-01T10:05:06Z", "time_zone"),
    ("at", "2025-03-01 10:05+08", "time_zone"), ("at", "2025-03-01 10:05 Asia/Shanghai", "time_zone"), ("at", "soon", "words"),
]  # fmt: skip
CANONICAL = {"score": "satisfaction", "id": "response_id", "at": "answered_at"}
CODES = {entry[3] for entry in ACCEPTED} | {entry[2] for entry in REFUSED} | {"not_in_list", "garbled", "skipped_hour", "repeated_hour"}


def load(folder: Path, column: str, values: list[str]) -> Workspace:
    """The workspace after a night with one record per value of `column`."""
    workspace = Workspace(folder, make_contract(WORDS))
    plain = {"id": "k{n}", "item": "A", "at": "2025-03-01", "score": "4"}
    records = [{**{name: text.format(n=n) for name, text in plain.items()}, column: value} for n, value in enumerate(values)]
    lines = [",".join('"' + text + '"' for text in record.values()) for record in records]
    workspace.put("a.csv", "id,item,at,score\n" + "".join(f"{line}\n" for line in lines))
    (result,) = workspace.night()
    assert result.n_records == len(values) == result.n_loaded + result.n_quarantined
    return workspace


def counted(workspace: Workspace, *, is_loaded: bool) -> dict[str, int]:
    rows = workspace.rows(f"select class_code, n_values from ops.extract_values where is_loaded = {is_loaded}")
    return dict(rows)


def tally(codes: list[str]) -> dict[str, int]:
    return {code: codes.count(code) for code in codes}


@pytest.mark.parametrize("column", CANONICAL)
def test_i19_accepted_values_are_read_and_counted_by_class(tmp_path: Path, column: str) -> None:
    chosen = [(value, read, code) for name, value, read, code in ACCEPTED if name == column]
    plain = [value for name, value in PLAIN if name == column]
    workspace = load(tmp_path, column, [*(value for value, _, _ in chosen), *plain])
    rows = workspace.rows(f"select {CANONICAL[column]}::varchar from raw.surveys_answers order by record_number limit {len(chosen)}")
    assert [row[0] for row in rows] == [read for _, read, _ in chosen]
    assert counted(workspace, is_loaded=True) == tally([code for _, _, code in chosen])
    assert counted(workspace, is_loaded=False) == {}


@pytest.mark.parametrize("column", CANONICAL)
def test_i19_refused_values_are_quarantined_and_counted_by_class(tmp_path: Path, column: str) -> None:
    chosen = [(value, code) for name, value, code in REFUSED if name == column]
    workspace = load(tmp_path, column, [value for value, _ in chosen])
    assert workspace.answers() == []
    assert counted(workspace, is_loaded=False) == tally([code for _, code in chosen])


def test_i19_counts_go_with_a_contract_that_has_other_rules(tmp_path: Path) -> None:
    workspace = load(tmp_path, "score", ["N/A", "6", "5.0"])
    workspace.contracts = (make_contract([c for c in WORDS if c["name"] != "satisfaction"]),)
    workspace.night()
    assert workspace.rows("from ops.extract_values") == []


def test_i19_every_class_has_its_rule_in_the_readme() -> None:
    table = README.partition("### Values written oddly")[2].partition("\n#")[0]
    assert set(re.findall(r"`([a-z0-9_]+)`", table)) >= CODES | {"another_type", "another_format"}
