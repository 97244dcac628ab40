"""What is planted in the sample is in the extracts, computed here from the files alone."""

from datetime import date, datetime

import polars as pl
import pytest
from support.sample.read import read_current
from support.sample.stories import ITEMS, SINKING
from support.sample.write import DATA

LANDING = DATA / "landing"
LAST_FOUR = ["2026-07", "2026-08", "2026-09", "2026-10"]
USUAL = pl.col("month").is_between(pl.lit("2025-06"), pl.lit("2026-05"))
SUNK = pl.col("month").is_in(["2026-08", "2026-09", "2026-10"])
WORDS = {"非常满意": 5, "非常滿意": 5, "very satisfied": 5, "满意": 4, "滿意": 4, "satisfied": 4, "一般": 3, "neutral": 3}
WORDS |= {"不满意": 2, "不滿意": 2, "dissatisfied": 2, "非常不满意": 1, "非常不滿意": 1, "very dissatisfied": 1}


def moment(column: str) -> pl.Expr:
    return pl.col(column).str.to_datetime("%Y-%m-%d %H:%M", strict=False)


@pytest.fixture(scope="module")
def arrivals() -> pl.DataFrame:
    aliases = read_current(LANDING, "customer_aliases").select("account", "customer_no")
    current = read_current(LANDING, "deliveries").filter((pl.col("status") == "签收") & pl.col("signed").is_not_null())
    return current.join(aliases, on="account", how="left").with_columns(
        month=pl.col("created").str.head(7), on_time=moment("signed") <= moment("promised")
    )


@pytest.fixture(scope="module")
def ratings() -> pl.DataFrame:
    """One row per response and item: month answered, customer, satisfaction, importance."""
    web, phone = read_current(LANDING, "survey_web"), read_current(LANDING, "survey_phone")
    base = {"response": "ResponseID", "customer": "CustomerNo", "month": pl.col("Submitted").str.head(7)}
    wide = [web.select(**base, item=pl.lit(i), s=pl.col(f"{i}_s").cast(pl.Int64), i=pl.col(f"{i}_i").cast(pl.Int64)) for i in ITEMS]
    long = phone.filter(pl.col("question").is_in(ITEMS)).select(
        response="call", customer="customer", month=pl.col("time").str.head(7), item="question",
        s=pl.col("rating").replace_strict(WORDS, default=None, return_dtype=pl.Int64), i="importance",
    )  # fmt: skip
    rated = pl.concat([*wide, long]).with_columns(pl.when(pl.col(c).is_between(1, 5)).then(c).alias(c) for c in "si")
    usable = read_current(LANDING, "invitations").filter("usable").select(response="invitation")
    return rated.join(usable, on="response", how="semi")


@pytest.fixture(scope="module")
def means(ratings: pl.DataFrame) -> pl.DataFrame:
    return ratings.group_by("month", "item").agg(pl.col("s").mean(), pl.col("i").mean())


def index_of(means: pl.DataFrame, month: str) -> float:
    """Overall index: 0-100 scores weighted by the importance of the year before."""
    weights = means.filter(pl.col("month").str.starts_with("2025")).group_by("item").agg(w=pl.col("i").mean())
    joined = means.filter(pl.col("month") == month).join(weights, on="item")
    return float(joined.select((25 * (pl.col("s") - 1) * pl.col("w")).sum() / pl.col("w").sum()).item())


def test_there_are_27_months_of_every_family(arrivals: pl.DataFrame, ratings: pl.DataFrame) -> None:
    for months in (arrivals["month"], ratings["month"], read_current(LANDING, "customer_months")["month"]):
        assert (months.min(), months.max(), months.n_unique()) == ("2024-08", "2026-10", 27)


def test_deliveries_of_the_east_slip_for_four_months(arrivals: pl.DataFrame) -> None:
    by_month = arrivals.group_by("month", east=pl.col("region") == "华东").agg(pl.col("on_time").mean(), n=pl.len())
    east, rest = (by_month.filter(pl.col("east") == is_east) for is_east in (True, False))
    assert east.filter(pl.col("month").is_in(LAST_FOUR))["on_time"].max() < 0.93
    assert east.filter(~pl.col("month").is_in(LAST_FOUR))["on_time"].min() > 0.945
    assert rest.filter(pl.col("month").is_in(LAST_FOUR))["on_time"].min() > 0.93


def test_complaint_handling_is_important_and_unloved(means: pl.DataFrame) -> None:
    october = means.filter(pl.col("month") == "2026-10")
    handling, rest = (october.filter(pl.col("item").is_in(["C1", "C2"]) == is_it) for is_it in (True, False))
    assert handling["s"].max() < rest["s"].min()
    assert handling["i"].min() > rest["i"].max()


def test_items_spread_over_four_quadrants_and_some_lie_on_the_cross_hair(means: pl.DataFrame) -> None:
    october = means.filter(pl.col("month") == "2026-10").with_columns(
        ds=pl.col("s") - pl.col("s").mean(), di=pl.col("i") - pl.col("i").mean()
    )
    quadrants = october.group_by(pl.col("ds") >= 0, pl.col("di") >= 0).len()
    assert quadrants.height == 4
    assert quadrants["len"].min() >= 2
    near = october.filter(pl.min_horizontal(pl.col("ds").abs(), pl.col("di").abs()) < 0.06)["item"]
    assert 1 <= len(near) <= 3


def test_the_index_rises_on_last_year_but_stays_below_target(means: pl.DataFrame) -> None:
    now, year_ago = index_of(means, "2026-10"), index_of(means, "2025-10")
    assert year_ago + 2 < now < 76 - 1
    assert now > 73


def test_one_month_has_a_small_base(ratings: pl.DataFrame) -> None:
    n = dict(ratings.group_by("month").agg(pl.col("response").n_unique()).iter_rows())
    assert 55 <= n.pop("2026-07") <= 75
    assert min(n.values()) >= 150
    assert max(n.values()) <= 235


def test_six_key_customers_sink(ratings: pl.DataFrame, arrivals: pl.DataFrame) -> None:
    segments = dict(read_current(LANDING, "customers").select("Customer No", "Segment").iter_rows())
    assert [segments[c] for c in SINKING] == ["KA"] * 6
    complaints = read_current(LANDING, "complaints").select(customer="客户编号", month=pl.col("受理时间").str.head(7).str.replace("/", "-"))
    volume = read_current(LANDING, "customer_months").select("month", customer="customer_no", shipments=pl.col("shipments").cast(pl.Int64))

    def usual_and_sunk(frame: pl.DataFrame, value: pl.Expr) -> tuple[float, float]:
        mine = frame.filter(pl.col("customer").is_in(SINKING))
        return mine.filter(USUAL).select(value).item(), mine.filter(SUNK).select(value).item()

    scores, late = (
        usual_and_sunk(ratings, pl.col("s").mean()),
        usual_and_sunk(arrivals.rename({"customer_no": "customer"}), 1 - pl.col("on_time").mean()),
    )
    raised = usual_and_sunk(complaints, pl.len() / pl.col("month").n_unique())
    shipped = usual_and_sunk(volume, pl.col("shipments").sum() / pl.col("month").n_unique())
    assert scores[1] < scores[0] - 0.5
    assert late[1] > 4 * late[0]
    assert raised[1] > 1.5 * raised[0]
    assert shipped[1] < 0.7 * shipped[0]


def test_only_the_calls_back_are_late() -> None:
    reach = {
        "callbacks": read_current(LANDING, "callbacks").select(moment("回访时间").max()).item(),
        "deliveries": read_current(LANDING, "deliveries").select(moment("created").max()).item(),
        "complaint_events": read_current(LANDING, "complaint_events").select(moment("event_time").max()).item(),
        "survey_web": read_current(LANDING, "survey_web").select(moment("Submitted").max()).item(),
        "survey_phone": read_current(LANDING, "survey_phone").select(moment("time").max()).item(),
        "cases": read_current(LANDING, "cases")["applied_at"].max(),
        "case_stages": read_current(LANDING, "case_stages")["begin_at"].max(),
        "invitations": read_current(LANDING, "invitations")["sent"].max(),
    }
    assert reach.pop("callbacks").date() == date(2026, 10, 24)
    assert min(reach.values()) >= datetime(2026, 10, 30)
    assert max(reach.values()) < datetime(2026, 11, 1)


def test_answers_of_one_respondent_hang_together(ratings: pl.DataFrame) -> None:
    wide = ratings.filter(pl.col("item").is_in(["S1", "T2"])).pivot("item", index="response", values="s").drop_nulls()
    assert 0.1 < wide.select(pl.corr("S1", "T2")).item() < 0.6


def test_volumes_are_those_of_a_company_of_this_size(arrivals: pl.DataFrame) -> None:
    asked = read_current(LANDING, "invitations").group_by(pl.col("sent").dt.strftime("%Y-%m")).len()["len"]
    assert asked.unique().to_list() == [700]
    assert arrivals.group_by("month").len()["len"].min() >= 600
    assert read_current(LANDING, "customers")["Customer No"].n_unique() == 220
    assert 50 * 27 < read_current(LANDING, "cases").height < 70 * 27
    assert set(read_current(LANDING, "case_stages")["clock"]) == {"us", "customer"}
