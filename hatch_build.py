"""Puts what the package needs beside its code into the wheel: dbt project, templates and sample workspace."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# out/ and target/ of a working clone must not travel, so the parts are named; the manifest exists after `make wheel`
PARTS = (
    "dbt_project/dbt_project.yml", "dbt_project/profiles.yml", "dbt_project/models", "dbt_project/macros",
    "dbt_project/target/manifest.json", "dbt_project/target/partial_parse.msgpack",
    "templates", "data/README.md", "data/config", "data/contracts", "data/landing",
)  # fmt: skip


class PackagedFolders(BuildHookInterface):  # type: ignore[misc]
    """Maps each part that exists to orchestration/_packaged/<part>."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds the parts to the files of a wheel; an editable install reads them from the clone."""
        if version == "editable":
            return
        for part in PARTS:
            if (Path(self.root) / part).exists():
                build_data["force_include"][str(Path(self.root) / part)] = f"orchestration/_packaged/{part}"
