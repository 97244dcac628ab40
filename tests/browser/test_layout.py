"""Nothing is cut off, overlaps or must be scrolled sideways; it prints; it reads without pictures."""

import re

import pytest
from support.browser_pages import LOCALES, chromium, mail_html, preview_html, report_html, shown

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
PAGES = {"report": report_html, "mail": mail_html, "preview": preview_html}
LEAST_PX, LEAST_IN_CHART_PX = 12, 12
WORDS = """() => [...document.querySelectorAll('#quadrant svg')].filter(svg => svg.getBoundingClientRect().width).flatMap(svg => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter(text => text.textContent.trim()).map(text => {
    const box = text.getBoundingClientRect();
    return {text: text.textContent.trim(), left: box.left - frame.left, right: box.right - frame.left, top: box.top - frame.top,
            bottom: box.bottom - frame.top, width: frame.width, height: frame.height};
  });
})"""
SMALLEST = """() => [...document.querySelectorAll('body *')]
  .filter(node => [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim()))
  .filter(node => node.getBoundingClientRect().width > 1)
  .filter(node => !['STYLE', 'TITLE', 'title', 'desc'].includes(node.nodeName))
  .map(node => { const scale = node.ownerSVGElement ? node.getScreenCTM().a : 1;
                 return [parseFloat(getComputedStyle(node).fontSize) * scale, Boolean(node.ownerSVGElement),
                         node.textContent.trim().slice(0, 30)]; })"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", PAGES)
def test_a_phone_never_scrolls_sideways(browser, kind, locale):
    with shown(browser, PAGES[kind]("normal", locale), width=360) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("width", [360, 760])
def test_words_of_the_map_neither_overlap_nor_leave_it(browser, locale, width):
    """Boxes of letters hold some air above and below: two px of it may meet."""
    with shown(browser, report_html("normal", locale), width=width) as seen:
        words = seen.page.evaluate(WORDS)
    assert len(words) > 5
    outside = [w["text"] for w in words if w["left"] < -1 or w["right"] > w["width"] + 1 or w["top"] < -1 or w["bottom"] > w["height"] + 1]
    assert outside == []
    pairs = [(one, other) for i, one in enumerate(words) for other in words[i + 1 :]]
    assert [(a["text"], b["text"]) for a, b in pairs if _meet(a, b)] == []


def _meet(one, other, air=2) -> bool:
    across = min(one["right"], other["right"]) - max(one["left"], other["left"])
    down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    return across > air and down > 2 * air


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", ["report", "mail"])
def test_no_letter_is_too_small_on_a_phone(browser, kind, locale):
    with shown(browser, PAGES[kind]("normal", locale), width=360) as seen:
        found = seen.page.evaluate(SMALLEST)
    letters = [row for row in found if any(letter.isalnum() for letter in row[2])]
    assert [text for size, drawn, text in letters if size < (LEAST_IN_CHART_PX if drawn else LEAST_PX)] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_it_prints_on_a_few_sheets_and_no_chart_is_cut(browser, locale):
    with shown(browser, report_html("normal", locale)) as seen:
        pdf = seen.page.pdf(format="A4", prefer_css_page_size=True)
        seen.page.emulate_media(media="print")
        tallest = seen.page.evaluate("Math.max(...[...document.querySelectorAll('svg')].map(svg => svg.getBoundingClientRect().height))")
        kept = seen.page.evaluate("[...document.querySelectorAll('figure')].map(f => getComputedStyle(f).breakInside)")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 7
    assert set(kept) == {"avoid"}
    assert tallest < 1000  # an A4 sheet less its margins, at 96 px an inch


def test_a_mail_without_its_pictures_says_what_they_show(browser):
    blocked = re.sub(r'src="data:image/png[^"]*"', 'src="data:,"', mail_html("normal", "en"))
    with shown(browser, blocked, width=360) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 360
        assert all(len(alt) > 20 for alt in seen.page.evaluate("[...document.images].map(image => image.alt)"))
