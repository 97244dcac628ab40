"""One writer at a time, named to whoever comes in vain, and gone with its process."""

import os
import stat
import subprocess
import sys
from datetime import datetime

import pytest

from orchestration.errors import BusyError
from orchestration.warehouse.lock import LOCK_FILE, hold_lock, read_holder

NIGHT = datetime(2026, 11, 3, 2)
HOLDER = """
import sys
from datetime import datetime
from pathlib import Path
from orchestration.warehouse.lock import hold_lock
with hold_lock(Path(sys.argv[1]), as_of=datetime(2026, 11, 3, 2)):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_the_second_is_told_who_holds_it(tmp_path, holder):
    with pytest.raises(BusyError, match=rf"process {holder.pid} is writing for the night 2026-11-03 02:00:00"), hold_lock(tmp_path):
        pass
    assert read_holder(tmp_path) == {"pid": str(holder.pid), "as_of": "2026-11-03 02:00:00"}


def test_a_killed_holder_leaves_no_lock(tmp_path, holder):
    holder.kill()
    holder.wait()
    assert read_holder(tmp_path) is None
    with hold_lock(tmp_path):
        pass


def test_it_is_free_again_after_an_error(tmp_path):
    with pytest.raises(RuntimeError), hold_lock(tmp_path, as_of=NIGHT):
        raise RuntimeError
    with hold_lock(tmp_path):
        assert (read_holder(tmp_path) or {})["pid"] == str(os.getpid())


def test_nobody_holds_what_is_not_there(tmp_path):
    assert read_holder(tmp_path / "nowhere") is None


def test_what_a_run_writes_is_its_owners_alone(tmp_path):
    before = os.umask(0o022)
    try:
        with hold_lock(tmp_path):
            (tmp_path / "during").write_text("")
        (tmp_path / "after").write_text("")
    finally:
        os.umask(before)
    modes = {name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in (LOCK_FILE, "during", "after")}
    assert modes == {LOCK_FILE: 0o600, "during": 0o600, "after": 0o644}
