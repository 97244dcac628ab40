"""Importance asked as the items that matter most: what a contract may say of it, and what becomes of a file."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from support.loading import Workspace, make_contract

from orchestration.config.contracts import Contract
from orchestration.config.load import load_workspace
from orchestration.errors import CsatError

HEADER = "id,at,streets,police,first,second\n"
COLUMNS = (
    {"name": "response_id", "source": "id"},
    {"name": "instrument_code", "value": "residents"},
    {"name": "answered_at", "source": "at"},
)
PICKS = {"columns": ["first", "second"], "items": {"1": "STREETS", "2": "POLICE"}, "none": ["99", "NA"]}


def row_of(item: str, **more: Any) -> dict[str, Any]:
    rating = {"name": "satisfaction", "source": item.lower(), "not_rating": {"9": "dont_know"}, "minimum": 1, "maximum": 5}
    return {"columns": [{"name": "item_code", "value": item}, rating], **more}


def contract_of(picks: dict[str, Any], rows: list[dict[str, Any]] | None = None, **given: Any) -> Contract:
    return make_contract(COLUMNS, rows=rows or [row_of("STREETS"), row_of("POLICE")], picks=picks, **given)


def importance_after(tmp_path: Path, *records: str) -> tuple[Workspace, dict[tuple[str, str], int | None]]:
    workspace = Workspace(tmp_path, contract_of(PICKS))
    workspace.put("a.csv", HEADER + "".join(f"{record}\n" for record in records))
    workspace.night()
    found = workspace.answers("response_id, item_code, importance")
    return workspace, {(response, item): importance for response, item, importance in found}


def test_a_named_item_is_1_and_every_other_0(tmp_path):
    _, importance = importance_after(tmp_path, "r1,2026-02-01,4,3,1,NA", "r2,2026-02-01,4,9,2,1", "r3,2026-02-01,4,3,99,NA")
    assert importance == {
        ("r1", "STREETS"): 1, ("r1", "POLICE"): 0,
        ("r2", "STREETS"): 1, ("r2", "POLICE"): 1,
        ("r3", "STREETS"): 0, ("r3", "POLICE"): 0,
    }  # fmt: skip


def test_who_names_nothing_or_leaves_it_blank_is_in_the_base(tmp_path):
    _, importance = importance_after(tmp_path, "r1,2026-02-01,9,9,,", "r2,2026-02-01,9,9, ,NA")
    assert set(importance.values()) == {0}
    assert len(importance) == 2 * 2


def test_an_item_named_twice_is_named_once(tmp_path):
    _, importance = importance_after(tmp_path, "r1,2026-02-01,4,4,1,1")
    assert importance["r1", "STREETS"] == 1


def test_a_text_that_was_not_declared_is_quarantined_with_its_column(tmp_path):
    workspace, importance = importance_after(tmp_path, "r1,2026-02-01,4,4,1,17", "r2,2026-02-01,4,4,1,2")
    assert workspace.quarantined() == [(1, 2, "second", "map")]
    assert {response for response, _ in importance} == {"r2"}


def test_an_item_nobody_can_name_has_no_importance(tmp_path):
    overall = {"columns": [{"name": "item_code", "value": "OVERALL"}, {"name": "satisfaction", "source": "police"}]}
    workspace = Workspace(tmp_path, contract_of(PICKS, [row_of("STREETS"), row_of("POLICE"), overall]))
    workspace.put("a.csv", HEADER + "r1,2026-02-01,4,3,1,2\n")
    workspace.night()
    assert workspace.answers("item_code, importance") == [("OVERALL", None), ("POLICE", 1), ("STREETS", 1)]


@pytest.mark.parametrize(
    ("picks", "rows", "said"),
    [
        (PICKS | {"items": {"1": "STREETS", "3": "PARKS"}}, None, "no row has the item PARKS"),
        (PICKS, [row_of("STREETS"), row_of("POLICE", when_present=["satisfaction"])], "would lose respondents of POLICE"),
        (PICKS | {"none": ["1"]}, None, "holds 1, which names STREETS"),
        (PICKS | {"columns": []}, None, "columns"),
        (PICKS | {"items": {}}, None, "items"),
        (
            PICKS,
            [row_of("POLICE"), {"columns": [*row_of("STREETS")["columns"], {"name": "importance", "source": "first"}]}],
            "importance comes from `picks`",
        ),
    ],
)
def test_a_contract_that_would_lose_a_choice_is_refused(picks, rows, said):
    with pytest.raises(ValidationError, match=said):
        contract_of(picks, rows)


def test_only_answers_have_picks():
    columns = [{"name": "response_id", "source": "id"}, {"name": "answered_at", "source": "at"}, {"name": "comment_text", "source": "text"}]
    with pytest.raises(ValidationError, match="surveys_comments has no importance to fill"):
        make_contract(columns, table="surveys_comments", picks=PICKS)


CITY = Path(__file__).parents[1] / "integration" / "real" / "kansas_city"
QUESTIONS, ANSWERS = "config/instruments/residents.yaml", "contracts/answers.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (QUESTIONS, "top_three", "top_two", ["answers.yaml", "picks.columns", "3 columns", "residents says importance: top_two"]),
        (QUESTIONS, "top_three", "rated", ["residents.yaml", "satisfaction_measure", "shares belong together"]),
        (QUESTIONS, "satisfaction_measure: top2_share\n", "", ["residents.yaml", "shares belong together"]),
        (QUESTIONS, "top_three", "top_tree", ["residents.yaml", "importance", "top_tree"]),
        (ANSWERS, "'16': PLANNING", "'16': PLANING", ["answers.yaml", "picks.items.16", "no row has the item PLANING"]),
        (ANSWERS, "none: ['99', NA]", "nones: ['99', NA]", ["answers.yaml", "picks.nones", "did you mean none?"]),
    ],
)
def test_a_workspace_whose_picks_do_not_fit_is_refused(tmp_path, file, old, new, words):
    shutil.copytree(CITY, tmp_path / "city")
    path = tmp_path / "city" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CsatError) as caught:
        load_workspace(tmp_path / "city")
    assert [word for word in words if word not in str(caught.value)] == []


def test_the_workspace_is_right_as_it_stands():
    instrument = load_workspace(CITY).headline_instrument
    assert (instrument.importance, instrument.n_picks, instrument.satisfaction_measure) == ("top_three", 3, "top2_share")
