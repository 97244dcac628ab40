"""Charts: what their coordinates mean, that they re-draw to the same bytes, and that their markup is what browsers and mails need."""

import dataclasses
import math
import re
from xml.etree import ElementTree

import jinja2
import pytest

from orchestration.reports import chart_style
from orchestration.reports.chart_scale import build_scale
from orchestration.reports.chart_shapes import Box, Drawing, Ellipse, Line, Path, Rect, Window, Words, hatching
from orchestration.reports.charts import (
    FONTS,
    STYLES,
    BarRow,
    QuadrantItem,
    QuadrantMap,
    QuadrantNames,
    Sparkline,
    TargetStrip,
    TrendChart,
    TrendPoint,
    chart_css,
    draw,
    draw_switched,
)

SVG = "{http://www.w3.org/2000/svg}"


def months(*values: float | None) -> tuple[TrendPoint, ...]:
    known = [(None, None) if value is None else (value - 1, value + 1) for value in values]
    return tuple(TrendPoint(f"M{i}", "2026", value, *known[i], 76.0, f"{value}") for i, value in enumerate(values))


def trend(*points: TrendPoint) -> TrendChart:
    return TrendChart("Trend", "Rose from 72 to 74", points, "target 76", floor=0, ceiling=100)


def item(number: int, x: float, y: float, quadrant: str = "D", **changes: object) -> QuadrantItem:
    return QuadrantItem(number, f"Item {number}", x, y, quadrant, satisfaction_se=0.05, importance_se=0.03, correlation=0.4, **changes)


def quadrants(*items: QuadrantItem) -> QuadrantMap:
    names = QuadrantNames("STRENGTH", "REPAIR", "OPPORTUNITY", "MAINTAIN")
    return QuadrantMap("Map", "d", items, 3.8, 4.1, "mean 3.80", "mean 4.10", names, "more satisfied", "more important", 0.95)


QUADRANTS = quadrants(item(1, 3.4, 4.5, "B"), item(2, 4.2, 4.6, "A"), item(3, 4.1, 3.7), item(4, 3.78, 4.12, "B", is_undecided=True))


@pytest.fixture(scope="module")
def macros(repository):
    loader = jinja2.FileSystemLoader(repository / "templates")
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    environment.globals.update(chart_styles=STYLES, chart_fonts=FONTS)
    return environment.get_template("charts/chart.svg.j2").module


def styled(drawing: Drawing, style: str) -> list:
    return [shape for shape in drawing.shapes if not isinstance(shape, Window) and shape.style == style]


def texts(drawing: Drawing) -> list[str]:
    return [shape.text for shape in drawing.shapes if isinstance(shape, Words)]


def test_scale_ends_on_round_figures_and_holds_all_values():
    scale = build_scale([68.7, 78.9], 200, 0)
    assert scale.ticks == (68, 72, 76, 80)
    assert scale.at(68) == 200
    assert scale.at(80) == 0


def test_scale_never_passes_floor_and_ceiling():
    scale = build_scale([97.5, 99.8], 0, 100, floor=0, ceiling=100, least=10)
    assert scale.ticks[-1] <= 100
    assert scale.low <= 97.5


def test_constant_values_still_have_a_scale():
    scale = build_scale([5, 5, 5], 0, 100)
    assert scale.low < 5 < scale.high or scale.low <= 5 < scale.high


def test_trend_leaves_a_gap_where_a_month_has_no_value():
    drawing = draw(trend(*months(72, 73, None, 74, 75)), width=720, prefix="t")
    assert len([shape for shape in styled(drawing, "actual") if isinstance(shape, Path)]) == 2
    assert len(styled(drawing, "dot")) == 4


def test_trend_marks_a_small_base_hollow_and_says_why():
    points = list(months(72, 73, 74))
    points[1] = dataclasses.replace(points[1], is_small=True, note="only 64 answers")
    drawing = draw(trend(*points), width=720, prefix="t")
    assert len(styled(drawing, "hollow")) == 1
    assert "only 64 answers" in texts(drawing)


def test_trend_labels_first_and_last_value_alone():
    drawing = draw(trend(*months(72, 73, 74)), width=720, prefix="t")
    assert {"72", "74"} <= set(texts(drawing))
    assert "73" not in texts(drawing)


def test_plan_is_dashed_and_steps_with_its_validity():
    points = [dataclasses.replace(point, plan=74.0 if i < 2 else 76.0) for i, point in enumerate(months(72, 73, 74, 75))]
    plans = styled(draw(trend(*points), width=720, prefix="t"), "plan")
    assert len(plans) == 2
    assert plans[0].y1 > plans[1].y1
    assert dict(STYLES["plan"].attributes)["stroke-dasharray"]


def test_provisional_month_is_not_drawn_solid():
    points = list(months(72, 73, 74))
    points[2] = dataclasses.replace(points[2], is_provisional=True)
    drawing = draw(trend(*points), width=720, prefix="t")
    assert styled(drawing, "provisional_line")
    assert styled(drawing, "hollow_late")


def test_an_empty_chart_is_refused():
    with pytest.raises(ValueError, match="has a value"):
        draw(trend(*months(None, None)), width=720, prefix="t")
    with pytest.raises(ValueError, match="no items"):
        draw(quadrants(), width=720, prefix="q")


def test_strip_places_interval_mark_and_target_in_their_order():
    drawing = draw(TargetStrip("s", "", 74.6, 73.5, 75.7, 76, "target 76", floor=0, ceiling=100), width=300, prefix="s")
    (interval,), (mark,), (target,) = styled(drawing, "interval"), styled(drawing, "dot"), styled(drawing, "target")
    assert interval.x < mark.cx < interval.x + interval.width < target.x1


def test_labels_stand_on_the_map_when_wide_and_numbers_with_a_key_when_narrow():
    pair = draw_switched(QUADRANTS, prefix="q")
    assert "Item 1" in texts(pair.wide)
    assert pair.wide.keys == ()
    assert "Item 1" not in texts(pair.narrow)
    assert [key.number for key in pair.narrow.keys] == [1, 2, 3, 4]


def test_undecided_item_is_hollow_with_a_question_mark():
    pair = draw_switched(QUADRANTS, prefix="q")
    assert len(styled(pair.wide, "hollow")) == 1
    assert "Item 4 ?" in texts(pair.wide)
    assert pair.narrow.keys[3].label == "Item 4 ?"


def test_repair_quadrant_is_low_satisfaction_and_high_importance():
    drawing = draw(QUADRANTS, width=720, prefix="q")
    (tint,), (repair,) = styled(drawing, "tint"), styled(drawing, "mark_repair")
    assert isinstance(tint, Rect)
    assert tint.x <= repair.cx <= tint.x + tint.width
    assert tint.y <= repair.cy <= tint.y + tint.height


def test_region_without_correlation_has_the_axes_of_the_normal_ellipse():
    one = dataclasses.replace(item(1, 3.4, 4.5), correlation=0.0)
    drawing = draw(quadrants(one, item(2, 4.2, 4.0)), width=720, prefix="q")
    (window,) = [shape for shape in drawing.shapes if isinstance(shape, Window)]
    ellipse = window.shapes[0]
    assert isinstance(ellipse, Ellipse)
    # sqrt(-2 ln 0.05) = 2.4477; both regions whole and 3 % of the items' span of air beside them; 712 px for that
    span = 0.8 + 2 * (0.05 * 2.4477 + 0.03 * 0.8)
    assert ellipse.rx == pytest.approx(0.05 * 712 / span * 2.4477, abs=0.06)


@pytest.mark.parametrize("width", [720, 358])
def test_no_region_is_cut_by_the_frame(width):
    drawing = draw(QUADRANTS, width=width, prefix="q")
    (frame,) = styled(drawing, "frame")
    (window,) = [shape for shape in drawing.shapes if isinstance(shape, Window)]
    for region in window.shapes:
        turn = math.radians(region.angle)
        across = math.hypot(region.rx * math.cos(turn), region.ry * math.sin(turn))
        upward = math.hypot(region.rx * math.sin(turn), region.ry * math.cos(turn))
        assert frame.x - 0.2 <= region.cx - across <= region.cx + across <= frame.x + frame.width + 0.2
        assert frame.y - 0.2 <= region.cy - upward <= region.cy + upward <= frame.y + frame.height + 0.2


def test_each_plan_in_force_is_named_on_its_own_line():
    points = tuple(
        TrendPoint(f"m{n}", "2026", 70.0 + n / 10, plan=plan, plan_text=f"target {plan:g}")
        for n, plan in enumerate([75.0] * 6 + [78.0] * 7)
    )
    drawing = draw(TrendChart("t", "d", points, least=8.0), width=720, prefix="t")
    named = {shape.text: shape for shape in drawing.shapes if isinstance(shape, Words) and shape.text.startswith("target")}
    assert set(named) == {"target 75", "target 78"}
    assert named["target 75"].y > named["target 78"].y
    assert named["target 75"].x < named["target 78"].x


def test_positive_correlation_tilts_the_region_upward():
    drawing = draw(QUADRANTS, width=720, prefix="q")
    window = next(shape for shape in drawing.shapes if isinstance(shape, Window))
    assert all(-90 < ellipse.angle < 0 for ellipse in window.shapes)


def test_item_without_standard_error_has_no_region():
    bare = QuadrantItem(1, "One", 3.5, 4.0, "C")
    window = next(shape for shape in draw(quadrants(bare), width=720, prefix="q").shapes if isinstance(shape, Window))
    assert window.shapes == ()


def test_sparkline_breaks_at_a_gap_and_ends_in_its_tone():
    drawing = draw(Sparkline("s", (1, 2, None, 3, 4), "bad"), width=80, prefix="s")
    assert len(styled(drawing, "spark")) == 2
    assert len(styled(drawing, "dot_bad")) == 1
    assert draw(Sparkline("s", (None, None)), width=80, prefix="s").shapes == ()


def test_provisional_bar_is_outlined_and_hatched_inside_itself():
    drawing = draw(BarRow("b", 0.5, is_provisional=True), width=200, prefix="b")
    (outline,) = styled(drawing, "bar_open")
    hatches = styled(drawing, "hatch")
    assert hatches
    assert all(outline.x <= x <= outline.x + outline.width for shape in hatches for x in (shape.x1, shape.x2))


def test_hatching_keeps_its_slant_and_its_box():
    box = Box(0, 0, 50, 12)
    for shape in hatching(box, 7, "hatch"):
        assert isinstance(shape, Line)
        assert shape.x2 - shape.x1 == pytest.approx(shape.y1 - shape.y2, abs=0.2)
        assert 0 <= shape.y2 <= shape.y1 <= 12


def everything():
    points = list(months(72.123456, 73, None, 74.98765))
    points[1] = dataclasses.replace(points[1], is_small=True, note="only <64> & few")
    return {
        "trend": trend(*points), "map": QUADRANTS, "strip": TargetStrip("s", "d", 74.6, 73.5, 75.7, 76, "target 76"),
        "spark": Sparkline("s", (1, 2, 3)), "bar": BarRow("b", 1 / 3, is_provisional=True),
    }  # fmt: skip


@pytest.mark.parametrize("name", everything())
def test_markup_is_well_formed_described_and_repeats_to_the_byte(macros, name):
    once, again = (str(macros.chart(draw(everything()[name], width=358, prefix="p1"))) for _ in range(2))
    assert once == again
    root = ElementTree.fromstring(once)
    assert root.get("role") == "img"
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert root.get("aria-labelledby").split() == ids
    assert root.find(f"{SVG}title").text
    assert not [value for element in root.iter() for value in element.attrib.values() if re.search(r"\d\.\d\d", value)]
    assert "url(" not in once


def test_texts_of_a_client_cannot_become_markup(macros):
    evil = '<script>alert(1)</script>"{{7*7}}'
    chart = dataclasses.replace(QUADRANTS, title=evil, items=(dataclasses.replace(QUADRANTS.items[0], label=evil),))
    text = str(macros.chart(draw(chart, width=720, prefix="q")))
    root = ElementTree.fromstring(text)
    assert root.find(f"{SVG}title").text == evil
    assert not list(root.iter(f"{SVG}script"))


def test_two_widths_have_their_own_ids(macros):
    text = str(macros.switched(draw_switched(QUADRANTS, prefix="q")))
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids)) == 4
    assert 'class="chart wide"' in text
    assert 'class="chart narrow"' in text


def test_every_style_has_dark_colours_and_css_names_them():
    css = chart_css()
    for name, style in STYLES.items():
        assert f".c-{name}{{" in css
        assert bool(style.fill) == bool(style.dark_fill), name
        assert bool(style.stroke) == bool(style.dark_stroke), name


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("name", "light", "dark"),
    [
        ("band_edge", "inverse", "inverse"), ("interval", "track", "track"), ("region", "inverse", "inverse"),
        ("region_repair", "tint", "tint"),
        ("cross", "inverse", "inverse"), ("plan", "band", "band"), ("actual", "band", "band"), ("target", "track", "track"),
        ("provisional_line", "band", "band"), ("spark", "inverse", "inverse"), ("bar", "track", "track"), ("bar_bad", "track", "track"),
        ("hatch", "inverse", "inverse"), ("mark", "inverse", "inverse"), ("mark_repair", "tint", "tint"), ("dot", "interval", "interval"),
        ("dot_good", "inverse", "inverse"), ("dot_bad", "inverse", "inverse"),
    ],
)  # fmt: skip
def test_graphics_have_contrast_with_what_lies_behind(name, light, dark):
    style = STYLES[name]
    assert contrast(style.stroke or style.fill, STYLES[light].fill) >= 3
    assert contrast(style.dark_stroke or style.dark_fill, STYLES[dark].dark_fill) >= 3


@pytest.mark.parametrize("name", ["text", "muted", "late", "text_good", "text_bad", "label", "label_repair"])
def test_texts_have_contrast_in_light_and_dark(name):
    style = STYLES[name]
    grounds = {"label_repair": (STYLES["tint"].fill, STYLES["tint"].dark_fill), "text_bad": (STYLES["tint"].fill, STYLES["tint"].dark_fill)}
    light, dark = grounds.get(name, (chart_style.PAPER, STYLES["inverse"].dark_fill))
    assert contrast(style.fill, light) >= 4.5
    assert contrast(style.dark_fill, dark) >= 4.5
