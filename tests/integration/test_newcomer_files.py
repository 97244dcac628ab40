"""From a file nobody prepared the product for to its rows in the published tables: five commands, no edit of the draft."""

import csv
import gzip
import io
from pathlib import Path

import pytest
from support.foreign_files import FOREIGN_FILES, ForeignFile
from support.night import run_csat

from orchestration.warehouse.connection import open_read_only

AS_OF = "2026-11-03"


def bring(folder: Path, file: ForeignFile) -> str:
    """Commands 2 to 4 of five: copy the file, draft its contract, check. The text of the draft."""
    delivered = folder / "landing" / file.name
    delivered.write_bytes(file.content)
    before = set((folder / "contracts").glob("*.yaml"))
    drafted = run_csat(folder, "contract", "draft", str(delivered), "--save")
    assert drafted.returncode == 0, drafted.stdout + drafted.stderr
    checked = run_csat(folder, "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    (contract,) = set((folder / "contracts").glob("*.yaml")) - before
    return contract.read_text("utf-8")


def published(folder: Path, file: ForeignFile) -> dict[str, int]:
    """Rows of a file in raw and in the facts of the published generation."""
    with open_read_only(folder / "out" / "current.duckdb") as warehouse:
        (source,) = warehouse.execute(
            "select distinct c.source_code from raw.complaints_complaints c join ops.extract_files f using (extract_file_id) "
            "where f.file_name = ?",
            [file.name],
        ).fetchall()[0]
        count = "select count(*) from {} where source_code = ?"
        tables = ("raw.complaints_complaints", "marts.fct_complaint")
        return {table: warehouse.execute(count.format(table), [source]).fetchall()[0][0] for table in tables}


def read_rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with open_read_only(folder / "out" / "current.duckdb") as warehouse:
        return warehouse.execute(sql).fetchall()


@pytest.fixture(scope="module")
def published_files(tmp_path_factory):
    """One night over all four files, each brought by its own draft."""
    folder = tmp_path_factory.mktemp("newcomer") / "my-company"
    assert run_csat(folder, "init", str(folder)).returncode == 0
    drafts = {file.name: bring(folder, file) for file in FOREIGN_FILES}
    night = run_csat(folder, "run", "--as-of", AS_OF, "--verbose")
    assert night.returncode == 0, night.stdout + night.stderr
    return folder, drafts, night.stderr


@pytest.mark.parametrize("file", FOREIGN_FILES, ids=lambda file: file.name)
def test_every_record_is_published(published_files, file):
    folder, *_ = published_files
    assert published(folder, file) == {"raw.complaints_complaints": file.n_records, "marts.fct_complaint": file.n_records}


@pytest.mark.parametrize("file", FOREIGN_FILES, ids=lambda file: file.name)
def test_draft_finds_table_and_leaves_nothing_to_fill_in(published_files, file):
    _, drafts, _ = published_files
    draft = drafts[file.name]
    assert "table: complaints_complaints" in draft
    assert "a clear fit" in draft
    assert "source: ?" not in draft


def test_times_are_read_as_written(published_files):
    """The first complaint of every file was opened in the night of 3 August; the German file delivers days alone."""
    folder, *_ = published_files
    first = dict(read_rows(folder, "select source_code, min(opened_at)::varchar from marts.fct_complaint group by 1"))
    assert sorted(first.values()) == ["2026-08-03 00:00:00", *["2026-08-03 00:05:00"] * 3]


def test_umlauts_and_chinese_letters_arrive(published_files):
    folder, *_ = published_files
    categories = {row[0] for row in read_rows(folder, "select distinct category_code from marts.fct_complaint")}
    departments = {row[0] for row in read_rows(folder, "select distinct department_code from marts.fct_complaint")}
    owners = {row[0] for row in read_rows(folder, "select distinct owner_id from raw.complaints_complaints")}
    assert "Verspätung" in categories
    assert "客户服务部" in departments
    assert {"Jörg Müller", "Änne Groß", "agent 1"} <= owners


def test_solved_is_counted_where_the_file_tells_it(published_files):
    """By hand: of 60 records every sixth, fourth or third has no end; the helpdesk delivers none at all."""
    folder, *_ = published_files
    solved = {row[0] for row in read_rows(folder, "select count(*) filter (is_resolved) from marts.fct_complaint group by source_code")}
    assert solved == {0, 50, 45, 40}


def test_free_text_stays_private(published_files):
    folder, *_ = published_files
    columns = read_rows(
        folder, "select column_name from duckdb_columns() where schema_name = 'raw' and table_name = 'complaints_complaints'"
    )
    assert ("description",) not in columns


def test_customers_that_nobody_knows_are_pointed_out(published_files):
    folder, _, said = published_files
    words = "all 240 complaints stand under 'unmatched': no contract fills crm_customers"
    assert words in " ".join(said.split())
    status = run_csat(folder, "status").stdout
    assert words in status
    assert sum(" is late: data to " in line for line in status.splitlines()) == len(FOREIGN_FILES)


def test_start_up_is_told_to_those_who_ask(published_files):
    assert "start-up" in published_files[2]


@pytest.mark.slow
@pytest.mark.parametrize("file", FOREIGN_FILES, ids=lambda file: file.name)
def test_five_commands_for_one_file(tmp_path, file):
    folder = tmp_path / "w"
    assert run_csat(folder, "init", str(folder)).returncode == 0
    bring(folder, file)
    night = run_csat(folder, "run")
    assert night.returncode == 0, night.stdout + night.stderr
    assert published(folder, file) == {"raw.complaints_complaints": file.n_records, "marts.fct_complaint": file.n_records}


@pytest.mark.slow
def test_five_commands_for_a_real_file(tmp_path, shared):
    path = shared("data/comcast_complaints/Comcast_telecom_complaints_data.csv.gz")
    records = csv.reader(io.StringIO(gzip.decompress(path.read_bytes()).decode("utf-8-sig")))
    file = ForeignFile(path.name, path.read_bytes(), sum(1 for record in records if record) - 1)
    folder = tmp_path / "w"
    assert run_csat(folder, "init", str(folder)).returncode == 0
    bring(folder, file)
    night = run_csat(folder, "run", "--as-of", AS_OF)
    assert night.returncode == 0, night.stdout + night.stderr
    assert file.n_records == 2224
    assert published(folder, file) == {"raw.complaints_complaints": 2224, "marts.fct_complaint": 2224}
