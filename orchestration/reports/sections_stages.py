"""The stage strip: share inside the limit per stage and month."""

from dataclasses import dataclass
from datetime import date

from orchestration.reports.claims import Below
from orchestration.reports.claims_plans import NearGoal
from orchestration.reports.formatting import DASH, format_month, format_number, format_short_month, printed_number
from orchestration.reports.parts import Page, Sentence
from orchestration.reports.sections_operations import digits

PHONE_MONTHS = 6
HEAT = {"near": "parameter.near_miss_share", "miss": "parameter.far_miss_share"}
"""Tone of a missed goal -> the figure up to which it holds; beyond the last one a miss is far."""


@dataclass(frozen=True)
class HeatCell:
    """One stage in one month: tone is met, near, miss, far or none; `is_older` cells are left out on a phone."""

    text: str
    tone: str
    word: str
    is_older: bool


@dataclass(frozen=True)
class StageRow:
    """One stage over twelve months."""

    label: str
    limit: str
    goal: str
    cells: tuple[HeatCell, ...]
    days: str


@dataclass(frozen=True)
class StageSection:
    """Share inside the limit, per stage and month."""

    heading: Sentence | None
    caption: str
    months: tuple[tuple[str, bool], ...]
    rows: tuple[StageRow, ...]
    has_days: bool
    has_goals: bool
    days_note: str
    legend_near: str
    legend_miss: str
    legend_far: str
    legend_few: str
    is_provisional: bool


def build_stage_strip(page: Page) -> StageSection | None:
    """Every stage's share inside the limit by month; without a verdict where no goal is set; None where nothing can be shown."""
    goals = page.figures.under("stage.", ".goal")
    if not goals:
        return None
    metric = goals[0].figure_code.split(".")[1]
    own = [goal.figure_code.removesuffix(".goal") for goal in goals]
    months = [date.fromisoformat(f"{figure.figure_code.rsplit('.', 1)[-1]}-01") for figure in page.figures.under(f"{own[0]}.2")]
    shown = [code for code in own if any(page.figures.value(f"{code}.{month:%Y-%m}") is not None for month in months)]
    if not shown:
        return None
    rows = tuple(_stage_row(page, code, months) for code in shown)
    return StageSection(
        heading=page.sentence("heading.stages"), caption=page.text("stages.caption"), days_note=_days_note(page),
        months=tuple((format_short_month(month, page.locale), index < len(months) - PHONE_MONTHS) for index, month in enumerate(months)),
        rows=rows, has_days=any(row.days != DASH for row in rows), has_goals=any(goal.value is not None for goal in goals),
        **{f"legend_{tone}": _heat_word(page, tone) for tone in ("near", "miss", "far")},
        legend_few=page.text("stages.few").format(n=page.number("parameter.hide_below_n")),
        is_provisional=page.is_provisional(f"stage.{metric}."),
    )  # fmt: skip


def _stage_row(page: Page, code: str, months: list[date]) -> StageRow:
    stage = code.split(".", 2)[2]
    limit = page.figures[f"{code}.limit"]
    cells = tuple(_heat(page, code, month, index < len(months) - PHONE_MONTHS) for index, month in enumerate(months))
    return StageRow(
        label=page.label(limit.label_code), limit=DASH if limit.value is None else page.text("days.short").format(n=digits(page, limit)),
        goal=digits(page, page.figures[f"{code}.goal"]), cells=cells, days=_days(page, stage, months[-1]),
    )  # fmt: skip


def _days(page: Page, stage: str, month: date) -> str:
    """Mean working days in the stage this month, where a metric in working days was measured."""
    found = [f for f in page.figures.under("stage.", f".{stage}.{month:%Y-%m}") if f.unit == "workdays" and f.value is not None]
    return digits(page, found[0]) if found else DASH


def _days_note(page: Page) -> str:
    return page.text("stages.days").format(month=format_month(page.month, page.locale, with_year=False))


def _heat(page: Page, code: str, month: date, is_older: bool) -> HeatCell:
    """Grey where the goal is met, amber near it, light red beyond, dark red far from it, by the printed numbers."""
    cell, goal = page.figures[f"{code}.{month:%Y-%m}"], page.figures[f"{code}.goal"]
    if cell.value is None or goal.value is None:
        return HeatCell(digits(page, cell), "none", "", is_older)
    if not Below(cell.figure_code, goal.figure_code).evaluate(page.figures):
        return HeatCell(digits(page, cell), "met", page.text("heat.met"), is_older)
    reached = (tone for tone, most in HEAT.items() if NearGoal(cell.figure_code, goal.figure_code, most).evaluate(page.figures))
    tone = next(reached, "far")
    return HeatCell(digits(page, cell), tone, _heat_word(page, tone), is_older)


def _heat_word(page: Page, tone: str) -> str:
    """What a tone says: missed by up to so many points, or by more than the furthest of them."""
    return page.text(f"heat.{tone}").format(points=_points(page, HEAT.get(tone, HEAT["miss"])))


def _points(page: Page, parameter: str) -> str:
    """A configured number of points below a goal, without a decimal it does not need."""
    points = page.figures.value(parameter) or 0.0
    whole, exact = (printed_number(points, "share", decimals) for decimals in (0, 1))
    return format_number(points, page.locale, unit="share", decimals=0 if whole == exact else 1)
