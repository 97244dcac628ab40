"""Contracts of one PostgreSQL connection see one state of the database, whoever writes between their reads."""

from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest
from support.database_servers import postgresql_server
from support.database_sources import TIME_ZONE
from support.loading import FIRST_NIGHT, make_contract

from orchestration.pipeline.fetching import fetch_sources
from orchestration.warehouse.state import State

ORDER_AND_LINE = ("insert into orders select max(id) + 1, now() from orders", "insert into lines select max(id), 1 from orders")
COLUMNS = {
    "orders": ("deliveries_deliveries", {"delivery_id": "id", "ordered_at": "ordered_at"}),
    "lines": ("deliveries_events", {"delivery_id": "order_id", "step_code": "line", "happened_at": "line"}),
}


@pytest.fixture(scope="module")
def server():
    with postgresql_server() as running:
        running.run(
            "create table orders (id int, ordered_at timestamp)", "insert into orders values (1, '2026-01-01')",
            "create table lines (order_id int, line int)", "insert into lines values (1, 1)",
            "grant select on orders, lines to reader",
        )  # fmt: skip
        yield running


@pytest.fixture
def config(server, monkeypatch):
    """Contracts over an order's two tables, of one connection."""
    monkeypatch.setenv("CSAT_CONNECTION_ERP", server.url())
    contracts = [
        make_contract(
            [{"name": name, "source": source} for name, source in columns.items()], name=code, table=table, source="erp",
            files={"pattern": f"{code}_*.parquet", "format": "parquet"},
            fetch={"kind": "postgresql", "connection": "erp", "table": code, "attempts": 1},
        )
        for code, (table, columns) in COLUMNS.items()
    ]  # fmt: skip
    return SimpleNamespace(contracts=contracts, workspace=SimpleNamespace(time_zone=TIME_ZONE))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "landing").mkdir()
    return tmp_path


def count_rows(folder) -> list[int]:
    return [pq.read_table(next((folder / "landing").glob(f"{code}_*.parquet"))).num_rows for code in COLUMNS]


def write_after(monkeypatch, server, code: str) -> None:
    """Nothing; an order and its line are written as soon as the contract has been read."""
    record = State.record_fetch

    def record_and_write(state, met):
        record(state, met)
        if met.contract_code == code:
            server.run(*ORDER_AND_LINE)

    monkeypatch.setattr(State, "record_fetch", record_and_write)


def test_line_of_an_order_written_between_the_reads_waits_with_its_order(server, config, folder, monkeypatch):
    write_after(monkeypatch, server, "orders")
    assert [met.message for met in fetch_sources(folder, config, FIRST_NIGHT)] == ["", ""]
    n_orders, n_lines = count_rows(folder)
    assert n_orders == n_lines


def test_half_that_a_killed_night_left_is_fetched_again_with_the_other(server, config, folder):
    fetch_sources(folder, config, FIRST_NIGHT)
    next((folder / "landing").glob("lines_*")).unlink()
    server.run(*ORDER_AND_LINE)
    fetch_sources(folder, config, FIRST_NIGHT)
    n_orders, n_lines = count_rows(folder)
    assert n_orders == n_lines


def test_contract_that_cannot_be_read_costs_its_message_alone(server, config, folder):
    broken = config.contracts[0].model_copy(update={"fetch": config.contracts[0].fetch.model_copy(update={"table": "nowhere"})})
    config.contracts[0] = broken
    first, second = fetch_sources(folder, config, FIRST_NIGHT)
    assert "does not exist" in first.message
    assert (second.message, second.n_files) == ("", 1)


def test_server_that_is_gone_is_told_for_each_contract(config, folder, monkeypatch):
    monkeypatch.setenv("CSAT_CONNECTION_ERP", "postgresql://reader:secret@127.0.0.1:9/erp")
    assert all("secret" not in met.message and met.message for met in fetch_sources(folder, config, FIRST_NIGHT))
