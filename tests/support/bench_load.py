"""One measured run in a process of its own: what the leanest hand-written SQL costs to load, and what the loader costs.

    python -m support.bench_load floor|parse|load EXTRACTS BENCH OUT

`floor` runs the load blocks of the floor in BENCH, `parse` reads every CSV column with its type given and keeps nothing, `load`
lands and loads the same files by contract. Each prints seconds of CPU, wall and peak MB by step as one line of JSON; imports are
not counted.
"""

import json
import os
import re
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.config.contracts import Contract
from orchestration.warehouse.connection import open_working
from orchestration.warehouse.extracts import ensure_raw_tables, load_landed
from orchestration.warehouse.landing import land_files
from orchestration.warehouse.state import State

AS_OF = datetime(2025, 1, 2, 2)
FLOOR_SETTINGS = "set threads = 2; set preserve_insertion_order = false; set memory_limit = '10GB'"
OURS = {
    "customers": ("crm_customers", "customer_id customer_name=name region_code=region segment_code=segment tier_code=tier "
                  "industry_code=industry owner_id=account_manager opened_date=opened_at"),
    "lifecycle_events": ("complaints_events", "complaint_id=customer_id event_code=stage happened_at=changed_at"),
    "service_stage_events": ("crm_case_stages", "case_id=order_id customer_key=customer_id stage_code=stage entered_at left_at"),
    "deliveries": ("deliveries_deliveries", "delivery_id customer_key=customer_id ordered_at=dispatched_at promised_at delivered_at "
                   "receipt_confirmed_at=confirmed_at n_items=items n_damaged_items=damaged"),
    "complaints": ("complaints_complaints", "complaint_id customer_key=customer_id opened_at first_response_at resolved_at "
                   "category_code=category channel_code=channel n_reopened=reopened"),
    "survey_answers": ("surveys_answers", "response_id customer_key=customer_id item_code=item answered_at=submitted_at "
                       "satisfaction importance"),
}  # fmt: skip
CSV_TYPES = {
    "extracted_at": "TIMESTAMP", "opened_at": "TIMESTAMP", "changed_at": "TIMESTAMP", "entered_at": "TIMESTAMP", "left_at": "TIMESTAMP",
    "promised_at": "TIMESTAMP", "dispatched_at": "TIMESTAMP", "delivered_at": "TIMESTAMP", "confirmed_at": "TIMESTAMP",
    "first_response_at": "TIMESTAMP", "resolved_at": "TIMESTAMP", "submitted_at": "TIMESTAMP", "items": "INTEGER", "damaged": "INTEGER",
    "severity": "INTEGER", "reopened": "BOOLEAN", "callback_score": "INTEGER", "satisfaction": "INTEGER", "importance": "INTEGER",
    "overall": "INTEGER",
}  # fmt: skip


class Clock:
    """Seconds of wall and CPU by step."""

    def __init__(self) -> None:
        self.steps: dict[str, list[float]] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Nothing; what happens inside is added to the step."""
        wall, cpu = time.perf_counter(), _cpu()
        yield
        self.steps[name] = [round(time.perf_counter() - wall, 3), round(_cpu() - cpu, 3)]


def bench_contracts(suffix: str) -> list[Contract]:
    """One contract per extract, with a rule on every rating and count."""
    return [_contract(extract, table, columns.split(), suffix) for extract, (table, columns) in OURS.items()]


def link_extracts(source: Path, landing: Path) -> None:
    """Nothing; every extract lies in the landing folder under a name of its own."""
    landing.mkdir(parents=True)
    for path in sorted(source.glob("[a-z]*/*")):
        os.link(path, landing / f"{path.parent.name}-{path.name}")


def _contract(extract: str, table: str, columns: list[str], suffix: str) -> Contract:
    is_parquet = suffix == "parquet"
    written = {"format": "parquet"} if is_parquet else {"format": "csv", "compression": "gzip"}
    pairs = [(name, source or name) for name, _, source in (column.partition("=") for column in columns)]
    specs: list[dict[str, Any]] = [{"name": name, "source": source, **_rules(name, is_parquet)} for name, source in pairs]
    if extract == "survey_answers":
        specs.append({"name": "instrument_code", "value": "bench"})
    files = {"pattern": f"{extract}-*.{suffix}", **written}
    extracted = {"source": "column", "column": "extracted_at", "format": ""}
    promised = {"promised": "time"} if table == "deliveries_deliveries" else {}
    return Contract.model_validate(
        {"contract": extract, "source": "bench", "table": table, "files": files, "extracted_at": extracted, "columns": specs, **promised}
    )


def _rules(name: str, is_parquet: bool) -> dict[str, Any]:
    rules: dict[str, Any] = {"minimum": 1, "maximum": 5} if name in ("satisfaction", "importance") else {}
    rules |= {"minimum": 0} if name.startswith("n_") else {}
    if not is_parquet:
        rules |= {"n_reopened": {"map": {"true": "1", "false": "0"}}, "opened_date": {"type": "timestamp"}}.get(name, {})
    return rules


def run_floor(source: Path, bench: Path, out: Path, clock: Clock) -> int:
    """Rows in the floor's tables; its own load blocks on a database file, as floor.py runs them."""
    sql = (bench / "floor.sql").read_text(encoding="utf-8")
    sql = re.sub(r"\{read:(\w+)\}", lambda m: f"read_parquet('{source}/{m[1]}/*.parquet')", sql)
    blocks = re.findall(r"^-- @(\w+)\n(.*?)(?=^-- @|\Z)", sql, re.S | re.M)
    with duckdb.connect(out / "floor.duckdb") as con:
        con.execute(FLOOR_SETTINGS)
        for name, body in blocks:
            if name == "setup" or name.startswith("load_"):
                with clock.step(name):
                    con.execute(body)
        with clock.step("checkpoint"):
            con.execute("checkpoint")
        tables = ("customers", "lifecycle_events", "stage_events", "deliveries", "complaints", "survey_answers")
        return sum(con.execute(f"select count(*) from {table}").fetchall()[0][0] for table in tables)


def run_parse(source: Path, bench: Path, out: Path, clock: Clock) -> int:
    """Rows of every CSV extract, each column parsed with its type given and looked at once."""
    rows = 0
    with duckdb.connect() as con:
        con.execute("set threads = 2; set preserve_insertion_order = false")
        for folder in sorted(path for path in source.iterdir() if path.name in OURS):
            names = [row[0] for row in con.execute(f"describe from read_csv('{next(folder.iterdir())}')").fetchall()]
            types = ", ".join(f"'{name}': '{_csv_type(name)}'" for name in names)
            looks = ", ".join(f"max({name})" for name in names)
            with clock.step(folder.name):
                read = f"read_csv('{folder}/*.csv.gz', columns = {{{types}}}, auto_detect = false, header = true)"
                rows += con.execute(f"select count(*), {looks} from {read}").fetchall()[0][0]
    return rows


def _csv_type(name: str) -> str:
    return CSV_TYPES.get(name, "BIGINT" if name.endswith("_id") else "VARCHAR")


def run_load(source: Path, bench: Path, out: Path, clock: Clock) -> int:
    """Records loaded from the same files by contract, landing included."""
    suffix = "parquet" if next(source.glob("deliveries/*")).suffix == ".parquet" else "csv.gz"
    contracts = bench_contracts(suffix)
    link_extracts(source, out / "landing")
    with State(out / "out") as state:
        with clock.step("open"), open_working(out / "out") as con:
            ensure_raw_tables(con)
        with clock.step("landing"):
            landed = land_files(out / "landing", contracts, out / "out", state, as_of=AS_OF)
        with clock.step("load"), open_working(out / "out") as con:
            results = load_landed(con, out / "out", contracts, landed, state, as_of=AS_OF, token_key=b"bench")
    refused = [f"{result.file_name}: {result.reason}" for result in results if result.state != "loaded"]
    if refused:
        raise AssertionError(refused[:3])
    return sum(result.n_loaded for result in results)


def main(argv: list[str]) -> None:
    """Nothing; the figures of one run are printed."""
    run = {"floor": run_floor, "parse": run_parse, "load": run_load}[argv[0]]
    source, bench, out = map(Path, argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    clock = Clock()
    wall, cpu = time.perf_counter(), _cpu()
    rows = run(source, bench, out, clock)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    figures = {"wall": time.perf_counter() - wall, "cpu": _cpu() - cpu, "peak_mb": peak}
    print(json.dumps({"rows": rows, **{name: round(value, 2) for name, value in figures.items()}, "steps": clock.steps}))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(sys.argv[1:])
