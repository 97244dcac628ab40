"""`csat export`: the published tables as Parquet, the same rows and types for whoever reads them, whole or not at all."""

import hashlib
import json
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest
from support.duckdb_cli import query_cli
from support.night import published_night, run_csat

from orchestration.errors import ConfigError, WarehouseError
from orchestration.warehouse import exports
from orchestration.warehouse.connection import open_working
from orchestration.warehouse.exports import MANIFEST, export_generation

ANALYSTS = {"raw", "config", "marts", "indices", "reported", "ops"}
# on both sides computed by the same version: hashes of two versions of DuckDB are not comparable
DIGEST = "select count(*) as n_rows, sum(hash(t)::hugeint)::varchar as digest from {} as t"
TYPES = "select column_name, column_type from (describe select * from {})"


@pytest.fixture(scope="module")
def out():
    found = published_night()
    assert found.returncode == 0, found.output
    return found.folder / "out"


@pytest.fixture(scope="module")
def exported(out, tmp_path_factory):
    folder = tmp_path_factory.mktemp("export") / "parquet"
    done = run_csat(out.parent, "export", "--to", str(folder))
    assert done.returncode == 0, done.stderr
    assert f"tables of g000001, {sum(table['n_rows'] for table in tables_of(folder))} rows" in done.stdout
    return folder


def tables_of(folder: Path) -> list[dict]:
    return json.loads((folder / MANIFEST).read_text())["tables"]


def contents(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_every_table_and_view_that_analysts_read_is_there(out, exported):
    with duckdb.connect(out / "current.duckdb", read_only=True) as connection:
        there = {f"{s}.{t}" for s, t in connection.execute("select table_schema, table_name from information_schema.tables").fetchall()}
    assert {table["table"] for table in tables_of(exported)} == {name for name in there if name.split(".")[0] in ANALYSTS}


def test_manifest_knows_every_file_and_the_generation(out, exported):
    manifest = json.loads((exported / MANIFEST).read_text())
    published = json.loads((out / "generations" / "g000001.json").read_text())
    assert (manifest["generation"], manifest["sha256"], manifest["as_of"]) == ("g000001", published["sha256"], published["as_of"])
    hashes = contents(exported)
    assert {table["file"]: table["sha256"] for table in tables_of(exported)} == {k: v for k, v in hashes.items() if k != MANIFEST}


def test_duckdb_1_4_reads_the_same_rows_and_types(out, exported):
    """The published file and the Parquet files, both hashed by 1.4: every value of every column is the same, decimals exactly."""
    tables = tables_of(exported)
    for ask in (DIGEST, TYPES):
        from_file = query_cli(out / "current.duckdb", " union all ".join(f"({ask.format(t['table'])})" for t in tables))
        parquet = [f"read_parquet('{exported / t['file']}')" for t in tables]
        assert query_cli(out / "current.duckdb", " union all ".join(f"({ask.format(name)})" for name in parquet)) == from_file
        assert len(from_file) >= len(tables)


def test_polars_reads_the_same_frames(out, exported):
    with duckdb.connect(out / "current.duckdb", read_only=True) as connection:
        for table in tables_of(exported):
            frame = pl.read_parquet(exported / table["file"])
            assert frame.height == table["n_rows"]
            if frame.height < 20_000:
                # a view read with several threads gives its rows in any order
                published = connection.sql(f"from {table['table']}").pl()
                assert frame.sort(frame.columns).equals(published.sort(frame.columns)), table["table"]
    assert pl.read_parquet_schema(exported / "marts" / "fct_answer.parquet")["weight"] == pl.Decimal(18, 6)


def test_same_generation_gives_the_same_bytes(out, exported, tmp_path):
    """Once more in another process, over an export of another choice of tables, which it replaces."""
    assert run_csat(out.parent, "export", "--to", str(tmp_path / "again"), "--schema", "config").returncode == 0
    assert {table["table"].split(".")[0] for table in tables_of(tmp_path / "again")} == {"config"}
    assert run_csat(out.parent, "export", "--to", str(tmp_path / "again"), "--generation", "g000001").returncode == 0
    assert contents(tmp_path / "again") == contents(exported)
    assert [path.name for path in tmp_path.iterdir()] == ["again"]


def test_a_folder_of_somebody_else_is_left_alone(out, tmp_path):
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(ConfigError, match=r"thesis\.docx"):
        export_generation(out, tmp_path)
    export_generation(out, tmp_path / "mine", schemas=("ops",))
    (tmp_path / "mine" / "ops" / "notes.txt").touch()
    with pytest.raises(ConfigError, match=r"ops/notes\.txt"):
        export_generation(out, tmp_path / "mine")
    assert (tmp_path / "mine" / "ops" / "run.parquet").exists()


def test_a_manifest_that_is_none_protects_the_folder(out, tmp_path):
    (tmp_path / MANIFEST).write_text('{"tables": []}')
    with pytest.raises(ConfigError, match="holds what no export wrote"):
        export_generation(out, tmp_path)


def test_failure_leaves_the_earlier_export(out, tmp_path, monkeypatch):
    export_generation(out, tmp_path / "kept", schemas=("config",))
    before = contents(tmp_path / "kept")

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exports, "_write_manifest", full)
    with pytest.raises(WarehouseError, match="No space left"):
        export_generation(out, tmp_path / "kept", schemas=("ops",))
    assert contents(tmp_path / "kept") == before
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--generation", "g000099"), 17, "there are g000001"),
        (("--generation", "../state"), 17, "there are g000001"),
        (("--schema", "mart"), 10, "there are config, indices, marts, ops, raw, reported"),
        (("--schema", "staging"), 10, "there is no schema staging"),
    ],
)
def test_what_does_not_exist_is_said_with_what_does(out, tmp_path, options, code, said):
    done = run_csat(out.parent, "export", "--to", str(tmp_path / "new"), *options)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert not list(tmp_path.iterdir())


def test_before_the_first_night_it_says_what_to_do(tmp_path):
    with pytest.raises(WarehouseError, match="csat run"):
        export_generation(tmp_path / "out", tmp_path / "new")


def test_damaged_generation_is_not_handed_out(out, tmp_path):
    copy = tmp_path / "out"
    shutil.copytree(out / "generations", copy / "generations")
    (copy / "current.duckdb").symlink_to("generations/g000001.duckdb")
    with (copy / "generations" / "g000001.duckdb").open("r+b") as file:
        file.seek(500_000)
        byte = file.read(1)[0]
        file.seek(500_000)
        file.write(bytes([byte ^ 1]))
    with pytest.raises(WarehouseError, match="damaged"):
        export_generation(copy, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_private_column_would_not_be_spread(tmp_path):
    with open_working(tmp_path) as connection:
        connection.execute("create schema raw; create table raw.surveys_comments (response_id varchar, comment_text varchar)")
        with pytest.raises(WarehouseError, match=r"surveys_comments\.comment_text"):
            exports._require_nothing_private(connection)
