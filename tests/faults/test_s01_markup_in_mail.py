"""S01: markup, scripts and template code in a text stay text in every part of the mail and in its preview."""

import html5lib
import pytest
from support.mail_pages import build_mail, build_page

from orchestration.delivery.lint import lint_message, take_apart
from orchestration.delivery.preview import render_preview
from orchestration.reports.render import build_environment

PAYLOADS = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "</style><style>*{display:none}</style>",
    "{{ 7*7 }}", "{% raw %}", "<svg onload=alert(1)>", "'); url(http://example.com/x)", "</td></tr></table>", "&lt;b&gt;", "</body></html>",
    "</template><script>alert(2)</script>", "<!-- x", "]]>", "%s %(x)s {0}",
)  # fmt: skip
PLACES = (
    "company",
    "title",
    "meta",
    "interval",
    "lead",
    "rest",
    "late",
    "remark",
    "footer",
    "heading",
    "trend",
    "map",
    "unit",
    "note",
    "target",
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_texts_are_inert_in_every_place(payload):
    page = build_page(**dict.fromkeys(PLACES, payload))
    mail = build_mail(page=page)
    parts = take_apart(mail)
    findings = {finding.check: finding for finding in lint_message(mail)}
    assert findings["client_subset"].is_ok, findings["client_subset"].detail
    assert "49" not in parts.text
    assert parts.text.count(payload) >= 8
    document = html5lib.parse(parts.html, namespaceHTMLElements=False)
    assert not list(document.iter("script"))
    assert "".join(document.itertext()).count(payload) >= 8


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_preview_shows_them_as_text(payload):
    page = render_preview(build_environment("en"), build_mail(page=build_page(**dict.fromkeys(PLACES, payload))))
    document = html5lib.parse(page, namespaceHTMLElements=False)
    assert not list(document.iter("script"))
    assert not [element for element in document.iter() if element.get("onerror") or element.get("onload")]
