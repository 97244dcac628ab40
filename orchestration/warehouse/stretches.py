"""A log of states as rows per stretch: which records begin one, and when each ends."""

from orchestration.config.contracts import Stretches
from orchestration.schemas.raw import RawTable
from orchestration.warehouse.connection import quote_name
from orchestration.warehouse.typing_rules import join_texts
from orchestration.warehouse.versions import all_columns


def select_stretches(rows: str, table: RawTable, rule: Stretches) -> str:
    """A SELECT of `_tie`, `_gone` and the table's columns from `rows`: those rows at which the state of a case changes.

    Neighbours are sought within one file, in order of time and then of the file. A stretch without a successor ends where the
    row itself says so, or is still running.
    """
    stretch = table.stretch
    if stretch is None:
        raise ValueError(f"{table.name} has no stretches of a state")
    state, begins = quote_name(stretch.state), quote_name(stretch.begins)
    case = ", ".join(quote_name(name) for name in table.key if name not in (stretch.state, stretch.begins, stretch.number))
    order = f"order by {begins}, record_number, _tie"
    computed = {
        stretch.ends: f"coalesce(lead({begins}) over (partition by extract_file_id, {case} {order}), {quote_name(stretch.ends)})",
        stretch.number: f"cast(row_number() over (partition by extract_file_id, {case}, {state} {order}) as integer)",
    }
    columns = ", ".join(
        f"{computed[c.name]} as {quote_name(c.name)}" if c.name in computed else quote_name(c.name) for c in all_columns(table)
    )
    changes = f"{state} is distinct from lag({state}) over (partition by extract_file_id, {case} {order})"
    left = f" where {state} not in ({join_texts(rule.outside)})" if rule.outside else ""
    return f"select * from (select _tie, _gone, {columns} from (select * from ({rows}) qualify {changes})){left}"
