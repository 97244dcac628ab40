"""Can a printed figure come from whole counts, and do the figures of a whole and its parts agree? The figures are published ones."""

import polars as pl
import pytest

from orchestration.metrics.attainability import admissible_bases, classify_attainability, flag_limits
from orchestration.metrics.coherence import classify_coherence, flag_comparable
from orchestration.metrics.printed import PrintedRule, Rounding

SCHEMA = {
    "figure_kind": pl.String, "printed": pl.String, "n_base": pl.Int64, "n_items": pl.Int64, "level_min": pl.Int64, "level_max": pl.Int64,
    "is_weighted": pl.Boolean, "is_imputed": pl.Boolean,
}  # fmt: skip
RULE = PrintedRule()
Row = dict[str, object]


def figure(printed: str, n_base: int | None, **facts: object) -> pl.DataFrame:
    """One printed per cent, or with `figure_kind="mean"` a mean on 1 to 5."""
    plain = {"figure_kind": "per_cent", "n_items": None, "level_min": 1, "level_max": 5, "is_weighted": False, "is_imputed": False}
    return pl.DataFrame([plain | {"printed": printed, "n_base": n_base} | facts], schema=SCHEMA)


def judge(printed: str, n_base: int | None, rounding: Rounding = "nearest", **facts: object) -> tuple[str, str | None]:
    row = classify_attainability(figure(printed, n_base, **facts), rule=PrintedRule(rounding=rounding)).row(0, named=True)
    return row["attainability"], row["reason"]


def test_74_13_per_cent_of_205_is_impossible_and_of_144_to_205_only_201_gives_it():
    assert [round(100 * k / 205, 2) for k in (151, 152)] == [73.66, 74.15]
    assert judge("74.13", 205) == ("impossible", "no_count_gives_it")
    found = admissible_bases(figure("74.13", None), first=144, last=205, rule=RULE)
    assert found.select("n_base", "lowest_count", "highest_count").rows() == [(201, 149, 149)]
    assert round(100 * 149 / 201, 2) == 74.13


@pytest.mark.parametrize(
    ("printed", "n", "count"),
    [("93.0", 300, 279), ("87.6", 250, 219), ("82.0", 250, 205), ("93.6", 219, 205)],
)
def test_response_rates_come_from_the_counts_beside_them(printed: str, n: int, count: int):
    row = classify_attainability(figure(printed, n), rule=RULE).row(0, named=True)
    assert row["attainability"] == "possible"
    assert row["lowest_count"] <= count <= row["highest_count"]


def test_51_37_per_cent_is_a_share_of_146_mentions_and_not_of_279_respondents():
    assert round(100 * (55 + 20) / 146, 2) == 51.37
    assert judge("51.37", 146) == ("possible", None)
    assert judge("51.37", 279) == ("impossible", "no_count_gives_it")


def test_95_03_per_cent_is_1796_of_1890():
    row = classify_attainability(figure("95.03", 1890), rule=RULE).row(0, named=True)
    assert (row["lowest_count"], row["highest_count"]) == (1796, 1796)
    assert [round(100 * k / 1890, 2) for k in (1795, 1796, 1797)] == [94.97, 95.03, 95.08]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"n_base": 100}, "base_too_large"),
        ({"n_base": None}, "no_base"),
        ({"n_base": 0}, "no_base"),
        ({"n_base": 20, "is_weighted": True}, "weighted"),
        ({"n_base": 20, "is_imputed": True}, "imputed"),
        ({"n_base": 20, "printed": "about 40"}, "not_a_number"),
        ({"n_base": 20, "printed": "-3"}, "not_a_number"),
    ],
)
def test_what_cannot_be_tested_says_why(facts: Row, reason: str):
    row = {"printed": "43", **facts}
    assert judge(row.pop("printed"), row.pop("n_base"), **row) == ("not_testable", reason)


def test_whole_per_cents_are_testable_below_100_and_one_decimal_below_1000():
    assert judge("43", 99) == ("possible", None)  # 43 of 99 are 43.4 %
    assert [round(100 * k / 99) for k in (49, 50)] == [49, 51]
    assert judge("50", 99) == ("impossible", "no_count_gives_it")
    assert judge("43.1", 999)[0] != "not_testable"
    assert judge("43.1", 1000) == ("not_testable", "base_too_large")


def test_a_figure_outside_its_range_is_impossible_whatever_the_base():
    assert judge("100.6", 5000, is_weighted=True) == ("impossible", "outside_range")
    assert judge("5.10", None, figure_kind="mean") == ("impossible", "outside_range")
    assert judge("0.90", 40, figure_kind="mean") == ("impossible", "outside_range")


def test_one_person_gives_0_or_100_per_cent_and_a_whole_rating():
    assert judge("100", 1) == judge("0", 1) == judge("4.00", 1, figure_kind="mean") == ("possible", None)
    assert judge("50", 1) == judge("3.50", 1, figure_kind="mean") == ("impossible", "no_count_gives_it")


def test_a_mean_is_tested_over_people_times_items():
    # 19 people: sums 65 and 66 give 3.42 and 3.47, so 3.45 needs more ratings; over two items each 131 of 38 is 3.45
    assert [round(s / 19, 2) for s in (65, 66)] == [3.42, 3.47]
    assert judge("3.45", 19, figure_kind="mean") == ("impossible", "no_count_gives_it")
    assert round(131 / 38, 2) == 3.45
    assert judge("3.45", 19, figure_kind="mean", n_items=2) == ("possible", None)
    assert judge("3.45", 100, figure_kind="mean") == ("not_testable", "base_too_large")


def test_a_half_goes_up_or_to_the_even_digit_or_away_by_the_declared_rule():
    # 1 of 8 is 12.5 %
    twelve: dict[Rounding, str] = {"nearest": "possible", "half_up": "impossible", "half_even": "possible", "truncated": "possible"}
    thirteen: dict[Rounding, str] = {"nearest": "possible", "half_up": "possible", "half_even": "impossible", "truncated": "impossible"}
    assert {rule: judge("12", 8, rule)[0] for rule in twelve} == twelve
    assert {rule: judge("13", 8, rule)[0] for rule in thirteen} == thirteen


def test_100_per_cent_compliance_is_flagged_as_a_ceiling():
    flagged = [flag_limits(figure(p, 40), rule=RULE)["at_limit"].item() for p in ("100", "100.0", "99.9", "0", "word")]
    assert flagged == ["ceiling", "ceiling", None, "floor", None]
    assert flag_limits(figure("5.00", 40, figure_kind="mean"), rule=RULE)["at_limit"].item() == "ceiling"


CELLS = {
    "partition_code": pl.String, "part_code": pl.String, "printed": pl.String, "n_base": pl.Int64,
    "item_code": pl.String, "base_kind": pl.String, "unit": pl.String,
}  # fmt: skip


def agree(kind: str, n_parts: int, *cells: Row, rounding: Rounding = "nearest") -> dict[str, object]:
    """The judgement on one partition; a cell without part_code is the whole."""
    plain = {"partition_code": "p", "part_code": "", "n_base": None, "item_code": "i", "base_kind": "respondents", "unit": "per_cent"}
    frame = pl.DataFrame([plain | cell for cell in cells], schema=CELLS)
    partitions = pl.DataFrame({"partition_code": ["p"], "partition_kind": [kind], "n_parts": [n_parts]})
    return classify_coherence(frame, partitions, rule=PrintedRule(rounding=rounding)).row(0, named=True)


def words(result: dict[str, object]) -> tuple[object, object]:
    return result["coherence"], result["reason"]


def parts(*printed: str | None, **facts: object) -> list[Row]:
    return [{"part_code": f"part_{n}", "printed": text} | facts for n, text in enumerate(printed)]


def test_48_per_cent_beside_19_and_33_is_not_checkable():
    """Two of the four groups are not published, and the 19 is about another item."""
    result = agree("groups", 4, {"printed": "48"}, *parts("19", "33", None, None))
    assert words(result) == ("not_checkable", "part_missing")
    assert result["value"] is result["lowest"] is result["highest"] is None
    other = agree(
        "groups", 2, {"printed": "48"}, {"part_code": "a", "printed": "19", "item_code": "other"}, {"part_code": "b", "printed": "33"}
    )
    assert words(other) == ("not_checkable", "item_code_differs")


def test_an_overall_rate_lies_within_its_parts():
    assert words(agree("groups", 2, {"printed": "27"}, *parts("19", "33"))) == ("coherent", "within")
    outside = agree("groups", 2, {"printed": "48"}, *parts("19", "33"))
    assert (words(outside), outside["lowest"], outside["highest"]) == (("incoherent", "outside"), 18.5, 33.5)


def test_printed_bases_narrow_what_the_parts_allow():
    # (100 * 19 + 300 * 33) / 400 = 29.5, and half a per cent to either side
    bases = [{"part_code": "a", "printed": "19", "n_base": 100}, {"part_code": "b", "printed": "33", "n_base": 300}]
    result = agree("groups", 2, {"printed": "27"}, *bases)
    assert (words(result), result["lowest"], result["highest"]) == (("incoherent", "outside"), 29.0, 30.0)
    assert words(agree("groups", 2, {"printed": "30"}, *bases)) == ("coherent", "within")
    assert words(agree("groups", 2, {"printed": "30", "n_base": 410}, *bases)) == ("not_checkable", "bases_do_not_add_up")


def test_a_group_without_anybody_says_nothing_and_is_not_missing():
    nobody: Row = {"part_code": "c", "printed": None, "n_base": 0}
    assert words(agree("groups", 2, {"printed": "19"}, {"part_code": "a", "printed": "19", "n_base": 4}, nobody)) == ("coherent", "within")
    assert words(agree("groups", 1, {"printed": "19"}, nobody)) == ("not_checkable", "part_missing")


@pytest.mark.parametrize(("facts", "reason"), [({"base_kind": "mentions"}, "base_kind_differs"), ({"unit": "points"}, "unit_differs")])
def test_another_base_kind_or_unit_is_another_figure(facts: Row, reason: str):
    result = agree("groups", 2, {"printed": "27"}, {"part_code": "a", "printed": "19"} | facts, {"part_code": "b", "printed": "33"})
    assert words(result) == ("not_checkable", reason)


def test_single_answer_parts_sum_to_100_within_rounding():
    assert words(agree("single_answer", 5, *parts("38", "38", "17", "6", "1"))) == ("coherent", "within")
    assert words(agree("single_answer", 4, *parts("22", "29", "41", "8"))) == ("coherent", "within")
    assert words(agree("single_answer", 3, *parts("33.3", "33.3", "33.3"))) == ("coherent", "within")  # -+ 0.15
    short = agree("single_answer", 3, *parts("45", "33", "20"))
    assert (words(short), short["lowest"], short["highest"]) == (("incoherent", "outside"), 96.5, 99.5)
    assert words(agree("single_answer", 5, *parts("38", "38", "17", "4", "1"))) == ("coherent", "within")  # 98 -+ 2.5
    assert words(agree("single_answer", 2, *parts("60", None))) == ("not_checkable", "part_missing")


def test_four_whole_per_cents_that_sum_to_98_need_four_halves_rounded_down():
    four = parts("24", "24", "24", "26")
    assert words(agree("single_answer", 4, *four)) == ("coherent", "within")  # 24.5 + 24.5 + 24.5 + 26.5 = 100
    assert words(agree("single_answer", 4, *four, rounding="half_up")) == ("incoherent", "outside")


def test_several_answers_and_a_whole_that_nobody_printed_are_not_checkable():
    assert words(agree("multiple_answer", 4, *parts("22", "65", "18", "32"))) == ("not_checkable", "several_answers")
    assert words(agree("groups", 2, *parts("19", "33"))) == ("not_checkable", "whole_missing")


def test_16_working_days_and_52_days_of_no_stated_unit_are_not_compared():
    row = {
        "unit": "workdays",
        "item_code": "connection",
        "base_kind": "cases",
        "reference_item_code": "connection",
        "reference_base_kind": "cases",
    }
    frame = pl.DataFrame([row | {"reference_unit": unit} for unit in (None, "days", "workdays")])
    assert flag_comparable(frame).select("is_comparable", "reason").rows() == [
        (False, "unit_not_stated"), (False, "unit_differs"), (True, None),
    ]  # fmt: skip
