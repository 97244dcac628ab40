"""KPI totals over segments and regions, and the limits of each KPI's own process: METHODS 11, census part.

A KPI counts everything that happened: it has no sampling error. What varies is the process, and its limits come from its
own past: Laney's p' for shares (p-chart whose width is corrected for more or less variation than binomial), XmR for averages.
"""

import polars as pl

from orchestration.metrics.frames import months_later, ratio, shape_frame
from orchestration.metrics.parameters import ProcessRule
from orchestration.schemas.indices import ALL, KPI_SCORES

SIGMAS = 3.0
MOVING_RANGE_TO_SIGMA = 1.128
"""d2 of two points: expected moving range of a standard normal process."""
SERIES = ("metric_code", "breakdown_code", "segment_code", "region_code")
ADDITIVE = ("numerator", "denominator")


def score_kpis(cells: pl.DataFrame, metrics: pl.DataFrame, *, rule: ProcessRule) -> pl.DataFrame:
    """Rows of indices.kpi_scores: totals, each segment, each region, with process limits.

    cells: marts.kpi_values_monthly (leaf cells of segment x region); metrics: config.metrics.
    value = sum of numerators / sum of denominators, so a total is never a mean of rates.
    """
    totals = total_cells(cells)
    units = metrics.select("metric_code", "unit")
    limits = estimate_process_limits(totals.join(units, on="metric_code", how="left"), rule=rule)
    joined = totals.join(limits, on=["month_start_date", *SERIES], how="left")
    return shape_frame(joined.with_columns(pl.col("n_history_months").fill_null(0)), KPI_SCORES)


def total_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """Numerator, denominator and value per metric, breakdown, month and (all, all), (segment, all) or (all, region)."""
    kept = {"segment_code": pl.lit(ALL), "region_code": pl.lit(ALL)}
    scopes = [kept, {"region_code": kept["region_code"]}, {"segment_code": kept["segment_code"]}]
    spread = pl.concat([cells.with_columns(**scope) for scope in scopes])
    keys = ["month_start_date", *SERIES, "base_kind", "fingerprint"]
    sums = spread.group_by(keys).agg(pl.col(ADDITIVE).cast(pl.Int64).sum())
    return sums.with_columns(value=ratio(pl.col("numerator"), pl.col("denominator")))


def estimate_process_limits(series: pl.DataFrame, *, rule: ProcessRule) -> pl.DataFrame:
    """process_low, process_centre, process_high per month of a series from the `rule.months` months before it.

    Laney p' (unit share): centre p = sum x / sum n, z_i = (p_i - p) / s_i, s_i = sqrt(p (1 - p) / n_i),
    sigma_z = mean |z_i - z_(i-1)| / 1.128, limits p -+ 3 s sigma_z with the judged month's n, cut at 0 and 1.
    XmR (all other units): centre = mean of the monthly values, limits centre -+ 3 mean |x_i - x_(i-1)| / 1.128.
    n_history_months: months with a value among them; below `rule.minimum_months` the limits are null.
    """
    known = series.filter(pl.col("value").is_not_null())
    past = _past(known, rule)
    keys = ["month_start_date", *SERIES]
    centred = past.with_columns(
        centre=pl.when(_is_share()).then(_pooled(keys)).otherwise(pl.col("past_value").mean().over(keys)),
    ).sort(*keys, "past_month")
    scaled = centred.with_columns(point=pl.when(_is_share()).then(_standardised()).otherwise(pl.col("past_value")))
    spread = scaled.group_by(keys, maintain_order=True).agg(
        pl.col("centre", "unit", "denominator").first(),
        n_history_months=pl.len(),
        sigma=pl.col("point").diff().abs().mean() / MOVING_RANGE_TO_SIGMA,
    )
    enough = pl.col("n_history_months") >= rule.minimum_months
    limits = spread.with_columns(pl.when(enough).then(pl.col("centre", "sigma")))
    bounded = limits.with_columns(_limits())
    return bounded.select(*keys, "n_history_months", "process_low", "process_high", process_centre="centre")


def _is_share() -> pl.Expr:
    return pl.col("unit") == "share"


def _past(known: pl.DataFrame, rule: ProcessRule) -> pl.DataFrame:
    """Each month of a series beside every earlier month of its window."""
    past = known.select(*SERIES, past_month="month_start_date", past_value="value", past_n="denominator", past_x="numerator")
    oldest = months_later(pl.col("month_start_date"), -rule.months)
    in_window = (pl.col("past_month") < pl.col("month_start_date")) & (pl.col("past_month") >= pl.col("oldest"))
    judged = known.select("month_start_date", *SERIES, "unit", "denominator", oldest=oldest)
    return judged.join(past, on=SERIES).filter(in_window)


def _pooled(keys: list[str]) -> pl.Expr:
    return ratio(pl.col("past_x").sum().over(keys), pl.col("past_n").sum().over(keys))


def _binomial_sigma(n: pl.Expr) -> pl.Expr:
    """sqrt(p (1 - p) / n); 0 for a share outside 0 to 1, which no binomial can make."""
    return ((pl.col("centre") * (1 - pl.col("centre"))).clip(0.0, None) / n).sqrt()


def _standardised() -> pl.Expr:
    sigma = _binomial_sigma(pl.col("past_n"))
    return ratio(pl.col("past_value") - pl.col("centre"), sigma).fill_null(0.0)


def _limits() -> list[pl.Expr]:
    centre = pl.col("centre")
    width = SIGMAS * pl.col("sigma") * pl.when(_is_share()).then(_binomial_sigma(pl.col("denominator"))).otherwise(1.0)
    top = pl.when(_is_share()).then((centre + width).clip(None, 1.0)).otherwise(centre + width)
    return [(centre - width).clip(0.0, None).alias("process_low"), top.alias("process_high")]
