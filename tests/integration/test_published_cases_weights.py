"""Published results come out of the public functions: weights of KPIs, shrinkage, survey weights."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from orchestration.metrics.kpi_weights import AhpRule, weigh_by_entropy, weigh_by_judgements

Shared = Callable[[str], Path]


def expected(shared: Shared, case: str) -> dict[str, Any]:
    """The case's expected.json."""
    content: dict[str, Any] = json.loads(shared(f"cases/{case}/expected.json").read_text(encoding="utf-8"))
    return content["expected"] | {"params": content["params"]}


@pytest.mark.parametrize(
    ("file", "values", "tolerance"), [("input.csv", "weights", "abs_tol"), ("input_elsayed.csv", "elsayed_weights", "elsayed_tol")]
)
def test_entropy_weights_are_the_published_ones(shared: Shared, file: str, values: str, tolerance: str) -> None:
    published = expected(shared, "entropy_xu2004")
    frame = weigh_by_entropy(pl.read_csv(shared(f"cases/entropy_xu2004/{file}")))
    assert frame["weight_share"].to_list() == pytest.approx(published[values], abs=published[tolerance])


def judgements(pairs: dict[tuple[str, str], float]) -> pl.DataFrame:
    """Pairwise judgements as rows."""
    rows = [(*pair, times) for pair, times in pairs.items()]
    return pl.DataFrame(rows, schema={"first_code": str, "second_code": str, "times": float}, orient="row")


def test_drinks_have_the_published_priorities_and_consistency(shared: Shared) -> None:
    matrix, published = pl.read_csv(shared("cases/ahp_saaty_drinks/input.csv")), expected(shared, "ahp_saaty_drinks")
    codes = matrix["row"].to_list()
    pairs = {(code, other): float(row[other]) for code, row in zip(codes, matrix.iter_rows(named=True), strict=True) for other in codes}
    frame = weigh_by_judgements(judgements({p: t for p, t in pairs.items() if p[0] != p[1]}), codes, rule=AhpRule())
    ours = dict(frame.select("criterion_code", "weight_share").iter_rows())
    for key in ("weights", "weights_4dp"):
        assert ours == pytest.approx(published[key]["values"], abs=published[key]["abs_tol"])
    ratio = published["consistency_ratio_saaty_RI"]
    assert frame["consistency_ratio"][0] == pytest.approx(ratio["value"], abs=ratio["abs_tol"])
    assert frame["reason"].null_count() == frame.height


def test_criteria_of_a_leader_have_the_published_priorities(shared: Shared) -> None:
    published = expected(shared, "ahp_saaty_drinks")["leader"]
    pairs = {tuple(name.split("/")): float(times) for name, times in published["comparisons"].items()}
    frame = weigh_by_judgements(judgements(pairs), list(published["criteria"]), rule=AhpRule())  # type: ignore[arg-type]
    ours = dict(frame.select("criterion_code", "weight_share").iter_rows())
    assert ours == pytest.approx(published["criteria"], abs=published["abs_tol"])
    assert frame["consistency_ratio"][0] == pytest.approx(published["cr"], abs=published["abs_tol"])
