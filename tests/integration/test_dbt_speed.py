"""Sums of products of a large month stay cheap: 5,000 responses with 18 items, satisfaction and importance each."""

import time
from datetime import date, datetime

import duckdb
import pytest
from support.dbt_fixture import build_marts, create_warehouse, insert_calendar, set_clock
from support.dbt_rows import ITEMS, insert_rows

RESPONSES, N_ITEMS, LIMIT_SECONDS = 5000, 18, 3.0
PAIRS = (2 * N_ITEMS) * (2 * N_ITEMS + 1) // 2


@pytest.mark.slow
def test_pairs_of_five_thousand_responses_take_under_three_seconds(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    create_warehouse(path)
    with duckdb.connect(str(path)) as con:
        insert_calendar(con, date(2026, 1, 1), date(2026, 3, 31))
        set_clock(con, datetime(2026, 3, 4, 2))
        insert_rows(con, "config.items", [ITEMS[0] | {"item_code": f"I{number:02}", "item_order": number} for number in range(N_ITEMS)])
        con.execute(
            "insert into raw.surveys_answers"
            " (source_code, response_id, item_code, instrument_code, answered_at, satisfaction, importance, weight)"
            " select 'survey', 'r' || r, 'I' || lpad(i::varchar, 2, '0'), 'q', timestamp '2026-02-02 10:00:00',"
            " 1 + (r * 7 + i) % 5, 1 + (r + i * 3) % 5, 1"
            f" from range({RESPONSES}) r(r), range({N_ITEMS}) i(i)"
        )
    build_marts(path)
    started = time.process_time()
    build_marts(path, full_refresh=True, select="stat_item_pairs_monthly")
    used = time.process_time() - started
    with duckdb.connect(str(path), read_only=True) as con:
        assert con.execute("select count(*), min(n_pairs) from marts.stat_item_pairs_monthly").fetchall() == [(PAIRS, RESPONSES)]
    assert used < LIMIT_SECONDS, f"{used:.1f} CPU s with dbt's own start"
