"""A new workspace explains itself and carries nothing of the sample company."""

import re

import pytest
import yaml

from orchestration.config.load import load_workspace
from orchestration.errors import ContractError
from orchestration.pipeline.workspaces import init_workspace

SAMPLE_WORDS = ("northgate", "北门", "li wen", "陈志远", "doyle", "company day", "works agreement 2026", "board decision", "transport plan")


@pytest.fixture
def folder(tmp_path):
    list(init_workspace(tmp_path / "w"))
    return tmp_path / "w"


def files(folder):
    return sorted((folder / "config").rglob("*.yaml"))


def test_no_word_of_the_sample_company_is_left(folder):
    for path in files(folder):
        found = [word for word in SAMPLE_WORDS if word in path.read_text("utf-8").casefold()]
        assert not found, path.name


def test_every_file_explains_itself(folder):
    assert len(files(folder)) == 7
    for path in files(folder):
        assert path.read_text("utf-8").startswith("# "), path.name


@pytest.mark.parametrize("name", ["workspace", "thresholds", "recipients", "labels"])
def test_every_key_is_explained_above_it(folder, name):
    """A comment stands above each key, or above the key before it where one comment explains both."""
    lines = (folder / "config" / f"{name}.yaml").read_text("utf-8").splitlines()
    keys = [number for number, line in enumerate(lines) if re.match(r"\w+:", line)]
    bare = [lines[number] for number in keys if not any(line.startswith("#") for line in lines[max(0, number - 2) : number])]
    assert not bare


def test_it_is_sound_but_for_the_contracts(folder):
    with pytest.raises(ContractError, match="holds no file"):
        load_workspace(folder)


def test_the_example_of_a_company_day_is_what_the_calendar_reads(folder):
    note = (folder / "config" / "calendar" / "README").read_text("utf-8")
    example = yaml.safe_load("\n".join(line.removeprefix("# ") for line in note.splitlines()[1:]))
    assert set(example) == {"year", "source", "days"}


def test_the_next_steps_are_said(tmp_path):
    said = "\n".join(init_workspace(tmp_path / "mine"))
    assert f"csat --workspace {tmp_path / 'mine'} contract draft" in said
    assert "check, and run" in said


def test_the_lines_to_edit_are_shown_as_they_stand(tmp_path):
    said = "\n".join(init_workspace(tmp_path / "mine"))
    path = tmp_path / "mine" / "config" / "workspace.yaml"
    lines = path.read_text("utf-8").splitlines()
    for text in ("company: {en: Your company, zh: 贵公司}", "time_zone: Asia/Shanghai", "calendar: china", "currency: CNY"):
        assert f"{path}:{lines.index(text) + 1}  {text}" in said
