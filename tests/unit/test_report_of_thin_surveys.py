"""The report of a survey that names what matters most, and of one that does not ask for importance at all."""

from dataclasses import replace

import polars as pl
import pytest
from support.report_frames import INSTRUMENT, MONTH, build_frames, table_frame, without
from support.report_pages import report_of

from orchestration.schemas.indices import ITEM_SCORES


def named_frames():
    """The invented company with a map of shares: 70 of 100 respondents name each item, satisfied as many per cent as its score."""
    frames = build_frames()
    share = pl.col("satisfaction_score") / 10
    quadrants = frames.item_quadrants.with_columns(
        satisfaction_score=share, importance_score=pl.lit(0.7), cut_satisfaction=pl.lit(0.39), cut_importance=pl.lit(0.7),
        satisfaction_minus_importance=pl.lit(None, pl.Float64), importance_satisfaction_rating=0.7 * (1 - share),
    )  # fmt: skip
    items = frames.items.with_columns(n_picks=pl.lit(3, pl.Int32), satisfied_from=pl.lit(4, pl.Int32))
    return replace(frames, item_quadrants=quadrants, items=items)


def test_a_map_of_shares_has_shares_and_the_rating_and_no_difference():
    figures = report_of(named_frames()).figure_set
    assert (figures["item.C1.importance"].unit, figures["item.C1.importance"].value) == ("share", 0.7)
    assert figures["item.C1.rating"].value == pytest.approx(0.7 * (1 - 0.332))
    assert figures.value("quadrant.n_picks") == 3
    assert not figures.under("item.", ".gap")
    assert "quadrant.scale_max" not in figures


def test_a_map_of_ratings_is_as_it_was():
    figures = report_of(build_frames()).figure_set
    assert figures["item.C1.importance"].unit == "score"
    assert not figures.under("item.", ".rating")
    assert not figures.under("score.")
    assert "quadrant.n_picks" not in figures


def unmapped_frames(*scores: float):
    """The invented company without a map, its first items scored so of 100, within half a point, by 400 respondents each."""
    rows = [
        {
            "month_start_date": MONTH, "window_months": 1, "instrument_code": INSTRUMENT, "segment_code": "all", "region_code": "all",
            "item_code": code, "n_satisfaction": 400, "n_effective": 400.0, "satisfaction_0to100": score, "interval_low": score - 0.5,
            "interval_high": score + 0.5, "top2_share": 0.5, "top2_low": 0.45, "top2_high": 0.55, "n_top2": 200, "fingerprint": "f",
        }
        for code, score in zip(("C1", "C2", "S1"), scores, strict=False)
    ]  # fmt: skip
    return replace(without(build_frames(), "item_quadrants"), item_scores=table_frame(ITEM_SCORES, rows))


def printed(frames, place: str) -> list[str]:
    claims = report_of(frames).claims
    return claims.filter(pl.col("is_printed") & (pl.col("claim_code") == place))["sentence_code"].to_list()


def test_without_a_map_the_items_stand_one_by_one_lowest_first():
    figures = report_of(unmapped_frames(71.0, 64.0, 80.0)).figure_set
    assert [figure.value for figure in figures.under("score.", ".index")] == [64.0, 71.0, 80.0]
    assert [figure.n_base for figure in figures.under("score.", ".top2")] == [400] * 3


def test_the_lowest_item_is_named_only_beyond_doubt():
    assert printed(unmapped_frames(71.0, 64.0, 80.0), "heading.items") == ["items.lowest"]
    assert printed(unmapped_frames(64.5, 64.0, 80.0), "heading.items") == ["items.plain"]


def test_one_item_alone_is_no_list():
    assert not report_of(unmapped_frames(71.0)).figure_set.under("score.")
