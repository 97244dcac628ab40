"""What makes a record the same one when it is delivered again: the key columns that its contract reads, as one text.

Rows of one record differ in what their templates say; the record is known by what stands in it once.
"""

from orchestration.warehouse.fields import Field
from orchestration.warehouse.mapping import Mapping

SEPARATOR = "chr(31)"


def key_fields(mapping: Mapping) -> tuple[Field, ...]:
    """The fields that identify a record: key columns of the record itself, and of a log of states the moment too."""
    stretch = mapping.contract.canonical.stretch if mapping.contract.stretches else None
    moment = stretch.begins if stretch else ""
    found = [f for f in mapping.fields if f.template is None and (f.column.key or f.column.name == moment)]
    return tuple(field for field in found if field.spec.value is None)


def record_key(mapping: Mapping) -> str:
    """SQL over the values `v<n>`: the record's key as text, NULL where a part of it is missing or the record has none."""
    parts = [f"cast(v{field.number} as varchar)" for field in key_fields(mapping)]
    return f" || {SEPARATOR} || ".join(parts) or "null::varchar"


def key_violations(mapping: Mapping) -> tuple[int, ...]:
    """Numbers of the violations after which the key cannot be trusted."""
    labels = {field.label for field in key_fields(mapping)}
    return tuple(n for n, (violation, _) in enumerate(mapping.violations) if violation.column_name in labels)
