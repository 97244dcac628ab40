"""Claims: what a sentence asserts about frozen figures, as objects that the figures bear or refute.

A claim names figures by code and says one thing of them. `evaluate` reads the figures alone, at the precision in which they
are printed, and an unknown or hidden figure bears nothing. A sentence is printed where all its claims hold, and there is no
other way onto the page for an assertion. Claims about plans and goals are in claims_plans.py.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from math import hypot
from typing import Any, ClassVar

from orchestration.reports.figure import Figure, FigureSet
from orchestration.reports.formatting import printed_number

HALF = 0.5


class Claim(ABC):
    """One assertion; subclasses are frozen dataclasses whose fields are its arguments."""

    TYPES: ClassVar[dict[str, type["Claim"]]] = {}

    def __init_subclass__(cls) -> None:
        Claim.TYPES[cls.__name__] = cls

    @abstractmethod
    def evaluate(self, figures: FigureSet) -> bool:
        """True where the figures bear the claim."""

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
class AllKnown(Claim):
    """Every figure of a set that is not empty is known."""

    prefix: str
    suffix: str

    def evaluate(self, figures: FigureSet) -> bool:
        """True where there is at least one member and each is printed."""
        members = figures.under(self.prefix, self.suffix)
        return bool(members) and all(member.is_known for member in members)


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
        if own.value is None or other.value is None:
            return False
        lead = (other.value - own.value) if self.lowest else (own.value - other.value)
        apart = shown(own) != shown(other)
        return apart and lead > hypot(_half_width(own), _half_width(other))


def _half_width(figure: Figure) -> float:
    if figure.interval_low is None or figure.interval_high is None:
        return 0.0
    return (figure.interval_high - figure.interval_low) / 2


@dataclass(frozen=True)
class SameBase(Claim):
    """Two figures count over the same number of the same things."""

    figure: str
    other: str

    def evaluate(self, figures: FigureSet) -> bool:
        """True where both bases are known and equal."""
        one, other = figures.get(self.figure), figures.get(self.other)
        if one is None or other is None or one.n_base is None:
            return False
        return (one.n_base, one.base_kind) == (other.n_base, other.base_kind)


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
