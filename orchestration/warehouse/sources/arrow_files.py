"""Record batches of a database become one Parquet file of landing/, batch after batch, so that memory stays flat."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.warehouse.files import disk_errors
from orchestration.warehouse.sources.request import whole_file

if TYPE_CHECKING:  # loaded by whoever calls: no night without a database needs Arrow before its first new file
    import pyarrow as pa

COMPRESSION, LEVEL = "zstd", 1
"""Half the bytes of snappy for the same time; the file is kept for ever."""


def write_batches(batches: Iterable["pa.RecordBatch"], schema: "pa.Schema", target: Path) -> None:
    """Nothing; `target` holds every row, or does not exist.

    Errors of the batches pass through, but for an OSError, which is the disk's: WarehouseError.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    with disk_errors(target), whole_file(target) as file, pq.ParquetWriter(
        file, schema, compression=COMPRESSION, compression_level=LEVEL, use_dictionary=texts
    ) as writer:  # fmt: skip
        for batch in _read_ahead(batches):
            writer.write_batch(batch)


def _read_ahead(batches: Iterable["pa.RecordBatch"]) -> Iterator["pa.RecordBatch"]:
    """The same batches; the next one is read from the server while the caller writes one."""
    source = iter(batches)
    with ThreadPoolExecutor(max_workers=1) as reader:
        coming = reader.submit(next, source, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, source, None)
            yield batch
