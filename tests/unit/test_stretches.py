"""A log of states becomes one row per stretch, by contract alone."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from support.loading import Workspace, make_contract

COLUMNS = (
    {"name": "case_id", "source": "case"},
    {"name": "stage_code", "source": "state"},
    {"name": "entered_at", "source": "at", "format": "%d/%m/%Y %H:%M"},
)
HEADER = "case,state,at\n"
STAGES = (
    "select case_id, stage_code, passage_number, strftime(entered_at, '%d %H:%M'), strftime(left_at, '%d %H:%M') from raw.crm_case_stages"
)


def stage_log(columns=COLUMNS, /, **given):
    rule = given.pop("stretches", {"outside": ["closed"]})
    return make_contract(columns, name="log", table="crm_case_stages", extract="full", stretches=rule, **given)


def stretches_of(folder: Path, lines: str, **given) -> list[tuple]:
    workspace = Workspace(folder, stage_log(**given))
    workspace.put("log.csv", HEADER + lines)
    (result,) = workspace.night()
    assert result.n_records == result.n_loaded + result.n_quarantined + result.n_skipped == lines.count("\n")
    return workspace.rows(f"{STAGES} order by case_id, entered_at, passage_number")


def test_a_stretch_lasts_until_the_state_changes(tmp_path: Path) -> None:
    lines = "a,new,1/3/2026 08:00\na,work,1/3/2026 09:00\na,work,2/3/2026 09:00\na,wait,3/3/2026 09:00\na,work,4/3/2026 09:00\n"
    assert stretches_of(tmp_path, lines) == [
        ("a", "new", 1, "01 08:00", "01 09:00"),
        ("a", "work", 1, "01 09:00", "03 09:00"),
        ("a", "wait", 1, "03 09:00", "04 09:00"),
        ("a", "work", 2, "04 09:00", None),
    ]


def test_a_state_outside_ends_a_stretch_and_begins_none(tmp_path: Path) -> None:
    lines = "a,work,1/3/2026 09:00\na,closed,2/3/2026 09:00\na,closed,3/3/2026 09:00\na,work,5/3/2026 09:00\nb,closed,1/3/2026 09:00\n"
    assert stretches_of(tmp_path, lines) == [("a", "work", 1, "01 09:00", "02 09:00"), ("a", "work", 2, "05 09:00", None)]


def test_time_orders_the_log_and_the_file_what_happened_within_a_minute(tmp_path: Path) -> None:
    lines = "a,wait,2/3/2026 09:00\nb,new,1/3/2026 08:00\na,new,1/3/2026 09:00\na,work,1/3/2026 09:00\n"
    assert stretches_of(tmp_path, lines)[:3] == [
        ("a", "new", 1, "01 09:00", "01 09:00"),
        ("a", "work", 1, "01 09:00", "02 09:00"),
        ("a", "wait", 1, "02 09:00", None),
    ]


def test_records_that_are_skipped_or_broken_are_no_part_of_the_log(tmp_path: Path) -> None:
    lines = "a,work,1/3/2026 09:00\na,-100,2/3/2026 09:00\na,wait,soon\na,work,3/3/2026 09:00\n"
    skip = [{"column": "state", "values": ["-100"], "reason": "no state"}]
    assert stretches_of(tmp_path, lines, skip=skip) == [("a", "work", 1, "01 09:00", None)]


def test_a_later_export_takes_the_place_of_the_earlier(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, stage_log())
    workspace.put("one.csv", HEADER + "a,work,1/3/2026 09:00\n")
    workspace.night()
    workspace.put("two.csv", HEADER + "a,work,1/3/2026 09:00\na,wait,2/3/2026 09:00\n")
    workspace.night()
    nights = workspace.rows(f"{STAGES} order by 4")
    assert nights == [("a", "work", 1, "01 09:00", "02 09:00"), ("a", "wait", 1, "02 09:00", None)]
    workspace.night(is_full=True)
    assert workspace.rows(f"{STAGES} order by 4") == nights


def test_events_are_the_changes_of_state(tmp_path: Path) -> None:
    names = {"Solved": "resolved", "Open": "responded"}
    columns = (
        {"name": "complaint_id", "source": "case"},
        {"name": "event_code", "source": "state", "map": names},
        {**COLUMNS[2], "name": "happened_at"},
    )
    workspace = Workspace(tmp_path, make_contract(columns, table="complaints_events", extract="full", stretches={}))
    workspace.put("log.csv", HEADER + "a,Open,1/3/2026 09:00\na,Open,2/3/2026 09:00\na,Solved,3/3/2026 09:00\n")
    workspace.night()
    events = workspace.rows("select event_code, day(happened_at) from raw.complaints_events order by 2")
    assert events == [("responded", 1), ("resolved", 3)]


CASE = ({"name": "case_id"}, {"name": "opened_at"})


@pytest.mark.parametrize(("columns", "given", "words"), [
    (CASE, {"table": "crm_cases"}, "crm_cases has no stretches of a state.*leave `stretches` out; crm_case_stages, complaints_events have"),
    (COLUMNS, {"extract": "delta"}, "say `extract: full`"),
    (COLUMNS, {"stretches": {"inside": []}}, "inside"),
])  # fmt: skip
def test_a_contract_that_cannot_have_stretches_is_refused(columns, given, words) -> None:
    with pytest.raises(ValidationError, match=words):
        make_contract(columns, **{"table": "crm_case_stages", "extract": "full", "stretches": {}, **given})


def test_a_number_that_stretches_count_is_not_delivered_too() -> None:
    with pytest.raises(ValidationError, match="passage_number is delivered, and counted here"):
        stage_log((*COLUMNS, {"name": "passage_number", "source": "n"}))
