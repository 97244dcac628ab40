"""What an operator asks of a workspace without running a night: check, verify, rollback. Lines of text."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from orchestration.config.load import WorkspaceConfig, load_workspace
from orchestration.config.tables import partly_measured, unmeasured_metrics
from orchestration.errors import WarehouseError
from orchestration.pipeline.fetching import describe_places
from orchestration.pipeline.night import require_run, require_workspace
from orchestration.warehouse.checking import Finding, check_landing
from orchestration.warehouse.entries import is_named
from orchestration.warehouse.generations import rollback_generation
from orchestration.warehouse.landing import refusal_kind
from orchestration.warehouse.layout import POINTER
from orchestration.warehouse.lock import hold_lock
from orchestration.warehouse.originals import FOLDER as ORIGINALS
from orchestration.warehouse.originals import verify_originals
from orchestration.warehouse.state import State
from orchestration.warehouse.verification import Verification, verify_all


def check_workspace(folder: Path) -> Iterator[str]:
    """A line per finding over configuration, contracts and landing files, then what is sound.

    Raises ContractError or ExtractError where a finding is an error: the same as the night would end with.
    """
    config = load_workspace(folder)
    require_workspace(folder)
    findings = check_landing(config.contracts, folder / "landing", time_zone=config.workspace.time_zone)
    yield from (f"{finding.severity}: {finding_line(finding)}" for finding in findings)
    yield from (f"warning: {text}" for text in _gaps(config))
    yield from describe_places(config)
    if errors := [finding for finding in findings if finding.severity == "error"]:
        n_files = len({finding.file_name for finding in errors})
        what = f"{n_files} file{'s' * (n_files > 1)} would be refused"
        kind = refusal_kind(finding.message for finding in errors)
        raise kind(what, where=str(folder / "landing"), hint="correct the source or the contract")
    yield _sound(config, folder)


def _gaps(config: WorkspaceConfig) -> Iterator[str]:
    """What the contracts together leave out, though each is right."""
    if left_out := unmeasured_metrics(config):
        yield f"not measured, because no contract fills their columns: {', '.join(left_out)}"
    for metric, sources in partly_measured(config).items():
        yield f"counted of {', '.join(sources)} alone, because no other source fills its columns: {metric}"
    named = sorted({c.contract for c in config.contracts for _, column in c.keyed_columns() if column.name == "customer_key"})
    if named and not any(contract.table == "crm_customers" for contract in config.contracts):
        yield f"no contract fills crm_customers: customers of {', '.join(named)} will stand under 'unmatched', without segment or name"


def _sound(config: WorkspaceConfig, folder: Path) -> str:
    names = [entry.name for entry in (folder / "landing").iterdir()]
    n_read = sum(any(is_named(name, contract.files.pattern) for contract in config.contracts) for name in names)
    if not n_read:
        return f"configuration and {len(config.contracts)} contracts are sound, but none of them finds a file in {folder / 'landing'}"
    return f"configuration, {len(config.contracts)} contracts and {n_read} landing files are sound"


def finding_line(finding: Finding) -> str:
    """File, column, line and value of a finding, then what to do."""
    places = (("line", finding.line_number), ("column", finding.column_name), ("value", finding.value))
    where = ", ".join([finding.file_name, *(f"{name} {place}" for name, place in places if place)])
    contract = f" ({finding.contract_code})" if finding.contract_code else ""
    return f"{where}{contract}: {finding.message}" + (f" -> {finding.hint}" if finding.hint else "")


def verify_generations(folder: Path) -> Iterator[str]:
    """A line per kept generation, for the pointer and for the originals. Raises WarehouseError where one is damaged."""
    with State(require_run(folder)) as state:
        found = (*verify_all(folder / "out", state), verify_originals(folder / "out", state))
    yield from (f"{one.code}  {'sound' if one.is_sound else one.problem}" + (f"; {one.note}" if one.note else "") for one in found)
    if damaged := [one.code for one in found if not one.is_sound]:
        raise WarehouseError(f"damaged: {', '.join(damaged)}", where=str(folder / "out"), hint=_way_out(found))


def _way_out(found: Sequence[Verification]) -> str:
    """What to do about damage: the newest sound generation, or a new one."""
    if [one.code for one in found if not one.is_sound] == [ORIGINALS]:
        return "put copies with the same bytes there under their SHA-256; what is published is sound"
    sound = [one.code for one in found if one.is_sound and one.code not in (POINTER, ORIGINALS)]
    if not sound:
        return "no kept generation is sound: csat run makes a new one from landing and state"
    return f"csat rollback {sound[-1]} gives analysts the newest sound generation; the next csat run publishes a new one"


def roll_back(folder: Path, code: str, now: datetime) -> Iterator[str]:
    """Lines: the generation that the pointer names now, what the reports show, and what the next run does."""
    out = require_run(folder)
    with hold_lock(out, started_at=now), State(out) as state:
        before = state.published_generation()
        made = rollback_generation(out, state, code or None, at=now)
    yield f"analysts now read {made.code}, the night of {made.as_of:%Y-%m-%d}"
    if before and before.code != made.code:
        yield f"{out / 'reports'} and {out / 'mail'} still show {before.code}: `csat report` renders them from {made.code}"
    yield "the next `csat run` reads landing/ again and publishes a new generation: correct what was wrong before it"
