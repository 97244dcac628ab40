"""The rows of schema `config`: every table, every column, and the rules that decide a row."""

from dataclasses import replace
from datetime import date

import pytest

from orchestration.config.load import load_workspace
from orchestration.config.metrics import Metric, compile_metric
from orchestration.config.models import Instrument, Item, Text
from orchestration.config.packaged import resource_folder
from orchestration.config.tables import build_config_rows, items_of_index, partly_measured, unmeasured_metrics
from orchestration.schemas.config_tables import CONFIG_TABLES
from orchestration.warehouse.connection import open_memory
from orchestration.warehouse.tables import read_table, replace_rows

FIRST, LAST = date(2024, 8, 1), date(2026, 11, 3)


@pytest.fixture(scope="module")
def sample():
    return load_workspace(resource_folder("data"))


@pytest.fixture(scope="module")
def tables(sample):
    """Every table of schema config, as it comes out of a database."""
    rows = build_config_rows(sample, first_day=FIRST, last_day=LAST)
    assert set(rows) == {table.name for table in CONFIG_TABLES}
    with open_memory() as con:
        for table in CONFIG_TABLES:
            replace_rows(con, table, rows[table.name])
        yield {table.name: read_table(con, table.name) for table in CONFIG_TABLES}


@pytest.mark.parametrize("table", CONFIG_TABLES, ids=lambda table: table.name)
def test_every_table_has_rows_and_a_key_that_stands_once(tables, table):
    frame = tables[table.name]
    assert frame.height
    assert not frame.select(table.key).is_duplicated().any()


def test_every_metric_carries_its_sql_and_fingerprint(sample, tables):
    frame = tables["config.metrics"]
    rows = {row["metric_code"]: row for row in frame.iter_rows(named=True)}
    for order, metric in enumerate(sample.metrics.metrics, start=1):
        compiled = compile_metric(metric)
        row = rows[metric.code]
        assert (row["metric_order"], row["numerator_sql"], row["fingerprint"]) == (order, compiled.numerator_sql, compiled.fingerprint)


def test_parameters_are_every_scalar_and_no_plan(tables):
    numbers = dict(tables["config.parameters"].select("parameter_code", "value_number").rows())
    texts = dict(tables["config.parameters"].select("parameter_code", "value_text").rows())
    assert numbers["thresholds.hide_below_n"] == 30.0
    assert (texts["workspace.company.en"], numbers["workspace.company.en"]) == ("Northgate Logistics & Telecom", None)
    assert texts["workspace.locales"] == "en,zh"
    assert "thresholds.cut_target_satisfaction" not in texts  # not set
    assert not [code for code in texts if "targets" in code]


def test_plans_are_dated(sample, tables):
    assert tables["config.targets"].height == len(sample.thresholds.targets)


def test_the_recommendation_item_has_its_own_scale_and_no_importance(tables):
    frame = tables["config.items"]
    row = frame.filter(frame["is_nps"]).row(0, named=True)
    assert (row["scale_min"], row["scale_max"], row["importance_min"], row["in_index"]) == (0, 10, None, False)


def test_labels_name_the_dimensions_too(tables):
    kinds = set(tables["config.labels"]["kind"])
    assert kinds == {"segment", "region", "department", "category", "channel", "source", "dimension", "contract"}


def test_a_missing_chinese_text_is_the_english_one(sample):
    labels = sample.labels.model_copy(update={"regions": (sample.labels.regions[0].model_copy(update={"text": Text(en="North")}),)})
    changed = type(sample)(**{**vars(sample), "labels": labels})
    rows = build_config_rows(changed, first_day=FIRST, last_day=LAST)["config.labels"]
    assert ("region", "north", 1, "North", "North") in rows


def instrument(*items: str, **more: object) -> Instrument:
    text = Text(en="x")
    made = tuple(Item(code=code.removesuffix("!"), text=text, short=text, is_overall=code.endswith("!")) for code in items)
    return Instrument(code="q", title=text, items=made, **more)


@pytest.mark.parametrize(("asked", "expected"), [
    (instrument("A", "B", "ALL!"), {"A", "B"}),
    (instrument("A", "NPS", "ALL!", nps_item="NPS"), {"A"}),
    (instrument("A", "X", "Y", "Z", acsi_items=("X", "Y", "Z")), {"A"}),
    (instrument("ALL!"), {"ALL"}),
    (instrument("ONE!", "TWO!", "NPS", nps_item="NPS"), {"ONE", "TWO"}),
])  # fmt: skip
def test_items_of_the_index(asked, expected):
    assert items_of_index(asked) == expected


def test_a_metric_that_no_contract_can_measure_is_left_out(sample):
    assert unmeasured_metrics(sample) == ()
    without_events = replace(sample, contracts=tuple(c for c in sample.contracts if c.table != "complaints_events"))
    left_out = unmeasured_metrics(without_events)
    assert {"complaint_reopened_rate", "complaint_escalated_rate", "complaint_response_24h_rate"} <= set(left_out)
    rows = build_config_rows(without_events, first_day=FIRST, last_day=LAST)["config.metrics"]
    assert not {row[0] for row in rows} & set(left_out)
    assert "delivery_on_time_by_time_rate" in {row[0] for row in rows}


def test_a_misspelt_place_of_measurement_is_refused(sample):
    entry = sample.metrics.metrics[0].model_dump() | {"measured_by": ["complaints_evnts"]}
    with pytest.raises(ValueError, match="complaints_evnts"):
        Metric.model_validate(entry)


def test_a_metric_counts_only_the_sources_that_measure_it(sample):
    assert partly_measured(sample) == {}
    desk = next(c for c in sample.contracts if c.table == "complaints_complaints")
    second = desk.model_copy(update={"contract": "letters", "source": "letter_desk"})
    both = replace(sample, contracts=(*sample.contracts, second))
    partly = partly_measured(both)
    assert partly["complaint_reopened_rate"] == (desk.source,)
    assert "delivery_on_time_by_time_rate" not in partly
    rows = {row[0]: row for row in build_config_rows(both, first_day=FIRST, last_day=LAST)["config.metrics"]}
    alone = {row[0]: row for row in build_config_rows(sample, first_day=FIRST, last_day=LAST)["config.metrics"]}
    counted, before = rows["complaint_reopened_rate"], alone["complaint_reopened_rate"]
    sql = " ".join(str(cell) for cell in counted)
    assert sql.count(f"and source_code in ('{desk.source}')") == len(("numerator", "denominator"))
    assert counted[-1] != before[-1]
    assert {code: row for code, row in rows.items() if code not in partly} == {
        code: row for code, row in alone.items() if code not in partly
    }
