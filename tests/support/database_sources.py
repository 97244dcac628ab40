"""Contracts that fetch from a database, and what their fetch writes into landing/."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from support.loading import FIRST_NIGHT, make_contract

from orchestration.config.contracts import Contract
from orchestration.warehouse.sources import mysql, postgresql
from orchestration.warehouse.sources.request import FetchRequest

TIME_ZONE = "Asia/Shanghai"
DELIVERY_COLUMNS = (
    {"name": "delivery_id", "source": "id"},
    {"name": "ordered_at", "source": "ordered_at"},
    {"name": "status_code", "source": "status"},
)
KINDS = {"postgresql": postgresql, "mysql": mysql}


def sql_contract(kind: str = "postgresql", /, *, canonical: Any = DELIVERY_COLUMNS, promised: str | None = None, **fetch: Any) -> Contract:
    """A contract over deliveries of a database; with a cursor, the rows are dated by it."""
    cursor = fetch.get("cursor")
    return make_contract(
        canonical, name="deliveries", table="deliveries_deliveries", source="erp", promised=promised,
        files={"pattern": "deliveries_*.parquet", "format": "parquet"},
        extracted_at={"source": "column", "column": cursor["column"]} if cursor else {},
        fetch={"kind": kind, "connection": "erp", "attempts": 1, **({} if "query" in fetch else {"table": "deliveries"}), **fetch},
    )  # fmt: skip


def fetch_file(contract: Contract, url: str, landing: Path, *, since: datetime | None = None, as_of: datetime = FIRST_NIGHT) -> Path:
    """The one file that a night's fetch leaves in `landing`."""
    assert contract.fetch
    (fetched,) = KINDS[contract.fetch.kind].fetch(FetchRequest(contract, url, landing, as_of, TIME_ZONE, since))
    return fetched.path


def fetch_table(contract: Contract, url: str, landing: Path, **given: Any) -> pa.Table:
    """The rows of that file."""
    return pq.read_table(fetch_file(contract, url, landing, **given))
