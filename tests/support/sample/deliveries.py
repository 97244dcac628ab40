"""Deliveries with their six steps."""

import numpy as np
import polars as pl
from support.sample.customers import REGION_ZH, Customers, staff_of
from support.sample.stories import SLIPPING_REGION, late_share, sinking_depth
from support.sample.streams import Month, Times, frame_of, minutes, moments, stream, text_of

SEASON = {1: 0.72, 10: 1.18, 11: 1.08}
"""Month of the year counted from 0: quiet at the Spring Festival, busy in November."""
STEPS = ("received", "registered", "assigned", "pick_up", "transit", "signed")
DONE = "签收"


def make_deliveries(customers: Customers, month: Month, scale: int) -> pl.DataFrame:
    """The truth about the deliveries ordered in the month; `who` is the customer's position."""
    rng = stream("deliveries", month.number)
    n = round(900 * scale * SEASON.get(month.number % 12, 1.0) * rng.uniform(0.97, 1.03))
    who = rng.choice(len(customers.customer_id), n, p=customers.shares(month, 1 - 0.6 * sinking_depth(month) * customers.sinks))
    created, promise = moments(rng, month, n), rng.choice([12, 24, 36, 48], n, p=[0.20, 0.35, 0.25, 0.20]) * 60.0
    late = rng.random(n) < late_share(month, in_slipping_region=customers.region[who] == SLIPPING_REGION, sinks=customers.sinks[who])
    lead = np.where(late, promise + 15 + rng.exponential(480, n), promise * (0.35 + 0.62 * rng.beta(4, 2, n)))
    status = rng.choice([DONE, "取消", "退回", "丢失"], n, p=[0.973, 0.015, 0.009, 0.003])
    pieces = 1 + rng.poisson(2.2, n)
    frame = frame_of({
        "waybill": [f"W{month.tag}{i:05d}" for i in range(1, n + 1)], "who": who, "created": created,
        "promised": created + minutes(promise),
        **_steps(rng, created, lead, status), "status": status,
        "route": [f"{customers.region[w][0].upper()}{r}" for w, r in zip(who, rng.integers(1, 6, n), strict=True)],
        "pieces": pieces, "pieces_delivered": pieces - (rng.random(n) < 0.011),
        "pieces_damaged": np.minimum(pieces, (rng.random(n) < 0.012) * rng.integers(1, 3, n)),
        "courier": staff_of("transport", rng, n), "is_unknown": rng.random(n) < 0.002,
    })  # fmt: skip
    return frame.with_columns(pl.Series("is_late", late & (status == DONE)))


def _steps(rng: np.random.Generator, created: Times, lead: np.ndarray, status: np.ndarray) -> dict[str, Times]:
    n, never = len(created), np.datetime64("NaT")
    share = np.stack(
        [np.zeros(n), np.zeros(n), rng.uniform(0.04, 0.12, n), rng.uniform(0.18, 0.34, n), rng.uniform(0.4, 0.6, n), np.ones(n)]
    )
    after = share * lead + np.array([3, 18, 20, 20, 20, 0])[:, None] * rng.uniform(0.3, 1, n)
    reached = {step: created + minutes(after[i]) for i, step in enumerate(STEPS)}
    reached["pick_up"] = np.where(status == "取消", never, reached["pick_up"])
    reached["transit"] = np.where(status == "取消", never, reached["transit"])
    reached["signed"] = np.where(status == DONE, reached["signed"], never)
    confirmed = np.where(rng.random(n) < 0.88, reached["signed"] + minutes(rng.exponential(240, n)), never)
    return {**reached, "confirmed": confirmed}


def seen_deliveries(truth: pl.DataFrame, customers: Customers, until: np.datetime64) -> pl.DataFrame:
    """What the delivery system knew at `until`, as it writes it."""
    known = truth.filter(pl.col("created") < until)
    who = known["who"].to_numpy()
    times = {c: np.where(known[c].to_numpy() < until, known[c].to_numpy(), np.datetime64("NaT")) for c in (*STEPS, "confirmed")}
    is_over = ~np.isnat(times["signed"]) | ((known["status"] != DONE).to_numpy() & (known["promised"].to_numpy() < until))
    account = np.where(known["is_unknown"].to_numpy(), "NG-000000", customers.account[who])
    pieces = {c: pl.when(pl.Series(~np.isnat(times["signed"]))).then(known[c]) for c in ("pieces_delivered", "pieces_damaged")}
    return known.select(
        "waybill", pl.Series("account", account), pl.Series("created", text_of(known["created"].to_numpy())),
        pl.Series("promised", text_of(known["promised"].to_numpy())), *(pl.Series(c, text_of(t)) for c, t in times.items()),
        pl.when(pl.Series(is_over)).then("status").otherwise(pl.lit("运输中")).alias("status"), "route", "pieces",
        *(value.alias(c) for c, value in pieces.items()), pl.Series("region", [REGION_ZH[r] for r in customers.region[who]]), "courier",
    )  # fmt: skip
