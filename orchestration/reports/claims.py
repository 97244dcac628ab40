"""Claims: what a sentence asserts about frozen figures, as objects that the figures bear or refute.

A claim names figures by code and says one thing of them. `evaluate` reads the figures alone, at the precision in which they
are printed, and an unknown or hidden figure bears nothing. A sentence is printed where all its claims hold, and there is no
other way onto the page for an assertion.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from math import hypot
from typing import Any, ClassVar

from orchestration.reports.figure import Figure, FigureSet
from orchestration.reports.formatting import printed_number

HALF = 0.5
LOWER_IS_BETTER = "lower_is_better"


class Claim:
    """One assertion; subclasses are frozen dataclasses whose fields are its arguments."""

    TYPES: ClassVar[dict[str, type["Claim"]]] = {}

    def __init_subclass__(cls) -> None:
        Claim.TYPES[cls.__name__] = cls

    def evaluate(self, figures: FigureSet) -> bool:
        """True where the figures bear the claim."""
        raise NotImplementedError

    def arguments(self) -> dict[str, Any]:
        """Type and arguments as they are stored in reported.claims."""
        return {"type": type(self).__name__, **asdict(self)}  # type: ignore[call-overload]


def claim_from_arguments(arguments: Mapping[str, Any]) -> Claim:
    """The claim that `Claim.arguments` stored. Raises KeyError for a type that does not exist."""
    kind = Claim.TYPES[arguments["type"]]
    return kind(**{field.name: arguments[field.name] for field in fields(kind)})  # type: ignore[arg-type]


def shown(figure: Figure | None) -> Decimal | None:
    """The number as printed; None where it is unknown or hidden."""
    return None if figure is None or figure.value is None else printed_number(figure.value, figure.unit, figure.decimals)


def _compare(figures: FigureSet, left: str, right: str, test: Callable[[Decimal, Decimal], bool]) -> bool:
    """The test on two printed numbers of one unit; False where either is unknown."""
    first, second = shown(figures.get(left)), shown(figures.get(right))
    same_unit = first is not None and second is not None and figures[left].unit == figures[right].unit
    return same_unit and first is not None and second is not None and test(first, second)


@dataclass(frozen=True)
class IsKnown(Claim):
    """The figure is printed as a number or a text."""

    figure: str

    def evaluate(self, figures: FigureSet) -> bool:
        """True where it has a value."""
        found = figures.get(self.figure)
        return found is not None and found.is_known


@dataclass(frozen=True)
class IsProvisional(Claim):
    """A late source stands behind the figure."""

    figure: str

    def evaluate(self, figures: FigureSet) -> bool:
        """True where it is marked provisional."""
        found = figures.get(self.figure)
        return found is not None and found.is_provisional


@dataclass(frozen=True)
class IsFinal(Claim):
    """The figure is printed and rests on complete sources."""

    figure: str

    def evaluate(self, figures: FigureSet) -> bool:
        """True where it is known and not provisional."""
        found = figures.get(self.figure)
        return found is not None and found.is_known and not found.is_provisional


@dataclass(frozen=True)
class NoteIs(Claim):
    """The figure carries this note: small_base, too_few, no_data, late ..."""

    figure: str
    note: str

    def evaluate(self, figures: FigureSet) -> bool:
        """True where the note is this one."""
        found = figures.get(self.figure)
        return found is not None and found.note_code == self.note


@dataclass(frozen=True)
class TextIs(Claim):
    """The figure is this text."""

    figure: str
    text: str

    def evaluate(self, figures: FigureSet) -> bool:
        """True where the text is this one."""
        return self.figure in figures and figures.text(self.figure) == self.text


@dataclass(frozen=True)
class VerdictIs(Claim):
    """The one verdict on a change, and the sign that goes with it."""

    figure: str
    verdict: str

    def evaluate(self, figures: FigureSet) -> bool:
        """True where the verdict is this one and the figure is not provisional."""
        found = figures.get(self.figure)
        return found is not None and not found.is_provisional and found.verdict == self.verdict


@dataclass(frozen=True)
class DifferenceSign(Claim):
    """A difference is positive (1), negative (-1) or zero (0) as printed."""

    figure: str
    sign: int

    def evaluate(self, figures: FigureSet) -> bool:
        """True where the printed difference has this sign."""
        number = shown(figures.get(self.figure))
        return number is not None and (number > 0) - (number < 0) == self.sign


@dataclass(frozen=True)
class Below(Claim):
    """A figure is below another as printed."""

    figure: str
    reference: str

    def evaluate(self, figures: FigureSet) -> bool:
        """True where the first printed number is the smaller one."""
        return _compare(figures, self.figure, self.reference, lambda left, right: left < right)


@dataclass(frozen=True)
class Above(Claim):
    """A figure is above another as printed."""

    figure: str
    reference: str

    def evaluate(self, figures: FigureSet) -> bool:
        """True where the first printed number is the larger one."""
        return _compare(figures, self.figure, self.reference, lambda left, right: left > right)


@dataclass(frozen=True)
class CountIs(Claim):
    """A count lies between two numbers, both included; `most` below 0: no upper end."""

    figure: str
    least: int
    most: int

    def evaluate(self, figures: FigureSet) -> bool:
        """True where the count is known and lies there."""
        count = figures.value(self.figure)
        return count is not None and count >= self.least and (self.most < 0 or count <= self.most)


@dataclass(frozen=True)
class RankIs(Claim):
    """A figure is first from below (`lowest`) or above among all figures of a complete set, beyond doubt.

    Every member of the set must be known. Where both members have intervals, the difference must exceed the root of the
    summed squares of their half widths: a rank that sampling could turn round is not asserted. A census needs no interval.
    """

    figure: str
    prefix: str
    suffix: str
    lowest: bool

    def evaluate(self, figures: FigureSet) -> bool:
        """True where the figure leads every other member by more than both intervals allow."""
        own = figures.get(self.figure)
        members = figures.under(self.prefix, self.suffix)
        if own is None or len(members) < 2 or own not in members or any(member.value is None for member in members):  # noqa: PLR2004
            return False
        return all(self._leads(own, other) for other in members if other is not own)

    def _leads(self, own: Figure, other: Figure) -> bool:
        assert own.value is not None and other.value is not None
        lead = (other.value - own.value) if self.lowest else (own.value - other.value)
        apart = shown(own) != shown(other)
        return apart and lead > hypot(_half_width(own), _half_width(other))


def _half_width(figure: Figure) -> float:
    if figure.interval_low is None or figure.interval_high is None:
        return 0.0
    return (figure.interval_high - figure.interval_low) / 2


@dataclass(frozen=True)
class MoreThanHalf(Claim):
    """More than half: the whole interval lies above 50 %, or a census counts more than half of its base."""

    figure: str

    def evaluate(self, figures: FigureSet) -> bool:
        """True where the lower end, or the census share, exceeds one half."""
        found = figures.get(self.figure)
        if found is None or found.value is None or found.unit != "share":
            return False
        return (found.value if found.interval_low is None else found.interval_low) > HALF


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
    """A KPI is final and on the right side of its plan as printed."""

    metric: str

    def evaluate(self, figures: FigureSet) -> bool:
        """True for a final figure that did not miss its plan."""
        code = f"kpi.{self.metric}"
        known = IsFinal(f"{code}.actual").evaluate(figures) and IsKnown(f"{code}.plan").evaluate(figures)
        return known and not misses(figures, f"{code}.actual", f"{code}.plan", figures.text(f"{code}.direction"))


def misses(figures: FigureSet, actual: str, plan: str, direction: str) -> bool:
    """True where the actual lies on the wrong side of the plan as printed."""
    claim = Above(actual, plan) if direction == LOWER_IS_BETTER else Below(actual, plan)
    return claim.evaluate(figures)


@dataclass(frozen=True)
class StreakMissed(Claim):
    """A KPI missed its plan of the day in each of the last `months` months, and not in the month before them."""

    metric: str
    months: int

    def evaluate(self, figures: FigureSet) -> bool:
        """True where the run of missed months is exactly this long."""
        return count_missed_months(figures, self.metric) == self.months


def count_missed_months(figures: FigureSet, metric: str) -> int:
    """Months up to the latest in which the KPI missed the plan then in force, without a gap."""
    code, count = f"kpi.{metric}", 0
    direction = figures.text(f"{code}.direction")
    for figure in reversed(figures.under(f"{code}.month.")):
        month = figure.figure_code.rsplit(".", 1)[-1]
        if figure.is_provisional or not misses(figures, figure.figure_code, f"{code}.planned.{month}", direction):
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
    """The figures `kpi.missed` and `kpi.planned_known` count what the KPI rows say: missed plans among those that can be judged."""

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
        if not goals or not all(IsFinal(f"{code}.{self.month}").evaluate(figures) for code in goals):
            return False
        below = {code.removeprefix(prefix) for code in goals if Below(f"{code}.{self.month}", f"{code}.goal").evaluate(figures)}
        return below == set(self.stages)


@dataclass(frozen=True)
class FurthestFromPlan(Claim):
    """Among the KPIs with a plan and a share as unit this one missed it by most; every one of them is known and final."""

    metric: str

    def evaluate(self, figures: FigureSet) -> bool:
        """True where its shortfall, as printed, is larger than every other."""
        gaps = {figure.figure_code.split(".")[1]: _shortfall(figures, figure.figure_code) for figure in figures.under("kpi.", ".difference")}
        own = gaps.pop(self.metric, None)
        return own is not None and bool(gaps) and all(other is not None and own > max(other, Decimal(0)) for other in gaps.values())


def _shortfall(figures: FigureSet, difference: str) -> Decimal | None:
    """Points by which a final KPI lies on the wrong side of its plan; negative on the right side, None where it cannot be said."""
    found, number = figures[difference], shown(figures[difference])
    if number is None or found.is_provisional or found.unit != "share":
        return None
    lower_is_better = figures.text(difference.replace(".difference", ".direction")) == LOWER_IS_BETTER
    return number if lower_is_better else -number
