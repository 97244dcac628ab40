"""Batches become one whole Parquet file or none, and an error says whether the source or the disk failed."""

import errno
import os
import resource
import signal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.errors import WarehouseError
from orchestration.warehouse.sources.arrow_files import write_batches

SCHEMA = pa.schema([("id", pa.int64()), ("words", pa.string())])


def make_batches(n_batches: int, n_rows: int = 100):
    for number in range(n_batches):
        ids = range(number * n_rows, (number + 1) * n_rows)
        yield pa.record_batch([pa.array(ids), pa.array([f"row {os.urandom(20).hex()}" for _ in ids])], schema=SCHEMA)


def test_every_row_is_there_in_order(tmp_path):
    write_batches(make_batches(7), SCHEMA, tmp_path / "rows.parquet")
    assert pq.read_table(tmp_path / "rows.parquet").column("id").to_pylist() == list(range(700))


def test_no_row_is_a_file_too(tmp_path):
    write_batches([], SCHEMA, tmp_path / "rows.parquet")
    assert pq.read_table(tmp_path / "rows.parquet").schema.names == SCHEMA.names


def test_error_of_the_source_passes_and_leaves_nothing(tmp_path):
    def break_off():
        yield from make_batches(3)
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        write_batches(break_off(), SCHEMA, tmp_path / "rows.parquet")
    assert list(tmp_path.iterdir()) == []


def test_full_disk_is_told_as_such_and_leaves_nothing(tmp_path):
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(WarehouseError, match=os.strerror(errno.EFBIG)):
            write_batches(make_batches(50, 1000), SCHEMA, tmp_path / "rows.parquet")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert list(tmp_path.iterdir()) == []
