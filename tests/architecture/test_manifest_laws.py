"""Laws of the dbt project, read from its manifest: names, contracts, descriptions, layers, form, reach, size."""

import json
import re

import pytest
import yaml

from orchestration.pipeline.manifest import manifest_path

MOST_MODELS, MOST_LINES = 60, 100
NAMES = {
    "staging": r"stg_[a-z]+__[a-z_]+",
    "intermediate": r"int_[a-z_]+",
    "marts": r"(dim|fct)_[a-z_]+|(kpi|stat)_[a-z_]+",
}
# what a model begins with, its imports, and what it ends with, a plain select
COMMENTS_AND_SETS = re.compile(r"^--[^\n]*$|\{%-? set .*?-?%\}(.*?\{%-? endset -?%\})?", re.M | re.S)
PLAIN_END = re.compile(r"\n\)\n+select|\}\}\n\nselect")
# a sum of these kinds in SQL depends on the order of its rows
FLOATS = re.compile(r"\b(double|float|real)\b", re.I)


@pytest.fixture(scope="module")
def models():
    manifest = json.loads(manifest_path().read_text("utf-8"))
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


@pytest.fixture(scope="module")
def marts(models):
    return [model for model in models if model["schema"] == "marts"]


def test_the_declared_models_are_there(marts):
    expected = {
        "dim_customer",
        "dim_item",
        "dim_stage",
        "dim_staff",
        "dim_calendar",
        "dim_generation",
        "fct_answer",
        "fct_response",
        "fct_complaint",
        "fct_delivery",
        "fct_stage_passage",
        "kpi_complaints_monthly",
        "kpi_deliveries_monthly",
        "kpi_stages_monthly",
        "kpi_customer_stage_monthly",
        "kpi_customer_monthly",
        "stat_item_levels_monthly",
        "stat_item_pairs_monthly",
        "stat_response_counts_monthly",
    }
    assert expected <= {model["name"] for model in marts}


def test_few_enough_models_for_a_quick_start(models):
    assert len(models) < MOST_MODELS


def test_names_say_the_layer(models):
    strangers = [model["name"] for model in models if not re.fullmatch(NAMES[model["schema"]], model["name"])]
    assert not strangers


def test_every_mart_keeps_an_enforced_contract(marts):
    loose = [model["name"] for model in marts if not model["contract"]["enforced"]]
    assert not loose


def test_every_model_says_what_one_row_is(models):
    silent = [model["name"] for model in models if not model["description"].startswith("One row per")]
    assert not silent


def test_every_column_is_described(models):
    bare = [f"{m['name']}.{c['name']}" for m in models for c in m["columns"].values() if not c["description"].strip()]
    assert not bare


def test_every_model_lies_beside_its_description(models):
    apart = [m["name"] for m in models if not (m.get("patch_path") or "").endswith(m["original_file_path"].removesuffix(".sql") + ".yml")]
    assert not apart


def test_every_model_is_short(models):
    long = [model["name"] for model in models if len(model["raw_code"].splitlines()) > MOST_LINES]
    assert not long


def test_every_model_begins_with_its_imports_and_ends_with_a_plain_select(models):
    for model in models:
        text = COMMENTS_AND_SETS.sub("", model["raw_code"]).strip()
        assert text.startswith("with "), model["name"]
        assert PLAIN_END.search(text), model["name"]


def test_staging_reads_no_later_layer(models):
    for model in models:
        if model["schema"] == "staging":
            read = {name.split(".")[-1].split("_")[0] for name in model["depends_on"]["nodes"] if name.startswith("model.")}
            assert read <= {"stg"}, model["name"]


def test_facts_are_views(marts):
    stored = [model["name"] for model in marts if model["name"].startswith("fct_") and model["config"]["materialized"] != "view"]
    assert not stored


def test_incremental_models_declare_their_reach(models):
    for model in models:
        if model["config"]["materialized"] == "incremental":
            reach = model["config"]["meta"].get("reaches", model["meta"].get("reaches"))
            assert reach == "forward" or reach in {0, 1, 12, 24}, model["name"]
            assert model["config"]["incremental_strategy"] == "replace_months", model["name"]
        else:
            assert "in_touched_months" not in model["raw_code"], model["name"]


def test_no_sum_is_a_float(marts):
    """The integer law: whatever is added up is an integer or a decimal; a ratio stands in a view alone."""
    for model in marts:
        if model["config"]["materialized"] == "view":
            continue
        floats = [c["name"] for c in model["columns"].values() if FLOATS.search(c["data_type"] or "")]
        assert not [name for name in floats if name.startswith(("sum_", "n_", "numerator", "denominator"))], model["name"]


def test_statistics_carry_their_keys(marts):
    keys = {"month_start_date", "instrument_code", "wave_code", "mode_code", "segment_code", "region_code"}
    for model in marts:
        if model["name"].startswith("stat_"):
            assert keys <= set(model["columns"]), model["name"]
            assert "owner_id" in model["columns"] or model["name"] == "stat_item_pairs_monthly"


def test_every_fact_knows_when_it_was_known(marts):
    facts = [model for model in marts if model["name"].startswith("fct_")]
    assert facts
    assert all("known_at" in model["columns"] for model in facts)


def test_marts_never_read_what_polars_estimated(models):
    manifest = json.loads(manifest_path().read_text("utf-8"))
    sources = {source["schema"] for source in manifest["sources"].values()}
    assert sources <= {"raw", "config", "ops"}


def test_the_project_calls_nobody_and_needs_no_package(repository):
    flags = yaml.safe_load((repository / "dbt_project" / "dbt_project.yml").read_text("utf-8"))["flags"]
    assert flags["send_anonymous_usage_stats"] is False
    assert flags["partial_parse"] is True
    assert flags["use_colors"] is False
    assert not (repository / "dbt_project" / "packages.yml").exists()
