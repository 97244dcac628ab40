"""A small invented mail page in both languages, and the environment that renders it."""

from datetime import datetime, timedelta, timezone
from functools import cache

from orchestration.delivery import mails
from orchestration.delivery.message import Envelope
from orchestration.delivery.parts import draw_pictures
from orchestration.delivery.pictures import font_files
from orchestration.reports.charts import QuadrantItem, QuadrantMap, QuadrantNames, TrendChart, TrendPoint, draw
from orchestration.reports.mail_page import (
    MailCell,
    MailChange,
    MailHeadline,
    MailPage,
    MailPicture,
    MailPoint,
    MailSection,
    MailTable,
)
from orchestration.reports.render import build_environment

MOMENT = datetime(2026, 11, 3, 2, 0, tzinfo=timezone(timedelta(hours=8)))
VALUES = (72.2, 72.6, 71.9, 72.8, 73.3, 73.0, 74.1, 74.9, 75.2, 73.7, 75.5, 75.9, 74.6)
ITEMS_EN = ("On-time delivery", "Complaint handling", "Correct invoices", "Staff knowledge", "Flexible slots", "Clean depots")
ITEMS_ZH = ("准时送达", "投诉处理", "账单准确", "员工专业", "时段灵活", "网点整洁")
PLACES = ((3.71, 4.71, "B"), (3.32, 4.52, "B"), (3.69, 4.40, "B"), (4.02, 4.15, "A"), (3.60, 4.02, "C"), (4.05, 3.50, "D"))
EN = {
    "company": "Northgate Logistics", "title": "Customer satisfaction report, October 2026", "meta": "Data to 31 October 2026",
    "subject": "October 2026: satisfaction is up on last year and still short of target (74.6 of 100)", "unit": "of 100",
    "interval": "95 % interval 73.5 to 75.7, from 1,212 answers", "since": ("since September", "since October 2025", "against target 76"),
    "verdicts": ("cannot tell", "better", "worse"), "lead": "Repair complaint handling first.",
    "rest": "Second most important of 6 items to customers, and rated 3.32 of 5.", "late": "Late data: call-backs reach only 24 October.",
    "trend": "Satisfaction is up on last year and still short of target", "map": "Three items matter much and satisfy little",
    "columns": ("Repair", "Importance", "Satisfaction", "Difference"), "remark": "Other numbers: 4 Staff knowledge.",
    "footer": "Questions: Li Wei, li.wei@example.com", "names": ("STRENGTH", "REPAIR", "OPPORTUNITY", "MAINTAIN"), "months": "{}/26",
    "note": "only 64 answers", "target": "target 76", "kpi": ("Indicator", "Actual", "Plan", "Against plan"),
    "rows": ("Complaints resolved within the deadline that was promised to the customer %", "On-time delivery by the promised hour %"),
    "heading": "First-time resolution is furthest from plan", "provisional": "provisional",
}  # fmt: skip
ZH = {
    "company": "北门物流", "title": "客户满意度报告，2026年10月", "meta": "数据截至2026年10月31日",
    "subject": "2026年10月：满意度较去年上升，但仍未达到目标（74.6分）", "unit": "/ 100",
    "interval": "95% 区间 73.5–75.7，有效答卷 1,212 份", "since": ("较9月", "较2025年10月", "较目标76"),
    "verdicts": ("无法判断", "更好", "更差"), "lead": "首先改进投诉处理。",
    "rest": "在6项中重要性排第二，而满意度为3.32分（满分5分），是所有项目里最低的一项，需由客户服务部负责处理。",
    "late": "数据延迟：回访仅到10月24日。",
    "trend": "满意度较去年上升，但仍未达到目标", "map": "三项重要性高而满意度低：优先改进",
    "columns": ("改进", "重要性", "满意度", "差距"), "remark": "图中其他编号：4 员工专业。", "footer": "如有疑问：李伟，li.wei@example.com",
    "names": ("优势区", "修补区", "机会区", "维持区"), "months": "{}月", "note": "仅64份答卷", "target": "目标 76",
    "kpi": ("指标", "实际", "计划", "较计划"), "rows": ("在向客户承诺的期限内解决的投诉 %", "按承诺时刻准时送达 %"),
    "heading": "一次解决率离计划最远",
    "provisional": "暂定",
}  # fmt: skip


def build_page(language: str = "en", **changes: str) -> MailPage:
    """The invented page; `changes` replace words."""
    words = {**(ZH if language == "zh-CN" else EN), **changes}
    tones = (("−1.3", "", ""), ("+2.4", "good", "▲"), ("−1.4", "bad", "▼"))
    moves = tuple(
        MailChange(since, number, verdict, tone, arrow)
        for since, verdict, (number, tone, arrow) in zip(words["since"], words["verdicts"], tones, strict=True)
    )
    return MailPage(
        language=language, subject=words["subject"], company=words["company"], title=words["title"], meta=words["meta"],
        headline=MailHeadline("74.6", words["unit"], words["interval"], moves), headline_note="",
        points=(MailPoint(words["lead"], words["rest"]), MailPoint(words["heading"])), notices=(words["late"],),
        sections=(_trend(words), _map(words, ITEMS_ZH if language == "zh-CN" else ITEMS_EN), _kpis(words)), footer=(words["footer"],),
    )  # fmt: skip


def _trend(words: dict) -> MailSection:
    points = tuple(
        TrendPoint(words["months"].format((i + 9) % 12 + 1), str(2025 + (i > 2)), value, value - 1.2, value + 1.2, 76, f"{value}",
                   words["note"] if i == 9 else "", i == 9)
        for i, value in enumerate(VALUES)
    )  # fmt: skip
    chart = TrendChart(words["trend"], words["trend"], points, words["target"], floor=0, ceiling=100)
    return MailSection(words["trend"], "0–100", MailPicture("trend", f"{words['trend']} 72.2, 74.6", draw(chart, width=380, prefix="t")))


def _map(words: dict, labels: tuple[str, ...]) -> MailSection:
    items = tuple(QuadrantItem(i + 1, labels[i], x, y, q, i == 4, 0.06, 0.04, 0.3) for i, (x, y, q) in enumerate(PLACES))
    chart = QuadrantMap(words["map"], words["map"], items, 3.85, 4.08, "3.85", "4.08", QuadrantNames(*words["names"]), "→", "↑", 0.95)
    rows = tuple(
        tuple(
            MailCell(text)
            for text in (f"{i + 1} {labels[i]}", f"{PLACES[i][1]:.2f}", f"{PLACES[i][0]:.2f}", f"−{PLACES[i][1] - PLACES[i][0]:.2f}")
        )
        for i in range(3)
    )
    picture = MailPicture("quadrants", words["map"] + ", ".join(labels[:3]), draw(chart, width=380, prefix="q"))
    return MailSection(words["map"], "", picture, MailTable(words["columns"], rows, (1, 2, 3)), (words["remark"],))


def _kpis(words: dict) -> MailSection:
    rows = (
        (
            MailCell(words["rows"][0], is_strong=True),
            MailCell("71.8", "late", words["provisional"]),
            MailCell("80.0"),
            MailCell("−8.2 ▼", "bad"),
        ),
        (MailCell(words["rows"][1]), MailCell("93.4"), MailCell("96.0"), MailCell("−2.6 ▼", "bad")),
    )
    return MailSection(words["heading"], table=MailTable(words["kpi"], rows, (2, 3)))


def build_envelope(**changes: object) -> Envelope:
    """An invented envelope."""
    facts = {
        "report_code": "monthly_executive", "period": "2026-10", "version": 1, "language": "en", "subject": EN["subject"], "moment": MOMENT,
        "sender_name": "Northgate reports", "sender_address": "reports@example.com",
        "recipient_name": "The board", "recipient_address": "board@example.com",
    }  # fmt: skip
    return Envelope(**{**facts, **changes})


@cache
def _pictures(page: MailPage, fonts: tuple[str, ...]):
    return draw_pictures(_environment(page), page)


def _environment(page: MailPage):
    return build_environment("zh" if page.language == "zh-CN" else "en")


def build_mail(language: str = "en", page: MailPage | None = None, **changes: object):
    """The whole message of the invented page."""
    page = page or build_page(language)
    envelope = build_envelope(language=language, subject=page.subject, **changes)
    return mails.build_mail(_environment(page), page, envelope, _pictures(page, font_files()))
