"""What out/state.sqlite keeps, refuses and survives."""

import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from datetime import datetime, timedelta, timezone

import pytest

from orchestration.errors import StateError
from orchestration.warehouse.state import MIGRATIONS, STATE_FILE, Generation, State

NIGHT = datetime(2026, 11, 3, 2)


@pytest.fixture
def state(tmp_path):
    with State(tmp_path / "out") as opened:
        yield opened


def test_a_delivery_keeps_its_number_name_and_first_sight(state):
    first = state.record_delivery("one.csv", 10, 1, "aa", NIGHT)
    second = state.record_delivery("two.csv", 20, 1, "bb", NIGHT)
    assert state.record_delivery("copy.csv", 10, 1, "aa", NIGHT + timedelta(days=1)) == first != second
    assert [(f.extract_file_id, f.file_name, f.known_at) for f in state.files()] == [(1, "one.csv", NIGHT), (2, "two.csv", NIGHT)]


def test_a_name_is_known_by_size_and_time_of_change(state):
    state.record_delivery("a.csv", 10, 111, "aa", NIGHT)
    assert state.known_content("a.csv", 10, 111) == "aa"
    assert [state.known_content(*key) for key in (("a.csv", 11, 111), ("a.csv", 10, 112), ("b.csv", 10, 111))] == [None, None, None]


def test_both_contents_of_one_name_and_both_names_of_one_content_are_kept(state):
    for name, changed, sha in (("a.csv", 1, "aa"), ("a.csv", 1, "bb"), ("b.csv", 1, "aa"), ("a.csv", 2, "bb")):
        state.record_delivery(name, 10, changed, sha, NIGHT)
    assert state.known_content("a.csv", 10, 1) == "bb"
    assert [(n.extract_file_id, n.file_name, n.n_arrivals) for n in state.names()] == [(1, "a.csv", 1), (1, "b.csv", 1), (2, "a.csv", 2)]


def test_a_name_that_returns_to_a_content_is_delivered_anew_and_a_rotated_one_is_not(state):
    """a.csv holds x, y, x again: three deliveries. A log that is renamed from day to day brings each content once."""
    days = [("a.csv", "x"), ("a.csv", "y"), ("old.csv", "x"), ("a.csv", "z"), ("old.csv", "y"), ("older.csv", "x")]
    assert [state.record_delivery(name, 10, day, sha, NIGHT).extract_file_id for day, (name, sha) in enumerate(days)] == [1, 2, 1, 3, 2, 1]
    back = state.record_delivery("a.csv", 10, 9, "x", NIGHT + timedelta(days=1))
    assert (back.extract_file_id, back.known_at) == (4, NIGHT + timedelta(days=1))
    assert state.record_delivery("a.csv", 10, 10, "x", NIGHT + timedelta(days=2)) == back
    assert state.record_delivery("older.csv", 10, 11, "x", NIGHT + timedelta(days=2)).extract_file_id == 1
    assert state.delivery_of("a.csv", 10, 10) == back
    assert state.delivery_of("a.csv", 10, 0) is None


def test_deliveries_of_an_earlier_version_are_taken_over(tmp_path):
    (tmp_path / "out").mkdir()
    with closing(sqlite3.connect(tmp_path / "out" / STATE_FILE)) as old:
        old.executescript(
            f"{MIGRATIONS[0]}; pragma user_version = 1; insert into extract_files values (1, 'aa', 'a.csv', 10, '2026-11-01 02:00:00'); "
            "insert into extract_files values (2, 'bb', 'a.csv', 11, '2026-11-02 02:00:00'); "
            "insert into extract_names values ('b.csv', 10, 5, 'aa', '2026-11-03 02:00:00');"
        )
    with State(tmp_path / "out") as state:
        assert [(f.extract_file_id, f.sha256) for f in state.files()] == [(1, "aa"), (2, "bb")]
        assert [(n.extract_file_id, n.file_name) for n in state.names()] == [(1, "b.csv"), (1, "a.csv"), (2, "a.csv")]
        assert state.record_delivery("b.csv", 10, 6, "aa", NIGHT).extract_file_id == 1


def test_nights_only_go_forward(state):
    run = state.begin_run(NIGHT, "h")
    state.end_run(run, "succeeded", "published g000001", NIGHT + timedelta(minutes=1))
    assert state.begin_run(NIGHT, "h") == run + 1  # the same night again is a repetition, not a step back
    with pytest.raises(StateError, match="csat rollback"):
        state.begin_run(NIGHT - timedelta(seconds=1), "h")


def test_a_failed_night_without_new_files_may_be_repeated_earlier(state):
    state.end_run(state.begin_run(NIGHT, "h"), "failed", "disk full", NIGHT)
    state.begin_run(NIGHT - timedelta(days=1), "h")


def test_no_night_lies_before_the_first_sight_of_a_file(state):
    state.record_delivery("a.csv", 1, 1, "aa", NIGHT)
    with pytest.raises(StateError, match="2026-11-03 02:00:00"):
        state.begin_run(NIGHT - timedelta(days=1), "h")


def test_the_last_run_of_each_kind(state):
    assert state.last_run() is None
    state.end_run(state.begin_run(NIGHT, "h1", NIGHT + timedelta(hours=1)), "succeeded", "done", NIGHT + timedelta(hours=2))
    state.begin_run(NIGHT, "h2")
    succeeded, newest = state.last_run("succeeded"), state.last_run()
    assert succeeded is not None
    assert (succeeded.input_hash, succeeded.ended_at) == ("h1", NIGHT + timedelta(hours=2))
    assert newest is not None
    assert (newest.state, newest.ended_at) == ("running", None)


def test_the_pointer_is_the_published_generation(state):
    assert state.published_generation() is None
    for number in (1, 2):
        state.record_generation(Generation(f"g00000{number}", NIGHT, None, f"h{number}", "s", 5, NIGHT, "prepared"))
    assert state.published_generation() is None
    state.record_pointer("g000002", NIGHT, "published")
    state.record_pointer("g000001", NIGHT, "rolled back")
    published = state.published_generation()
    assert published is not None
    assert (published.code, published.state) == ("g000001", "published")


def test_times_with_a_zone_are_a_defect(state):
    with pytest.raises(ValueError, match="zone"):
        state.record_delivery("a.csv", 1, 1, "aa", NIGHT.replace(tzinfo=timezone(timedelta(hours=8))))


def test_only_the_owner_reads_it(state):
    modes = {stat.S_IMODE(path.stat().st_mode) for path in state.path.parent.iterdir()}
    assert modes == {0o600}


def test_it_is_kept_across_openings_and_durable(tmp_path):
    with State(tmp_path) as state:
        state.record_delivery("a.csv", 1, 1, "aa", NIGHT)
        assert state._con.execute("pragma synchronous").fetchall() == [(2,)]
        assert state._con.execute("pragma journal_mode").fetchall() == [("wal",)]
    with State(tmp_path) as state:
        assert len(state.files()) == 1
        assert state._con.execute("pragma user_version").fetchall() == [(len(MIGRATIONS),)]


def test_a_newer_file_is_refused(tmp_path):
    State(tmp_path).close()
    with sqlite3.connect(tmp_path / STATE_FILE) as con:
        con.execute(f"pragma user_version = {len(MIGRATIONS) + 1}")
    con.close()
    with pytest.raises(StateError, match="newer csat"):
        State(tmp_path)


@pytest.mark.parametrize("damage", [b"no database at all, but long enough to look like a file", "page"])
def test_a_damaged_file_is_refused_with_advice(tmp_path, damage):
    with State(tmp_path) as state:
        for number in range(200):
            state.record_delivery("a.csv", 1, 1, f"{number:064d}", NIGHT)
    path = tmp_path / STATE_FILE
    content = bytearray(path.read_bytes())
    if damage == "page":
        content[4096:] = b"\x5a" * (len(content) - 4096)
    path.write_bytes(damage if isinstance(damage, bytes) else content)
    with pytest.raises(StateError, match="backup"):
        State(tmp_path)


def test_many_openers_at_once_migrate_once(tmp_path):
    errors: list[Exception] = []

    def open_and_write(number: int) -> None:
        try:
            with State(tmp_path) as state:
                state.record_delivery("a.csv", 1, 1, str(number), NIGHT)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=open_and_write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    with State(tmp_path) as state:
        assert len(state.files()) == 6


def test_it_imports_no_engine():
    code = "import sys, orchestration.warehouse.state; print(sorted({'duckdb', 'polars', 'pyarrow', 'yaml'} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
