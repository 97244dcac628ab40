"""Candidates of the three points: topics in declared order of importance, several forms of each, longest support first.

Order: a headline that rests on part of a month; what to repair, or what is rated lowest; the missed plans of two families; what
moved the headline; the source that is late; the target; stages below their goal; then good and quiet news. The masthead names a late
source and the headline tells its changes, so what neither shows comes first.
"""

from collections.abc import Iterator

from orchestration.reports.claims import AllKnown, Claim, CountIs, IsFinal, IsKnown, IsProvisional, NoteIs, RankIs, TextIs, VerdictIs
from orchestration.reports.claims_plans import AllMeetPlan, MissedPlan, StreakMissed
from orchestration.reports.figure import SMALL_BASE, TOO_FEW, Figure, FigureSet
from orchestration.reports.reading import TREND_MONTHS
from orchestration.reports.sentences import Candidate, Place, Values

N_POINTS = 3
RELATIVE_RULES = ("grand_mean", "median")
"""Cross-hair rules by which there is always something to repair: the words say 'relatively'."""
MONTHS_OF_A_RUN = 2
INDEX: Values = {"index": ("headline.index", "value")}


def build_points(figures: FigureSet) -> Iterator[Place]:
    """The places point.1 to point.3; each sees every candidate, and a topic told once is not told again."""
    candidates = (
        *late_headline(figures), *repair(), *rated_lowest(figures), *missed_plans(figures, rank=0), *missed_plans(figures, rank=1),
        *moved_headline(), *late_sources(figures), *short_of_target(), *stages_below(figures), *good_news(), *quiet_news(),
    )  # fmt: skip
    for number in range(1, N_POINTS + 1):
        yield Place(f"point.{number}", candidates)


def late_survey(figures: FigureSet) -> Figure | None:
    """Newest day of the late answers: the figure of the required source that reaches least far, or None."""
    return _furthest_behind(figures, table="surveys_answers")


def _furthest_behind(figures: FigureSet, table: str = "") -> Figure | None:
    late = [
        figures[f"{state.figure_code.removesuffix('.state')}.data_to"] for state in figures.under("source.", ".state")
        if state.note_code == "required" and f"{state.figure_code.removesuffix('.state')}.data_to" in figures
        and figures.text(f"{state.figure_code.removesuffix('.state')}.table").startswith(table)
    ]  # fmt: skip
    return min(late, key=lambda figure: (figure.text_value or "", figure.figure_code), default=None)


def late_headline(figures: FigureSet) -> Iterator[Candidate]:
    """The index rests on part of a month."""
    behind = late_survey(figures)
    provisional: tuple[Claim, ...] = (IsProvisional("headline.index"),)
    if behind is not None:
        day = {"day": (behind.figure_code, "day")}
        yield Candidate("point.late_headline.to_day", provisional, {**INDEX, **day}, "headline", "trust")
    yield Candidate("point.late_headline", provisional, INDEX, "headline", "trust")
    yield Candidate("point.too_few", (NoteIs("headline.index", TOO_FEW),), {"n": ("headline.index", "base")}, "headline", "trend")


def repair() -> Iterator[Candidate]:
    """What to repair first; 'rated lowest' only where the ratings leave no doubt."""
    values: Values = {
        "item": ("repair.1.satisfaction", "name"), "satisfaction": ("repair.1.satisfaction", "value"),
        "importance": ("repair.1.importance", "value"), "scale": ("quadrant.scale_max", "value"),
    }  # fmt: skip
    named = {**values, "department": ("repair.1.department", "department")}
    picks: Values = {name: values[name] for name in ("item", "satisfaction", "importance")} | {"picks": ("quadrant.n_picks", "word")}
    basis: tuple[Claim, ...] = (CountIs("quadrant.n_repair", 1, -1), IsFinal("repair.1.satisfaction"))
    yield Candidate("point.repair.named.department", basis, {**picks, "department": named["department"]}, "repair", "quadrant")
    yield Candidate("point.repair.named", basis, picks, "repair", "quadrant")
    lowest = RankIs("repair.1.satisfaction", "repair.", ".satisfaction", lowest=True)
    yield Candidate(
        "point.repair.lowest",
        (*basis, lowest, CountIs("quadrant.n_repair", 3, -1)),
        {**named, "n": ("quadrant.n_repair", "word")},
        "repair",
        "quadrant",
    )
    for rule in RELATIVE_RULES:
        yield Candidate("point.repair.relative.department", (*basis, TextIs("quadrant.cut_rule", rule)), named, "repair", "quadrant")
        yield Candidate("point.repair.relative", (*basis, TextIs("quadrant.cut_rule", rule)), values, "repair", "quadrant")
    yield Candidate("point.repair.department", basis, named, "repair", "quadrant")
    yield Candidate("point.repair", basis, values, "repair", "quadrant")
    so_far: tuple[Claim, ...] = (CountIs("quadrant.n_repair", 1, -1), IsProvisional("repair.1.satisfaction"))
    yield Candidate("point.repair.named.provisional", so_far, picks, "repair", "quadrant")
    yield Candidate("point.repair.provisional", so_far, values, "repair", "quadrant")


def rated_lowest(figures: FigureSet) -> Iterator[Candidate]:
    """The item below all others beyond doubt, where no importance says what to repair."""
    for claims, values in lowest_item(figures):
        yield Candidate("point.items.lowest", claims, values, "items", "items")


def lowest_item(figures: FigureSet) -> Iterator[tuple[tuple[Claim, ...], Values]]:
    """Claims and words about the first of the items, which stand lowest first; nothing where the map shows them."""
    for lowest in figures.under("score.", ".index")[:1]:
        code = lowest.figure_code.removesuffix(".index")
        values: Values = {
            "item": (lowest.figure_code, "name"),
            "score": (lowest.figure_code, "value"),
            "satisfied": (f"{code}.top2", "value"),
        }
        yield (IsFinal(lowest.figure_code), RankIs(lowest.figure_code, "score.", ".index", lowest=True)), values


def missed_metrics(figures: FigureSet, family: str = "") -> list[str]:
    """Metrics that missed their plan, largest shortfall relative to the plan first."""
    metrics = [figure.figure_code.split(".")[1] for figure in figures.under("kpi.", ".difference")]
    missed = [m for m in metrics if MissedPlan(m).evaluate(figures) and figures.text(f"kpi.{m}.family").startswith(family)]
    return sorted(missed, key=lambda metric: -_relative_shortfall(figures, metric))


def _relative_shortfall(figures: FigureSet, metric: str) -> float:
    difference, plan = figures.value(f"kpi.{metric}.difference"), figures.value(f"kpi.{metric}.plan")
    return abs(difference or 0.0) / abs(plan) if plan else 0.0


def missed_plans(figures: FigureSet, *, rank: int) -> Iterator[Candidate]:
    """The missed plan of one family, families ordered by their largest miss, with its run of months and its worst region."""
    ordered = missed_metrics(figures)
    families = list(dict.fromkeys(figures.text(f"kpi.{metric}.family") for metric in ordered))
    if rank >= len(families):
        return
    family = families[rank]
    metric = next(metric for metric in ordered if figures.text(f"kpi.{metric}.family") == family)
    yield from _missed_plan(
        figures, metric, topic=f"missed.{family}", anchor="delivery" if family == "deliveries" else "kpi", suffix="too" if rank else ""
    )


def _missed_plan(figures: FigureSet, metric: str, *, topic: str, anchor: str, suffix: str) -> Iterator[Candidate]:
    code, missed = f"kpi.{metric}", MissedPlan(metric)
    lowest = figures.text(f"{code}.direction") != "lower_is_better"
    values: Values = {"metric": (f"{code}.actual", "name"), "actual": (f"{code}.actual", "value"), "plan": (f"{code}.plan", "value")}
    months = int(figures.value(f"{code}.streak") or 0)
    streak = (StreakMissed(metric, months), CountIs(f"{code}.streak", MONTHS_OF_A_RUN, -1))
    run = {"months": (f"{code}.streak", "word")}
    always = (StreakMissed(metric, TREND_MONTHS), CountIs(f"{code}.streak", TREND_MONTHS, -1))
    yield Candidate("point.missed.always", (missed, *always), {**values, **run}, topic, anchor)
    worst = worst_region(figures, metric, lowest=lowest)
    if worst is not None:
        place = {"region": (worst.figure_code, "name"), "there": (worst.figure_code, "value")}
        rank = RankIs(worst.figure_code, f"region.{metric}.", "", lowest=lowest)
        where = "lowest" if lowest else "highest"
        yield Candidate(f"point.missed.streak.{where}", (missed, *streak, rank), {**values, **run, **place}, topic, anchor)
        yield Candidate(f"point.missed.{where}", (missed, rank), {**values, **place}, topic, anchor)
    yield Candidate("point.missed.streak", (missed, *streak), {**values, **run}, topic, anchor)
    yield Candidate("point.missed.too" if suffix else "point.missed", (missed,), values, topic, anchor)


def worst_region(figures: FigureSet, metric: str, *, lowest: bool) -> Figure | None:
    """The region with the lowest (or highest) value of a metric; None where there are no regions."""
    known = [figure for figure in figures.under(f"region.{metric}.") if figure.value is not None]
    return min(known, key=lambda f: ((f.value or 0.0) if lowest else -(f.value or 0.0), f.figure_code), default=None)


def moved_headline() -> Iterator[Candidate]:
    """The index moved clearly since last month or since the same month last year."""
    for comparison, label in (("previous_month", "month"), ("same_month_last_year", "year")):
        code = f"headline.change.{comparison}"
        values: Values = {**INDEX, "points": (code, "distance"), "before": (f"{code}.reference", "value")}
        for verdict in ("worse", "better"):
            yield Candidate(f"point.{verdict}.{label}", (VerdictIs(code, verdict),), values, "headline", "trend")


def late_sources(figures: FigureSet) -> Iterator[Candidate]:
    """A required source does not reach the end of the month."""
    behind = _furthest_behind(figures)
    if behind is None:
        return
    code = behind.figure_code.removesuffix(".data_to")
    claims = (NoteIs(f"{code}.state", "required"), CountIs("sources.n_late", 1, -1))
    values: Values = {"table": (f"{code}.table", "table"), "day": (behind.figure_code, "day")}
    one = (*claims, CountIs("sources.n_late", 1, 1), CountIs("sources.n_complete", 1, -1))
    yield Candidate("point.late_source.only", one, {**values, "others": ("sources.n_complete", "count")}, "source", "trust")
    yield Candidate("point.late_source", claims, values, "source", "trust")


def short_of_target() -> Iterator[Candidate]:
    """The index is clearly below or above its target."""
    code = "headline.change.target"
    values: Values = {**INDEX, "points": (code, "distance"), "target": ("headline.target", "value")}
    for verdict in ("worse", "better"):
        yield Candidate(f"point.target.{verdict}", (VerdictIs(code, verdict),), values, "target", "trend")


def stages_below(figures: FigureSet) -> Iterator[Candidate]:
    """Stages below their goal, counted."""
    for counted in figures.under("stages.", ".n_below"):
        code = counted.figure_code.removesuffix(".n_below")
        claims = (CountIs(counted.figure_code, 1, -1), CountIs(f"{code}.n_goals", 2, -1))
        yield Candidate(
            "point.stages", claims, {"n": (counted.figure_code, "word"), "all": (f"{code}.n_goals", "word")}, "stages", "stages"
        )
        single = (CountIs(counted.figure_code, 1, 1), CountIs(f"{code}.n_goals", 1, 1))
        yield Candidate("point.stages.single", single, {}, "stages", "stages")


def good_news() -> Iterator[Candidate]:
    """Every plan met."""
    yield Candidate("point.all_met", (AllMeetPlan(least=2),), {"n": ("kpi.n_planned", "word")}, "plans", "kpi")
    none = (CountIs("quadrant.n_repair", 0, 0), CountIs("quadrant.n_items", 2, -1), AllKnown("item.", ".certainty"))
    yield Candidate("point.nothing_to_repair", none, {"n": ("quadrant.n_items", "count")}, "repair", "quadrant")


def quiet_news() -> Iterator[Candidate]:
    """The index is steady, changed but little, or cannot be told to have changed."""
    code = "headline.change.previous_month"
    values: Values = {**INDEX, "before": (f"{code}.reference", "value")}
    yield Candidate("point.steady", (VerdictIs(code, "steady"),), values, "headline", "trend")
    yield Candidate("point.small", (VerdictIs(code, "changed but small"),), values, "headline", "trend")
    yield Candidate("point.small_base", (NoteIs("headline.index", SMALL_BASE),), {"n": ("headline.index", "base")}, "headline", "trend")
    unknown = (VerdictIs(code, "cannot tell"), IsKnown(f"{code}.detectable"))
    yield Candidate("point.cannot_tell", unknown, {**INDEX, "points": (f"{code}.detectable", "value")}, "headline", "trend")
