"""Types of config/stages.yaml: processes, their stages and spans of stages, and limits under conditions; frozen."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from orchestration.config.models import Code, MisfitError, Model, Text

Fault = tuple[tuple[str | int, ...], str, str]


class LimitRule(Model):
    """A limit under conditions, which must all hold; of several rules that hold the last one written counts."""

    valid_from: date | None = Field(default=None, description="first day on which what is entered has this limit; empty: always")
    size_from: Annotated[Decimal, Field(gt=0)] | None = Field(
        default=None, description="smallest size of the case (crm_cases.size_value, such as kVA); a case of unknown size is smaller"
    )
    needs_resource: bool = Field(default=False, description="true: only where line resources exist; unknown is not existing")
    limit_workdays: Annotated[int, Field(ge=0)] | None = Field(default=None, description="limit instead of the usual one; empty: none")
    add_workdays: int | None = Field(default=None, description="working days added to the usual limit")
    at_most_workdays: Annotated[int, Field(ge=0)] | None = Field(default=None, description="the limit that adding ends at")

    def holds(self, size: Decimal, day: date, *, has_resource: bool) -> bool:
        """True where a case of this size, entered on this day, has this limit."""
        known = (self.size_from or 0) <= size and (self.valid_from or date.min) <= day
        return known and (has_resource or not self.needs_resource)

    def applied_to(self, usual: int | None) -> int | None:
        """The limit in working days, where `usual` counts without the rule; None: no limit."""
        if self.add_workdays is None:
            return self.limit_workdays
        added = (usual or 0) + self.add_workdays
        return added if self.at_most_workdays is None else min(added, self.at_most_workdays)


class Limited(Model):
    """What has a limit in working days on the supplier's clock."""

    code: Code
    text: Text
    limit_workdays: int | None = None
    limits: tuple[LimitRule, ...] = Field(default=(), description="limits under conditions, the usual one being limit_workdays")
    goal_share: float | None = Field(default=None, description="share of passages that shall keep the limit")

    def limit_of(self, size: Decimal, day: date, *, has_resource: bool) -> int | None:
        """The limit of a case of this size, entered on this day; None: no limit."""
        holding = [rule for rule in self.limits if rule.holds(size, day, has_resource=has_resource)]
        return holding[-1].applied_to(self.limit_workdays) if holding else self.limit_workdays


class Stage(Limited):
    """One stage of a process, or one step of a delivery."""

    department: Code = ""


class Span(Limited):
    """Stages of a process that have a limit together; the whole case is one."""

    stages: tuple[Code, ...] = Field(default=(), description="stages of the process; empty: all of them, so the whole case")


class Process(Model):
    """One process with its stages in order."""

    code: Code
    text: Text
    kind: Literal["case", "delivery"] = "case"
    count_convention: Literal["exclude_first_day", "include_first_day"] = "exclude_first_day"
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    spans: tuple[Span, ...] = Field(default=(), description="limits over several stages, such as the whole case")

    @model_validator(mode="after")
    def _refuse_what_does_not_fit(self) -> Self:
        faults = [*_misfit_spans(self), *_misfit_limits("stages", self.stages), *_misfit_limits("spans", self.spans)]
        if faults:
            raise MisfitError(faults)
        return self


class Stages(Model):
    """config/stages.yaml: processes, their stages and limits."""

    processes: tuple[Process, ...]


def _misfit_spans(process: Process) -> Iterator[Fault]:
    """A fault per span whose code is taken and per stage that the process does not have."""
    stages = [stage.code for stage in process.stages]
    codes = [*stages, *(span.code for span in process.spans)]
    for position, span in enumerate(process.spans):
        if codes.count(span.code) > 1:
            yield ("spans", position, "code"), f"{span.code} stands twice", "give every stage and span a code of its own"
        for number, code in enumerate(span.stages):
            if code not in stages:
                yield ("spans", position, "stages", number), f"there is no stage {code} in the process", f"name one of {', '.join(stages)}"


def _misfit_limits(part: str, entries: tuple[Limited, ...]) -> Iterator[Fault]:
    """A fault per rule that adds to nothing, adds and replaces at once, or ends an addition that it does not make."""
    for position, limited in enumerate(entries):
        for number, rule in enumerate(limited.limits):
            if what := _refused(rule, limited.limit_workdays):
                yield (part, position, "limits", number), what, "write limit_workdays, or add_workdays beside the usual limit"


def _refused(rule: LimitRule, usual: int | None) -> str:
    """Why a rule is none; empty where it is one."""
    if rule.add_workdays is None:
        return "at_most_workdays ends an addition, and nothing is added" if rule.at_most_workdays is not None else ""
    if rule.limit_workdays is not None:
        return "says limit_workdays and add_workdays at once"
    return "adds to a limit that is not there" if usual is None else ""
