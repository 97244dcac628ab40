"""Claims about plans and goals: missed, met, for how many months, furthest from it, which stages are below theirs."""

from dataclasses import dataclass
from decimal import Decimal

from orchestration.reports.claims import Above, Below, Claim, IsFinal, IsKnown, NoteIs, shown
from orchestration.reports.figure import OPEN_COHORT, FigureSet
from orchestration.reports.formatting import printed_number

LOWER_IS_BETTER = "lower_is_better"


@dataclass(frozen=True)
class MissedPlan(Claim):
    """A KPI is on the wrong side of its plan as printed, and the verdict on it, where there is one, says worse."""

    metric: str

    def evaluate(self, figures: FigureSet) -> bool:
        """True for a final figure that missed its plan."""
        code = f"kpi.{self.metric}"
        difference = figures.get(f"{code}.difference")
        return (
            difference is not None and not difference.is_provisional and difference.verdict in (None, "worse")
            and misses(figures, f"{code}.actual", f"{code}.plan", figures.text(f"{code}.direction"))
        )  # fmt: skip


@dataclass(frozen=True)
class MetPlan(Claim):
    """A KPI is final, its month's cases are over, and it is on the right side of its plan as printed."""

    metric: str

    def evaluate(self, figures: FigureSet) -> bool:
        """True for a figure that can be judged and did not miss its plan."""
        code = f"kpi.{self.metric}"
        known = can_be_judged(figures, self.metric) and IsKnown(f"{code}.plan").evaluate(figures)
        return known and not misses(figures, f"{code}.actual", f"{code}.plan", figures.text(f"{code}.direction"))


def can_be_judged(figures: FigureSet, metric: str) -> bool:
    """True where the KPI is final and its month's cases are not still open."""
    actual = f"kpi.{metric}.actual"
    return IsFinal(actual).evaluate(figures) and not NoteIs(actual, OPEN_COHORT).evaluate(figures)


def misses(figures: FigureSet, actual: str, plan: str, direction: str) -> bool:
    """True where the actual lies on the wrong side of the plan as printed."""
    claim = Above(actual, plan) if direction == LOWER_IS_BETTER else Below(actual, plan)
    return claim.evaluate(figures)


@dataclass(frozen=True)
class StreakMissed(Claim):
    """A KPI missed its plan of the day in each of the last `months` months, and not in the month before, where the report has one."""

    metric: str
    months: int

    def evaluate(self, figures: FigureSet) -> bool:
        """True where the run of missed months is exactly this long."""
        return count_missed_months(figures, self.metric) == self.months


def count_missed_months(figures: FigureSet, metric: str) -> int:
    """Months up to the latest in which the KPI missed the plan then in force, without a gap; an open cohort misses none."""
    code, count = f"kpi.{metric}", 0
    direction = figures.text(f"{code}.direction")
    for figure in reversed(figures.under(f"{code}.month.")):
        month = figure.figure_code.rsplit(".", 1)[-1]
        is_undecided = figure.is_provisional or figure.note_code == OPEN_COHORT
        if is_undecided or not misses(figures, figure.figure_code, f"{code}.planned.{month}", direction):
            break
        count += 1
    return count


@dataclass(frozen=True)
class AllMeetPlan(Claim):
    """Every KPI that has a plan is known, final and on the right side of it."""

    least: int

    def evaluate(self, figures: FigureSet) -> bool:
        """True where at least `least` KPIs have a plan and none missed it or is unknown."""
        planned = [figure.figure_code.split(".")[1] for figure in figures.under("kpi.", ".plan")]
        return len(planned) >= self.least and all(MetPlan(metric).evaluate(figures) for metric in planned)


@dataclass(frozen=True)
class MissedPlansAre(Claim):
    """The figure `kpi.n_missed` counts what the KPI rows say: missed plans among those that can be judged."""

    missed: int

    def evaluate(self, figures: FigureSet) -> bool:
        """True where exactly that many final KPIs missed their plan."""
        metrics = [figure.figure_code.split(".")[1] for figure in figures.under("kpi.", ".plan")]
        return sum(MissedPlan(metric).evaluate(figures) for metric in metrics) == self.missed


@dataclass(frozen=True)
class StagesBelowGoal(Claim):
    """Exactly these stages of a metric are below their goal in a month; every stage with a goal is known and final."""

    metric: str
    month: str
    stages: tuple[str, ...]

    def evaluate(self, figures: FigureSet) -> bool:
        """True where the set of stages below their goal is this one."""
        prefix = f"stage.{self.metric}."
        goals = [f.figure_code.removesuffix(".goal") for f in figures.under(prefix, ".goal") if f.value is not None]
        if not goals or not all(self._is_comparable(figures, code) for code in goals):
            return False
        below = {code.removeprefix(prefix) for code in goals if Below(f"{code}.{self.month}", f"{code}.goal").evaluate(figures)}
        return below == set(self.stages)

    def _is_comparable(self, figures: FigureSet, code: str) -> bool:
        """True where the month is final and counted in the goal's unit."""
        month = f"{code}.{self.month}"
        return IsFinal(month).evaluate(figures) and figures[month].unit == figures[f"{code}.goal"].unit


@dataclass(frozen=True)
class NearGoal(Claim):
    """A share lies below its goal, as printed, by no more than a configured miss: the near one, or the one that is still not far."""

    figure: str
    goal: str
    within: str = "parameter.near_miss_share"

    def evaluate(self, figures: FigureSet) -> bool:
        """True where the printed shortfall is above zero and at most the figure `within`."""
        actual, goal, near = shown(figures.get(self.figure)), shown(figures.get(self.goal)), figures.value(self.within)
        if actual is None or goal is None or near is None:
            return False
        return Decimal(0) < goal - actual <= printed_number(near, "share", 1)


@dataclass(frozen=True)
class FurthestFromPlan(Claim):
    """Among the KPIs with a plan and a share as unit this one missed it by most; every one of them is known and final."""

    metric: str

    def evaluate(self, figures: FigureSet) -> bool:
        """True where its shortfall, as printed, is larger than every other."""
        gaps = {
            figure.figure_code.split(".")[1]: _shortfall(figures, figure.figure_code) for figure in figures.under("kpi.", ".difference")
        }
        own = gaps.pop(self.metric, None)
        return own is not None and bool(gaps) and all(other is not None and own > max(other, Decimal(0)) for other in gaps.values())


def _shortfall(figures: FigureSet, difference: str) -> Decimal | None:
    """Points by which a final KPI lies on the wrong side of its plan; negative on the right side, None where it cannot be said."""
    found, number = figures[difference], shown(figures[difference])
    if number is None or found.is_provisional or found.unit != "share":
        return None
    lower_is_better = figures.text(difference.replace(".difference", ".direction")) == LOWER_IS_BETTER
    return number if lower_is_better else -number
