"""`Column` and `Table`: the vocabulary in which every other module of this package is written."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "integer", "bigint", "decimal", "double", "date", "timestamp", "boolean"]


@dataclass(frozen=True)
class Column:
    """One column. `null` says what an absent value means; empty: the column is never null."""

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    null: str = ""
    key: bool = False
    private: bool = False
    """True: free text or a personal datum that only the private file may hold."""
    names_customer: bool = False
    """True: a customer's name, which a workspace may keep out of the warehouse."""

    @property
    def is_required(self) -> bool:
        """True where the column is never null."""
        return not self.null


@dataclass(frozen=True)
class Table:
    """One table: schema-qualified name, grain ("One row per ...") and columns in order."""

    name: str
    grain: str
    columns: tuple[Column, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key columns, in column order."""
        return tuple(column.name for column in self.columns if column.key)

    def column(self, name: str) -> Column:
        """The column called `name`. Raises KeyError with the names there are."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}; it has {', '.join(c.name for c in self.columns)}")
