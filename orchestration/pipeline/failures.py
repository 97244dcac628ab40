"""Why a run failed, from Dagster's events: the same words for the command line, for the state and so for `csat status`."""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from orchestration import errors
from orchestration.errors import CsatError, QualityError

INTERRUPTS = ("DagsterExecutionInterruptedError", "KeyboardInterrupt")
STOPPED_QUERY = "Query interrupted"
"""What DuckDB makes of a signal that arrives inside a statement."""


def reason_of(events: Sequence[dg.DagsterEvent], stands: str) -> BaseException:
    """What stopped the run: the check that blocked, else the error of the step that failed, else of the run itself.

    `stands` is what a blocking check leaves for analysts to read.
    """
    for event in events:
        if event.event_type_value == "ASSET_CHECK_EVALUATION" and (blocked := _blocked(event, stands)):
            return blocked
    causes = [error for event in events if event.is_failure for error in _chain(event)]
    if any(error.cls_name in INTERRUPTS or STOPPED_QUERY in error.message for error in causes):
        return KeyboardInterrupt()
    for error in causes:
        kind = getattr(errors, error.cls_name or "", None)
        if isinstance(kind, type) and issubclass(kind, CsatError):
            return kind(error.message.partition(": ")[2].strip())
    return RuntimeError(causes[-1].to_string() if causes else "the run failed without an error")


def _blocked(event: dg.DagsterEvent, stands: str) -> CsatError | None:
    """The error that a failed check with severity ERROR stands for; its metadata may name kind and message."""
    evaluation = event.asset_check_evaluation_data
    if evaluation.passed or evaluation.severity != dg.AssetCheckSeverity.ERROR or not evaluation.blocking:
        return None
    told = {name: value.value for name, value in evaluation.metadata.items()}
    kind = getattr(errors, str(told.get("kind", "")), QualityError)
    name = f"{'.'.join(evaluation.asset_key.path)}, check {evaluation.check_name}" if kind is QualityError else ""
    error: CsatError = kind(str(told.get("message", "does not hold")), where=name, hint=stands)
    return error


def _chain(event: dg.DagsterEvent) -> list[Any]:
    """The error of a failure event and its causes, outermost first."""
    error, found = getattr(event.event_specific_data, "error", None), []
    while error is not None:
        found.append(error)
        error = error.cause
    return found
