"""Which canonical table a sample fits, and which of its columns is which: by the words of the header and the shape of the values.

A name is trusted as far as it goes: the canonical name itself, then a word that files use for it; a date must be one and a key
must tell the records apart.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from orchestration.config.contracts import has_default
from orchestration.schemas.columns import Column
from orchestration.schemas.raw import RAW_TABLES, RawTable
from orchestration.warehouse.header_words import CLOCK_WORDS, FALSE_WORDS, HEADER_WORDS, TRUE_WORDS
from orchestration.warehouse.samples import Sample
from orchestration.warehouse.shapes import clean_name
from orchestration.warehouse.time_formats import FormatGuess, guess_clock, guess_format

NOTHING = frozenset({"-", "--", "—", "n/a", "na", "null", "none", "?", "无", "未填"})
ENDINGS = ("_code", "_id", "_key", "_at", "_date")
NUMBER_WORDS = frozenset({"no", "nr", "num", "number", "#"})
GLUED = re.compile(r"\b([a-z]{3,})(date|time)\b")
SAME_NAME, KNOWN_WORD = 3, 2
MOST_STATES = 20
"""A column called state that holds more different words than this tells where, not how far."""


@dataclass(frozen=True)
class Match:
    """A canonical column and the source columns that fill it: date and time of day may stand apart."""

    column: Column
    sources: tuple[str, ...]
    weight: int
    times: FormatGuess | None = None


@dataclass(frozen=True)
class Fit:
    """A table, the columns found for it, and whether the records differ in its key."""

    table: RawTable
    matches: tuple[Match, ...]
    is_key_unique: bool
    is_named: bool

    @property
    def missing(self) -> list[Column]:
        """Columns that may not be null and were not found."""
        found = {match.column.name for match in self.matches}
        return [c for c in self.table.columns if (c.key or c.is_required) and c.name not in found and not has_default(self.table, c.name)]

    @property
    def score(self) -> int:
        """How well the sample fits: weight of the columns found, keys double, less what is missing, not unique or a key alone."""
        found = sum(match.weight * (2 if match.column.key else 1) for match in self.matches)
        return found - SAME_NAME * (len(self.missing) + (not self.is_key_unique) + (not self.tells_more)) + SAME_NAME * self.is_named

    @property
    def tells_more(self) -> bool:
        """True where a column beside the keys was found: a key alone could be anybody's."""
        return any(not match.column.key for match in self.matches)


def rank_tables(sample: Sample, file_code: str) -> list[Fit]:
    """Every table that at least one column fits, the best first; tables with fewer columns first among equals."""
    fits = [fit_table(sample, table, file_code) for table in RAW_TABLES]
    return sorted((fit for fit in fits if fit.matches), key=lambda fit: (-fit.score, len(fit.table.columns)))


def fit_table(sample: Sample, table: RawTable, file_code: str = "") -> Fit:
    """The columns of `sample` that fill columns of `table`: the surest first, each used once."""
    found: dict[str, Match] = {}
    used: set[str] = set()
    candidates = [m for source in sample.header for column in table.columns if (m := _match(sample, source, column))]
    for match in sorted(candidates, key=_by_trust):
        if match.column.name not in found and not used & set(match.sources):
            found[match.column.name] = match
            used |= set(match.sources)
    matches = tuple(found[column.name] for column in table.columns if column.name in found)
    is_named = table.name.removeprefix("raw.").partition("_")[2] == file_code
    return Fit(table, matches, _is_unique(sample, matches), is_named)


def present_values(sample: Sample, source: str) -> tuple[list[str], list[str]]:
    """The texts of a column that say something, and the words that say nothing."""
    values = [value for value in sample.values(source) if value]
    tokens = sorted({value for value in values if value.casefold() in NOTHING})
    return [value for value in values if value not in tokens], tokens


def plain_name(source: str) -> str:
    """A header in lower case without accents, its words joined by _: `Ticket No.`, `TicketNumber` and `ticket #` are ticket_number.

    A day or time that is glued to its word is told apart: `opendate` is open_date.
    """
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", clean_name(source).replace("ß", "ss"))
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    words = re.findall(r"\w+|#", GLUED.sub(r"\1 \2", bare.casefold().replace("_", " ")))
    return "_".join("number" if word in NUMBER_WORDS else word for word in words)


def _match(sample: Sample, source: str, column: Column) -> Match | None:
    """The match of a source and a canonical column, where the name is known and the values have the shape."""
    weight = _name_weight(plain_name(source), column.name)
    if not weight:
        return None
    values, _ = present_values(sample, source)
    if column.kind in ("date", "timestamp") and source not in sample.typed:
        return _match_time(sample, source, column, weight, values)
    if column.name == "status_code" and len(set(values)) > MOST_STATES:
        return None
    is_shaped = source in sample.typed or not values or _has_kind(values, column.kind)
    return Match(column, (source,), weight) if is_shaped else None


def _match_time(sample: Sample, source: str, column: Column, weight: int, values: list[str]) -> Match | None:
    guess = guess_format(values, column.kind)
    if values and not guess.is_likely:
        return None
    has_clock = "%H" in guess.form or "%I" in guess.form or any(":" in value for value in values)
    clock = None if has_clock or column.kind != "timestamp" else _clock_beside(sample, source)
    if clock:
        form, also = f"{guess.form or '%Y-%m-%d'} {clock[1]}", f"{guess.also} {clock[1]}" if guess.also else ""
        return Match(column, (source, clock[0]), weight, replace(guess, form=form, also=also))
    return Match(column, (source,), weight, guess)


def _clock_beside(sample: Sample, date_source: str) -> tuple[str, str] | None:
    """The one column that holds times of day, and their format; None where there is none or several."""
    found = [
        (name, form)
        for name in sample.header
        if name != date_source and plain_name(name) in CLOCK_WORDS and (form := guess_clock(present_values(sample, name)[0]))
    ]
    return found[0] if len(found) == 1 else None


def _by_trust(match: Match) -> tuple[int, int, int]:
    """Surest names first, then the sources whose dates are all read, in the fewest ways."""
    times = match.times
    return -match.weight, (times.n_values - times.n_read) if times else 0, len(times.others) if times else 0


def _name_weight(plain: str, canonical: str) -> int:
    if canonical in (plain, *(plain + ending for ending in ENDINGS)):
        return SAME_NAME
    return KNOWN_WORD if frozenset(plain.split("_")) in _known_words(canonical) else 0


@cache
def _known_words(canonical: str) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(words.split("_")) for words in HEADER_WORDS.get(canonical, ()))


def _has_kind(values: Sequence[str], kind: str) -> bool:
    """True where most values can be read as a `kind`; any text is a text."""
    if kind == "boolean":
        return all(value.casefold() in TRUE_WORDS + FALSE_WORDS for value in values)
    if kind in ("integer", "bigint", "decimal", "double"):
        return 2 * sum(bool(re.fullmatch(r"[+-]?\d+([.,]\d+)?", value)) for value in values) > len(values)
    return True


def _is_unique(sample: Sample, matches: Sequence[Match]) -> bool:
    """True where no two records agree in the key columns found; one at least must be found."""
    sources = [source for match in matches if match.column.key for source in match.sources]
    keys = list(zip(*(sample.values(source) for source in sources), strict=False))
    return bool(sources) and len(set(keys)) == len(keys)
