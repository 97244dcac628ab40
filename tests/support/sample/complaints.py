"""Complaints with their events and call-backs."""

import numpy as np
import polars as pl
from support.sample.customers import DEPARTMENTS, REGION_ZH, Customers, staff_of
from support.sample.stories import sinking_depth
from support.sample.streams import Month, frame_of, minutes, moments, stream, text_of

CATEGORIES = {
    "配送延误": ("运输部", 3),
    "货物受损": ("运输部", 5),
    "网络故障": ("网络部", 3),
    "账单错误": ("账务部", 7),
    "服务态度": ("客户服务部", 5),
    "合同条款": ("销售部", 10),
}
"""Category as the desk writes it: department and days until the deadline."""
WORDS = {
    "配送延误": "货物迟到，联系人没有接电话。", "货物受损": "外箱破损，内件受潮。", "网络故障": "专线中断数小时，影响营业。",
    "账单错误": "本月账单金额与合同不符。", "服务态度": "工作人员语气不耐烦。", "合同条款": "续约条款与口头承诺不一致。",
}  # fmt: skip
STEPS = ("opened", "responded", "escalated", "resolved", "reopened", "resolved_again", "closed")
EVENTS = dict(zip(STEPS, ("受理", "答复", "升级", "解决", "重开", "解决", "归档"), strict=True))
NEVER = np.datetime64("NaT")


def make_complaints(customers: Customers, month: Month, scale: int) -> pl.DataFrame:
    """The truth about the complaints opened in the month."""
    rng = stream("complaints", month.number)
    n = round(90 * scale * rng.uniform(0.92, 1.08))
    who = rng.choice(len(customers.customer_id), n, p=customers.shares(month, 1 + 2.2 * sinking_depth(month) * customers.sinks))
    opened = moments(rng, month, n)
    category = rng.choice(list(CATEGORIES), n, p=[0.30, 0.14, 0.20, 0.16, 0.12, 0.08])
    due = opened + np.array([CATEGORIES[c][1] for c in category]) * np.timedelta64(24 * 60, "m")
    return frame_of({
        "order_no": [f"T{month.tag}{i:04d}" for i in range(1, n + 1)], "who": who, **_course(rng, opened, due), "due": due,
        "category": category,
        "channel": rng.choice(["热线", "网页", "微信", "营业厅", "邮件"], n, p=[0.42, 0.18, 0.22, 0.10, 0.08]),
        "is_valid": rng.choice(["是", "否", "未定"], n, p=[0.7, 0.2, 0.1]),
        "key_kind": rng.choice(["known", "unknown", "none"], n, p=[0.97, 0.02, 0.01]),
        "operator": staff_of(DEPARTMENTS[0], rng, n), "waits_for_customer": rng.random(n) < 0.1,
    })  # fmt: skip


def _course(rng: np.random.Generator, opened: np.ndarray, due: np.ndarray) -> dict[str, np.ndarray]:
    n, day = len(opened), 24 * 60
    responded = opened + minutes(rng.lognormal(np.log(7 * 60), 0.75, n))
    allowed = (due - opened).astype(float)
    resolved = responded + minutes(allowed * rng.lognormal(np.log(0.42), 0.62, n))
    resolved = np.where(rng.random(n) < 0.015, NEVER, resolved)
    escalated = np.where(
        rng.random(n) < 0.08, responded + minutes(rng.uniform(0.2, 0.8, n) * (resolved - responded).astype(float).clip(60)), NEVER
    )
    reopened = np.where(rng.random(n) < 0.07, resolved + minutes(rng.uniform(0.3, 3, n) * day), NEVER)
    again = reopened + minutes(rng.exponential(2.0, n) * day + 120)
    final = np.where(np.isnat(reopened), resolved, again)
    closed = final + minutes(rng.uniform(0.6, 3, n) * day)
    return dict(zip(STEPS, (opened, responded, escalated, resolved, reopened, again, closed), strict=True))


def seen_complaints(truth: pl.DataFrame, customers: Customers, until: np.datetime64) -> pl.DataFrame:
    """What the desk knew at `until`, with the desk's Chinese headers and words."""
    known = truth.filter(pl.col("opened") < until)
    t = {c: np.where(known[c].to_numpy() < until, known[c].to_numpy(), NEVER) for c in STEPS}
    is_solved = ~np.isnat(t["resolved"]) & (np.isnat(t["reopened"]) | ~np.isnat(t["resolved_again"]))
    status = np.where(~np.isnat(t["closed"]), "已归档", np.where(is_solved, "已解决", "处理中"))
    who, category, kind = known["who"].to_numpy(), known["category"].to_list(), known["key_kind"].to_numpy()
    key = np.select([kind == "known", kind == "unknown"], [customers.customer_id[who], "C9999"], "无")
    pattern = "%Y/%m/%d %H:%M"
    return frame_of({
        "工单编号": known["order_no"], "客户编号": key, "受理时间": text_of(t["opened"], pattern),
        "办结时限": text_of(known["due"].to_numpy(), pattern),
        "归档时间": text_of(t["closed"], pattern), "状态": status, "类别": category,
        "渠道": known["channel"],
        "责任部门": [CATEGORIES[c][0] for c in category],
        "是否有理": np.where(np.isnat(t["resolved"]), "未定", known["is_valid"].to_numpy()),
        "区域": [REGION_ZH[r] for r in customers.region[who]], "经办人": known["operator"], "内容": [WORDS[c] for c in category],
    })  # fmt: skip


def seen_events(truth: pl.DataFrame, until: np.datetime64) -> pl.DataFrame:
    """The events before `until`; after some answers the desk waits for the customer."""
    parts = [
        truth.select(
            order_no="order_no",
            event=pl.lit(word),
            at=pl.col(step),
            operator="operator",
            waits=pl.col("waits_for_customer") & (step == "responded"),
        )
        for step, word in EVENTS.items()
    ]
    events = pl.concat(parts).filter(pl.col("at") < until).sort("at", "order_no", maintain_order=True)
    waiting_for = pl.when("waits").then(pl.lit("customer")).otherwise(pl.lit("us"))
    return events.select(
        "order_no", "event", event_time=pl.col("at").dt.strftime("%Y-%m-%d %H:%M"), waiting_for=waiting_for, operator="operator"
    )


def make_callbacks(truth: pl.DataFrame, customers: Customers, month: Month) -> pl.DataFrame:
    """Calls back one to four days after the solution; a good third of those reached are not satisfied."""
    rng, n = stream("callbacks", month.number), truth.height
    final = truth.select(pl.coalesce("resolved_again", "resolved"))["resolved_again"].to_numpy().astype("datetime64[m]")
    called = final.astype("datetime64[D]").astype("datetime64[m]") + minutes(rng.integers(1, 5, n) * 1440 + rng.uniform(10, 18, n) * 60)
    reached, asked = rng.random(n) < 0.8, rng.random(n) < 0.96
    score = np.clip(
        np.round(rng.normal(3.95, 1.0, n) - 0.7 * sinking_depth(month) * customers.sinks[truth["who"].to_numpy()]), 1, 5
    ).astype(int)
    good, bad = (
        rng.choice(["满意", "滿意", "satisfied"], n, p=[0.8, 0.1, 0.1]),
        rng.choice(["不满意", "不滿意", "dissatisfied"], n, p=[0.8, 0.1, 0.1]),
    )
    frame = frame_of({
        "called": called, "工单编号": truth["order_no"], "回访时间": text_of(called), "是否接通": np.where(reached, "接通", "未接通"),
        "回访结果": np.where(~reached, "", np.where(~asked, "未作答", np.where(score >= 4, good, bad))),
        "评分": [int(s) if ok else None for s, ok in zip(score, reached & asked, strict=True)],
    })  # fmt: skip
    return frame.filter(pl.col("called").is_not_null() & pl.Series(rng.random(n) < 0.85))
