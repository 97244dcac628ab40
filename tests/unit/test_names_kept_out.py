"""`analysts_see: tokens`: a customer's name enters no file of the warehouse, and a workspace that changes its mind is loaded anew."""

import shutil
from pathlib import Path

from support.loading import Workspace

from orchestration.config.load import load_workspace
from orchestration.config.packaged import resource_folder

NAME = "Harbour Foods"
CUSTOMERS = f"customer_id,valid_from,customer_name,segment_code,region_code\nK1,2025-01-01,{NAME},key,north\n"
CONTRACT = (
    "contract: customers\nsource: crm\ntable: crm_customers\nfiles: {pattern: 'customers_*.csv'}\ncolumns:\n"
    "  - {name: customer_id, source: customer_id}\n  - {name: valid_from, source: valid_from}\n"
    "  - {name: customer_name, source: customer_name}\n  - {name: segment_code, source: segment_code}\n"
)


def contracts_when_analysts_see(what: str, folder: Path):
    """The contracts of a workspace like the sample's with one contract of customers."""
    workspace = folder / what
    shutil.copytree(resource_folder("data") / "config", workspace / "config")
    (workspace / "contracts").mkdir()
    (workspace / "contracts" / "customers.yaml").write_text(CONTRACT, "utf-8")
    path = workspace / "config" / "workspace.yaml"
    text = path.read_text("utf-8")
    assert "analysts_see: names" in text
    path.write_text(text.replace("analysts_see: names", f"analysts_see: {what}"), "utf-8")
    return load_workspace(workspace).contracts


def test_names_are_in_no_file_where_analysts_see_tokens(tmp_path):
    shown, kept_out = (contracts_when_analysts_see(what, tmp_path) for what in ("names", "tokens"))
    workspace = Workspace(tmp_path / "w", *kept_out)
    workspace.put("customers_2025.csv", CUSTOMERS)
    (result,) = workspace.night()
    assert (result.state, result.n_loaded) == ("loaded", 1)
    columns = "customer_id, customer_name, segment_code"
    assert workspace.rows(f"select {columns} from raw.crm_customers") == [("K1", None, "key")]
    for file in (workspace.out / "warehouse.duckdb", workspace.out / "private.duckdb"):
        assert NAME.encode() not in file.read_bytes()
    workspace.contracts = shown
    workspace.night()
    assert workspace.rows(f"select {columns} from raw.crm_customers") == [("K1", NAME, "key")]
    workspace.contracts = kept_out
    workspace.night()
    assert workspace.rows(f"select {columns} from raw.crm_customers") == [("K1", None, "key")]
    assert workspace.private_rows("select customer_name from superseded.crm_customers") == []
