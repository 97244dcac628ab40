"""The command line: thin commands over `pipeline`, and errors turned into messages and exit codes.

Nothing heavy is imported until a command needs it: `csat --help` and a night without news answer at once.
"""

import sys
import traceback
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from orchestration import __version__
from orchestration.cli.analysts import as_of, docs, export
from orchestration.cli.quarantine import quarantine
from orchestration.errors import CsatError

if TYPE_CHECKING:
    import dagster as dg

    from orchestration.pipeline.night import NightRequest

UNEXPECTED = 1
INTERRUPTED = 130


@dataclass(frozen=True)
class Invocation:
    """What every command is told: which workspace, and whether to show tracebacks."""

    given: Path | None
    debug: bool

    @property
    def folder(self) -> Path:
        """The workspace: --workspace, else CSAT_WORKSPACE, else the current folder if it is one, else the sample."""
        from orchestration.config.packaged import default_workspace
        from orchestration.settings import read_settings

        return (self.given or read_settings().workspace or default_workspace()).resolve()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--workspace",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the workspace [CSAT_WORKSPACE, else the current folder if it is one, else the sample].",
)
@click.option("--debug", is_flag=True, help="Show where an error came from.")
@click.version_option(__version__, prog_name="csat")
@click.pass_context
def cli(context: click.Context, workspace: Path | None, debug: bool) -> None:
    """From nightly extracts to a checked DuckDB file and a monthly report."""
    context.obj = Invocation(workspace, debug)


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Make a workspace in FOLDER: commented configuration, empty contracts/ and landing/."""
    from orchestration.pipeline.workspaces import init_workspace

    for line in init_workspace(folder):
        click.echo(line)


@cli.group()
def contract() -> None:
    """Contracts: how a file of a source becomes rows."""


@contract.command("draft")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--table", default="", help="Table that the file fills, e.g. complaints_complaints [the one its columns fit best].")
@click.option("--source", default="", help="One word for the system that delivers the file [the file's name].")
@click.option("--save", is_flag=True, help="Write it into contracts/ of the workspace instead of printing it.")
@click.pass_obj
def contract_draft(invocation: Invocation, file: Path, table: str, source: str, save: bool) -> None:
    """Draft a contract from a sample FILE: every guess is marked."""
    from orchestration.pipeline.workspaces import save_contract
    from orchestration.warehouse.drafting import draft_contract

    draft = draft_contract(file, table, source=source)
    click.echo(save_contract(invocation.folder, file, draft) if save else draft, nl=save)


@contract.command("tables")
@click.argument("table", default="")
def contract_tables(table: str) -> None:
    """List the tables that a file can fill, or the columns of one TABLE."""
    from orchestration.warehouse.drafting import describe_tables

    for line in describe_tables(table):
        click.echo(line)


@cli.command()
@click.pass_obj
def check(invocation: Invocation) -> None:
    """Check configuration, contracts and landing files without loading: file, column, line, value."""
    from orchestration.pipeline.inspection import check_workspace

    for line in check_workspace(invocation.folder):
        click.echo(line)


@cli.command()
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="The night's date; its clock is 02:00 [now].")
@click.option("--month", default="", help="Month to report on, YYYY-MM [the last complete month].")
@click.option("--full-refresh", is_flag=True, help="Load and build everything anew from what was ever delivered.")
@click.option("--verbose", is_flag=True, help="Say also what the start-up cost, by part.")
@click.pass_obj
def run(invocation: Invocation, as_of: datetime | None, month: str, full_refresh: bool, verbose: bool) -> None:
    """Run the night: extracts, tables, indices, gate, publication, report. Nothing is sent."""
    from orchestration.pipeline.night import NightRequest

    _run_night(NightRequest(invocation.folder, _clock(invocation.folder, as_of), month, full_refresh), is_verbose=verbose)


@cli.command()
@click.pass_obj
def status(invocation: Invocation) -> None:
    """Show the last good night, late sources, quarantine, disk and the next run."""
    from orchestration.pipeline.status import describe_status

    for line in describe_status(invocation.folder, _clock(invocation.folder, None)):
        click.echo(line)


@cli.command()
@click.option("--month", default="", help="Month to report on, YYYY-MM [the last complete month of the published night].")
@click.pass_obj
def report(invocation: Invocation, month: str) -> None:
    """Render report and mail again from the published generation."""
    from orchestration.pipeline.console import run_with_console
    from orchestration.pipeline.night import NightRequest

    run_with_console(NightRequest(invocation.folder, None, month, job="monthly"), _load_definitions)


@cli.command()
@click.pass_obj
def preview(invocation: Invocation) -> None:
    """Print where the newest report, mail preview and analysts' file are."""
    from orchestration.pipeline.workspaces import list_results

    for line in list_results(invocation.folder):
        click.echo(line)


@cli.command()
@click.pass_obj
def verify(invocation: Invocation) -> None:
    """Check every kept generation against its SHA-256."""
    from orchestration.pipeline.inspection import verify_generations

    for line in verify_generations(invocation.folder):
        click.echo(line)


@cli.command()
@click.argument("code", default="")
@click.pass_obj
def rollback(invocation: Invocation, code: str) -> None:
    """Move the pointer to generation CODE, or to the sound one before."""
    from orchestration.pipeline.inspection import roll_back

    for line in roll_back(invocation.folder, code, _clock(invocation.folder, None)):
        click.echo(line)


@cli.command()
@click.pass_obj
def demo(invocation: Invocation) -> None:
    """Run one night on the sample company and say where its report is."""
    from orchestration.pipeline.night import NightRequest, clock_of
    from orchestration.pipeline.workspaces import DEMO_DAY, is_demo_past, list_results, prepare_demo

    folder = prepare_demo(invocation.given)
    if is_demo_past(folder):
        click.echo(f"The sample has had a later night than the demo's; remove {folder / 'out'} to begin again. What it left:")
    else:
        _run_night(NightRequest(folder, clock_of(DEMO_DAY)))
    for line in list_results(folder):
        click.echo(line)


@cli.command()
@click.option("--port", default=3000, show_default=True)
@click.pass_obj
def dev(invocation: Invocation, port: int) -> None:
    """Open Dagster's page on 127.0.0.1."""
    from orchestration.pipeline.workspaces import open_dagster

    open_dagster(invocation.folder, port)


def main() -> None:
    """Runs the command line; ends with the exit code of the error's kind."""
    debug = "--debug" in sys.argv
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as wrong:
        wrong.show()
        code = wrong.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("csat: interrupted; the generation published last is whole, and running again is safe", err=True)
        code = INTERRUPTED
    except Exception as error:
        code = _explain(error, debug=debug)
    sys.exit(code if isinstance(code, int) else 0)


def _explain(error: Exception, *, debug: bool) -> int:
    """The exit code of an error, whose message goes to stderr; a traceback is for those who ask."""
    if debug:
        traceback.print_exception(error)
    if isinstance(error, CsatError):
        click.echo(f"csat: {error}", err=True)
        return error.exit_code
    click.echo(f"csat: unexpected error: {type(error).__name__}: {error}\n  -> run again with --debug and report it", err=True)
    return UNEXPECTED


def _run_night(request: "NightRequest", *, is_verbose: bool = False) -> None:
    """Nothing; the night has run, or was found to have the input of the published one."""
    from orchestration.pipeline.fetching import fetch_before
    from orchestration.pipeline.night import settle_unchanged

    for line in fetch_before(request, clock_of_now(request.folder)):
        click.echo(line, err=True)
    request = replace(request, is_fetched=True)
    if line := settle_unchanged(request, clock_of_now(request.folder)):
        click.echo(line)
        return
    from orchestration.pipeline.console import run_with_console

    run_with_console(request, _load_definitions, is_verbose=is_verbose)


def _load_definitions() -> "dg.Definitions":
    """What `dagster dev` loads too; the run's own configuration names the workspace."""
    from orchestration.definitions import defs

    return defs


def _clock(folder: Path, as_of: datetime | None) -> datetime:
    """The night's clock: 02:00 of the date given, else the clock on the wall of the workspace."""
    from orchestration.pipeline.night import clock_of

    return clock_of(date(as_of.year, as_of.month, as_of.day)) if as_of else clock_of_now(folder)


def clock_of_now(folder: Path) -> datetime:
    """The clock on the wall of the workspace, without a zone."""
    from orchestration.config.load import load_workspace

    zone = load_workspace(folder).workspace.time_zone
    return datetime.now(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0)


cli.add_command(as_of)
cli.add_command(docs)
cli.add_command(export)
cli.add_command(quarantine)
