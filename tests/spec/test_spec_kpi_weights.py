"""Weights of KPIs: declared, entropy and pairwise judgements, each by arithmetic that a reader can redo."""

from math import log

import polars as pl
import pytest

from orchestration.metrics.kpi_weights import AhpRule, weigh_by_entropy, weigh_by_judgements, weigh_declared

RULE = AhpRule()


def declared(*weights: float | None) -> pl.DataFrame:
    """Weights of the criteria a, b, c ..."""
    codes = [chr(ord("a") + n) for n in range(len(weights))]
    return weigh_declared(pl.DataFrame({"criterion_code": codes, "weight": weights}, schema={"criterion_code": str, "weight": float}))


def judged(*judgements: tuple[str, str, float | None], codes: str = "abc") -> pl.DataFrame:
    """Weights by judgements (first, second, times)."""
    schema = {"first_code": str, "second_code": str, "times": float}
    return weigh_by_judgements(pl.DataFrame(judgements, schema=schema, orient="row"), list(codes), rule=RULE)


def test_declared_weights_are_scaled_to_one() -> None:
    assert declared(40, 35, 25)["weight_share"].to_list() == pytest.approx([40 / 100, 35 / 100, 25 / 100])
    assert declared(2, 1)["weight_share"].to_list() == pytest.approx([2 / 3, 1 / 3])


@pytest.mark.parametrize("weights", [(1.0, None), (1.0, -1.0), (1.0, float("inf")), (1.0, float("nan")), (0.0, 0.0)])
def test_declared_weights_that_are_none_give_a_reason_and_no_number(weights: tuple[float | None, ...]) -> None:
    frame = declared(*weights)
    assert frame["weight_share"].to_list() == [None, None]
    assert frame["reason"].null_count() == 0


def test_entropy_gives_weight_to_what_differs() -> None:
    frame = weigh_by_entropy(pl.DataFrame({"same": [4.0, 4.0], "split": [3.0, 1.0], "one": [2.0, 0.0]}))
    split = -(3 / 4 * log(3 / 4) + 1 / 4 * log(1 / 4)) / log(2)
    assert frame["entropy"].to_list() == pytest.approx([1.0, split, 0.0])
    assert frame["weight_share"].to_list() == pytest.approx([0.0, (1 - split) / (1 - split + 1), 1 / (1 - split + 1)])


def test_entropy_needs_two_cases_and_a_difference() -> None:
    for cases, reason in (
        ([1.0], "fewer than two cases"),
        ([], "fewer than two cases"),
        ([3.0, 3.0], "no criterion differs between the cases"),
    ):
        frame = weigh_by_entropy(pl.DataFrame({"a": cases, "b": cases}, schema={"a": float, "b": float}))
        assert frame["weight_share"].to_list() == [None, None]
        assert frame["reason"].unique().to_list() == [reason]


@pytest.mark.parametrize("bad", [None, -1.0, float("inf"), float("nan")])
def test_a_criterion_with_a_value_that_is_none_leaves_its_part_to_the_others(bad: float | None) -> None:
    frame = weigh_by_entropy(pl.DataFrame({"bad": [bad, 1.0], "a": [1.0, 3.0], "b": [3.0, 1.0]}))
    assert frame["weight_share"].to_list() == [None, pytest.approx(0.5), pytest.approx(0.5)]
    assert frame["reason"].to_list() == ["a value is missing, negative or infinite", None, None]


def test_consistent_judgements_give_back_the_weights_they_were_made_of() -> None:
    frame = judged(("a", "b", 2), ("b", "c", 3), ("a", "c", 2 * 3))
    assert frame["weight_share"].to_list() == pytest.approx([6 / 10, 3 / 10, 1 / 10])
    assert frame["consistency_ratio"].to_list() == pytest.approx([0.0] * 3, abs=1e-12)


def test_a_pair_may_be_judged_from_either_side() -> None:
    ours, theirs = judged(("a", "b", 4), codes="ab"), judged(("b", "a", 1 / 4), codes="ab")
    assert ours["weight_share"].to_list() == theirs["weight_share"].to_list() == pytest.approx([4 / 5, 1 / 5])


def test_a_circle_of_judgements_is_refused_and_says_how_far_it_is_off() -> None:
    """A beats b, b beats c and c beats a, each 3 times: every row adds up to 1 + 3 + 1/3, which is lambda_max."""
    frame = judged(("a", "b", 3), ("b", "c", 3), ("c", "a", 3))
    ratio = ((1 + 3 + 1 / 3) - 3) / (3 - 1) / 0.58
    assert frame["consistency_ratio"].to_list() == pytest.approx([ratio] * 3)
    assert frame["weight_share"].to_list() == [None] * 3
    assert frame["reason"][0] == f"judgements contradict each other: consistency ratio {ratio:.2f} above 0.10"


@pytest.mark.parametrize(
    ("judgements", "reason"),
    [
        ([("a", "b", 2)], "a pair is not judged"),
        ([("a", "b", 2), ("b", "a", 2), ("a", "c", 1), ("b", "c", 1)], "a pair is judged twice, and differently"),
        ([("a", "b", 0)], "a judgement is missing, infinite or not above 0"),
        ([("a", "b", None)], "a judgement is missing, infinite or not above 0"),
        ([("a", "b", float("inf"))], "a judgement is missing, infinite or not above 0"),
    ],
)
def test_judgements_that_cannot_be_used_say_why(judgements: list[tuple[str, str, float | None]], reason: str) -> None:
    frame = judged(*judgements)
    assert (frame["weight_share"].null_count(), frame["reason"].unique().to_list()) == (3, [reason])


def test_one_criterion_has_all_the_weight_and_none_has_no_row() -> None:
    assert judged(codes="a").select("weight_share", "consistency_ratio").row(0) == (1.0, 0.0)
    assert judged(codes="").is_empty()


def test_more_criteria_than_the_published_random_index_are_refused() -> None:
    codes = "abcdefghijk"
    pairs = [(a, b, 1.0) for n, a in enumerate(codes) for b in codes[n + 1 :]]
    assert judged(*pairs, codes=codes)["reason"][0] == "more criteria than the random index is published for"
