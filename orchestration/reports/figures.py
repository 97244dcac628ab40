"""reported.figures: every number the monthly report shows, frozen with base, interval, verdict, lineage and definition.

Small bases: below `hide_below_n` a month carries no value and the three months pooled stand in; from there to
`note_below_n` it carries the note small_base. Lateness follows lineage: a late required source makes each figure built on
its tables provisional. What was not measured has no figure; `lacking.*` says what and why.
"""

from collections.abc import Iterator
from datetime import date

import polars as pl

from orchestration.reports.figure import Figure, FigureSet, figures_to_frame
from orchestration.reports.figures_derived import build_derived_figures
from orchestration.reports.figures_operations import build_operation_figures
from orchestration.reports.figures_survey import build_survey_figures
from orchestration.reports.figures_trust import build_trust_figures
from orchestration.reports.frames import ReportFrames, ReportParameters
from orchestration.reports.reading import Reading


def build_figures(frames: ReportFrames, *, month: date, parameters: ReportParameters) -> pl.DataFrame:
    """The figures of the report on `month`: rows of reported.figures in the order of the page."""
    reading = Reading(frames, month, parameters)
    return figures_to_frame(_all(reading), month=month, version=parameters.version)


def _all(reading: Reading) -> Iterator[Figure]:
    measured = [*build_survey_figures(reading), *build_operation_figures(reading)]
    yield from measured
    yield from build_derived_figures(FigureSet(measured), month=f"{reading.month:%Y-%m}")
    yield from build_trust_figures(reading)
