"""The quadrant map with its repair list: importance against satisfaction."""

from dataclasses import dataclass

from orchestration.reports.charts import QuadrantItem, QuadrantMap, QuadrantNames, Switched, draw_switched
from orchestration.reports.figure import UNDECIDED
from orchestration.reports.formatting import format_certainty, format_count, format_count_word, format_difference
from orchestration.reports.parts import Page, Sentence


@dataclass(frozen=True)
class ItemRow:
    """One item of the map or the repair list."""

    label: str
    importance: str
    satisfaction: str
    order: str
    """What the list is ordered by: satisfaction minus importance, or the I-S rating."""
    certainty: str
    quadrant: str
    department: str


@dataclass(frozen=True)
class QuadrantSection:
    """The map, the repair list and every item as a table."""

    heading: Sentence | None
    caption: str
    chart: Switched
    repair: tuple[ItemRow, ...]
    items: tuple[ItemRow, ...]
    undecided: str
    pooled: str
    is_provisional: bool
    is_named: bool
    """Respondents name the items that matter most: both axes are shares."""


def build_quadrant(page: Page) -> QuadrantSection | None:
    """The importance-performance map; None where importance was not asked or the answers are too few."""
    quadrants = page.figures.under("item.", ".quadrant")
    if not quadrants:
        return None
    codes = [figure.figure_code.removesuffix(".quadrant") for figure in quadrants]
    items = tuple(_item_row(page, code) for code in codes)
    repair = tuple(_item_row(page, figure.figure_code.removesuffix(".certainty")) for figure in page.figures.under("repair.", ".certainty"))
    return QuadrantSection(
        page.sentence("heading.quadrant"), _quadrant_caption(page), draw_switched(_map(page, codes), prefix="map"), repair, items,
        page.line("note.undecided"), page.line("note.pooled"), page.is_provisional("item."),
        _is_named(page),
    )  # fmt: skip


def _quadrant_caption(page: Page) -> str:
    rule = page.text(f"cut.{page.figures.text('quadrant.cut_rule')}")
    count = format_count(page.figures.value("quadrant.n_items") or 0, page.locale)
    if _is_named(page):
        picks = format_count_word(page.figures.value("quadrant.n_picks") or 0, page.locale)
        return page.text("quadrant.caption.named").format(n=count, picks=picks, rule=rule, confidence=page.confidence())
    ends = {"low": page.number("quadrant.scale_min"), "high": page.number("quadrant.scale_max")}
    return page.text("quadrant.caption").format(n=count, rule=rule, confidence=page.confidence(), **ends)


def _is_named(page: Page) -> bool:
    return "quadrant.n_picks" in page.figures


def _map(page: Page, codes: list[str]) -> QuadrantMap:
    names = QuadrantNames(page.text("quadrant.A"), page.text("quadrant.B"), page.text("quadrant.C"), page.text("quadrant.D"))
    rule = page.text(f"cut.short.{page.figures.text('quadrant.cut_rule')}")
    return QuadrantMap(
        title=page.text("quadrant.title"), description=page.line("heading.quadrant") or page.text("quadrant.title"),
        items=tuple(_mark(page, number, code) for number, code in enumerate(codes, start=1)),
        cut_satisfaction=page.figures.value("quadrant.cut_satisfaction") or 0.0,
        cut_importance=page.figures.value("quadrant.cut_importance") or 0.0,
        cut_satisfaction_label=f"{rule} {page.number('quadrant.cut_satisfaction')}",
        cut_importance_label=f"{rule} {page.number('quadrant.cut_importance')}",
        names=names, satisfaction_label=page.text("more.satisfied"), importance_label=page.text("more.important"),
        confidence=page.figures.value("parameter.confidence") or 0.0,
    )  # fmt: skip


def _mark(page: Page, number: int, code: str) -> QuadrantItem:
    quadrant = page.figures[f"{code}.quadrant"]
    value = page.figures.value
    return QuadrantItem(
        number=number, label=page.label(quadrant.label_code), satisfaction=value(f"{code}.satisfaction") or 0.0,
        importance=value(f"{code}.importance") or 0.0, quadrant=quadrant.text_value or "C",  # type: ignore[arg-type]
        is_undecided=quadrant.note_code == UNDECIDED, satisfaction_se=value(f"{code}.satisfaction_se"),
        importance_se=value(f"{code}.importance_se"), correlation=value(f"{code}.correlation") or 0.0,
    )  # fmt: skip


def _item_row(page: Page, code: str) -> ItemRow:
    quadrant = page.figures.text(f"{code}.quadrant")
    department = page.figures.text(f"{code}.department")
    certainty = page.figures[f"{code}.certainty"]
    undecided = certainty.note_code == UNDECIDED
    return ItemRow(
        label=page.label(certainty.label_code), importance=page.number(f"{code}.importance"),
        satisfaction=page.number(f"{code}.satisfaction"),
        order=page.number(f"{code}.rating") if _is_named(page) else format_difference(page.figures[f"{code}.gap"], page.locale),
        certainty=format_certainty(certainty.value, page.locale),
        quadrant=(page.text(f"quadrant.{quadrant}") + ("?" if undecided else "")) if quadrant else "",
        department=page.label(f"department:{department}") if department else "",
    )  # fmt: skip
