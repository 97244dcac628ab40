"""Labels of a quadrant map never cover each other, a mark or the frame, wherever the items stand."""

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.reports.chart_layout import Wanted, place_labels
from orchestration.reports.chart_shapes import Box, Ellipse, Rect, Words
from orchestration.reports.chart_text import text_width
from orchestration.reports.charts import QuadrantItem, QuadrantMap, QuadrantNames, draw_quadrants

NAMES = QuadrantNames("A 优势区", "B 修补区", "C 机会区", "D 维持区")
SCORE = st.floats(1, 5).map(lambda value: round(value, 3))
LABEL = st.text(alphabet="abcdefgh WMij投诉处理到货通知", min_size=1, max_size=24)


@st.composite
def maps(draw, at_most: int = 24) -> QuadrantMap:
    places = draw(st.lists(st.tuples(SCORE, SCORE, LABEL, st.booleans()), min_size=1, max_size=at_most))
    items = tuple(QuadrantItem(i + 1, label, x, y, "B" if x < 3 <= y else "A", hollow) for i, (x, y, label, hollow) in enumerate(places))
    return QuadrantMap("t", "d", items, 3.0, 3.0, "mean 3.00", "mean 3.00", NAMES, "more satisfied", "more important", 0.95)


def marks_and_words(drawing):
    words = [shape.box for shape in drawing.shapes if isinstance(shape, Words)]
    marks = [shape for shape in drawing.shapes if isinstance(shape, Ellipse)]
    (frame,) = [shape for shape in drawing.shapes if isinstance(shape, Rect) and shape.style == "frame"]
    return marks, words, frame


def inner(box: Box) -> Box:
    """The box less the rounding of its coordinates."""
    return Box(box.left + 0.1, box.top + 0.1, box.right - 0.1, box.bottom - 0.1)


@settings(max_examples=60, deadline=None)
@given(maps())
def test_labels_never_overlap_or_fall_to_numbers(chart):
    drawing = draw_quadrants(chart, width=720, prefix="q")
    _, words, frame = marks_and_words(drawing)
    for i, one in enumerate(words):
        assert one.left >= -0.1
        assert one.right <= 720.1
        assert all(not inner(one).overlaps(inner(other)) for other in words[i + 1 :])
    assert bool(drawing.keys) or {item.label for item in chart.items} <= {
        shape.text.removesuffix(" ?") for shape in drawing.shapes if isinstance(shape, Words)
    }
    assert frame.width > 700


@settings(max_examples=60, deadline=None)
@given(maps())
def test_labels_never_cover_a_mark(chart):
    drawing = draw_quadrants(chart, width=720, prefix="q")
    if not drawing.keys:
        marks, words, _ = marks_and_words(drawing)
        for mark in marks:
            box = Box(mark.cx - mark.rx, mark.cy - mark.ry, mark.cx + mark.rx, mark.cy + mark.ry)
            assert not any(inner(box).overlaps(inner(word)) for word in words)


@settings(max_examples=60, deadline=None)
@given(maps())
def test_numbered_marks_never_cover_each_other_on_a_phone(chart):
    drawing = draw_quadrants(chart, width=358, prefix="q")
    badges = [shape for shape in marks_and_words(drawing)[0] if shape.rx > 5]
    assert len(badges) == len(chart.items) == len(drawing.keys)
    for i, one in enumerate(badges):
        assert all((one.cx - other.cx) ** 2 + (one.cy - other.cy) ** 2 >= (one.rx + other.rx) ** 2 - 1 for other in badges[i + 1 :])


@settings(max_examples=20, deadline=None)
@given(maps(at_most=12))
def test_the_same_items_give_the_same_drawing(chart):
    assert draw_quadrants(chart, width=720, prefix="q") == draw_quadrants(chart, width=720, prefix="q")


def test_a_label_makes_room_for_one_that_has_a_single_place():
    single, other = Box(0, 0, 10, 10), Box(0, 20, 10, 30)
    frame = Box(0, 0, 40, 40)
    assert place_labels([Wanted((single, other)), Wanted((single,))], frame=frame, obstacles=()) == (other, single)


def test_a_label_without_room_is_left_out():
    place = Box(0, 0, 10, 10)
    assert place_labels([Wanted((place,))], frame=Box(0, 0, 40, 40), obstacles=(Box(5, 5, 6, 6),)) == (None,)
    assert place_labels([Wanted((Box(35, 0, 45, 10),))], frame=Box(0, 0, 40, 40), obstacles=()) == (None,)


def test_chinese_letters_take_a_full_em():
    assert text_width("投诉", 12) == 24
    assert text_width("il", 12) < 8
