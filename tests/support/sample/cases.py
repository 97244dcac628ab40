"""Line connections: five stages, and a clock that sometimes runs for the customer."""

import numpy as np
import polars as pl
from support.sample.customers import Customers, staff_of
from support.sample.streams import Month, after_workdays, frame_of, moments, stream, workdays

STAGES = {
    "survey": (2.0, 0.05, 0.0),
    "plan": (3.2, 0.05, 0.08),
    "contract": (2.4, 0.06, 0.20),
    "construction": (11.0, 0.14, 0.12),
    "activation": (1.0, 0.05, 0.0),
}
"""Mean working days, share that runs far over, share in which the clock stops for the customer."""
NEVER = np.datetime64("NaT")


def make_cases(customers: Customers, month: Month, scale: int) -> pl.DataFrame:
    """The truth about the applications of the month, without their stages."""
    rng = stream("cases", month.number)
    n = round(60 * scale * rng.uniform(0.93, 1.07))
    who = rng.choice(len(customers.customer_id), n, p=customers.shares(month))
    applied = moments(rng, month, n)
    days = workdays()
    day = days[np.maximum(np.searchsorted(days, applied.astype("datetime64[D]"), side="right") - 1, 0)]
    applied = np.maximum(day.astype("datetime64[m]") + (applied - applied.astype("datetime64[D]")), month.start + np.timedelta64(9, "h"))
    return frame_of({
        "case_no": [f"K{month.tag}{i:04d}" for i in range(1, n + 1)], "who": who, "applied_at": applied,
        "bandwidth_mbit": rng.choice([100, 200, 500, 1000], n),
        "has_fibre": rng.random(n) < 0.75, "manager": staff_of("sales", rng, n),
        "stops_after": np.where(rng.random(n) < 0.04, rng.integers(1, 4, n), 5),
    })  # fmt: skip


def make_stages(cases: pl.DataFrame, month: Month) -> pl.DataFrame:
    """The truth about the stretches of these cases, stage after stage."""
    rng, begin, parts = stream("case_stages", month.number), cases["applied_at"].to_numpy().astype("datetime64[m]"), []
    for i, (stage, (mean, over, pause)) in enumerate(STAGES.items()):
        goes_on = cases["stops_after"].to_numpy() > i
        part, begin = _stretches(rng, stage, begin, (mean, over, pause))
        parts += [
            p.with_columns(cases["case_no"], cases["manager"]).filter(pl.Series(goes_on) & pl.col("begin_at").is_not_null()) for p in part
        ]
    return pl.concat(parts).sort("case_no", "begin_at", "stretch")


def _stretches(
    rng: np.random.Generator, stage: str, begin: np.ndarray, shape: tuple[float, float, float]
) -> tuple[list[pl.DataFrame], np.ndarray]:
    n, (mean, over, pause) = len(begin), shape
    work = rng.binomial(round(mean * 2), 0.5, n) + np.where(rng.random(n) < over, rng.poisson(mean + 3, n), 0)
    has_pause, first = rng.random(n) < pause, work // 2
    end = after_workdays(begin, np.where(has_pause, first, work), rng)
    resumed = after_workdays(end, 2 + rng.poisson(3, n), rng)
    finished = np.where(has_pause, after_workdays(resumed, work - first, rng), end)
    accepted = rng.random(n) < 0.93

    def stretch(number: int, start: np.ndarray, stop: np.ndarray, clock: str) -> pl.DataFrame:
        return frame_of(
            {
                "stage": stage,
                "stretch": number,
                "begin_at": start,
                "end_at": stop,
                "clock": clock,
                "first_time_ok": accepted,
                "stage_end": finished,
            }
        )

    later = np.where(has_pause, end, NEVER), np.where(has_pause, resumed, NEVER)
    parts = [stretch(1, begin, end, "us"), stretch(2, *later, "customer"), stretch(3, later[1], np.where(has_pause, finished, NEVER), "us")]
    return parts, finished


def seen_cases(cases: pl.DataFrame, stages: pl.DataFrame, customers: Customers, until: np.datetime64) -> pl.DataFrame:
    """What the CRM knew about the applications at `until`."""
    ended = stages.filter(pl.col("stage") == "activation").group_by("case_no").agg(finished=pl.col("end_at").max())
    last = stages.group_by("case_no").agg(last_end=pl.col("end_at").max())
    known = (
        cases.filter(pl.col("applied_at") < until)
        .join(ended, on="case_no", how="left", maintain_order="left")
        .join(last, on="case_no", how="left", maintain_order="left")
    )
    is_done, is_withdrawn = pl.col("finished") < until, (pl.col("stops_after") < 5) & (pl.col("last_end") < until)
    status = pl.when(is_done).then(pl.lit("已开通")).when(is_withdrawn).then(pl.lit("已撤销")).otherwise(pl.lit("在办"))
    who = known["who"].to_numpy()
    return known.select(
        "case_no", pl.Series("customer_no", customers.customer_id[who]), pl.lit("connection").alias("process"), "applied_at",
        pl.when(is_done).then("finished").when(is_withdrawn).then("last_end").alias("finished_at"), status.alias("status"),
        "bandwidth_mbit", "has_fibre",
        pl.Series("region", customers.region[who]), "manager",
    )  # fmt: skip


def seen_stages(stages: pl.DataFrame, cases: pl.DataFrame, customers: Customers, until: np.datetime64) -> pl.DataFrame:
    """What the CRM knew about the stretches at `until`; acceptance is known when the stage is over."""
    owner = frame_of({"case_no": cases["case_no"], "customer_no": customers.customer_id[cases["who"].to_numpy()]})
    known = stages.filter(pl.col("begin_at") < until).join(owner, on="case_no", how="left", maintain_order="left")
    return known.select(
        "case_no", "stage", "stretch", "customer_no", "begin_at", pl.when(pl.col("end_at") < until).then("end_at").alias("end_at"), "clock",
        pl.when(pl.col("stage_end") < until).then("first_time_ok").alias("first_time_ok"), "manager",
    )  # fmt: skip
