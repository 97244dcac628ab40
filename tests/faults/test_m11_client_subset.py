"""M11: a mail holds only what mail readers show, and the check finds what they do not."""

import pytest
from support.mail_pages import build_envelope, build_mail

from orchestration.delivery.lint import lint_message
from orchestration.delivery.lint_html import contrast
from orchestration.delivery.message import build_message

OK = '<html lang="en"><body style="color:#000000;background-color:#ffffff">{}</body></html>'


def failed(html: str, text: str = "text") -> dict[str, str]:
    message = build_message(build_envelope(), html=html, text=text, pictures=())
    return {finding.check: finding.detail for finding in lint_message(message) if not finding.is_ok}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_mail_passes_every_check(language):
    findings = lint_message(build_mail(language))
    assert [finding for finding in findings if not finding.is_ok and finding.check != "fonts"] == []


@pytest.mark.parametrize(
    "body",
    [
        "<script>1</script>", "<svg></svg>", '<a href="https://example.com/x">x</a>', '<p style="position:absolute">x</p>',
        '<p style="display:flex">x</p>', '<p style="display:grid">x</p>', '<p style="background:url(x.png)">x</p>',
        '<p onclick="x()">x</p>',
        "<style>p {}</style>", '<form action="mailto:x@example.com"></form>', '<table background="https://example.com/a.png"></table>',
    ],
)  # fmt: skip
def test_what_readers_cut_is_found(body):
    assert "client_subset" in failed(OK.format(body))


def test_a_page_without_language_is_found():
    assert failed(OK.replace(' lang="en"', "").format("x"))["client_subset"] == "no language"


def test_faint_text_is_found():
    assert "contrast" in failed(OK.format('<p style="color:#999999">faint</p>'))
    assert "contrast" in failed("<html lang='en'><body>no colours said</body></html>")
    assert "contrast" not in failed(OK.format('<p style="color:#767676">just enough</p>'))


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_a_picture_without_text_or_width_is_found():
    assert failed(OK.format('<img src="cid:a" width="10" alt="">'))["pictures"] == "cid:a has no text"
    assert failed(OK.format('<img src="cid:a" alt="x">'))["pictures"] == "cid:a has no width"
