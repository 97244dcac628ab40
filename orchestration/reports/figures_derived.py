"""Counts over the figures themselves: missed plans, runs of months, stages below their goal."""

from collections.abc import Iterator

from orchestration.reports.claims import Below, IsFinal
from orchestration.reports.claims_plans import MissedPlan, can_be_judged, count_missed_months
from orchestration.reports.figure import Figure, FigureSet

TABLE = "reported.figures"


def build_derived_figures(figures: FigureSet, *, month: str) -> Iterator[Figure]:
    """Counts of plans (`kpi.n_*`), runs of missed months (`kpi.<metric>.streak`), stages (`stages.<metric>.n_*`), `complaints.received`."""
    yield from _plans(figures)
    yield from _stages(figures, month)
    yield from _received(figures)


def _plans(figures: FigureSet) -> Iterator[Figure]:
    metrics = [figure.figure_code.split(".")[1] for figure in figures.under("kpi.", ".plan")]
    if not metrics:
        return
    judged = [metric for metric in metrics if can_be_judged(figures, metric)]
    missed = [metric for metric in judged if MissedPlan(metric).evaluate(figures)]
    for name, found in (("n_planned", metrics), ("n_judged", judged), ("n_missed", missed)):
        yield Figure(figure_code=f"kpi.{name}", value=len(found), source_table=TABLE)
    for metric in metrics:
        months = count_missed_months(figures, metric)
        yield Figure(figure_code=f"kpi.{metric}.streak", label_code=f"metric:{metric}", value=months, source_table=TABLE)


def _stages(figures: FigureSet, month: str) -> Iterator[Figure]:
    goals = [figure.figure_code.removesuffix(".goal") for figure in figures.under("stage.", ".goal") if figure.value is not None]
    for metric in sorted({code.split(".")[1] for code in goals}):
        own = [code for code in goals if code.split(".")[1] == metric and IsFinal(f"{code}.{month}").evaluate(figures)]
        below = [code for code in own if Below(f"{code}.{month}", f"{code}.goal").evaluate(figures)]
        yield Figure(figure_code=f"stages.{metric}.n_goals", value=len(own), source_table=TABLE)
        yield Figure(figure_code=f"stages.{metric}.n_below", value=len(below), source_table=TABLE)


def _received(figures: FigureSet) -> Iterator[Figure]:
    """The largest base among the KPIs of complaints: the complaints received in the month."""
    bases = [f for f in figures.under("kpi.", ".actual") if f.base_kind == "complaints" and f.n_base]
    if bases:
        largest = max(bases, key=lambda figure: figure.n_base or 0)
        yield Figure(
            figure_code="complaints.received", value=largest.n_base, n_base=largest.n_base, base_kind="complaints",
            source_table=largest.source_table,
            is_provisional=largest.is_provisional,
        )  # fmt: skip
