"""Can a printed percentage or mean come from whole counts over its base? METHODS 21.

GRIM: of n people a whole number k said yes, and k / n, rounded, must give the printed figure. Source: Brown & Heathers 2017.
Tobacco retail prints 74.13 % of 205: 151 of 205 are 73.66 % and 152 are 74.15 %, so no count gives it.
"""

import polars as pl

from orchestration.metrics.printed import TWO, PrintedRule, read_printed

PER_CENT = 100
TEN = 10
HELPERS = ("digits", "decimals", "low2", "high2", "is_low_open", "is_high_open", "scale", "pieces", "lowest", "highest")


def classify_attainability(figures: pl.DataFrame, *, rule: PrintedRule) -> pl.DataFrame:
    """The frame with attainability (possible, impossible, not_testable), reason, lowest_count and highest_count.

    In: figure_kind (per_cent or mean), printed (text, so that decimals are known), n_base, n_items (ratings per person that a
    mean is taken over; null: 1), level_min and level_max (ends of a mean's scale; null: none), is_weighted, is_imputed.
    possible: a whole k in lowest_count to highest_count gives the printed figure, k out of n_base, or k the sum of all ratings.
    impossible: none does (no_count_gives_it), or no number on the scale does (outside_range), weighted or not.
    not_testable: weighted, imputed, no_base, not_a_number, or base_too_large: one count changes the figure by no more than a unit
    of its last place (whole per cents at n >= 100), so that every figure is possible. Null counts: not possible.
    """
    known = _on_scale(read_printed(figures, rule=rule))
    counted = known.with_columns(lowest_count=_lowest_count(), highest_count=_highest_count())
    judged = counted.with_columns(reason=_reason()).with_columns(attainability=_verdict())
    kept = pl.when(pl.col("attainability") == "possible").then(pl.col("lowest_count", "highest_count"))
    return judged.with_columns(kept).drop(HELPERS)


def admissible_bases(figures: pl.DataFrame, *, first: int, last: int, rule: PrintedRule) -> pl.DataFrame:
    """One row per figure and base from `first` to `last` that admits it, as `classify_attainability`, n_base replaced.

    Of the bases 144 to 205 only 201 admits 74.13 %: 149 of 201.
    """
    bases = pl.DataFrame({"n_base": range(first, last + 1)}, schema={"n_base": pl.Int64})
    crossed = figures.drop("n_base").join(bases, how="cross")
    return classify_attainability(crossed, rule=rule).filter(pl.col("attainability") == "possible")


def flag_limits(figures: pl.DataFrame, *, rule: PrintedRule) -> pl.DataFrame:
    """The frame with at_limit: ceiling, floor, or null for a figure inside its range (or without one).

    A figure at its ceiling (100 % kept the limit) can rise no further, tells nobody apart, and correlates with nothing; what it
    counted, such as the supplier's time alone, is the question to ask.
    """
    known = _on_scale(read_printed(figures, rule=rule))
    value = pl.col("digits")
    at = pl.when(value >= pl.col("highest") * pl.col("scale")).then(pl.lit("ceiling"))
    return known.with_columns(at_limit=at.when(value <= pl.col("lowest") * pl.col("scale")).then(pl.lit("floor"))).drop(HELPERS)


def _on_scale(printed: pl.DataFrame) -> pl.DataFrame:
    """Adds scale (units of the last place per 1), pieces (answers that make the count), lowest and highest of the scale."""
    is_share = pl.col("figure_kind") == "per_cent"
    ratings = pl.when(is_share).then(1).otherwise(pl.col("n_items").fill_null(1))
    return printed.with_columns(
        scale=pl.when(is_share).then(PER_CENT).otherwise(1) * pl.lit(TEN, pl.Int64).pow(pl.col("decimals")),
        pieces=pl.col("n_base").cast(pl.Int64) * ratings,
        lowest=pl.when(is_share).then(0).otherwise(pl.col("level_min")).cast(pl.Int64),
        highest=pl.when(is_share).then(1).otherwise(pl.col("level_max")).cast(pl.Int64),
    )


def _lowest_count() -> pl.Expr:
    """Smallest whole k with k * scale / pieces at or above the lower end, and not below the scale."""
    bound = pl.col("pieces") * pl.col("low2") + pl.col("is_low_open").cast(pl.Int64)
    return pl.max_horizontal(-(-bound // (TWO * pl.col("scale"))), pl.col("lowest") * pl.col("pieces"))


def _highest_count() -> pl.Expr:
    """Largest whole k with k * scale / pieces at or below the upper end, and not above the scale."""
    bound = pl.col("pieces") * pl.col("high2") - pl.col("is_high_open").cast(pl.Int64)
    return pl.min_horizontal(bound // (TWO * pl.col("scale")), pl.col("highest") * pl.col("pieces"))


def _reason() -> pl.Expr:
    """The first that holds, or null for a figure that a count gives."""
    above = pl.col("low2") > TWO * pl.col("highest") * pl.col("scale")
    below = pl.col("high2") < TWO * pl.col("lowest") * pl.col("scale")
    cases = {
        "not_a_number": pl.col("digits").is_null(),
        "outside_range": (above | below).fill_null(value=False),
        "weighted": pl.col("is_weighted"),
        "imputed": pl.col("is_imputed"),
        "no_base": pl.col("pieces").fill_null(0) < 1,
        "base_too_large": pl.col("pieces") >= pl.col("scale"),
        "no_count_gives_it": pl.col("lowest_count") > pl.col("highest_count"),
    }
    return pl.coalesce(pl.when(condition).then(pl.lit(code)) for code, condition in cases.items())


def _verdict() -> pl.Expr:
    is_impossible = pl.col("reason").is_in(["outside_range", "no_count_gives_it"])
    return (
        pl.when(pl.col("reason").is_null())
        .then(pl.lit("possible"))
        .when(is_impossible)
        .then(pl.lit("impossible"))
        .otherwise(pl.lit("not_testable"))
    )
