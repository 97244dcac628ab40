"""Workspaces as folders: make one, prepare the demo, say where its results are, open Dagster on it."""

import os
import re
import shutil
import signal
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NoReturn

from orchestration.config.packaged import is_clone, resource_folder, sample_workspace
from orchestration.errors import ConfigError
from orchestration.pipeline.night import CURRENT_FILE, clock_of
from orchestration.warehouse.drafting import contract_code
from orchestration.warehouse.state import STATE_FILE, State

DEMO_DAY = date(2026, 11, 3)
LOCAL_HOST = "127.0.0.1"
NEUTRAL = {
    "workspace.yaml": (
        (r"^company: .*$", "company: {en: Your company, zh: 贵公司}"),
        (r"^answers_contact: .*$", "answers_contact: ''"),
    ),
    "recipients.yaml": (
        (r"^(sender_name): .*$", r"\1: Your company"),
        (r"^(sender_address): .*$", r"\1: reports@example.com"),
        (r"^(list_id|unsubscribe_address): .*$", r"\1: ''"),
        (r"^recipients:\n(  - .*\n)*", "recipients: []\n"),
    ),
    "thresholds.yaml": ((r"^targets:\n(  - .*\n)*", "targets: []\n"),),
}
"""What of the sample's configuration is the sample company's own: no plan, name or address of it may reach another's report."""
TO_EDIT = ("company", "time_zone", "currency", "locales", "calendar", "answers_contact")
CONTRACTS_NOTE = "# One file per source table. `csat contract draft FILE` writes one from a sample file; put it here and correct it.\n"
CALENDAR_NOTE = """\
# Days on which the company differs from the calendar of workspace.yaml, one file per year. 2026.yaml could say:
# year: 2026
# source: where this is written
# days:
#   - {day: 2026-08-20, is_workday: false, reason: Company day}
"""


def init_workspace(folder: Path) -> Iterator[str]:
    """Lines about what was made: a commented configuration without the sample's names and plans, empty contracts/ and landing/.

    Raises ConfigError where the folder holds something already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError("is not empty", where=str(folder), hint="name a folder that does not exist yet")
    shutil.copytree(resource_folder("data") / "config", folder / "config", ignore=shutil.ignore_patterns("calendar"))
    for name, changes in NEUTRAL.items():
        _change(folder / "config" / name, changes)
    for name in ("contracts", "landing", "config/calendar"):
        (folder / name).mkdir()
    (folder / "config" / "calendar" / "README").write_text(CALENDAR_NOTE, encoding="utf-8")
    (folder / "contracts" / "README").write_text(CONTRACTS_NOTE, encoding="utf-8")
    (folder / ".gitignore").write_text("landing/\nout/\n", encoding="utf-8")
    yield f"made {folder}"
    yield "  config/     make it yours: workspace.yaml first, then stages, metrics, labels, recipients. Look at these lines now:"
    yield from _defaults(folder / "config" / "workspace.yaml")
    yield "  landing/    where the extracts arrive: copy the first file there"
    yield f"  contracts/  none yet: csat --workspace {folder} contract draft {folder / 'landing'}/FILE --save"
    yield f"then          csat --workspace {folder} check, and run"


def _defaults(path: Path) -> Iterator[str]:
    """The lines of the configuration that fit few companies as they are, with their numbers."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.partition(":")[0] in TO_EDIT:
            yield f"                {path}:{number}  {line}"


def _change(path: Path, changes: tuple[tuple[str, str], ...]) -> None:
    text = path.read_text("utf-8")
    for pattern, replacement in changes:
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    path.write_text(text, "utf-8")


def save_contract(folder: Path, file: Path, draft: str) -> str:
    """A line about the contract that stands in contracts/ now. Raises ConfigError where there is no such folder, or one of that name."""
    code = contract_code(file, draft)
    target = folder / "contracts" / f"{code}.yaml"
    if not (folder / "config").is_dir():
        raise ConfigError("is no workspace", where=str(folder), hint="give one with --workspace, or make one: csat init DIR")
    if target.exists():
        raise ConfigError("is there already", where=str(target), hint="remove or rename it first; without --save the draft is printed")
    target.parent.mkdir(exist_ok=True)
    target.write_text(draft, encoding="utf-8")
    about = "".join(f"{line.removeprefix('# ')}\n" for line in draft.splitlines()[1:2])
    return f"wrote {target}\n{about}look it over, then: csat --workspace {folder} check"


def is_demo_past(folder: Path) -> bool:
    """True where the demo's workspace has had a night after the demo's: nights only go forward, so the demo stays as it is."""
    out = folder / "out"
    if not (out / STATE_FILE).exists():
        return False
    with State(out) as state:
        return any(run.as_of > clock_of(DEMO_DAY) and run.state in ("succeeded", "unchanged") for run in state.runs())


def prepare_demo(given: Path | None) -> Path:
    """The demo's folder: the clone's data/, or a copy of the packaged sample in ./csat-demo or the folder given."""
    sample = resource_folder("data")
    folder = (given or sample_workspace()).resolve()
    if folder != sample.resolve() and not (folder / "config").is_dir():
        shutil.copytree(sample, folder, ignore=shutil.ignore_patterns("out", "__pycache__"), dirs_exist_ok=True)
    return folder


def list_results(folder: Path) -> Iterator[str]:
    """Lines that say where the newest report, the mail preview and the analysts' file are, and how to open Dagster's page."""
    out = folder / "out"
    reports, previews = _newest(out / "reports", "*.html"), _newest(out / "mail", "preview*.html")
    yield from (f"report          {path}" for path in reports)
    yield from (f"mail preview    {path}" for path in previews)
    if (out / CURRENT_FILE).exists():
        yield f"analysts' file  {out / CURRENT_FILE}"
    else:
        yield f"nothing has been published yet: csat --workspace {folder} run"
    yield (
        "Dagster's page  make dev"
        if is_clone() and folder == sample_workspace().resolve()
        else f"Dagster's page  csat --workspace {folder} dev"
    )


def open_dagster(folder: Path, port: int) -> NoReturn:
    """Never returns: this process becomes Dagster's page on 127.0.0.1, so that whoever stops it stops all of it."""
    from orchestration.pipeline.run_night import prepare_dagster

    prepare_dagster(folder)
    command = [sys.executable, "-m", "dagster", "dev", "-h", LOCAL_HOST, "-p", str(port), "-m", "orchestration.definitions"]
    # started in the background by a script, interrupts are ignored, and Dagster would then ignore SIGTERM too
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execv(sys.executable, command)


def _newest(folder: Path, pattern: str) -> list[Path]:
    """The files of the newest month below `folder` that match."""
    months = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    return sorted(months[-1].glob(pattern)) if months else []
