"""Which counts of a table must stay hidden so that nobody is recognised: METHODS 22.

Primary: a count below `suppress_below_count`. Complementary: a larger count that is hidden because the table's sums would give
a primary one back. The audit plays the reader who knows every printed count, every sum that must hold, and what each mark means:
the least and the most that a hidden count can be, by integer linear programming. Source: Hundepool et al. 2012.
Several reports are one table: a count hidden in one and printed in another is printed.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from orchestration.config.models import Model
from orchestration.schemas.indices.common import ALL

SHOWN, PRIMARY, COMPLEMENTARY, UNPUBLISHED = "shown", "primary", "complementary", "unpublished"
Range = tuple[int, int | None]


class DisclosureRule(Model):
    """Which counts are small, and how many values of one a reader must be left with.

    shows_zero: a count of nobody is printed, since it is nobody's.
    """

    suppress_below_count: int = 5
    values_left: int = 3
    shows_zero: bool = False


@dataclass(frozen=True)
class _Table:
    """Counts and the sums that hold between them: each row of `sums` times the counts is 0."""

    codes: list[str]
    counts: NDArray[np.int64]
    sums: NDArray[np.int64]
    rule: DisclosureRule

    def is_small(self, cell: int) -> bool:
        """True for a count that nobody may learn."""
        return int(self.rule.shows_zero) <= int(self.counts[cell]) < self.rule.suppress_below_count


def suppress_cells(cells: pl.DataFrame, sums: pl.DataFrame, *, rule: DisclosureRule) -> pl.DataFrame:
    """The cells with state (shown, primary, complementary, unpublished), least_possible, most_possible and is_recoverable.

    cells: cell_code, n, is_published. sums: sum_code, cell_code, sign: parts 1, their total -1; each must hold.
    Complementary cells are chosen smallest first among those that close most open sums, and given back, largest first, where the
    table stays safe without them. least and most: what a reader can work out of a small count; null most: no
    bound; both null: not small. is_recoverable: fewer than `values_left` values remain (no more than k are possible at all), and
    nothing is left to hide. Raises ValueError naming a sum that does not hold or a cell that is none.
    """
    table = _read(cells, sums, rule)
    state = [_first_state(table, cell, shown) for cell, shown in enumerate(cells["is_published"])]
    _hide_complements(table, state)
    _show_needless(table, state)
    return _audited(cells, table, state)


def audit_cells(cells: pl.DataFrame, sums: pl.DataFrame, *, rule: DisclosureRule) -> pl.DataFrame:
    """The cells with least_possible, most_possible and is_recoverable for the column `state` as it is given.

    Raises ValueError as `suppress_cells`, and for a mark that contradicts its count: then no table would fit what is printed.
    """
    table, state = _read(cells, sums, rule), cells["state"].to_list()
    for cell, word in enumerate(state):
        if (word == PRIMARY and not table.is_small(cell)) or (word == COMPLEMENTARY and table.counts[cell] < rule.suppress_below_count):
            raise ValueError(f"{table.codes[cell]} is marked {word}, which its count {table.counts[cell]} contradicts")
    return _audited(cells, table, state)


def unite_reports(printed: pl.DataFrame) -> pl.DataFrame:
    """One row per cell_code with n and state, of the same in several reports: shown where any of them shows it.

    complementary, primary and unpublished follow in this order: the reader combines what each of the marks says.
    """
    order = pl.Enum([SHOWN, COMPLEMENTARY, PRIMARY, UNPUBLISHED])
    ranked = printed.with_columns(pl.col("state").cast(order))
    united = ranked.group_by("cell_code").agg(pl.col("n").first(), pl.col("state").min())
    return united.with_columns(pl.col("state").cast(pl.String)).sort("cell_code")


def sums_of_table(cells: pl.DataFrame, *, dimensions: tuple[str, ...]) -> pl.DataFrame:
    """The sums that hold in a table with margins: along each dimension the cells other than 'all' add up to the cell 'all'.

    In: cell_code and one column per dimension. Out: sum_code, cell_code, sign. A total whose parts are not in the table has none.
    """
    found = [_along(cells, name, [other for other in dimensions if other != name]) for name in dimensions]
    return pl.concat(found).sort("sum_code", "cell_code")


def _along(cells: pl.DataFrame, name: str, others: list[str]) -> pl.DataFrame:
    is_total = pl.col(name) == ALL
    code = pl.concat_str(pl.lit(f"{name}:"), *others, separator="|")
    signed = cells.select("cell_code", sum_code=code, sign=pl.when(is_total).then(-1).otherwise(1))
    both = (pl.col("sign").min().over("sum_code") < 0) & (pl.col("sign").max().over("sum_code") > 0)
    return signed.filter(both).select("sum_code", "cell_code", "sign")


def _read(cells: pl.DataFrame, sums: pl.DataFrame, rule: DisclosureRule) -> _Table:
    codes = cells["cell_code"].to_list()
    place, row = {code: i for i, code in enumerate(codes)}, {code: i for i, code in enumerate(sums["sum_code"].unique(maintain_order=True))}
    matrix = np.zeros((len(row), len(codes)), dtype=np.int64)
    for sum_code, cell_code, sign in sums.select("sum_code", "cell_code", "sign").iter_rows():
        if cell_code not in place:
            raise ValueError(f"sum {sum_code} names {cell_code}, which is no cell")
        matrix[row[sum_code], place[cell_code]] = sign
    counts = cells["n"].cast(pl.Int64).to_numpy()
    for code, rest in zip(row, matrix @ counts, strict=True):
        if rest:
            raise ValueError(f"sum {code} does not hold: its parts and its total differ by {rest}")
    return _Table(codes, counts, matrix, rule)


def _first_state(table: _Table, cell: int, is_published: bool) -> str:
    if not is_published:
        return UNPUBLISHED
    return PRIMARY if table.is_small(cell) else SHOWN


def _hide_complements(table: _Table, state: list[str]) -> None:
    """Hides one more cell at a time until no small count can be worked out, or nothing is left that would help."""
    while exposed := _exposed(table, state):
        partner = next((found for cell in exposed if (found := _partner(table, state, cell)) is not None), None)
        if partner is None:
            return
        state[partner] = COMPLEMENTARY


def _show_needless(table: _Table, state: list[str]) -> None:
    before = set(_exposed(table, state))
    hidden = [cell for cell, word in enumerate(state) if word == COMPLEMENTARY]
    for cell in sorted(hidden, key=lambda c: (-table.counts[c], table.codes[c])):
        state[cell] = SHOWN
        if not set(_exposed(table, state)) <= before:
            state[cell] = COMPLEMENTARY


def _partner(table: _Table, state: list[str], cell: int) -> int | None:
    """The shown cell to hide for the sake of `cell`: of the sums in which one cell alone is hidden it closes most, then smallest."""
    unknown = np.array([word != SHOWN for word in state])
    rows = _connected(table, unknown, cell)
    uses = table.sums != 0
    alone = rows & ((uses & unknown).sum(axis=1) == 1)
    pool = alone if (alone & (uses & _candidates(table, state)).any(axis=1)).any() else rows
    closing = uses[pool].sum(axis=0)
    found = [int(c) for c in np.flatnonzero(_candidates(table, state)) if closing[c]]
    return min(found, key=lambda c: (-closing[c] if pool is alone else 0, table.counts[c], table.codes[c]), default=None)


def _candidates(table: _Table, state: list[str]) -> NDArray[np.bool_]:
    """Cells that can be hidden: shown and not small, since the mark of a complementary cell says that it is large."""
    return np.array([word == SHOWN for word in state]) & (table.counts >= table.rule.suppress_below_count)


def _connected(table: _Table, unknown: NDArray[np.bool_], cell: int) -> NDArray[np.bool_]:
    """Which sums say something of `cell`: those with it, and those that share a hidden cell with one of these."""
    uses, reached = (table.sums != 0) & unknown, np.arange(len(table.codes)) == cell
    rows: NDArray[np.bool_] = (uses & reached).any(axis=1)
    while True:
        more: NDArray[np.bool_] = (uses & uses[rows].any(axis=0)).any(axis=1)
        if (more == rows).all():
            return rows
        rows = more


def _exposed(table: _Table, state: list[str]) -> list[int]:
    """Small counts of which a reader is left with too few values."""
    return [cell for cell, span in _ranges(table, state).items() if _is_recoverable(table, span)]


def _is_recoverable(table: _Table, span: Range) -> bool:
    least, most = span
    return most is not None and most - least + 1 < min(table.rule.values_left, table.rule.suppress_below_count)


def _ranges(table: _Table, state: list[str]) -> dict[int, Range]:
    """Least and most of each small count: itself where it is shown; where it stands in no sum what its mark says."""
    unknown = np.array([word != SHOWN for word in state])
    small = [cell for cell in range(len(state)) if table.is_small(cell)]
    told = {cell: int(table.counts[cell]) for cell in small if not unknown[cell]}
    return {cell: (told[cell], told[cell]) if cell in told else _range(table, state, unknown, cell) for cell in small}


def _range(table: _Table, state: list[str], unknown: NDArray[np.bool_], cell: int) -> Range:
    from scipy.optimize import linprog  # takes a second to import, and most nights have nothing to hide

    rows = _connected(table, unknown, cell)
    asked = np.flatnonzero((table.sums[rows] != 0).any(axis=0) & unknown)
    if not len(asked):
        return _bounds(table, state[cell], None)
    # no bound at all makes a solver say "unbounded or infeasible"; one beyond twice everybody is none
    beyond = 2 * int(table.counts.sum()) + table.rule.suppress_below_count
    known = table.sums[rows][:, ~unknown] @ table.counts[~unknown]
    aim = np.where(asked == cell, 1.0, 0.0)
    box = [_bounds(table, state[c], beyond) for c in asked]
    ends = [
        linprog(sign * aim, A_eq=table.sums[rows][:, asked], b_eq=-known, bounds=box, integrality=1, method="highs") for sign in (1, -1)
    ]
    least, most = (round(sign * end.fun) for sign, end in zip((1, -1), ends, strict=True))
    return least, most if most < beyond else None


def _bounds(table: _Table, word: str, beyond: int | None) -> Range:
    """What the mark of a hidden cell says: a primary one is small, a complementary one is not."""
    k, zero = table.rule.suppress_below_count, int(table.rule.shows_zero)
    return {PRIMARY: (zero, k - 1), COMPLEMENTARY: (k, beyond), UNPUBLISHED: (0, beyond)}[word]


def _audited(cells: pl.DataFrame, table: _Table, state: list[str]) -> pl.DataFrame:
    spans = _ranges(table, state)
    return cells.with_columns(
        pl.Series("state", state, pl.String),
        pl.Series("least_possible", [spans[c][0] if c in spans else None for c in range(len(state))], pl.Int64),
        pl.Series("most_possible", [spans[c][1] if c in spans else None for c in range(len(state))], pl.Int64),
        pl.Series("is_recoverable", [c in spans and _is_recoverable(table, spans[c]) for c in range(len(state))], pl.Boolean),
    )
