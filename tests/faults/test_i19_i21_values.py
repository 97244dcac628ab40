"""I19-I21: every odd way to write a value has a rule: read, nothing, or quarantine."""

from pathlib import Path

import pytest
from support.loading import ANSWER_COLUMNS, Workspace, make_contract

BAD = "bad"


def load_values(folder: Path, columns: list[dict[str, object]], source: str, values: list[str], canonical: str) -> list[object]:
    """What each value became: the canonical value as text, None, or BAD; the file is all of them."""
    workspace = Workspace(folder, make_contract(columns))
    quoted = ['"' + value.replace('"', '""') + '"' for value in values]
    names = ["id", "item", "at", "score"]
    template = {"id": "{n}", "item": "A", "at": "2025-03-01", "score": "4"}
    lines = [",".join(quoted[n] if name == source else template[name].format(n=n) for name in names) for n in range(len(values))]
    workspace.put("a.csv", ",".join(names) + "\n" + "\n".join(lines) + "\n")
    (result,) = workspace.night()
    assert result.n_records == result.n_loaded + result.n_quarantined == len(values), result.reason
    rows = dict(workspace.rows(f"select record_number, {canonical}::varchar from raw.surveys_answers"))
    bad = {row[0] for row in workspace.quarantined()}
    return [BAD if n in bad else rows[n] for n in range(1, len(values) + 1)]


def test_i19_ratings(tmp_path: Path) -> None:
    written = {
        "5": "5", " 5 ": "5", "５": "5", "5.0": "5", "5.": "5", "+5": "5", "05": "5", "\u200b5": "5", "\t5": "5",
        "N/A": None, "-": None, "": None, "  ": None, "9": None, "－": None,
        "6": BAD, "0": BAD, "-1": BAD, "5.6": BAD, "1e0": BAD, "五": BAD, "—": BAD, "5 5": BAD, "0x5": BAD, "NaN": BAD, "inf": BAD,
        "99999999999": BAD, "12": BAD, "1_000": BAD, "'5": BAD, "=5": BAD, "true": BAD, "5%": BAD, "5,0": BAD, "\x005": BAD,
    }  # fmt: skip
    assert dict(zip(written, load_values(tmp_path, list(ANSWER_COLUMNS), "score", list(written), "satisfaction"), strict=True)) == written


def test_i19_classes_are_counted(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", "id,item,at,score\n1,A,2025-03-01,5.0\n2,A,2025-03-01,4.00\n3,A,2025-03-01,9\n4,A,2025-03-01,4\n")
    (result,) = workspace.night()
    assert result.n_loaded == 4
    counts = "select class_code, n_values from ops.extract_values where column_name = 'score' and is_loaded order by 1"
    assert workspace.rows(counts) == [("not_rating", 1), ("whole_number_as_decimal", 2)]


ISO = {
    "2025-03-01": "2025-03-01 00:00:00", "2025-03-01 10:05": "2025-03-01 10:05:00", "2025-03-01T10:05:06": "2025-03-01 10:05:06",
    "2025-03-01 10:05:06.5": "2025-03-01 10:05:06.5", "2024-02-29": "2024-02-29 00:00:00", "２０２５-03-01": "2025-03-01 00:00:00",
    "2025-02-29": BAD, "2026-02-30": BAD, "2025-13-01": BAD, "01/03/2025": BAD, "2025/03/01": BAD, "46000": BAD, "45000.5": BAD,
    "二〇二六年一月": BAD, "民国114年3月1日": BAD, "2025-03-01 24:00": BAD, "2025-03-01 10:60": BAD, "2025-3-1": BAD,
    "2025-03-01 10:05:06+08": BAD, "2025-03-01T10:05:06Z": BAD, "2025-03-01 10:05:06 Asia/Shanghai": BAD, "infinity": BAD, "20250301": BAD,
    "2025-03-01 10:05 PM": BAD, "today": BAD, "-2025-03-01": BAD, "": BAD,
}  # fmt: skip


def test_i20_moments_are_iso_unless_the_contract_says_otherwise(tmp_path: Path) -> None:
    assert dict(zip(ISO, load_values(tmp_path, list(ANSWER_COLUMNS), "at", list(ISO), "answered_at"), strict=True)) == ISO


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (
            "%d/%m/%Y",
            {"03/04/2025": "2025-04-03 00:00:00", "3/4/2025": "2025-04-03 00:00:00", "04/13/2025": BAD, "31/04/2025": BAD, "03/04/25": BAD},
        ),
        ("%m/%d/%Y %I:%M %p", {"03/04/2025 01:05 PM": "2025-03-04 13:05:00", "03/04/2025 13:05": BAD}),
        ("%Y年%m月%d日", {"2025年3月4日": "2025-03-04 00:00:00", "2025年03月04日": "2025-03-04 00:00:00", "2025-03-04": BAD}),
        ("%Y%m%d", {"20250304": "2025-03-04 00:00:00", "2025034": BAD, "202503041": BAD}),
    ],
)
def test_i20_declared_format_and_nothing_else(tmp_path: Path, form: str, written: dict[str, str]) -> None:
    columns = [{**c, "format": form} if c["name"] == "answered_at" else c for c in ANSWER_COLUMNS]
    assert dict(zip(written, load_values(tmp_path, columns, "at", list(written), "answered_at"), strict=True)) == written


def test_i21_ids_are_text_from_end_to_end(tmp_path: Path) -> None:
    written = {
        "007": "007", "12345678901234567890": "12345678901234567890", "12E34567": "12E34567", "1E5": "1E5", "ＡＢ１２": "AB12", " x ": "x",
        "1.0": "1.0", "e\u0301": "\u00e9", "A\u200bB": "AB", "1.23E+11": BAD, "1E+11": BAD, "1,23E+11": BAD, "": BAD,
    }  # fmt: skip
    assert dict(zip(written, load_values(tmp_path, list(ANSWER_COLUMNS), "id", list(written), "response_id"), strict=True)) == written
