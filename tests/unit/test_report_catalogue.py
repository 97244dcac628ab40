"""Both languages are complete: every text the code or a template can ask for, and no placeholder lost in translation."""

import re
from string import Formatter

import pytest
from babel.messages.extract import extract_from_file
from support.report_frames import build_frames
from support.report_pages import report_of

from orchestration.config.packaged import resource_folder
from orchestration.errors import RenderError
from orchestration.reports import catalogue, claims, claims_plans  # noqa: F401
from orchestration.reports.catalogue import label_of, read_catalogue
from orchestration.reports.formatting import format_count

TEMPLATES = resource_folder("templates")
SOURCES = sorted((resource_folder("templates").parent / "orchestration" / "reports").glob("*.py"))
ASKED = re.compile(r'(?:\.text|text|sentence)\(\s*"([a-z][a-z0-9_.]*)"')
CANDIDATE = re.compile(r'Candidate\(\s*"([a-z][a-z0-9_.]*)"')


def messages(locale):
    from babel.messages.pofile import read_po

    found = {}
    for file in sorted((TEMPLATES / "locale" / locale).glob("report*.po")):
        with file.open("rb") as content:
            found |= {message.id: message.string for message in read_po(content) if message.id}
    return found


def placeholders(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_the_languages_have_the_same_messages():
    assert messages("en").keys() == messages("zh").keys()


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_no_message_is_empty(locale):
    assert not [message for message, text in messages(locale).items() if not text.strip()]


def test_translations_use_the_same_placeholders():
    english, chinese = messages("en"), messages("zh")
    optional = {"headline.pool"}
    differing = [m for m in english if placeholders(english[m]) != placeholders(chinese[m]) and m not in optional]
    assert not differing


def test_chinese_texts_are_chinese():
    latin = {m for m, text in messages("zh").items() if not re.search(r"[\u4e00-\u9fff]", text)}
    assert latin == {"of.100", "range", "unit.share"}


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_every_text_a_template_asks_for_exists(locale):
    known = read_catalogue(locale)
    asked = set()
    for template in TEMPLATES.rglob("*.j2"):
        if "mail" in template.name or template.name == "preview.html.j2":
            continue
        asked |= {call[1] for call in extract_from_file("jinja2.ext:babel_extract", template, options={"trimmed": "true"})}
    assert asked
    assert not [message for message in asked if message not in known]


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_every_text_the_code_asks_for_exists(locale):
    known = read_catalogue(locale)
    code = "\n".join(path.read_text("utf-8") for path in SOURCES if "mail" not in path.name and "chart" not in path.name)
    asked = set(ASKED.findall(code)) | set(CANDIDATE.findall(code))
    places = {
        "heading.trend",
        "heading.quadrant",
        "heading.items",
        "heading.kpi",
        "heading.stages",
        "heading.delivery",
        "heading.complaints",
    }
    figures = ("company.", "quadrant.cut_rule", "weights.", "run.", "lacking.")
    missing = (
        asked
        - places
        - {message for message in asked if message in known}
        - {"masthead.sources", "headline.note", "headline.summary", "lead"}
    )
    assert not {m for m in missing if not m.startswith(figures)}


def test_every_candidate_ever_tried_has_a_text_in_both_languages():
    codes = set(report_of(build_frames()).claims["sentence_code"])
    assert codes
    for locale in ("en", "zh"):
        known = read_catalogue(locale)
        assert not [code for code in codes if code not in known]


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_coded_texts_are_complete(locale):
    from orchestration.schemas.raw import RAW_TABLES

    known = read_catalogue(locale)
    codes = [f"table.{table.name.removeprefix('raw.')}" for table in RAW_TABLES]
    codes += [f"verdict.{word}" for word in ("better", "worse", "changed but small", "steady", "cannot tell")]
    codes += [f"cut.{rule}" for rule in ("scale_midpoint", "grand_mean", "median", "target")]
    codes += [f"base.{kind}" for kind in ("responses", "invitations", "complaints", "deliveries", "passages", "callbacks", "items")]
    codes += [f"unit.{unit}" for unit in ("share", "workdays", "hours", "count")] + [
        f"family.{name}" for name in ("complaints", "deliveries", "stages")
    ]
    codes += [f"state.{state}" for state in ("complete", "late", "missing", "late_by")]
    codes += [f"trend.{a}.{b}{c}" for a in ("year", "month") for b in ("better", "worse") for c in ("", ".short", ".above")]
    codes += [f"trend.{a}{c}" for a in ("steady", "small", "unknown") for c in ("", ".short", ".above")]
    codes += [
        f"trust.weights.{b}" for b in ("previous_fiscal_year", "same_fiscal_year", "equal", "overall_item", "acsi", "importance_weighted")
    ]
    codes += [
        f"trust.lacking.{what}"
        for what in ("survey", "importance", "complaints", "deliveries", "stages", "regions", "region_cases", "stage_goals", "stage_cases")
    ]
    codes += [f"point.{v}.{p}" for v in ("better", "worse") for p in ("month", "year")] + ["point.target.better", "point.target.worse"]
    assert not [code for code in codes if code not in known]


def test_a_missing_text_is_an_error_and_never_a_message_id():
    with pytest.raises(RenderError, match=r"no text for 'nobody.wrote.this'"):
        read_catalogue("en").text("nobody.wrote.this")


def test_a_code_without_a_name_is_printed_as_it_is():
    assert label_of({}, "region:far_east", "zh") == "far east"
    assert label_of({"region:n": ("North", "")}, "region:n", "zh") == "North"
    assert catalogue.label_of({}, None, "en") == ""


COUNTED = re.compile(r"\{(\w+):")
ODD_PLURAL = re.compile(r"(?<!of )\b(1|one) (\w+ )?(answers|indicators|items|sources|days|stages)\b")


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("number", [0, 1, 2, 3, 30])
def test_every_counted_text_reads_in_every_number(locale, number):
    """No count of one beside a plural, no form left unfilled, and Chinese needs no plural at all."""
    texts = {message: text for message, text in messages(locale).items() if COUNTED.search(text)}
    assert texts
    for message, text in texts.items():
        names = set(re.findall(r"\{(\w+)", text))
        said = text.format(**{name: format_count(number, locale) for name in names})
        assert not re.search(r"[{}/]", said), message
        assert locale == "zh" or number != 1 or not ODD_PLURAL.search(said)
