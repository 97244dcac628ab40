"""Figures about the report itself: run, sources, definitions, parameters, and what is lacking and why."""

from collections.abc import Iterator
from datetime import date

import polars as pl

from orchestration.reports.figure import Figure
from orchestration.reports.figures_operations import STAGE_MONTHS
from orchestration.reports.reading import Reading, Row, is_late, last_day, rows, trend_months
from orchestration.schemas.indices import ALL

COMPLETE = "complete"
PARAMETERS = {
    "confidence": "share", "hide_below_n": "count", "note_below_n": "count", "suppress_below_count": "count",
    "membership_undecided_below": "share", "false_discovery_rate": "share", "index_matters_from": "index", "share_matters_from": "share",
    "near_miss_share": "share", "far_miss_share": "share",
}  # fmt: skip
DECIMALS = {"count": 0, "index": 1, "share": 1}
FEWEST_PARTS = 2
FAMILIES = ("complaints", "deliveries", "stages")


def build_trust_figures(reading: Reading) -> Iterator[Figure]:
    """Facts about run and company, one set per source, one per definition, the parameters, and `lacking.<what>`."""
    yield from _run(reading)
    yield from _sources(reading)
    yield from _weights(reading)
    yield from _definitions(reading)
    yield from _lacking(reading)
    for name, unit in PARAMETERS.items():
        value = float(getattr(reading.parameters, name))
        yield Figure(figure_code=f"parameter.{name}", value=value, unit=unit, decimals=DECIMALS[unit], source_table="config.parameters")


def _text(code: str, text: str, *, table: str, label: str | None = None, unit: str = "code", note: str | None = None) -> Figure:
    return Figure(figure_code=code, label_code=label, text_value=text, unit=unit, note_code=note, source_table=table)


def _run(reading: Reading) -> Iterator[Figure]:
    run = next(rows(reading.frames.run))
    ends = [row["data_to_date"] for row in rows(reading.frames.sources) if row["data_to_date"] is not None]
    yield _text("run.as_of", run["as_of"].isoformat(sep=" ", timespec="minutes"), table="ops.run", unit="timestamp")
    yield _text("run.month", f"{reading.month:%Y-%m}", table="ops.run", unit="month")
    yield _text("run.published", run["as_of_date"].isoformat(), table="ops.run", unit="date")
    if ends:
        yield _text("run.data_to", min(max(ends), last_day(reading.month)).isoformat(), table="ops.sources", unit="date")
    yield _text("company.en", reading.parameters.company_en, table="config.parameters")
    yield _text("company.zh", reading.parameters.company_zh or reading.parameters.company_en, table="config.parameters")
    if reading.parameters.contact:
        yield _text("company.contact", reading.parameters.contact, table="config.parameters")


def _sources(reading: Reading) -> Iterator[Figure]:
    """`sources.*` counts, and per contract rows, quarantine, deleted rows if any, newest day, and state: complete, late or missing
    for this month.
    """
    sources = sorted(rows(reading.frames.sources), key=lambda row: row["contract_code"])
    late = sum(_state(row, reading.month) != COMPLETE for row in sources)
    for name, count in (("n_sources", len(sources)), ("n_complete", len(sources) - late), ("n_late", late)):
        yield Figure(figure_code=f"sources.{name}", value=count, source_table="ops.sources")
    for row in sources:
        yield from _source(reading, row)


def _state(row: Row, month: date) -> str:
    """State for this month: a source that was late tonight but reaches the month's end is complete for the report."""
    reaches = row["data_to_date"] is not None and row["data_to_date"] >= last_day(month)
    return COMPLETE if reaches else str(row["state"])


def _source(reading: Reading, row: Row) -> Iterator[Figure]:
    code, label, table = f"source.{row['contract_code']}", f"contract:{row['contract_code']}", "ops.sources"
    note = "required" if is_late(row, reading.month) else None
    yield _text(f"{code}.table", row["table_name"].removeprefix("raw."), table=table, label=label)
    yield _text(f"{code}.system", row["source_code"], table=table, label=f"source:{row['source_code']}")
    yield Figure(figure_code=f"{code}.rows", label_code=label, value=row["n_rows"], source_table=table)
    yield Figure(figure_code=f"{code}.quarantined", label_code=label, value=row["n_quarantined"], source_table=table)
    if row["n_deleted"]:
        yield Figure(figure_code=f"{code}.deleted", label_code=label, value=row["n_deleted"], source_table=table)
    yield _text(f"{code}.state", _state(row, reading.month), table=table, label=label, note=note)
    if row["data_to_date"] is not None:
        yield _text(f"{code}.data_to", row["data_to_date"].isoformat(), table=table, label=label, unit="date")
        missing = max((last_day(reading.month) - row["data_to_date"]).days, 0)
        yield Figure(figure_code=f"{code}.days_missing", label_code=label, value=missing, source_table=table)


def _weights(reading: Reading) -> Iterator[Figure]:
    """Rule of the headline and what its item weights rest on."""
    overall = reading.whole(reading.frames.overall_scores).sort("month_start_date")
    if overall.is_empty():
        return
    yield _text("weights.headline_rule", overall.item(-1, "headline_rule"), table="indices.overall_scores")
    own = [row for row in rows(reading.frames.item_weights) if row["instrument_code"] == reading.parameters.instrument]
    ends_later = 1 < reading.parameters.fiscal_year_starts <= reading.month.month
    now = [row for row in own if row["fiscal_year"] == reading.month.year + ends_later]
    if now:
        yield _text("weights.basis", now[0]["basis"], table="indices.item_weights")
        yield Figure(figure_code="weights.n_items", value=len(now), source_table="indices.item_weights")


def _definitions(reading: Reading) -> Iterator[Figure]:
    """`definition.<metric>`: the fingerprint beside the name of every metric that was measured, and of the index."""
    measured = set(reading.frames.kpi_scores["metric_code"])
    for row in rows(reading.frames.metrics.sort("metric_order")):
        if row["metric_code"] in measured:
            yield Figure(
                figure_code=f"definition.{row['metric_code']}", label_code=f"metric:{row['metric_code']}", text_value=row["fingerprint"],
                unit="code",
                base_kind=row["base_kind"], source_table="config.metrics", fingerprint=row["fingerprint"],
            )  # fmt: skip


def _lacking(reading: Reading) -> Iterator[Figure]:
    """`lacking.<what>` with the reason, for every section this report cannot have, or cannot have whole."""
    survey = reading.whole(reading.frames.overall_scores)
    if survey.is_empty():
        yield _text("lacking.survey", "no_answers", table="indices.overall_scores")
    elif reading.whole(reading.frames.item_quadrants).is_empty():
        yield _text("lacking.importance", "not_asked", table="indices.item_quadrants")
    scores = reading.frames.kpi_scores.join(reading.frames.metrics.select("metric_code", "family_code"), on="metric_code")
    measured = set(scores["family_code"])
    missing = [family for family in FAMILIES if family not in measured]
    rests_on_survey = not measured and not survey.is_empty()
    for what in ("operations",) if rests_on_survey else missing:
        yield _text(f"lacking.{what}", "not_delivered", table="indices.kpi_scores")
    if "deliveries" in measured:
        yield from _lacking_regions(reading, scores.filter(pl.col("family_code") == "deliveries"))
    if "stages" in measured:
        yield from _lacking_stages(reading, scores.filter(pl.col("family_code") == "stages"))


def _lacking_regions(reading: Reading, deliveries: pl.DataFrame) -> Iterator[Figure]:
    """Fewer than two regions, or none with deliveries enough in the month: no table by region."""
    parts = deliveries.filter((pl.col("month_start_date") == reading.month) & (pl.col("region_code") != ALL))
    if parts["region_code"].n_unique() < FEWEST_PARTS:
        yield _text("lacking.regions", "one_region", table="indices.kpi_scores")
    elif parts.filter(pl.col("denominator") >= reading.parameters.hide_below_n).is_empty():
        yield _text("lacking.region_cases", "too_few", table="indices.kpi_scores")


def _lacking_stages(reading: Reading, stages: pl.DataFrame) -> Iterator[Figure]:
    """No stage with cases enough in the strip's months: no strip; no goal: a strip without verdicts."""
    months = trend_months(reading.month)
    is_shown = pl.col("month_start_date").is_between(months[-STAGE_MONTHS], months[-1]) & (pl.col("region_code") == ALL)
    if stages.filter(is_shown & (pl.col("segment_code") == ALL) & (pl.col("denominator") >= reading.parameters.hide_below_n)).is_empty():
        yield _text("lacking.stage_cases", "too_few", table="indices.kpi_scores")
    elif reading.frames.stages["goal_share"].is_null().all():
        yield _text("lacking.stage_goals", "no_goal", table="config.stages")
