"""W06: a data test that fails after the models were made holds the whole night back: last night's file, report and mail stand."""

import hashlib
from pathlib import Path

import duckdb
import pytest
from support.night import copy_night, run_csat

from orchestration.errors import QualityError
from orchestration.schemas.raw import raw_table
from orchestration.warehouse.constants import written_columns

NEXT_DAY = "2026-11-04"


def damage(out: Path) -> None:
    """Nothing; a delivery stands twice in the working file, as no loading would leave it: the models are made, their test fails."""
    with duckdb.connect(out / "warehouse.duckdb") as con:
        columns = ", ".join(written_columns(con, raw_table("deliveries_deliveries")))
        con.execute(f"insert into raw.deliveries_deliveries ({columns}) select {columns} from raw.deliveries_deliveries limit 1")


def shown(out: Path) -> dict[str, str]:
    """What analysts and executives see, file by file."""
    folders = ("generations", "reports", "mail")
    paths = [path for name in folders for path in (out / name).rglob("*") if path.is_file()]
    return {path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.mark.slow
def test_a_failing_data_test_publishes_nothing(tmp_path):
    folder = copy_night(tmp_path / "workspace")
    before = shown(folder / "out")
    damage(folder / "out")
    done = run_csat(folder, "run", "--as-of", NEXT_DAY)
    assert done.returncode == QualityError.exit_code, done.stderr
    assert "fct_delivery" in done.stderr
    assert {name: digest for name, digest in shown(folder / "out").items() if name in before} == before
    assert (folder / "out" / "current.duckdb").readlink().stem == "g000001"
    with duckdb.connect(folder / "out" / "current.duckdb", read_only=True) as con:
        assert con.execute("select as_of_date from ops.run").fetchall()[0][0].isoformat() == "2026-11-03"
        assert con.execute("select count(*) > 0 from reported.figures").fetchall() == [(True,)]
    assert "last run         failed" in run_csat(folder, "status").stdout
