"""Counting lines that are records, without looking for the records, comes to the same as finding each of them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.warehouse.records import Dialect, RecordReader

PIECES = st.lists(st.sampled_from(["a,b\n", 'a,"b"\n', '"a\nb",c\n', "\n", "a,b\r\n", "x" * 40 + "\n", '"', "a"]), max_size=30)


def found(chunks: list[bytes], dialect: Dialect) -> tuple[int, int, object]:
    reader = RecordReader(dialect)
    n_records = sum(block.starts.size for block in reader.blocks(chunks))
    return n_records, reader.summary.n_lines, reader.summary


@settings(max_examples=300, deadline=None)
@given(PIECES, st.integers(min_value=1, max_value=50), st.booleans(), st.booleans())
def test_counts_are_those_of_the_records(pieces, size, is_json, blank_counts):
    text = "".join(pieces).encode()
    chunks = [text[at : at + size] for at in range(0, len(text), size)]
    dialect = Dialect(quote="" if is_json else '"', blank_counts=blank_counts)
    n_records, n_lines, summary = found(chunks, dialect)
    counted = RecordReader(dialect).count(chunks)
    assert (counted.n_records, counted.n_lines) == (n_records, n_lines)
    assert counted == summary
