"""Do printed figures of one whole and its parts agree? Base coherence over declared, exhaustive partitions: METHODS 21.

Two figures that only look alike are not compared: another item, another kind of base, another unit, or a unit nobody states.
"""

import polars as pl

from orchestration.metrics.printed import TWO, PrintedRule, read_printed

FINEST_DECIMALS = 4
TEN = 10
WHOLE = 2 * 100 * TEN**FINEST_DECIMALS
"""100 per cent in half units of the fourth decimal."""
WHOLE_PART = ""
SAME = ("item_code", "base_kind", "unit")


def classify_coherence(cells: pl.DataFrame, partitions: pl.DataFrame, *, rule: PrintedRule) -> pl.DataFrame:
    """One row per partition: value, lowest and highest (per cent), coherence (coherent, incoherent, not_checkable) and reason.

    cells: partition_code, part_code ('' is the whole), printed per cent (text; null: unpublished), n_base (null: not printed),
    item_code, base_kind, unit. partitions: partition_code, partition_kind, n_parts as declared.
    groups: one rate in exhaustive groups. value is the overall rate, lowest to highest what the parts allow: their hull, or
    where every base is printed their mean weighted by it.
    single_answer: shares of the answers to one question. value is 100, lowest to highest their sum -+ rounding.
    multiple_answer: shares need not add up, so they are not checkable.
    Both ends follow the rounding rule. Null: not checkable. An open end is taken half a unit of the fourth decimal short.
    """
    ends = _with_ends(read_printed(cells, rule=rule))
    found = ends.group_by("partition_code").agg(*_state(), *_whole(), *_parts())
    joined = partitions.join(found, on="partition_code", how="left").with_columns(reason=_obstacle())
    return (
        _judged(joined)
        .select("partition_code", "partition_kind", "value", "lowest", "highest", "coherence", "reason")
        .sort("partition_code")
    )


def flag_comparable(pairs: pl.DataFrame) -> pl.DataFrame:
    """The frame with is_comparable and, where it is false, reason: unit_not_stated, unit, item_code or base_kind that differs.

    In: item_code, base_kind and unit of a figure, and the same of its reference with the prefix reference_.
    A promise of 52 days without a unit is no limit for 16 working days.
    """
    unstated = pl.col("unit").is_null() | pl.col("reference_unit").is_null()
    differing = {f"{name}_differs": pl.col(name).ne_missing(pl.col(f"reference_{name}")) for name in ("unit", "item_code", "base_kind")}
    reason = pl.coalesce(pl.when(hit).then(pl.lit(code)) for code, hit in {"unit_not_stated": unstated, **differing}.items())
    return pairs.with_columns(reason=reason).with_columns(is_comparable=pl.col("reason").is_null())


def _with_ends(printed: pl.DataFrame) -> pl.DataFrame:
    """Adds low and high in half units of the fourth decimal, and which cells are parts and printed."""
    unit = pl.lit(TEN, pl.Int64).pow(FINEST_DECIMALS - pl.col("decimals"))
    return printed.with_columns(
        low=pl.col("low2") * unit + pl.col("is_low_open").cast(pl.Int64),
        high=pl.col("high2") * unit - pl.col("is_high_open").cast(pl.Int64),
        centre=TWO * pl.col("digits") * unit,
        is_part=pl.col("part_code") != WHOLE_PART,
        n=pl.col("n_base").cast(pl.Int64),
    ).with_columns(is_counted=pl.col("is_part") & (pl.col("n").fill_null(1) > 0))


def _state() -> list[pl.Expr]:
    """Whether the cells speak of one thing, and how many parts are there and printed; a part without anybody counts as printed."""
    part, counted, shown = pl.col("is_part"), pl.col("is_counted"), pl.col("digits").is_not_null()
    return [
        *(pl.col(name).n_unique().alias(f"n_{name}") for name in SAME),
        (part & (shown | ~counted)).sum().alias("n_shown"),
        (counted & shown).sum().alias("n_counted"),
        pl.col("n").filter(part).null_count().alias("n_baseless"),
        pl.col("n").filter(part).sum().alias("n_parts_base"),
    ]


def _whole() -> list[pl.Expr]:
    cells = ~pl.col("is_part")
    return [pl.col(name).filter(cells).first().alias(f"whole_{name}") for name in ("low", "high", "centre", "n")]


def _parts() -> list[pl.Expr]:
    """Ends of the parts: least, greatest, sum, and sum weighted by base."""
    cells = pl.col("is_counted")
    low, high, n = (pl.col(name).filter(cells) for name in ("low", "high", "n"))
    return [
        low.min().alias("least"), high.max().alias("greatest"), low.sum().alias("sum_low"), high.sum().alias("sum_high"),
        (low * n).sum().alias("weighted_low"), (high * n).sum().alias("weighted_high"),
    ]  # fmt: skip


def _obstacle() -> pl.Expr:
    """Why a partition cannot be checked; null where it can."""
    is_groups, known = pl.col("partition_kind") == "groups", pl.col("whole_n").is_not_null() & (pl.col("n_baseless") == 0)
    cases = {
        "several_answers": pl.col("partition_kind") == "multiple_answer",
        **{f"{name}_differs": pl.col(f"n_{name}") > 1 for name in SAME},
        "part_missing": (pl.col("n_shown").fill_null(0) != pl.col("n_parts")) | (pl.col("n_counted") == 0),
        "whole_missing": is_groups & pl.col("whole_centre").is_null(),
        "bases_do_not_add_up": is_groups & known & (pl.col("whole_n") != pl.col("n_parts_base")),
    }
    return pl.coalesce(pl.when(condition).then(pl.lit(code)) for code, condition in cases.items())


def _judged(found: pl.DataFrame) -> pl.DataFrame:
    """Adds value, lowest, highest in per cent, coherence, and the reason of those that can be checked."""
    is_groups, weighs = pl.col("partition_kind") == "groups", pl.col("n_baseless") == 0
    total = pl.col("n_parts_base").clip(1, None)
    # both sides are multiplied by the bases' sum, so that the comparison stays one of whole numbers
    factor = pl.when(is_groups & weighs).then(total).otherwise(1)
    low = pl.when(is_groups & weighs).then(pl.col("weighted_low")).when(is_groups).then(pl.col("least")).otherwise(pl.col("sum_low"))
    high = pl.when(is_groups & weighs).then(pl.col("weighted_high")).when(is_groups).then(pl.col("greatest")).otherwise(pl.col("sum_high"))
    own_low, own_high = (pl.when(is_groups).then(pl.col(f"whole_{end}")).otherwise(WHOLE) for end in ("low", "high"))
    fits = (own_high * factor >= low) & (own_low * factor <= high)
    can, per_cent = pl.col("reason").is_null(), WHOLE / 100
    numbers = {"value": pl.when(is_groups).then(pl.col("whole_centre")).otherwise(WHOLE), "lowest": low / factor, "highest": high / factor}
    words = pl.when(~can).then(pl.lit("not_checkable")).when(fits).then(pl.lit("coherent")).otherwise(pl.lit("incoherent"))
    told = pl.when(fits).then(pl.lit("within")).otherwise(pl.lit("outside"))
    return found.with_columns(
        **{name: pl.when(can).then(number / per_cent) for name, number in numbers.items()}, coherence=words
    ).with_columns(reason=pl.when(can).then(told).otherwise(pl.col("reason")))
