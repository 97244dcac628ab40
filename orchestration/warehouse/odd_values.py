"""Values written oddly, by class: what is accepted in another form, and what is refused. README has the rule of each class.

Accepted ones are noted per record while it is typed, as text that is NULL for a plain record, and counted from there; typed
formats (Parquet) have none. Refused ones are looked at one by one: they are few, since too many of them refuse the file.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

import duckdb

from orchestration.schemas.columns import Kind
from orchestration.warehouse.clock_changes import change_days, is_repeated, is_skipped
from orchestration.warehouse.connection import quote_text
from orchestration.warehouse.garbled import CLASS as GARBLED
from orchestration.warehouse.garbled import looks_garbled
from orchestration.warehouse.shapes import sources_of
from orchestration.warehouse.typing_rules import EXCEL_NUMBER, FULL_WIDTH, INVISIBLE, SPACES, fold_text

if TYPE_CHECKING:
    from orchestration.warehouse.fields import Field

NUMBERS: frozenset[Kind] = frozenset({"integer", "bigint", "decimal", "double"})
WHOLE_NUMBERS: frozenset[Kind] = frozenset({"integer", "bigint"})
TIMES: frozenset[Kind] = frozenset({"date", "timestamp"})
NO_LETTER = SPACES + INVISIBLE
CHINESE_DIGITS = "〇零一二三四五六七八九十百千两"
REFUSED: tuple[tuple[str, str], ...] = (
    ("damaged_text", "[\x00\ufffd]"), ("number_of_excel", EXCEL_NUMBER), ("chinese_number", f"[{CHINESE_DIGITS}]+"),
    ("words", r"[^\d]*[^\W\d_][^\d]*"),
)  # fmt: skip
REFUSED_TIMES: tuple[tuple[str, str], ...] = (
    ("chinese_date", rf".*(民国|年|[{CHINESE_DIGITS}]{{2,}}).*"), ("hour_24", r".*\D24:00(:00(\.0+)?)?"),
    ("time_zone", r"\d.*(Z|[+-]\d{2}:?\d{2}|[+-]\d{2}|[A-Z][a-z]+/[A-Z]\w+)"), ("excel_serial", r"\d{5}(\.\d+)?"),
)  # fmt: skip
COMPATIBILITY = (
    r"[ª²³¹º¼-¾\x{2070}-\x{209f}\x{2100}-\x{214f}\x{2150}-\x{218f}\x{2460}-\x{24ff}\x{3200}-\x{33ff}\x{f900}-\x{faff}"
    r"\x{fb00}-\x{fb06}\x{ff61}-\x{ff9f}\x{1d400}-\x{1d7ff}]"
)
"""Signs that stand for plain letters or digits, and mean more (NFKC): ² ① Ⅳ ﬁ ㎏; full-width letters have their own class."""
ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(\D.*)?", re.S)
BY_RULE = {"range": "out_of_range", "required": "missing", "map": "not_in_list"}
OTHER = {"format": "another_format", "type": "another_type"}


def note_forms(fields: Iterable["Field"], sources: Sequence[str], time_zone: str) -> str:
    """SQL: number and class of every value of a record that is accepted in another form than the plain one; NULL where there is none.

    `sources` are the columns s0, s1, ... A field of several columns is left out; free text is kept as it is and only looked at
    for the wrong encoding. `time_zone` is that of local times.
    """
    alone = [(f, sources_of(f.spec)[0]) for f in fields if len(sources_of(f.spec)) == 1 and not f.spec.prefix]
    named = [(f, f"s{sources.index(name)}") for f, name in alone]
    if not named:
        return "null::varchar"
    plain = " and ".join(f"({_is_plain(f, source, time_zone)})" for f, source in named)
    notes = ", ".join(f"'{f.number}:' || ({note_odd(f, source, time_zone)}) || ' '" for f, source in named)
    return f"case when {plain} then null else nullif(concat({notes}), '') end"


def is_as_delivered(field: "Field", time_zone: str) -> bool:
    """True where a value that folding leaves alone has one form only: no number, no text for nothing, no time when clocks change."""
    if field.column.kind == "timestamp" and change_days(time_zone):
        return False
    return _kind(field) not in NUMBERS and not (field.spec.not_rating or set(field.spec.null_tokens) - {""})


def _is_plain(field: "Field", source: str, time_zone: str) -> str:
    """SQL: true where the value is written as it is stored; never NULL."""
    x, t = f"x{field.number}", f"t{field.number}"
    is_readable = f"not ({looks_garbled(source)})" if _kind(field) == "text" else "true"
    is_readable += f" and not ({_is_compatible(source)})" if field.is_key_text else ""
    if field.column.private:
        return is_readable
    if field.column.kind == "timestamp":
        moved = f"{is_skipped(f'v{field.number}', time_zone)} or {is_repeated(f'v{field.number}', time_zone)}"
        return f"{source} is not distinct from {x} and not ({moved})"
    if _kind(field) not in NUMBERS:
        return f"{source} is not distinct from {x} and {is_readable}"
    if field.column.kind in WHOLE_NUMBERS:
        return f"{source} is null or coalesce({source} = cast(v{field.number} as varchar), false)"
    is_short = f"length({t}) = 1 or not ({t}[1] in ('0', '+') or contains({t}, '.'))"
    return f"{source} is null or coalesce({source} = {t} and ({is_short}), false)"


def _kind(field: "Field") -> Kind:
    return field.spec.type or field.column.kind


def note_odd(field: "Field", source: str, time_zone: str) -> str:
    """SQL: the class of a value that is accepted in another form than the plain one; NULL for a plain value."""
    x, t, spec, kind = f"x{field.number}", f"t{field.number}", field.spec, _kind(field)
    if field.column.private:
        return f"case when not ({_is_plain(field, source, time_zone)}) then '{GARBLED}' end"
    known = [f"when r{field.number} is not null then 'not_rating'"] if spec.not_rating else []
    known += [f"when {looks_garbled(source)} then '{GARBLED}'"] if kind == "text" else []
    known += [f"when {_is_compatible(source)} then 'compatibility_form'"] if field.is_key_text else []
    if field.column.kind == "timestamp":
        value = f"v{field.number}"
        known += [f"when {is_skipped(value, time_zone)} then 'skipped_hour' when {is_repeated(value, time_zone)} then 'repeated_hour'"]
    known += [
        f"when {x} is null then case when trim({source}, {quote_text(NO_LETTER)}) <> '' then 'nothing_by_contract' end",
        *([f"when {t} is distinct from {x} then 'word_as_number'"] if spec.map and kind in NUMBERS else []),
        f"when {x} = {source} then {_number_form(t, kind)}",
        f"when regexp_matches({source}, {quote_text(f'[{INVISIBLE}]')}) then 'invisible_mark'",
        f"when regexp_matches({source}, {quote_text(_class_of(FULL_WIDTH))}) then 'full_width'",
        f"when trim({source}, {quote_text(SPACES)}) = {x} then 'space_around'",
    ]
    return f"case when {_is_plain(field, source, time_zone)} then null {' '.join(known)} else 'composed_letters' end"


def _is_compatible(source: str) -> str:
    """SQL: true where the text holds a sign of compatibility, else false."""
    found = f"regexp_matches({source}, {quote_text(COMPATIBILITY)})"
    return f"case when strlen({source}) = length({source}) then false else coalesce({found}, false) end"


def _number_form(t: str, kind: Kind) -> str:
    if kind not in NUMBERS:
        return "null"
    decimal = f"when contains({t}, '.') then 'whole_number_as_decimal' " if kind in ("integer", "bigint") else ""
    return f"case {decimal}when regexp_matches({t}, '^[+-]?0[0-9]') or starts_with({t}, '+') then 'zeros_or_plus' end"


def _class_of(letters: str) -> str:
    return "[" + "".join(f"\\x{{{ord(letter):x}}}" for letter in letters) + "]"


def read_noted(con: duckdb.DuckDBPyConnection, relation: str, labels: dict[int, str]) -> dict[int, Counter[tuple[str, str]]]:
    """File position -> (source column, class) -> how many values of its good records; `labels`: field -> source column."""
    tokens = f"select _position, unnest(string_split(trim(_odd), ' ')) as token from {relation} where _odd is not null and _bad is null"
    rows = con.execute(f"select _position, token, count(*) from ({tokens}) group by all").fetchall()
    found: dict[int, Counter[tuple[str, str]]] = {}
    for position, token, count in rows:
        number, _, code = token.partition(":")
        counts, key = found.setdefault(position, Counter()), (labels[int(number)], code)
        counts[key] = max(counts[key], count)  # a source column that fills two columns holds each value once
    return found


def classify(value: str, rule: str, kind: Kind) -> str:
    """The class of a value that was refused under `rule`, for a column of `kind`."""
    if rule in BY_RULE:
        return BY_RULE[rule]
    text = value.strip(NO_LETTER)
    if kind in NUMBERS | TIMES and (code := _other_digits(fold_text(text))):
        return code
    if kind in TIMES and (day := ISO_DAY.fullmatch(text)) and not _is_day(*map(int, day.groups()[:3])):
        return "no_such_day"
    for code, pattern in (*(REFUSED_TIMES if kind in TIMES else ()), *REFUSED):
        if re.search(pattern, text) if code == "damaged_text" else re.fullmatch(pattern, text, re.S):
            return code
    return OTHER.get(rule, rule)


def _other_digits(text: str) -> str:
    """The class of a number or time with digits that are none of 0 to 9; empty: it has none."""
    if any(letter.isdecimal() and not letter.isascii() for letter in text):
        return "other_digits"
    return "compatibility_form" if unicodedata.normalize("NFKC", text) != text else ""


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
