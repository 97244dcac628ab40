"""The laws of the dbt project that its files alone can break; nothing is parsed by dbt here."""

import re
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
MODELS = sorted((PROJECT / "models").rglob("*.sql"))
MAX_MODELS, MAX_LINES = 60, 100
LAYERS = {"staging": ("stg_",), "intermediate": ("int_",), "marts": ("dim_", "fct_", "kpi_", "stat_")}
MAY_READ = {"staging": {"staging", "sources"}, "intermediate": set(LAYERS) | {"sources"}, "marts": set(LAYERS) | {"sources"}}
REACHES = {0, 1, 12, 24, "forward"}


def layer(path: Path) -> str:
    return path.relative_to(PROJECT / "models").parts[0]


def described(path: Path) -> dict:
    (entry,) = yaml.safe_load(path.with_suffix(".yml").read_text("utf-8"))["models"]
    return entry


def each_model(test):
    return pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)(test)


def test_dbt_starts_quickly_because_there_are_few_models():
    assert len(MODELS) < MAX_MODELS


@each_model
def test_a_model_is_named_by_its_layer_and_short(path):
    assert path.stem.startswith(LAYERS[layer(path)])
    assert len(path.read_text("utf-8").splitlines()) <= MAX_LINES


@each_model
def test_a_model_says_what_a_row_is_and_what_every_column_means(path):
    entry = described(path)
    assert entry["name"] == path.stem
    assert entry["description"].startswith("One row per ")
    assert all(column["description"].strip() for column in entry["columns"])


@each_model
def test_a_stored_model_of_the_marts_has_a_type_for_every_column(path):
    if layer(path) == "marts":
        assert all(column.get("data_type") for column in described(path)["columns"])


@each_model
def test_a_model_begins_with_its_imports_and_ends_with_a_plain_select(path):
    text = re.sub(r"\{%-? set .*?-?%\}(.*?\{%-? endset -?%\})?", "", path.read_text("utf-8"), flags=re.S)
    text = re.sub(r"^--.*$", "", text, flags=re.M).strip()
    assert text.startswith("with ")
    assert re.search(r"\n\)\n+select|\}\}\n\nselect", text)


@each_model
def test_an_incremental_model_says_how_far_a_touched_month_reaches(path):
    if "in_touched_months" in path.read_text("utf-8"):
        assert described(path)["config"]["meta"]["reaches"] in REACHES


@each_model
def test_a_model_reads_only_what_its_layer_may_read(path):
    read = re.findall(r"ref\('(\w+)'\)", path.read_text("utf-8"))
    layers = {name for name, prefixes in LAYERS.items() for model in read if model.startswith(prefixes)}
    assert layers <= MAY_READ[layer(path)]


def test_no_model_reads_what_is_computed_after_it():
    for path in MODELS:
        assert not re.search(r"\b(indices|reported)\b\.", path.read_text("utf-8")), path.name


def test_the_project_calls_nobody_and_needs_no_package():
    flags = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))["flags"]
    assert flags["send_anonymous_usage_stats"] is False
    assert flags["partial_parse"] is True
    assert flags["use_colors"] is False
    assert not (PROJECT / "packages.yml").exists()
