"""What somebody in a hurry reads: check, quarantine, rollback, and what stands after a night that published nothing."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from support.loading import Workspace, make_contract

from orchestration import cli
from orchestration.errors import ContractError, ExtractError, WarehouseError
from orchestration.pipeline.inspection import check_workspace, roll_back
from orchestration.pipeline.quarantine import list_records
from orchestration.pipeline.run_night import standing
from orchestration.pipeline.status import describe_status, repeated_keys
from orchestration.pipeline.workspaces import init_workspace
from orchestration.warehouse.connection import open_working
from orchestration.warehouse.drafting import draft_contract
from orchestration.warehouse.generations import PublicationFacts, publish_generation
from orchestration.warehouse.landing import refusal_kind
from orchestration.warehouse.state import State

NIGHT = datetime(2026, 11, 3, 2)
GOOD = [f"{n},2026-10-{n:02d} 08:00,K{n}" for n in range(1, 21)]


@pytest.fixture
def folder(tmp_path):
    """A new workspace with one contract for tickets.csv."""
    list(init_workspace(tmp_path / "w"))
    write(tmp_path / "w", *GOOD)
    (tmp_path / "w" / "contracts" / "tickets.yaml").write_text(draft_contract(tmp_path / "w" / "landing" / "tickets.csv"))
    return tmp_path / "w"


def write(folder, *rows):
    (folder / "landing" / "tickets.csv").write_text("\n".join(["ticket,opened,customer", *rows, ""]))


def publish(out, nights):
    with State(out) as state, open_working(out) as con:
        con.execute("create schema if not exists marts")
        con.execute("create or replace table marts.facts as select 1 as n")
    for number in range(nights):
        with State(out) as state:
            publish_generation(out, state, as_of=NIGHT + timedelta(days=number), input_hash=f"h{number}", facts=PublicationFacts())


def told(folder):
    """Lines of a check up to its error, and the error."""
    lines = []
    try:
        for line in check_workspace(folder):
            lines.append(line)
    except (ContractError, ExtractError) as error:
        return lines, error
    return lines, None


def test_check_says_sound_last_and_with_counts(folder):
    lines, error = told(folder)
    assert error is None
    assert lines[-1] == "configuration, 1 contracts and 1 landing files are sound"
    assert any("customers of tickets will stand under 'unmatched'" in line for line in lines)


def test_check_never_says_sound_beside_an_error(folder):
    write(folder, *GOOD[:10], *[f"{n},soon,K" for n in range(30, 40)])
    lines, error = told(folder)
    assert isinstance(error, ContractError)
    assert not [line for line in lines if "sound" in line]
    assert any("10 of 20 records break the contract, more than quarantine_limit_share 0.05 allows" in line for line in lines)
    assert any("line 12, column opened, value 'soon'" in line for line in lines)


def test_check_says_that_no_file_matches(folder):
    (folder / "landing" / "tickets.csv").rename(folder / "landing" / "tickets_new.csv")
    lines, _ = told(folder)
    assert any("tickets.csv (tickets): no file of landing/ has such a name" in line for line in lines)
    assert "none of them finds a file" in lines[-1]


@pytest.mark.parametrize(
    ("content", "kind"), [(b"", ExtractError), (b"ticket,opened\n1,2\n", ContractError), (b"\xff\xfe\x00", ExtractError)]
)
def test_check_ends_with_the_kind_of_the_night(folder, content, kind):
    (folder / "landing" / "tickets.csv").write_bytes(content)
    _, error = told(folder)
    assert type(error) is kind


def test_one_cause_has_one_kind_in_any_order():
    reasons = ["has no column a", "is a damaged gzip file"]
    assert refusal_kind(reasons) is refusal_kind(reversed(reasons)) is ExtractError
    assert refusal_kind(["3 of 4 records break the contract"]) is ContractError


def test_quarantine_of_a_first_night_that_failed_is_listed(folder):
    workspace = Workspace(folder / "inner", make_contract(quarantine_limit_share=1.0))
    workspace.put("a.csv", "id,item,at,score\n1,A,2026-01-01,5\n2,A,never,5\n")
    workspace.night()
    workspace.out.rename(folder / "out")
    assert next(list_records(folder)).startswith("1 open record in quarantine after a night that published nothing")


def test_what_stands_is_said_only_where_something_does(tmp_path):
    assert standing(tmp_path) == "nothing was published; there is no earlier generation yet"
    publish(tmp_path, 1)
    assert standing(tmp_path) == "nothing was published; g000001, the night of 2026-11-03, stands"


def test_rollback_says_what_reports_show_and_what_comes_next(folder):
    publish(folder / "out", 2)
    first, reports, following = roll_back(folder, "", NIGHT + timedelta(days=2))
    assert first == "analysts now read g000001, the night of 2026-11-03"
    assert "still show g000002: `csat report` renders them from g000001" in reports
    assert "publishes a new generation" in following


def test_status_tells_the_zone_and_before_the_first_night_what_to_do(folder):
    lines = list(describe_status(folder, NIGHT))
    assert lines[:2] == [f"workspace        {folder} (Your company)", f"last good night  none yet: csat --workspace {folder} run"]
    assert any(line.startswith("next run         2026-11-04 02:00 Asia/Shanghai") for line in lines)


def test_status_of_a_failed_night_says_what_failed_and_what_to_do(folder):
    with State(folder / "out") as state:
        state.end_run(state.begin_run(NIGHT, "h"), "failed", "tickets.csv (tickets): has no column opened", NIGHT)
    lines = {line[:17].strip(): line[17:] for line in describe_status(folder, NIGHT)}
    assert lines["last run"] == "failed, night 2026-11-03 02:00 Asia/Shanghai: tickets.csv (tickets): has no column opened"
    assert lines["what to do"].startswith(f"csat --workspace {folder} run; where a file is named, correct it first")


def test_keys_that_came_again_are_told_by_contract_and_a_whole_list_is_not_said_to_restate(tmp_path):
    contracts = [
        make_contract(name=name, extract=extract, files={"pattern": f"{name}*"}) for name, extract in (("a", "delta"), ("b", "full"))
    ]
    workspace = Workspace(tmp_path, *contracts)
    for day, numbers in (("1", (1, 2, 3)), ("2", (1, 1, 1, 2, 9))):
        for name in ("a", "b"):
            rows = "".join(f"{name}{n},A,2026-01-01,5\n" for n in numbers)
            workspace.put(f"{name}{day}.csv", f"id,item,at,score\n{rows}")
        workspace.night()
    workspace.rows(f"insert into ops.run values ('{workspace.as_of}', current_date, current_date, null) returning 1")
    (workspace.out / "warehouse.duckdb").rename(workspace.out / "current.duckdb")
    told = list(repeated_keys(tmp_path, SimpleNamespace(contracts=contracts)))
    assert told == ["a, 5 rows: 2 twice in one file, 2 restated", "b, 5 rows: 2 twice in one file, 1 deleted"]


def test_rollback_without_an_earlier_generation_says_what_makes_one(folder):
    publish(folder / "out", 1)
    with pytest.raises(WarehouseError, match="before the present one, g000001") as wrong:
        list(roll_back(folder, "", NIGHT))
    assert "csat run --full-refresh" in str(wrong.value)


def test_help_says_how_a_date_is_written():
    said = CliRunner().invoke(cli.cli, ["run", "--help"]).output
    assert "--as-of YYYY-MM-DD" in said
    assert "%Y" not in said
