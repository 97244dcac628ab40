"""Where labels go: deterministic placement that keeps labels off each other, off marks and inside the frame.

Greedy by scarcity, then a bounded repair: a label without room may push one other label to its next free place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.reports.chart_shapes import Box

_AIR = 1.5
_SWEEPS = 3


@dataclass(frozen=True)
class Wanted:
    """One label: the places it could take, best first."""

    places: tuple[Box, ...]


def place_labels(wanted: Sequence[Wanted], *, frame: Box, obstacles: Sequence[Box]) -> tuple[Box | None, ...]:
    """The place of each label, None where there is no room. No two places overlap, none touches an obstacle or leaves the frame."""
    free = [_free_places(label, frame, obstacles) for label in wanted]
    taken: dict[int, Box] = {}
    for index in sorted(range(len(free)), key=lambda i: (len(free[i]), i)):
        _take(index, free, taken)
    for _ in range(_SWEEPS):
        missing = [index for index in range(len(free)) if index not in taken]
        found = [_push(index, free, taken) for index in missing]
        if not any(found):
            break
    return tuple(taken.get(index) for index in range(len(free)))


def _free_places(label: Wanted, frame: Box, obstacles: Sequence[Box]) -> list[Box]:
    return [place for place in label.places if place.lies_in(frame) and not any(place.overlaps(other, _AIR) for other in obstacles)]


def _take(index: int, free: list[list[Box]], taken: dict[int, Box]) -> bool:
    """True where label `index` found a place beside those taken."""
    for place in free[index]:
        if not any(place.overlaps(other, _AIR) for key, other in taken.items() if key != index):
            taken[index] = place
            return True
    return False


def _push(index: int, free: list[list[Box]], taken: dict[int, Box]) -> bool:
    """True where label `index` found a place after the one label in its way took another."""
    for place in free[index]:
        in_the_way = [key for key, other in taken.items() if place.overlaps(other, _AIR)]
        if len(in_the_way) > 1:
            continue
        moved = in_the_way[0] if in_the_way else index
        before = taken.get(moved)
        taken[index] = place
        if moved == index or _take(moved, free, taken):
            return True
        del taken[index]
        taken[moved] = before or place
    return False
