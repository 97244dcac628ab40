"""Fixtures over real extracts: a module brings its set, and looks at a published night or at the tables it needs."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from support.real_sets import bring_set, build_tables, run_night


@pytest.fixture(scope="module")
def whole_night(tmp_path_factory, shared) -> Callable[..., Path]:
    """A function: the workspace of a set after one night on its extracts, which are named below ../shared/data."""

    def run(name: str, as_of: str, *extracts: str) -> Path:
        folder = tmp_path_factory.mktemp(name) / "workspace"
        return run_night(bring_set(name, folder, [shared(f"data/{extract}") for extract in extracts]), as_of)

    return run


@pytest.fixture(scope="module")
def published(night) -> Iterator[duckdb.DuckDBPyConnection]:
    """What the night of the module published."""
    with duckdb.connect(str(night / "out" / "current.duckdb"), read_only=True) as con:
        yield con


@pytest.fixture(scope="module")
def built(tmp_path_factory, shared) -> Iterator[Callable[..., duckdb.DuckDBPyConnection]]:
    """A function: the working file of a set after the load of its extracts and the dbt models selected."""
    opened = []

    def build(name: str, as_of: date, models: str, *extracts: str) -> duckdb.DuckDBPyConnection:
        folder = tmp_path_factory.mktemp(name) / "workspace"
        bring_set(name, folder, [shared(f"data/{extract}") for extract in extracts])
        opened.append(duckdb.connect(str(build_tables(folder, as_of, models)), read_only=True))
        return opened[-1]

    yield build
    for con in opened:
        con.close()
