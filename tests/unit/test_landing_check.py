"""`csat check` on extracts: every finding names file, column, line and value, and loads nothing."""

from pathlib import Path

import pytest
from support.loading import ANSWER_COLUMNS, make_contract

from orchestration.errors import ExtractError
from orchestration.warehouse.checking import check_landing

HEADER = "id,item,at,score\n"


def check(folder: Path, content: str, **given: object) -> list[str]:
    (folder / "a.csv").write_text(content)
    return [str(finding) for finding in check_landing((make_contract(**given),), folder)]  # type: ignore[arg-type]


def test_clean_landing_has_no_findings(tmp_path: Path) -> None:
    assert check(tmp_path, HEADER + "1,A,2025-03-01,4\n") == []
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_finding_names_file_column_line_value_and_what_to_do(tmp_path: Path) -> None:
    (finding,) = check(tmp_path, HEADER + '"1\n2",A,2025-03-01,4\n2,A,03/2025,4\n')
    assert finding.startswith("a.csv line 4, column at: breaks the rule format: '03/2025'")
    assert "correct `format`" in finding


def test_many_alike_are_three_lines_and_a_count(tmp_path: Path) -> None:
    findings = check(tmp_path, HEADER + "".join(f"{n},A,2025-03-01,7\n" for n in range(50)))
    assert len(findings) == 3
    assert all("(50 records like this)" in finding for finding in findings)


def test_file_beyond_the_limit_and_unusable_file_are_errors(tmp_path: Path) -> None:
    findings = check(tmp_path, HEADER + "1,A,2025-03-01,x\n", quarantine_limit_share=0.5)
    assert any("would be refused" in finding for finding in findings)
    (finding,) = check(tmp_path, "id,item\n1,A\n")
    assert finding.startswith("a.csv: has no column at, score")


def test_names_and_private_text_are_never_shown(tmp_path: Path) -> None:
    columns = [{"name": "staff_id", "source": "no"}, {"name": "staff_name", "source": "name", "map": {"x": "x"}, "map_is_complete": True}]
    contract = make_contract(columns, table="crm_staff")
    (tmp_path / "a.csv").write_text("no,name\n1,Canary\n")
    findings = [str(finding) for finding in check_landing((contract,), tmp_path)]
    assert "(not shown)" in findings[0]
    assert "Canary" not in "".join(findings)


def test_file_without_contract_contract_without_file_and_missing_folder(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    findings = [str(finding) for finding in check_landing((make_contract(list(ANSWER_COLUMNS)),), tmp_path)]
    assert any("no contract matches" in finding for finding in findings)
    assert any("no file of landing" in finding for finding in findings)
    with pytest.raises(ExtractError, match="no landing folder"):
        check_landing((), tmp_path / "nowhere")
