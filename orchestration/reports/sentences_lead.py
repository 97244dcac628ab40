"""Which indicator a report without a survey begins with, and the candidates of what is said beside it."""

from collections.abc import Callable, Iterator

from orchestration.reports.claims import IsKnown, TextIs
from orchestration.reports.claims_plans import can_be_judged
from orchestration.reports.figure import FigureSet
from orchestration.reports.sentences import Candidate, Place

NO_SURVEY = TextIs("lacking.survey", "no_answers")


def lead_metric(figures: FigureSet) -> str:
    """The first indicator of the registry that is shown: judged by a plan before one that is not; empty where none is shown."""
    found = [figure.figure_code.split(".")[1] for figure in figures.under("kpi.", ".family")]
    shown = [metric for metric in found if IsKnown(f"kpi.{metric}.actual").evaluate(figures)]
    preferences: tuple[Callable[[str], bool], ...] = (
        lambda metric: IsKnown(f"kpi.{metric}.plan").evaluate(figures), lambda metric: can_be_judged(figures, metric),
    )  # fmt: skip
    return min(shown, key=lambda metric: tuple(not is_better(metric) for is_better in preferences), default="")


def build_lead_place(figures: FigureSet) -> Iterator[Place]:
    """The place `lead`: that there is no index, and what stands in its stead; empty where there are answers."""
    metric = lead_metric(figures)
    measured = [Candidate("lead.measured", (NO_SURVEY, IsKnown(f"kpi.{metric}.actual")))] if metric else []
    yield Place("lead", (*measured, Candidate("lead.nothing", (NO_SURVEY,))))
