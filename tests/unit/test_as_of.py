"""A raw table as of an earlier night is what stood there after that night, whatever came since."""

import random
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from support.loading import Workspace, make_contract

from orchestration import cli
from orchestration.errors import ConfigError
from orchestration.schemas.raw import raw_table
from orchestration.warehouse.as_of import write_as_of
from orchestration.warehouse.connection import open_working

TIMED = {"source": "column", "column": "moment"}
NAMED = {"source": "file_name", "pattern": r"(\d{4}-\d{2}-\d{2})"}


def as_of(workspace: Workspace, moment: datetime) -> list[tuple[Any, ...]]:
    to = workspace.out / "as_of.parquet"
    with open_working(workspace.out) as con:
        write_as_of(con, workspace.out, raw_table("raw.surveys_answers"), moment, to)
    return duckdb.sql(f"from '{to}' order by all").fetchall()


def _day(rng: random.Random) -> str:
    """A day of its own for a row: it may be older than that of the version before."""
    return f"2026-01-{rng.randint(1, 9):02}"


@pytest.mark.parametrize(
    ("extract", "rule", "seed"),
    [("delta", NAMED, 1), ("delta", NAMED, 2), ("full", NAMED, 1), ("full", NAMED, 2), ("full", TIMED, 3), ("full", TIMED, 4)],
)
def test_every_night_is_found_again_as_it_was(tmp_path: Path, extract: str, rule: dict[str, str], seed: int) -> None:
    """Restated rows, extracts that come late, files whose content changes and changes back, rows that go and come back."""
    rng = random.Random(seed)
    workspace = Workspace(tmp_path, make_contract(extract=extract, deletion_limit_share=1, extracted_at=rule))
    nights: dict[datetime, list[tuple[Any, ...]]] = {}
    contents: list[str] = []
    for night in range(1, 7):
        numbers = rng.sample(range(12), 8)
        contents.append("id,item,at,score,moment\n" + "".join(f"{n},A,2025-03-01,{rng.randint(1, 5)},{_day(rng)}\n" for n in numbers))
        workspace.put(f"a_2026-01-{night + rng.choice((-1, 0, 0, 1)) + 1:02}.csv", rng.choice(contents[-3:]))
        workspace.night()
        nights[workspace.as_of] = workspace.rows("from raw.surveys_answers order by all")
    assert len({str(rows) for rows in nights.values()}) > 3
    for moment, rows in nights.items():
        assert as_of(workspace, moment) == rows


def test_the_command_writes_the_file_and_knows_the_tables(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.put("a.csv", "id,item,at,score\n1,A,2025-03-01,4\n")
    workspace.night()
    to = tmp_path / "answers.parquet"
    arguments = ["--workspace", str(tmp_path), "as-of"]
    done = CliRunner().invoke(cli.cli, [*arguments, "raw.surveys_answers", f"{workspace.as_of:%Y-%m-%d}", "--to", str(to)])
    assert done.exit_code == 0, done.output
    assert "1 rows of raw.surveys_answers" in done.output
    assert duckdb.sql(f"select satisfaction from '{to}'").fetchall() == [(4,)]
    failed = CliRunner().invoke(cli.cli, [*arguments, "surveys_answer", "2026-01-01", "--to", str(to)])
    assert isinstance(failed.exception, ConfigError)
    assert "surveys_answers" in str(failed.exception)
