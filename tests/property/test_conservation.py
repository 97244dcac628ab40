"""Physical records = loaded + quarantined + skipped, against a count that shares nothing with the loader.

`pytest tests/property/test_conservation.py -m slow -s` does it over 10,000 files and prints what it counted.
"""

import csv
import io
import random
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.loading import Workspace, make_contract

N_FILES, N_AT_ONCE = 10_000, 200
FIELDS = ["1", "2", "A", "2025-03-01", "4", "7", "", "x,y", 'a"b', "two\nlines", "a\r\nb", "  ", "9", "-", '""', "'", ";", "\t"]
WRITTEN = {
    "utf-8": ["客户", "５", "\u200b", "é"],
    "utf-8-sig": ["客户"],
    "utf-16": ["客户", "５", "\u200b"],
    "gb18030": ["客户", "５", "𠀀"],
    "gbk": ["客户", "５"],
    "big5": ["客戶"],
    "latin-1": ["é", "ß"],
    "cp1252": ["€"],
}
"""Encoding -> what only some encodings can write."""
SKIP = [{"column": "score", "values": ["-"], "reason": "test rows"}]


def contracts() -> list:
    """One contract per encoding, and one of compressed files, all filling one table."""
    made = [
        make_contract(name=name.replace("-", "_"), files={"pattern": f"{name}_*.csv", "encoding": name}, skip=SKIP, extract="delta")
        for name in WRITTEN
    ]
    return [*made, make_contract(name="gzip", files={"pattern": "*.gz", "compression": "gzip"}, skip=SKIP)]


def make_rows(rng: random.Random, special: list[str]) -> list[list[str]]:
    """Good rows, rows of anything, ragged ones, and some of them again."""
    rows: list[list[str]] = []
    for _ in range(rng.choice([0, 1, 3, 12, 40])):
        kind = rng.random()
        if kind < 0.5:
            rows.append([str(rng.randint(0, 30)), "A", "2025-03-01", rng.choice(["1", "5", "9", "", "-"])])
        elif kind < 0.9 or not rows:
            rows.append([rng.choice(FIELDS + special) for _ in range(rng.choice([1, 2, 3, 4, 4, 4, 4, 5, 6]))])
        else:
            rows.append(rng.choice(rows))
    return rows


def write(rows: list[list[str]], end: str) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator=end)
    writer.writerow(["id", "item", "at", "score"])
    writer.writerows(rows)
    return stream.getvalue()


def count_records(text: str) -> int:
    """Records after the header as Python's own reader sees them; a line without any letter is none."""
    return sum(1 for row in csv.reader(io.StringIO(text, newline="")) if row) - 1


def check(seed: int, n_files: int) -> Counter[str]:
    """Files and records by fate; every file's records are counted by Python's csv module before the loader sees them."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder), *contracts())
        expected: dict[str, int] = {}
        last = ("utf-8", write([], "\n"))
        for number in range(n_files):
            encoding = rng.choice(list(WRITTEN))
            text = write(make_rows(rng, WRITTEN[encoding]), rng.choice(["\n", "\r\n"]))
            encoding, text = last = last if rng.random() < 0.02 else (encoding, text)
            is_gzip = encoding == "utf-8" and rng.random() < 0.3
            name = f"{number}.gz" if is_gzip else f"{encoding}_{number}.csv"
            expected[workspace.put(name, text.encode(encoding), is_gzip=is_gzip).name] = count_records(text)
        counted = Counter({"files": n_files, "records": sum(expected.values())})
        results = workspace.night()
        assert {result.file_name for result in results} == set(expected)
        for result in results:
            counted[f"files {result.state}"] += 1
            if result.state == "duplicate":
                counted["records of duplicates"] += expected[result.file_name]
                continue
            assert result.state in ("loaded", "empty"), (result.file_name, result.reason)
            assert result.n_records == expected[result.file_name]
            assert result.n_records == result.n_loaded + result.n_quarantined + result.n_skipped
            counted += Counter(loaded=result.n_loaded, quarantined=result.n_quarantined, skipped=result.n_skipped)
        stored = workspace.rows("select coalesce(sum(n_loaded), 0)::int, coalesce(sum(n_quarantined), 0)::int from ops.extract_loads")[0]
        n_rows = workspace.rows("select count(*) from raw.surveys_answers")[0][0]
        n_superseded = workspace.private_rows("select count(*) from superseded.surveys_answers")[0][0]
        n_quarantined = workspace.private_rows("select count(*) from quarantine.records")[0][0]
        assert stored == (n_rows + n_superseded, n_quarantined) == (counted["loaded"], counted["quarantined"])
    return counted


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
def test_every_record_has_one_fate(seed: int) -> None:
    check(seed, 100)


@pytest.mark.slow
def test_every_record_of_ten_thousand_files_has_one_fate() -> None:
    total: Counter[str] = Counter()

    @settings(max_examples=N_FILES // N_AT_ONCE, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**32))
    def run(seed: int) -> None:
        total.update(check(seed, N_AT_ONCE))

    run()
    fates = sum(total[name] for name in ("loaded", "quarantined", "skipped", "records of duplicates"))
    print(f"{dict(total)}: {total['records'] - fates} records without a fate")
    assert fates == total["records"]
    assert total["files"] >= N_FILES
