"""Axes: round steps, and the straight map from a figure to a coordinate."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_STEPS = (1.0, 2.0, 4.0, 5.0, 10.0)


@dataclass(frozen=True)
class Scale:
    """The straight map of [low, high] onto [start, end]; `ticks` are the round figures in between."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...] = ()

    def at(self, value: float) -> float:
        """Coordinate of `value`, in px."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def held(self, value: float) -> float:
        """Coordinate of `value`, or of the nearer end where it stands outside."""
        return self.at(min(max(value, self.low), self.high))


def build_scale(values: Sequence[float], start: float, end: float, *, intervals: int = 4, floor: float | None = None,
                ceiling: float | None = None, least: float = 0.0) -> Scale:  # fmt: skip
    """A scale that ends on round figures, holds all `values` and spans at least `least`; never beyond floor and ceiling."""
    low, high = min(values), max(values)
    spread = max(high - low, least, 1e-6 * max(1.0, abs(high)))
    middle = (low + high) / 2
    low, high = min(low, middle - spread / 2), max(high, middle + spread / 2)
    step = _round_step(spread / intervals)
    first, last = math.floor(round(low / step, 9)), math.ceil(round(high / step, 9))
    ticks = tuple(round(index * step, 9) for index in range(first, last + 1))
    ticks = tuple(tick for tick in ticks if (floor is None or tick >= floor) and (ceiling is None or tick <= ceiling)) or ticks
    return Scale(min(ticks[0], min(values)), max(ticks[-1], max(values)), start, end, ticks)


def _round_step(rough: float) -> float:
    """The round step next above `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in _STEPS if step * power >= rough * (1 - 1e-9))
