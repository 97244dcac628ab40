"""The command line without a night: help, init, draft, check, errors by kind."""

import subprocess
import sys

import pytest
from click.testing import CliRunner
from support.night import REPOSITORY

from orchestration import cli
from orchestration.errors import CsatError


def run(*arguments):
    return CliRunner().invoke(cli.cli, [str(argument) for argument in arguments])


def test_help_imports_nothing_heavy():
    script = "import sys\nfrom orchestration import cli\nprint(sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert not [name for name in ("dagster", "polars", "duckdb", "pydantic", "yaml", "rich", "numpy") if f"'{name}'" in done.stdout]


def test_every_command_explains_itself():
    for name, command in cli.cli.commands.items():
        assert command.help, name
        assert run(name, "--help").exit_code == 0


def test_init_makes_a_workspace_that_lacks_only_contracts(tmp_path):
    made = run("init", tmp_path / "new")
    assert made.exit_code == 0, made.output
    assert (tmp_path / "new" / "config" / "workspace.yaml").exists()
    assert (tmp_path / "new" / "landing").is_dir()


def test_init_keeps_what_is_there(tmp_path):
    (tmp_path / "mine.txt").touch()
    refused = run("init", tmp_path)
    assert isinstance(refused.exception, CsatError)
    assert "is not empty" in str(refused.exception)


def test_contract_draft_prints_yaml(tmp_path):
    (tmp_path / "complaints.csv").write_text("complaint_id,opened_at\n1,2026-01-02\n", encoding="utf-8")
    assert "table: complaints_complaints" in run("contract", "draft", tmp_path / "complaints.csv").output


def test_check_of_a_wrong_contract_says_that_and_nothing_else(tmp_path):
    assert run("init", tmp_path / "new").exit_code == 0
    text = "contract: a\nsource: a\ntable: complaints_complain\nfiles: {pattern: a.csv}\ncolumns: []\n"
    (tmp_path / "new" / "contracts" / "a.yaml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "orchestration.cli", "--workspace", tmp_path / "new", "check"]
    said = subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPOSITORY)
    assert said.returncode == 12
    assert said.stderr == (
        "csat: contracts/a.yaml:3: table ('complaints_complain'): is no table\n  -> did you mean complaints_complaints?\n"
    )


def test_sample_keeps_its_contracts_but_for_the_planted_dirt():
    done = run("--workspace", REPOSITORY / "data", "check")
    assert "15 contracts and 39 landing files are sound" in done.output


def test_preview_before_the_first_night(tmp_path):
    assert "nothing has been published yet" in run("--workspace", tmp_path, "preview").output


@pytest.mark.parametrize("kind", CsatError.__subclasses__(), ids=lambda kind: kind.__name__)
def test_error_ends_with_the_code_of_its_kind(kind, monkeypatch, capsys):
    def fail(*_args, **_kwargs):
        raise kind("went wrong", where="somewhere", hint="do this")

    monkeypatch.setattr(cli.cli, "main", fail)
    monkeypatch.setattr("sys.argv", ["csat"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    said = capsys.readouterr().err
    assert end.value.code == kind.exit_code
    assert said == "csat: somewhere: went wrong\n  -> do this\n"


def test_wrong_usage_ends_with_two(monkeypatch):
    monkeypatch.setattr("sys.argv", ["csat", "no-such-command"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 2


def test_defect_ends_with_one_and_without_a_traceback(monkeypatch, capsys):
    monkeypatch.setattr(cli.cli, "main", lambda **_: 1 / 0)
    monkeypatch.setattr("sys.argv", ["csat"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 1
    assert "Traceback" not in capsys.readouterr().err
