"""Candidates of everything else that asserts: masthead, headline notes, section headings, notes under charts."""

from collections.abc import Iterator
from datetime import date

import polars as pl

from orchestration.reports.claims import (
    Above,
    AllKnown,
    Claim,
    CountIs,
    IsFinal,
    IsProvisional,
    NoteIs,
    RankIs,
    SameBase,
    TextIs,
    VerdictIs,
)
from orchestration.reports.claims_plans import (
    AllMeetPlan,
    FurthestFromPlan,
    MetPlan,
    MissedPlan,
    MissedPlansAre,
    StagesBelowGoal,
    StreakMissed,
)  # fmt: skip
from orchestration.reports.figure import NO_DATA, OPEN_COHORT, SMALL_BASE, TOO_FEW, FigureSet
from orchestration.reports.sentences import Candidate, Place, Values, claims_to_frame
from orchestration.reports.sentences_lead import build_lead_place
from orchestration.reports.sentences_points import (
    MONTHS_OF_A_RUN,
    RELATIVE_RULES,
    build_points,
    late_survey,
    lowest_item,
    missed_metrics,
    worst_region,
)  # fmt: skip
from orchestration.reports.sentences_trust import build_trust_places

LAST_YEAR, LAST_MONTH, TARGET = "headline.change.same_month_last_year", "headline.change.previous_month", "headline.change.target"
BOTH = 2
MONTH: Values = {"month": ("headline.index", "month")}


def build_claims(figures: FigureSet, *, month: date, version: int = 1) -> pl.DataFrame:
    """reported.claims of the report on `month`: every candidate of every place, whether it holds and whether it is printed."""
    return claims_to_frame(build_places(figures), figures, month=month, version=version)


def build_places(figures: FigureSet) -> Iterator[Place]:
    """Every place of the page that may assert something, in the order of the page."""
    yield Place("masthead.sources", tuple(_sources(figures)))
    yield Place("headline.note", tuple(_headline_note(figures)))
    yield Place("headline.summary", tuple(_headline_summary()))
    yield from build_lead_place(figures)
    yield from build_points(figures)
    yield Place("heading.trend", tuple(_trend()))
    yield Place("heading.quadrant", tuple(_quadrant()))
    yield Place(
        "note.undecided",
        (Candidate("note.undecided", (CountIs("quadrant.n_undecided", 1, -1),), _threshold("membership_undecided_below")),),
    )
    yield Place("note.pooled", (Candidate("note.pooled", (CountIs("quadrant.window_months", 3, 3),)),))
    yield Place("heading.items", tuple(_items(figures)))
    yield Place("heading.kpi", tuple(_kpi(figures)))
    yield Place("note.open_cohort", tuple(_open_cohort(figures)))
    yield Place("heading.stages", tuple(_stages(figures)))
    yield Place("heading.delivery", tuple(_delivery(figures)))
    yield Place("note.delivery", tuple(_two_ways(figures)))
    yield Place("heading.complaints", tuple(_complaints(figures)))
    yield from build_trust_places(figures)


def _threshold(name: str) -> Values:
    return {"threshold": (f"parameter.{name}", "whole")}


def _sources(figures: FigureSet) -> Iterator[Candidate]:
    counts: Values = {"n": ("sources.n_sources", "count"), "complete": ("sources.n_complete", "count"), "late": ("sources.n_late", "count")}
    yield Candidate("sources.all", (CountIs("sources.n_late", 0, 0), CountIs("sources.n_sources", 1, -1)), counts, anchor="trust")
    late = [f.figure_code.removesuffix(".state") for f in figures.under("source.", ".state") if f.text_value != "complete"]
    if late:
        one = (CountIs("sources.n_late", 1, 1), TextIs(f"{late[0]}.state", figures.text(f"{late[0]}.state")))
        yield Candidate("sources.one", one, {**counts, "table": (f"{late[0]}.table", "table")}, anchor="trust")
    yield Candidate("sources.some", (CountIs("sources.n_late", 2, -1),), counts, anchor="trust")


def _headline_note(figures: FigureSet) -> Iterator[Candidate]:
    base: Values = {"n": ("headline.index", "base")}
    yield Candidate("headline.no_data", (NoteIs("headline.index", NO_DATA),), MONTH)
    counted: Values = {**base, "effective": ("headline.n_effective", "count")}
    least: Values = {"least": ("parameter.hide_below_n", "count")}
    yield Candidate("headline.too_few.weighted", (NoteIs("headline.index", TOO_FEW),), {**counted, **least})
    yield Candidate("headline.too_few", (NoteIs("headline.index", TOO_FEW),), {**base, **least})
    behind = late_survey(figures)
    if behind is not None:
        yield Candidate("headline.late.to_day", (IsProvisional("headline.index"),), {"day": (behind.figure_code, "day")})
    yield Candidate("headline.late", (IsProvisional("headline.index"),), base)
    yield Candidate("headline.small_base.weighted", (NoteIs("headline.index", SMALL_BASE),), counted)
    yield Candidate("headline.small_base", (NoteIs("headline.index", SMALL_BASE),), base)


def _headline_summary() -> Iterator[Candidate]:
    yield Candidate("summary.too_few", (NoteIs("headline.index", TOO_FEW),))
    yield Candidate("summary.provisional", (IsProvisional("headline.index"),))
    yield Candidate(
        "summary.too_few", (NoteIs("headline.index", SMALL_BASE), VerdictIs(LAST_MONTH, "cannot tell"), VerdictIs(LAST_YEAR, "cannot tell"))
    )


def _trend() -> Iterator[Candidate]:
    yield Candidate("trend.no_data", (NoteIs("headline.index", NO_DATA),), MONTH)
    yield Candidate("trend.too_few", (NoteIs("headline.index", TOO_FEW),), MONTH)
    yield Candidate("trend.provisional", (IsProvisional("headline.index"),), MONTH)
    for code, name in ((LAST_YEAR, "year"), (LAST_MONTH, "month")):
        for verdict in ("better", "worse"):
            moved = VerdictIs(code, verdict)
            yield Candidate(f"trend.{name}.{verdict}.short", (moved, VerdictIs(TARGET, "worse")))
            yield Candidate(f"trend.{name}.{verdict}.above", (moved, VerdictIs(TARGET, "better")))
            yield Candidate(f"trend.{name}.{verdict}", (moved,))
    for verdict, name in (("steady", "steady"), ("changed but small", "small"), ("cannot tell", "unknown")):
        still = VerdictIs(LAST_MONTH, verdict)
        yield Candidate(f"trend.{name}.short", (still, VerdictIs(TARGET, "worse")))
        yield Candidate(f"trend.{name}.above", (still, VerdictIs(TARGET, "better")))
        yield Candidate(f"trend.{name}", (still,))
    yield Candidate("trend.short", (VerdictIs(TARGET, "worse"),))
    yield Candidate("trend.above", (VerdictIs(TARGET, "better"),))
    yield Candidate("trend.plain")


def _quadrant() -> Iterator[Candidate]:
    count: Values = {"n": ("quadrant.n_repair", "word")}
    item: Values = {"item": ("repair.1.satisfaction", "name")}
    final = IsFinal("repair.1.satisfaction")
    for rule in RELATIVE_RULES:
        relative = TextIs("quadrant.cut_rule", rule)
        yield Candidate("quadrant.relative.some", (relative, final, CountIs("quadrant.n_repair", 2, -1)), count)
        yield Candidate("quadrant.relative.one", (relative, final, CountIs("quadrant.n_repair", 1, 1)), item)
    yield Candidate("quadrant.some", (final, CountIs("quadrant.n_repair", 2, -1)), count)
    yield Candidate("quadrant.one", (final, CountIs("quadrant.n_repair", 1, 1)), item)
    yield Candidate("quadrant.provisional", (IsProvisional("repair.1.satisfaction"), CountIs("quadrant.n_repair", 2, -1)), count)
    none = (CountIs("quadrant.n_repair", 0, 0), CountIs("quadrant.n_items", 2, -1), AllKnown("item.", ".certainty"))
    yield Candidate("quadrant.none", none)
    yield Candidate("quadrant.plain")


def _items(figures: FigureSet) -> Iterator[Candidate]:
    for claims, values in lowest_item(figures):
        yield Candidate("items.lowest", claims, {name: values[name] for name in ("item", "score")})
        yield Candidate("items.plain")


def _kpi(figures: FigureSet) -> Iterator[Candidate]:
    counts: Values = {"n": ("kpi.n_missed", "word"), "all": ("kpi.n_planned", "word"), "judged": ("kpi.n_judged", "word")}
    yield Candidate("kpi.all_met", (AllMeetPlan(least=1),), {"all": ("kpi.n_planned", "word")})
    missed = missed_metrics(figures)
    exact = MissedPlansAre(len(missed))
    n_judged = int(figures.value("kpi.n_judged") or 0)
    complete = CountIs("kpi.n_planned", n_judged, n_judged)
    for metric in missed[:1]:
        name: Values = {"metric": (f"kpi.{metric}.actual", "name"), "inline": (f"kpi.{metric}.actual", "label")}
        yield Candidate("kpi.only", (exact, complete, CountIs("kpi.n_missed", 1, 1), MissedPlan(metric)), name)
    for metric in missed:
        furthest = (exact, complete, CountIs("kpi.n_missed", 2, -1), FurthestFromPlan(metric))
        yield Candidate("kpi.furthest", furthest, {**counts, "metric": (f"kpi.{metric}.actual", "name")})
    yield Candidate("kpi.some", (exact, complete, CountIs("kpi.n_missed", 1, -1)), counts)
    for metric in missed[:1]:
        alone = (exact, CountIs("kpi.n_judged", 1, 1), MissedPlan(metric))
        yield Candidate("kpi.one_judged", alone, {"metric": (f"kpi.{metric}.actual", "name")})
    if len(missed) == BOTH:
        both = (exact, CountIs("kpi.n_missed", BOTH, BOTH), *(MissedPlan(metric) for metric in missed))
        named: Values = {"first": (f"kpi.{missed[0]}.actual", "name"), "second": (f"kpi.{missed[1]}.actual", "name")}
        yield Candidate("kpi.two_judged", both, {**counts, **named})
    yield Candidate("kpi.some_judged", (exact, CountIs("kpi.n_missed", 1, -1)), counts)
    yield Candidate("kpi.none_judged", (exact, CountIs("kpi.n_missed", 0, 0), CountIs("kpi.n_judged", 1, -1)), counts)
    yield Candidate("kpi.plain")


def _open_cohort(figures: FigureSet) -> Iterator[Candidate]:
    """Cases of the month can still move a share that is shown: it gets no verdict."""
    for figure in figures.under("kpi.", ".actual"):
        if figure.note_code == OPEN_COHORT:
            yield Candidate("kpi.open_cohort", (NoteIs(figure.figure_code, OPEN_COHORT),))
            return


def _stages(figures: FigureSet) -> Iterator[Candidate]:
    month = figures.text("run.month")
    for counted in figures.under("stages.", ".n_below"):
        metric = counted.figure_code.split(".")[1]
        below = stages_below_goal(figures, metric, month)
        claim = StagesBelowGoal(metric, month, tuple(below))
        counts: Values = {"n": (counted.figure_code, "word"), "all": (f"stages.{metric}.n_goals", "word")}
        if not below:
            yield Candidate("stages.all_met", (claim,), counts)
        elif len(below) == 1:
            yield Candidate("stages.only", (claim,), {"stage": (f"stage.{metric}.{below[0]}.{month}", "name")})
        else:
            yield Candidate("stages.some", (claim, CountIs(counted.figure_code, len(below), len(below))), counts)
    yield Candidate("stages.plain")


def stages_below_goal(figures: FigureSet, metric: str, month: str) -> list[str]:
    """Stages, as <process>.<stage>, whose printed share lies below the printed goal."""
    prefix = f"stage.{metric}."
    codes = [figure.figure_code.removesuffix(".goal") for figure in figures.under(prefix, ".goal")]
    return [code.removeprefix(prefix) for code in codes if Above(f"{code}.goal", f"{code}.{month}").evaluate(figures)]


def delivery_metrics(figures: FigureSet) -> list[str]:
    """The two shares of deliveries that are told by region: the first two of the registry where higher is better."""
    found = [f.figure_code.split(".")[1] for f in figures.under("kpi.", ".family") if f.text_value == "deliveries"]
    return [m for m in found if figures.text(f"kpi.{m}.direction") != "lower_is_better" and figures[f"kpi.{m}.actual"].unit == "share"][:2]


def _delivery(figures: FigureSet) -> Iterator[Candidate]:
    for metric in delivery_metrics(figures)[:1]:
        code, worst = f"kpi.{metric}", worst_region(figures, metric, lowest=True)
        months = int(figures.value(f"{code}.streak") or 0)
        streak: tuple[Claim, ...] = (MissedPlan(metric), StreakMissed(metric, months), CountIs(f"{code}.streak", MONTHS_OF_A_RUN, -1))
        values: Values = {"metric": (f"{code}.actual", "name"), "months": (f"{code}.streak", "word")}
        if worst is not None:
            rank = (IsFinal(worst.figure_code), RankIs(worst.figure_code, f"region.{metric}.", "", lowest=True))
            place: Values = {"region": (worst.figure_code, "name"), "there": (worst.figure_code, "value")}
            yield Candidate("delivery.streak.lowest", (*streak, *rank), {**values, **place})
            yield Candidate("delivery.lowest", rank, place)
        yield Candidate("delivery.streak", streak, values)
        yield Candidate(
            "delivery.missed", (MissedPlan(metric),), {"plan": (f"{code}.plan", "value"), "actual": (f"{code}.actual", "value")}
        )
    yield Candidate("delivery.plain")


def _two_ways(figures: FigureSet) -> Iterator[Candidate]:
    metrics = delivery_metrics(figures)
    if len(metrics) < 2:  # noqa: PLR2004
        return
    first, second = (f"kpi.{metric}.actual" for metric in metrics)
    values: Values = {
        "first": (first, "label"), "second": (second, "label"), "one": (first, "value"), "other": (second, "value"), "n": (first, "base"),
    }  # fmt: skip
    yield Candidate("note.two_ways", (Above(second, first), SameBase(first, second)), values)


def _complaints(figures: FigureSet) -> Iterator[Candidate]:
    late = [
        f
        for f in figures.under("kpi.", ".actual")
        if f.is_provisional and figures.text(f.figure_code.replace(".actual", ".family")) == "complaints"
    ]
    for metric in missed_metrics(figures, "complaints")[:1]:
        code = f"kpi.{metric}"
        values: Values = {"metric": (f"{code}.actual", "name"), "actual": (f"{code}.actual", "value"), "plan": (f"{code}.plan", "value")}
        for figure in late[:1]:
            both = (MissedPlan(metric), IsProvisional(figure.figure_code))
            yield Candidate("complaints.missed.provisional", both, {**values, "late": (figure.figure_code, "name")})
        yield Candidate("complaints.missed", (MissedPlan(metric),), values)
    for figure in late[:1]:
        yield Candidate("complaints.provisional", (IsProvisional(figure.figure_code),), {"late": (figure.figure_code, "name")})
    yield from _complaints_met(figures)
    yield Candidate("complaints.plain")


def _complaints_met(figures: FigureSet) -> Iterator[Candidate]:
    """Every complaint KPI with a plan met it."""
    planned = [f for f in figures.under("kpi.", ".plan") if figures.text(f.figure_code.replace(".plan", ".family")) == "complaints"]
    claims = tuple(MetPlan(figure.figure_code.split(".")[1]) for figure in planned)
    if claims:
        yield Candidate("complaints.met", claims)
