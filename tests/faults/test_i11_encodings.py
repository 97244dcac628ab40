"""I11: whatever the encoding, the right text or a refusal; never a replacement character."""

from pathlib import Path
from typing import Any

import pytest
from support.loading import Workspace, make_contract

NAME = "北门物流\U00020000𠮷"
PLAIN_NAME = "北门物流通信"
COLUMNS = [{"name": "staff_id", "source": "编号"}, {"name": "staff_name", "source": "姓名"}]


def staff(encoding: str) -> Any:
    return make_contract(COLUMNS, table="crm_staff", files={"pattern": "*.csv", "encoding": encoding})


@pytest.mark.parametrize(
    ("declared", "written", "name"),
    [
        ("gb18030", "gb18030", NAME), ("gbk", "gbk", PLAIN_NAME), ("utf-8", "utf-8", NAME), ("utf-8", "utf-8-sig", NAME),
        ("utf-8-sig", "utf-8-sig", NAME), ("utf-16", "utf-16", NAME), ("utf-16", "utf-16-le", PLAIN_NAME),
        ("utf-16", "utf-16-be", PLAIN_NAME),
        ("big5", "big5", "北門物流"), ("latin-1", "latin-1", None),
    ],
)  # fmt: skip
def test_i11_text_arrives_as_it_was_written(tmp_path: Path, declared: str, written: str, name: str | None) -> None:
    columns = COLUMNS if name else [{"name": "staff_id", "source": "no"}, {"name": "staff_name", "source": "name"}]
    header = "编号,姓名" if name else "no,name"
    header = header if written != "big5" else "no,name"
    columns = columns if written != "big5" else [{"name": "staff_id", "source": "no"}, {"name": "staff_name", "source": "name"}]
    workspace = Workspace(tmp_path, make_contract(columns, table="crm_staff", files={"pattern": "*.csv", "encoding": declared}))
    workspace.put("a.csv", f"{header}\r\n007,{name or 'Zoë'}\r\n".encode(written))
    (result,) = workspace.night()
    assert result.state == "loaded", result.reason
    assert workspace.rows("select staff_id, staff_name from raw.crm_staff") == [("007", name or "Zoë")]


def test_i11_mixed_encodings_are_refused_with_the_byte(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, staff("utf-8"))
    first = "编号,姓名\n1,北门\n".encode()
    workspace.put("a.csv", first + b"2," + "北门".encode("gb18030") + b"\n")
    (result,) = workspace.night()
    assert result.state == "refused"
    assert f"byte {len(first) + 2} " in result.reason
    assert "files.encoding" in result.reason
    assert workspace.rows("from raw.crm_staff") == []


@pytest.mark.parametrize("declared", ["utf-8", "utf-16"])
def test_i11_wrong_declaration_is_refused(tmp_path: Path, declared: str) -> None:
    workspace = Workspace(tmp_path, staff(declared))
    workspace.put("a.csv", "编号,姓名\n1,北门\n".encode("gb18030"))
    assert [r.state for r in workspace.night()] == ["refused"]


def test_i11_replacement_character_of_the_source_is_quarantined(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, staff("utf-8"))
    workspace.put("a.csv", "编号,姓名\n1,北\ufffd\n2,北门\n")
    workspace.night()
    assert workspace.quarantined() == [(1, 2, "姓名", "encoding")]
