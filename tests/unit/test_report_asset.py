"""The report's assets: every frame has its table, every parameter comes from the client's files, other months stay."""

from contextlib import contextmanager
from dataclasses import fields
from datetime import date

import polars as pl
import pytest
from support.report_frames import MONTH, build_frames
from support.report_pages import report_of

from orchestration.config.load import load_workspace
from orchestration.config.packaged import resource_folder
from orchestration.pipeline.assets.reports import FRAMES, report_parameters, with_other_months
from orchestration.reports.frames import ReportFrames
from orchestration.schemas.reported import CLAIMS, FIGURES
from orchestration.warehouse.connection import open_working
from orchestration.warehouse.tables import replace_table


class Folder:
    """A warehouse that is nothing but its working file."""

    def __init__(self, out):
        self.out = out

    @contextmanager
    def working(self):
        with open_working(self.out) as connection:
            yield connection


@pytest.fixture(scope="module")
def report():
    return report_of(build_frames())


def test_every_frame_is_read_from_a_table():
    assert {field.name for field in fields(ReportFrames)} == set(FRAMES)


def test_parameters_are_those_of_the_workspace():
    config = load_workspace(resource_folder("data"))
    parameters = report_parameters(config)
    assert parameters.instrument == config.workspace.instrument
    shared = set(type(config.thresholds).model_fields) & set(type(parameters).model_fields)
    assert len(shared) > 5
    assert all(getattr(parameters, name) == getattr(config.thresholds, name) for name in shared)


@pytest.mark.parametrize("table", [FIGURES, CLAIMS], ids=["figures", "claims"])
def test_another_month_stays_and_the_same_month_is_replaced(tmp_path, report, table):
    warehouse = Folder(tmp_path)
    frame = report.figures if table is FIGURES else report.claims
    earlier = frame.with_columns(month_start_date=pl.lit(date(2026, 9, 1)))
    for month, rows in ((date(2026, 9, 1), earlier), (MONTH, frame), (MONTH, frame)):
        kept = with_other_months(warehouse, table, rows, month)
        with warehouse.working() as connection:
            replace_table(connection, table, kept)
    assert kept.height == 2 * frame.height
    assert set(kept["month_start_date"]) == {date(2026, 9, 1), MONTH}
