"""I05: rows read by a cursor are neither lost nor doubled, however commits, ties of the cursor and nights fall together."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.database_sources import sql_contract
from support.loading import FIRST_NIGHT, Workspace

from orchestration.pipeline.fetching import find_since
from orchestration.warehouse.sources.arrow_files import write_batches
from orchestration.warehouse.sources.database import moment_of

SCHEMA = pa.schema([("id", pa.int64()), ("ordered_at", pa.timestamp("us")), ("status", pa.string()), ("changed_at", pa.timestamp("us"))])
TICK = timedelta(minutes=20)
TICKS_OF_OVERLAP = 3
CONTRACT = sql_contract(cursor={"column": "changed_at", "overlap_minutes": 60})


@dataclass(frozen=True)
class Change:
    """Row `key` gets `value`: committed so many ticks after the last night or, not positive, before the coming one.

    Its cursor was set `late` ticks before the commit, so that the last night may have read newer rows and not this one.
    """

    key: int
    value: str
    ticks: int
    late: int

    def committed_at(self, last: datetime, coming: datetime) -> datetime:
        return (last if self.ticks > 0 else coming) + self.ticks * TICK


CHANGES = st.builds(
    Change, key=st.integers(1, 5), value=st.sampled_from("abc"), ticks=st.integers(-2, 2), late=st.integers(0, TICKS_OF_OVERLAP)
)


def deliver(workspace: Workspace, source: dict[int, tuple[str, datetime]], since: datetime | None) -> list[int]:
    """Keys that a fetch finds in the source and a night loads."""
    rows = [(key, FIRST_NIGHT, value, at) for key, (value, at) in source.items() if since is None or at >= since]
    batch = pa.RecordBatch.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], schema=SCHEMA)
    write_batches([batch], SCHEMA, workspace.landing / f"deliveries_{workspace.as_of:%Y-%m-%d}.parquet")
    workspace.night()
    return [row[0] for row in rows]


@given(st.lists(st.lists(CHANGES, max_size=6), min_size=1, max_size=3))
@settings(max_examples=12, deadline=None)
def test_every_row_stands_once_in_its_last_state(nights: list[list[Change]]) -> None:
    source: dict[int, tuple[str, datetime]] = {}
    with TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder) / "workspace", CONTRACT)
        for changes in nights:
            last, coming = workspace.as_of, workspace.as_of + timedelta(days=1)
            for change in sorted(changes, key=lambda one: one.committed_at(last, coming)):
                at = change.committed_at(last, coming) - change.late * TICK
                source[change.key] = (change.value, max(at, source.get(change.key, ("", at))[1]))
            deliver(workspace, source, find_since(workspace.out, CONTRACT, "UTC"))
        found = workspace.rows("select delivery_id::bigint, status_code, extracted_at from raw.deliveries_deliveries order by all")
        assert found == sorted((key, value, at) for key, (value, at) in source.items())


def test_rows_of_the_overlap_are_read_again_and_stand_once(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace", CONTRACT)
    source = {key: ("sent", FIRST_NIGHT + timedelta(minutes=minutes)) for key, minutes in enumerate((0, 30, 90))}
    assert deliver(workspace, source, None) == [0, 1, 2]
    source[2] = ("signed", FIRST_NIGHT + timedelta(minutes=95))
    assert deliver(workspace, source, find_since(workspace.out, CONTRACT, "UTC")) == [1, 2]
    assert workspace.rows("select delivery_id, status_code from raw.deliveries_deliveries order by 1") == [
        ("0", "sent"), ("1", "sent"), ("2", "signed"),
    ]  # fmt: skip


def test_cursor_of_the_far_future_hides_nothing(tmp_path: Path) -> None:
    """A clerk's 2099 is loaded as it is; the next night still asks for everything since the night that saw it."""
    workspace = Workspace(tmp_path / "workspace", CONTRACT)
    deliver(workspace, {1: ("sent", datetime(2099, 1, 1))}, None)
    seen = workspace.as_of
    assert find_since(workspace.out, CONTRACT, "UTC") == seen - timedelta(hours=1)


@pytest.mark.parametrize(
    ("newest", "since", "moment"),
    [
        # 02:00 to 03:00 was left out that night: an hour before 03:30 it was 01:30
        ("2025-03-30 03:30", "2025-03-30 01:30", "2025-03-30 00:30"),
        # 02:00 to 03:00 came twice: the first one is meant, an hour too early rather than too late
        ("2025-10-26 02:30", "2025-10-26 01:30", "2025-10-25 23:30"),
        ("2025-10-26 03:30", "2025-10-26 02:30", "2025-10-26 00:30"),
    ],
)
def test_overlap_is_an_hour_in_the_nights_when_clocks_are_changed(tmp_path: Path, newest: str, since: str, moment: str) -> None:
    workspace = Workspace(tmp_path / "workspace", CONTRACT)
    deliver(workspace, {1: ("sent", datetime.fromisoformat(newest))}, None)
    begins = find_since(workspace.out, CONTRACT, "Europe/Berlin")
    assert begins == datetime.fromisoformat(since)
    assert begins
    assert moment_of(begins, "Europe/Berlin") == datetime.fromisoformat(f"{moment}+00:00")


def test_first_night_and_tables_without_cursor_are_read_whole(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace", CONTRACT)
    assert find_since(workspace.out, CONTRACT, "UTC") is None
    deliver(workspace, {1: ("sent", FIRST_NIGHT)}, None)
    assert find_since(workspace.out, sql_contract(), "UTC") is None
