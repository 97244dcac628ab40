"""Counting lines that are records, without looking for the records, comes to the same as finding each of them."""

import csv
import io
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.warehouse.records import Dialect, RecordReader
from orchestration.warehouse.typing_rules import fold_text

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
    assert replace(counted, is_tidy=False) == summary


WRITTEN = [
    "a,b\n",
    'a,"b"\r\n',
    '"a\nb",c\n',
    "a b,c\n",
    " a,b\n",
    "a,b \n",
    '"a ",b\n',
    "é,b\n",
    "a\tb,c\n",
    '"a ""b",c\n',
    "\x00,b\n",
    'a "b" c\n',
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WRITTEN), min_size=1, max_size=6), st.integers(min_value=1, max_value=30))
def test_tidy_is_what_folding_leaves_alone(pieces, size):
    text = "".join(pieces)
    chunks = [text.encode()[at : at + size] for at in range(0, len(text.encode()), size)]
    values = [value for row in csv.reader(io.StringIO(text, newline="")) for value in row if value]
    folded = [fold_text(value) for value in values]
    if RecordReader(Dialect()).count(chunks).is_tidy:
        assert values == folded
        assert "".join(values).isascii()
        assert "\0" not in text


def test_tidy_is_found():
    text = b'\xef\xbb\xbf"a","b c"\r\n' + b'1,"x y""z"""\r\n' * 100 + b"2,last"
    for size in (7, 64, 10_000):
        assert RecordReader(Dialect()).count([text[at : at + size] for at in range(0, len(text), size)]).is_tidy
