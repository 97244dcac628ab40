"""The fields of a contract: which column of a source fills which canonical column, in the record or in one row of it."""

from dataclasses import dataclass

from orchestration.config.contracts import Contract, ContractColumn, Picks
from orchestration.schemas.columns import Column
from orchestration.schemas.raw import SYSTEM_COLUMNS
from orchestration.warehouse.shapes import sources_of

EXTRACTED_AT = Column("extracted_at", "timestamp", "when the source extracted the row")
SEQUENCE = next(column for column in SYSTEM_COLUMNS if column.name == "sequence_number")
PICK = Column("pick", "text", "item that the respondent names", null="none named")
KEY_ENDINGS = ("_id", "_key")


@dataclass(frozen=True)
class Violation:
    """One way in which a record can break its contract."""

    column_name: str | None
    rule_code: str


@dataclass(frozen=True)
class Field:
    """One canonical column filled by one column of the contract, in the base record (template None) or in one row of it."""

    number: int
    spec: ContractColumn
    column: Column
    template: int | None = None

    @property
    def label(self) -> str:
        """The source columns as a message names them."""
        return " + ".join(sources_of(self.spec)) or self.spec.name

    @property
    def orders(self) -> bool:
        """True where it tells which row is meant, or which version of it: what a record that deletes its key must say too."""
        return self.column.key or self.column in (EXTRACTED_AT, SEQUENCE)

    @property
    def is_key_text(self) -> bool:
        """True where Excel's 1.23E+11 would be a lost key, not a number."""
        return self.column.kind == "text" and (self.column.key or self.spec.name.endswith(KEY_ENDINGS))


def list_fields(contract: Contract) -> tuple[Field, ...]:
    """Every field: those of the record first, then those of each row template, then what orders the versions of a row."""
    table = contract.canonical
    specs: list[tuple[ContractColumn, Column, int | None]] = [(c, table.column(c.name), None) for c in contract.columns]
    for position, template in enumerate(contract.rows):
        specs += [(c, table.column(c.name), position) for c in template.columns]
    if picks := contract.picks:
        specs += [(_pick_column(picks, source), PICK, None) for source in picks.columns]
    if (rule := contract.extracted_at).source == "column":
        spec = ContractColumn(name="extracted_at", source=rule.column, type="timestamp", format=rule.format, required=True)
        specs.append((spec, EXTRACTED_AT, None))
    if source := contract.sequence:
        specs.append((ContractColumn(name=SEQUENCE.name, source=source, required=True), SEQUENCE, None))
    return tuple(Field(number, *parts) for number, parts in enumerate(specs))


def _pick_column(picks: Picks, source: str) -> ContractColumn:
    """One pick column as a column of the contract: a text that names no known item is a violation of it."""
    return ContractColumn(name=PICK.name, source=source, map=picks.items, map_is_complete=True, null_tokens=("", *picks.none))
