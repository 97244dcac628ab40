"""SQL that reads text strictly: one function per rule, each returning a DuckDB expression. NULL means: nothing, or not so.

A typed read is not strict (it turns 5.6 into 6 and 1e1 into 10, and drops +08), so every text passes a pattern before its
cast. Patterns are those of RE2 and match the whole text.
"""

import unicodedata
from collections.abc import Iterable, Mapping

from orchestration.schemas.columns import Kind
from orchestration.warehouse.connection import quote_text
from orchestration.warehouse.tables import SQL_TYPES

FULL_WIDTH = "".join(chr(code) for code in range(0xFF01, 0xFF5F)) + "\u3000"
HALF_WIDTH = "".join(chr(code) for code in range(0x21, 0x7F)) + " "
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
SPACES = " \t\r\n\u00a0\u2028\u2029"
WHOLE_NUMBER = r"[+-]?\d{1,38}(\.0*)?"
DECIMAL_NUMBER = r"[+-]?(\d+(\.\d*)?|\.\d+)"
FLOAT_NUMBER = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?"
ISO_DATE = r"\d{4}-\d{2}-\d{2}"
ISO_TIMESTAMP = ISO_DATE + r"([ T]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?)?"
ISO_LENGTH = len("2024-01-01")
NO_FRACTIONS = {19: "", 23: ".000", 26: ".000000"}
"""Length of a timestamp whose seconds have no fraction -> how that is written; DuckDB itself writes none."""
FULL_FORMS = {19: "%Y-%m-%d %H:%M:%S", 26: "%Y-%m-%d %H:%M:%S.%f"}
"""Length of a timestamp with all its digits -> how it is written."""
EXCEL_NUMBER = r"[+-]?\d([.,]\d+)?[eE]\+\d{2,}"
FIRST_YEAR = 1000
"""A year of fewer digits is one that was cut off."""
TRUE_TEXTS, FALSE_TEXTS = ("true", "1", "yes"), ("false", "0", "no")


def fold_text(text: str) -> str:
    """A text of the contract as `fold` makes it of a text of the source."""
    kept = "".join(letter for letter in text if letter not in INVISIBLE)
    return unicodedata.normalize("NFC", kept.translate(str.maketrans(FULL_WIDTH, HALF_WIDTH))).strip(SPACES)


def fold(text: str, *, keep_width: bool = False) -> str:
    """Spaces around removed, invisible marks removed, composed, full-width letters and digits made plain; '' is NULL.

    `keep_width`: for names of people and companies, where a full-width bracket is spelling.
    """
    source, target = (INVISIBLE, "") if keep_width else (FULL_WIDTH + INVISIBLE, HALF_WIDTH)
    wide = f"trim(nfc_normalize(translate({text}, {quote_text(source)}, {quote_text(target)})), {quote_text(SPACES)})"
    is_plain = f"strlen({text}) = length({text}) and not contains({text}, chr(9)) and not contains({text}, chr(10))"
    is_tight = f"{is_plain} and not starts_with({text}, ' ') and not ends_with({text}, ' ') and {text} <> ''"
    return f"case when {is_tight} then {text} else nullif(case when {is_plain} then trim({text}) else {wide} end, '') end"


def drop_tokens(text: str, tokens: Iterable[str]) -> str:
    """`text` unless it is one of `tokens`."""
    wanted = sorted({fold_text(token) for token in tokens} - {""})
    return f"case when {text} in ({join_texts(wanted)}) then null else {text} end" if wanted else text


def map_text(text: str, pairs: Mapping[str, str], *, is_complete: bool) -> str:
    """`text` in canonical words; a text without an entry passes, or is NULL where the map is complete."""
    if not pairs:
        return text
    return f"nullif(case {text} {list_cases(pairs)} else {'null' if is_complete else text} end, '')"


def list_cases(pairs: Mapping[str, str]) -> str:
    """The branches of a CASE over a folded text."""
    return " ".join(f"when {quote_text(fold_text(key))} then {quote_text(value)}" for key, value in pairs.items())


def join_texts(texts: Iterable[str]) -> str:
    """The texts as a list of SQL literals."""
    return ", ".join(quote_text(text) for text in texts)


def read_kind(text: str, kind: Kind, forms: tuple[str, ...], time_zone: str, *, is_tidy: bool = False) -> str:
    """The value of `text`, NULL where it is not strictly a `kind`; `is_tidy`: there is no white space but spaces between letters."""
    if kind == "timestamp" and forms == ("",) and is_tidy:
        return f"coalesce({_read_full_timestamp(text)}, {_read_times(text, kind, forms, time_zone)})"
    if kind == "text":
        return text
    if kind == "boolean":
        is_true, is_false = (f"lower({text}) in ({join_texts(words)})" for words in (TRUE_TEXTS, FALSE_TEXTS))
        return f"case when {is_true} then true when {is_false} then false end"
    if kind in ("date", "timestamp"):
        return _read_times(text, kind, forms, time_zone)
    value = f"try_cast({text} as {SQL_TYPES[kind]})"
    if kind in ("integer", "bigint"):  # a text as the value itself is written keeps to the pattern, which is found out faster
        return f"case when cast({value} as varchar) = {text} then {value} else {_matching(text, WHOLE_NUMBER, value)} end"
    return _matching(text, DECIMAL_NUMBER if kind == "decimal" else FLOAT_NUMBER, value)


def convert_kind(value: str, kind: Kind, canonical: Kind) -> str:
    """A value of `kind` as one of `canonical`, NULL where something would be lost that matters."""
    if kind == canonical:
        return value
    if canonical in ("integer", "bigint") and kind in ("decimal", "double"):
        return f"case when {value} = trunc({value}) then try_cast({value} as {SQL_TYPES[canonical]}) end"
    return f"try_cast({value} as {SQL_TYPES[canonical]})"


def read_typed(value: str, sql_type: str, canonical: Kind, time_zone: str) -> str:
    """A value that a typed file delivers as `sql_type`, as one of `canonical`."""
    if sql_type.startswith("TIMESTAMP WITH TIME ZONE"):
        value = f"timezone({quote_text(time_zone)}, {value})"
    if sql_type in ("FLOAT", "DOUBLE") and canonical == "text":
        return f"case when {value} = trunc({value}) then cast(try_cast({value} as hugeint) as varchar) else cast({value} as varchar) end"
    if canonical in ("integer", "bigint"):
        is_fraction = sql_type in ("FLOAT", "DOUBLE") or sql_type.startswith("DECIMAL")
        return convert_kind(value, "double" if is_fraction else "text", canonical)
    if canonical in ("double", "decimal") and sql_type in ("FLOAT", "DOUBLE"):
        return f"case when isfinite({value}) then try_cast({value} as {SQL_TYPES[canonical]}) end"
    return f"try_cast({value} as {SQL_TYPES[canonical]})"


def _read_times(text: str, kind: Kind, forms: tuple[str, ...], time_zone: str) -> str:
    """The moment on which every form agrees that can read the text at all."""
    values = [_read_time(text, kind, form, time_zone) for form in forms]
    if len(values) == 1:
        return values[0]
    listed = ", ".join(values)
    return f"case when least({listed}) = greatest({listed}) then least({listed}) end"


def _read_time(text: str, kind: Kind, form: str, time_zone: str) -> str:
    if not form:
        value = f"try_cast({text} as {kind})"
        return _read_iso_date(text, value) if kind == "date" else _read_iso_timestamp(text, value)
    if "%z" in form:
        offset = f"regexp_replace({text}, '[Zz]$', '+00:00')"  # DuckDB's %z does not know the Z that says UTC
        return f"cast(timezone({quote_text(time_zone)}, try_strptime({offset}, {quote_text(form)})) as {kind})"
    value = f"try_strptime({text}, {quote_text(form)})"
    written = f"lower(strftime({value}, {quote_text(form)}))"
    plain = f"{_without_zeros(written)} = {_without_zeros(f'lower({text})')} and year({value}) >= {FIRST_YEAR}"
    return f"case when {written} = lower({text}) or ({plain}) then cast({value} as {kind}) end"


def _read_iso_date(text: str, value: str) -> str:
    is_plain = f"strlen({text}) = {ISO_LENGTH} and cast({value} as varchar) = {text}"
    return f"case when {is_plain} then {value} else {_matching(text, ISO_DATE, value)} end"


def _read_full_timestamp(text: str) -> str:
    """The moment of a tidy text in which every number has all its digits; NULL for any other.

    A format takes fewer digits and more spaces than it shows: with one space, only a full text is as long as it.
    """
    lengths = " ".join(f"when {length} then try_strptime({text}, '{form}')" for length, form in FULL_FORMS.items())
    return f"case when not contains({text}, '  ') then case strlen({text}) {lengths} end end"


def _read_iso_timestamp(text: str, value: str) -> str:
    lengths = " ".join(f"when {length} then ends_with({text}, '{end}')" for length, end in NO_FRACTIONS.items())
    is_plain = f"case strlen({text}) {lengths} end and starts_with({text}, cast({value} as varchar))"
    return f"case when {is_plain} then {value} else {_matching(text, ISO_TIMESTAMP, value)} end"


def _without_zeros(text: str) -> str:
    """`text` without leading zeros of its numbers: 3/4 is as good as 03/04."""
    return rf"regexp_replace({text}, '(^|[^0-9])0+([0-9])', '\1\2', 'g')"


def _matching(text: str, pattern: str, value: str) -> str:
    return f"case when regexp_full_match({text}, {quote_text(pattern)}) then {value} end"
