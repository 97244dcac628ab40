"""Frames of an invented company for the report's tests: every table a report reads, with switches for each state of the data."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import polars as pl

from orchestration.reports.frames import ReportFrames, ReportParameters, empty_frame, polars_schema
from orchestration.schemas.columns import Table
from orchestration.schemas.config_tables import ITEMS, LABELS, METRICS, STAGES, TARGETS
from orchestration.schemas.indices import (
    ITEM_QUADRANTS,
    ITEM_SCORES,
    ITEM_WEIGHTS,
    KPI_SCORES,
    NPS_SCORES,
    OVERALL_SCORES,
    RESPONSE_RATES,
    VERDICTS,
)
from orchestration.schemas.ops import RUN, SOURCES

MONTH = date(2026, 10, 1)
INSTRUMENT = "servqual18"
PARAMETERS = ReportParameters(
    company_en="Northgate Logistics & Telecom", company_zh="北门物流通信", instrument=INSTRUMENT, contact="Li Wen, Service Quality"
)
INDEX = (72.2, 72.5, 71.9, 72.8, 73.4, 73.1, 74.2, 74.9, 75.3, 73.8, 75.6, 75.9, 74.6)
BASES = (1180, 1204, 1098, 1150, 1021, 1187, 1240, 1198, 1215, 64, 1230, 1209, 1212)
ITEM_ROWS = (
    ("C1", "Complaints solved", "投诉解决", "customer_care", 3.32, 4.52, "B", 1.0),
    ("C2", "Complaint follow-up", "投诉回访", "customer_care", 3.55, 4.33, "B", 1.0),
    ("S1", "Safe handling", "货物安全", "transport", 4.18, 4.55, "A", 1.0),
    ("S2", "Staff knowledge", "专业知识", "customer_care", 4.02, 4.24, "A", 0.97),
    ("S3", "Correct bills", "账单准确", "billing", 3.69, 4.40, "B", 0.999),
    ("S4", "Promises kept", "信守承诺", "sales", 3.78, 4.28, "B", 0.9),
    ("S5", "Stable service", "服务稳定", "network", 4.10, 4.66, "A", 1.0),
    ("RS1", "On-time delivery", "准时送达", "transport", 3.71, 4.71, "B", 0.999),
    ("RS2", "Quick answers", "快速答复", "customer_care", 3.60, 4.14, "C", 0.62),
    ("RS3", "Fast fault repair", "故障修复", "network", 4.15, 4.60, "A", 1.0),
    ("E1", "Personal contact", "专属联系人", "sales", 3.62, 3.82, "C", 0.99),
    ("E2", "Friendly staff", "态度友好", "customer_care", 4.08, 4.12, "D", 0.84),
    ("E3", "Opening hours", "服务时间", "customer_care", 3.88, 4.06, "D", 0.66),
    ("E4", "Tailored offers", "个性化方案", "sales", 3.45, 3.88, "C", 1.0),
    ("T1", "Branch appearance", "营业厅环境", "customer_care", 4.05, 3.76, "D", 0.99),
    ("T2", "Vehicles and uniforms", "车辆与着装", "transport", 3.98, 3.70, "D", 0.97),
    ("T3", "App and website", "应用与网站", "network", 4.01, 3.63, "D", 0.98),
    ("T4", "Clear documents", "单据清晰", "billing", 3.92, 3.95, "D", 0.93),
)
METRIC_ROWS = (
    ("complaint_resolution_rate", "complaints", "Complaints resolved", "投诉解决率", "none", "complaints", "higher_is_better", 1, None,
     0.951, 412),
    ("complaint_first_time_rate", "complaints", "Resolved at the first attempt", "一次解决率", "none", "complaints", "higher_is_better",
     1, None, 0.718, 392),
    ("complaint_deadline_rate", "complaints", "Resolved within the deadline", "按期办结率", "none", "complaints", "higher_is_better", 1,
     0.90, 0.828, 409),
    ("complaint_escalated_rate", "complaints", "Complaints escalated", "投诉升级率", "none", "complaints", "lower_is_better", 1, None,
     0.061, 412),
    ("complaint_response_24h_rate", "complaints", "First answer within 24 hours", "24小时首次响应率", "none", "complaints",
     "higher_is_better", 1, 0.95, 0.966, 412),
    ("callback_satisfaction_rate", "complaints", "Satisfied when called back", "回访满意率", "none", "callbacks", "higher_is_better", 1,
     0.80, 0.784, 214),
    ("delivery_on_time_by_time_rate", "deliveries", "On time by the promised time", "准时率（按时刻）", "none", "deliveries",
     "higher_is_better", 1, 0.96, 0.916, 6120),
    ("delivery_on_time_by_date_rate", "deliveries", "On time by the promised date", "准时率（按日期）", "none", "deliveries",
     "higher_is_better", 1, 0.975, 0.948, 6120),
    ("delivery_damage_rate", "deliveries", "Deliveries with damage", "货损率", "none", "deliveries", "lower_is_better", 2, 0.015, 0.0127,
     6120),
    ("delivery_complete_rate", "deliveries", "Delivered complete", "足量送达率", "none", "deliveries", "higher_is_better", 1, None, 0.992,
     6120),
    ("stage_limit_compliance_rate", "stages", "Stage finished within its limit", "环节按时完成率", "stage", "passages",
     "higher_is_better", 1, None, 0.95, 180),
    ("stage_first_time_acceptance_rate", "stages", "Accepted at the first attempt", "环节一次通过率", "stage", "passages",
     "higher_is_better", 1, None, 0.80, 180),
    ("stage_average_workdays", "stages", "Working days in the stage", "环节平均工作日", "stage", "passages", "lower_is_better", 1, None,
     3.0, 180),
)  # fmt: skip
OPEN_COHORTS = ("complaint_resolution_rate", "complaint_escalated_rate")
STAGE_ROWS = (("survey", "Site survey", "现场勘查", 3, 0.95), ("plan", "Technical plan", "方案答复", 5, 0.95),
("contract", "Contract", "合同签订", 4, 0.90),
              ("construction", "Construction", "施工", 15, 0.90), ("activation", "Activation", "开通验收", 2, 0.95))  # fmt: skip
STAGE_SHARES = {
    "survey": (97, 97, 98, 97, 98, 98, 98, 97, 98, 98, 98, 98), "plan": (95, 94, 93, 95, 96, 96, 96, 97, 96, 96, 95, 96),
    "contract": (93, 89, 88, 93, 94, 94, 95, 95, 94, 95, 94, 94), "construction": (91, 88, 86, 91, 92, 90, 89, 90, 88, 88, 84, 82),
    "activation": (95, 95, 96, 96, 97, 97, 96, 95, None, 96, 97, 96),
}  # fmt: skip
REGIONS = {
    "north": ("North", "华北", 0.962),
    "south": ("South", "华南", 0.958),
    "east": ("East", "华东", 0.964),
    "west": ("West", "西部", 0.741),
    "central": ("Central", "华中", 0.955),
}
LATE_REGION = "west"
SOURCE_ROWS = (
    ("answers_web", "survey_tool", "raw.surveys_answers", 189_212, date(2026, 10, 31), "complete", True),
    ("invitations", "survey_tool", "raw.surveys_invitations", 64_880, date(2026, 10, 31), "complete", True),
    ("deliveries", "delivery_system", "raw.deliveries_deliveries", 184_211, date(2026, 10, 31), "complete", True),
    ("complaints", "complaint_desk", "raw.complaints_complaints", 10_412, date(2026, 11, 1), "complete", True),
    ("callbacks", "complaint_desk", "raw.complaints_callbacks", 5_214, date(2026, 10, 24), "late", True),
    ("case_stages", "crm", "raw.crm_case_stages", 24_770, date(2026, 11, 1), "complete", True),
    ("customers", "crm", "raw.crm_customers", 6_480, date(2026, 11, 1), "complete", True),
)  # fmt: skip
WHOLE = {"segment_code": "all", "region_code": "all"}
Rows = list[dict[str, Any]]


def table_frame(table: Table, rows: Rows) -> pl.DataFrame:
    """The rows as a frame of the table; columns that a row leaves out are null."""
    schema = polars_schema(table)
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def months_back(back: int) -> date:
    """First day of the month `back` months before the report's."""
    index = MONTH.year * 12 + MONTH.month - 1 - back
    return date(index // 12, index % 12 + 1, 1)


def build_frames(*, index: tuple[float, ...] = INDEX, bases: tuple[int, ...] = BASES) -> ReportFrames:
    """A normal month: complete survey, a missed delivery plan in one region, one late source."""
    return ReportFrames(
        overall_scores=table_frame(OVERALL_SCORES, _overall(index, bases)), item_scores=empty_frame(ITEM_SCORES),
        item_quadrants=table_frame(ITEM_QUADRANTS, _quadrants()), item_weights=table_frame(ITEM_WEIGHTS, _weights()),
        verdicts=table_frame(VERDICTS, [*_index_verdicts(index, bases), *_kpi_verdicts()]), kpi_scores=table_frame(KPI_SCORES, _kpis()),
        response_rates=table_frame(RESPONSE_RATES, _rates()), nps_scores=table_frame(NPS_SCORES, _nps()),
        items=table_frame(ITEMS, _items()),
        stages=table_frame(STAGES, _stages()), metrics=table_frame(METRICS, _metrics()), targets=table_frame(TARGETS, _targets()),
        labels=table_frame(LABELS, _labels()), sources=table_frame(SOURCES, _sources()), run=table_frame(RUN, _run()),
    )  # fmt: skip


def without(frames: ReportFrames, *names: str) -> ReportFrames:
    """The frames with the named tables emptied: what a company without that family delivers."""
    return replace(frames, **{name: getattr(frames, name).clear() for name in names})


def with_late(frames: ReportFrames, contract: str, reaches: date) -> ReportFrames:
    """The frames with one source late and reaching only that day."""
    is_it = pl.col("contract_code") == contract
    sources = frames.sources.with_columns(
        data_to_date=pl.when(is_it).then(pl.lit(reaches)).otherwise("data_to_date"),
        state=pl.when(is_it).then(pl.lit("late")).otherwise("state"),
    )
    return replace(frames, sources=sources)


def all_complete(frames: ReportFrames) -> ReportFrames:
    """The frames with every source complete to the end of the month."""
    return replace(frames, sources=frames.sources.with_columns(state=pl.lit("complete"), data_to_date=pl.lit(date(2026, 11, 1))))


def with_verdict(frames: ReportFrames, subject: str, comparison: str, **changes: Any) -> ReportFrames:
    """The frames with one verdict changed."""
    is_it = (pl.col("subject_code") == subject) & (pl.col("comparison_code") == comparison)
    changed = [pl.when(is_it).then(pl.lit(value)).otherwise(pl.col(name)).alias(name) for name, value in changes.items()]
    return replace(frames, verdicts=frames.verdicts.with_columns(changed))


def with_kpi(frames: ReportFrames, metric: str, value: float, *, region: str = "all", back: int = 0) -> ReportFrames:
    """The frames with one KPI value changed, its numerator with it, and the verdict against plan decided by the sign."""
    is_it = (pl.col("metric_code") == metric) & (pl.col("region_code") == region) & (pl.col("month_start_date") == months_back(back))
    changed = frames.kpi_scores.with_columns(
        value=pl.when(is_it).then(value).otherwise("value"),
        numerator=pl.when(is_it).then((pl.col("denominator") * value).round().cast(pl.Int64)).otherwise("numerator"),
    )
    plan = {row[0]: row[8] for row in METRIC_ROWS}[metric]
    frames = replace(frames, kpi_scores=changed)
    if region != "all" or back or plan is None:
        return frames
    good = (value > plan) == ({row[0]: row[6] for row in METRIC_ROWS}[metric] == "higher_is_better")
    word = "steady" if abs(value - plan) < 0.01 else "better" if good else "worse"
    return with_verdict(frames, f"kpi:{metric}", "target", value=value, difference=value - plan, verdict=word)


def _overall(index: tuple[float, ...], bases: tuple[int, ...]) -> Rows:
    rows: Rows = []
    for back, (score, base) in enumerate(zip(reversed(index), reversed(bases), strict=True)):
        error = 19.0 / base**0.5
        state = "too_few" if base < 30 else "small_base" if base < 100 else "normal"
        common = {
            "instrument_code": INSTRUMENT,
            **WHOLE,
            "headline_rule": "importance_weighted",
            "n_effective": base * 0.9,
            "fingerprint": "9f2c51aa07de",
        }
        rows.append({
            "month_start_date": months_back(back), "window_months": 1, "n_responses": base, "index_0to100": score, "standard_error": error,
            "interval_low": score - 1.96 * error, "interval_high": score + 1.96 * error, "base_state": state, **common,
        })  # fmt: skip
        rows.append({
            "month_start_date": months_back(back), "window_months": 3, "n_responses": base + 1300, "index_0to100": 74.9,
            "standard_error": 0.9,
            "interval_low": 73.2, "interval_high": 76.6, "base_state": "normal", **common,
        })  # fmt: skip
    return rows


def _index_verdicts(index: tuple[float, ...], bases: tuple[int, ...]) -> Rows:
    words = {
        "previous_month": (index[-2], "cannot tell", 1.9),
        "same_month_last_year": (index[0], "better", 1.9),
        "target": (76.0, "worse", 1.1),
    }
    return [
        {
            "month_start_date": MONTH, "subject_code": "overall_index", "breakdown_code": "all", **WHOLE, "comparison_code": comparison,
            "value": index[-1],
            "reference_value": reference, "difference": index[-1] - reference, "difference_low": index[-1] - reference - 1.5,
            "difference_high": index[-1] - reference + 1.5, "matters_from": 1.0, "smallest_detectable": smallest, "verdict": verdict,
            "reason": "tested",
            "n_base": bases[-1], "n_reference": bases[-2],
        }
        for comparison, (reference, verdict, smallest) in words.items()
    ]  # fmt: skip


def _quadrants() -> Rows:
    repair = sorted((row for row in ITEM_ROWS if row[6] == "B"), key=lambda row: row[4] - row[5])
    ranks = {row[0]: rank for rank, row in enumerate(repair, start=1)}
    return [
        {
            "month_start_date": MONTH, "window_months": 1, "instrument_code": INSTRUMENT, **WHOLE, "item_code": code,
            "cut_rule": "grand_mean",
            "cut_satisfaction": 3.85, "cut_importance": 4.17, "satisfaction_score": satisfaction, "importance_score": importance,
            "satisfaction_minus_importance": satisfaction - importance, "quadrant_code": quadrant, "certainty": certainty,
            "is_undecided": certainty < 0.8,
            "satisfaction_se": 0.031, "importance_se": 0.024, "correlation": 0.21, "repair_rank": ranks.get(code), "n_responses": 1190,
            "fingerprint": "3b7710c2f9ae",
        }
        for code, _, _, _, satisfaction, importance, quadrant, certainty in ITEM_ROWS
    ]  # fmt: skip


def _weights() -> Rows:
    return [
        {"fiscal_year": 2026, "instrument_code": INSTRUMENT, "item_code": row[0], "weight_share": 1 / 18, "basis": "previous_fiscal_year"}
        for row in ITEM_ROWS
    ]


def _kpis() -> Rows:
    rows: Rows = []
    for code, _, _, _, breakdown, base_kind, _, _, _, value, base in METRIC_ROWS:
        common = {
            "metric_code": code,
            "segment_code": "all",
            "base_kind": base_kind,
            "fingerprint": f"{abs(hash_of(code)):012x}"[:12],
            "n_history_months": 24,
        }
        if breakdown == "stage":
            rows += _stage_cells(common, base, {"stage_average_workdays": 3.4, "stage_first_time_acceptance_rate": 0.80}.get(code))
            continue
        for back in range(13):
            rows += _kpi_month(common, code, back, value, base)
    return rows


def _kpi_month(common: dict[str, Any], code: str, back: int, value: float, base: int) -> Rows:
    slipped = code.startswith("delivery_on_time") and back < 4
    level = value if slipped or not code.startswith("delivery_on_time") else 0.968 if "by_time" in code else 0.981
    level += 0.002 * ((back * 7) % 5 - 2) if back else 0
    shared = {**common, "month_start_date": months_back(back), "breakdown_code": "all"}
    rows = [{**shared, "region_code": "all", "numerator": round(level * base), "denominator": base, "value": level}]
    for region, (_, _, share) in REGIONS.items():
        there = (share if code == "delivery_on_time_by_time_rate" else level + (share - 0.95) * 0.2) if slipped else level
        rows.append({**shared, "region_code": region, "numerator": round(there * base / 5), "denominator": base // 5, "value": there})
    return rows


def _stage_cells(common: dict[str, Any], base: int, flat: float | None) -> Rows:
    """Cells of one metric by stage: the shares above, or one value throughout."""
    rows: Rows = []
    for stage, shares in STAGE_SHARES.items():
        for back, share in enumerate(reversed(shares)):
            passages = 12 if share is None else base
            value = (share or 96) / 100 if flat is None else flat
            rows.append({
                **common, "month_start_date": months_back(back), "breakdown_code": stage, "region_code": "all",
                "numerator": round(value * passages),
                "denominator": passages, "value": value,
            })  # fmt: skip
    return rows


def hash_of(text: str) -> int:
    """A number that stands for a text, the same in every process."""
    return sum(ord(letter) * 31**position for position, letter in enumerate(text)) % 16**12


def _kpi_verdicts() -> Rows:
    rows: Rows = []
    for code, _, _, _, breakdown, _, direction, _, plan, value, base in METRIC_ROWS:
        if breakdown != "none":
            continue
        common = {
            "month_start_date": MONTH,
            "subject_code": f"kpi:{code}",
            "breakdown_code": "all",
            **WHOLE,
            "value": value,
            "n_base": base,
            "matters_from": 0.01,
        }
        process = "worse" if code.startswith("delivery_on_time") else "steady"
        good = plan is not None and (value > plan) == (direction == "higher_is_better")
        word = "steady" if plan is not None and abs(value - plan) < 0.01 else "better" if good else "worse"
        judged = {"process": (0.96, process, "inside the process limits"), "target": (plan, word, "census against target")}
        for comparison, (reference, verdict, reason) in judged.items():
            if reference is not None:
                said = ("cannot tell", "open_cohort") if code in OPEN_COHORTS else (verdict, reason)
                rows.append(
                    {
                        **common,
                        "comparison_code": comparison,
                        "reference_value": reference,
                        "difference": value - reference,
                        "verdict": said[0],
                        "reason": said[1],
                    }
                )
    return rows


def _rates() -> Rows:
    return [{
        "month_start_date": MONTH, "window_months": 1, "instrument_code": INSTRUMENT, **WHOLE, "n_sent": 6480, "n_returned": 1301,
        "n_valid": 1212,
        "returned_of_sent_share": 1301 / 6480, "valid_of_sent_share": 1212 / 6480, "valid_of_returned_share": 1212 / 1301,
    }]  # fmt: skip


def _nps() -> Rows:
    return [{
        "month_start_date": MONTH, "window_months": 1, "instrument_code": INSTRUMENT, **WHOLE, "n_answers": 1180, "n_promoters": 520,
        "n_passives": 380,
        "n_detractors": 280, "n_effective": 1120.0,
         "nps": 240 / 1180, "interval_low": 0.158, "interval_high": 0.248, "fingerprint": "77aa01b2c3d4",
    }]  # fmt: skip


def _items() -> Rows:
    return [
        {
            "instrument_code": INSTRUMENT, "item_code": code, "item_order": order, "text_en": short, "text_zh": chinese,
            "short_en": short, "short_zh": chinese,
            "department_code": department, "is_overall": False, "is_nps": False, "is_acsi": False, "scale_min": 1, "scale_max": 5,
            "importance_min": 1,
            "importance_max": 5, "minimum_answers_for_valid": 9, "in_index": True,
        }
        for order, (code, short, chinese, department, *_) in enumerate(ITEM_ROWS, start=1)
    ]  # fmt: skip


def _stages() -> Rows:
    return [
        {
            "process_code": "connection", "stage_code": code, "stage_order": order, "process_kind": "case",
            "count_convention": "exclude_first_day",
            "text_en": english, "text_zh": chinese, "limit_workdays": limit, "goal_share": goal, "department_code": "network",
        }
        for order, (code, english, chinese, limit, goal) in enumerate(STAGE_ROWS, start=1)
    ]  # fmt: skip


def _metrics() -> Rows:
    return [
        {
            "metric_code": code, "metric_order": order, "family_code": family, "text_en": english, "text_zh": chinese,
            "description_en": english,
            "description_zh": chinese, "numerator_sql": "sum(is_within_limit)" if code == "stage_limit_compliance_rate" else "sum(1)",
            "denominator_sql": "sum(1)", "breakdown_code": breakdown,
            "base_kind": base_kind,
            "unit": "workdays" if code.endswith("workdays") else "share", "direction": direction, "decimals": decimals,
            "owner_code": "transport",
            "is_open_cohort": code in OPEN_COHORTS,
            "fingerprint": f"{abs(hash_of(code)):012x}"[:12],
        }
        for order, (code, family, english, chinese, breakdown, base_kind, direction, decimals, *_) in enumerate(METRIC_ROWS, start=1)
    ]  # fmt: skip


def _targets() -> Rows:
    index = [{"metric_code": "overall_index", "valid_from": date(2026, 1, 1), "target_value": 76.0, "source": "Board"},
             {"metric_code": "overall_index", "valid_from": date(2025, 1, 1), "target_value": 75.0, "source": "Board"}]  # fmt: skip
    return index + [
        {"metric_code": row[0], "valid_from": date(2024, 1, 1), "target_value": row[8], "source": "Plan"}
        for row in METRIC_ROWS
        if row[8] is not None
    ]


def _labels() -> Rows:
    named = [("region", code, english, chinese) for code, (english, chinese, _) in REGIONS.items()]
    named += [("department", "customer_care", "Customer care", "客户服务部"), ("department", "transport", "Transport", "运输部"),
    ("department", "network", "Network", "网络部"),
              ("department", "billing", "Billing", "账务部"), ("department", "sales", "Sales", "销售部"),
               ("source", "crm", "CRM", "客户管理系统"),
              ("source", "complaint_desk", "Complaint desk", "投诉工单系统"), ("source", "delivery_system", "Delivery system", "配送系统"),
              ("source", "survey_tool", "Survey tool", "调查平台")]  # fmt: skip
    return [
        {"kind": kind, "code": code, "label_order": order, "text_en": english, "text_zh": chinese}
        for order, (kind, code, english, chinese) in enumerate(named)
    ]


def _sources() -> Rows:
    return [
        {"contract_code": contract, "source_code": source, "table_name": table, "n_rows": rows, "n_quarantined": 0, "n_deleted": 0,
         "data_to_date": reaches, "due_date": date(2026, 11, 2), "expected_to_date": date(2026, 11, 1), "state": state,
         "is_required_for_report": required}
        for contract, source, table, rows, reaches, state, required in SOURCE_ROWS
    ]  # fmt: skip


def _run() -> Rows:
    return [{"as_of": datetime(2026, 11, 3, 2, 0), "as_of_date": date(2026, 11, 3), "report_month": MONTH, "first_month": date(2024, 8, 1)}]
