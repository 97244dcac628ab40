"""A workspace is read as a whole or refused with file, line, key, value and advice."""

import shutil
from pathlib import Path

import pytest

from orchestration.config.formats import format_fault
from orchestration.config.load import hash_workspace, load_workspace
from orchestration.config.packaged import resource_folder
from orchestration.errors import ConfigError, ContractError, CsatError

CONTRACT = """\
contract: answers
source: survey_tool
table: surveys_answers
files: {pattern: "answers_*.csv"}
columns:
  - {name: response_id, source: id, required: true}
  - {name: item_code, source: item, map: {total: OVERALL}}
  - {name: instrument_code, value: q}
  - {name: answered_at, source: at}
"""
FILES = {
    "config/workspace.yaml": "company: {en: Firm}\ninstrument: q\n",
    "config/thresholds.yaml": "confidence: 0.9\ntargets:\n  - {metric: solved_rate, value: 0.9, valid_from: 2026-01-01, source: board}\n",
    "config/stages.yaml": "processes:\n  - code: p\n    text: {en: P}\n    stages:\n      - {code: survey, text: {en: S}}\n",
    "config/metrics.yaml": "metrics:\n  - code: solved_rate\n    text: {en: Solved}\n    description: {en: Solved}\n"
    "    family: complaints\n    numerator: {where: is_resolved}\n    denominator: {}\n    base_kind: complaints\n",
    "config/labels.yaml": "regions:\n  - {code: north, text: {en: North}}\n",
    "config/recipients.yaml": "sender_name: Q\nsender_address: q@example.com\nrecipients:\n"
    "  - {name: A, address: a@example.com, regions: [north]}\n",
    "config/instruments/q.yaml": "code: q\ntitle: {en: Q}\nitems:\n  - {code: A1, text: {en: A}, short: {en: A}}\n"
    "  - {code: OVERALL, text: {en: O}, short: {en: O}, is_overall: true}\n",
    "contracts/answers.yaml": CONTRACT,
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A small workspace that is right."""
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path


def refusal(workspace: Path, name: str, old: str, new: str) -> CsatError:
    """The error after `old` has become `new` in one file."""
    path = workspace / name
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CsatError) as caught:
        load_workspace(workspace)
    return caught.value


def test_what_was_written_is_read(workspace):
    config = load_workspace(workspace)
    assert config.thresholds.confidence == 0.9
    assert config.headline_instrument.items[1].is_overall
    assert [contract.contract for contract in config.contracts] == ["answers"]
    assert config.hash == hash_workspace(workspace)
    with pytest.raises(KeyError, match="there are q"):
        config.instrument("r")


def test_the_sample_workspace_is_right():
    config = load_workspace(resource_folder("data"))
    assert len(config.contracts) > 10


FAULTS = [
    # file, what is there, what is written instead, line, words of the message
    ("config/workspace.yaml", "instrument: q", "instrument: r", 2, ["instrument ('r')", "no instrument r", "known: q"]),
    ("config/workspace.yaml", "instrument: q", "instrumant: q", 2, ["instrumant ('q')", "is not known", "did you mean instrument?"]),
    ("config/workspace.yaml", "{en: Firm}", "{en: No}", 1, ["company.en (False)", "string", "in quotes"]),
    ("config/workspace.yaml", "{en: Firm}", "{en: Firm}\ntime_zone: Asia/Shangri-La", 2, ["time_zone", "IANA"]),
    ("config/workspace.yaml", "{en: Firm}", "{en: Firm}\nheadline: acsi", 2, ["headline ('acsi')", "acsi_items"]),
    ("config/workspace.yaml", "{en: Firm}", "{en: Firm}\nkeep_generations: 1", 2, ["keep_generations (1)", "greater than or equal to 2"]),
    ("config/thresholds.yaml", "confidence: 0.9", "confidence: 1.9", 1, ["confidence (1.9)", "less than 1"]),
    ("config/thresholds.yaml", "confidence: 0.9", "confidence: .nan", 1, ["no number"]),
    ("config/thresholds.yaml", "confidence: 0.9", "confidance: 0.9", 1, ["did you mean confidence?"]),
    ("config/thresholds.yaml", "confidence: 0.9", "cut_rule: target", 1, ["cut_target_satisfaction"]),
    ("config/thresholds.yaml", "metric: solved_rate", "metric: solvd_rate", 3,
     ["targets.0.metric ('solvd_rate')", "did you mean solved_rate?"]),
    ("config/thresholds.yaml", "metric: solved_rate", "metrik: solved_rate", 3, ["targets.0.metrik", "did you mean metric?"]),
    ("config/stages.yaml", "{code: survey", "{code: 'site survey'", 5,
     ["processes.0.stages.0.code ('site survey')", "letters, digits and _"]),
    ("config/stages.yaml", "{en: S}}", "{en: S}}\n      - {code: survey, text: {en: T}}", 6, ["stands already in the process p"]),
    ("config/metrics.yaml", "metrics:", "metrics:\n  - *again", 2, ["alias"]),
    ("config/labels.yaml", "{en: North}}", "{en: North}}\n  - {code: north, text: {en: N}}", 3, ["regions.1.code", "stands twice"]),
    ("config/recipients.yaml", "address: a@example.com", "address: 'a@example.com, b@example.com'", 4, ["no plain mail address"]),
    ("config/recipients.yaml", "regions: [north]", "regions: [nord]", 4, ["recipients.0.regions.0 ('nord')", "did you mean north?"]),
    ("config/instruments/q.yaml", "{en: A}, short: {en: A}", "{en: A}, short: {en: A}, dimension: x", 4,
     ["items.0.dimension", "no dimension"]),
    ("config/instruments/q.yaml", "title: {en: Q}", "title: {en: Q}\nscale_max: 1", 3, ["scale_max (1)", "not above scale_min"]),
    ("config/instruments/q.yaml", "code: A1", "code: OVERALL", 5, ["OVERALL stands twice"]),
    ("config/instruments/q.yaml", "code: q", "code: q\ncode: q", 2, ["the key code stands twice"]),
    ("config/instruments/q.yaml", "title: {en: Q}", "title: {en: Q", 3, []),
    ("config/instruments/q.yaml", "title: {en: Q}", "title: !!python/object/apply:os.system ['true']", 2, ["is not allowed here"]),
    ("config/instruments/q.yaml", "title: {en: Q}", "title: {en: Q}\n2: 3", 3, ["must be a text"]),
    ("contracts/answers.yaml", "name: answered_at", "name: answered", 9, ["has no column answered", "did you mean answered_at?"]),
    ("contracts/answers.yaml", "value: q", "value: z", 8, ["columns.2.value ('z')", "no instrument_code z"]),
    ("contracts/answers.yaml", "total: OVERALL", "total: OVERAL", 7, ["columns.1.map.total", "did you mean OVERALL?"]),
    ("contracts/answers.yaml", "source: at", "sauce: at", 9, ["columns.3.sauce ('at')", "did you mean source?"]),
    ("contracts/answers.yaml", "required: true", "required: [1]", 6, ["columns.0.required"]),
    ("contracts/answers.yaml", "source: id", "source: 7", 6, ["columns.0.source (7)", "in quotes"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "line", "words"), FAULTS, ids=[f"{fault[0]} {fault[2]}" for fault in FAULTS])
def test_a_fault_is_named_by_file_line_key_value_and_advice(workspace, name, old, new, line, words):
    error = refusal(workspace, name, old, new)
    assert type(error) is (ContractError if name.startswith("contracts") else ConfigError)
    assert error.where == f"{name}:{line}", str(error)
    assert error.hint
    for word in words:
        assert word in str(error)


SQL_FAULTS = [
    "1) from raw.t; drop table raw.t; --", "is_resolved; select 1", "(select true)", "is_resolved -- or not", "is_resolved) or (true",
    "(is_resolved", "x = read_text('/etc/passwd')", "status_code = 'open", "exists (from t)", '"is_resolved"', "''; attach 'x'", "   ",
]  # fmt: skip


@pytest.mark.parametrize("sql", SQL_FAULTS)
def test_a_condition_that_is_no_expression_over_columns_is_refused(workspace, sql):
    quoted = "'" + sql.replace("'", "''") + "'"
    error = refusal(workspace, "config/metrics.yaml", "where: is_resolved", f"where: {quoted}")
    assert error.where == "config/metrics.yaml:6"
    assert "metrics.0.numerator.where" in str(error)


SQL_RIGHT = [
    "not is_running and n_reopened = 0", "status_code in ('delivered', 'select from')", "coalesce(n_items, 0) > 2 * (n_damaged_items + 1)",
    "channel_code = 'o''brien; --'", "opened_at >= date '2026-01-01'",
]  # fmt: skip


@pytest.mark.parametrize("sql", SQL_RIGHT)
def test_a_condition_over_columns_is_taken(workspace, sql):
    path = workspace / "config/metrics.yaml"
    quoted = "'" + sql.replace("'", "''") + "'"
    path.write_text(path.read_text().replace("where: is_resolved", f"where: {quoted}"))
    assert load_workspace(workspace).metrics.metrics[0].numerator.where == sql


@pytest.mark.parametrize("name", [name for name in FILES if not name.startswith(("contracts", "config/instruments"))])
def test_a_missing_file_is_named_with_the_command_that_writes_it(workspace, name):
    (workspace / name).unlink()
    with pytest.raises(ConfigError, match=rf"{name}: is missing[\s\S]*csat init"):
        load_workspace(workspace)


@pytest.mark.parametrize(("folder", "kind", "advice"), [
    ("config", ConfigError, "csat init"), ("contracts", ContractError, "csat contract draft"),
    ("config/instruments", ConfigError, "questionnaire"),
])  # fmt: skip
def test_a_missing_folder_is_named_with_advice(workspace, folder, kind, advice):
    shutil.rmtree(workspace / folder)
    with pytest.raises(kind, match=advice):
        load_workspace(workspace)


def test_a_file_that_would_not_be_read_is_refused(workspace):
    (workspace / "config/treshholds.yaml").write_text("confidence: 0.99\n")
    with pytest.raises(ConfigError, match=r"did you mean thresholds\.yaml"):
        load_workspace(workspace)
    (workspace / "config/treshholds.yaml").unlink()
    (workspace / "contracts/other.yml").write_text(CONTRACT)
    with pytest.raises(ContractError, match=r"name it other\.yaml"):
        load_workspace(workspace)


def test_a_code_stands_in_one_file_only(workspace):
    (workspace / "contracts/again.yaml").write_text(CONTRACT)
    with pytest.raises(ContractError, match=r"contracts/answers\.yaml:1: contract \('answers'\): stands already in contracts/again\.yaml"):
        load_workspace(workspace)


@pytest.mark.parametrize(("days", "words"), [
    ("{day: 2025-01-01, is_workday: false, reason: x}", "outside the file's year 2026"),
    ("{day: 2026-02-30, is_workday: false, reason: x}", "calendar/2026.yaml"),
])  # fmt: skip
def test_a_day_of_the_company_lies_in_its_year(workspace, days, words):
    (workspace / "config/calendar").mkdir()
    (workspace / "config/calendar/2026.yaml").write_text(f"year: 2026\nsource: board\ndays:\n  - {days}\n")
    with pytest.raises(ConfigError, match=words):
        load_workspace(workspace)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"- 1\n", b"just text", b"a: [1\n", b"{" * 3000, b"\x00"])
def test_a_file_that_is_no_yaml_of_keys_is_refused(workspace, content):
    (workspace / "config/labels.yaml").write_bytes(content)
    with pytest.raises(ConfigError, match=r"config/labels\.yaml"):
        load_workspace(workspace)


def test_every_fault_of_every_file_is_told(workspace):
    (workspace / "config" / "labels.yaml").write_text("regions: 7\ncolour: red\n")
    error = refusal(workspace, "config/recipients.yaml", "sender_name: Q\nsender_address: q@example.com\n", "")
    said = str(error)
    for words in (
        "sender_name: is missing",
        "sender_address: is missing",
        "config/labels.yaml:1: regions (7)",
        "config/labels.yaml:2: colour",
    ):
        assert words in said
    assert " more" not in said


def test_wrong_names_of_a_contract_are_told_at_their_lines(workspace):
    path = workspace / "contracts" / "answers.yaml"
    path.write_text(CONTRACT.replace("name: answered_at", "name: answerd_at").replace("name: item_code", "name: itemcode"))
    with pytest.raises(ContractError) as told:
        load_workspace(workspace)
    said = str(told.value)
    assert (
        "contracts/answers.yaml:7: columns.1.name ('itemcode'): surveys_answers has no column itemcode\n  -> did you mean item_code?"
        in said
    )
    assert "contracts/answers.yaml:9: columns.3.name ('answerd_at')" in said
    assert "did you mean answered_at?" in said
    assert "surveys_answers needs item_code, answered_at" in said


def test_a_wrong_table_is_told_at_its_line(workspace):
    error = refusal(workspace, "contracts/answers.yaml", "table: surveys_answers", "table: survey_answers")
    assert error.where == "contracts/answers.yaml:3"
    assert "did you mean surveys_answers?" in str(error)


@pytest.mark.parametrize(
    ("form", "says"),
    [("%Y-%m-%d %H:%S", "reads no minutes"), ("%d.%m. %H:%M", "reads no year"), ("%Y-%m-%d %I:%M", "AM or PM"), ("%H:%M", "reads no day"),
     ("%Y-%m %H:%M", "reads no day"), ("%Y-%d %H:%M", "reads no month"), ("%Y-%m-%d :%M", "reads no hours"),
     ("%Y-%m-%d %H:%M %p", "twelve hours"), ("%Y-%m-%dT%H:%M:%SZ", "says UTC")],
)  # fmt: skip
def test_a_format_that_loses_a_part_is_refused(workspace, form, says):
    error = refusal(workspace, "contracts/answers.yaml", "source: at}", f"source: at, format: '{form}'}}")
    assert error.where == "contracts/answers.yaml:9"
    assert says in str(error)


@pytest.mark.parametrize(
    "form", ["%Y-%m-%d", "%d-%b-%y %I:%M:%S %p", "%Y%m%d%H%M%S", "%Y年%m月%d日", "%-m/%-d/%Y %H:%M", "%Y-%j", "%B %d, %Y"]
)
def test_a_whole_format_is_taken(form):
    assert format_fault(form, "timestamp") == ""


def test_the_hash_knows_names_and_bytes_and_nothing_else(workspace):
    first = hash_workspace(workspace)
    (workspace / "landing").mkdir()
    (workspace / "landing/x.yaml").write_text("a")
    assert hash_workspace(workspace) == first
    (workspace / "contracts/answers.yaml").write_text(CONTRACT + "\n")
    assert hash_workspace(workspace) != first
    (workspace / "contracts/answers.yaml").rename(workspace / "contracts/renamed.yaml")
    (workspace / "contracts/renamed.yaml").write_text(CONTRACT)
    assert hash_workspace(workspace) != first
