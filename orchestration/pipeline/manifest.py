"""dbt's manifest: what Dagster reads to know the models. Built with the wheel; it knows no workspace.

`python -m orchestration.pipeline.manifest` builds it; in a clone it is built anew on demand when a file of the project is newer.
"""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from orchestration.config.packaged import is_clone, resource_folder
from orchestration.errors import WarehouseError
from orchestration.settings import child_environment

SOURCES = ("dbt_project.yml", "profiles.yml", "models", "macros", "tests", "seeds")
DATABASE_OF_PARSE = "~/warehouse.duckdb"
"""dbt uses a parse again only for the same database path, so every night calls its working file by this name."""


def manifest_path() -> Path:
    """The path of manifest.json, built first where the clone's project is newer. Raises WarehouseError if dbt refuses it."""
    path = resource_folder("dbt_project") / "target" / "manifest.json"
    if is_clone() and not _is_fresh(path):
        build_manifest()
    return path


def build_manifest() -> None:
    """Nothing; dbt_project/target holds the manifest. Raises WarehouseError with dbt's words if a model cannot be parsed."""
    project = resource_folder("dbt_project")
    command = [dbt_executable(), "--quiet", "parse", "--project-dir", str(project), "--profiles-dir", str(project), "--no-partial-parse"]
    command += ["--target-path", str(project / "target"), "--log-path", str(project / "target")]
    environment = child_environment(DO_NOT_TRACK="1", CSAT_DUCKDB_PATH=DATABASE_OF_PARSE)
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise WarehouseError(f"dbt cannot parse the project\n{done.stdout}{done.stderr}".rstrip(), where=str(project))
    (project / "target" / "manifest.json").touch()


def dbt_executable() -> str:
    """The dbt of this interpreter's own environment, whatever PATH says."""
    return shutil.which("dbt", path=sysconfig.get_path("scripts")) or shutil.which("dbt", path=str(Path(sys.executable).parent)) or "dbt"


def _is_fresh(path: Path) -> bool:
    if not path.exists():
        return False
    built = path.stat().st_mtime
    project = resource_folder("dbt_project")
    files = (file for name in SOURCES for file in ((project / name).rglob("*") if (project / name).is_dir() else [project / name]))
    return all(file.stat().st_mtime <= built for file in files if file.exists())


if __name__ == "__main__":
    build_manifest()
