"""Numbers, dates and words as they are printed: one rounding for the page and for the claims made about it."""

from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from orchestration.config.models import Locale
from orchestration.reports.figure import Figure

MINUS, NO_BREAK, DASH = "\u2212", "\u00a0", "\u2013"
PERCENT = 100
FORM_BREAK = "/"
"""Between the forms that a text of the catalogue offers for a count."""
BABEL_LOCALE = {"en": "en_GB", "zh": "zh_CN"}
LANGUAGE_TAG = {"en": "en", "zh": "zh-CN"}
DATE_PATTERN = {"en": "d MMMM y", "zh": "y年M月d日"}
SHORT_DATE_PATTERN = {"en": "d MMM", "zh": "M月d日"}
MONTH_PATTERN = {"en": "MMMM y", "zh": "y年M月"}
MONTH_NAME_PATTERN = {"en": "MMMM", "zh": "M月"}
SHORT_MONTH_PATTERN = {"en": "MMM", "zh": "M月"}
NUMBER_WORDS = {
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "zh": ("零", "一", "两", "三", "四", "五", "六", "七", "八", "九"),
}  # fmt: skip


def printed_number(value: float, unit: str, decimals: int) -> Decimal:
    """The number that stands on the page, in the page's unit: shares in per cent; half to even, never minus zero."""
    scaled = Decimal(repr(float(value))) * (PERCENT if unit == "share" else 1)
    return scaled.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN) + 0


def format_number(value: float, locale: Locale, *, unit: str = "count", decimals: int = 0, signed: bool = False) -> str:
    """Digits only, grouped, with U+2212 as minus and a plus sign where asked for."""
    number = printed_number(value, unit, decimals)
    digits = format_decimal(abs(number), format=f"#,##0.{'0' * decimals}".rstrip("."), locale=BABEL_LOCALE[locale])
    sign = MINUS if number < 0 else "+" if signed and number > 0 else ""
    return f"{sign}{digits}"


def with_unit(digits: str, unit: str, locale: Locale) -> str:
    """Digits with a per-cent sign where the unit is a share; Chinese sets no space before it."""
    if unit != "share":
        return digits
    return f"{digits}%" if locale == "zh" else f"{digits}{NO_BREAK}%"


def format_figure(figure: Figure, locale: Locale) -> str:
    """The figure's number with its unit, or a dash where it is not known."""
    if figure.value is None:
        return DASH
    return with_unit(format_number(figure.value, locale, unit=figure.unit, decimals=figure.decimals), figure.unit, locale)


def format_difference(figure: Figure, locale: Locale) -> str:
    """A difference with its sign and without a unit: of shares in percentage points."""
    return DASH if figure.value is None else format_number(figure.value, locale, unit=figure.unit, decimals=figure.decimals, signed=True)


class Counted(str):
    """A printed count that knows its number, so that a catalogue's text can choose the words that go with it.

    "{n} {n:answer/answers}" and, with a form of its own for two, "{n:The one item/Both items/All {n} items}": the forms of one,
    (two,) and every other number, zero among them.
    """

    number: float

    def __new__(cls, text: str, number: float) -> "Counted":
        """The text with its number."""
        made = super().__new__(cls, text)
        made.number = number
        return made

    def __format__(self, forms: str) -> str:
        """The text itself, or the form for its number."""
        if not forms:
            return str(self)
        *few, many = forms.split(FORM_BREAK)
        return few[int(self.number) - 1] if self.number in range(1, len(few) + 1) else many


def format_count(count: float, locale: Locale) -> Counted:
    """A count, grouped."""
    return Counted(format_number(count, locale), count)


def format_count_word(count: float, locale: Locale) -> Counted:
    """A count under ten as a word, else in digits."""
    words = NUMBER_WORDS[locale]
    return Counted(words[int(count)], count) if 0 <= count < len(words) else format_count(count, locale)


def format_certainty(share: float | None, locale: Locale) -> str:
    """A probability in whole per cent; '>99 %' where it would round to certainty."""
    if share is None:
        return DASH
    ceiling = PERCENT - 1
    whole = printed_number(share, "share", 0)
    digits = f">{ceiling}" if whole > ceiling else format_number(share, locale, unit="share")
    return with_unit(digits, "share", locale)


def format_day(day: date, locale: Locale, *, short: bool = False) -> str:
    """A day: 31 October 2026, or 31 Oct."""
    return format_date(day, (SHORT_DATE_PATTERN if short else DATE_PATTERN)[locale], locale=BABEL_LOCALE[locale])


def format_month(month: date, locale: Locale, *, with_year: bool = True) -> str:
    """A month: October 2026, or October."""
    return format_date(month, (MONTH_PATTERN if with_year else MONTH_NAME_PATTERN)[locale], locale=BABEL_LOCALE[locale])


def format_short_month(month: date, locale: Locale) -> str:
    """A month on an axis: Oct, or 10月."""
    return format_date(month, SHORT_MONTH_PATTERN[locale], locale=BABEL_LOCALE[locale])


def format_moment(moment: datetime, locale: Locale) -> str:
    """A moment to the minute, the same in every language: 2026-11-03 02:00."""
    return format_datetime(moment, "yyyy-MM-dd HH:mm", locale=BABEL_LOCALE[locale])


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def inline(text: str) -> str:
    """The text as it stands inside a sentence: a capital is lowered unless the word is an abbreviation."""
    return text if len(text) > 1 and not text[1].islower() and text[1] != " " else text[:1].lower() + text[1:]
