"""A run as the command line shows it: a line per step, a table at the end; plain lines where nobody watches."""

import resource
import time
from collections.abc import Callable

import dagster as dg
from rich.console import Console
from rich.table import Table

from orchestration.pipeline.night import NightRequest
from orchestration.pipeline.progress import PROGRESS, Step
from orchestration.pipeline.run_night import prepare_dagster, run_job, usage
from orchestration.pipeline.status import describe_outcome

CHECK_STEPS = "ops__extract_loads_"
NAMES = {"generation": "publish", "ops__checks": "gate", "published__generation": "publish", "dbt": "dbt models and tests"}


def run_with_console(request: NightRequest, load: Callable[[], dg.Definitions], *, is_verbose: bool = False) -> None:
    """Nothing; the job of the definitions that `load` gives has run, its steps on the screen. Raises what stopped it."""
    console = Console(stderr=True, highlight=False)
    started = time.perf_counter()
    prepare_dagster(request.folder)
    definitions = load()
    PROGRESS.start_up["imports"] = usage()["own_seconds"]
    with console.status("starting") as waiting:

        def listen(step: Step) -> None:
            _tell(console, waiting.update, step)

        steps = run_job(definitions, request, listen)
    _summarise(console, steps, time.perf_counter() - started, is_verbose=is_verbose)
    for line in describe_outcome(request.folder):
        console.print(line, soft_wrap=True)


def step_name(step: Step) -> str:
    """How a step is called on the screen."""
    plain = NAMES.get(step.name, step.name.replace("__", ".").replace("_", " "))
    return "check: " + step.name.removeprefix(CHECK_STEPS).replace("_", " ") if step.name.startswith(CHECK_STEPS) else plain


def _tell(console: Console, wait: Callable[[str], None], step: Step) -> None:
    if step.state == "running":
        wait(f"{step_name(step)} ...")
    elif not step.name.startswith(CHECK_STEPS) or step.state == "failed":
        console.print(f"{step_name(step):<28} {step.state:<7} {step.rows or '':>9} {'rows' if step.rows else '    '} {step.seconds:6.1f} s")


def _summarise(console: Console, steps: tuple[Step, ...], seconds: float, *, is_verbose: bool) -> None:
    """The final table: what was written, by step; then what the run took in all, and start-up by part for those who ask."""
    if console.is_terminal:
        table = Table("step", "tables", "rows", "seconds")
        for step in steps:
            table.add_row(step_name(step), str(step.n_assets or ""), f"{step.rows:,}" if step.rows else "", f"{step.seconds:.1f}")
        console.print(table)
    took = usage()
    if is_verbose:
        _tell_start_up(console, took["own_seconds"] + took["child_seconds"])
    console.print(f"{seconds:.1f} s; peak memory {took['peak_mb']:.0f} MB ({_own_peak():.0f} MB without dbt)")


def _tell_start_up(console: Console, cpu_seconds: float) -> None:
    parts = PROGRESS.start_up
    listed = ", ".join(f"{name} {parts[name]:.1f}" for name in ("imports", "dbt", "checks") if name in parts)
    console.print(f"start-up {sum(parts.values()):.1f} s CPU ({listed}); {cpu_seconds:.1f} s CPU in all")


def _own_peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
