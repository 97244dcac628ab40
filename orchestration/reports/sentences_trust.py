"""Candidates of the last section: how far to trust the report."""

from collections.abc import Iterator

from orchestration.reports.claims import CountIs, IsFinal, IsKnown, IsProvisional, NoteIs, TextIs
from orchestration.reports.figure import FigureSet
from orchestration.reports.sentences import Candidate, Place, Values


def build_trust_places(figures: FigureSet) -> Iterator[Place]:
    """The places of the last section: rates, weighting, late, deleted and lacking data, the rules of bases and verdicts."""
    yield Place("trust.rates", tuple(_rates()))
    yield Place("trust.counts", tuple(_counts()))
    yield Place("trust.weights", tuple(_weights(figures)))
    yield Place("trust.nps", tuple(_nps()))
    for state in figures.under("source.", ".state"):
        code = state.figure_code.removesuffix(".state")
        values: Values = {"table": (f"{code}.table", "table_name"), "day": (f"{code}.data_to", "day")}
        required = (NoteIs(state.figure_code, "required"),)
        missing = Candidate("trust.provisional.missing", required, {"table": values["table"]})
        yield Place(f"trust.{code}", (Candidate("trust.provisional", required, values), missing))
    for deleted in figures.under("source.", ".deleted"):
        code = deleted.figure_code.removesuffix(".deleted")
        told: Values = {"table": (f"{code}.table", "table_name"), "n": (deleted.figure_code, "count")}
        yield Place(f"trust.deleted.{code}", (Candidate("trust.deleted", (CountIs(deleted.figure_code, 1, -1),), told),))
    for lacking in figures.under("lacking."):
        claim = TextIs(lacking.figure_code, lacking.text_value or "")
        yield Place(f"trust.{lacking.figure_code}", (Candidate(f"trust.{lacking.figure_code}", (claim,)),))
    small: Values = {"least": ("parameter.hide_below_n", "count"), "note": ("parameter.note_below_n", "count")}
    yield Place("trust.small_bases", (Candidate("trust.small_bases", (), small),))
    judged: Values = {"rate": ("parameter.false_discovery_rate", "whole"), "points": ("parameter.index_matters_from", "value")}
    yield Place("trust.verdicts", (Candidate("trust.verdicts", (IsKnown("headline.index"),), judged),))


def _rates() -> Iterator[Candidate]:
    values: Values = {
        "valid": ("response.n_valid", "count"), "sent": ("response.n_sent", "count"), "returned": ("response.n_returned", "count"),
        "returned_of_sent": ("response.returned_of_sent", "value"), "valid_of_sent": ("response.valid_of_sent", "value"),
        "valid_of_returned": ("response.valid_of_returned", "value"),
    }  # fmt: skip
    yield Candidate("trust.rates.provisional", (IsProvisional("response.valid_of_sent"),), values)
    yield Candidate("trust.rates", (IsKnown("response.valid_of_sent"),), values)
    unanswered = (CountIs("response.n_sent", 1, -1), CountIs("response.n_returned", 0, 0), IsFinal("response.n_returned"))
    yield Candidate("trust.rates.none", unanswered, {"sent": ("response.n_sent", "count")})
    yield Candidate(
        "trust.rates.answers_only", (CountIs("response.n_sent", 0, 0), IsKnown("headline.index")), {"n": ("headline.index", "base")}
    )


def _counts() -> Iterator[Candidate]:
    """Why three counts of answers on one page differ: by the month of the answer, by the question, by the month of the invitation."""
    index: Values = {"n": ("headline.index", "base"), "valid": ("response.n_valid", "count")}
    known = (IsKnown("headline.index"), IsKnown("response.n_valid"), CountIs("response.n_sent", 1, -1))
    yield Candidate("trust.counts.nps", (*known, IsKnown("nps.score")), {**index, "nps": ("nps.score", "base")})
    yield Candidate("trust.counts", known, index)


def _weights(figures: FigureSet) -> Iterator[Candidate]:
    rule, basis = figures.text("weights.headline_rule"), figures.text("weights.basis")
    claims = (TextIs("weights.headline_rule", rule), TextIs("weights.basis", basis))
    if rule == "importance_weighted" and basis:
        yield Candidate(f"trust.weights.{basis}", claims, {"n": ("weights.n_items", "count")})
    elif rule:
        yield Candidate(f"trust.weights.{rule}", claims[:1])


def _nps() -> Iterator[Candidate]:
    values: Values = {
        "score": ("nps.score", "value"),
        "low": ("nps.score", "low"),
        "high": ("nps.score", "high"),
        "n": ("nps.score", "base"),
    }
    yield Candidate("trust.nps", (IsFinal("nps.score"),), values)
    yield Candidate("trust.nps.provisional", (IsProvisional("nps.score"),), values)
