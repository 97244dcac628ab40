"""What `csat status` says of a workspace: lines for a person who was called, one fact a line."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from orchestration.config.calendar import missing_years
from orchestration.config.load import WorkspaceConfig, load_workspace
from orchestration.pipeline.night import CURRENT_FILE, NIGHT_HOUR, say_command
from orchestration.warehouse.connection import open_read_only
from orchestration.warehouse.lock import read_holder
from orchestration.warehouse.outdated import is_of_this_version
from orchestration.warehouse.state import STATE_FILE, State

CALENDAR_WARNING_DAYS = 60
GIGABYTE = 1e9
LABEL_WIDTH = 17
SHOWN_CLASSES = 4
LATE = "select contract_code, state, data_to_date, expected_to_date from ops.sources where state <> 'complete' order by 1"
QUARANTINED = "select count(*) from ops.quarantine where state = 'open'"
UNMATCHED = """
    select 'complaints', count(*), count(*) filter (customer_id = 'unmatched') from marts.fct_complaint
    union all select 'deliveries', count(*), count(*) filter (customer_id = 'unmatched') from marts.fct_delivery
    union all select 'responses', count(*), count(*) filter (customer_id = 'unmatched') from marts.fct_response"""
UNREAD = """
    select file_name, string_agg(contract_code, ', ' order by contract_code), min(reason) from ops.unread_files group by 1
    union all select f.file_name, l.contract_code, l.warnings
    from ops.extract_loads l join ops.extract_files f using (extract_file_id) join ops.run on l.known_at = as_of
    where l.warnings is not null
    order by all"""
ODD_VALUES = """
    select v.contract_code, v.column_name, v.class_code, v.is_loaded, sum(v.n_values)
    from ops.extract_values v join ops.extract_loads l using (extract_file_id, contract_code) join ops.run on l.known_at = as_of
    group by all order by 4, 5 desc, 1, 2, 3"""
REPEATED = """
    select l.contract_code, sum(l.n_rows), sum(l.n_duplicates), sum(l.n_restated), sum(l.n_deleted)
    from ops.extract_loads l join ops.run on l.known_at = as_of
    where l.state = 'loaded' group by 1 having sum(l.n_duplicates + l.n_restated + l.n_deleted) > 0 order by 1"""
CUSTOMERS_UNKNOWN = "select count(*) = 0 from raw.crm_customers"


def describe_status(folder: Path, now: datetime) -> Iterator[str]:
    """Lines: workspace, last good night, roll-back, failure, sources not met or late, keys that came again, odd values, quarantine,
    files, customers, disk, next run, calendar.
    """
    config, out = load_workspace(folder), folder / "out"
    zone = config.workspace.time_zone
    yield _line("workspace", f"{folder} ({config.workspace.company.en})")
    yield from _runs(folder, zone)
    yield from _unmet(config, out)
    if (out / CURRENT_FILE).exists():
        yield from _published(folder, config)
    if holder := read_holder(out):
        yield _line("running now", f"process {holder.get('pid', '?')} since {holder.get('started_at', '?')}")
    yield _line("disk", f"{_size(out) / GIGABYTE:.2f} GB used, {shutil.disk_usage(folder).free / GIGABYTE:.1f} GB free")
    following = now.replace(hour=NIGHT_HOUR, minute=0, second=0) + timedelta(days=now.hour >= NIGHT_HOUR)
    yield _line("next run", f"{following:%Y-%m-%d %H:%M} {zone}, where the nightly schedule is on")
    yield from _calendar(config, now)


def describe_outcome(folder: Path) -> Iterator[str]:
    """Lines at the end of a run: warnings, the generation that analysts read now, what lies in quarantine, and the next command."""
    out = folder / "out"
    yield from (f"warning: {warning}" for warning in (*landing_warnings(out), *unmatched_customers(out)))
    with open_read_only(out / CURRENT_FILE) as connection:
        n_quarantined = connection.execute(QUARANTINED).fetchall()[0][0]
    with State(out) as state:
        published = state.published_generation()
    if odd := odd_values(out):
        yield f"values written oddly: {', '.join(odd)}"
    if n_quarantined:
        yield f"{_records(n_quarantined)} in quarantine: {say_command(folder, 'quarantine list')}"
    if published:
        reading = f"analysts read {published.code}, the night of {published.as_of:%Y-%m-%d}"
        yield f"{reading}; where everything is: {say_command(folder, 'preview')}"


def odd_values(out: Path) -> list[str]:
    """The commonest classes of oddly written values among the night's files, refused ones first, and how many more there are."""
    with open_read_only(out / CURRENT_FILE) as connection:
        rows = connection.execute(ODD_VALUES).fetchall()
    told = [f"{contract}.{column} {n:,} {code}{'' if is_loaded else ' refused'}" for contract, column, code, is_loaded, n in rows]
    more = [f"and {len(told) - SHOWN_CLASSES} more in ops.extract_values"] if len(told) > SHOWN_CLASSES else []
    return told[:SHOWN_CLASSES] + more


def repeated_keys(folder: Path, config: WorkspaceConfig) -> Iterator[str]:
    """A sentence per contract whose files of the night hold a key twice, restate rows of earlier files, or delete some.

    That a whole list restates is not told: it always does.
    """
    whole = {contract.contract for contract in config.contracts if contract.extract == "full"}
    with open_read_only(folder / "out" / CURRENT_FILE) as connection:
        rows = connection.execute(REPEATED).fetchall()
    for contract, n_rows, n_duplicates, n_restated, n_deleted in rows:
        counts = {"twice in one file": n_duplicates, "restated": n_restated * (contract not in whole), "deleted": n_deleted}
        if told := ", ".join(f"{count:,} {what}" for what, count in counts.items() if count):
            yield f"{contract}, {n_rows:,} row{'s' * (n_rows != 1)}: {told}"


def unmatched_customers(out: Path) -> Iterator[str]:
    """A warning per kind of record of the published generation whose customers are all unknown."""
    with open_read_only(out / CURRENT_FILE) as connection:
        counts = connection.execute(UNMATCHED).fetchall()
        is_empty = connection.execute(CUSTOMERS_UNKNOWN).fetchall()[0][0]
    reason = "no contract fills crm_customers" if is_empty else "their keys are not those of crm_customers or crm_customer_aliases"
    for kind, n_rows, n_unmatched in counts:
        if n_rows and n_rows == n_unmatched:
            yield f"all {n_rows:,} {kind} stand under 'unmatched': {reason}, so there are no segments and no names"


def _records(count: int) -> str:
    return f"{count:,} record{'s' * (count != 1)}"


def landing_warnings(out: Path) -> Iterator[str]:
    """A sentence per landing file that the published night did not take up, or took up with a warning."""
    with open_read_only(out / CURRENT_FILE) as connection:
        rows = connection.execute(UNREAD).fetchall()
    yield from (f"{name} ({contracts}): {reason}" for name, contracts, reason in rows)


def _line(label: str, text: str) -> str:
    return f"{label:<{LABEL_WIDTH}}{text}"


def _runs(folder: Path, zone: str) -> Iterator[str]:
    out = folder / "out"
    if not (out / STATE_FILE).exists():
        yield _line("last good night", f"none yet: {say_command(folder, 'run')}")
        return
    with State(out) as state:
        good, last, published, moves = state.last_run("succeeded"), state.last_run(), state.published_generation(), state.pointer_moves()
    night = f"{good.as_of:%Y-%m-%d %H:%M} {zone}" if good else "none yet"
    yield _line("last good night", f"{night}, analysts read {published.code if published else 'nothing'}")
    if moves and moves[-1][2].startswith("rolled back"):
        code, moved_at, reason = moves[-1]
        moved = f"{reason.removeprefix('rolled back ')} to {code}, {moved_at:%Y-%m-%d %H:%M} {zone}"
        yield _line("rolled back", f"{moved}; {say_command(folder, 'run')} publishes again")
    if last and last.state in ("failed", "running"):
        yield _line("last run", f"{last.state}, night {last.as_of:%Y-%m-%d %H:%M} {zone}: {last.message or 'no message'}")
        advice = f"{say_command(folder, 'run')}; where a file is named, correct it first: {say_command(folder, 'check')} lists them all"
        yield _line("what to do", advice)


def _unmet(config: WorkspaceConfig, out: Path) -> Iterator[str]:
    """A line per source that could not be used when a night fetched from it last."""
    fetching = {contract.contract for contract in config.contracts if contract.fetch}
    if not fetching or not (out / STATE_FILE).exists():
        return
    with State(out) as state:
        unmet = [met for met in state.fetches() if met.message and met.contract_code in fetching]
    for position, met in enumerate(unmet):
        yield _line("" if position else "not fetched", f"{met.contract_code}, night {met.as_of:%Y-%m-%d %H:%M}: {met.message}")


def _published(folder: Path, config: WorkspaceConfig) -> Iterator[str]:
    out = folder / "out"
    with open_read_only(out / CURRENT_FILE) as connection:
        if not is_of_this_version(connection):
            yield _line("published by", f"another version; sources, quarantine, files are told after the next {say_command(folder, 'run')}")
            return
        rows = connection.execute(LATE).fetchall()
        n_quarantined = connection.execute(QUARANTINED).fetchall()[0][0]
    told = [f"{code} is {state}: data to {reach or 'none'}, due to {due}" for code, state, reach, due in rows]
    for position, text in enumerate(told or ["none"]):
        yield _line("" if position else "late sources", text)
    for position, told_of in enumerate(repeated_keys(folder, config)):
        yield _line("" if position else "keys again", told_of)
    for position, told_of in enumerate(odd_values(out)):
        yield _line("" if position else "odd values", told_of)
    yield _line("quarantine", _records(n_quarantined) + (f": {say_command(folder, 'quarantine list')}" if n_quarantined else ""))
    for position, warning in enumerate(landing_warnings(out)):
        yield _line("" if position else "files", warning)
    for warning in unmatched_customers(out):
        yield _line("customers", warning)


def _calendar(config: WorkspaceConfig, now: datetime) -> Iterator[str]:
    soon = now + timedelta(days=CALENDAR_WARNING_DAYS)
    for year in missing_years(config, first_day=now.date(), last_day=soon.date()):
        yield _line("calendar", f"holiday calendar {year} missing: the plain week counts; config/calendar/{year}.yaml supplies it")


def _size(out: Path) -> int:
    return sum(path.lstat().st_size for path in out.rglob("*") if path.is_file() and not path.is_symlink()) if out.is_dir() else 0
