"""`csat docs`: what the page holds, without a browser."""

import duckdb
import pytest
from support.night import published_night, run_csat

from orchestration.errors import WarehouseError
from orchestration.pipeline import docs_page
from orchestration.pipeline.docs_page import build_docs_page


@pytest.fixture(scope="module")
def current():
    found = published_night()
    assert found.returncode == 0, found.output
    return found.folder / "out" / "current.duckdb"


@pytest.fixture(scope="module")
def page(current):
    return build_docs_page(current)


def test_command_writes_the_page_and_says_where(current, page):
    done = run_csat(current.parents[1], "docs")
    path = current.parent / "docs" / "index.html"
    assert done.stdout == f"open in a browser: {path}\n", done.stderr
    assert path.read_text("utf-8") == page


def test_same_generation_gives_the_same_page(current, page):
    assert build_docs_page(current) == page


def test_every_table_and_column_of_the_file_is_described(current, page):
    with duckdb.connect(current, read_only=True) as connection:
        names = connection.execute("select distinct table_name, column_name, comment from duckdb_columns() where not internal").fetchall()
    assert len(names) > 500
    missing = [(t, c) for t, c, comment in names if f'"{c}"' not in page or comment.split(";")[0].replace('"', '\\"') not in page]
    assert not missing


def test_it_tells_nobody_and_names_no_machine(current, page):
    assert '"send_anonymous_usage_stats":false' in page
    assert '"user_id":null' in page
    assert str(current.parents[1]) not in page
    assert str(docs_page.manifest_path().parents[2]) not in page


def test_it_ends_where_its_last_script_ends(page):
    """A description that holds `</script>` would cut the page in two."""
    assert page.count("</script>") == docs_page._template().count("</script>")


def test_another_page_of_dbt_is_refused(monkeypatch, tmp_path, current):
    (tmp_path / "task" / "docs").mkdir(parents=True)
    (tmp_path / docs_page.TEMPLATE).write_text("<html></html>")
    monkeypatch.setattr(docs_page, "_dbt_folders", lambda: iter([tmp_path]))
    with pytest.raises(WarehouseError, match="documentation page is missing or has changed"):
        build_docs_page(current)


def test_before_the_first_night_it_says_what_to_do(tmp_path):
    with pytest.raises(WarehouseError, match="csat run"):
        build_docs_page(tmp_path / "current.duckdb")
