"""Physical records = loaded + quarantined + skipped, against a count that shares nothing with the loader."""

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.loading import Workspace, make_contract

FIELD = st.sampled_from(["1", "2", "A", "2025-03-01", "4", "7", "", "x,y", 'a"b', "two\nlines", "  ", "客户", "9", "５", "-", "\u200b"])
ROW = st.lists(FIELD, min_size=1, max_size=6)
GOOD_ROW = st.tuples(st.integers(0, 30).map(str), st.just("A"), st.just("2025-03-01"), st.sampled_from(["1", "5", "9", ""])).map(list)
ENDS = st.sampled_from(["\n", "\r\n"])


def write(rows: list[list[str]], end: str) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator=end)
    writer.writerow(["id", "item", "at", "score"])
    writer.writerows(rows)
    return stream.getvalue()


def count_records(text: str) -> int:
    """Records after the header as Python's own reader sees them; a line without any letter is none."""
    return sum(1 for row in csv.reader(io.StringIO(text, newline="")) if row) - 1


def check(files: list[tuple[list[list[str]], str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        skip = [{"column": "score", "values": ["-"], "reason": "test rows"}]
        workspace = Workspace(Path(folder), make_contract(skip=skip))
        expected = {}
        for number, (rows, end) in enumerate(files):
            text = write(rows, end)
            expected[workspace.put(f"f{number}.csv", text).name] = count_records(text)
        for result in workspace.night():
            if result.state != "duplicate":
                assert result.state in ("loaded", "empty"), result.reason
                assert result.n_records == expected[result.file_name]
                assert result.n_records == result.n_loaded + result.n_quarantined + result.n_skipped
        stored = workspace.rows("select coalesce(sum(n_loaded), 0)::int, coalesce(sum(n_quarantined), 0)::int from ops.extract_loads")[0]
        n_rows = workspace.rows("select count(*) from raw.surveys_answers")[0][0]
        n_superseded = workspace.private_rows("select count(*) from superseded.surveys_answers")[0][0]
        n_quarantined = workspace.private_rows("select count(*) from quarantine.records")[0][0]
        assert stored == (n_rows + n_superseded, n_quarantined)


FILE = st.tuples(st.lists(ROW | GOOD_ROW | GOOD_ROW, max_size=12), ENDS)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(FILE, min_size=8, max_size=10))
def test_every_record_has_one_fate(files: list[tuple[list[list[str]], str]]) -> None:
    check(files)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(FILE, min_size=6, max_size=10))
def test_every_record_has_one_fate_at_length(files: list[tuple[list[list[str]], str]]) -> None:
    check(files)
