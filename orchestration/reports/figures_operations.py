"""Figures of operations: KPIs against plan, their months and regions, stages against their limits."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import polars as pl

from orchestration.reports.figure import LATE, OPEN_COHORT, SUPPRESSED, TOO_FEW, Figure
from orchestration.reports.formatting import printed_number
from orchestration.reports.reading import ABOUT_PEOPLE, Reading, Row, add_months, rows, trend_months
from orchestration.schemas.indices import ALL

STAGE_MONTHS = 12
LIMIT_COLUMN = "is_within_limit"
"""What the metric counts that a stage's goal is set for: no other metric is compared with it."""
TABLE = "indices.kpi_scores"


def build_operation_figures(reading: Reading) -> Iterator[Figure]:
    """Every figure that is a census of operations: none where no KPI was measured in the last thirteen months."""
    goals_for = goal_metric(reading)
    for metric in rows(reading.frames.metrics.sort("metric_order")):
        scores = _scores(reading, metric["metric_code"])
        if scores.is_empty():
            continue
        if metric["breakdown_code"] == "none":
            yield from build_kpi(reading, metric, scores)
            yield from build_regions(reading, metric, scores)
        elif metric["breakdown_code"] == "stage":
            yield from build_stages(reading, metric, scores, has_goal=metric["metric_code"] == goals_for)


def goal_metric(reading: Reading) -> str:
    """The metric that stage goals are set for: the first share by stage that counts passages inside their limit; empty if none."""
    is_it = (
        (pl.col("breakdown_code") == "stage")
        & (pl.col("unit") == "share")
        & pl.col("numerator_sql").str.contains(LIMIT_COLUMN, literal=True)
    )
    found = reading.frames.metrics.filter(is_it).sort("metric_order")
    return "" if found.is_empty() else str(found.item(0, "metric_code"))


def _scores(reading: Reading, metric: str) -> pl.DataFrame:
    """Rows of one metric over the report's thirteen months and all segments."""
    months = trend_months(reading.month)
    return reading.frames.kpi_scores.filter(
        (pl.col("metric_code") == metric) & pl.col("month_start_date").is_between(months[0], months[-1]) & (pl.col("segment_code") == ALL)
    )


def build_kpi(reading: Reading, metric: Row, scores: pl.DataFrame) -> Iterator[Figure]:
    """`kpi.<metric>.actual`, `.previous`, `.plan`, `.difference`, `.family`, `.direction`, and `.month.` and `.planned.` by month."""
    code = f"kpi.{metric['metric_code']}"
    by_month = _by_month(scores.filter((pl.col("breakdown_code") == ALL) & (pl.col("region_code") == ALL)))
    yield _measured(reading, metric, f"{code}.actual", by_month.get(reading.month))
    yield _measured(reading, metric, f"{code}.previous", by_month.get(add_months(reading.month, -1)), is_current=False)
    yield from _against_plan(reading, metric, code, by_month.get(reading.month))
    yield from _against_process(reading, metric, code, by_month.get(reading.month))
    yield _fact(metric, f"{code}.family", metric["family_code"])
    yield _fact(metric, f"{code}.direction", metric["direction"])
    for month in trend_months(reading.month):
        yield _measured(reading, metric, f"{code}.month.{month:%Y-%m}", by_month.get(month), is_current=month == reading.month)
        plan = reading.target(metric["metric_code"], month)
        if plan is not None:
            yield replace(_plan(metric, plan), figure_code=f"{code}.planned.{month:%Y-%m}")


def _by_month(frame: pl.DataFrame) -> dict[date, Row]:
    return {row["month_start_date"]: row for row in rows(frame)}


def _fact(metric: Row, code: str, text: str) -> Figure:
    return Figure(
        figure_code=code, label_code=f"metric:{metric['metric_code']}", text_value=text, unit="code", source_table="config.metrics"
    )


def _measured(
    reading: Reading, metric: Row, code: str, row: Row | None, *, is_current: bool = True, label: str = "", is_part: bool = False
) -> Figure:
    """One KPI value with numerator and base; hidden below the smallest base, suppressed where a part of the company shows few people."""
    provisional = is_current and _is_late(reading, metric)
    label = label or f"metric:{metric['metric_code']}"
    blank = Figure(
        figure_code=code, label_code=label, unit=metric["unit"], decimals=metric["decimals"], base_kind=metric["base_kind"],
        is_provisional=provisional, note_code=TOO_FEW, n_base=0, source_table=TABLE, fingerprint=metric["fingerprint"],
    )  # fmt: skip
    if row is None:
        return replace(blank, note_code=LATE if provisional else TOO_FEW)
    if row["denominator"] < reading.parameters.hide_below_n:
        return replace(blank, n_base=None if is_part else row["denominator"])
    if _shows_few_people(reading, metric, row, is_part=is_part):
        return replace(blank, n_base=row["denominator"], note_code=SUPPRESSED)
    note = LATE if provisional else OPEN_COHORT if metric["is_open_cohort"] else None
    return replace(blank, value=row["value"], numerator=row["numerator"], n_base=row["denominator"], note_code=note)


def _is_late(reading: Reading, metric: Row) -> bool:
    """A late source stands behind the metric's base, or behind the call-backs its definition reads."""
    reads_callbacks = "callback" in metric["numerator_sql"] + metric["denominator_sql"]
    return reading.is_provisional(metric["base_kind"]) or (reads_callbacks and reading.is_provisional("callbacks"))


def _shows_few_people(reading: Reading, metric: Row, row: Row, *, is_part: bool) -> bool:
    """True where a count of people lies under the smallest that may be shown; of a part of the company the remainder too."""
    few = range(1, reading.parameters.suppress_below_count)
    remainder = row["denominator"] - row["numerator"]
    return metric["base_kind"] in ABOUT_PEOPLE and (row["numerator"] in few or (is_part and remainder in few))


def _plan(metric: Row, value: float) -> Figure:
    return Figure(
        figure_code=f"kpi.{metric['metric_code']}.plan", label_code=f"metric:{metric['metric_code']}", value=value, unit=metric["unit"],
        decimals=metric["decimals"], source_table="config.targets",
    )  # fmt: skip


def _against_plan(reading: Reading, metric: Row, code: str, row: Row | None) -> Iterator[Figure]:
    """The plan in force, and the difference with the one verdict of indices.verdicts."""
    plan = reading.target(metric["metric_code"])
    if plan is None:
        return
    yield _plan(metric, plan)
    actual = _measured(reading, metric, code, row)
    judged = reading.verdict(f"kpi:{metric['metric_code']}", "target") or {}
    stated = actual.value is not None and not actual.is_provisional
    yield replace(
        actual, figure_code=f"{code}.difference", value=None if actual.value is None else actual.value - plan,
        numerator=None, verdict=judged.get("verdict") if stated else None, text_value=judged.get("reason") or None,
        source_table="indices.verdicts",
    )  # fmt: skip


def _against_process(reading: Reading, metric: Row, code: str, row: Row | None) -> Iterator[Figure]:
    """`kpi.<metric>.process`: the verdict against the process's own limits; no word on a hidden number or while a source is late."""
    judged, actual = reading.verdict(f"kpi:{metric['metric_code']}", "process"), _measured(reading, metric, code, row)
    if judged is not None and actual.value is not None and not actual.is_provisional:
        yield Figure(
            figure_code=f"{code}.process", label_code=f"metric:{metric['metric_code']}", value=judged["reference_value"],
            unit=metric["unit"],
            decimals=metric["decimals"], verdict=judged["verdict"], text_value=judged["reason"] or None, source_table="indices.verdicts",
        )  # fmt: skip


def build_regions(reading: Reading, metric: Row, scores: pl.DataFrame) -> Iterator[Figure]:
    """`region.<metric>.<region>`: the month by region, with complementary suppression; none where there is one region only."""
    month = scores.filter(
        (pl.col("breakdown_code") == ALL) & (pl.col("region_code") != ALL) & (pl.col("month_start_date") == reading.month)
    )
    figures = [
        _measured(
            reading, metric, f"region.{metric['metric_code']}.{row['region_code']}", row, label=f"region:{row['region_code']}", is_part=True
        )
        for row in rows(month.sort("region_code"))
    ]
    if len(figures) > 1:
        yield from suppress_complement(figures)


def suppress_complement(figures: list[Figure]) -> list[Figure]:
    """The parts, with a second one hidden where a single hidden part could be found by subtracting the rest from the whole."""
    hidden = [figure for figure in figures if figure.value is None]
    shown = [figure for figure in figures if figure.value is not None]
    if len(hidden) != 1 or hidden[0].base_kind not in ABOUT_PEOPLE or not shown:
        return figures
    smallest = min(shown, key=lambda figure: (figure.n_base or 0, figure.figure_code))
    return [replace(f, value=None, numerator=None, note_code=SUPPRESSED) if f is smallest else f for f in figures]


def build_stages(reading: Reading, metric: Row, scores: pl.DataFrame, *, has_goal: bool) -> Iterator[Figure]:
    """`stage.<metric>.<process>.<stage>.<YYYY-MM>` for twelve months, and each stage's limit and goal."""
    whole = scores.filter(pl.col("region_code") == ALL)
    for stage in rows(reading.frames.stages.sort("process_code", "stage_order")):
        passages = _by_month(
            whole.filter(pl.col("breakdown_code").is_in([stage["stage_code"], f"{stage['process_code']}:{stage['stage_code']}"]))
        )
        if not passages:
            continue
        decimals = _stage_decimals(metric, stage)
        code, label = f"stage.{metric['metric_code']}.{stage['process_code']}.{stage['stage_code']}", f"stage:{stage['stage_code']}"
        for month in trend_months(reading.month)[-STAGE_MONTHS:]:
            cell = _measured(reading, metric, f"{code}.{month:%Y-%m}", passages.get(month), is_current=month == reading.month, label=label)
            yield replace(cell, decimals=decimals)
        yield Figure(
            figure_code=f"{code}.limit", label_code=label, value=stage["limit_workdays"], unit="workdays", source_table="config.stages"
        )
        if has_goal:
            yield Figure(
                figure_code=f"{code}.goal", label_code=label, value=stage["goal_share"], unit="share", decimals=decimals,
                source_table="config.stages",
            )  # fmt: skip


def _stage_decimals(metric: Row, stage: Row) -> int:
    """Digits of a stage's cells: shares in whole per cent, with a digit more where the stage's goal has one."""
    if metric["unit"] != "share":
        return int(metric["decimals"])
    goal = stage["goal_share"]
    return 0 if goal is None or printed_number(goal, "share", 0) == printed_number(goal, "share", 1) else 1
