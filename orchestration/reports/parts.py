"""The page's context and the parts every section is made of: sentences with their numbers filled in, cells with tone and mark."""

from dataclasses import dataclass
from datetime import date

from orchestration.config.models import Locale
from orchestration.reports.catalogue import Catalogue, LabelTexts, label_of
from orchestration.reports.figure import Figure, FigureSet
from orchestration.reports.formatting import (
    DASH,
    Counted,
    capital,
    format_count,
    format_count_word,
    format_day,
    format_difference,
    format_figure,
    format_month,
    format_number,
    inline,
    with_unit,
)  # fmt: skip
from orchestration.reports.sentences import Printed

BREAK = "|"
"""In a catalogue's sentence: what stands before it is the finding, what follows explains it."""
TONES = {"better": "good", "worse": "bad"}
CANNOT_TELL = "cannot tell"
FULL_WIDTH = ("，", "。", "：", "；", "！", "？")
UP, DOWN = "▲", "▼"


@dataclass(frozen=True)
class Sentence:
    """One printed sentence: the finding, its explanation, the section it links to."""

    lead: str
    rest: str = ""
    anchor: str = ""

    @property
    def gap(self) -> str:
        """What stands between the parts: nothing after full-width punctuation."""
        return "" if not self.rest or self.lead.endswith(FULL_WIDTH) else " "

    @property
    def text(self) -> str:
        """Both parts as one text."""
        return f"{self.lead}{self.gap}{self.rest}"


@dataclass(frozen=True)
class Cell:
    """One printed number: digits, tone (good, bad, late or none), arrow and verdict word, marks."""

    text: str
    tone: str = ""
    arrow: str = ""
    word: str = ""
    badge: str = ""
    note: str = ""


@dataclass(frozen=True)
class Page:
    """Everything a section needs to become words: frozen figures, printed sentences, names, language."""

    figures: FigureSet
    printed: dict[str, Printed]
    labels: LabelTexts
    catalogue: Catalogue
    month: date

    @property
    def locale(self) -> Locale:
        """Language of the page."""
        return self.catalogue.locale

    def text(self, message: str) -> str:
        """A text of the catalogue."""
        return self.catalogue.text(message)

    def label(self, label_code: str | None) -> str:
        """The printed name of a code."""
        return label_of(self.labels, label_code, self.locale)

    def sentence(self, place: str) -> Sentence | None:
        """The sentence printed at a place, its words filled with the figures it names; None where nothing could be said."""
        printed = self.printed.get(place)
        if printed is None:
            return None
        values = {name: self._shown(code, shown) for name, (code, shown) in printed.values.items()}
        lead, _, rest = self.text(printed.sentence_code).partition(BREAK)
        return Sentence(capital(lead.format(**values).strip()), rest.format(**values).strip(), printed.anchor)

    def line(self, place: str) -> str:
        """The sentence at a place as one text; empty where nothing could be said."""
        sentence = self.sentence(place)
        return "" if sentence is None else sentence.text

    def number(self, code: str) -> str:
        """A figure with its unit; a dash where it is not known."""
        figure = self.figures.get(code)
        return DASH if figure is None else format_figure(figure, self.locale)

    def judged(self, figure: Figure | None, *, against: str = "") -> Cell:
        """A difference with sign, tone, arrow and the words of its one verdict: of a change, or `against` a plan or target."""
        if figure is None or figure.value is None:
            return Cell(DASH)
        word = self._verdict_words(figure, against) if figure.verdict else ""
        tone = TONES.get(figure.verdict or "", "")
        arrow = (UP if figure.value > 0 else DOWN) if tone else ""
        return Cell(format_difference(figure, self.locale), tone, arrow, word)

    def _verdict_words(self, figure: Figure, against: str) -> str:
        """'Better' is said of a change; the same verdict on a distance says on which side the number lies."""
        if not against or figure.verdict == CANNOT_TELL:
            return self.text(f"verdict.{figure.verdict}")
        side = ("above" if (figure.value or 0.0) > 0 else "below") if figure.verdict in TONES else figure.verdict
        return self.text(f"verdict.{against}.{side}")

    def confidence(self) -> str:
        """The confidence of every interval, in per cent."""
        return with_unit(format_number(self.figures.value("parameter.confidence") or 0.0, self.locale, unit="share"), "share", self.locale)

    def is_provisional(self, prefix: str, suffix: str = "") -> bool:
        """True where a late source stands behind any figure of that name."""
        return any(figure.is_provisional for figure in self.figures.under(prefix, suffix))

    def day(self, code: str, *, short: bool = False) -> str:
        """A figure that is a day."""
        text = self.figures.text(code)
        return format_day(date.fromisoformat(text), self.locale, short=short) if text else DASH

    def _shown(self, code: str, shown: str) -> str:
        figure = self.figures[code]
        if shown in ("value", "low", "high", "distance", "whole"):
            return self._number(figure, shown)
        if shown in ("count", "word", "base"):
            return self._count(figure, shown)
        return self._name(figure, shown)

    def _number(self, figure: Figure, shown: str) -> str:
        ends = {"low": figure.interval_low, "high": figure.interval_high, "distance": abs(figure.value or 0.0)}
        value = ends.get(shown, figure.value)
        if value is None:
            return DASH
        decimals = 0 if shown == "whole" else figure.decimals
        return with_unit(format_number(value, self.locale, unit=figure.unit, decimals=decimals), figure.unit, self.locale)

    def _count(self, figure: Figure, shown: str) -> Counted:
        count = (figure.n_base if shown == "base" else figure.value) or 0
        return format_count_word(count, self.locale) if shown == "word" else format_count(count, self.locale)

    def _name(self, figure: Figure, shown: str) -> str:
        """A name in its printed form: of a label, a month, a day, a canonical table or a department."""
        text = figure.text_value or ""
        match shown:
            case "month":
                return format_month(date.fromisoformat(f"{(figure.label_code or '').removeprefix('month:')}-01"), self.locale)
            case "day":
                return format_day(date.fromisoformat(text), self.locale)
            case "table" | "table_name":
                name = self.text(f"table.{text}")
                return name if shown == "table_name" else inline(name)
            case "department":
                return self.label(f"department:{text}")
            case "label":
                return inline(self.label(figure.label_code))
            case _:
                return self.label(figure.label_code)
