"""What Dagster loads: assets, checks, jobs, schedules and sensor put together, and nothing else.

`build_defs()` knows no workspace but by its path; an unreadable configuration is an error of the run, not of the page.
"""

from pathlib import Path

import dagster as dg

from orchestration.config.load import load_workspace
from orchestration.config.models import Workspace
from orchestration.config.packaged import default_workspace
from orchestration.errors import CsatError
from orchestration.pipeline.assets import config_tables, dbt, extracts, indices, mail, publish, reports
from orchestration.pipeline.assets.dbt import make_dbt
from orchestration.pipeline.checks import EXTRACT_CHECKS, quality_gate
from orchestration.pipeline.jobs import monthly, nightly
from orchestration.pipeline.progress import progress_logger
from orchestration.pipeline.resources import Warehouse
from orchestration.pipeline.schedules import build_schedules
from orchestration.pipeline.sensors import build_sensor
from orchestration.settings import read_settings

ASSET_MODULES = (extracts, config_tables, dbt, indices, publish, reports, mail)


def build_defs(folder: Path | None = None, **resource_overrides: object) -> dg.Definitions:
    """The one Definitions object of the workspace in `folder`; default: CSAT_WORKSPACE, or the sample."""
    folder = (folder or read_settings().workspace or default_workspace()).resolve()
    resources = {"warehouse": Warehouse(workspace=str(folder)), "dbt": make_dbt()} | resource_overrides
    return dg.Definitions(
        assets=[*dg.load_assets_from_modules(ASSET_MODULES), quality_gate],
        asset_checks=list(EXTRACT_CHECKS),
        jobs=[nightly, monthly],
        schedules=build_schedules(folder, _time_zone(folder)),
        sensors=[build_sensor(folder)],
        resources=resources,
        executor=dg.in_process_executor,
        loggers={"progress": progress_logger},
    )


def _time_zone(folder: Path) -> str:
    """The workspace's time zone; the default where its configuration cannot be read."""
    try:
        return load_workspace(folder).workspace.time_zone
    except CsatError:
        return str(Workspace.model_fields["time_zone"].default)


defs = build_defs()
