"""No month changes that is not touched: random restatements against an oracle that joins raw rows by their keys."""

import random
import tempfile
from collections import defaultdict
from pathlib import Path

import pytest
from support.loading import ANSWER_COLUMNS, Workspace, make_contract

DELIVERIES = make_contract(
    [{"name": "delivery_id", "source": "id"}, {"name": "customer_key", "source": "customer"}, {"name": "ordered_at", "source": "at"}],
    name="deliveries",
    table="deliveries_deliveries",
    files={"pattern": "d*.csv"},
)
ANSWERS = make_contract([*ANSWER_COLUMNS, {"name": "delivery_id", "source": "delivery"}], files={"pattern": "a*.csv"})
CUSTOMERS = make_contract(
    [{"name": "customer_id", "source": "id"}, {"name": "valid_from", "source": "since"}, {"name": "segment_code", "source": "segment"}],
    name="customers",
    table="crm_customers",
    files={"pattern": "c*.csv"},
)
FACTS = """
    select date_trunc('month', a.answered_at)::date, a.response_id, a.satisfaction, d.customer_key, c.segment_code
    from raw.surveys_answers a left join raw.deliveries_deliveries d using (delivery_id)
    left join raw.crm_customers c on c.customer_id = d.customer_key
    union all
    select date_trunc('month', d.ordered_at)::date, d.delivery_id, null, d.customer_key, c.segment_code
    from raw.deliveries_deliveries d left join raw.crm_customers c on c.customer_id = d.customer_key
"""


def read_months(workspace: Workspace) -> dict[object, list[str]]:
    """Month -> its fact rows, sorted."""
    months: dict[object, list[str]] = defaultdict(list)
    for month, *row in workspace.rows(FACTS):
        months[month].append(repr(row))
    return {month: sorted(rows) for month, rows in months.items()}


def deliver(workspace: Workspace, chance: random.Random, night: int) -> None:
    """One night's extracts: a few rows of each kind, often restating earlier ones, sometimes into another month."""

    def day() -> str:
        return f"2025-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"

    def rows(make: object, n: int) -> str:
        return "".join(make() + "\n" for _ in range(n))  # type: ignore[operator]

    some = [chance.randint(0, 4) for _ in range(3)]
    d = rows(lambda: f"D{chance.randint(0, 9)},C{chance.randint(0, 4)},{day()}", some[0])
    a = rows(lambda: f"R{chance.randint(0, 19)},A,{day()},{chance.randint(1, 5)},D{chance.randint(0, 9)}", some[1])
    c = rows(lambda: f"C{chance.randint(0, 4)},2024-01-01,{chance.choice(['key', 'retail'])}", some[2] // 3)
    workspace.put(f"d{night}.csv", "id,customer,at\n" + d)
    workspace.put(f"a{night}.csv", "id,item,at,score,delivery\n" + a)
    workspace.put(f"c{night}.csv", "id,since,segment\n" + c)


def run_sequence(seed: int, nights: int) -> None:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder), DELIVERIES, ANSWERS, CUSTOMERS)
        before: dict[object, list[str]] = {}
        for night in range(nights):
            deliver(workspace, chance, night)
            workspace.rows("delete from ops.touched_months")
            workspace.night()
            after = read_months(workspace)
            changed = {month for month in before.keys() | after.keys() if before.get(month) != after.get(month)}
            touched = {row[0] for row in workspace.rows("from ops.touched_months")}
            assert changed <= touched, (seed, night, changed - touched)
            before = after


@pytest.mark.parametrize("seed", range(3))
def test_every_changed_month_is_touched(seed: int) -> None:
    run_sequence(seed, 6)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
def test_every_changed_month_is_touched_at_length(seed: int) -> None:
    run_sequence(seed, 15)
