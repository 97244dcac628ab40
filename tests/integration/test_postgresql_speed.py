"""Five million rows from PostgreSQL to a file of landing/, and on into raw: seconds, CPU of both sides, memory. `-s` shows them."""

import os
import sys
import time
from pathlib import Path

import pytest
from support.database_servers import postgresql_server
from support.database_sources import sql_contract
from support.loading import Workspace

N_ROWS = 5_000_000
ROWS_PER_SECOND = 400_000
QUIET_LOAD = 0.5
MEMORY_BYTES = 1 << 30
WIDE_TABLE = (
    "create unlogged table deliveries as select n as id, 'C' || n % 200000 as customer, timestamp '2025-01-01' + n * interval '5 seconds' "
    "as ordered_at, timestamp '2025-01-02' + n * interval '5 seconds' as promised_at, case when n % 20 <> 0 then timestamp '2025-01-02' "
    "+ n * interval '6 seconds' end as signed_at, (array['delivered', 'canceled', 'lost'])[1 + n % 3] as status, 'R' || n % 500 as route, "
    "n % 9 as pieces, (n * 1.37)::numeric(12, 2) as amount, case when n % 7 <> 0 then 'north' end as region, 'S' || n % 300 as courier, "
    f"timestamptz '2025-01-01' + n * interval '5 seconds' as changed_at from generate_series(1, {N_ROWS}) n"
)
CONTRACT = sql_contract(
    canonical=[
        {"name": "delivery_id", "source": "id"}, {"name": "customer_key", "source": "customer"}, {"name": "ordered_at"},
        {"name": "promised_at"}, {"name": "delivered_at", "source": "signed_at"}, {"name": "status_code", "source": "status"},
        {"name": "route_code", "source": "route"}, {"name": "n_items", "source": "pieces"}, {"name": "region_code", "source": "region"},
        {"name": "owner_id", "source": "courier"},
    ],
    promised="time",
)  # fmt: skip


CHILD = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from pathlib import Path
from support.database_sources import fetch_file, sql_contract
fetch_file(sql_contract(), sys.argv[1], Path(sys.argv[2]))
"""


def fetch_apart(url: str, landing: Path) -> tuple[float, float, int]:
    """Seconds, CPU seconds and peak bytes of a process that imports, fetches and ends."""
    begun = time.perf_counter()
    child = os.posix_spawn(sys.executable, [sys.executable, "-c", CHILD, url, str(landing)], os.environ)
    _, status, used = os.wait4(child, 0)
    assert status == 0
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss << 10


@pytest.mark.slow
def test_five_million_rows(tmp_path):
    workspace = Workspace(tmp_path / "workspace", CONTRACT)
    with postgresql_server() as server:
        server.run(WIDE_TABLE, "analyze deliveries", "grant select on deliveries to reader")
        load = os.getloadavg()[0]
        seconds, cpu, peak = fetch_apart(server.url(), workspace.landing)
    (file,) = workspace.landing.iterdir()
    size = file.stat().st_size
    begun, cpu_begun = time.perf_counter(), time.process_time()
    (result,) = workspace.night()
    loading, loading_cpu = time.perf_counter() - begun, time.process_time() - cpu_begun
    rates = f"{N_ROWS / seconds:,.0f} rows/s at load {load:.1f}, {N_ROWS / cpu:,.0f} rows per CPU s"
    print(f"\nfetch {seconds:.1f} s, {cpu:.1f} CPU s: {rates}; peak {peak >> 20} MB, file {size / 1e6:.0f} MB")
    print(f"into raw {loading:.1f} s, {loading_cpu:.1f} CPU s")
    assert (result.state, result.n_loaded) == ("loaded", N_ROWS)
    assert peak < MEMORY_BYTES
    if load < QUIET_LOAD:
        assert N_ROWS / seconds > ROWS_PER_SECOND
