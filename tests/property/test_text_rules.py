"""Texts near the written forms: what the rules read is what Python's own parsers read of a text that keeps to the pattern, and no more."""

import re
from datetime import date, datetime

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.warehouse.typing_rules import ISO_DATE, ISO_TIMESTAMP, WHOLE_NUMBER, read_kind

LETTERS = " 0123456789-+:./TZezx_%\t\n\x0b,é０"
WRITTEN = {
    "timestamp": [
        "2023-03-01", "2023-03-01 09:05", "2023-03-01T23:59:59", "2024-02-29 00:00:45.000", "2023-03-01 23:59:59.123456",
        "1999-12-31 10:00:00.000000", "1999-12-31 23:59:60", "2023-02-29 12:00:00", "12023-01-01 00:00:0",
    ],
    "date": ["2023-03-01", "2024-02-29", "2023-02-29", "12023-01-0", "1000-12-31"],
    "integer": ["0", "-0", "12", "+5", "5.0", "007", "2147483647", "-2147483648", "2147483648", "1e1", "0x10", "1_000"],
}  # fmt: skip


def read_by_python(text: str, kind: str) -> object:
    """The value, None where the text does not keep to the pattern or there is no such value."""
    pattern = {"timestamp": ISO_TIMESTAMP, "date": ISO_DATE, "integer": WHOLE_NUMBER}[kind]
    if not re.fullmatch(pattern, text, re.ASCII):
        return None
    try:
        if kind == "integer":
            number = int(text.partition(".")[0])
            return number if -(2**31) <= number < 2**31 else None
        return date.fromisoformat(text) if kind == "date" else datetime.fromisoformat(text)
    except ValueError:
        return None


@st.composite
def near(draw: st.DrawFn, kind: str) -> str:
    """A text of the kind, changed in a few places."""
    letters = list(draw(st.sampled_from(WRITTEN[kind])))
    for _ in range(draw(st.integers(0, 3))):
        place, letter = draw(st.integers(0, len(letters))), draw(st.sampled_from(LETTERS))
        letters[place : place + draw(st.integers(0, 1))] = draw(st.sampled_from([[letter], []]))
    return "".join(letters)


@pytest.mark.parametrize("kind", WRITTEN)
def test_rules_read_what_keeps_to_the_pattern(kind):
    with duckdb.connect() as con:

        @settings(max_examples=40, deadline=None)
        @given(st.lists(near(kind), min_size=1, max_size=200))
        def run(texts: list[str]) -> None:
            rule = read_kind("t", kind, ("",), "UTC")
            # a text around year 0 has no counterpart in Python
            known = [text for text in texts if not text.startswith("0000")]
            read = [row[0] for row in con.execute(f"select {rule} from (select unnest(?::varchar[]) as t)", [known]).fetchall()]
            assert list(zip(known, read, strict=True)) == [(text, read_by_python(text, kind)) for text in known]

        run()
