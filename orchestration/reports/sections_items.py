"""The items one by one, lowest first: where importance was not asked and no map shows them."""

from dataclasses import dataclass

from orchestration.reports.formatting import DASH, Counted, format_count, format_number
from orchestration.reports.parts import Page, Sentence


@dataclass(frozen=True)
class ScoreRow:
    """One item with its score of 100, the interval of the score, the share of its two highest ratings and the number of ratings."""

    label: str
    score: str
    interval: str
    satisfied: str
    base: Counted


@dataclass(frozen=True)
class ItemSection:
    """Every item as a table; `nps` where no trend carries it."""

    heading: Sentence | None
    caption: str
    rows: tuple[ScoreRow, ...]
    nps: str
    is_provisional: bool


def build_item_scores(page: Page, *, has_trend: bool) -> ItemSection | None:
    """The items of the month; None where the map shows them, or where there is but one."""
    scores = page.figures.under("score.", ".index")
    if not scores:
        return None
    caption = page.text("items.caption").format(n=format_count(len(scores), page.locale), confidence=page.confidence())
    rows = tuple(_row(page, score.figure_code.removesuffix(".index")) for score in scores)
    nps = "" if has_trend else page.line("trust.nps")
    return ItemSection(page.sentence("heading.items"), caption, rows, nps, page.is_provisional("score."))


def _row(page: Page, code: str) -> ScoreRow:
    score, interval = page.figures[f"{code}.index"], DASH
    if score.interval_low is not None and score.interval_high is not None:
        low, high = (format_number(end, page.locale, decimals=score.decimals) for end in (score.interval_low, score.interval_high))
        interval = page.text("range").format(low=low, high=high)
    return ScoreRow(
        page.label(score.label_code), page.number(f"{code}.index"), interval, page.number(f"{code}.top2"),
        format_count(score.n_base or 0, page.locale),
    )  # fmt: skip
