"""Plain text of a mail: lines under 78 columns, Chinese letters counted as two, figures beside their names."""

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.delivery.plain import WIDTH, columns, lay_out, pad, wrap

TEXT = st.text(alphabet="abc XYZ,.%0123456789投诉处理到货，。（）−", max_size=300)


def test_chinese_letters_take_two_columns():
    assert columns("投诉A") == 5
    assert pad("投诉", 6, right=True) == "  投诉"
    assert pad("投诉", 6) == "投诉  "


def test_chinese_wraps_between_letters_and_never_before_a_closing_mark():
    lines = wrap("投" * 38 + "。诉讼", width=76).splitlines()
    assert lines[0] == "投" * 37
    assert lines[1] == "投。诉讼"


def test_continuation_lines_are_indented():
    assert wrap("1. one two three", width=10, indent="   ").splitlines() == ["1. one two", "   three"]


def test_line_breaks_in_a_text_cannot_start_a_line():
    assert wrap("good\r\nSubject: bad\u2028x") == "good Subject: bad x"


@settings(max_examples=200, deadline=None)
@given(TEXT, st.sampled_from(["", "   "]))
def test_no_line_is_wider_than_the_page_and_nothing_is_lost(text, indent):
    wrapped = wrap(text, indent=indent)
    assert all(columns(line) <= WIDTH for line in wrapped.splitlines())
    assert "".join(wrapped.split()) == "".join(text.split())


def test_figures_stand_under_each_other():
    laid = lay_out(("Item", "Score"), [("投诉", "3.32"), ("On time", "13.71")])
    assert laid.splitlines() == ["Item     Score", "投诉      3.32", "On time  13.71"]


def test_long_column_names_stand_on_several_lines():
    laid = lay_out(("Region", "On time by the promised hour"), [("West", "74.1 %")])
    assert laid.splitlines() == ["          On time by the", "Region     promised hour", "West              74.1 %"]


def test_a_long_name_keeps_its_figures_on_one_line():
    laid = lay_out(("a", "b", "c"), [("x " * 60, "1.5", "2.5"), ("y", "3.5", "4.5")])
    assert any("1.5" in line and "2.5" in line for line in laid.splitlines())
    assert all(columns(line) <= WIDTH for line in laid.splitlines())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT.map(lambda t: t[:60]), TEXT.map(lambda t: t[:30])), min_size=1, max_size=5))
def test_tables_of_any_text_keep_to_the_page(rows):
    assert all(columns(line) <= WIDTH for line in lay_out(rows[0], rows[1:]).splitlines())


def test_a_number_stays_with_its_unit():
    assert wrap("ovals are 95\u00a0% regions", width=12) == "ovals are\n95 % regions"
