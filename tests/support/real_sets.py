"""Workspaces of real extracts: a whole night of one, or only its load and the models that a test looks at."""

import shutil
from collections.abc import Iterable
from datetime import date, datetime, time
from pathlib import Path

from support.dbt_fixture import build_marts, set_clock
from support.loading import TOKEN_KEY
from support.night import run_csat

from orchestration.config.load import load_workspace
from orchestration.config.tables import build_config_rows
from orchestration.schemas.config_tables import CONFIG_TABLES
from orchestration.warehouse.connection import WORKING_FILE, open_working
from orchestration.warehouse.extracts import load_landed
from orchestration.warehouse.landing import land_files
from orchestration.warehouse.state import State
from orchestration.warehouse.tables import replace_rows

WORKSPACES = Path(__file__).resolve().parents[1] / "integration" / "real"
PLAIN = {
    "thresholds": "confidence: 0.95",
    "stages": "processes: []",
    "metrics": "metrics: []",
    "labels": "regions: []",
    "recipients": "{sender_name: Quality, sender_address: quality@desk.example.com}",
}


def bring_set(name: str, folder: Path, extracts: Iterable[Path]) -> Path:
    """The workspace `name` in `folder`, the extracts in its landing; a configuration file that it lacks is a plain one."""
    shutil.copytree(WORKSPACES / name, folder)
    for stem, text in PLAIN.items():
        path = folder / "config" / f"{stem}.yaml"
        if not path.exists():
            path.write_text(text + "\n", encoding="utf-8")
    (folder / "landing").mkdir()
    for extract in extracts:
        shutil.copy(extract, folder / "landing")
    return folder


def run_night(folder: Path, as_of: str) -> Path:
    """The workspace after one whole night: gate, publication and report too."""
    done = run_csat(folder, "run", "--as-of", as_of)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def build_tables(folder: Path, as_of: date, models: str) -> Path:
    """The working file after the load, the configuration's tables and the dbt models selected by `models`; no report, no gate."""
    config, out, clock = load_workspace(folder), folder / "out", datetime.combine(as_of, time(2))
    zone, key = config.workspace.time_zone, TOKEN_KEY
    out.mkdir()
    with State(out) as state, open_working(out) as con:
        landed = land_files(folder / "landing", config.contracts, out, state, as_of=clock)
        results = load_landed(con, out, config.contracts, landed, state, as_of=clock, token_key=key, time_zone=zone)
        assert [result for result in results if result.state != "loaded"] == []
        set_clock(con, clock)
        first_day = min((result.data_from_date for result in results if result.data_from_date), default=as_of)
        rows = build_config_rows(config, first_day=first_day, last_day=as_of)
        for table in CONFIG_TABLES:
            replace_rows(con, table, rows[table.name])
    build_marts(out / WORKING_FILE, select=models, command="run", full_refresh=True)
    return out / WORKING_FILE
