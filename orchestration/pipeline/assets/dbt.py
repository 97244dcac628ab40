"""The dbt models as assets: one invocation of dbt a night, in a process of its own that lets the working file go at its end."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from packaging.version import Version

from orchestration.config.packaged import resource_folder
from orchestration.errors import CsatError, QualityError, WarehouseError
from orchestration.pipeline import dbt_process
from orchestration.pipeline.assets.extracts import BUILT_WITH, build_mark, read_built_with
from orchestration.pipeline.manifest import manifest_path
from orchestration.pipeline.progress import PROGRESS, cpu_seconds_of
from orchestration.pipeline.resources import Warehouse
from orchestration.settings import read_settings, set_environment
from orchestration.warehouse.connection import WORKING_FILE, quote_table
from orchestration.warehouse.files import FREE_SPACE, is_full_disk
from orchestration.warehouse.touched import clear_touched_months


@contextmanager
def _without_dbt() -> Iterator[None]:
    """Inside, `import dbt` fails: dagster-dbt then uses its own names, as where dbt lives in another environment.

    dbt runs in a process of its own; loading it here too would cost a second start-up.
    """
    if "dbt" in sys.modules:
        yield
        return
    sys.modules["dbt"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["dbt"]


with _without_dbt():
    from dagster_dbt import DagsterDbtTranslator, DbtCliInvocation, DbtCliResource, dbt_assets

MAXIMUM_MESSAGES = 5
MART_TABLES = "select table_name from duckdb_tables() where schema_name = 'marts'"


class Dbt(DbtCliResource):  # type: ignore[misc]
    """dbt's command line. Neither its version nor a second adapter is fetched by starting dbt once more."""

    @property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: object) -> None:
        """None: the adapter would open the working file in this process."""


class SchemaAndTable(DagsterDbtTranslator):  # type: ignore[misc]
    """Asset key = schema and table; all models stand in the group `warehouse`."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """The key [schema, table] of a model or source."""
        return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The group `warehouse`."""
        return "warehouse"


def make_dbt() -> Dbt:
    """The resource `dbt` of this installation."""
    project = str(resource_folder("dbt_project"))
    return Dbt(project_dir=project, profiles_dir=project, dbt_executable=sys.executable, global_config_flags=["-m", dbt_process.__name__])


@dbt_assets(manifest=manifest_path(), name="dbt", dagster_dbt_translator=SchemaAndTable())  # type: ignore[untyped-decorator]
def dbt_models(context: dg.AssetExecutionContext, dbt: Dbt, warehouse: Warehouse) -> Iterator[Any]:
    """Every model and test; then the touched months are forgotten. Raises QualityError for a failed test, else WarehouseError."""
    target = warehouse.out / "dbt"
    target.mkdir(parents=True, exist_ok=True)
    # other code or configuration may give a model other columns: it is then made anew, which costs no more than all its months
    is_rebuilt = warehouse.full_refresh or read_built_with(warehouse.out) != build_mark(warehouse)
    for old in (target / "run_results.json", target / BUILT_WITH):
        old.unlink(missing_ok=True)
    memory = read_settings().duckdb_memory or dbt_process.memory_limit((warehouse.out / WORKING_FILE).stat().st_size)
    set_environment(**{dbt_process.HOME_VARIABLE: str(warehouse.out.resolve())}, CSAT_DBT_MEMORY=memory)
    set_environment(**{dbt_process.PARENT_VARIABLE: str(os.getpid())})
    set_environment(DO_NOT_TRACK="1", DBT_LOG_LEVEL_FILE="info")
    arguments = ["build", "--exclude-resource-type", "unit_test", *(["--full-refresh"] if is_rebuilt else [])]
    invocation = dbt.cli(arguments, context=context, target_path=target.resolve(), raise_on_error=False)
    yield from _stream(invocation, target / "console.log")
    _raise_failures(invocation, target)
    with warehouse.working() as connection:
        clear_touched_months(connection)
        PROGRESS.count_rows("dbt", _count_mart_rows(connection))
    (target / BUILT_WITH).write_text(build_mark(warehouse), "ascii")


def _stream(invocation: DbtCliInvocation, log: Path) -> Iterator[Any]:
    """Dbt's events as Dagster's; what dagster-dbt prints goes to the log."""
    with log.open("w", encoding="utf-8") as file:
        events = iter(invocation.stream())
        while True:
            with redirect_stdout(file):
                event = next(events, None)
            if event is None:
                return
            PROGRESS.start_up.setdefault("dbt", cpu_seconds_of(invocation.process.pid))
            yield event


def _raise_failures(invocation: DbtCliInvocation, target: Path) -> None:
    if invocation.process.wait() == 0:
        return
    results = _results(target / "run_results.json")
    tests = [result for result in results if result["status"] == "fail"]
    broken = [result for result in results if result["status"] in ("error", "runtime error")]
    raise _error(broken or tests, QualityError if tests and not broken else WarehouseError, target)


def _error(results: list[dict[str, Any]], kind: type[CsatError], target: Path) -> CsatError:
    names = "; ".join(f"{result['unique_id'].split('.')[2]}: {_first_line(result)}" for result in results[:MAXIMUM_MESSAGES])
    hint = FREE_SPACE if is_full_disk(names) else "nothing was published"
    return kind(f"dbt ended with an error: {names or 'see its log'}", where=str(target / "dbt.log"), hint=hint)


def _count_mart_rows(connection: duckdb.DuckDBPyConnection) -> int:
    names = [f"marts.{row[0]}" for row in connection.execute(MART_TABLES).fetchall()]
    return sum(int(connection.execute(f"select count(*) from {quote_table(name)}").fetchall()[0][0]) for name in names)


def _first_line(result: dict[str, Any]) -> str:
    return " ".join(str(result.get("message") or "").split())


def _results(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["results"] if path.exists() else []
    return found
