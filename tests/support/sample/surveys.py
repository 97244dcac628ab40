"""Invitations and answers: one latent mood per customer and respondent, so that answers hang together."""

import numpy as np
import polars as pl
from support.sample.customers import Customers
from support.sample.stories import (
    IMPORTANCE,
    ITEMS,
    SATISFACTION,
    SLIPPING_REGION,
    SMALL_MONTH,
    SMALL_MONTH_RETURNS,
    satisfaction_shift,
    sinking_depth,
)
from support.sample.streams import Month, frame_of, minutes, moments, stream, text_of

N_SENT, NOT_APPLICABLE, REFUSED, RECOMMEND_REFUSED = 700, 9, 8, 99
ON_TIME = ITEMS.index("RS1")
RECOVERY = [ITEMS.index("C1"), ITEMS.index("C2")]
COMMENTS = (
    "投诉打了三次电话才有人处理。", "送货师傅很有礼貌，准时。", "Please answer complaints faster.", "账单清楚，谢谢。",
    "最近几个月总是晚到。", "Good service, friendly driver.", "希望应用能查询实时位置。", "The line has been stable all year.",
    "客服电话 021-5550-0100 一直占线。", "无",
)  # fmt: skip
SIMPLIFIED = {5: "非常满意", 4: "满意", 3: "一般", 2: "不满意", 1: "非常不满意", 9: "不适用", 8: "拒答"}
TRADITIONAL = {5: "非常滿意", 4: "滿意", 3: "一般", 2: "不滿意", 1: "非常不滿意", 9: "不適用", 8: "拒答"}
ENGLISH = {5: "very satisfied", 4: "satisfied", 3: "neutral", 2: "dissatisfied", 1: "very dissatisfied", 9: "n/a", 8: "拒答"}


def make_invitations(customers: Customers, month: Month, scale: int, deliveries: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """The customers asked in the month, who answered, and the delivery or case some are asked about."""
    rng, n = stream("invitations", month.number), N_SENT * scale
    who = rng.choice(len(customers.customer_id), n, p=customers.shares(month, customers.activity**-0.4))
    sent = moments(rng, month, n)
    n_back = round(scale * (SMALL_MONTH_RETURNS if month.value == SMALL_MONTH else N_SENT * rng.uniform(0.288, 0.322)))
    is_back = np.isin(np.arange(n), rng.choice(n, n_back, replace=False))
    returned = np.where(is_back, sent + minutes(rng.exponential(1440, n) + 60), np.datetime64("NaT"))
    about = _asked_about(rng, who, sent, deliveries.select("who", "is_late", code="waybill", at="signed"), share=0.7)
    case = _asked_about(rng, who, sent, cases.select("who", is_late=False, code="case_no", at="applied_at"), share=0.3)
    return frame_of({
        "invitation": [f"R{month.tag}{i:05d}" for i in range(1, n + 1)], "who": who,
        "mode": rng.choice(["网络", "电话"], n, p=[0.76, 0.24]),
        "sent": sent, "returned": returned,
        "usable": rng.random(n) >= 0.03, "chosen_by": rng.choice(["random", "account_manager"], n, p=[0.9, 0.1]),
        "waybill": about["code"], "is_late": about["is_late"], "case_no": case["code"], "hides_customer": rng.random(n) < 0.03,
    })  # fmt: skip


def _asked_about(rng: np.random.Generator, who: np.ndarray, sent: np.ndarray, things: pl.DataFrame, *, share: float) -> pl.DataFrame:
    """For some of those asked a thing of the same customer that was over by then; a null code where there is none."""
    things = things.filter(pl.col("at").is_not_null()).sort("who", "code")
    of = things["who"].to_numpy()
    first, after = np.searchsorted(of, who), np.searchsorted(of, who, side="right")
    chosen = things[np.minimum(first + (rng.random(len(who)) * (after - first)).astype(int), len(of) - 1)]
    fits = pl.Series((after > first) & (chosen["at"].to_numpy() < sent) & (rng.random(len(who)) < share))
    return chosen.select(code=pl.when(fits).then("code"), is_late=pl.col("is_late") & fits)


def make_answers(invitations: pl.DataFrame, customers: Customers, month: Month) -> pl.DataFrame:
    """The answers of those who returned: C1_s, C1_i ... as written levels, 9 not applicable, 8 refused, null blank."""
    back = invitations.filter(pl.col("returned").is_not_null())
    rng, n, who = stream("answers", month.number), back.height, back["who"].to_numpy()
    mood = customers.effect[who] + rng.normal(0, 0.24, n) - 1.15 * sinking_depth(month) * customers.sinks[who] + satisfaction_shift(month)
    mood = mood - 0.15 * back["is_late"].to_numpy()
    felt = SATISFACTION + mood[:, None] + rng.normal(0, 0.74, (n, len(ITEMS)))
    felt[:, ON_TIME] -= 0.6 * back["is_late"].to_numpy() + 0.35 * (month.before_last < 4) * (customers.region[who] == SLIPPING_REGION)
    weighed = IMPORTANCE + rng.normal(0, 0.22, n)[:, None] + rng.normal(0, 0.62, (n, len(ITEMS)))
    levels = {f"{item}_s": _written(rng, felt[:, i], not_applicable=0.12 if i in RECOVERY else 0.02) for i, item in enumerate(ITEMS)}
    levels |= {f"{item}_i": _written(rng, weighed[:, i], not_applicable=0.0) for i, item in enumerate(ITEMS)}
    overall = SATISFACTION.mean() + mood
    levels["Overall"] = _written(rng, overall + rng.normal(0, 0.5, n), not_applicable=0.01)
    recommend = np.clip(np.round(8.2 + 2.2 * (overall - 4) + rng.normal(0, 1.3, n)), 0, 10).astype(int)
    levels["Recommend"] = pl.Series(np.where(rng.random(n) < 0.01, RECOMMEND_REFUSED, recommend))
    said = rng.choice(COMMENTS, n)
    return back.with_columns(
        **levels,
        Comment=pl.when(pl.Series(rng.random(n) < 0.16)).then(pl.Series(said)),
        weight=pl.Series(np.round(rng.uniform(0.75, 1.35, n), 3)),
    )


def _written(rng: np.random.Generator, felt: np.ndarray, *, not_applicable: float) -> pl.Series:
    level, chance = np.clip(np.round(felt), 1, 5).astype(int), rng.random(len(felt))
    coded = np.where(chance < not_applicable, NOT_APPLICABLE, np.where(chance > 0.997, REFUSED, level))
    return (
        pl.when(pl.Series(chance < 0.985) | pl.Series(chance > 0.997))
        .then(pl.Series(coded))
        .pipe(lambda e: pl.select(e.alias("level")))["level"]
    )


def seen_invitations(truth: pl.DataFrame, customers: Customers, until: np.datetime64) -> pl.DataFrame:
    """What the survey tool knew of the invitations at `until`."""
    known = truth.filter(pl.col("sent") < until)
    is_back = pl.col("returned") < until
    wave = pl.when(pl.col("mode") == "电话").then(
        pl.col("sent").dt.year().cast(pl.String) + "Q" + pl.col("sent").dt.quarter().cast(pl.String)
    )
    return known.select(
        "invitation", pl.Series("customer_no", customers.customer_id[known["who"].to_numpy()]), "mode", wave.alias("wave"), "sent",
        pl.when(is_back).then("returned").alias("returned"), pl.when(is_back).then("usable").alias("usable"), "chosen_by", "waybill",
    )  # fmt: skip


def seen_web(answers: pl.DataFrame, customers: Customers, until: np.datetime64) -> pl.DataFrame:
    """Web answers before `until`, one record per response."""
    known = answers.filter((pl.col("mode") == "网络") & (pl.col("returned") < until))
    customer = pl.Series("CustomerNo", customers.customer_id[known["who"].to_numpy()])
    columns = [f"{item}_{kind}" for item in ITEMS for kind in "si"]
    is_hidden = pl.col("hides_customer") & (pl.col("waybill").is_not_null() | pl.col("case_no").is_not_null())
    return known.with_columns(customer).select(
        ResponseID="invitation", CustomerNo=pl.when(~is_hidden).then("CustomerNo"),
        Submitted=pl.Series(text_of(known["returned"].to_numpy())), Waybill="waybill",
        CaseNo=pl.when(pl.col("waybill").is_null()).then("case_no"),
        **{c: pl.col(c) for c in (*columns, "Overall", "Recommend", "Comment")},
    )  # fmt: skip


def seen_phone(answers: pl.DataFrame, customers: Customers, until: np.datetime64) -> pl.DataFrame:
    """Telephone answers before `until`, one record per answer, in the customer's script."""
    known = answers.filter((pl.col("mode") == "电话") & (pl.col("returned") < until))
    who = known["who"].to_numpy()
    language = np.where(customers.is_english[who], "en", np.where(customers.region[who] == "south", "hant", "hans"))
    wave = pl.col("returned").dt.year().cast(pl.String) + "Q" + pl.col("returned").dt.quarter().cast(pl.String)
    base = known.with_columns(
        pl.Series("language", language),
        customer=pl.Series(customers.customer_id[who]),
        wave=wave,
        time=pl.col("returned").dt.strftime("%Y-%m-%d %H:%M"),
    )
    parts = [_question(base, item, f"{item}_s", pl.col(f"{item}_i")) for item in ITEMS]
    parts += [_question(base, "总体", "Overall", pl.lit(None)), _question(base, "推荐", "Recommend", pl.lit(None))]
    return pl.concat(parts).sort("call", maintain_order=True)


def _question(base: pl.DataFrame, question: str, rating: str, importance: pl.Expr) -> pl.DataFrame:
    words = {"hans": SIMPLIFIED, "hant": TRADITIONAL, "en": ENGLISH}
    told = pl.coalesce(
        *(
            pl.when(pl.col("language") == code).then(pl.col(rating).replace_strict(word, default=None, return_dtype=pl.String))
            for code, word in words.items()
        )
    )
    number = pl.when(pl.col("Recommend") == RECOMMEND_REFUSED).then(pl.lit("拒答")).otherwise(pl.col("Recommend").cast(pl.String))
    said = number if rating == "Recommend" else told
    kept = pl.when(importance <= 5).then(importance.cast(pl.Int64))
    frame = base.select(
        call="invitation",
        wave="wave",
        customer="customer",
        time="time",
        question=pl.lit(question),
        rating=said,
        importance=kept,
        weight="weight",
    )
    return frame.filter(pl.col("rating").is_not_null() | pl.col("importance").is_not_null())
