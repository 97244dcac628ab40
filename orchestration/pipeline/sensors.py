"""The sensor for landed files: asks for a night when the landing folder has changed and has then stood still for one look."""

import hashlib
import os
from pathlib import Path

import dagster as dg

from orchestration.pipeline.jobs import nightly
from orchestration.warehouse.files import TEMPORARY

SECONDS_BETWEEN_LOOKS = 120


def build_sensor(folder: Path) -> dg.SensorDefinition:
    """The sensor of the workspace in `folder`; off until somebody turns it on."""

    @dg.sensor(job=nightly, minimum_interval_seconds=SECONDS_BETWEEN_LOOKS, name="landed_files")
    def landed_files(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        """A run when the listing differs from the one last run for and equals the one of the look before."""
        seen, asked = (context.cursor or "|").split("|")
        now = hash_listing(folder / "landing")
        if now == seen and now != asked:
            return dg.SensorResult(run_requests=[dg.RunRequest(run_key=now)], cursor=f"{now}|{now}")
        return dg.SensorResult(skip_reason="nothing new" if now == asked else "files are still arriving", cursor=f"{now}|{asked}")

    return landed_files


def hash_listing(landing: Path) -> str:
    """A hash over names, sizes and times of change of the landing folder without what is being written; of nothing where it is missing."""
    entries = [entry for entry in os.scandir(landing) if not entry.name.endswith(TEMPORARY)] if landing.is_dir() else []
    listing = sorted((entry.name, entry.stat().st_size, entry.stat().st_mtime_ns) for entry in entries)
    return hashlib.sha256(repr(listing).encode()).hexdigest()
