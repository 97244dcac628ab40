"""Types of contracts/*.yaml: how one file of a source becomes rows of one canonical table.

One file may serve several contracts, and one contract always fills one table. What a contract cannot express is added
here, never beside it in code.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from orchestration.config.completeness import Completeness
from orchestration.config.delivered import DeletedWhen, Expected, ExtractedAt, Files, Skip
from orchestration.config.fetching import EXTRACT_FORMATS, Fetch, find_fetch_faults
from orchestration.config.formats import FORMAT_ADVICE, format_fault
from orchestration.config.models import Code, MisfitError, Model
from orchestration.config.names import advise_nearest
from orchestration.schemas.columns import Kind
from orchestration.schemas.raw import RAW_TABLES, RawTable, raw_table


class ContractColumn(Model):
    """One canonical column: where it comes from and how its text is read."""

    name: str = Field(description="canonical column")
    source: str | tuple[str, ...] = Field(default="", description="source column; several are joined by `join`")
    source_names: tuple[str, ...] = Field(
        default=(),
        description="other names of the source column, in files from before or after it was renamed; of several that are there `source` "
        "counts first",
    )
    join: str = "|"
    prefix: str = Field(
        default="",
        description="text put before the source's where that is only a part: '2017-05-' before a day of the month, the wave before a "
        "number that begins anew in each",
    )
    value: str | None = Field(
        default=None,
        description="a constant instead of a source column; {record} in it is the number of the record: a key, where a file with "
        "`extract: full` has none",
    )
    type: Kind | None = Field(default=None, description="type of the source's text; default: the canonical column's")
    format: str | tuple[str, ...] = Field(
        default="",
        description="strptime format of a date or timestamp; empty: ISO 8601. Where a column mixes several ways of writing, all of "
        "them: a text that two of them read as different moments is quarantined",
    )
    required: bool = False
    null_tokens: tuple[str, ...] = Field(default=("",), description="texts that mean: nothing")
    not_rating: dict[str, str] = Field(default_factory=dict, description="texts that are no rating -> reason code")
    map: dict[str, str] = Field(default_factory=dict, description="text of the source -> canonical text; others pass")
    map_is_complete: bool = Field(default=False, description="true: a text outside `map` is quarantined")
    minimum: float | None = None
    maximum: float | None = None

    @property
    def is_numbered(self) -> bool:
        """True where the text is a constant with the number of the record in it."""
        return self.value is not None and RECORD_MARK in self.value

    @property
    def formats(self) -> tuple[str, ...]:
        """The ways in which a date or timestamp may be written, at least one; an empty one is ISO 8601."""
        return (self.format,) if isinstance(self.format, str) else self.format or ("",)


class RowTemplate(Model):
    """One of several rows that a wide record makes: overrides of columns, and when the row exists."""

    columns: tuple[ContractColumn, ...]
    when_present: tuple[str, ...] = Field(default=(), description="canonical columns that must not be null for the row to exist")

    def constant(self, name: str) -> str:
        """The constant that fills a canonical column of this row; empty where there is none."""
        return next((column.value for column in self.columns if column.name == name and column.value), "")


class Picks(Model):
    """Survey answers: the columns in which a respondent names the items that matter most.

    Every row whose `item_code` is one of `items` gets importance 1 where a column names the item, else 0: the base is everybody
    in the file, also those who name nothing.
    """

    columns: Annotated[tuple[str, ...], Field(min_length=1)] = Field(description="source columns, one per choice")
    items: Annotated[dict[str, Code], Field(min_length=1)] = Field(description="text of the source -> item that it names")
    none: tuple[str, ...] = Field(default=(), description="texts that name no item, blank aside; any other text is quarantined")


class Stretches(Model):
    """The file is a log, whole in each file: a record makes a row only where the state of its case changes.

    The row stands for the stretch up to the next change, in order of time and then of the file; records that repeat the
    state are part of it. Rows end where the next stretch begins and are numbered per case and state.
    """

    outside: tuple[str, ...] = Field(default=(), description="canonical states that end a stretch and begin none, e.g. closed")


class Wave(Model):
    """One wave of a survey: what its files call otherwise than those of the other waves.

    To landing and ledger each wave is a contract of its own, `<contract>_<wave>`, so a new one leaves the others as they are loaded.
    """

    wave: Code = Field(description="stands for {wave} in files.pattern and in every prefix, and fills wave_code")
    items: dict[Code, str | dict[str, str]] = Field(
        default_factory=dict,
        description="item map: item -> source column of its satisfaction, or {satisfaction: ..., importance: ...}; a row of the "
        "contract whose item has no entry was not asked in this wave; empty: all as the contract says",
    )
    columns: tuple[ContractColumn, ...] = Field(default=(), description="of this wave, in place of the contract's of the same name")
    null_tokens: tuple[str, ...] | None = Field(default=None, description="texts of its ratings that mean nothing; default: the rows'")
    not_rating: dict[str, str] | None = Field(default=None, description="texts of its ratings that are none; default: the rows'")

    def ratings_of(self, item: str) -> dict[str, str]:
        """Rating column -> source column of an item; empty where it was not asked."""
        found = self.items.get(item, {})
        return {"satisfaction": found} if isinstance(found, str) else found


class Contract(Model):
    """contracts/*.yaml: one source table."""

    contract: Code
    source: Code = Field(description="source system; part of every key")
    table: str = Field(description="canonical table, e.g. surveys_answers")
    description: str = ""
    owner: str = Field(default="", description="who is called when the extract is late or wrong")
    files: Files
    fetch: Fetch | None = Field(default=None, description="where a night gets the files from; without it somebody puts them into landing/")
    completeness: Completeness = Completeness()
    extract: Literal["delta", "full"] = Field(default="delta", description="full: a row that the newest file lacks is gone at the source")
    deletion_limit_share: Annotated[float, Field(ge=0, le=1, description="full: share of rows that a file may lack, else refused")] = 0.5
    deleted_when: DeletedWhen | None = Field(default=None, description="records that delete their key; their other columns are not judged")
    extracted_at: ExtractedAt = ExtractedAt()
    sequence: str = Field(
        default="",
        description="source column with a whole number that grows with every change, e.g. a row version or log sequence number: of the "
        "versions of one key that were extracted at the same moment the highest stands",
    )
    cursor: str = Field(
        default="", description="canonical date column whose newest value is the data-to date; default: the table's date column"
    )
    promised: Literal["date", "time"] | None = Field(default=None, description="deliveries: what `promised_at` promises")
    columns: tuple[ContractColumn, ...]
    rows: tuple[RowTemplate, ...] = Field(default=(), description="empty: one row per record")
    waves: tuple[Wave, ...] = Field(default=(), description="waves of a survey whose columns are renamed from one to the next")
    picks: Picks | None = Field(default=None, description="surveys_answers: importance asked as the items that matter most")
    stretches: Stretches | None = Field(default=None, description="given where the file is a log of states; empty braces will do")
    skip: tuple[Skip, ...] = ()
    expected: Expected = Expected()
    quarantine_limit_share: Annotated[float, Field(ge=0, le=1)] = 0.05
    garbled_limit_share: Annotated[float, Field(ge=0, le=1, description="share of records with garbled text, else refused; 1: warned")] = 1

    @property
    def is_dated_by_name(self) -> bool:
        """True where a file's name tells of a moment of its own, so that bytes that came before say something new under another name."""
        is_answer = self.fetch is not None and self.fetch.kind in EXTRACT_FORMATS
        return is_answer or self.extract == "full" or self.extracted_at.source == "file_name"

    @property
    def canonical(self) -> RawTable:
        """The canonical table this contract fills."""
        return raw_table(self.table)

    @model_validator(mode="after")
    def _names_fit_the_table(self) -> Self:
        """Columns exist in the table, every column that may not be null is filled, formats read whole times, fetched files are read."""
        if faults := [*self._faults(), *self._fetch_faults()]:
            raise MisfitError(faults)
        return self

    def _faults(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        """Key, fault and advice of everything in the contract that does not fit its table."""
        try:
            table = self.canonical
        except KeyError:
            yield ("table",), "is no table", advise_nearest(self.table, [t.name.removeprefix("raw.") for t in RAW_TABLES])
            return
        names, filled = [column.name for column in table.columns], set[str]()
        for key, column in self.keyed_columns():
            filled.add(column.name)
            if column.name not in names:
                yield (*key, "name"), f"{self.table} has no column {column.name}", advise_nearest(column.name, names)
                continue
            kind = column.type or table.column(column.name).kind
            yield from (((*key, part), fault, hint) for part, fault, hint in self._column_faults(column, kind))
        yield from self._pick_faults(self.picks) if self.picks else ()
        if self.stretches:
            yield from self._stretch_faults(table, filled)
        yield from self._order_faults(table)
        yield from self._missing_columns(table)
        yield from self._wave_faults() if self.waves else ()
        if "promised_at" in filled and self.promised is None:
            yield ("columns",), "says no `promised: date` or `promised: time`", "add one of them; the on-time rate depends on it"

    def _column_faults(self, column: ContractColumn, kind: Kind) -> Iterator[tuple[str, str, str]]:
        """Key within the column, fault and advice of what does not fit together in it."""
        if column.source_names and (column.value is not None or isinstance(column.source, tuple)):
            yield "source_names", "are names of one source column", "leave them out where there is none, or several are joined"
        if fault := next(filter(None, (format_fault(form, kind) for form in column.formats)), ""):
            yield "format", fault, FORMAT_ADVICE
        if column.is_numbered and self.extract != "full":
            yield "value", "begins anew in each file, and so would replace other records", "say `extract: full`, or name a key"
        if WAVE_MARK in column.prefix and not self.waves:
            yield "prefix", "names a wave, and the contract has none", "add `waves`, or leave {wave} out"

    def _fetch_faults(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        """What in the contract would keep a fetched file from being read."""
        if self.fetch:
            dated_by = self.extracted_at.column if self.extracted_at.source == "column" else ""
            yield from find_fetch_faults(self.fetch, pattern=self.files.pattern, form=self.files.format, dated_by=dated_by)

    def _order_faults(self, table: RawTable) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        """What in the contract would let the order of arrival decide where the source says it, or delete what stays."""
        if self.sequence and self.extracted_at.source == "first_seen":
            hint = "say `extracted_at: {source: column, ...}` or `{source: file_name, ...}`"
            yield ("sequence",), "would count only among files that came in one night", hint
        if self.deleted_when and table.outlives_source:
            hint = "leave such records out with `skip`"
            yield ("deleted_when",), f"rows of {self.table} stay when they are gone at the source: facts of their time name them", hint
        if self.deleted_when and self.stretches:
            yield ("deleted_when",), "a log of states is whole in each file", "leave one of `deleted_when` and `stretches` out"

    def keyed_columns(self) -> Iterator[tuple[tuple[str | int, ...], ContractColumn]]:
        """Every column with its place in the file, those of row templates and waves too."""
        for position, column in enumerate(self.columns):
            yield ("columns", position), column
        for row, template in enumerate(self.rows):
            for position, column in enumerate(template.columns):
                yield ("rows", row, "columns", position), column
        for number, wave in enumerate(self.waves):
            for position, column in enumerate(wave.columns):
                yield ("waves", number, "columns", position), column

    def _missing_columns(self, table: RawTable) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        """Columns that may not be null and that nothing fills, of the contract or of one of its waves."""
        needed = [c.name for c in table.columns if (c.key or c.is_required) and not has_default(table, c.name)]
        shared = {column.name for key, column in self.keyed_columns() if key[0] != "waves"}
        own: list[tuple[tuple[str | int, ...], set[str]]] = [(("waves", n), {c.name for c in w.columns}) for n, w in enumerate(self.waves)]
        for key, more in own or [(("columns",), set())]:
            if missing := [name for name in needed if name not in shared | more]:
                yield key, f"{self.table} needs {', '.join(missing)}", "add them under columns"

    def _wave_faults(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        """What in the waves would read a file twice, or an item from no column."""
        rows = {item: row for row in self.rows if (item := row.constant("item_code"))}
        if WAVE_MARK not in self.files.pattern:
            yield ("files", "pattern"), "names no {wave}", "write {wave} where the files of the waves differ, e.g. answers_{wave}.csv"
        codes = [wave.wave for wave in self.waves]
        for number, wave in enumerate(self.waves):
            if wave.wave in codes[:number]:
                yield ("waves", number, "wave"), "stands twice", "leave one of the two"
            for item in wave.items:
                if item not in rows:
                    yield ("waves", number, "items", item), "is the item of no row", advise_nearest(item, list(rows))
                elif strange := set(wave.ratings_of(item)) - {column.name for column in rows[item].columns}:
                    yield ("waves", number, "items", item), f"its row has no {', '.join(sorted(strange))}", "add the column to the row"

    def _pick_faults(self, picks: Picks) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        """What in the contract would lose a choice, or a respondent from its base."""
        if self.table != "surveys_answers":
            yield ("picks",), f"{self.table} has no importance to fill", "leave `picks` out; surveys_answers has"
            return
        rows = {item: (number, row) for number, row in enumerate(self.rows) if (item := row.constant("item_code"))}
        for text, item in picks.items.items():
            if item not in rows:
                yield ("picks", "items", text), f"no row has the item {item}", "add a row with this item_code as `value`"
            elif rows[item][1].when_present:
                hint = "leave it out: importance counts over all respondents, so the row of an item that can be named always exists"
                yield ("rows", rows[item][0], "when_present"), f"would lose respondents of {item}", hint
            if text in picks.none:
                yield ("picks", "none"), f"holds {text}, which names {item}", "leave one of the two"
        for key, column in self.keyed_columns():
            if column.name == "importance":
                yield key, "importance comes from `picks`", "leave the column out"

    def _stretch_faults(self, table: RawTable, filled: set[str]) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        """What in the contract keeps a log of states from becoming stretches."""
        if table.stretch is None:
            able = ", ".join(t.name.removeprefix("raw.") for t in RAW_TABLES if t.stretch)
            yield ("stretches",), f"{self.table} has no stretches of a state", f"leave `stretches` out; {able} have"
        elif table.stretch.number in filled:
            yield ("stretches",), f"{table.stretch.number} is delivered, and counted here", "leave one of the two out"
        if self.extract != "full":
            yield ("extract",), "stretches are read within one file", "say `extract: full`, or have stretches delivered"


WAVE_MARK, RECORD_MARK = "{wave}", "{record}"
DEFAULTED = frozenset({"valid_from", "passage_number", "item_code", "alias_source_code"})
"""Key columns that a contract may leave out: valid_from is the extraction day, passage_number 1, item_code 'comment' for
comments, alias_source_code the contract's own source."""


def has_default(table: RawTable, name: str) -> bool:
    """True for a key column that may be left out or blank; an answer without its item is none."""
    return name in DEFAULTED and (table.name, name) != ("raw.surveys_answers", "item_code")
