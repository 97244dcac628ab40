"""The rules that the index functions are given, cut from workspace.yaml and thresholds.yaml, and their fingerprints."""

import json
from typing import Literal

from orchestration.config.metrics import fingerprint
from orchestration.config.models import CutRule, HeadlineRule, Model, Thresholds, Workspace


class IndexRule(Model):
    """How item scores become an index, and when its base is too small to show."""

    headline: HeadlineRule = "importance_weighted"
    fiscal_year_starts: int = 1
    confidence: float = 0.95
    hide_below_n: int = 30
    note_below_n: int = 100


class QuadrantCuts(Model):
    """Where the cross-hair of the importance-performance map stands, and how its certainty is drawn."""

    cut_rule: CutRule = "grand_mean"
    target_satisfaction: float | None = None
    target_importance: float | None = None
    undecided_below: float = 0.80
    draws: int = 20_000
    seed: int = 1
    months: int = 13


class NpsRule(Model):
    """Which interval a net promoter score gets."""

    interval: Literal["adjusted_wald", "wald"] = "adjusted_wald"
    confidence: float = 0.95


class SurveyRules(Model):
    """All rules of the survey tables."""

    index: IndexRule = IndexRule()
    cuts: QuadrantCuts = QuadrantCuts()
    nps: NpsRule = NpsRule()


class ProcessRule(Model):
    """How long the history of a process limit is."""

    months: int = 24
    minimum_months: int = 12


class VerdictRule(Model):
    """What a change must be to be called one."""

    instrument: str
    confidence: float = 0.95
    false_discovery_rate: float = 0.05
    power: float = 0.80
    hide_below_n: int = 30
    index_matters_from: float = 1.0
    share_matters_from: float = 0.01
    average_matters_from: float = 0.5
    process: ProcessRule = ProcessRule()


def survey_rules(workspace: Workspace, thresholds: Thresholds) -> SurveyRules:
    """The rules of the survey tables as a client's files set them."""
    index = IndexRule(
        headline=workspace.headline,
        fiscal_year_starts=workspace.fiscal_year_starts,
        confidence=thresholds.confidence,
        hide_below_n=thresholds.hide_below_n,
        note_below_n=thresholds.note_below_n,
    )
    cuts = QuadrantCuts(
        cut_rule=thresholds.cut_rule,
        target_satisfaction=thresholds.cut_target_satisfaction,
        target_importance=thresholds.cut_target_importance,
        undecided_below=thresholds.membership_undecided_below,
        draws=thresholds.membership_draws,
        seed=thresholds.membership_seed,
        months=thresholds.membership_months,
    )
    return SurveyRules(index=index, cuts=cuts, nps=NpsRule(interval=thresholds.nps_interval, confidence=thresholds.confidence))


def process_rule(thresholds: Thresholds) -> ProcessRule:
    """The history of process limits as a client's files set it."""
    return ProcessRule(months=thresholds.process_limit_months, minimum_months=thresholds.process_limit_minimum_months)


def verdict_rule(workspace: Workspace, thresholds: Thresholds) -> VerdictRule:
    """The rules of the verdicts as a client's files set them."""
    return VerdictRule(
        instrument=workspace.instrument,
        confidence=thresholds.confidence,
        false_discovery_rate=thresholds.false_discovery_rate,
        power=thresholds.power,
        hide_below_n=thresholds.hide_below_n,
        index_matters_from=thresholds.index_matters_from,
        share_matters_from=thresholds.share_matters_from,
        average_matters_from=thresholds.average_matters_from,
        process=process_rule(thresholds),
    )


def definition_hash(figure: str, **definition: object) -> str:
    """Fingerprint (12 hex digits) of a figure's name and everything that defines it; JSON types only."""
    return fingerprint(json.dumps([figure, definition], sort_keys=True, ensure_ascii=False))
