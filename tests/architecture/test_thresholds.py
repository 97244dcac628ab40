"""A number that decides something lives in config/*.yaml: none stands in SQL or in a template."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SQL = [path for path in (REPOSITORY / "dbt_project").rglob("*.sql") if "target" not in path.parts]
TEMPLATES = list((REPOSITORY / "templates").rglob("*.j2"))

# identities and units, not thresholds: counting, a day's hours, an hour's seconds, months of a year, a per cent
UNITS = {"0", "1", "2", "12", "24", "60", "100", "3600", "1000000"}
NUMBER = re.compile(r"(?<![\w.'\"#-])\d+(?:\.\d+)?(?![\w'\"-])")
NOISE = (
    re.compile(r"--[^\n]*"),
    re.compile(r"/\*.*?\*/", re.S),
    re.compile(r"\{#.*?#\}", re.S),
    re.compile(r"'[^'\n]*'"),
    re.compile(r'"[^"\n]*"'),
    re.compile(r"(?:decimal|varchar)\s*\(\s*\d+\s*(?:,\s*\d+\s*)?\)", re.I),
    re.compile(r"(?:group|order) by [\d, ]+"),
)


def numbers_in(text: str) -> list[str]:
    """Numbers of a source text that are neither units nor part of a name, a string, a comment or a type."""
    for pattern in NOISE:
        text = pattern.sub(" ", text)
    return [number for number in NUMBER.findall(text) if number not in UNITS]


@pytest.mark.parametrize("path", sorted(SQL), ids=lambda path: path.name)
def test_sql_holds_no_threshold(path):
    assert numbers_in(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", sorted(TEMPLATES), ids=lambda path: path.name)
def test_template_holds_no_threshold(path):
    """Geometry and style are not decisions: only what stands inside {{ }} and {% %} is read."""
    logic = " ".join(re.findall(r"\{\{.*?\}\}|\{%.*?%\}", path.read_text("utf-8"), re.S))
    assert numbers_in(logic) == []


def test_the_law_sees_a_threshold():
    assert numbers_in("select case when n < 30 then 'hidden' end, cast(x as decimal(18, 6))") == ["30"]
    assert numbers_in("-- fewer than 30\nselect n_1, 'a 30', 1.5 * x from t group by 1, 3") == ["1.5"]
