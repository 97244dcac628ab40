"""Assets of the monthly report: what it says, frozen in schema reported before the gate, and its pages, made of the published file."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date

import dagster as dg
import polars as pl

from orchestration.config.load import WorkspaceConfig
from orchestration.config.models import Locale
from orchestration.errors import RenderError
from orchestration.pipeline.assets.config_tables import asset_key
from orchestration.pipeline.assets.publish import GENERATION
from orchestration.pipeline.resources import Warehouse
from orchestration.reports.catalogue import LabelTexts, build_label_texts
from orchestration.reports.figure import figures_from_frame
from orchestration.reports.figures import build_figures
from orchestration.reports.frames import REPORT_CODE, ReportFrames, ReportParameters
from orchestration.reports.monthly_executive import MonthlyExecutive, build_monthly_executive
from orchestration.reports.render import render_monthly_executive
from orchestration.reports.sentences_sections import build_claims
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
from orchestration.schemas.ops import GENERATIONS, RUN, SOURCES
from orchestration.schemas.reported import CLAIMS, FIGURES
from orchestration.warehouse.files import disk_errors, share, write_durably
from orchestration.warehouse.tables import create_table, read_table

GROUP = "reports"
REPORT_FILES = dg.AssetKey([GROUP, REPORT_CODE])
FRAMES: dict[str, Table] = {
    "overall_scores": OVERALL_SCORES, "item_scores": ITEM_SCORES, "item_quadrants": ITEM_QUADRANTS, "item_weights": ITEM_WEIGHTS,
    "verdicts": VERDICTS, "kpi_scores": KPI_SCORES, "response_rates": RESPONSE_RATES, "nps_scores": NPS_SCORES, "items": ITEMS,
    "stages": STAGES, "metrics": METRICS, "targets": TARGETS, "labels": LABELS, "sources": SOURCES, "run": RUN,
}  # fmt: skip
"""Field of ReportFrames -> the table it is read from."""
FILE_MODE, FOLDER_MODE = 0o640, 0o750


@dg.multi_asset(
    name="monthly_figures",
    specs=[
        dg.AssetSpec(asset_key(table), deps=[asset_key(source) for source in FRAMES.values()], group_name=GROUP, description=table.grain)
        for table in (FIGURES, CLAIMS)
    ],
)
def monthly_figures(warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """Every number and every sentence of the month's report, beside those of the months before; one step, since claims read figures."""
    month, parameters = warehouse.report_month, report_parameters(warehouse.config)
    figures = build_figures(read_frames(warehouse), month=month, parameters=parameters)
    claims = build_claims(figures_from_frame(figures), month=month, version=parameters.version)
    for table, frame in ((FIGURES, figures), (CLAIMS, claims)):
        n_rows = warehouse.replace(table, with_other_months(warehouse, table, frame, month))
        yield dg.MaterializeResult(asset_key=asset_key(table), metadata={"rows": n_rows, "of_this_month": frame.height})


@dg.asset(key=REPORT_FILES, deps=[GENERATION], group_name=GROUP)
def monthly_executive(warehouse: Warehouse) -> dg.MaterializeResult:
    """The month's report as one HTML file per language of the workspace, rendered from the published generation."""
    settings = warehouse.config.workspace
    folder = warehouse.out / "reports" / f"{warehouse.report_month:%Y-%m}"
    folder.mkdir(parents=True, exist_ok=True)
    share(folder, FOLDER_MODE, settings.analysts_group)
    paths = [folder / f"{REPORT_CODE}_{locale}.html" for locale in settings.locales]
    for path, locale in zip(paths, settings.locales, strict=True):
        with disk_errors(path):
            write_durably(path, render_monthly_executive(read_view(warehouse, locale)))
        share(path, FILE_MODE, settings.analysts_group)
    return dg.MaterializeResult(metadata={"files": len(paths), **{path.name: dg.MetadataValue.path(path) for path in paths}})


def read_view(warehouse: Warehouse, locale: Locale) -> MonthlyExecutive:
    """The month's report in one language, from the published file alone. Raises RenderError where it has no such month."""
    figures, claims = (_of_month(warehouse, table) for table in (FIGURES, CLAIMS))
    newest = warehouse.read_published(GENERATIONS.name)["generation_code"].max()
    return build_monthly_executive(figures, claims, labels=read_labels(warehouse), locale=locale, generation=str(newest or ""))


def read_labels(warehouse: Warehouse) -> LabelTexts:
    """The printed names of codes as published."""
    items, stages, metrics, labels = (warehouse.read_published(table.name) for table in (ITEMS, STAGES, METRICS, LABELS))
    return build_label_texts(items=items, stages=stages, metrics=metrics, labels=labels)


def read_frames(warehouse: Warehouse) -> ReportFrames:
    """The tables behind the report, of the working file; of the metrics those that are printed."""
    found = {field.name: warehouse.read(FRAMES[field.name].name) for field in fields(ReportFrames)}
    return ReportFrames(**found | {"metrics": found["metrics"].filter("in_report")})


def report_parameters(config: WorkspaceConfig) -> ReportParameters:
    """What the client declared, as the report needs it."""
    workspace, thresholds = config.workspace, config.thresholds
    return ReportParameters(
        company_en=workspace.company.en, company_zh=workspace.company.zh, instrument=workspace.instrument,
        contact=workspace.answers_contact, fiscal_year_starts=workspace.fiscal_year_starts,
        confidence=thresholds.confidence, hide_below_n=thresholds.hide_below_n, note_below_n=thresholds.note_below_n,
        suppress_below_count=thresholds.suppress_below_count, membership_undecided_below=thresholds.membership_undecided_below,
        false_discovery_rate=thresholds.false_discovery_rate, index_matters_from=thresholds.index_matters_from,
        share_matters_from=thresholds.share_matters_from, near_miss_share=thresholds.near_miss_share,
        far_miss_share=thresholds.far_miss_share,
    )  # fmt: skip


def with_other_months(warehouse: Warehouse, table: Table, frame: pl.DataFrame, month: date) -> pl.DataFrame:
    """The month's rows beside those of all other months: what was reported once stays readable."""
    with warehouse.working() as connection:
        create_table(connection, table)
        before = read_table(connection, table.name)
    if before.columns != frame.columns:  # a table of an earlier version of the program
        return frame
    return pl.concat([before.filter(pl.col("month_start_date") != month), frame])


def _of_month(warehouse: Warehouse, table: Table) -> pl.DataFrame:
    rows = warehouse.read_published(table.name).filter(pl.col("month_start_date") == warehouse.report_month)
    if rows.is_empty():
        month = f"{warehouse.report_month:%Y-%m}"
        raise RenderError(
            f"the published file has no figures of {month}", where=table.name, hint=f"csat run --month {month}, then the report"
        )
    return rows.filter(pl.col("version") == pl.col("version").max())
