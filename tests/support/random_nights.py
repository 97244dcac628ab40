"""Random histories of a small company: extracts night by night, restated, late, repeated; and the warehouse they make."""

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import yaml
from support.dbt_fixture import build_marts

from orchestration.config.load import load_workspace
from orchestration.config.tables import build_config_rows
from orchestration.config.workspace import WorkspaceConfig
from orchestration.schemas.config_tables import CONFIG_TABLES
from orchestration.schemas.ops import RUN
from orchestration.schemas.raw import raw_table
from orchestration.warehouse.connection import open_working
from orchestration.warehouse.extracts import ensure_raw_tables, load_landed, loaded_pairs, reload_all
from orchestration.warehouse.hashes import TableHash, hash_schema
from orchestration.warehouse.landing import land_files
from orchestration.warehouse.state import State
from orchestration.warehouse.tables import replace_rows
from orchestration.warehouse.touched import clear_touched_months, touch_all_months

FIRST_DAY = date(2025, 11, 3)
DAYS_BACK = 480
FILLED = {"crm_customers": 8, "complaints_events": 10, "surveys_invitations": 12}
"""Rows of the first night where there are fewer than forty. Few rows share a key: else a change reaches all others and hides faults."""
TOKEN_KEY = b"a key for tests alone, thirty-two"
SAMPLE = Path(__file__).resolve().parents[2] / "data"
CUSTOMERS, CASES = [f"K{i}" for i in range(6)], [f"P{i}" for i in range(8)]
STAGES = ("survey", "plan", "contract")


@dataclass(frozen=True)
class Source:
    """One kind of extract: its canonical table and its header, of which `_at` columns are moments."""

    table: str
    columns: tuple[str, ...]
    extra: dict[str, object] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, ...]:
        """Columns of the business key that the extract brings."""
        return tuple(name for name in raw_table(f"raw.{self.table}").key if name in self.columns)


SOURCES = (
    Source("crm_customers", ("customer_id", "valid_from", "segment_code", "region_code", "owner_id")),
    Source("crm_customer_aliases", ("alias_source_code", "source_key", "customer_id")),
    Source("crm_cases", ("case_id", "customer_key", "opened_at"), constants={"process_code": "connection"}),
    Source("crm_case_stages", ("case_id", "stage_code", "passage_number", "entered_at", "left_at", "clock_owner_code")),
    Source("crm_customer_months", ("customer_key", "month_start_date", "revenue", "volume")),
    Source("complaints_complaints", ("complaint_id", "customer_key", "opened_at", "due_at", "category_code")),
    Source("complaints_events", ("complaint_id", "event_code", "happened_at")),
    Source("complaints_callbacks", ("complaint_id", "called_at", "is_reached", "is_satisfied")),
    Source(
        "deliveries_deliveries",
        ("delivery_id", "customer_key", "ordered_at", "promised_at", "delivered_at", "status_code"),
        {"promised": "time"},
    ),
    Source("deliveries_events", ("delivery_id", "step_code", "happened_at")),
    Source("surveys_invitations", ("response_id", "sent_at", "returned_at", "delivery_id"), constants={"instrument_code": "servqual18"}),
    Source(
        "surveys_answers",
        ("response_id", "item_code", "answered_at", "satisfaction", "importance", "weight", "delivery_id"),
        constants={"instrument_code": "servqual18"},
    ),
)  # fmt: skip


def write_workspace(folder: Path) -> WorkspaceConfig:
    """A workspace with the sample's configuration and one plain CSV contract per source."""
    (folder / "landing").mkdir(parents=True)
    (folder / "contracts").mkdir()
    (folder / "config").symlink_to(SAMPLE / "config")
    for source in SOURCES:
        columns = [{"name": name, "source": name} for name in source.columns]
        columns += [{"name": name, "value": value} for name, value in source.constants.items()]
        contract = {
            "contract": source.table, "source": "one", "table": source.table, "files": {"pattern": f"{source.table}__*.csv"},
            "extracted_at": {"source": "file_name", "pattern": r"(\d{4}-\d{2}-\d{2})"}, "columns": columns, **source.extra,
        }  # fmt: skip
        (folder / "contracts" / f"{source.table}.yaml").write_text(yaml.safe_dump(contract), "utf-8")
    return load_workspace(folder)


class History:
    """A first night that fills every table over sixteen months, then quiet ones that restate a row or two: what a night touches
    is then so little that a month which is not found is not found by luck either.
    """

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.folder, self.rng, self.n_files = folder, rng, 0
        self.standing: dict[str, dict[tuple[str, ...], list[str]]] = {source.table: {} for source in SOURCES}
        self.last: dict[str, tuple[Path, list[list[str]]]] = {}
        self.replaced: list[tuple[Path, bytes]] = []

    def fill(self, day: date) -> None:
        """Nothing; landing/ has rows of every source."""
        for source in SOURCES:
            self._write(source, day, [_row(source, self.rng, day) for _ in range(FILLED.get(source.table, 40))])

    def restate(self, day: date, tables: Sequence[str]) -> None:
        """Nothing; landing/ has a few rows of `tables`: known ones with one word changed; new ones where there are but keys and moments."""
        for source in (source for source in SOURCES if source.table in tables):
            rows = [self._restated(source, day) for _ in range(self.rng.randint(1, 2))]
            # an extract may arrive long after the day it was made: its rows are then older than what the warehouse has
            self._write(source, day - timedelta(days=self.rng.choice((0, 0, 0, 40))), rows)

    def repeat(self, day: date, tables: Sequence[str]) -> None:
        """Nothing; landing/ has known rows of `tables` once more, word for word, in a file of their own."""
        for source in (source for source in SOURCES if source.table in tables):
            rows = list(self.standing[source.table].values())
            random.Random(self.n_files).shuffle(rows)  # the same bytes would be known as such and not be loaded at all
            self._write(source, day, rows)

    def replace_last(self, tables: Sequence[str]) -> None:
        """Nothing; the last file of each of `tables` holds its rows with other words, under the same name."""
        for source in (source for source in SOURCES if source.table in tables):
            path, rows = self.last[source.table]
            self.replaced.append((path, path.read_bytes()))
            day = date.fromisoformat(path.stem.split("__")[1].split("_")[0])
            _write_rows(path, source, [self._restated(source, day), *rows[1:]])

    def put_back(self) -> None:
        """Nothing; every file that was replaced holds its first bytes again: the source took its correction back."""
        for path, content in self.replaced:
            path.write_bytes(content)
        self.replaced.clear()

    def _restated(self, source: Source, day: date) -> list[str]:
        new = _row(source, self.rng, day)
        words = [i for i, name in enumerate(source.columns) if name not in source.key and not _is_moment(name)]
        if not words or not self.standing[source.table]:
            return new
        known = list(self.rng.choice(sorted(self.standing[source.table].values())))
        while known in self.standing[source.table].values():
            place, new = self.rng.choice(words), _row(source, self.rng, day)
            known[place] = new[place]
        return known

    def _write(self, source: Source, made: date, rows: list[list[str]]) -> None:
        self.n_files += 1
        path = self.folder / "landing" / f"{source.table}__{made}_{self.n_files}.csv"
        _write_rows(path, source, rows)
        self.last[source.table] = (path, rows)
        for row in rows:
            self.standing[source.table][tuple(row[source.columns.index(name)] for name in source.key)] = row


def _write_rows(path: Path, source: Source, rows: list[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([source.columns, *rows])


def _is_moment(name: str) -> bool:
    return name.endswith(("_at", "_date", "_from"))


def _row(source: Source, rng: random.Random, day: date) -> list[str]:
    moment = datetime.combine(day, datetime.min.time()) - timedelta(hours=rng.randint(0, 24 * DAYS_BACK))
    return [_value(name, rng, moment) for name in source.columns]


def _value(name: str, rng: random.Random, moment: datetime) -> str:
    later = moment + timedelta(hours=rng.randint(1, 24 * 45))
    made = {
        "customer_id": rng.choice(CUSTOMERS),
        "customer_key": rng.choice([*CUSTOMERS, "alias1", "alias2", "nobody"]),
        "alias_source_code": "one",
        "source_key": rng.choice(["alias1", "alias2"]),
        "valid_from": f"{moment:%Y-%m-%d}",
        "segment_code": rng.choice(["key", "retail", "public"]),
        "region_code": rng.choice(["north", "east"]),
        "owner_id": rng.choice(["A", "B"]),
        "case_id": rng.choice(CASES),
        "stage_code": rng.choice(STAGES),
        "passage_number": rng.choice("12"),
        "clock_owner_code": rng.choice(["supplier", "customer"]),
        "complaint_id": f"C{rng.randint(0, 29)}",
        "event_code": rng.choice(["responded", "resolved", "reopened", "closed", "escalated"]),
        "category_code": rng.choice(["billing", "delay"]),
        "is_reached": rng.choice(["true", "false"]),
        "is_satisfied": rng.choice(["true", "false", ""]),
        "delivery_id": f"D{rng.randint(0, 59)}",
        "status_code": rng.choice(["delivered", "delivered", "shipped"]),
        "step_code": rng.choice(["received", "signed"]),
        "response_id": f"R{rng.randint(0, 59)}",
        "item_code": rng.choice(["C1", "S1", "T1", "OVERALL"]),
        "satisfaction": rng.choice(["1", "2", "4", "5", ""]),
        "importance": rng.choice(["3", "4", "5"]),
        "weight": rng.choice(["0.5", "1.25", ""]),
        "revenue": rng.choice(["10.5", "7"]),
        "volume": "3",
        "month_start_date": f"{moment:%Y-%m}-01",
    }
    if name in made:
        return made[name]
    ends = {"left_at", "delivered_at", "returned_at"}
    if name in ends and rng.random() < 0.4:
        return ""
    return f"{later if name in ends | {'due_at', 'promised_at'} else moment:%Y-%m-%d %H:%M:%S}"


def run_marts(folder: Path, config: WorkspaceConfig, as_of: datetime, *, full_refresh: bool = False) -> dict[str, TableHash]:
    """Loads what is new (or everything ever kept), builds the marts, and gives the hashes of raw, config and marts."""
    out = folder / "out"
    out.mkdir(exist_ok=True)
    options = {"as_of": as_of, "token_key": TOKEN_KEY, "time_zone": config.workspace.time_zone}
    with State(out) as state, open_working(out) as con:
        ensure_raw_tables(con)
        if full_refresh:
            reload_all(con, out, config.contracts, state, **options)
            touch_all_months(con)
        else:
            landed = land_files(folder / "landing", config.contracts, out, state, as_of=as_of, loaded=loaded_pairs(con))
            load_landed(con, out, config.contracts, landed, state, **options)
        rows = build_config_rows(config, first_day=FIRST_DAY - timedelta(days=DAYS_BACK), last_day=as_of.date())
        for table in CONFIG_TABLES:
            replace_rows(con, table, rows[table.name])
        month = as_of.date().replace(day=1)
        replace_rows(con, RUN, [(as_of, as_of.date(), (month - timedelta(days=1)).replace(day=1), FIRST_DAY.replace(day=1))])
    build_marts(out / "warehouse.duckdb", full_refresh=full_refresh)
    with open_working(out) as con:
        clear_touched_months(con)
        return hash_schema(con, ["raw", "config", "marts"])
