"""The quadrant map with its repair list: importance against satisfaction."""

from dataclasses import dataclass

from orchestration.reports.charts import QuadrantItem, QuadrantMap, QuadrantNames, Switched, draw_switched
from orchestration.reports.figure import UNDECIDED
from orchestration.reports.formatting import format_certainty, format_count, format_difference
from orchestration.reports.parts import Cell, Page, Sentence


@dataclass(frozen=True)
class ItemRow:
    """One item of the map or the repair list."""

    label: str
    importance: str
    satisfaction: str
    gap: Cell
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


def build_quadrant(page: Page) -> QuadrantSection | None:
    """The importance-performance map; None where importance was not asked or the answers are too few."""
    quadrants = page.figures.under("item.", ".quadrant")
    if not quadrants:
        return None
    codes = [figure.figure_code.removesuffix(".quadrant") for figure in quadrants]
    items = tuple(_item_row(page, code) for code in codes)
    repair = tuple(_item_row(page, figure.figure_code.removesuffix(".gap")) for figure in page.figures.under("repair.", ".gap"))
    return QuadrantSection(
        page.sentence("heading.quadrant"), _quadrant_caption(page), draw_switched(_map(page, codes), prefix="map"), repair, items,
        page.line("note.undecided"), page.line("note.pooled"), page.is_provisional("item."),
    )  # fmt: skip


def _quadrant_caption(page: Page) -> str:
    rule = page.text(f"cut.{page.figures.text('quadrant.cut_rule')}")
    return page.text("quadrant.caption").format(
        n=format_count(page.figures.value("quadrant.n_items") or 0, page.locale),
        low=page.number("quadrant.scale_min"), high=page.number("quadrant.scale_max"), rule=rule,
        confidence=page.confidence(),
    )  # fmt: skip


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
    gap = page.figures[f"{code}.gap"]
    quadrant = page.figures.text(f"{code}.quadrant")
    department = page.figures.text(f"{code}.department")
    undecided = page.figures[f"{code}.certainty"].note_code == UNDECIDED
    return ItemRow(
        label=page.label(gap.label_code), importance=page.number(f"{code}.importance"), satisfaction=page.number(f"{code}.satisfaction"),
        gap=Cell(format_difference(gap, page.locale)), certainty=format_certainty(page.figures.value(f"{code}.certainty"), page.locale),
        quadrant=(page.text(f"quadrant.{quadrant}") + ("?" if undecided else "")) if quadrant else "",
        department=page.label(f"department:{department}") if department else "",
    )  # fmt: skip
