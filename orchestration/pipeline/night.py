"""The plan of a night, made before anything heavy is imported: its clock, what goes into it, and whether anything is new.

Imports the standard library, the configuration's reader and the state: an unchanged night ends here.
"""

import hashlib
import os
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from orchestration.config.load import hash_workspace
from orchestration.config.packaged import PACKAGE, default_workspace, resource_folder
from orchestration.errors import ConfigError, ExtractError, WarehouseError
from orchestration.pipeline.partitions import parse_month
from orchestration.warehouse.files import TEMPORARY
from orchestration.warehouse.lock import hold_lock
from orchestration.warehouse.state import STATE_FILE, State

NIGHT_HOUR = 2
CODE_SUFFIXES = frozenset({".py", ".sql", ".yml", ".j2", ".json", ".css"})
BUILT = frozenset({"__pycache__", "target", "logs", "_packaged"})
CURRENT_FILE = "current.duckdb"
HELD_PAGE, HELD_MAIL = "monthly_executive_{locale}.held.html", "held_back_{locale}.eml"


@dataclass(frozen=True)
class Night:
    """One night of one workspace. `input_hash` covers landing, configuration, code and the clock's date."""

    folder: Path
    as_of: datetime
    input_hash: str
    unchanged_since: str = ""
    """Code of the published generation that had the same input; empty: there is something to do."""


@dataclass(frozen=True)
class NightRequest:
    """What is asked of a run. `clock` None: the clock of the published night, for a job that only renders."""

    folder: Path
    clock: datetime | None
    month: str = ""
    full_refresh: bool = False
    job: str = "nightly"
    is_fetched: bool = False
    """True where `fetch_before` has met the sources for this run."""

    def __post_init__(self) -> None:
        """Raises ConfigError where the month is none or is not over, before anything runs for it."""
        if self.month and self.clock and parse_month(self.month) > month_before(self.clock.date()):
            last = f"{month_before(self.clock.date()):%Y-%m}"
            raise ConfigError(
                f"the month {self.month} is not over on the night of the run", where="--month", hint=f"the last one is {last}"
            )
        if self.month:
            parse_month(self.month)


def remove_held_back(out: Path) -> None:
    """Nothing; gone is what a refused night left in any month, now that what is published is what the landing says."""
    for file in (*(out / "reports").glob("*/" + HELD_PAGE.format(locale="*")), *(out / "mail").glob("*/" + HELD_MAIL.format(locale="*"))):
        file.unlink()


def settle_unchanged(request: NightRequest, now: datetime) -> str:
    """A sentence for a night whose input made the published generation already, which is then on record; else nothing.

    Raises BusyError where another run is writing, StateError where the clock lies before an earlier night's.
    """
    if request.clock is None or request.month or request.full_refresh:
        return ""
    require_workspace(request.folder)
    out = request.folder / "out"
    with hold_lock(out, as_of=request.clock, started_at=now):
        night = plan_night(request.folder, request.clock)
        if not night.unchanged_since:
            return ""
        with State(out) as state:
            run = state.begin_run(night.as_of, night.input_hash, now)
            state.end_run(run, "unchanged", f"as {night.unchanged_since}", now)
        remove_held_back(out)
    return (
        f"Nothing has changed since {night.unchanged_since}: landing, configuration and program are the same, and so is the night's date."
    )


def plan_night(folder: Path, as_of: datetime) -> Night:
    """The plan of the night `as_of`. Raises ConfigError or ExtractError where config/ or landing/ is missing."""
    require_workspace(folder)
    out = folder / "out"
    if not (out / STATE_FILE).exists():
        return Night(folder, as_of, hash_input(folder, None, as_of.date()))
    with State(out) as state:
        digest = hash_input(folder, state, as_of.date())
        return Night(folder, as_of, digest, _same_input(state, digest, out))


def require_workspace(folder: Path) -> None:
    """Nothing; the workspace has its folders. Raises ConfigError or ExtractError naming the one that is missing."""
    if not (folder / "config").is_dir():
        raise ConfigError(
            "there is no config folder", where=str(folder), hint="give the workspace with --workspace, or make one: csat init DIR"
        )
    if not (folder / "landing").is_dir():
        hint = "create it and put the extracts into it"
        raise ExtractError("there is no landing folder", where=str(folder / "landing"), hint=hint)


def require_run(folder: Path) -> Path:
    """The out folder of a workspace that has run. Raises WarehouseError where it has not."""
    if not (folder / "out" / STATE_FILE).exists():
        raise WarehouseError("nothing has run here yet", where=str(folder), hint=say_command(folder, "run"))
    return folder / "out"


def hash_input(folder: Path, state: State | None, day: date) -> str:
    """SHA-256 over everything a night's result depends on: file names and contents of landing/, config, code and the date."""
    digest = hashlib.sha256(f"{day}\0{hash_workspace(folder)}\0{hash_code()}".encode())
    for entry in sorted(os.scandir(folder / "landing"), key=lambda entry: os.fsencode(entry.name)):
        if entry.is_file(follow_symlinks=False) and not entry.name.endswith(TEMPORARY):
            digest.update(os.fsencode(entry.name) + b"\0" + _content_hash(Path(entry.path), state).encode() + b"\0")
    for decision in state.discards() if state else ():
        digest.update(repr(decision).encode())
    return digest.hexdigest()


def hash_code() -> str:
    """SHA-256 over the program itself: package, dbt project and templates; a new version is a new night."""
    digest = hashlib.sha256()
    for folder in (PACKAGE, resource_folder("dbt_project"), resource_folder("templates")):
        for path in sorted(folder.rglob("*")):
            if path.suffix in CODE_SUFFIXES and not BUILT.intersection(path.relative_to(folder).parts):
                digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def clock_of(day: date) -> datetime:
    """The clock of the night that is named by its date: 02:00 of that day."""
    return datetime(day.year, day.month, day.day, NIGHT_HOUR)


def say_command(folder: Path, words: str) -> str:
    """The command `csat WORDS` as it is typed here: with the workspace where it is not the one that would be found by itself."""
    return f"csat {words}" if folder.resolve() == default_workspace().resolve() else f"csat --workspace {folder} {words}"


def month_before(day: date) -> date:
    """The first day of the last complete month before `day`."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def _content_hash(path: Path, state: State | None) -> str:
    """The file's SHA-256, from the state where name, size and time of change are known there; else why it cannot be read, or is gone."""
    try:
        about = path.stat()
        if state and (known := state.known_content(path.name, about.st_size, about.st_ctime_ns)):
            return known
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return str(error.strerror)


def _same_input(state: State, digest: str, out: Path) -> str:
    """The published generation that this input has made, in a night that ended well; empty where there is none."""
    published = state.published_generation()
    if published is None or published.input_hash != digest or not (out / CURRENT_FILE).exists():
        return ""
    is_done = any(run.input_hash == digest and run.state in ("succeeded", "unchanged") for run in state.runs())
    return published.code if is_done else ""
