"""The gate: Great Expectations asserts the suite on one frame of counts; what cannot be judged has failed.

Great Expectations is imported inside the gate alone, since its import costs more than all its checks.
"""

import importlib
import math
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from orchestration.quality.profiles import Severity
from orchestration.quality.suites import Expected, Suite

Counts = Mapping[str, int | None]
UNUSED_BY_COUNTS = ("scipy.stats", "altair")


@dataclass(frozen=True)
class CheckResult:
    """One row of ops.checks."""

    check_code: str
    table_name: str
    severity: Severity
    is_passed: bool
    observed: str


def run_gate(suite: Suite, counts: Counts) -> tuple[CheckResult, ...]:
    """A result per expectation of the suite, in its order; then one on the suite itself.

    `counts` maps the expectation's code to the count found. A count that is missing, null or not finite fails without being
    handed over, because Great Expectations passes on nulls; an exception inside an expectation fails it too.
    """
    judged = [expected for expected in suite.expected if _is_count(counts.get(expected.code))]
    observed = _validate(judged, counts) if judged else {}
    results = [_result(expected, observed.get(expected.code)) for expected in suite.expected]
    return (*results, _completeness(suite, len(observed)))


def failures(results: tuple[CheckResult, ...]) -> tuple[CheckResult, ...]:
    """The results that hold the publication back."""
    return tuple(result for result in results if not result.is_passed and result.severity == "error")


def import_expectations() -> Any:
    """Great Expectations, imported here and nowhere else."""
    with _deferred(UNUSED_BY_COUNTS):
        return importlib.import_module("great_expectations")


@dataclass(frozen=True)
class _Judgement:
    is_passed: bool
    observed: str


def _is_count(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _result(expected: Expected, judgement: _Judgement | None) -> CheckResult:
    found = judgement or _Judgement(False, "not counted")
    return CheckResult(expected.code, expected.table, expected.severity, found.is_passed, found.observed)


def _completeness(suite: Suite, n_judged: int) -> CheckResult:
    is_whole = len(suite.expected) >= max(suite.minimum_checks, 1) and n_judged == len(suite.expected)
    observed = f"{n_judged} of {len(suite.expected)} expectations judged, at least {max(suite.minimum_checks, 1)} needed"
    return CheckResult("gate.suite_is_whole", "ops.checks", "error", is_whole, observed)


def _validate(judged: list[Expected], counts: Counts) -> dict[str, _Judgement]:
    """Code -> judgement, by one validation of a one-row frame whose columns are the codes."""
    gx = import_expectations()
    frame = importlib.import_module("pandas").DataFrame({expected.code: [counts[expected.code]] for expected in judged})
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("profiles").add_dataframe_asset("counts")
    batch = asset.add_batch_definition_whole_dataframe("night").get_batch({"dataframe": frame})
    at_zero = gx.expectations.ExpectColumnMaxToBeBetween
    expectations = [at_zero(column=expected.code, min_value=0, max_value=0) for expected in judged]
    outcome = batch.validate(gx.ExpectationSuite(name="publication", expectations=expectations))
    return {item.expectation_config.kwargs["column"]: _judgement(item) for item in outcome.results}


def _judgement(item: Any) -> _Judgement:
    if _raised(item.exception_info):
        return _Judgement(False, "the expectation could not be evaluated")
    return _Judgement(bool(item.success), str(item.result.get("observed_value", "not observed")))


def _raised(information: Any) -> bool:
    """True where an expectation raised inside; the record is flat, or nested by metric."""
    if not information:
        return False
    if "raised_exception" in information:
        return bool(information["raised_exception"])
    return any(_raised(nested) for nested in information.values() if isinstance(nested, dict))


class _Deferred(ModuleType):
    """A module that is imported when something of it is first asked for."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__ = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def _deferred(names: tuple[str, ...]) -> Iterator[None]:
    """Inside, importing one of `names` costs nothing until it is used; afterwards others import the real module.

    Expectations on distributions import plotting and statistics at their head, a third of the whole start-up; counts need neither.
    """
    waiting = {name: _Deferred(name) for name in names if name not in sys.modules}
    sys.modules.update(waiting)
    try:
        yield
    finally:
        for name, module in waiting.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
