"""Which sentence is printed where: candidates in order, the first whose claims all hold, and every one of them on record.

A place of the page has an ordered list of candidates; a candidate is a sentence code of the locale catalogue, the claims it
makes and the figures its words are filled with. No candidate holds: the place stays empty. Which candidates there are is
written in sentences_points.py and sentences_sections.py.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from orchestration.reports.claims import Claim
from orchestration.reports.figure import FigureSet
from orchestration.reports.frames import REPORT_CODE, polars_schema
from orchestration.schemas.reported import CLAIMS

Values = dict[str, tuple[str, str]]
"""Placeholder -> (figure code, how it is shown: value, count, word, base, label, name, month, day, distance, low, high, table)."""


@dataclass(frozen=True)
class Candidate:
    """One sentence that could stand at a place."""

    sentence_code: str
    claims: tuple[Claim, ...] = ()
    values: Values = field(default_factory=dict)
    topic: str = ""
    """Points of one topic are printed once."""
    anchor: str = ""
    """Section the sentence links to."""

    def holds(self, figures: FigureSet) -> bool:
        """True where the figures bear every claim and every figure its words need is printed."""
        named = all(_can_show(figures, code, shown) for code, shown in self.values.values())
        return named and all(claim.evaluate(figures) for claim in self.claims)

    def arguments(self) -> str:
        """The candidate as JSON: its claims, the figures in its words, its topic and anchor."""
        content = {
            "claims": [claim.arguments() for claim in self.claims], "values": self.values, "topic": self.topic, "anchor": self.anchor,
        }  # fmt: skip
        return json.dumps(content, ensure_ascii=False, sort_keys=True)


def _can_show(figures: FigureSet, code: str, shown: str) -> bool:
    """True where the figure has what the word needs: a label, a base, or the number or text itself."""
    figure = figures.get(code)
    if figure is None:
        return False
    needed = {"label": figure.label_code, "name": figure.label_code, "month": figure.label_code, "base": figure.n_base}
    return needed[shown] is not None if shown in needed else figure.is_known


@dataclass(frozen=True)
class Printed:
    """One sentence that is printed: its code, the figures in its words, the section it links to."""

    sentence_code: str
    values: Values
    anchor: str = ""


@dataclass(frozen=True)
class Place:
    """One place of the page and its candidates, best first."""

    claim_code: str
    candidates: tuple[Candidate, ...]


def choose(places: Iterable[Place], figures: FigureSet) -> Iterator[dict[str, Any]]:
    """Rows of reported.claims without the report's key: each candidate with whether it holds and whether it is the one printed."""
    told: set[str] = set()
    for place in places:
        open_candidates = [c for c in place.candidates if not c.topic or c.topic not in told]
        is_taken = False
        for number, candidate in enumerate(open_candidates, start=1):
            holds = candidate.holds(figures)
            is_printed, is_taken = holds and not is_taken, is_taken or holds
            if is_printed and candidate.topic:
                told.add(candidate.topic)
            yield _row(place, number, candidate, holds=holds, is_printed=is_printed)


def _row(place: Place, number: int, candidate: Candidate, *, holds: bool, is_printed: bool) -> dict[str, Any]:
    return {
        "claim_code": place.claim_code, "candidate": number,
        "claim_type": " and ".join(type(claim).__name__ for claim in candidate.claims) or "None",
        "arguments": candidate.arguments(), "holds": holds, "is_printed": is_printed, "sentence_code": candidate.sentence_code,
    }  # fmt: skip


def claims_to_frame(places: Iterable[Place], figures: FigureSet, *, month: date, version: int) -> pl.DataFrame:
    """reported.claims: one row per candidate of each place."""
    key = {"report_code": REPORT_CODE, "month_start_date": month, "version": version}
    schema = polars_schema(CLAIMS)
    return pl.DataFrame([{**key, **row} for row in choose(places, figures)], schema=schema)


def printed_from_frame(frame: pl.DataFrame) -> dict[str, Printed]:
    """Place -> the sentence printed there, from a frame of reported.claims that holds one report."""
    printed = {}
    for row in frame.filter(pl.col("is_printed")).iter_rows(named=True):
        arguments = json.loads(row["arguments"])
        values = {name: (code, shown) for name, (code, shown) in arguments["values"].items()}
        printed[row["claim_code"]] = Printed(row["sentence_code"], values, arguments["anchor"])
    return printed
