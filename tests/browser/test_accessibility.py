"""axe-core finds nothing on any page, in either language, light or dark, at the width of a phone, a sheet and a desk."""

import pytest
from support.browser_pages import (
    LOCALES,
    STATES,
    WIDTHS,
    chromium,
    held_html,
    mail_html,
    picture,
    preview_html,
    report_html,
    shown,
    violations,
)

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
LANDMARKS = ("region", "landmark-one-main")
"""A mail is shown inside the page of a mail program, which has its own landmarks."""


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_normal_month(browser, locale, scheme, width):
    with shown(browser, report_html("normal", locale), width=width, scheme=scheme) as seen:
        picture(seen.page, f"report_{locale}_{scheme}_{width}")
        assert violations(seen.page) == []
        assert seen.asked == []


@pytest.mark.parametrize(("locale", "scheme", "width"), [("en", "light", 760), ("zh", "dark", 360)])
@pytest.mark.parametrize("state", [state for state in STATES if state != "normal"])
def test_every_other_state_of_the_data(browser, state, locale, scheme, width):
    with shown(browser, report_html(state, locale), width=width, scheme=scheme) as seen:
        picture(seen.page, f"report_{state}_{locale}_{scheme}_{width}")
        assert violations(seen.page) == []
        assert seen.asked == []


@pytest.mark.parametrize(("locale", "scheme", "width"), [("en", "light", 760), ("zh", "dark", 360)])
def test_a_month_held_back(browser, locale, scheme, width):
    with shown(browser, held_html(locale), width=width, scheme=scheme) as seen:
        picture(seen.page, f"report_held_{locale}_{scheme}_{width}")
        assert violations(seen.page) == []
        assert seen.asked == []


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("width", [360, 760])
def test_the_mail(browser, locale, width):
    with shown(browser, mail_html("normal", locale), width=width) as seen:
        picture(seen.page, f"mail_{locale}_{width}")
        assert violations(seen.page, without_rules=LANDMARKS) == []
        assert seen.asked == []


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("width", [360, 1980])
def test_the_preview_of_the_mail(browser, locale, width):
    with shown(browser, preview_html("normal", locale), width=width) as seen:
        picture(seen.page, f"preview_{locale}_{width}")
        assert violations(seen.page) == []
        assert seen.asked == []
