"""Published results come out of the public functions: item means, quadrants, membership, NPS, ACSI, tobacco retail."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support.survey_frames import MONTH, Answer, answers_frame, counts_of, items_frame, levels_of, pairs_of

from orchestration.metrics.nps import compare_nps, estimate_nps
from orchestration.metrics.parameters import NpsRule, QuadrantCuts, SurveyRules
from orchestration.metrics.responses import score_response_rates
from orchestration.metrics.satisfaction_index import AcsiFormula, score_acsi
from orchestration.metrics.statistics import normal_p_value
from orchestration.metrics.survey import score_survey

Shared = Callable[[str], Path]
WALD = NpsRule(interval="wald")


def expected(shared: Shared, case: str) -> dict[str, Any]:
    """The case's expected.json."""
    content: dict[str, Any] = json.loads(shared(f"cases/{case}/expected.json").read_text(encoding="utf-8"))
    return content["expected"] | {"params": content["params"]}


def whole(frame: pl.DataFrame) -> pl.DataFrame:
    """The single month of the whole company."""
    return frame.filter(pl.col("segment_code") == "all", pl.col("region_code") == "all", pl.col("window_months") == 1)


def survey(shared: Shared, cut_rule: str) -> dict[str, pl.DataFrame]:
    """The survey tables of the case likert_ipa_ipacsi."""
    rows = pl.read_csv(shared("cases/likert_ipa_ipacsi/input.csv"))
    codes = rows["item"].unique(maintain_order=True).to_list()
    answers = answers_frame(Answer(str(r), item, level, measure) for r, measure, item, level in rows.iter_rows())
    frames = (levels_of(answers), pairs_of(answers, codes), counts_of(answers), items_frame(codes))
    rules = SurveyRules(cuts=QuadrantCuts(cut_rule=cut_rule))
    return {name: whole(f) for name, f in score_survey(*frames, report_month=MONTH, rules=rules).items() if "window_months" in f.columns}


def column(frame: pl.DataFrame, name: str) -> dict[str, Any]:
    """Values of a column by item."""
    return dict(frame.select("item_code", name).iter_rows())


def test_item_means_and_0_to_100_are_the_published_ones(shared: Shared) -> None:
    values, scores = expected(shared, "likert_ipa_ipacsi"), survey(shared, "grand_mean")["indices.item_scores"]
    assert column(scores, "satisfaction_score") == pytest.approx(values["S_mean"]["values"], abs=1e-9)
    assert column(scores, "importance_score") == pytest.approx(values["I_mean"]["values"], abs=1e-9)
    assert column(scores, "satisfaction_0to100") == pytest.approx(values["index_0_100_S"]["values"], abs=1e-7)
    ratio = scores.select("item_code", r=pl.col("satisfaction_score") / pl.col("importance_score"))
    assert column(ratio, "r") == pytest.approx(values["ratio_sum_S_over_sum_I"]["values"], abs=1e-9)


@pytest.mark.parametrize(
    ("rule", "key"), [("scale_midpoint", "quadrant_midpoint_3"), ("grand_mean", "quadrant_grand_mean"), ("median", "quadrant_median")]
)
def test_quadrants_are_the_published_ones_for_each_cross_hair(shared: Shared, rule: str, key: str) -> None:
    map_ = survey(shared, rule)["indices.item_quadrants"]
    assert column(map_, "quadrant_code") == expected(shared, "likert_ipa_ipacsi")[key]


def test_membership_probabilities_agree_with_the_bootstrap(shared: Shared) -> None:
    map_ = survey(shared, "grand_mean")["indices.item_quadrants"]
    published = expected(shared, "likert_ipa_ipacsi")
    assert map_["cut_satisfaction"].unique().to_list() == pytest.approx([published["grand_mean"]["S"]["value"]], abs=1e-9)
    assert map_["cut_importance"].unique().to_list() == pytest.approx([published["grand_mean"]["I"]["value"]], abs=1e-9)
    bootstrap = published["quadrant_probability_grand_mean_ABCD_bootstrap20000_seed0"]
    ours = {row[0]: list(row[1:]) for row in map_.select("item_code", *(f"probability_{c}" for c in "abcd")).iter_rows()}
    worst = max(abs(a - b) for code, values in bootstrap["values"].items() for a, b in zip(ours[code], values, strict=True))
    assert worst < 0.02


def test_tobacco_retail_regions_are_a_partition_that_the_rule_reproduces(shared: Shared) -> None:
    """The published tables are pictures, so the means are made up; the regions they must give, and the gaps, are published."""
    case = pl.read_csv(shared("cases/seed_tobacco_quadrants/input.csv"))
    high = {"A": (5, 5), "B": (3, 5), "C": (3, 3), "D": (5, 3)}
    levels = [(code, *high[region]) for code, region in case.select("item", "published_region").iter_rows()]
    answers = answers_frame(
        Answer(str(r), code, level, measure)
        for r in range(3)
        for code, *pair in levels
        for level, measure in zip(pair, MEASURES, strict=True)
    )
    codes = case["item"].to_list()
    frames = (levels_of(answers), pairs_of(answers, codes), counts_of(answers), items_frame(codes))
    map_ = whole(score_survey(*frames, report_month=MONTH, rules=SurveyRules())["indices.item_quadrants"])
    published = expected(shared, "seed_tobacco_quadrants")
    assert column(map_, "quadrant_code") == dict(case.select("item", "published_region").iter_rows())
    assert dict(map_["quadrant_code"].value_counts().iter_rows()) == published["count_by_region"]
    assert map_.height == published["items"] == 18


MEASURES = ("satisfaction", "importance")


def test_tobacco_retail_has_three_response_rates(shared: Shared) -> None:
    published = expected(shared, "seed_tobacco_quadrants")
    p = published["params"]
    scope = {"month_start_date": date(2026, 10, 1), "window_months": 1, "instrument_code": "i", "segment_code": "all", "region_code": "all"}
    rates = score_response_rates(pl.DataFrame([scope | {"n_sent": p["sent"], "n_returned": p["returned"], "n_valid": p["valid"]}]))
    assert rates["valid_of_sent_share"].item() == pytest.approx(published["valid_rate"]["value"], abs=1e-9)


def nps_counts(scores: pl.Series) -> dict[str, float]:
    """The counts that `estimate_nps` takes."""
    n, promoters, detractors = len(scores), int((scores >= 9).sum()), int((scores <= 6).sum())
    return {"promoter_weight": promoters, "detractor_weight": detractors, "total_weight": n, "n_effective": float(n), "n_answers": n}


def test_nps_variance_error_and_interval_are_those_of_the_package(shared: Shared) -> None:
    data, published = pl.read_csv(shared("cases/nps_cran/input.csv")), expected(shared, "nps_cran")
    groups = {"all": published["all"], **published["by_BU"]}
    for name, values in groups.items():
        scores = (data if name == "all" else data.filter(pl.col("BU") == name))["score"]
        row = estimate_nps(pl.DataFrame([nps_counts(scores)]), rule=WALD).row(0, named=True)
        ours = [row["nps"], row["variance"], row["standard_error"], row["interval_low"], row["interval_high"]]
        assert ours == pytest.approx([values["nps"], values["var"], values["se"], *values["ci95"]], abs=1e-9), name
        if "p" in values:
            p = normal_p_value(pl.Series([row["nps"] / row["standard_error"]])).item()
            assert p == pytest.approx(values["p"], abs=1e-9)


def test_two_nps_are_compared_as_the_package_does(shared: Shared) -> None:
    data, published = pl.read_csv(shared("cases/nps_cran/input.csv")), expected(shared, "nps_cran")["Apples_vs_Oranges"]
    rows = [nps_counts(data.filter(pl.col("BU") == name)["score"]) for name in ("Apples", "Oranges")]
    apples, oranges = estimate_nps(pl.DataFrame(rows), rule=WALD).select("nps", "standard_error").iter_rows()
    pair = dict(zip(("nps", "standard_error", "reference_nps", "reference_standard_error"), (*apples, *oranges), strict=True))
    row = compare_nps(pl.DataFrame([pair]), rule=WALD).row(0, named=True)
    ours = [row["difference"], row["difference_se"], row["difference_low"], row["difference_high"], row["p_value"]]
    assert ours == pytest.approx([published["delta"], published["se"], *published["ci95"], published["p"]], abs=1e-9)


def test_acsi_scores_are_the_published_ones(shared: Shared) -> None:
    cases, published = pl.read_csv(shared("cases/acsi_formula/input.csv")), expected(shared, "acsi_formula")
    names = ("overall", "expectancy", "ideal")
    weighted = score_acsi(cases, formula=AcsiFormula(weights=dict(zip(names, published["params"]["weights"], strict=True))))
    assert dict(weighted.select("case", "acsi_0to100").iter_rows()) == pytest.approx(published["score"], abs=1e-8)
    equal = score_acsi(cases.filter(pl.col("case") == "mixed"), formula=AcsiFormula(weights=dict.fromkeys(names, 1.0)))
    assert equal["acsi_0to100"].item() == pytest.approx(published["equal_weight_mixed"], abs=1e-8)
