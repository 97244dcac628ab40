"""The publication: the working file becomes a generation, and the pointer moves; or nothing changes."""

import dagster as dg

from orchestration import __version__
from orchestration.pipeline.assets.config_tables import asset_key
from orchestration.pipeline.night import remove_held_back
from orchestration.pipeline.resources import Warehouse
from orchestration.schemas.ops import CHECKS
from orchestration.warehouse.connection import open_read_only
from orchestration.warehouse.generations import PublicationFacts, publish_generation
from orchestration.warehouse.layout import POINTER
from orchestration.warehouse.originals import drop_originals
from orchestration.warehouse.retention import GIGABYTE, Budget
from orchestration.warehouse.state import State

GENERATION = dg.AssetKey(["published", "generation"])


@dg.asset(key=GENERATION, deps=[asset_key(CHECKS)], group_name="published")
def generation(warehouse: Warehouse) -> dg.MaterializeResult:
    """One file per night that passed its gate, read-only, beside its manifest; out/current.duckdb names the newest."""
    settings = warehouse.config.workspace
    at_most = settings.keep_generations_gb
    budget = Budget(settings.keep_generations, None if at_most is None else round(at_most * GIGABYTE))
    facts = PublicationFacts(__version__, settings.analysts_group, budget)
    with State(warehouse.out) as state:
        made = publish_generation(
            warehouse.out,
            state,
            as_of=warehouse.as_of,
            input_hash=warehouse.night.input_hash,
            facts=facts,
            published_at=warehouse.wall_clock(),
        )
        with open_read_only(warehouse.out / POINTER) as con:
            keep_days, landing = settings.keep_originals_days, warehouse.folder / "landing"
            drop_originals(con, warehouse.out, state, landing, keep_days=keep_days, as_of=warehouse.as_of)
    remove_held_back(warehouse.out)
    return dg.MaterializeResult(metadata={"generation": made.code, "sha256": made.sha256, "bytes": made.n_bytes})
