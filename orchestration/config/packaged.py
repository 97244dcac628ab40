"""Where the folders lie that ship with the program: dbt_project, templates and the sample workspace."""

from functools import cache
from pathlib import Path
from typing import Literal

from orchestration.errors import ConfigError

PACKAGE = Path(__file__).resolve().parents[1]
PACKAGED = PACKAGE / "_packaged"

Folder = Literal["dbt_project", "templates", "data"]


@cache
def resource_folder(name: Folder) -> Path:
    """The folder `name`: of the clone the package lies in, or the copy inside an installed wheel.

    Raises ConfigError where neither is there: the installation is broken.
    """
    for folder in (PACKAGE.parent / name, PACKAGED / name):
        if (folder / MARKS[name]).exists():
            return folder
    raise ConfigError(f"the folder {name} is missing", where=str(PACKAGE), hint="install csat-warehouse again")


def is_clone() -> bool:
    """True where the program runs out of its repository and not out of a wheel."""
    return (PACKAGE.parent / "dbt_project" / MARKS["dbt_project"]).exists() and not PACKAGED.exists()


MARKS = {"dbt_project": "dbt_project.yml", "templates": "", "data": "config"}


def default_workspace() -> Path:
    """The current folder if it is a workspace, else the sample."""
    return Path.cwd() if (Path.cwd() / "config" / "workspace.yaml").is_file() else sample_workspace()


def sample_workspace() -> Path:
    """The sample workspace of a clone; the folder ./csat-demo beside an installed wheel, which is never written to."""
    return resource_folder("data") if is_clone() else Path.cwd() / "csat-demo"
