"""D01, D02: a count below the limit stays hidden, and no sum of printed counts gives it back."""

import itertools

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.metrics.disclosure import DisclosureRule, audit_cells, sums_of_table, suppress_cells, unite_reports

K = 5
RULE = DisclosureRule(suppress_below_count=K)
HIDDEN = ("primary", "complementary")


def table(counts: dict[tuple[str, str], int]) -> pl.DataFrame:
    """Cells of a two-way table with its margins; every one is to be published."""
    rows = sorted({row for row, _ in counts})
    columns = sorted({column for _, column in counts})
    cells = dict(counts)
    cells |= {(row, "all"): sum(counts[row, column] for column in columns) for row in rows}
    cells |= {("all", column): sum(counts[row, column] for row in rows) for column in columns}
    cells["all", "all"] = sum(counts.values())
    found = [{"cell_code": f"{row}/{column}", "row": row, "column": column, "n": n} for (row, column), n in cells.items()]
    return pl.DataFrame(found).with_columns(is_published=pl.lit(True))


def line(*counts: int) -> pl.DataFrame:
    """Cells a, b, c ... and their total."""
    cells = [{"cell_code": "abcdefgh"[n], "part": "abcdefgh"[n], "n": count} for n, count in enumerate(counts)]
    return pl.DataFrame([*cells, {"cell_code": "all", "part": "all", "n": sum(counts)}]).with_columns(is_published=pl.lit(True))


def states(cells: pl.DataFrame) -> dict[str, str]:
    return dict(cells.select("cell_code", "state").iter_rows())


def suppressed(cells: pl.DataFrame, *dimensions: str, rule: DisclosureRule = RULE) -> pl.DataFrame:
    return suppress_cells(cells, sums_of_table(cells, dimensions=dimensions), rule=rule)


def test_a_count_below_the_limit_is_hidden_with_the_smallest_other_that_would_give_it_back():
    """3 + 20 + 30 = 53: with 3 alone hidden, 53 - 20 - 30 gives it back."""
    assert states(suppressed(line(3, 20, 30), "part")) == {"a": "primary", "b": "complementary", "c": "shown", "all": "shown"}


def test_two_small_counts_hide_each_other_only_where_enough_values_remain():
    """2 + 3 = 5 leaves 1 to 4 for each; 4 + 4 = 8 leaves no other than 4 and 4, so a third must go."""
    assert states(suppressed(line(2, 3, 30), "part"))["c"] == "shown"
    assert states(suppressed(line(4, 4, 30), "part"))["c"] == "complementary"


@pytest.mark.parametrize("count", [0, 1, K - 1, K, K + 1])
def test_the_limit_itself_is_shown(count):
    assert (states(suppressed(line(count, 20, 30), "part"))["a"] == "primary") == (count < K)


def test_nobody_is_shown_where_the_workspace_says_so():
    rule = DisclosureRule(suppress_below_count=K, shows_zero=True)
    assert set(states(suppressed(line(0, 20, 30), "part", rule=rule)).values()) == {"shown"}


def test_a_two_way_table_hides_a_rectangle():
    """One small cell of a table with both margins needs one more in its row, one in its column, and the corner opposite."""
    counts = {(row, column): 20 + 3 * n for n, (row, column) in enumerate(itertools.product("rst", "xyz"))} | {("r", "x"): 2}
    cells = suppressed(table(counts), "row", "column")
    assert sum(word in HIDDEN for word in states(cells).values()) == 4
    assert not cells["is_recoverable"].any()


def test_the_audit_finds_a_planted_leak():
    cells = line(3, 20, 30).with_columns(state=pl.Series(["primary", "shown", "shown", "shown"]))
    audited = audit_cells(cells, sums_of_table(cells, dimensions=("part",)), rule=RULE).row(0, named=True)
    assert (audited["least_possible"], audited["most_possible"], audited["is_recoverable"]) == (3, 3, True)


def test_the_audit_finds_a_small_count_that_is_shown():
    cells = line(3, 50).with_columns(state=pl.Series(["shown", "shown", "shown"]))
    audited = audit_cells(cells, sums_of_table(cells, dimensions=("part",)), rule=RULE)
    assert dict(audited.select("cell_code", "is_recoverable").iter_rows()) == {"a": True, "b": False, "all": False}
    assert audited.row(0, named=True)["least_possible"] == audited.row(0, named=True)["most_possible"] == 3


def test_two_reports_together_give_away_what_neither_does_alone():
    """One report hides a and b, another a and c: who reads both subtracts."""
    first, second = (
        line(3, 20, 30).with_columns(state=pl.Series(words))
        for words in (["primary", "complementary", "shown", "shown"], ["primary", "shown", "complementary", "shown"])
    )
    for alone in (first, second):
        assert not audit_cells(alone, sums_of_table(alone, dimensions=("part",)), rule=RULE)["is_recoverable"].any()
    both = first.drop("state").join(unite_reports(pl.concat([first, second])).select("cell_code", "state"), on="cell_code")
    assert audit_cells(both, sums_of_table(both, dimensions=("part",)), rule=RULE)["is_recoverable"].any()


def test_sums_that_do_not_hold_and_marks_that_contradict_their_counts_are_refused():
    cells = line(3, 20, 30)
    sums = sums_of_table(cells, dimensions=("part",))
    with pytest.raises(ValueError, match="its parts and its total differ by"):
        suppress_cells(cells.with_columns(n=pl.Series([3, 20, 30, 54])), sums, rule=RULE)
    with pytest.raises(ValueError, match="b is marked primary, which its count 20 contradicts"):
        audit_cells(cells.with_columns(state=pl.Series(["shown", "primary", "shown", "shown"])), sums, rule=RULE)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=2, max_size=6))
def test_ranges_of_a_line_are_those_of_interval_arithmetic(counts):
    """Least = max(low, rest - what the others can be at most), most = min(high, rest - what they are at least)."""
    cells = suppressed(line(*counts), "part")
    total, rows = sum(counts), cells.filter(pl.col("cell_code") != "all").to_dicts()
    is_total_shown = states(cells)["all"] == "shown"
    hidden = [row for row in rows if row["state"] in HIDDEN]
    rest = total - sum(row["n"] for row in rows if row not in hidden)
    ends = {row["cell_code"]: (0, K - 1) if row["state"] == "primary" else (K, total) for row in hidden}
    for row in hidden:
        if row["state"] == "primary" and is_total_shown:
            others = [ends[other["cell_code"]] for other in hidden if other is not row]
            low, high = ends[row["cell_code"]]
            expected = max(low, rest - sum(high for _, high in others)), min(high, rest - sum(low for low, _ in others))
            assert (row["least_possible"], row["most_possible"]) == expected
            assert row["is_recoverable"] == (expected[1] - expected[0] + 1 < RULE.values_left)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 25), min_size=9, max_size=9))
def test_no_small_count_of_a_two_way_table_can_be_worked_out_unless_nothing_is_left_to_hide(counts):
    cells = suppressed(table(dict(zip(itertools.product("rst", "xyz"), counts, strict=True))), "row", "column")
    assert not cells.filter(pl.col("n") < K, pl.col("state") == "shown").height
    assert not cells.filter(pl.col("n") >= K, pl.col("state") == "primary").height
    if cells["is_recoverable"].any():
        assert cells.filter(pl.col("state") == "shown", pl.col("n") >= K, pl.col("row") != "all", pl.col("column") != "all").is_empty()
