"""M10: a mail that readers would cut or servers refuse is not built."""

import dataclasses

import pytest
from support.mail_pages import build_mail, build_page

from orchestration.delivery.lint import HTML_LIMIT_KB, html_size, lint_message, refuse_faults
from orchestration.errors import RenderError
from orchestration.reports.mail_page import MailCell, MailSection, MailTable


def long_page(language: str, rows: int):
    table = MailTable(("a", "b"), tuple((MailCell(f"投诉处理 {i}"), MailCell(f"{i}.5")) for i in range(rows)))
    page = build_page(language)
    return dataclasses.replace(page, sections=(*page.sections, MailSection("Long", table=table)))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_mail_of_usual_length_is_far_below_the_limit(language):
    mail = build_mail(language)
    assert html_size(mail) < HTML_LIMIT_KB * 1000 / 2
    refuse_faults(lint_message(mail))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_mail_over_the_limit_is_refused_by_its_encoded_bytes(language):
    mail = build_mail(language, long_page(language, 800))
    encoded = sum(len(str(part.get_payload())) for part in mail.walk() if part.get_content_type() == "text/html")
    assert html_size(mail) == encoded > HTML_LIMIT_KB * 1000
    with pytest.raises(RenderError, match="size: HTML"):
        refuse_faults(lint_message(mail))
