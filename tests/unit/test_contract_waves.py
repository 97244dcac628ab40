"""Survey waves whose items are renamed: what a contract may say of them, and what becomes of their files."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from support.loading import Workspace, make_contract

from orchestration.config.contracts import Contract
from orchestration.config.load import load_workspace
from orchestration.config.waves import split_waves
from orchestration.errors import CsatError

SAMPLE = Path(__file__).parents[2] / "data"
SHARED = (
    {"name": "response_id", "source": "id", "prefix": "{wave}-"},
    {"name": "instrument_code", "value": "passengers"},
    {"name": "answered_at", "source": "day", "prefix": "2026-05-", "format": "%Y-%m-%d"},
)
WAVES = (
    {"wave": "w1", "items": {"ART": "Q6A", "ALL": "Q6N"}, "columns": [{"name": "weight", "source": "WEIGHT"}]},
    {"wave": "w2", "items": {"ART": "ART", "WIFI": "NET", "ALL": "WHOLE"}, "null_tokens": ["", "BLANK"], "not_rating": {"9": "never_used"}},
)
FIRST = "id,day,Q6A,Q6N,WEIGHT\n1,3,4,0,1.5\n2,11,6,5,0.25\n"
SECOND = "id,day,ART,NET,WHOLE\n1,4,9,3,BLANK\n"


def row_of(item: str, **more: Any) -> dict[str, Any]:
    rating = {"name": "satisfaction", "minimum": 1, "maximum": 5, "null_tokens": ["", "0"], "not_rating": {"6": "never_used"}}
    return {"columns": [{"name": "item_code", "value": item}, rating], **more}


def contract_of(*waves: dict[str, Any], **given: Any) -> Contract:
    rows = [row_of("ART"), row_of("WIFI"), row_of("ALL")]
    files = {"files": {"pattern": "answers_{wave}.csv"}, "rows": rows, "waves": waves or WAVES}
    return make_contract(SHARED, **files | given)


@pytest.fixture
def loaded(tmp_path):
    workspace = Workspace(tmp_path, *split_waves(contract_of()))
    workspace.put("answers_w1.csv", FIRST)
    workspace.put("answers_w2.csv", SECOND)
    workspace.night()
    return workspace


def test_each_wave_is_read_by_its_own_columns(loaded):
    assert loaded.answers("wave_code, response_id, item_code, satisfaction, not_rating_code") == [
        ("w1", "w1-1", "ALL", None, None),
        ("w1", "w1-1", "ART", 4, None),
        ("w1", "w1-2", "ALL", 5, None),
        ("w1", "w1-2", "ART", None, "never_used"),
        ("w2", "w2-1", "ALL", None, None),
        ("w2", "w2-1", "ART", None, "never_used"),
        ("w2", "w2-1", "WIFI", 3, None),
    ]


def test_a_number_that_begins_anew_is_told_apart_by_its_wave(loaded):
    assert loaded.answers("distinct response_id") == [("w1-1",), ("w1-2",), ("w2-1",)]


def test_a_part_of_a_date_is_made_whole(loaded):
    assert loaded.answers("distinct answered_at::date::varchar") == [("2026-05-03",), ("2026-05-04",), ("2026-05-11",)]


def test_what_one_wave_has_alone_the_others_lack(loaded):
    assert loaded.answers("distinct response_id, weight::varchar") == [("w1-1", "1.500000"), ("w1-2", "0.250000"), ("w2-1", None)]


def test_a_code_of_one_wave_is_none_of_another(tmp_path):
    workspace = Workspace(tmp_path, *split_waves(contract_of()))
    workspace.put("answers_w2.csv", SECOND + "2,4,6,3,4\n")
    workspace.night()
    assert workspace.quarantined() == [(2, 3, "ART", "range")]


def test_each_wave_stands_in_the_ledger_and_a_new_one_reloads_none(tmp_path):
    workspace = Workspace(tmp_path, *split_waves(contract_of(WAVES[0])))
    workspace.put("answers_w1.csv", FIRST)
    workspace.night()
    workspace.contracts = split_waves(contract_of())
    workspace.put("answers_w2.csv", SECOND)
    states = {result.contract_code: result.state for result in workspace.night()}
    assert states == {"answers_w1": "known", "answers_w2": "loaded"}


def test_importance_may_be_renamed_too(tmp_path):
    rated = {"name": "importance", "minimum": 1, "maximum": 5}
    row = row_of("ART") | {"columns": [*row_of("ART")["columns"], rated]}
    waves = ({"wave": "w1", "items": {"ART": {"satisfaction": "A", "importance": "B"}}}, {"wave": "w2", "items": {"ART": "C"}})
    workspace = Workspace(tmp_path, *split_waves(contract_of(*waves, rows=[row])))
    workspace.put("answers_w1.csv", "id,day,A,B\n1,3,4,5\n")
    workspace.put("answers_w2.csv", "id,day,C\n1,3,2\n")
    workspace.night()
    assert workspace.answers("wave_code, satisfaction, importance") == [("w1", 4, 5), ("w2", 2, None)]


def test_waves_without_an_item_map_read_the_rows_as_they_are(tmp_path):
    row = {"columns": [{"name": "item_code", "value": "ART"}, {"name": "satisfaction", "source": "score"}]}
    contract = contract_of({"wave": "w1"}, {"wave": "w2"}, rows=[row])
    workspace = Workspace(tmp_path, *split_waves(contract))
    workspace.put("answers_w2.csv", "id,day,score\n1,3,4\n")
    workspace.night()
    assert workspace.answers("wave_code, item_code, satisfaction") == [("w2", "ART", 4)]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"files": {"pattern": "answers_*.csv"}}, "names no {wave}"),
        ({"waves": [WAVES[0], WAVES[0]]}, "stands twice"),
        ({"waves": [{"wave": "w1", "items": {"ARTS": "Q6A"}}]}, "is the item of no row: did you mean ART"),
        ({"waves": [{"wave": "w1", "items": {"ART": {"importance": "Q7"}}}]}, "its row has no importance"),
        ({"waves": [{"wave": "w 1"}]}, "waves.0.wave"),
        ({"waves": []}, "names a wave, and the contract has none"),
    ],
)
def test_waves_that_do_not_fit_are_refused(given, said):
    with pytest.raises(ValidationError) as refused:
        contract_of(**given)
    assert said in str(refused.value)


def test_what_must_be_filled_is_asked_of_every_wave():
    filled = {"wave": "w1", "columns": [{"name": "answered_at", "source": "at"}]}
    with pytest.raises(ValidationError, match="surveys_answers needs answered_at"):
        make_contract(SHARED[:2], files={"pattern": "{wave}.csv"}, rows=[row_of("ART")], waves=[filled, {"wave": "w2"}])


SURVEY = """\
contract: answers
source: survey_tool
table: surveys_answers
files: {pattern: "answers_{wave}.csv"}
columns:
  - {name: response_id, source: id, prefix: "{wave}-"}
  - {name: instrument_code, value: servqual18}
  - {name: answered_at, source: at}
rows:
  - columns:
      - {name: item_code, value: C1}
      - {name: satisfaction, minimum: 1, maximum: 5}
waves:
  - wave: y1
    items: {C1: Q6A}
  - wave: y2
    items: {C1: Q7A}
"""


def write_survey(folder: Path, contract: str, **others: str) -> Path:
    shutil.copytree(SAMPLE / "config", folder / "config")
    (folder / "contracts").mkdir()
    for name, text in {"answers": contract, **others}.items():
        (folder / "contracts" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_workspace_holds_one_contract_per_wave(tmp_path):
    contracts = load_workspace(write_survey(tmp_path, SURVEY)).contracts
    assert [(c.contract, c.files.pattern) for c in contracts] == [("answers_y1", "answers_y1.csv"), ("answers_y2", "answers_y2.csv")]


def test_a_fault_in_a_wave_is_told_at_its_line(tmp_path):
    with pytest.raises(CsatError) as refused:
        load_workspace(write_survey(tmp_path, SURVEY.replace("items: {C1: Q7A}", "items: {C2: Q7A}")))
    assert "answers.yaml:17" in str(refused.value)
    assert "is the item of no row" in str(refused.value)


def test_a_wave_may_not_take_the_name_of_another_contract(tmp_path):
    other = SURVEY.partition("rows:")[0].replace("contract: answers", "contract: answers_y1").replace("{wave}", "old")
    other += "  - {name: item_code, value: C1}\n"
    with pytest.raises(CsatError, match=r"stands already in contracts/answers\.yaml"):
        load_workspace(write_survey(tmp_path, SURVEY, other=other))
