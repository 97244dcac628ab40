"""Stretches of a log against itertools.groupby over the same records, sorted by hand."""

import tempfile
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.loading import Workspace, make_contract

BEGIN = datetime(2026, 3, 1)
RECORD = st.tuples(st.sampled_from("abc"), st.sampled_from(["new", "work", "wait", "closed"]), st.integers(0, 12))
CONTRACT = make_contract(
    [{"name": "case_id", "source": "case"}, {"name": "stage_code", "source": "state"}, {"name": "entered_at", "source": "at"}],
    table="crm_case_stages", extract="full", stretches={"outside": ["closed"]},
)  # fmt: skip


def expected_of(records: list[tuple[str, str, int]]) -> list[tuple[str, str, int, int, int | None]]:
    found = []
    for case, mine in groupby(sorted(records, key=lambda r: (r[0], r[2])), key=lambda r: r[0]):
        begun = [(state, next(stretch)[2]) for state, stretch in groupby(mine, key=lambda r: r[1])]
        seen: dict[str, int] = {}
        for (state, begins), ends in zip(begun, [*(hour for _, hour in begun[1:]), None], strict=True):
            seen[state] = seen.get(state, 0) + 1
            if state != "closed":
                found.append((case, state, seen[state], begins, ends))
    return sorted(found, key=str)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(RECORD, min_size=1, max_size=40))
def test_stretches_equal_groups_of_the_sorted_log(records: list[tuple[str, str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder), CONTRACT)
        lines = (f"{case},{state},{BEGIN + timedelta(hours=hour)}\n" for case, state, hour in records)
        workspace.put("log.csv", "case,state,at\n" + "".join(lines))
        workspace.night()
        hour = "cast(epoch({} - timestamp '2026-03-01') // 3600 as integer)"
        times = f"{hour.format('entered_at')}, {hour.format('left_at')}"
        assert sorted(
            workspace.rows(f"select case_id, stage_code, passage_number, {times} from raw.crm_case_stages"), key=str
        ) == expected_of(records)
