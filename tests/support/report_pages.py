"""From frames to a report in one call, for tests."""

from dataclasses import dataclass

import polars as pl
from support.report_frames import MONTH, PARAMETERS

from orchestration.config.models import Locale
from orchestration.reports.catalogue import build_label_texts
from orchestration.reports.figure import FigureSet, figures_from_frame
from orchestration.reports.figures import build_figures
from orchestration.reports.frames import ReportFrames
from orchestration.reports.monthly_executive import MonthlyExecutive, build_monthly_executive
from orchestration.reports.render import render_monthly_executive
from orchestration.reports.sentences_sections import build_claims


@dataclass(frozen=True)
class Report:
    """Figures and claims of one month, and what is made of them."""

    frames: ReportFrames
    figures: pl.DataFrame
    claims: pl.DataFrame

    @property
    def figure_set(self) -> FigureSet:
        return figures_from_frame(self.figures)

    def printed(self, place: str) -> str:
        """Sentence code printed at a place; empty where nothing could be said."""
        found = self.claims.filter(pl.col("is_printed") & (pl.col("claim_code") == place))
        return "" if found.is_empty() else found.item(0, "sentence_code")

    def points(self) -> list[str]:
        return [code for number in (1, 2, 3) if (code := self.printed(f"point.{number}"))]

    def view(self, locale: Locale = "en") -> MonthlyExecutive:
        frames = self.frames
        labels = build_label_texts(items=frames.items, stages=frames.stages, metrics=frames.metrics, labels=frames.labels)
        return build_monthly_executive(self.figures, self.claims, labels=labels, locale=locale, generation="g000012")

    def html(self, locale: Locale = "en") -> str:
        return render_monthly_executive(self.view(locale))


def report_of(frames: ReportFrames) -> Report:
    """The report on the frames' month."""
    figures = build_figures(frames, month=MONTH, parameters=PARAMETERS)
    return Report(frames, figures, build_claims(figures_from_frame(figures), month=MONTH))
