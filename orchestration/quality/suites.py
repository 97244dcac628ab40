"""What each count of a profile may be: an expectation per count, as plain data that `gates` hands to Great Expectations."""

from dataclasses import dataclass

from orchestration.quality.profiles import PROFILES, ROWS, ProfiledTable, Severity
from orchestration.quality.reconciliation import RECONCILIATIONS, Reconciliation


@dataclass(frozen=True)
class Expected:
    """One expectation: the count `measure` of `table` is 0."""

    table: str
    measure: str
    severity: Severity = "error"

    @property
    def code(self) -> str:
        """The expectation's name in ops.checks, and of its column in the profile frame."""
        return f"{self.table}.{self.measure}"


@dataclass(frozen=True)
class Suite:
    """A suite: what is expected, and how many expectations there must be for a pass to mean anything."""

    expected: tuple[Expected, ...]
    minimum_checks: int


def build_suite(tables: tuple[ProfiledTable, ...] = PROFILES, comparisons: tuple[Reconciliation, ...] = RECONCILIATIONS) -> Suite:
    """The suite over the profiles of `tables` and over `comparisons`: every count but the number of rows is expected to be 0."""
    counts = tuple(
        Expected(table.name, measure, "warning" if measure in table.warnings else "error")
        for table in tables for measure in table.counts if measure != ROWS
    )  # fmt: skip
    differences = tuple(Expected(comparison.table, comparison.code) for comparison in comparisons)
    return Suite(counts + differences, minimum_checks=len(tables) + len(comparisons))
