"""Tables that another version wrote are loaded anew from what was ever kept, wherever the night before was killed; nothing is lost."""

import duckdb
import pytest
from support.loading import Workspace
from support.night import copy_night, run_csat

from orchestration.warehouse.outdated import discard_outdated

ROWS = "id,item,at,score\n1,A,2025-03-01,4\n2,A,2025-03-01,9\n"
CHANGES = {
    "a column of rows": ("warehouse", "alter table raw.surveys_answers drop column weight"),
    "a column of the ledger": ("warehouse", "alter table ops.quarantine drop column state"),
    "a column of earlier versions": ("private", "alter table superseded.surveys_answers drop column superseded_by"),
}


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    made = Workspace(tmp_path)
    made.put("a.csv", ROWS)
    made.night()
    made.put("a.csv", ROWS.replace(",4", ",2"))
    made.night()
    return made


def everything(workspace: Workspace) -> list[object]:
    kept = workspace.private_rows("select * from superseded.surveys_answers order by all")
    return [workspace.answers("*"), workspace.quarantined(), workspace.rows("select * from ops.extract_loads order by all"), kept]


def test_tables_of_this_version_stay(workspace):
    before = everything(workspace)
    assert not discard_outdated(workspace.out)
    assert everything(workspace) == before


@pytest.mark.parametrize("change", CHANGES)
def test_tables_of_another_version_are_loaded_anew(workspace, change):
    before = everything(workspace)
    assert before[0]
    assert before[3]
    file, statement = CHANGES[change]
    with duckdb.connect(str(workspace.out / f"{file}.duckdb")) as con:
        con.execute(statement)
    assert discard_outdated(workspace.out)
    workspace.night()
    assert everything(workspace) == before
    assert not discard_outdated(workspace.out)


@pytest.mark.parametrize("gone", ["private.duckdb", "warehouse.duckdb"])
def test_a_file_that_is_gone_takes_the_other_one_with_it(workspace, gone):
    """A night killed between the two, or a person who moved one away."""
    before = everything(workspace)
    with duckdb.connect(str(workspace.out / "warehouse.duckdb")) as con:
        con.execute(CHANGES["a column of rows"][1])
    (workspace.out / gone).unlink()
    assert discard_outdated(workspace.out)
    workspace.night()
    assert everything(workspace) == before


@pytest.mark.parametrize("change", CHANGES)
def test_a_kill_before_the_private_file_is_gone_is_taken_up(workspace, monkeypatch, change):
    before = everything(workspace)
    file, statement = CHANGES[change]
    with duckdb.connect(str(workspace.out / f"{file}.duckdb")) as con:
        con.execute(statement)

    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            discard_outdated(workspace.out)
    assert discard_outdated(workspace.out)
    workspace.night()
    assert everything(workspace) == before


@pytest.mark.slow
def test_a_night_after_an_upgrade_says_so_and_publishes(tmp_path):
    folder = copy_night(tmp_path / "workspace")
    published = (folder / "out" / "current.duckdb").resolve()
    published.chmod(0o600)
    for path in (folder / "out" / "warehouse.duckdb", published):
        with duckdb.connect(str(path)) as con:
            n_rows = con.execute("select count(*) from raw.surveys_answers").fetchall()
            con.execute("drop table ops.unread_files")
            con.execute("alter table raw.surveys_answers drop column weight")
    assert "another version" in run_csat(folder, "status").stdout
    assert "another version" in run_csat(folder, "quarantine", "list").stderr
    done = run_csat(folder, "run", "--as-of", "2026-11-04")
    assert done.returncode == 0, done.stderr
    assert "another version" not in run_csat(folder, "status").stdout
    with duckdb.connect(str(folder / "out" / "current.duckdb"), read_only=True) as con:
        assert con.execute("select count(*) from raw.surveys_answers").fetchall() == n_rows
