"""M14: headers are complete, repeat to the byte, and nobody's name or address can add one."""

import dataclasses
from datetime import datetime
from email import message_from_bytes
from email.policy import SMTP

import pytest
from support.mail_pages import build_envelope, build_mail, build_page

from orchestration.delivery.lint import HEADERS, lint_message
from orchestration.errors import DeliveryError


def parsed(**changes):
    return message_from_bytes(build_mail(**changes).as_bytes(), policy=SMTP)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_headers_are_complete_and_once(language):
    mail = parsed(language=language)
    assert all(len(mail.get_all(name)) == 1 for name in HEADERS)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == language
    assert mail["List-Id"] == "<monthly-executive.example.com>"
    assert mail["List-Unsubscribe"] == "<mailto:reports@example.com?subject=unsubscribe>"
    assert mail["Date"] == "Tue, 03 Nov 2026 02:00:00 +0800"
    assert mail["To"].addresses[0].addr_spec == "board@example.com"
    assert mail["Subject"] == build_page(language).subject


def test_the_same_mail_has_the_same_bytes():
    assert build_mail().as_bytes() == build_mail().as_bytes()


@pytest.mark.parametrize(
    "changes", [{"version": 2}, {"period": "2026-09"}, {"recipient_address": "ceo@example.com"}, {"report_code": "stage_diagnosis"}]
)
def test_message_id_names_report_period_version_and_recipient(changes):
    assert parsed()["Message-ID"] == parsed()["Message-ID"]
    assert parsed(**changes)["Message-ID"] != parsed()["Message-ID"]


def test_message_id_does_not_depend_on_time_or_spelling():
    later = parsed(moment=build_envelope().moment.replace(day=5), recipient_address="Board@Example.com")
    assert later["Message-ID"] == parsed()["Message-ID"]


def test_chinese_names_and_subjects_survive():
    mail = parsed(language="zh-CN", recipient_name="王敏", sender_name="北门物流 报告")
    assert mail["To"].addresses[0].display_name == "王敏"
    assert mail["From"].addresses[0].display_name == "北门物流 报告"


@pytest.mark.parametrize("name", ["subject", "recipient_name", "sender_name", "list_id"])
@pytest.mark.parametrize("evil", ["x\r\nBcc: all@example.com", "x\nBcc: y", "x\u2028y", "x\x00", "\u202egnp.exe"])
def test_a_header_that_would_smuggle_another_is_refused(name, evil):
    envelope = dataclasses.replace(build_envelope(), **{name: evil})
    page = dataclasses.replace(build_page(), subject=envelope.subject)
    with pytest.raises(DeliveryError, match=name):
        build_mail(page=page, **{name: evil} if name != "subject" else {})


@pytest.mark.parametrize(
    "address",
    [
        "", "board", "a@b@c", "a@example.com, b@example.com", "a@example.com\r\nBcc: b@example.com", "Board <a@example.com>",
        "a b@example.com",
        "a@exa mple.com", '"a@b"@example.com', "x" * 65 + "@example.com", "a@" + "b." * 130 + "com", "a@example.com;b@example.com",
        "董事会@example.com", "a@example.com\u202e", "(c)a@example.com",
    ],
)  # fmt: skip
def test_what_is_no_single_address_is_refused(address):
    with pytest.raises(DeliveryError, match="recipient_address"):
        build_mail(recipient_address=address)


def test_a_time_without_zone_is_refused():
    with pytest.raises(DeliveryError, match="no zone"):
        build_mail(moment=datetime(2026, 11, 3, 2, 0))


def test_a_missing_header_is_found():
    mail = build_mail()
    del mail["List-Id"]
    assert next(finding for finding in lint_message(mail) if finding.check == "headers").detail == "no List-Id"
