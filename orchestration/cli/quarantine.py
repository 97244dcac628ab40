"""The commands about records in quarantine; `orchestration.cli` puts them beside the others."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from orchestration.cli import Invocation

CHOICE = "CHOICE is a record as `list` prints it (12/answers/3), a contract, a file's number, or both (12/answers)."


@click.group()
def quarantine() -> None:
    """Records that could not be loaded."""


@quarantine.command("list")
@click.option("--contract", "contract_code", default="", help="Only this contract.")
@click.option("--all", "has_closed", is_flag=True, help="Cured and discarded ones too.")
@click.pass_obj
def list_command(invocation: "Invocation", contract_code: str, has_closed: bool) -> None:
    """List what could not be loaded, and why."""
    from orchestration.pipeline.quarantine import list_records

    for line in list_records(invocation.folder, contract_code, has_closed=has_closed):
        click.echo(line)


@quarantine.command("show")
@click.argument("record")
@click.pass_obj
def show_command(invocation: "Invocation", record: str) -> None:
    """Print one RECORD, as `list` names it, with its fields and why it is here. It may hold personal data."""
    from orchestration.pipeline.quarantine import show_record

    for line in show_record(invocation.folder, record):
        click.echo(line)


@quarantine.command("export", epilog=CHOICE)
@click.argument("choices", metavar="CHOICE...", nargs=-1, required=True)
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="Folder for the files [out/corrections].")
@click.pass_obj
def export_command(invocation: "Invocation", choices: tuple[str, ...], to: Path | None) -> None:
    """Write correction files: open records as delivered, to edit and put into landing/. They may hold personal data."""
    from orchestration.pipeline.quarantine import export_records

    for line in export_records(invocation.folder, choices, to):
        click.echo(line)


@quarantine.command("discard", epilog=CHOICE)
@click.argument("choices", metavar="CHOICE...", nargs=-1, required=True)
@click.option("--reason", required=True, help="Why these records will never be needed; without personal data: analysts read it.")
@click.pass_obj
def discard_command(invocation: "Invocation", choices: tuple[str, ...], reason: str) -> None:
    """Do without open records, for a reason that is kept."""
    import os
    import pwd

    from orchestration.cli import clock_of_now
    from orchestration.pipeline.quarantine import discard_records

    who = pwd.getpwuid(os.getuid()).pw_name
    for line in discard_records(invocation.folder, choices, reason, who, clock_of_now(invocation.folder)):
        click.echo(line)
