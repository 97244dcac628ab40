"""HTML of a report: one Jinja environment, one self-contained file per language, the same bytes on every call."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.exceptions import TemplateError

from orchestration.config.models import Locale
from orchestration.config.packaged import resource_folder
from orchestration.errors import RenderError
from orchestration.reports.catalogue import read_catalogue
from orchestration.reports.charts import FONTS, STYLES, chart_css
from orchestration.reports.held_back import HeldBack
from orchestration.reports.monthly_executive import MonthlyExecutive


@cache
def build_environment(locale: Locale, templates: Path | None = None) -> Environment:
    """The environment of one language: everything escaped, an undefined name is an error, texts from its catalogue."""
    environment = Environment(
        loader=FileSystemLoader(templates or resource_folder("templates")), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True, extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    catalogue = read_catalogue(locale, templates)
    environment.install_gettext_callables(catalogue.text, catalogue.plural, newstyle=False)  # type: ignore[attr-defined]
    environment.globals.update(chart_styles=STYLES, chart_fonts=FONTS, chart_css=chart_css())
    return environment


def render_monthly_executive(view: MonthlyExecutive, *, templates: Path | None = None) -> str:
    """The report as one HTML file: no script, no address outside itself. Raises RenderError naming the template and the name it lacked."""
    return _render(view, "monthly_executive.html.j2", templates)


def render_held_back(view: HeldBack) -> str:
    """The page of a month that is held back, as one HTML file. Raises RenderError as the report does."""
    return _render(view, "held_back.html.j2", None)


def _render(view: MonthlyExecutive | HeldBack, template: str, templates: Path | None) -> str:
    try:
        return build_environment(view.locale, templates).get_template(template).render(view=view)
    except TemplateError as error:
        raise RenderError(f"the report cannot be rendered: {error}", where=f"templates/{template}") from error
