"""Frames in the shape of their schema; months moved and counted."""

from datetime import date

import polars as pl

from orchestration.schemas.columns import Kind, Table

DTYPES: dict[Kind, type[pl.DataType]] = {
    "text": pl.String,
    "integer": pl.Int32,
    "bigint": pl.Int64,
    "double": pl.Float64,
    "date": pl.Date,
    "timestamp": pl.Datetime,
    "boolean": pl.Boolean,
}


def shape_frame(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The frame with exactly the table's columns and types, sorted by its key; a number that is none becomes null.

    Raises polars ColumnNotFoundError if a column is missing.
    """
    columns = [_shaped(column.name, column.kind) for column in table.columns]
    return frame.select(columns).sort(table.key)


def empty_frame(table: Table) -> pl.DataFrame:
    """The table without rows."""
    return pl.DataFrame(schema={column.name: DTYPES[column.kind] for column in table.columns})


def months_later(month: pl.Expr, n: int) -> pl.Expr:
    """The first day of the month `n` months after (before: negative)."""
    return month.dt.offset_by(f"{n}mo")


def month_span(first: date, last: date) -> pl.Series:
    """Every first day of a month from `first` to `last`, both included."""
    return pl.date_range(first, last, interval="1mo", eager=True).alias("month_start_date")


def ratio(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """The quotient numerator / denominator as a float; null where the denominator is 0 or null."""
    return pl.when(denominator != 0).then(numerator.cast(pl.Float64) / denominator.cast(pl.Float64))


def at_least(value: pl.Expr, threshold: pl.Expr | float) -> pl.Expr:
    """True where the value reaches the threshold; digits that only a float subtraction made (below 1e-9) do not decide."""
    bound = threshold if isinstance(threshold, pl.Expr) else pl.lit(threshold)
    return value.round(DECIDING_DIGITS) >= bound.round(DECIDING_DIGITS)


DECIDING_DIGITS = 9


def _shaped(name: str, kind: Kind) -> pl.Expr:
    cast = pl.col(name).cast(DTYPES[kind])
    return pl.when(cast.is_finite()).then(cast).alias(name) if kind == "double" else cast
