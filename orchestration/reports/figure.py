"""One figure, and the set of a report's figures by code: what claims and view-models read."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import date

import polars as pl

from orchestration.reports.frames import REPORT_CODE, polars_schema
from orchestration.schemas.reported import FIGURES

SMALL_BASE, TOO_FEW, NO_DATA, LATE, SUPPRESSED = "small_base", "too_few", "no_data", "late", "suppressed"
UNDECIDED, OPEN_COHORT = "undecided", "open_cohort"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One row of reported.figures without the report's key; the columns mean what the schema says."""

    figure_code: str
    label_code: str | None = None
    value: float | None = None
    text_value: str | None = None
    unit: str = "count"
    decimals: int = 0
    numerator: int | None = None
    n_base: int | None = None
    base_kind: str | None = None
    interval_low: float | None = None
    interval_high: float | None = None
    verdict: str | None = None
    is_provisional: bool = False
    note_code: str | None = None
    source_table: str = ""
    fingerprint: str | None = None

    @property
    def is_known(self) -> bool:
        """True where there is a number or a text to print."""
        return self.value is not None or self.text_value is not None


class FigureSet:
    """The figures of one report by code, in the order of the report."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        self._by_code = {figure.figure_code: figure for figure in figures}

    def __iter__(self) -> Iterator[Figure]:
        return iter(self._by_code.values())

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __getitem__(self, code: str) -> Figure:
        return self._by_code[code]

    def get(self, code: str) -> Figure | None:
        """The figure, or None where the report has none of that code."""
        return self._by_code.get(code)

    def value(self, code: str) -> float | None:
        """The figure's number; None where there is no such figure or its number is not known."""
        figure = self._by_code.get(code)
        return None if figure is None else figure.value

    def text(self, code: str) -> str:
        """The figure's text; empty where there is none."""
        figure = self._by_code.get(code)
        return "" if figure is None else figure.text_value or ""

    def under(self, prefix: str, suffix: str = "") -> tuple[Figure, ...]:
        """The figures whose code begins with `prefix` and ends with `suffix`, in the order of the report."""
        return tuple(f for code, f in self._by_code.items() if code.startswith(prefix) and code.endswith(suffix))


def figures_to_frame(figures: Iterable[Figure], *, month: date, version: int) -> pl.DataFrame:
    """reported.figures: one row per figure, `position` counting from 1 in the order given."""
    rows = [
        {"report_code": REPORT_CODE, "month_start_date": month, "version": version, "position": position, **asdict(figure)}
        for position, figure in enumerate(figures, start=1)
    ]
    return pl.DataFrame(rows, schema_overrides=polars_schema(FIGURES), infer_schema_length=None).select(
        pl.col(name).cast(kind) for name, kind in polars_schema(FIGURES).items()
    )


def figures_from_frame(frame: pl.DataFrame) -> FigureSet:
    """The figures of a frame of reported.figures that holds one report."""
    names = [field.name for field in fields(Figure)]
    return FigureSet(Figure(**row) for row in frame.sort("position").select(names).iter_rows(named=True))
