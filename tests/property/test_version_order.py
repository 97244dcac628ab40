"""Of the versions of one key the newest of its source stands, whatever order its files come in: moment first, then sequence."""

import random
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from support.loading import ANSWER_COLUMNS, Workspace, make_contract

from orchestration.schemas.raw import raw_table
from orchestration.warehouse.as_of import write_as_of
from orchestration.warehouse.connection import open_working
from orchestration.warehouse.deletions import count_gone

HEADER = "id,item,at,score,lsn,moment,op\n"
ORDERED = {
    "file_name": {"source": "file_name", "pattern": r"(\d{4}-\d{2}-\d{2})"},
    "column": {"source": "column", "column": "moment"},
}
COUNTED = """
    select file_name, n_duplicates, n_restated, n_deleted
    from ops.extract_loads join ops.extract_files using (extract_file_id) order by extract_file_id"""
Change = tuple[str, int, int, str]
"""Key, sequence, score and operation."""


def draw_files(rng: random.Random) -> dict[str, list[Change]]:
    """Files of three days, two or three of a day, that restate and delete a few keys; sequence numbers are in no order within a file."""
    numbers = rng.sample(range(1000), 60)
    names = [f"a_2026-01-{day:02}_{part}.csv" for day in (1, 2, 3) for part in range(rng.randint(2, 3))]
    return {
        name: [(str(rng.randint(1, 9)), numbers.pop(), rng.randint(1, 5), rng.choice("IUUDD")) for _ in range(rng.randint(1, 5))]
        for name in names
    }


def write(name: str, changes: list[Change]) -> str:
    """The changes as the source writes them; one that deletes says the key alone."""
    day = name[2:12]
    rows = [f"{key},A,{'' if op == 'D' else '2025-03-01'},{'' if op == 'D' else score},{n},{day},{op}" for key, n, score, op in changes]
    return HEADER + "\n".join(rows) + "\n"


def living(files: dict[str, list[Change]]) -> list[tuple[str, int]]:
    """Key and score of every row that stands, by the rule alone."""
    versions = sorted((name[2:12], n, key, score, op) for name, changes in files.items() for key, n, score, op in changes)
    last = {key: (score, op) for _, _, key, score, op in versions}
    return sorted((key, score) for key, (score, op) in last.items() if op != "D")


def counted(files: dict[str, list[Change]], order: list[str]) -> list[tuple[str, int, int, int]]:
    """What the ledger says of each file, by the rule alone: changes beyond the first of a key, keys seen before, keys deleted."""
    seen, told = set[str](), []
    for name in order:
        keys = {key for key, *_ in files[name]}
        deleted = {key for key, _, _, op in files[name] if op == "D"}
        told.append((name, len(files[name]) - len(keys), len(keys & seen), len(deleted)))
        seen |= keys
    return told


def cdc(**given: Any) -> Any:
    return make_contract(ANSWER_COLUMNS, sequence="lsn", deleted_when={"column": "op", "values": ["D"]}, **given)


@pytest.mark.parametrize(("rule", "seed"), [("file_name", 0), ("file_name", 1), ("column", 2), ("column", 3)])
def test_whatever_order_the_files_come_in_the_same_rows_stand(tmp_path: Path, rule: str, seed: int) -> None:
    """Some files in a night, the next in another: rows are those of the rule, and of every earlier night those it had."""
    rng = random.Random(seed)
    files, workspace = draw_files(rng), Workspace(tmp_path, cdc(extracted_at=ORDERED[rule]))
    waiting, nights, came = rng.sample(sorted(files), len(files)), {}, dict[str, list[Change]]()
    while waiting:
        for name in [waiting.pop() for _ in range(min(len(waiting), rng.randint(1, 3)))]:
            workspace.put(name, write(name, files[name]))
            came[name] = files[name]
        workspace.night()
        assert workspace.answers() == living(came)
        nights[workspace.as_of] = living(came)
    rows, graves = workspace.rows("from raw.surveys_answers order by all"), workspace.rows("from ops.tombstones order by all")
    ledger = workspace.rows("from ops.extract_loads order by all")
    kept = workspace.private_rows("select * exclude (superseded_by) from superseded.surveys_answers order by all")
    assert {moment: as_of(workspace, moment) for moment in nights} == nights
    assert workspace.rows(COUNTED) == counted(files, [name for name, *_ in workspace.rows(COUNTED)])
    with open_working(workspace.out) as con:
        gone = {key for changes in files.values() for key, _, _, op in changes if op == "D"} - {key for key, _ in living(files)}
        assert count_gone(con, workspace.contracts[0]) == len(gone)
    workspace.night(is_full=True)
    assert workspace.rows("from raw.surveys_answers order by all") == rows
    assert workspace.rows("from ops.tombstones order by all") == graves
    assert workspace.rows("from ops.extract_loads order by all") == ledger
    assert workspace.private_rows("select * exclude (superseded_by) from superseded.surveys_answers order by all") == kept
    assert {moment: as_of(workspace, moment) for moment in nights} == nights


def as_of(workspace: Workspace, moment: datetime) -> list[tuple[str, int]]:
    to = workspace.out / "as_of.parquet"
    with open_working(workspace.out) as con:
        write_as_of(con, workspace.out, raw_table("surveys_answers"), moment, to)
    return duckdb.sql(f"select response_id, satisfaction from '{to}' order by all").fetchall()
