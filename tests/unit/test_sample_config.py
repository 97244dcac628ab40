"""The sample's configuration and the one for the Olist extracts: valid, complete, and SQL that runs."""

from pathlib import Path

import duckdb
import pytest
from support.sample.stories import ITEMS
from support.sample.write import DATA

from orchestration.config.load import load_workspace
from orchestration.config.metrics import compile_metric

OLIST = Path(__file__).resolve().parents[1] / "integration" / "real" / "olist"
METRICS = [
    "complaint_resolution_rate",
    "complaint_first_time_rate",
    "complaint_deadline_rate",
    "complaint_reopened_rate",
    "complaint_escalated_rate",
    "complaint_response_24h_rate",
    "callback_satisfaction_rate",
    "delivery_on_time_by_time_rate",
    "delivery_on_time_by_date_rate",
    "delivery_within_24h_rate",
    "delivery_damage_rate",
    "delivery_complete_rate",
    "delivery_receipt_confirmed_rate",
    "stage_limit_compliance_rate",
    "stage_first_time_acceptance_rate",
    "stage_average_workdays",
]
UNPRINTED = [
    "complaint_repeat_rate",
    "stage_lived_days",
    "stage_customer_time_share",
    "case_limit_compliance_rate",
    "case_average_workdays",
    "case_lived_days",
    "case_customer_time_share",
]
FACTS = {
    "complaints": """true as is_resolved, false as is_first_time_resolved, null::boolean as is_within_deadline, 1 as n_reopened,
        0 as n_escalated, true as is_responded_24h, true as is_callback_reached, null::boolean as is_callback_satisfied,
        null::boolean as is_repeat_contact""",
    "deliveries": """true as is_on_time_by_time, true as is_on_time_by_date, false as is_within_24h, true as is_delivered,
        null::boolean as is_damaged, true as is_complete, false as is_receipt_confirmed""",
    "stages": """true as is_within_limit, null::boolean as is_accepted_first_time, 4 as supplier_workdays, 2 as customer_workdays,
        9 as lived_days, false as is_running""",
    "cases": "false as is_within_limit, 20 as supplier_workdays, 5 as customer_workdays, 33 as lived_days, false as is_running",
}
EXPECTED = {
    "complaint_resolution_rate": (1, 1), "complaint_first_time_rate": (0, 1), "complaint_deadline_rate": (0, 0),
    "complaint_reopened_rate": (1, 1),
    "complaint_escalated_rate": (0, 1), "complaint_response_24h_rate": (1, 1), "callback_satisfaction_rate": (0, 0),
    "delivery_on_time_by_time_rate": (1, 1), "delivery_on_time_by_date_rate": (1, 1), "delivery_within_24h_rate": (0, 1),
    "delivery_damage_rate": (0, 0), "delivery_complete_rate": (1, 1), "delivery_receipt_confirmed_rate": (0, 1),
    "stage_limit_compliance_rate": (1, 1), "stage_first_time_acceptance_rate": (0, 0), "stage_average_workdays": (4, 1),
    "complaint_repeat_rate": (0, 0), "stage_lived_days": (9, 1), "stage_customer_time_share": (2, 4 + 2),
    "case_limit_compliance_rate": (0, 1), "case_average_workdays": (20, 1), "case_lived_days": (33, 1),
    "case_customer_time_share": (5, 20 + 5),
}  # fmt: skip


@pytest.mark.parametrize("folder", [DATA, OLIST], ids=["sample", "olist"])
def test_the_workspace_is_valid(folder: Path) -> None:
    config = load_workspace(folder)
    assert config.workspace.instrument in {i.code for i in config.instruments}


def test_the_registry_has_the_agreed_metrics_in_order() -> None:
    metrics = load_workspace(DATA).metrics.metrics
    assert [m.code for m in metrics if m.in_report] == METRICS
    assert [m.code for m in metrics if not m.in_report] == UNPRINTED


@pytest.mark.parametrize("folder", [DATA, OLIST], ids=["sample", "olist"])
def test_every_metric_counts_rows_of_its_fact_and_null_counts_as_no(folder: Path) -> None:
    with duckdb.connect() as con:
        for metric in load_workspace(folder).metrics.metrics:
            compiled = compile_metric(metric)
            found = con.execute(
                f"select {compiled.numerator_sql}, {compiled.denominator_sql} from (select {FACTS[metric.family]})"
            ).fetchone()
            assert found == EXPECTED[metric.code], metric.code


def test_the_questionnaire_has_eighteen_items_in_five_dimensions() -> None:
    (instrument,) = load_workspace(DATA).instruments
    assert tuple(i.code for i in instrument.items) == (*ITEMS, "OVERALL", "REC")
    assert [d.code for d in instrument.dimensions] == ["recovery", "assurance", "responsiveness", "empathy", "tangibles"]
    assert all(len(i.short.en) <= 24 and 0 < len(i.short.zh) <= 24 for i in instrument.items)
    assert all(i.department for i in instrument.items if i.dimension)


def test_everything_printed_has_a_chinese_text() -> None:
    config = load_workspace(DATA)
    labels = [t for group in config.labels for t in group[1]]
    stages = [s for p in config.stages.processes for s in p.stages]
    assert all(x.text.zh for x in (*labels, *stages, *config.metrics.metrics, *config.instruments[0].items))


def test_targets_of_this_year_are_in_force() -> None:
    targets = {t.metric: t.value for t in sorted(load_workspace(DATA).thresholds.targets, key=lambda t: t.valid_from)}
    assert (targets["overall_index"], targets["delivery_on_time_by_time_rate"], targets["complaint_deadline_rate"]) == (76, 0.96, 0.90)


def test_nobody_real_is_written_to() -> None:
    recipients = load_workspace(DATA).recipients.recipients
    assert all(r.address.endswith(".example.com") for r in recipients)
    assert {r.locale for r in recipients} == {"en", "zh"}
    assert any(r.regions for r in recipients)
