"""Writes the landing folder: whole history first, then what changed each month, corrections and one file sent twice."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from support.sample import cases, complaints, customers, deliveries, surveys
from support.sample.dirt import spoiled
from support.sample.files import changed, csv_bytes, write_bytes, write_jsonl, write_parquet, write_xlsx
from support.sample.stories import LATE_SOURCE_REACHES
from support.sample.streams import last_months

DATA = Path(__file__).resolve().parents[3] / "data"
EXTRACTIONS = ("2026-09-01", "2026-10-01", "2026-11-01")
CORRECTED = "2026-10-12"
HELD_BACK = "2026-10-09"
Seen = Callable[[np.datetime64], pl.DataFrame]


@dataclass(frozen=True)
class Truth:
    """Everything that happened, family by family."""

    customers: customers.Customers
    deliveries: pl.DataFrame
    complaints: pl.DataFrame
    callbacks: pl.DataFrame
    cases: pl.DataFrame
    stages: pl.DataFrame
    invitations: pl.DataFrame
    answers: pl.DataFrame
    customer_months: pl.DataFrame


@cache
def make_truth(scale: int = 1, months: int = 27) -> Truth:
    """The truth of `months` months up to 2026-10, `scale` times as many customers and records."""
    people, span = customers.make_customers(scale), last_months(months)
    made = {m: deliveries.make_deliveries(people, m, scale) for m in span}
    raised = {m: complaints.make_complaints(people, m, scale) for m in span}
    applied = {m: cases.make_cases(people, m, scale) for m in span}
    asked = {m: surveys.make_invitations(people, m, scale, made[m], applied[m]) for m in span}
    return Truth(
        people, pl.concat(made.values()), pl.concat(raised.values()),
        pl.concat(complaints.make_callbacks(raised[m], people, m) for m in span),
        pl.concat(applied.values()), pl.concat(cases.make_stages(applied[m], m) for m in span), pl.concat(asked.values()),
        pl.concat(surveys.make_answers(asked[m], people, m) for m in span),
        pl.concat(customers.month_table(people, m, _count_signed(made[m], people)) for m in span),
    )  # fmt: skip


def write_workspace(workspace: Path, *, scale: int = 1, months: int = 27) -> list[Path]:
    """Write `workspace`/landing, and config and contracts where the workspace has none; returns the extracts in order."""
    for folder in ("config", "contracts"):
        if not (workspace / folder).exists():
            shutil.copytree(DATA / folder, workspace / folder)
    landing = workspace / "landing"
    landing.mkdir(parents=True, exist_ok=True)
    truth = make_truth(scale, months)
    return sorted([*_write_masters(landing, truth), *_write_deltas(landing, truth), *_write_corrections(landing, truth)])


def _count_signed(frame: pl.DataFrame, people: customers.Customers) -> np.ndarray:
    signed = frame.filter(pl.col("signed").is_not_null())["who"].to_numpy()
    return np.bincount(signed, minlength=len(people.customer_id))


def _write_masters(landing: Path, truth: Truth) -> list[Path]:
    sheet = customers.customer_table(truth.customers)
    days = (EXTRACTIONS[0], EXTRACTIONS[-1])
    books = [
        write_xlsx(landing / f"customers_{day}.xlsx", sheet.filter(pl.col("Valid from") < np.datetime64(day)), "Customers") for day in days
    ]
    aliases = csv_bytes(customers.alias_table(truth.customers), encoding="utf-8-sig")
    return [
        *books,
        write_bytes(landing / f"customer_aliases_{EXTRACTIONS[-1]}.csv", aliases),
        write_bytes(landing / f"staff_{EXTRACTIONS[-1]}.csv", csv_bytes(customers.staff_table(), delimiter=";")),
    ]


def _write_deltas(landing: Path, truth: Truth) -> list[Path]:
    t, people = truth, truth.customers
    held = held_back(t.answers)
    on_time = t.answers.filter(~pl.col("invitation").is_in(held["invitation"].implode()))
    texts: dict[str, tuple[Seen, str]] = {
        "deliveries_{}.csv.gz": (lambda until: deliveries.seen_deliveries(t.deliveries, people, until), "utf-8"),
        "complaints_{}.csv.gz": (lambda until: complaints.seen_complaints(t.complaints, people, until), "gb18030"),
        "complaint_events_{}.csv.gz": (lambda until: complaints.seen_events(t.complaints, until), "utf-8"),
        "callbacks_{}.csv": (
            lambda until: t.callbacks.filter(pl.col("called") < min(until, LATE_SOURCE_REACHES)).drop("called"),
            "utf-8-sig",
        ),
        "survey_web_{}.csv.gz": (lambda until: surveys.seen_web(on_time, people, until), "utf-8"),
        "customer_months_{}.csv.gz": (lambda until: t.customer_months.filter(pl.col("month") < str(until)[:7]), "utf-8"),
    }
    paths = []
    for name, (seen, encoding) in texts.items():
        for day, frame in _deltas(seen):
            reaches = str(LATE_SOURCE_REACHES)[:10] if name.startswith("callbacks") and day == EXTRACTIONS[-1] else day
            target = landing / name.format(reaches)
            paths.append(write_bytes(target, spoiled(target.name, csv_bytes(frame, encoding=encoding))))
    return paths + _write_typed_deltas(landing, t)


def _write_typed_deltas(landing: Path, truth: Truth) -> list[Path]:
    t, people = truth, truth.customers
    stamped: dict[str, Seen] = {
        "cases": lambda until: cases.seen_cases(t.cases, t.stages, people, until),
        "case_stages": lambda until: cases.seen_stages(t.stages, t.cases, people, until),
    }
    paths = [
        write_parquet(landing / f"{name}_{day}.parquet", _in_seconds(frame.with_columns(synced_at=pl.lit(np.datetime64(day, "ms")))))
        for name, seen in stamped.items()
        for day, frame in _deltas(seen)
    ]
    asked = _deltas(lambda until: surveys.seen_invitations(t.invitations, people, until))
    paths += [write_parquet(landing / f"invitations_{day}.parquet", _in_seconds(frame)) for day, frame in asked]
    told = _deltas(lambda until: surveys.seen_phone(t.answers, people, until))
    return paths + [write_jsonl(landing / f"survey_phone_{day}.jsonl.gz", frame) for day, frame in told]


def _deltas(seen: Seen) -> list[tuple[str, pl.DataFrame]]:
    """Per extraction day what is new or changed since the one before."""
    frames = [seen(np.datetime64(day, "ms")) for day in EXTRACTIONS]
    return [
        (day, frame if i == 0 else changed(frame, frames[i - 1])) for i, (day, frame) in enumerate(zip(EXTRACTIONS, frames, strict=True))
    ]


def _in_seconds(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.selectors.datetime().cast(pl.Datetime("ms")))


def held_back(answers: pl.DataFrame) -> pl.DataFrame:
    """Web answers of 2026-08 that the survey tool delivered only in October."""
    of_month = answers.filter((pl.col("mode") == "网络") & (pl.col("returned").dt.strftime("%Y-%m") == "2026-08"))
    return of_month.gather_every(12)


def _write_corrections(landing: Path, truth: Truth) -> list[Path]:
    """Late answers, corrected arrivals, reclassified complaints, restated revenue, and one file delivered twice."""
    t, people, until = truth, truth.customers, np.datetime64("2026-10-01", "ms")
    late = surveys.seen_web(held_back(t.answers), people, until)
    signed = pl.col("signed").is_between(np.datetime64("2026-09-05", "ms"), np.datetime64("2026-09-25", "m"))
    earlier = t.deliveries.filter(signed & ~pl.col("is_late")).gather_every(20).with_columns(pl.col("signed") - pl.duration(minutes=25))
    moved = t.complaints.filter((pl.col("opened").dt.strftime("%Y-%m") == "2026-09") & (pl.col("category") == "配送延误")).head(8)
    moved = moved.with_columns(pl.lit("服务态度").alias("category"))
    revenue = t.customer_months.filter(pl.col("month") == "2026-08").head(15).with_columns((pl.col("revenue_cny") * 0.97).round(2))
    shutil.copyfile(landing / "deliveries_2026-10-01.csv.gz", landing / "deliveries_2026-10-01_resent.csv.gz")
    return [
        write_bytes(landing / f"survey_web_{HELD_BACK}.csv.gz", csv_bytes(late)),
        write_bytes(landing / f"deliveries_{CORRECTED}.csv.gz", csv_bytes(deliveries.seen_deliveries(earlier, people, until))),
        write_bytes(
            landing / f"complaints_{CORRECTED}.csv.gz", csv_bytes(complaints.seen_complaints(moved, people, until), encoding="gb18030")
        ),
        write_bytes(landing / f"customer_months_{CORRECTED}.csv.gz", csv_bytes(revenue)),
        landing / "deliveries_2026-10-01_resent.csv.gz",
    ]
