"""The mail of the monthly executive report: its view-model cut down to what an inbox holds, in the same words and numbers.

Nothing is computed or judged here: every number and sentence is taken from the report's view-model as it is printed there.
"""

from collections.abc import Callable, Iterator

from orchestration.reports.catalogue import read_catalogue
from orchestration.reports.formatting import DASH
from orchestration.reports.mail_page import MailCell, MailChange, MailHeadline, MailPage, MailPicture, MailPoint, MailSection, MailTable
from orchestration.reports.monthly_executive import MonthlyExecutive
from orchestration.reports.parts import Cell, Sentence
from orchestration.reports.sections_items import ItemSection
from orchestration.reports.sections_lead import Lead
from orchestration.reports.sections_operations import ComplaintSection, DeliverySection, KpiSection
from orchestration.reports.sections_quadrant import QuadrantSection
from orchestration.reports.sections_stages import StageSection
from orchestration.reports.sections_survey import Headline, TrendSection

Text = Callable[[str], str]
_STOPS = ".。:："


def build_monthly_executive_mail(view: MonthlyExecutive, *, report_file: str, unsubscribe_address: str) -> MailPage:
    """The mail in the view's language. `report_file` is the name under which the whole report is found. Raises RenderError."""
    text = read_catalogue(view.locale).text
    masthead = view.masthead
    return MailPage(
        language=view.language, subject=_subject(view, text), company=masthead.company, title=masthead.title,
        meta=text("mail.data_to").format(day=masthead.data_to), headline=_headline(view.headline, text) or _lead(view.lead),
        headline_note=view.lead.summary.text if view.lead else _headline_note(view.headline),
        points=tuple(MailPoint(point.lead, point.rest) for point in view.points),
        notices=(masthead.sources.text,) if masthead.has_late_source and masthead.sources else (),
        sections=tuple(_sections(view, text)), footer=tuple(_footer(view, text, report_file, unsubscribe_address)),
    )  # fmt: skip


def _subject(view: MonthlyExecutive, text: Text) -> str:
    """The month and its finding: what the trend's heading or the first point says, with the headline number where it is final."""
    heading = view.trend.heading if view.trend else None
    finding = heading or (view.points[0] if view.points else None)
    if finding is None and view.lead and view.lead.number:
        said = f"{view.lead.label} {view.lead.number.text}"
        return text("mail.subject").format(month=view.masthead.month, finding=said)
    if finding is None:
        return view.masthead.title
    headline = view.headline
    is_final = headline is not None and headline.number != DASH and not headline.is_provisional
    said = finding.lead.rstrip(_STOPS)
    dated = said if view.masthead.month in said else text("mail.subject").format(month=view.masthead.month, finding=said)
    return text("mail.subject.number").format(finding=dated, number=headline.number) if headline and is_final and heading else dated


def _headline(headline: Headline | None, text: Text) -> MailHeadline | None:
    if headline is None or headline.number == DASH:
        return None
    changes = tuple(
        MailChange(
            change.against,
            change.cell.text,
            f"{change.cell.word} ({change.note})" if change.note else change.cell.word,
            change.cell.tone,
            change.cell.arrow,
        )
        for change in headline.changes
    )
    unit = f"{text('mail.of_100')} ({text('provisional')})" if headline.is_provisional else text("mail.of_100")
    return MailHeadline(headline.number, unit, headline.interval, changes, "late" if headline.is_provisional else "")


def _lead(lead: Lead | None) -> MailHeadline | None:
    """The indicator that stands in the place of the index."""
    if lead is None or lead.number is None:
        return None
    marks = " · ".join(text for text in (lead.base, lead.number.note, lead.number.badge) if text)
    changes = tuple(MailChange(c.against, c.cell.text, c.cell.word, c.cell.tone, c.cell.arrow) for c in lead.changes)
    return MailHeadline(lead.number.text, lead.label, marks, changes, lead.number.tone)


def _headline_note(headline: Headline | None) -> str:
    """What must be known of the headline: its note, its summary, the pool shown instead of a hidden month."""
    if headline is None:
        return ""
    said = [sentence.text for sentence in (headline.note, headline.summary) if sentence]
    return " ".join([*said, headline.interval] if headline.number == DASH else said).strip()


def _sections(view: MonthlyExecutive, text: Text) -> Iterator[MailSection]:
    """Sections that have figures, in the report's order."""
    if view.trend:
        yield _trend(view.trend, text)
    if view.quadrant:
        yield from _quadrant(view.quadrant, text)
    if view.items:
        yield _items(view.items, text)
    if view.kpis:
        yield _kpis(view.kpis, text)
    if view.stages:
        yield _stages(view.stages, text)
    if view.deliveries:
        yield _deliveries(view.deliveries, text)
    if view.complaints:
        yield _complaints(view.complaints, text)
    yield _trust(view, text)


def _heading(sentence: Sentence | None, caption: str) -> str:
    """The finding; where none could be stated, what the section shows."""
    return sentence.text if sentence else caption


def _subtitle(sentence: Sentence | None, caption: str) -> str:
    return caption if sentence else ""


def _trend(trend: TrendSection, text: Text) -> MailSection:
    known = [row for row in trend.rows if row.value != DASH]
    first, last = known[-1], known[0]
    ends = text("mail.alt.trend").format(first_month=first.month, first=first.value, last_month=last.month, last=last.value)
    heading = _heading(trend.heading, trend.caption)
    picture = MailPicture("trend", f"{heading.rstrip(_STOPS)}{text('mail.stop')}{ends}", trend.chart.mail)
    return MailSection(heading, _subtitle(trend.heading, trend.caption), picture, remarks=(trend.nps,) if trend.nps else ())


def _quadrant(quadrant: QuadrantSection, text: Text) -> Iterator[MailSection]:
    heading = _heading(quadrant.heading, quadrant.caption)
    names = [row.label for row in quadrant.repair]
    told = text("mail.alt.repair").format(items=text("mail.comma").join(names)) if names else text("mail.alt.none")
    numbers = {key.label: str(key.number) for key in quadrant.chart.mail.keys}
    rows = tuple(
        (MailCell(f"{numbers.get(row.label, '')} {row.label}".strip()), *map(MailCell, (row.importance, row.satisfaction, row.order)))
        for row in quadrant.repair
    )
    names_of = ("repair", "importance", "satisfaction", "rating" if quadrant.is_named else "gap")
    table = MailTable(tuple(text(f"mail.column.{name}") for name in names_of), rows, (1, 2, 3)) if rows else None
    others = "; ".join(f"{key.number} {key.label}" for key in quadrant.chart.mail.keys if key.label not in names)
    key = text("mail.key").format(items=others) if others else ""
    picture = MailPicture("quadrants", f"{heading.rstrip(_STOPS)}{text('mail.stop')}{told}", quadrant.chart.mail)
    remarks = tuple(remark for remark in (key, quadrant.undecided, quadrant.pooled) if remark)
    yield MailSection(heading, _subtitle(quadrant.heading, quadrant.caption), picture, table, remarks)


def _items(items: ItemSection, text: Text) -> MailSection:
    """Every item, lowest first."""
    columns = tuple(text(f"mail.column.{name}") for name in ("item", "score", "satisfied", "answers"))
    rows = tuple(tuple(map(MailCell, (row.label, row.score, row.satisfied, str(row.base)))) for row in items.rows)
    remarks = (items.nps,) if items.nps else ()
    heading, subtitle = _heading(items.heading, items.caption), _subtitle(items.heading, items.caption)
    return MailSection(heading, subtitle, table=MailTable(columns, rows, (1, 2, 3)), remarks=remarks)


def _cell(cell: Cell, *, plain: bool = False) -> MailCell:
    """A printed number with its arrow and mark; the note stands in for a number that is hidden."""
    hidden = cell.note if cell.text == DASH and cell.note else ""
    text = hidden or (f"{cell.text} {cell.arrow}" if cell.arrow else cell.text)
    return MailCell(text, "" if plain else cell.tone, cell.badge)


def _kpis(kpis: KpiSection, text: Text) -> MailSection:
    columns = tuple(text(f"mail.column.{name}") for name in ("indicator", "actual", "plan", "difference"))
    rows = tuple(
        (MailCell(f"{row.label} {row.unit}".strip()), _cell(row.actual), MailCell(row.plan), _cell(row.difference))
        for group in kpis.groups for row in group.rows
    )  # fmt: skip
    caption = text("mail.kpi.caption")
    table, remarks = MailTable(columns, rows, (2, 3)), kpis.notes
    return MailSection(_heading(kpis.heading, caption), _subtitle(kpis.heading, caption), table=table, remarks=remarks)


def _stages(stages: StageSection, text: Text) -> MailSection:
    """The last two months of the strip."""
    months = [month for month, _ in stages.months[-2:]]
    goal = (text("mail.column.goal"),) if stages.has_goals else ()
    columns = (text("mail.column.stage"), text("mail.column.limit"), *goal, *months)
    tones = {"miss": "bad", "near": "late"}
    rows = tuple(
        (
            MailCell(row.label),
            MailCell(row.limit),
            *(MailCell(row.goal) for _ in goal),
            *(MailCell(cell.text, tones.get(cell.tone, "")) for cell in row.cells[-2:]),
        )
        for row in stages.rows
    )
    return MailSection(
        _heading(stages.heading, stages.caption),
        _subtitle(stages.heading, stages.caption),
        table=MailTable(columns, rows, tuple(range(1, len(columns)))),
    )


def _deliveries(deliveries: DeliverySection, text: Text) -> MailSection:
    columns = (text("mail.column.region"), *deliveries.names, text("mail.column.deliveries"))
    last = len(columns) - 1
    body = [(row, False) for row in deliveries.rows] + [(deliveries.whole, True)]
    rows = tuple(
        (
            MailCell(row.label, is_strong=strong),
            *(MailCell(value, is_strong=strong) for value in row.values),
            MailCell(row.base, is_strong=strong),
        )
        for row, strong in body
    )
    remarks = tuple(remark for remark in (deliveries.more, deliveries.note) if remark)
    heading = _heading(deliveries.heading, deliveries.caption)
    return MailSection(
        heading, _subtitle(deliveries.heading, deliveries.caption), table=MailTable(columns, rows, (1, 2, last)), remarks=remarks
    )


def _complaints(complaints: ComplaintSection, text: Text) -> MailSection:
    columns = (*(text(f"mail.column.{name}") for name in ("step", "count", "base", "share")), complaints.before)
    rows = tuple(
        (MailCell(row.label), MailCell(row.count), MailCell(row.base), _cell(row.share), MailCell(row.before)) for row in complaints.rows
    )
    heading = _heading(complaints.heading, complaints.caption)
    return MailSection(heading, _subtitle(complaints.heading, complaints.caption), table=MailTable(columns, rows, (1, 2, 4)))


def _trust(view: MonthlyExecutive, text: Text) -> MailSection:
    """Sources with their state, late ones marked."""
    columns = tuple(text(f"mail.column.{name}") for name in ("source", "rows", "newest", "state"))
    rows = tuple(
        (
            MailCell(f"{source.label} ({source.system})"),
            MailCell(source.rows),
            MailCell(source.newest),
            MailCell(source.state, "late" if source.is_late else ""),
        )
        for source in view.trust.sources
    )
    return MailSection(text("mail.trust"), table=MailTable(columns, rows, (1, 2)), remarks=view.trust.paragraphs)


def _footer(view: MonthlyExecutive, text: Text, report_file: str, unsubscribe_address: str) -> Iterator[str]:
    if view.trust.contact:
        yield view.trust.contact
    yield text("mail.report_file").format(file=report_file)
    yield text("mail.unsubscribe").format(address=unsubscribe_address)
    yield view.trust.footer
