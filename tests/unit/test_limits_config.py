"""Limits under conditions: what a power utility promises for each capacity, as rows that overlap nowhere."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from orchestration.config.limits import BEGINNING, END, build_limit_rows, build_span_rows
from orchestration.config.processes import Stages

UTILITY: dict[str, Any] = {
    "code": "supply",
    "text": {"en": "Connection"},
    "stages": [
        {"code": "acceptance", "text": {"en": "Acceptance"}, "limit_workdays": 1},
        {"code": "survey", "text": {"en": "Survey"}, "limit_workdays": 3},
        {"code": "plan", "text": {"en": "Plan"}, "limit_workdays": 2},
        {"code": "fee", "text": {"en": "Fee"}, "limit_workdays": 1},
        {"code": "drawing", "text": {"en": "Drawing review"}, "limit_workdays": 2},
        {"code": "mid_check", "text": {"en": "Mid-check"}, "limit_workdays": 2},
        {"code": "completion", "text": {"en": "Completion check"}, "limit_workdays": 2},
        {"code": "energising", "text": {"en": "Energising"}, "limit_workdays": 3},
    ],
    "spans": [
        {
            "code": "answer",
            "text": {"en": "Supply plan answered"},
            "stages": ["acceptance", "survey", "plan", "fee"],
            "limit_workdays": 7,
            "limits": [{"size_from": 1000, "add_workdays": 3, "at_most_workdays": 10}],
        },
        {"code": "whole", "text": {"en": "Whole case"}, "limit_workdays": 16, "limits": [{"size_from": 1000, "add_workdays": 3}]},
    ],
}


def stages(**changes: object) -> Stages:
    return Stages.model_validate({"processes": [UTILITY | changes]})


def limits_of(found: Stages, code: str, size: str, day: date = date(2026, 1, 1), *, has_resource: bool = False) -> list[int | None]:
    """Limits of the rows that fit, found as SQL finds them."""
    return [
        limit
        for _, row_code, low, below, first, end, resource, limit in build_limit_rows(found)
        if row_code == code and low <= Decimal(size) and (below is None or Decimal(size) < below)
        if first <= day < end and resource is has_resource
    ]


@pytest.mark.parametrize(
    ("size", "answer", "whole"), [("0", 7, 16), ("630", 7, 16), ("999.999999", 7, 16), ("1000", 10, 19), ("8000", 10, 19)]
)
def test_a_large_capacity_has_three_days_more_and_ten_at_most(size, answer, whole):
    assert (limits_of(stages(), "answer", size), limits_of(stages(), "whole", size)) == ([answer], [whole])


def test_the_stages_add_up_to_the_published_total():
    found = stages()
    total = sum(limits_of(found, stage["code"], "630")[0] for stage in UTILITY["stages"])
    assert total == 1 + 3 + 2 + 1 + 2 + 2 + 2 + 3 == limits_of(found, "whole", "630")[0]


def test_an_addition_ends_at_its_most():
    rules = [{"size_from": 100, "add_workdays": 3}, {"size_from": 1000, "add_workdays": 9, "at_most_workdays": 10}]
    found = stages(spans=[UTILITY["spans"][0] | {"limits": rules}])
    assert [limits_of(found, "answer", size) for size in ("99", "100", "1000")] == [[7], [10], [10]]


def test_a_limit_holds_from_its_day_and_a_condition_on_lines_where_they_exist():
    stage = {"code": "broadband", "text": {"en": "Broadband"}, "limits": [
        {"needs_resource": True, "limit_workdays": 5}, {"needs_resource": True, "limit_workdays": 4, "valid_from": "2026-07-01"},
    ]}  # fmt: skip
    found = stages(stages=[stage], spans=[])
    assert limits_of(found, "broadband", "0", has_resource=False) == [None]
    assert limits_of(found, "broadband", "0", date(2026, 6, 30), has_resource=True) == [5]
    assert limits_of(found, "broadband", "0", date(2026, 7, 1), has_resource=True) == [4]


def test_a_case_of_one_process_is_one_row_whatever_it_is():
    rules = [
        {"size_from": 10, "limit_workdays": 3},
        {"valid_from": "2026-01-01", "limit_workdays": 4},
        {"size_from": 20, "needs_resource": True},
    ]
    found = stages(spans=[UTILITY["spans"][0] | {"limits": rules}])
    for size in ("0", "10", "19", "20", "99"):
        for day in (BEGINNING, date(2025, 12, 31), date(2026, 1, 1), date(9999, 12, 30)):
            for flag in (False, True):
                assert len(limits_of(found, "answer", size, day, has_resource=flag)) == 1
    assert {(row[4], row[5]) for row in build_limit_rows(found) if row[1] == "survey"} == {(BEGINNING, END)}


def test_every_case_has_a_span_of_all_its_stages_and_a_delivery_has_none():
    codes = [stage["code"] for stage in UTILITY["stages"]]
    assert [row[2] for row in build_span_rows(stages(spans=[])) if row[1] == "case"] == codes
    assert [row[1:3] for row in build_span_rows(stages()) if row[1] == "whole"] == [("whole", code) for code in codes]
    assert build_span_rows(stages(kind="delivery", spans=[])) == []


@pytest.mark.parametrize(
    ("span", "told"),
    [
        ({"code": "survey"}, "survey stands twice"),
        ({"stages": ["survey", "planning"]}, "there is no stage planning"),
        ({"limit_workdays": None}, "adds to a limit that is not there"),
        ({"limits": [{"at_most_workdays": 3, "limit_workdays": 3}]}, "nothing is added"),
        ({"limits": [{"add_workdays": 3, "limit_workdays": 3}]}, "at once"),
    ],
)
def test_a_span_that_cannot_be_is_refused(span, told):
    with pytest.raises(ValidationError, match=told):
        stages(spans=[UTILITY["spans"][0] | span])
