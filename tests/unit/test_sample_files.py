"""The extracts in data/landing: what the generator makes, small, complete, and described by the contracts."""

from fnmatch import fnmatch
from pathlib import Path

import polars as pl
import pytest
from support.sample import customers, deliveries
from support.sample.dirt import DIRT
from support.sample.read import read_content, read_extract, table_of
from support.sample.streams import LAST, Month
from support.sample.write import DATA, make_truth, write_workspace

from orchestration.config.load import load_workspace

LANDING = DATA / "landing"
EXTRACTS = sorted(LANDING.iterdir())


@pytest.fixture(scope="module")
def made_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_workspace(folder)
    return folder


def test_the_generator_makes_exactly_the_extracts_of_the_repository(made_again: Path) -> None:
    assert [p.name for p in sorted((made_again / "landing").iterdir())] == [p.name for p in EXTRACTS]
    for path in EXTRACTS:
        again = made_again / "landing" / path.name
        if path.suffix in (".parquet", ".xlsx"):
            assert read_extract(path).equals(read_extract(again)), path.name
        else:
            assert read_content(path) == read_content(again), path.name


def test_a_month_does_not_depend_on_the_months_before_it() -> None:
    month = Month(LAST - 3)
    alone = deliveries.make_deliveries(customers.make_customers(1), month, 1)
    whole = make_truth().deliveries.filter(pl.col("waybill").str.starts_with(f"W{month.tag}"))
    assert alone.equals(whole)


def test_a_workspace_made_elsewhere_is_complete(made_again: Path) -> None:
    assert load_workspace(made_again).hash == load_workspace(DATA).hash


def test_more_customers_and_records_with_scale(tmp_path: Path) -> None:
    write_workspace(tmp_path, scale=2, months=3)
    n = {
        p.name: read_extract(p).height
        for p in (tmp_path / "landing").iterdir()
        if p.name.startswith(("customer_aliases", "deliveries_2026-11"))
    }
    assert n["customer_aliases_2026-11-01.csv"] == 440
    assert n["deliveries_2026-11-01.csv.gz"] > 1.8 * read_extract(LANDING / "deliveries_2026-11-01.csv.gz").height


def test_the_extracts_are_few_and_small() -> None:
    assert len(EXTRACTS) <= 60
    assert sum(p.stat().st_size for p in DATA.rglob("*") if p.is_file() and "out" not in p.relative_to(DATA).parts) < 5_000_000


def test_every_extract_has_a_contract_and_every_contract_extracts() -> None:
    patterns = {c.contract: c.files.pattern for c in load_workspace(DATA).contracts}
    for path in EXTRACTS:
        assert any(fnmatch(path.name, pattern) for pattern in patterns.values()), path.name
    for code, pattern in patterns.items():
        assert any(fnmatch(path.name, pattern) for path in EXTRACTS), code


def test_contracts_name_columns_that_the_extracts_have() -> None:
    for contract in load_workspace(DATA).contracts:
        columns = [*contract.columns, *(c for row in contract.rows for c in row.columns)]
        sources = {s for c in columns if c.source for s in ([c.source] if isinstance(c.source, str) else c.source)}
        for path in EXTRACTS:
            if fnmatch(path.name, contract.files.pattern):
                assert sources <= set(read_extract(path).columns), (contract.contract, path.name)


def test_all_five_formats_and_three_encodings_occur() -> None:
    files = [c.files for c in load_workspace(DATA).contracts]
    assert {(f.format, f.compression) for f in files} >= {
        ("csv", "none"), ("csv", "gzip"), ("jsonl", "gzip"), ("parquet", "none"), ("xlsx", "none"),
    }  # fmt: skip
    assert {f.encoding for f in files} == {"utf-8", "utf-8-sig", "gb18030"}


def test_one_extract_was_delivered_twice() -> None:
    resent = LANDING / "deliveries_2026-10-01_resent.csv.gz"
    assert resent.read_bytes() == (LANDING / "deliveries_2026-10-01.csv.gz").read_bytes()


@pytest.mark.parametrize("name", sorted(DIRT))
def test_spoiled_records_stand_at_the_end_of_their_extract(name: str) -> None:
    _, added = DIRT[name]
    assert read_content(LANDING / name).endswith(added)


def test_each_rule_of_the_quarantine_is_broken_once() -> None:
    rules = [rule for rule, _ in DIRT.values()]
    assert sorted(rules) == ["encoding", "fields", "format", "map", "range", "required", "sent_twice", "type"]


def test_corrections_change_records_sent_before() -> None:
    corrected = read_extract(LANDING / "deliveries_2026-10-12.csv.gz")
    before = read_extract(LANDING / "deliveries_2026-10-01.csv.gz")
    both = corrected.join(before, on="waybill", suffix="_before")
    assert both.height == corrected.height == 26
    assert both.filter(pl.col("signed") == pl.col("signed_before")).is_empty()


def test_tables_are_told_apart_by_name() -> None:
    assert {table_of(p) for p in EXTRACTS} == {
        "customers", "customer_aliases", "staff", "customer_months", "cases", "case_stages", "complaints", "complaint_events",
        "callbacks", "deliveries", "invitations", "survey_web", "survey_phone",
    }  # fmt: skip
