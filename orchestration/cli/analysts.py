"""The commands that hand something to analysts; `orchestration.cli` puts them beside the others."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import datetime

    from orchestration.cli import Invocation


@click.command()
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder: new, empty, or an earlier export.")
@click.option("--generation", "code", default="", help="Code of a kept generation [the published one].")
@click.option("--schema", "schemas", multiple=True, help="Only this schema; may be given again [all that analysts read].")
@click.pass_obj
def export(invocation: "Invocation", to: Path, code: str, schemas: tuple[str, ...]) -> None:
    """Write the published tables as Parquet files, with a manifest of their rows and hashes."""
    from orchestration.pipeline.analysts import export_tables

    for line in export_tables(invocation.folder, to, code, schemas):
        click.echo(line)


@click.command("as-of")
@click.argument("table")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The Parquet file to write.")
@click.pass_obj
def as_of(invocation: "Invocation", table: str, day: "datetime", to: Path) -> None:
    """Write TABLE of schema raw as the warehouse knew it at the end of DAY: restated and deleted rows as they were."""
    from orchestration.pipeline.analysts import export_as_of

    for line in export_as_of(invocation.folder, table, day.date(), to):
        click.echo(line)


@click.command()
@click.pass_obj
def docs(invocation: "Invocation") -> None:
    """Write one page that describes every published table and column: out/docs/index.html."""
    from orchestration.pipeline.analysts import write_docs

    for line in write_docs(invocation.folder):
        click.echo(line)
