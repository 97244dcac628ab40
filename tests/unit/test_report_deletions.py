"""What a source has deleted is told in the last section, in both languages, and nothing where there is nothing."""

from dataclasses import replace

import polars as pl
import pytest
from support.report_frames import build_frames
from support.report_pages import Report, report_of


def report(**deleted: int) -> Report:
    """The report where sources, named by their contracts, have deleted so many rows."""
    frames = build_frames()
    counts = pl.col("contract_code").replace_strict(deleted, default=0, return_dtype=pl.Int64)
    return report_of(replace(frames, sources=frames.sources.with_columns(n_deleted=counts)))


def told(report: Report, locale: str) -> list[str]:
    words = {"en": "counted no more", "zh": "不再计入"}[locale]
    return [line for line in report.view(locale).trust.paragraphs if words in line]  # type: ignore[arg-type]


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_nothing_is_said_where_nothing_was_deleted(locale: str) -> None:
    assert not told(report(), locale)
    assert not [code for code in report().figures["figure_code"] if code.endswith(".deleted")]


def test_each_source_that_deleted_rows_has_its_sentence_and_figure() -> None:
    found = report(complaints=1, deliveries=2317)
    assert told(found, "en") == [
        "Complaints: 1 row that the source deleted is counted no more.",
        "Deliveries: 2,317 rows that the source deleted are counted no more.",
    ]
    assert told(found, "zh") == ["投诉：源系统已删除的 1 行不再计入。", "配送单：源系统已删除的 2,317 行不再计入。"]
    figures = found.figures.filter(pl.col("figure_code").str.ends_with(".deleted"))
    assert dict(figures.select("figure_code", "value").iter_rows()) == {"source.complaints.deleted": 1, "source.deliveries.deleted": 2317}
    assert set(figures["source_table"]) == {"ops.sources"}
