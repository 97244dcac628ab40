"""The words and numbers of the invented month, line by line, in both languages: report, mail, and the answer in every state of the data.

What is kept is what is read, one block or table row a line: the whole HTML is four times larger, and a changed style would hide
a changed number in it.
"""

import re
from html import unescape

import pytest
from support.browser_pages import LOCALES, STATES, mail_page, report_html

from orchestration.delivery.parts import render_text
from orchestration.reports.render import build_environment

BLOCK = re.compile(r"</(?:p|h1|h2|tr|dt|dd|li|summary|div)>|<br>")


def words(html: str) -> str:
    """The page's text, one block or table row a line, without charts and style."""
    body = re.sub(r"<(style|svg|head)\b.*?</\1>", "", html, flags=re.S)
    body = re.sub(r"<figure>.*?</figure>|<svg.*?</svg>", "", body, flags=re.S)
    text = unescape(re.sub(r"<[^>]+>", " ", BLOCK.sub("\f", body)))
    lines = (re.sub(r"[ \t\n]+", " ", line).strip() for line in text.split("\f"))
    return "\n".join(line for line in lines if line) + "\n"


@pytest.mark.parametrize("locale", LOCALES)
def test_the_invented_month_reads_as_accepted(golden, locale):
    golden(f"monthly_executive_{locale}.txt", words(report_html("normal", locale)))


@pytest.mark.parametrize("locale", LOCALES)
def test_its_mail_reads_as_accepted(golden, locale):
    golden(f"mail_{locale}.txt", render_text(build_environment(locale), mail_page("normal", locale)))


@pytest.mark.parametrize("locale", LOCALES)
def test_the_answer_of_every_state_reads_as_accepted(golden, locale):
    answers = [f"== {state}\n{words(report_html(state, locale).partition('<section id=')[0])}" for state in STATES]
    golden(f"answers_{locale}.txt", "\n".join(answers))
