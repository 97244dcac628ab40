"""How far the sources reach, from the ledger of a working or published file, and which of them lack the end of a month."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from orchestration.config.calendar import build_calendar_rows
from orchestration.config.contracts import Contract
from orchestration.config.load import WorkspaceConfig
from orchestration.pipeline.night import CURRENT_FILE
from orchestration.quality.freshness import covers_month
from orchestration.warehouse.connection import open_read_only
from orchestration.warehouse.deletions import count_gone
from orchestration.warehouse.outdated import is_of_this_version

ONE_DAY = timedelta(days=1)
NO_NIGHT = "a night published after the month's end"
OLD_NIGHT = "a night of this version: another one made what is published"
NOTHING_TO_PRINT = frozenset({NO_NIGHT, OLD_NIGHT})
LOADED = """
    select
        cast(coalesce(sum(n_rows), 0) as bigint),
        (select count(*) from ops.quarantine as q where q.contract_code = $1 and q.state = 'open'),
        max(data_to_date), max(extracted_at)
    from ops.extract_loads where contract_code = $1 and state in ('loaded', 'empty')"""


@dataclass(frozen=True)
class Loaded:
    """What a contract has loaded: rows made, open records in quarantine, rows gone at the source, newest business date (null: none),
    and the day it reaches to.
    """

    n_rows: int
    n_quarantined: int
    n_deleted: int
    data_to: date | None
    reach: date | None


def read_loaded(connection: duckdb.DuckDBPyConnection, contract: Contract) -> Loaded:
    """What the contract has loaded into this file so far."""
    n_rows, n_quarantined, data_to, extracted_at = connection.execute(LOADED, [contract.contract]).fetchall()[0]
    return Loaded(n_rows, n_quarantined, count_gone(connection, contract), data_to, _reach(contract, n_rows, data_to, extracted_at))


def read_incomplete(folder: Path, config: WorkspaceConfig, month: date) -> list[str]:
    """What the report of `month` still waits for: contracts it needs whose published data do not reach the month's end.

    The codes ascend. Before anything is published in the month after, or by this version, it is the published night itself.
    """
    if not (folder / "out" / CURRENT_FILE).exists():
        return [NO_NIGHT]
    workdays = read_workdays(config, month)
    needed = [contract for contract in config.contracts if contract.expected.is_required_for_report]
    with open_read_only(folder / "out" / CURRENT_FILE) as connection:
        if not is_of_this_version(connection):
            return [OLD_NIGHT]
        if connection.execute("select report_month < ? from ops.run", [month]).fetchall()[0][0]:
            return [NO_NIGHT]
        reached = [(contract, read_loaded(connection, contract).reach) for contract in needed]
    return sorted(c.contract for c, reach in reached if not covers_month(c.expected, reach, month=month, workdays=workdays))


def read_workdays(config: WorkspaceConfig, day: date) -> list[date]:
    """Working days from January of the year before `day` to December of the year after it."""
    return [row[0] for row in build_calendar_rows(config, first_day=day.replace(year=day.year - 1, day=1), last_day=day) if row[2]]


def _reach(contract: Contract, n_rows: int, data_to: date | None, extracted_at: datetime | None) -> date | None:
    """The day up to which the source is known: its newest business date, or the day before an extraction the source dates itself."""
    if not n_rows or extracted_at is None:
        return None
    dated = [data_to] if data_to else []
    if contract.extracted_at.source != "first_seen" or not dated:
        dated.append(extracted_at.date() - ONE_DAY)
    return max(dated)
