"""One page that describes every published table: dbt's own documentation site with the manifest and the published comments inside.

dbt would start, parse and query for it; all it puts into its page is two JSON documents, and both are known already: the
manifest that ships with the models, and the tables, columns and comments of the published file. So the page needs no
night, no lock and no network, tells of `indices` and `reported` too, and is the same for the same generation.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import WarehouseError
from orchestration.pipeline.manifest import manifest_path
from orchestration.warehouse.connection import open_read_only

Json = dict[str, Any]
PROJECT = "csat_warehouse"
PLACES = ('"MANIFEST.JSON INLINE DATA"', '"CATALOG.JSON INLINE DATA"')
TEMPLATE = "task/docs/index.html"
ABOUT_SOURCES = {
    "indices": "What Polars estimates from the statistics of marts: scores, quadrants, verdicts",
    "reported": "What the monthly report shows: every figure and every sentence, frozen before it is rendered",
}
RELATIONS = """
    select schema_name, table_name, 'table' as kind, comment from duckdb_tables()
    union all select schema_name, view_name, 'view', comment from duckdb_views() where not internal order by all"""
COLUMNS = "select schema_name, table_name, column_name, data_type, comment from duckdb_columns() where not internal order by column_index"


def build_docs_page(published: Path) -> str:
    """The page for the published file, as HTML that loads nothing. Raises WarehouseError where the file or dbt's page is missing."""
    with open_read_only(published) as connection:
        relations = _read_relations(connection)
        as_of = connection.execute("select as_of from ops.run").fetchall()[0][0].isoformat()
    manifest = _manifest_of(json.loads(manifest_path().read_text("utf-8")), relations, as_of)
    page = _template()
    for place, document in zip(PLACES, (manifest, _catalog_of(manifest, relations, as_of)), strict=True):
        page = page.replace(place, json.dumps(document, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/"))
    return page


def _read_relations(connection: duckdb.DuckDBPyConnection) -> dict[str, Json]:
    """`schema.table` -> its kind, comment and columns with type and comment, in order."""
    rows = connection.execute(RELATIONS).fetchall()
    found: dict[str, Json] = {
        f"{s}.{t}": {"schema": s, "name": t, "kind": kind, "comment": text, "columns": []} for s, t, kind, text in rows
    }
    for schema, table, name, data_type, comment in connection.execute(COLUMNS).fetchall():
        found[f"{schema}.{table}"]["columns"].append({"name": name, "type": data_type, "comment": comment or ""})
    return found


def _manifest_of(manifest: Json, relations: dict[str, Json], as_of: str) -> Json:
    """Dbt's manifest without what only dbt needs; its sources are every published table that no model makes, with their columns."""
    made = {f"{node['schema']}.{node['name']}" for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    pattern = next(iter(manifest["sources"].values()))
    described = {f"{source['schema']}.{source['name']}": source for source in manifest["sources"].values()}
    sources = {name: _source_node(described.get(name, pattern), relation) for name, relation in relations.items() if name not in made}
    own = {name: macro for name, macro in manifest["macros"].items() if macro["package_name"] == PROJECT}
    return manifest | {
        "metadata": manifest["metadata"] | {"generated_at": as_of, "send_anonymous_usage_stats": False, "user_id": None},
        "macros": own,
        "sources": {node["unique_id"]: node for node in sources.values()},
    }


def _source_node(source: Json, relation: Json) -> Json:
    """A source of the manifest that says what the published table says; made in the likeness of another where dbt knows none."""
    schema, name = relation["schema"], relation["name"]
    node = deepcopy(source) | {
        "schema": schema, "name": name, "identifier": name, "source_name": schema, "description": relation["comment"] or "",
        "unique_id": f"source.{PROJECT}.{schema}.{name}", "fqn": [PROJECT, "sources", schema, name],
        "relation_name": f'"{schema}"."{name}"',
    }  # fmt: skip
    columns = {
        c["name"]: {"name": c["name"], "description": c["comment"], "data_type": c["type"], "meta": {}, "tags": []}
        for c in relation["columns"]
    }
    return node | {"columns": columns, "source_description": ABOUT_SOURCES.get(schema, node["source_description"])}


def _catalog_of(manifest: Json, relations: dict[str, Json], as_of: str) -> Json:
    """Dbt's catalogue of what there is: the published tables and views with their types."""
    parts: dict[str, Json] = {"nodes": {}, "sources": {}}
    for part, entries in parts.items():
        for code, node in manifest[part].items():
            if relation := relations.get(f"{node['schema']}.{node['name']}"):
                entries[code] = _catalog_entry(code, relation)
    metadata = {"dbt_schema_version": "https://schemas.getdbt.com/dbt/catalog/v1.json", "generated_at": as_of}
    return {"metadata": metadata, **parts, "errors": None}


def _catalog_entry(code: str, relation: Json) -> Json:
    metadata = {
        "type": relation["kind"],
        "schema": relation["schema"],
        "name": relation["name"],
        "database": "current",
        "comment": relation["comment"],
    }
    columns = {column["name"]: {**column, "index": index} for index, column in enumerate(relation["columns"], start=1)}
    stats = {"has_stats": {"id": "has_stats", "label": "Has stats", "value": False, "include": False}}
    return {"unique_id": code, "metadata": metadata | {"owner": None}, "columns": columns, "stats": stats}


def _template() -> str:
    """Dbt's page, found without importing dbt. Raises WarehouseError where this dbt has none, or one that takes its data otherwise."""
    for path in _dbt_folders():
        if (path / TEMPLATE).is_file():
            page = (path / TEMPLATE).read_text("utf-8")
            if all(place in page for place in PLACES):
                return page
    raise WarehouseError("dbt's documentation page is missing or has changed", where=TEMPLATE, hint="install csat-warehouse again")


def _dbt_folders() -> Iterator[Path]:
    spec = find_spec("dbt")
    yield from (Path(folder) for folder in (spec.submodule_search_locations or () if spec else ()))
