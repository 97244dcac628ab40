"""What an operator asks of a workspace without running a night: check, status, verify, rollback, quarantine. Lines of text."""

import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from orchestration.config.calendar import missing_years
from orchestration.config.load import WorkspaceConfig, load_workspace
from orchestration.config.tables import partly_measured, unmeasured_metrics
from orchestration.errors import ContractError, ExtractError, WarehouseError
from orchestration.pipeline.night import CURRENT_FILE, NIGHT_HOUR, require_workspace
from orchestration.warehouse.checking import Finding, check_landing
from orchestration.warehouse.connection import open_private, open_read_only
from orchestration.warehouse.generations import rollback_generation
from orchestration.warehouse.layout import POINTER
from orchestration.warehouse.lock import hold_lock, read_holder
from orchestration.warehouse.quarantine import list_quarantine, show_quarantine
from orchestration.warehouse.state import STATE_FILE, State
from orchestration.warehouse.verification import Verification, verify_all

CALENDAR_WARNING_DAYS = 60
GIGABYTE = 1e9
SHOWN_RECORDS = 200


def check_workspace(folder: Path) -> Iterator[str]:
    """A line per finding over configuration, contracts and landing files. Raises ContractError or ExtractError where one is an error."""
    config = load_workspace(folder)
    require_workspace(folder)
    yield f"configuration and {len(config.contracts)} contracts are sound"
    if left_out := unmeasured_metrics(config):
        yield f"not measured, because no contract fills their columns: {', '.join(left_out)}"
    for metric, sources in partly_measured(config).items():
        yield f"counted of {', '.join(sources)} alone, because no other source fills its columns: {metric}"
    findings = check_landing(config.contracts, folder / "landing", time_zone=config.workspace.time_zone)
    yield from (f"{finding.severity}: {finding_line(finding)}" for finding in findings)
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        kind = ContractError if any(finding.line_number or "column" in finding.message for finding in errors) else ExtractError
        raise kind(f"{len(errors)} errors in landing files", where=str(folder / "landing"), hint="correct the source or the contract")
    yield "landing files keep their contracts"


def finding_line(finding: Finding) -> str:
    """File, column, line and value of a finding, then what to do."""
    places = (("line", finding.line_number), ("column", finding.column_name), ("value", finding.value))
    where = ", ".join([finding.file_name, *(f"{name} {place}" for name, place in places if place)])
    contract = f" ({finding.contract_code})" if finding.contract_code else ""
    return f"{where}{contract}: {finding.message}" + (f" -> {finding.hint}" if finding.hint else "")


def describe_status(folder: Path, now: datetime) -> Iterator[str]:
    """Lines: last good night, the last run if it failed, late sources, quarantine, disk, next run, calendar."""
    config, out = load_workspace(folder), folder / "out"
    yield from _runs(out)
    if (out / CURRENT_FILE).exists():
        yield from _published(out)
    if holder := read_holder(out):
        yield f"running now      process {holder.get('pid', '?')} since {holder.get('started_at', '?')}"
    yield f"disk             {_size(out) / GIGABYTE:.2f} GB used, {shutil.disk_usage(folder).free / GIGABYTE:.1f} GB free"
    following = now.replace(hour=NIGHT_HOUR, minute=0, second=0) + timedelta(days=now.hour >= NIGHT_HOUR)
    yield f"next run         {following:%Y-%m-%d %H:%M} where the nightly schedule is on"
    yield from _calendar(config, now)


def verify_generations(folder: Path) -> Iterator[str]:
    """A line per kept generation, and one for the pointer. Raises WarehouseError where one is damaged."""
    with State(_known(folder)) as state:
        found = verify_all(folder / "out", state)
    yield from (f"{one.code}  {'sound' if one.is_sound else one.problem}" for one in found)
    if damaged := [one.code for one in found if not one.is_sound]:
        raise WarehouseError(f"damaged: {', '.join(damaged)}", where=str(folder / "out"), hint=_way_out(found))


def _way_out(found: Sequence[Verification]) -> str:
    """What to do about damage: the newest sound generation, or a new one."""
    sound = [one.code for one in found if one.is_sound and one.code != POINTER]
    if not sound:
        return "no kept generation is sound: csat run makes a new one from landing and state"
    return f"csat rollback {sound[-1]} gives analysts the newest sound generation; the next csat run publishes a new one"


def roll_back(folder: Path, code: str, now: datetime) -> str:
    """A line about the generation that the pointer names now."""
    out = _known(folder)
    with hold_lock(out, started_at=now), State(out) as state:
        made = rollback_generation(out, state, code or None, at=now)
    return f"analysts now read {made.code}, the night of {made.as_of:%Y-%m-%d}"


def list_records(folder: Path, contract_code: str) -> Iterator[str]:
    """A line per record in quarantine, newest file first: where it stands and which rule it broke; never its content."""
    with open_read_only(folder / "out" / CURRENT_FILE) as connection:
        records = list_quarantine(connection, contract_code=contract_code)
    yield f"{len(records)} records in quarantine"
    for record in records[:SHOWN_RECORDS]:
        place = f"record {record.record_number}, line {record.line_number}, column {record.column_name or '(all)'}"
        yield f"{record.extract_file_id} {record.contract_code} {record.file_name}: {place}: {record.rule_code}"
    if len(records) > SHOWN_RECORDS:
        yield f"... and {len(records) - SHOWN_RECORDS} more: --contract narrows the list"


def read_record(folder: Path, file_id: int, contract_code: str, record: int) -> str:
    """One record in quarantine as delivered. Raises ExtractError where there is none."""
    with hold_lock(_known(folder)), open_private(folder / "out") as connection:
        content = show_quarantine(connection, file_id, contract_code, record)
    if content is None:
        raise ExtractError(f"no record {record} of file {file_id} under {contract_code}", where="quarantine", hint="csat quarantine list")
    return content.decode("utf-8", errors="backslashreplace")


def _known(folder: Path) -> Path:
    """The out folder of a workspace that has run. Raises WarehouseError where it has not."""
    if not (folder / "out" / STATE_FILE).exists():
        raise WarehouseError("nothing has run here yet", where=str(folder), hint="csat run")
    return folder / "out"


def _runs(out: Path) -> Iterator[str]:
    if not (out / STATE_FILE).exists():
        yield "last good night  none yet: csat run"
        return
    with State(out) as state:
        good, last, published = state.last_run("succeeded"), state.last_run(), state.published_generation()
    night = f"{good.as_of:%Y-%m-%d %H:%M}" if good else "none yet"
    yield f"last good night  {night}, analysts read {published.code if published else 'nothing'}"
    if last and last.state in ("failed", "running"):
        yield f"last run         {last.state}, night {last.as_of:%Y-%m-%d %H:%M}: {last.message or 'no message'}"


def _published(out: Path) -> Iterator[str]:
    late = "select contract_code, state, data_to_date, expected_to_date from ops.sources where state <> 'complete' order by 1"
    with open_read_only(out / CURRENT_FILE) as connection:
        rows = connection.execute(late).fetchall()
        n_quarantined = connection.execute("select count(*) from ops.quarantine").fetchall()[0][0]
    told = [f"{code} {state}: data to {reach or 'none'}, due to {due}" for code, state, reach, due in rows]
    yield f"late sources     {'; '.join(told) or 'none'}"
    yield f"quarantine       {n_quarantined} records"


def _calendar(config: WorkspaceConfig, now: datetime) -> Iterator[str]:
    soon = now + timedelta(days=CALENDAR_WARNING_DAYS)
    for year in missing_years(config, first_day=now.date(), last_day=soon.date()):
        yield f"calendar         holiday calendar {year} missing: the plain week counts; config/calendar/{year}.yaml supplies it"


def _size(out: Path) -> int:
    return sum(path.lstat().st_size for path in out.rglob("*") if path.is_file() and not path.is_symlink()) if out.is_dir() else 0
