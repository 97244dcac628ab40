"""The mail's files: one message per recipient of the whole company, a preview per language, nobody bound to regions, nothing stale."""

from datetime import date, datetime
from email import message_from_bytes
from email.policy import SMTP
from types import SimpleNamespace

import dagster as dg
import pytest
from support.mail_pages import build_page

from orchestration.config.models import Recipient, Recipients, Text, Workspace
from orchestration.errors import RenderError
from orchestration.pipeline.assets import mail as asset
from orchestration.reports.frames import ReportParameters

PEOPLE = (
    Recipient(name="陈志远", address="chen@example.com", locale="zh"),
    Recipient(name="Margaret Doyle", address="doyle@example.com"),
    Recipient(name="Second Reader", address="second@example.com"),
    Recipient(name="East Manager", address="east@example.com", regions=("east",)),
    Recipient(name="Other Report", address="other@example.com", report="stage_diagnosis"),
)


@pytest.fixture
def warehouse(tmp_path, monkeypatch):
    lists = Recipients(sender_name="Reports", sender_address="reports@example.com", recipients=PEOPLE)
    workspace = Workspace(company=Text(en="Northgate"), instrument="servqual18", answers_contact="Li Wen, liwen@example.com")
    config = SimpleNamespace(recipients=lists, workspace=workspace)
    monkeypatch.setattr(asset, "read_view", lambda warehouse, locale: locale)
    monkeypatch.setattr(asset, "report_parameters", lambda config: ReportParameters(company_en="N", company_zh="N", instrument="i"))
    pages = {"en": build_page("en"), "zh": build_page("zh-CN")}
    monkeypatch.setattr(asset, "build_monthly_executive_mail", lambda view, **_: pages[view])
    return SimpleNamespace(config=config, out=tmp_path, report_month=date(2026, 10, 1), as_of=datetime(2026, 11, 3, 2, 0))


def run(warehouse) -> dg.MaterializeResult:
    return asset.monthly_executive_mail.op.compute_fn.decorated_fn(warehouse)


def test_one_mail_per_recipient_and_one_preview_per_language(warehouse):
    result = run(warehouse)
    folder = warehouse.out / "mail" / "2026-10"
    assert sorted(file.name for file in folder.iterdir()) == [
        "monthly_executive_en.eml", "monthly_executive_en_2.eml", "monthly_executive_zh.eml", "preview_en.html", "preview_zh.html",
    ]  # fmt: skip
    assert result.metadata["mails"] == 3
    mails = [message_from_bytes(file.read_bytes(), policy=SMTP) for file in sorted(folder.glob("*.eml"))]
    assert [mail["To"].addresses[0].addr_spec for mail in mails] == ["doyle@example.com", "second@example.com", "chen@example.com"]
    assert len({mail["Message-ID"] for mail in mails}) == 3
    assert {mail["Reply-To"] for mail in mails} == {"liwen@example.com"}
    assert {mail["Date"] for mail in mails} == {"Tue, 03 Nov 2026 02:00:00 +0800"}


def test_recipients_bound_to_regions_get_nothing_and_are_named_with_the_reason(warehouse):
    result = run(warehouse)
    assert list(result.metadata["left_out"]) == ["East Manager"]
    assert "east" in result.metadata["left_out"]["East Manager"]
    assert not [file for file in warehouse.out.rglob("*") if file.is_file() and b"east@example.com" in file.read_bytes()]


def test_files_are_their_owners_alone_and_repeat_to_the_byte(warehouse):
    run(warehouse)
    folder = warehouse.out / "mail" / "2026-10"
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    run(warehouse)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def test_mails_of_people_who_left_the_list_are_removed(warehouse):
    run(warehouse)
    warehouse.config.recipients = warehouse.config.recipients.model_copy(update={"recipients": PEOPLE[:1]})
    run(warehouse)
    assert [file.name for file in sorted((warehouse.out / "mail" / "2026-10").iterdir())] == ["monthly_executive_zh.eml", "preview_zh.html"]


def test_a_language_that_the_workspace_does_not_write_is_not_mailed_and_its_readers_get_the_first_one(warehouse):
    run(warehouse)
    warehouse.config.workspace = warehouse.config.workspace.model_copy(update={"locales": ("en",)})
    run(warehouse)
    folder = warehouse.out / "mail" / "2026-10"
    assert not list(folder.glob("*_zh*"))
    mails = [message_from_bytes(file.read_bytes(), policy=SMTP) for file in sorted(folder.glob("*.eml"))]
    assert {mail["To"].addresses[0].addr_spec for mail in mails} == {"chen@example.com", "doyle@example.com", "second@example.com"}
    assert {mail["Content-Language"] for mail in mails} == {"en"}


def test_nobody_on_the_list_is_no_failure(warehouse):
    warehouse.config.recipients = warehouse.config.recipients.model_copy(update={"recipients": ()})
    assert run(warehouse).metadata["mails"] == 0


def test_a_mail_that_fails_its_checks_is_not_written_but_can_be_looked_at(warehouse, monkeypatch):
    monkeypatch.setattr(asset, "build_monthly_executive_mail", lambda view, **_: build_page(company=""))
    monkeypatch.setattr("orchestration.delivery.lint.LEAST_CONTRAST", 22)
    with pytest.raises(RenderError, match="contrast"):
        run(warehouse)
    assert [file.name for file in (warehouse.out / "mail" / "2026-10").iterdir()] == ["preview_en.html"]
