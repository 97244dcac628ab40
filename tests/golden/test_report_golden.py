"""The words and numbers of the invented month, line by line, in both languages.

On a mismatch the page as it is now lies in tests/actual/report; copy it over tests/golden/report to accept it.
"""

import re
from html import unescape
from pathlib import Path

import pytest
from support.report_frames import build_frames
from support.report_pages import report_of

HERE = Path(__file__).parent / "report"
ACTUAL = Path(__file__).parents[1] / "actual" / "report"
BLOCK = re.compile(r"</(?:p|h1|h2|tr|dt|dd|li|summary|div)>|<br>")


def words(html: str) -> str:
    """The page's text, one block or table row a line, without charts and style."""
    body = re.sub(r"<(style|svg|head)\b.*?</\1>", "", html, flags=re.S)
    body = re.sub(r"<figure>.*?</figure>|<svg.*?</svg>", "", body, flags=re.S)
    text = unescape(re.sub(r"<[^>]+>", " ", BLOCK.sub("\f", body)))
    lines = (re.sub(r"[ \t\n]+", " ", line).strip() for line in text.split("\f"))
    return "\n".join(line for line in lines if line) + "\n"


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_the_invented_month_reads_as_accepted(locale):
    name = f"monthly_executive_{locale}.txt"
    now = words(report_of(build_frames()).html(locale))
    accepted = (HERE / name).read_text("utf-8") if (HERE / name).exists() else ""
    if now != accepted:
        ACTUAL.mkdir(parents=True, exist_ok=True)
        (ACTUAL / name).write_text(now, "utf-8")
    assert now == accepted
