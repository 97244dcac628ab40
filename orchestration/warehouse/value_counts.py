"""The count of oddly written values of one file: those accepted in another form, and those refused with their records."""

from collections import Counter
from collections.abc import Sequence

import duckdb

from orchestration.schemas.ops import EXTRACT_VALUES
from orchestration.warehouse.corrections import split_fields
from orchestration.warehouse.mapping import Mapping
from orchestration.warehouse.odd_values import classify
from orchestration.warehouse.quarantine import BadRecord
from orchestration.warehouse.scanning import Scan, ScannedFile
from orchestration.warehouse.tables import write_rows


def write_values(con: duckdb.DuckDBPyConnection, scan: Scan, bad: dict[int, list[BadRecord]]) -> None:
    """Nothing; ops.extract_values has the counts of every file of the scan under its contract, in place of earlier ones."""
    contract, rows = scan.mapping.contract.contract, list[tuple[object, ...]]()
    for one in scan.files:
        number = one.landed.extract_file_id
        con.execute(f"delete from {EXTRACT_VALUES.name} where extract_file_id = ? and contract_code = ?", [number, contract])
        accepted = {} if one.refusal else one.noted
        refused = count_refused(scan.mapping, one, bad.get(number, []))
        for counts, is_loaded in ((accepted, True), (refused, False)):
            rows += [(number, contract, column, code, is_loaded, count) for (column, code), count in sorted(counts.items())]
    write_rows(con, EXTRACT_VALUES, rows)


def count_refused(mapping: Mapping, one: ScannedFile, bad: Sequence[BadRecord]) -> Counter[tuple[str, str]]:
    """(source column, class) -> values for which records are in quarantine; records that could not be split have none."""
    kinds = {field.label: field.spec.type or field.column.kind for field in mapping.fields}
    found: Counter[tuple[str, str]] = Counter()
    for record in bad:
        if label := record.violation.column_name:
            values = split_fields(mapping.contract, one.shape.header, record.content)
            value = " ".join(values.get(name, "") for name in label.split(" + "))
            found[(label, classify(value, record.violation.rule_code, kinds[label]))] += 1
    return found
