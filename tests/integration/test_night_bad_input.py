"""Bad input: one clear error, the exit code of its kind, nothing published, yesterday's generation readable."""

import email
import gzip
import shutil

import duckdb
import pytest
from support.night import copy_night

from orchestration import cli

NEXT_DAY = "2026-11-04"
WEB = "survey_web_2026-11-03.csv.gz"
COMPLAINTS = "complaints_2026-11-03.csv.gz"


@pytest.fixture
def folder(tmp_path):
    return copy_night(tmp_path / "workspace")


@pytest.fixture
def csat(monkeypatch, capsys):
    """Runs the command line in this process; gives exit code and what it said on stderr."""

    def call(*arguments):
        monkeypatch.setattr("sys.argv", ["csat", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return end.value.code, capsys.readouterr().err

    return call


def published(folder):
    with duckdb.connect(folder / "out" / "current.duckdb", read_only=True) as connection:
        return connection.execute("select generation_code, (select count(*) from reported.figures) > 0 from ops.generations").fetchall()


def newest(folder, pattern):
    return sorted((folder / "landing").glob(pattern))[-1]


def assert_refused(result, folder, code, *words):
    """The exit code, every word in the message, no traceback, and yesterday's generation as it was."""
    found, said = result
    assert found == code, said
    assert not [word for word in words if word not in said], said
    assert "Traceback" not in said
    assert published(folder) == [("g000001", True)]


def test_missing_landing_folder(folder, csat):
    shutil.rmtree(folder / "landing")
    assert_refused(csat("--workspace", folder, "run", "--as-of", NEXT_DAY), folder, 11, "there is no landing folder")


def test_contract_with_a_typo(folder, csat):
    path = folder / "contracts" / "complaints.yaml"
    path.write_text(path.read_text("utf-8").replace("opened_at", "opend_at"), encoding="utf-8")
    assert_refused(csat("--workspace", folder, "run", "--as-of", NEXT_DAY), folder, 12, "contracts/complaints.yaml", "opend_at")


def test_configuration_with_an_unknown_key(folder, csat):
    path = folder / "config" / "workspace.yaml"
    path.write_text(path.read_text("utf-8") + "colour: red\n", encoding="utf-8")
    assert_refused(csat("--workspace", folder, "run", "--as-of", NEXT_DAY), folder, 10, "config/workspace.yaml", "colour")


def test_unknown_column(folder, csat):
    text = gzip.decompress(newest(folder, "survey_web_*").read_bytes()).decode()
    (folder / "landing" / WEB).write_bytes(gzip.compress(text.replace("Submitted", "Sent", 1).encode()))
    assert_refused(csat("--workspace", folder, "run", "--as-of", NEXT_DAY), folder, 12, WEB, "Submitted")


def test_wrong_type(folder, csat):
    header, *records = gzip.decompress(newest(folder, "complaints_*").read_bytes()).decode("gb18030").splitlines()
    position = header.split(",").index("受理时间")
    broken = [",".join("soon" if i == position else cell for i, cell in enumerate(record.split(","))) for record in records]
    (folder / "landing" / COMPLAINTS).write_bytes(gzip.compress("\n".join([header, *broken, ""]).encode("gb18030")))
    assert_refused(csat("--workspace", folder, "run", "--as-of", NEXT_DAY), folder, 12, COMPLAINTS, "受理时间")


def assert_held_back(folder, *words):
    """The page of the month says what failed and which number stands; the mail beside it goes to the operators alone."""
    page = (folder / "out" / "reports" / "2026-10" / "monthly_executive_en.held.html").read_text("utf-8")
    mail = email.message_from_bytes((folder / "out" / "mail" / "2026-10" / "held_back_en.eml").read_bytes())
    assert not [word for word in words if word not in page]
    assert "As published before, October 2026 stands: " in page
    assert mail["To"] == "liwen@northgate.example.com"


def test_empty_file(folder, csat):
    (folder / "landing" / "callbacks_2026-11-03.csv").touch()
    assert_refused(csat("--workspace", folder, "run", "--as-of", NEXT_DAY), folder, 11, "callbacks_2026-11-03.csv", "holds no record")
    assert_held_back(folder, "callbacks_2026-11-03.csv")
    (folder / "landing" / "callbacks_2026-11-03.csv").unlink()  # taken away, what was refused is history: the next night publishes
    code, said = csat("--workspace", folder, "run", "--as-of", NEXT_DAY)
    assert (code, published(folder)[-1]) == (0, ("g000002", True)), said
    assert not list((folder / "out").rglob("*held*"))


def test_unreadable_encoding(folder, csat):
    text = gzip.decompress(newest(folder, "complaints_*").read_bytes())
    (folder / "landing" / COMPLAINTS).write_bytes(gzip.compress(text[:200] + b"\xff\xff\xff" + text[200:]))
    assert_refused(csat("--workspace", folder, "run", "--as-of", NEXT_DAY), folder, 11, COMPLAINTS)


def test_busy_workspace(folder, csat):
    from orchestration.warehouse.lock import hold_lock

    with hold_lock(folder / "out"):
        assert_refused(csat("--workspace", folder, "run", "--as-of", NEXT_DAY), folder, 16, "is writing")
