"""Limits under conditions as rows: what a case of some size, entered on some day, has for each stage and span.

The rules of config/stages.yaml overlap; the rows do not: sizes and days are cut where a rule begins, so exactly one row of
a stage fits a case, and SQL joins instead of choosing.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise

from orchestration.config.models import Text
from orchestration.config.processes import Limited, Process, Span, Stages

BEGINNING, END = date(1900, 1, 1), date(9999, 12, 31)
WHOLE_CASE = Span(code="case", text=Text(en="Whole case", zh="全流程"))
"""The span that every process has, limit or not: a case is counted beside its stages."""
Row = tuple[object, ...]


def build_limit_rows(stages: Stages) -> list[Row]:
    """Rows of config.limits: process, stage or span, size from and below, days from and up to, resource, working days or None."""
    return [
        row
        for process in stages.processes
        for limited in (*process.stages, *spans_of(process))
        for row in _disjoint_rows(process.code, limited.code, limited)
    ]


def build_span_rows(stages: Stages) -> list[Row]:
    """Rows of config.spans: process, span, stage, position of the span, its texts and its goal."""
    return [
        (process.code, span.code, stage, order, span.text.of("en"), span.text.of("zh"), span.goal_share)
        for process in stages.processes
        for order, span in enumerate(spans_of(process), start=1)
        for stage in span.stages or [stage.code for stage in process.stages]
    ]


def spans_of(process: Process) -> tuple[Span, ...]:
    """The process's spans, the whole case among them; none for the steps of a delivery, which has a promise of its own."""
    if process.kind != "case":
        return ()
    return process.spans if any(not span.stages for span in process.spans) else (*process.spans, WHOLE_CASE)


def _disjoint_rows(process: str, code: str, limited: Limited) -> Iterator[Row]:
    sizes = sorted({Decimal(0), *(rule.size_from for rule in limited.limits if rule.size_from)})
    days = sorted({BEGINNING, *(rule.valid_from for rule in limited.limits if rule.valid_from)})
    for size, below in pairwise([*sizes, None]):
        for first, end in pairwise([*days, END]):
            for has_resource in (False, True):
                limit = limited.limit_of(size or Decimal(0), first or BEGINNING, has_resource=has_resource)
                yield process, code, size, below, first, end, has_resource, limit
