"""What a mail shows, in the order in which it stands: the page that templates/mail.html.j2 and mail.txt.j2 both place.

Both parts of a mail are placed from the same rows, so a number cannot stand in one and be missing in the other. Texts arrive
formatted and translated; a tone is good, bad, late or empty.
"""

from dataclasses import dataclass

from orchestration.reports.chart_shapes import Drawing

_WIDE_STOPS = ("。", "，", "：", "；", "！", "？")


@dataclass(frozen=True)
class MailChange:
    """One comparison of the headline: since when, difference, verdict in words."""

    label: str
    difference: str
    verdict: str
    tone: str = ""
    arrow: str = ""


@dataclass(frozen=True)
class MailHeadline:
    """The headline number with its unit, its interval and base in words, and its changes."""

    number: str
    unit: str
    interval: str
    changes: tuple[MailChange, ...] = ()
    tone: str = ""


@dataclass(frozen=True)
class MailPoint:
    """One of the points: the finding, and what else is said of it."""

    lead: str
    rest: str = ""

    @property
    def text(self) -> str:
        """Both as one text."""
        return f"{self.lead}{self.gap}{self.rest}"

    @property
    def gap(self) -> str:
        """What stands between them: nothing after a Chinese stop, which brings its own room."""
        return " " if self.rest and not self.lead.endswith(_WIDE_STOPS) else ""


@dataclass(frozen=True)
class MailPicture:
    """A chart: `code` names it within the message, `alt` carries its finding."""

    code: str
    alt: str
    drawing: Drawing


@dataclass(frozen=True)
class MailCell:
    """One cell of a table; `badge` is a short mark behind the text ("provisional")."""

    text: str
    tone: str = ""
    badge: str = ""
    is_strong: bool = False


@dataclass(frozen=True)
class MailTable:
    """A table: its first column is text, the others are figures set to the right; those of `tight` columns never break."""

    columns: tuple[str, ...]
    rows: tuple[tuple[MailCell, ...], ...]
    tight: tuple[int, ...] = ()

    @property
    def plain(self) -> tuple[tuple[str, ...], ...]:
        """Rows as plain texts, marks in brackets."""
        return tuple(tuple(f"{cell.text} ({cell.badge})" if cell.badge else cell.text for cell in row) for row in self.rows)


@dataclass(frozen=True)
class MailSection:
    """One section: its finding as heading, a line under it, a chart, a table, remarks."""

    heading: str
    subtitle: str = ""
    picture: MailPicture | None = None
    table: MailTable | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class MailPage:
    """The whole mail. `notices` say what is late or missing; `footer` closes it (who answers, which run)."""

    language: str
    subject: str
    company: str
    title: str
    meta: str
    headline: MailHeadline | None
    headline_note: str
    points: tuple[MailPoint, ...]
    notices: tuple[str, ...]
    sections: tuple[MailSection, ...]
    footer: tuple[str, ...]

    @property
    def pictures(self) -> tuple[MailPicture, ...]:
        """Charts in the order in which they stand."""
        return tuple(section.picture for section in self.sections if section.picture)
