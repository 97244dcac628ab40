"""A contract as one SELECT: from the columns of a file to typed columns of its table, every violation named.

`build_mapping` gives the expressions in four steps (source -> text -> value -> verdict), so that each is computed once.
No row passes through Python.
"""

from dataclasses import dataclass
from functools import cached_property

from orchestration.config.contracts import RECORD_MARK, Contract, RowTemplate, has_default
from orchestration.config.delivered import DeletedWhen, Skip
from orchestration.schemas.columns import Column
from orchestration.warehouse.connection import quote_name, quote_text
from orchestration.warehouse.fields import PICK, Field, Violation, list_fields
from orchestration.warehouse.odd_values import is_as_delivered, note_forms
from orchestration.warehouse.shapes import list_sources, sources_of
from orchestration.warehouse.tables import SQL_TYPES
from orchestration.warehouse.typing_rules import (
    EXCEL_NUMBER,
    convert_kind,
    drop_tokens,
    fold,
    fold_text,
    join_texts,
    list_cases,
    map_text,
    read_kind,
    read_typed,
)  # fmt: skip

FILES = "temp.load_files"
GOOD = "temp.load_good"


@dataclass(frozen=True)
class Mapping:
    """A contract over a file whose columns have `types` (VARCHAR throughout, but for Parquet)."""

    contract: Contract
    types: dict[str, str]
    time_zone: str
    header_in_data: bool = True
    plain: frozenset[int] = frozenset()
    """Fields of which no text needs folding, as a first look at every record has shown."""
    is_noted: bool = True
    """False: forms of values are not looked at, in files that are typed."""
    is_tidy: bool = False
    """True: the landing has seen that folding changes no value of these files."""

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Every field: those of the record first, then those of each row template."""
        return list_fields(self.contract)

    @property
    def sources(self) -> tuple[str, ...]:
        """Source columns in the order of `s0, s1, ...`."""
        return list_sources(self.contract)

    @cached_property
    def violations(self) -> tuple[tuple[Violation, str], ...]:
        """Every violation with its condition; a record is judged by the first that holds."""
        found = [(Violation(None, "fields"), f"_broken or {self._repeated_header()}")]
        for field in self.fields:
            found += self._violations_of(field)
        return tuple(found)

    def select_typed(self, relation: str, *, with_forms: bool = False) -> str:
        """SELECT of `_position`, `_k`, values `v<n>`, `_skip`, `_bad` (number in `violations`), forms, `_odd`, and `_gone`, true for a
        record that deletes its key, where the contract tells such records.

        `with_forms`: also `f<n>` for each of `foldable`, true where folding changes the text.
        """
        carried = "_position, _k, _broken"
        gone = [f"{self._is_one_of(rule)} as _gone"] if (rule := self.contract.deleted_when) else []
        texts = ", ".join([carried, f"{self._skip()} as _skip", *gone, *(f"s{i}" for i in range(len(self.sources))), *self._texts()])
        values = ", ".join(["*", *self._mapped()])
        typed = ", ".join(["*", *self._values(), *self._reasons()])
        verdict = " ".join(f"when {condition} then {n}" for n, (_, condition) in enumerate(self.violations) if condition != "false")
        bad = f"cast(case when _skip then null {verdict} end as usmallint)"
        reasons = [f"r{f.number}" for f in self.fields if f.spec.not_rating]
        numbers = [f"v{f.number}" for f in self.fields]
        forms = [f"x{n} is distinct from s{self.sources.index(name)} as f{n}" for n, name in self.foldable.items() if with_forms]
        noted = [f for f in self.fields if self.is_noted and not (self.is_tidy and is_as_delivered(f, self.time_zone))]
        odd = note_forms(noted, self.sources, self.time_zone)
        verdicts = ["_skip", f"{bad} as _bad", f"{odd} as _odd", *(["_gone"] if gone else [])]
        kept = ", ".join(["_position", "_k", *numbers, *reasons, *verdicts, *forms])
        return (
            f"with source as ({relation}), texts as (select {texts} from source), mapped as (select {values} from texts), "
            f"typed as (select {typed} from mapped) select {kept} from typed"
        )

    @property
    def foldable(self) -> dict[int, str]:
        """Field -> the one text column that fills it."""
        found = {f.number: sources_of(f.spec) for f in self.fields}
        return {number: names[0] for number, names in found.items() if len(names) == 1 and self.types[names[0]] == "VARCHAR"}

    def select_rows(self) -> list[str]:
        """One SELECT list per row of a record: its canonical columns by name, and the condition under which it exists."""
        templates: list[tuple[int | None, RowTemplate | None]] = list(enumerate(self.contract.rows)) or [(None, None)]
        return [self._row(position, template) for position, template in templates]

    def _row(self, position: int | None, template: RowTemplate | None) -> str:
        columns = ", ".join(f"{self._canonical(c, position)} as {quote_name(c.name)}" for c in self.contract.canonical.columns)
        condition = self._exists(position, template)
        if condition and self.contract.deleted_when:  # a record that deletes its key deletes every row of it
            condition = " and ".join([f"(_gone or {condition})", *self._named_keys(position)])
        condition = " where " + condition if condition else ""
        return f"select *, {position or 0} as _tie, {columns} from {GOOD}{condition}"

    def _canonical(self, column: Column, position: int | None) -> str:
        field = self.field_of(column.name, position)
        value = f"v{field.number}" if field else "null"
        if field and field.spec.is_numbered:
            value = f"replace({value}, {quote_text(RECORD_MARK)}, cast(record_number as varchar))"
        if column.name == "importance" and (item := self._item_to_pick(position)):
            value = self._is_picked(item)
        if column.name == "not_rating_code" and (reasons := self._given_reasons(position)):
            value = f"coalesce({', '.join([value, *reasons])})"
        if column.key and has_default(self.contract.canonical, column.name):
            value = f"coalesce({value}, {self._default(column.name)})"
        if column.name == "is_promised_date" and (promised := self.field_of("promised_at", position)):
            value = f"coalesce({value}, case when v{promised.number} is not null then {self.contract.promised == 'date'} end)"
        return f"cast({value} as {SQL_TYPES[column.kind]})"

    def _item_to_pick(self, position: int | None) -> str:
        """The item of row `position` where respondents can name it; empty where they cannot."""
        picks = self.contract.picks
        item = self.contract.rows[position].constant("item_code") if picks and position is not None else ""
        return item if picks and item in picks.items.values() else ""

    def _is_picked(self, item: str) -> str:
        """1 where a pick column names the item, else 0; never null, so that everybody is in the base."""
        named = " or ".join(f"v{field.number} = {quote_text(item)}" for field in self.fields if field.column is PICK)
        return f"case when {named} then 1 else 0 end"

    def _given_reasons(self, position: int | None) -> list[str]:
        """Reasons why a rating is none, in the order in which one is chosen."""
        fields = [self.field_of(name, position) for name in ("satisfaction", "importance", "expectation")]
        return [f"r{field.number}" for field in fields if field and field.spec.not_rating]

    def _default(self, name: str) -> str:
        return {
            "valid_from": "cast(extracted_at as date)", "passage_number": "1", "item_code": "'comment'",
            "alias_source_code": quote_text(self.contract.source),
        }[name]  # fmt: skip

    def field_of(self, name: str, position: int | None) -> Field | None:
        """The field that fills `name` in row `position`: the template's own, else the record's."""
        found = [f for f in self.fields if f.spec.name == name and f.template in (position, None)]
        return found[-1] if found else None

    def _exists(self, position: int | None, template: RowTemplate | None) -> str:
        names = template.when_present if template else ()
        fields = [self.field_of(name, position) for name in names]
        return " and ".join(f"v{field.number} is not null" if field else "false" for field in fields)

    def _named_keys(self, position: int | None) -> list[str]:
        """Conditions under which the keys that row `position` reads itself are there."""
        return [
            f"v{f.number} is not null" for f in self.fields if f.template == position is not None and f.column.key and sources_of(f.spec)
        ]

    def find_constants(self) -> dict[str, str | None]:
        """Canonical column -> the text that every row of the contract has in it, None for null; others differ from row to row."""
        positions = range(len(self.contract.rows)) if self.contract.rows else [None]
        found = {c.name: {self._constant(c, position) for position in positions} for c in self.contract.canonical.columns}
        alike = {name: next(iter(given)) for name, given in found.items() if len(given) == 1}
        system = {"source_code": self.contract.source} | ({} if self.contract.sequence else {"sequence_number": None})
        return system | {name: text for name, (is_alike, text) in alike.items() if is_alike}

    def _constant(self, column: Column, position: int | None) -> tuple[bool, str | None]:
        """Whether all rows of template `position` have the same in the column, and which text."""
        field, stretch = self.field_of(column.name, position), self.contract.canonical.stretch
        is_computed = self.contract.stretches is not None and stretch is not None and column.name in (stretch.ends, stretch.number)
        if column.private or is_computed:
            return False, None
        if self._canonical(column, position) == f"cast(null as {SQL_TYPES[column.kind]})":
            return True, None
        spec = field.spec if field else None
        is_plain = spec and spec.value and column.kind == "text" and not (spec.is_numbered or spec.map or spec.prefix or spec.not_rating)
        return (True, spec.value) if spec and is_plain and spec.type in (None, "text") else (False, None)

    def _is_text(self, field: Field) -> bool:
        """True where the field is read from text by the rules; false where a typed file delivers it typed.

        A format says how a text is written, so it does not concern a typed column.
        """
        spec, sources = field.spec, sources_of(field.spec)
        plain = len(sources) == 1 and not (spec.prefix or spec.map or spec.not_rating or set(spec.null_tokens) - {""})
        return not plain or self.types[sources[0]] == "VARCHAR"

    def _texts(self) -> list[str]:
        return [f"{self._text(field)} as x{field.number}" for field in self.fields]

    def _text(self, field: Field) -> str:
        spec, sources = field.spec, sources_of(field.spec)
        if spec.value is not None:
            return quote_text(spec.value)
        if field.number in self.plain or not self._is_text(field):
            return self._column(sources[0])
        parts = [self._folded(name, keep_width=field.column.name.endswith("_name")) for name in sources]
        if field.column.private:
            parts = [f"case when trim({self._column(name)}) <> '' then {self._column(name)} end" for name in sources]
        if len(parts) == 1:
            return drop_tokens(parts[0], spec.null_tokens)
        joined = f" || {quote_text(spec.join)} || ".join(f"coalesce({part}, '')" for part in parts)
        return f"case when coalesce({', '.join(parts)}) is not null then {joined} end"

    def _folded(self, name: str, *, keep_width: bool = False) -> str:
        return self._column(name) if self.is_tidy else fold(f"cast({self._column(name)} as varchar)", keep_width=keep_width)

    def _column(self, name: str) -> str:
        return f"s{self.sources.index(name)}"

    def _mapped(self) -> list[str]:
        return [f"{self._mapped_text(field)} as t{field.number}" for field in self.fields]

    def _mapped_text(self, field: Field) -> str:
        text = drop_tokens(f"x{field.number}", field.spec.not_rating) if field.spec.not_rating else f"x{field.number}"
        return map_text(text, field.spec.map, is_complete=field.spec.map_is_complete)

    def _values(self) -> list[str]:
        return [f"{self._value(field)} as v{field.number}" for field in self.fields]

    def _value(self, field: Field) -> str:
        kind = field.spec.type or field.column.kind
        text = f"t{field.number}"
        if not self._is_text(field):
            return read_typed(text, self.types[sources_of(field.spec)[0]], field.column.kind, self.time_zone)
        text = f"{quote_text(field.spec.prefix)} || {text}" if field.spec.prefix else text
        value = read_kind(text, kind, field.spec.formats, self.time_zone, is_tidy=self._is_tidy(field))
        return convert_kind(value, kind, field.column.kind)

    def _reasons(self) -> list[str]:
        found = [field for field in self.fields if field.spec.not_rating]
        return [f"case x{field.number} {list_cases(field.spec.not_rating)} end as r{field.number}" for field in found]

    def _violations_of(self, field: Field) -> list[tuple[Violation, str]]:
        """The same violations in the same order whatever types a file has; one that cannot occur has the condition false."""
        spec, number, is_text = field.spec, field.number, self._is_text(field)
        kind, text, value = spec.type or field.column.kind, f"t{number}", f"v{number}"
        is_time, is_words = kind in ("date", "timestamp"), kind == "text" and is_text
        lost = f"{text} is not null and {value} is null"
        marks = f"contains({text}, chr(0)) or contains({text}, chr(65533))"
        number_form = f"contains({text}, '+') and regexp_full_match({text}, {quote_text(EXCEL_NUMBER)})"
        found = [
            ("map", self._unmapped(field)),
            ("format" if is_time else "type", "false" if is_words else lost),
            ("encoding", marks if is_words and not self._is_tidy(field) else "false"),
            ("type", number_form if is_words and field.is_key_text else "false"),
            ("required", self._missing(field)),
            ("range", "false" if spec.minimum is None else f"{value} < {spec.minimum}"),
            ("range", "false" if spec.maximum is None else f"{value} > {spec.maximum}"),
        ]
        if self.contract.deleted_when and not field.orders:
            found = [(rule, condition if condition == "false" else f"not _gone and ({condition})") for rule, condition in found]
        return [(Violation(field.label, rule), condition) for rule, condition in found]

    def _is_tidy(self, field: Field) -> bool:
        """True where the text of the field is just what one column of a tidy file holds."""
        return self.is_tidy and len(sources_of(field.spec)) == 1 and not field.spec.map

    def _unmapped(self, field: Field) -> str:
        if not field.spec.map_is_complete:
            return "false"
        condition = f"x{field.number} is not null and t{field.number} is null"
        reasons = join_texts(fold_text(key) for key in field.spec.not_rating)
        return f"{condition} and x{field.number} not in ({reasons})" if reasons else condition

    def _missing(self, field: Field) -> str:
        """A column that must not be blank is: of the record, or of a row that exists."""
        column, text = field.column, f"t{field.number}"
        is_needed = field.spec.required or ((column.key or column.is_required) and not has_default(self.contract.canonical, column.name))
        replaced = [row for row in self.contract.rows if any(c.name == column.name for c in row.columns)]
        if not is_needed or (field.template is None and len(replaced) == len(self.contract.rows) > 0):
            return "false"
        condition = "" if field.template is None else self._exists(field.template, self.contract.rows[field.template])
        return f"{text} is null" + (f" and {condition}" if condition else "")

    def _repeated_header(self) -> str:
        """A header in the middle of the file, as two files put together by hand have it."""
        names = [name for name in self.sources if self.types[name] == "VARCHAR"]
        if not self.header_in_data or not names or len(names) < len(self.sources):
            return "false"
        return "(" + " and ".join(f"s{self.sources.index(name)} = {quote_text(name)}" for name in names) + ")"

    def _skip(self) -> str:
        return " or ".join(map(self._is_one_of, self.contract.skip)) or "false"

    def _is_one_of(self, rule: Skip | DeletedWhen) -> str:
        text = self._folded(rule.column)
        return f"coalesce({text} in ({join_texts(fold_text(v) for v in rule.values)}), false)"


def find_constants(contract: Contract) -> dict[str, str | None]:
    """Canonical column -> the text that every row of the contract has in it, None for null."""
    return Mapping(contract, dict.fromkeys(list_sources(contract), "VARCHAR"), "").find_constants()
