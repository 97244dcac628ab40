"""The two texts of a mail and its pictures, rendered from one page by the environment it is given."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Protocol

import css_inline
from jinja2 import Environment
from jinja2.exceptions import TemplateError

from orchestration.delivery.pictures import SHOWN_WIDTH, Picture, draw_png
from orchestration.delivery.plain import lay_out, underline, wrap
from orchestration.errors import RenderError

HTML_TEMPLATE, TEXT_TEMPLATE, CHART_TEMPLATE = "mail.html.j2", "mail.txt.j2", "charts/chart.svg.j2"

DEFAULT_FONT, PICTURE_FONTS = "Noto Sans", {"zh-CN": "Noto Sans CJK SC"}


class _Sized(Protocol):
    @property
    def width(self) -> float:
        """Width in px."""


class PageChart(Protocol):
    """A chart of a page: its name in the message, the text that stands for it, its coordinates."""

    @property
    def code(self) -> str:
        """Name within the message."""

    @property
    def alt(self) -> str:
        """The finding it shows."""

    @property
    def drawing(self) -> _Sized:
        """What templates/charts places."""


class Page(Protocol):
    """What a mail is rendered from; the templates read the rest."""

    @property
    def language(self) -> str:
        """Language tag."""

    @property
    def pictures(self) -> Sequence[PageChart]:
        """Charts in the order in which they stand."""


def render_html(environment: Environment, page: Page, *, content_ids: Mapping[str, str]) -> str:
    """The HTML part, its styles inlined; `content_ids` gives each picture's id by its code. Raises RenderError."""
    return _inliner().inline(_render(environment, HTML_TEMPLATE, page=page, content_ids=content_ids, picture_width=SHOWN_WIDTH))


def render_text(environment: Environment, page: Page) -> str:
    """The plain part. Raises RenderError."""
    return _render(environment, TEXT_TEMPLATE, page=page, wrap=wrap, lay_out=lay_out, underline=underline).strip() + "\n"


def draw_pictures(environment: Environment, page: Page) -> tuple[Picture, ...]:
    """The page's charts as PNG. Raises RenderError."""
    return tuple(Picture(chart.code, draw_png(_svg(environment, chart, page.language))) for chart in page.pictures)


def _svg(environment: Environment, chart: PageChart, language: str) -> str:
    """The chart in the one font that has every letter of its language; a browser chooses, a drawer of pictures does not."""
    macros = environment.get_template(CHART_TEMPLATE).make_module({"chart_fonts": PICTURE_FONTS.get(language, DEFAULT_FONT)})
    return str(macros.chart(chart.drawing))  # type: ignore[attr-defined]


def _render(environment: Environment, template: str, **names: object) -> str:
    try:
        return environment.get_template(template).render(**names)
    except TemplateError as error:
        raise RenderError(f"the mail cannot be rendered: {error}", where=f"templates/{template}") from error


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_style_tags=False, minify_css=True, load_remote_stylesheets=False)
