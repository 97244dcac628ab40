"""What a printed figure says of the number behind it: digits, decimals, and the interval that rounding leaves open.

Everything is a whole number here: a printed figure is text, and a float would decide halves by accident.
"""

from typing import Literal

import polars as pl

from orchestration.config.models import Model

Rounding = Literal["nearest", "half_up", "half_even", "truncated"]
PLAIN_NUMBER = r"^\d{1,5}(?:\.\d{1,4})?$"
"""Digits and at most four decimals: more would leave the range of exact 64-bit products, and nobody prints them."""
TWO = 2


class PrintedRule(Model):
    """How printed figures were rounded. nearest: halves went either way, which is what holds when nobody says."""

    rounding: Rounding = "nearest"


def read_printed(figures: pl.DataFrame, *, rule: PrintedRule) -> pl.DataFrame:
    """The frame with digits, decimals, low2 and high2, is_low_open and is_high_open of its column `printed`.

    digits: the printed figure in units of its last place ("74.13" is 7413, decimals 2). The number behind it lies between
    low2 and high2 half units of the last place, an open end excluded: nearest [2d - 1, 2d + 1]; half_up [2d - 1, 2d + 1);
    half_even closed where d is even, open where it is odd; truncated [2d, 2d + 2). Null: not a plain number without sign.
    """
    text = pl.col("printed").str.strip_chars()
    plain = pl.when(text.str.contains(PLAIN_NUMBER)).then(text)
    digits = plain.str.replace(".", "", literal=True).cast(pl.Int64)
    decimals = plain.str.split(".").list.get(1, null_on_oob=True).str.len_chars().fill_null(0).cast(pl.Int64)
    read = figures.with_columns(digits=digits, decimals=pl.when(plain.is_not_null()).then(decimals))
    below, above = (0, TWO) if rule.rounding == "truncated" else (1, 1)
    is_odd = pl.col("digits") % TWO != 0
    low_open = is_odd if rule.rounding == "half_even" else pl.lit(value=False)
    high_open = is_odd if rule.rounding == "half_even" else pl.lit(rule.rounding in ("half_up", "truncated"))
    return read.with_columns(
        low2=TWO * pl.col("digits") - below, high2=TWO * pl.col("digits") + above, is_low_open=low_open, is_high_open=high_open
    )
