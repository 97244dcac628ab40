"""M12: the plain part says the same numbers of the same rows, in lines under 78 columns."""

import pytest
from support.mail_pages import build_envelope, build_mail, build_page

from orchestration.delivery.lint import lint_message, take_apart
from orchestration.delivery.message import build_message
from orchestration.delivery.plain import columns

ROW = '<tr><th scope="row">{}</th><td>{}</td><td>{}</td></tr>'
HTML = '<html lang="en"><body style="color:#000000;background-color:#ffffff"><table>{}</table></body></html>'


def finding(check: str, html: str, text: str):
    message = build_message(build_envelope(), html=html, text=text, pictures=())
    return next(found for found in lint_message(message) if found.check == check)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_row_and_number_of_the_mail_is_in_its_text(language):
    parts = take_apart(build_mail(language))
    assert len(parts.page.rows) == 5
    assert all(columns(line) < 78 for line in parts.text.splitlines())
    for row in parts.page.rows:
        assert any(cell.split(" ")[0] in parts.text for cell in row.cells)


def test_the_text_comes_first():
    kinds = [part.get_content_type() for part in build_mail().iter_parts()]
    assert kinds == ["text/plain", "multipart/related"]


def test_same_rows_pass():
    html = HTML.format(ROW.format("Speed", "3.55", "−0.78") + ROW.format("投诉处理", "4.52", "−1.20"))
    assert finding("same_numbers", html, "Speed  3.55  −0.78\n投诉\n    处理  4.52  −1.20").is_ok


@pytest.mark.parametrize(
    "text",
    [
        "Speed  3.55\nInvoices  3.69",  # a number is missing
        "Speed  3.69  −0.71\nInvoices  3.55  −0.78",  # numbers stand in the wrong rows
        "Speed  −0.78  3.55\nInvoices  3.69  −0.71",  # columns are swapped
        "Invoices  3.69  −0.71\nSpeed  3.55  −0.78",  # rows stand in another order
    ],
)
def test_a_number_in_the_wrong_row_is_found(text):
    html = HTML.format(ROW.format("Speed", "3.55", "−0.78") + ROW.format("Invoices", "3.69", "−0.71"))
    assert not finding("same_numbers", html, text).is_ok


def test_a_number_outside_tables_must_be_in_the_text_too():
    html = '<html lang="en"><body style="color:#000000;background-color:#ffffff"><p>74.6 of 100</p></body></html>'
    assert finding("same_numbers", html, "75.6 of 100").detail == "74.6 is missing"


def test_wide_lines_are_found_by_columns_not_letters():
    assert finding("plain_part", HTML.format(""), "投" * 38 + "\n").is_ok
    assert not finding("plain_part", HTML.format(""), "投" * 40 + "\n").is_ok


def test_an_empty_text_is_found():
    assert finding("plain_part", HTML.format(""), "\n").detail == "there is none"


def test_words_of_a_client_cannot_forge_lines():
    text = take_apart(build_mail(page=build_page(lead="fine\r\nInterval 99.9", title="a\nb"))).text
    assert "\nInterval" not in text
    assert "a b" in text
