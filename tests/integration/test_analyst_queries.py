"""The example queries answer their question: each runs on a published night, read-only, and equals another road to its numbers."""

import gzip
import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import duckdb
import polars as pl
import pytest
from support.duckdb_cli import BINARY, query_cli
from support.night import REPOSITORY, published_night, run_csat

from orchestration.warehouse.connection import open_read_only

QUERIES = {path.stem: path.read_text("utf-8") for path in sorted((REPOSITORY / "docs" / "queries").glob("*.sql"))}
Frame = pl.DataFrame
Ask = Callable[[str], pl.DataFrame]
# in a quiet month of a young company nothing may have changed
MAY_FIND_NOTHING = {"changes_with_evidence"}
ROUTES: dict[str, Callable[[Frame, Ask], None]] = {}


def route(check: Callable[[Frame, Ask], None]) -> Callable[[Frame, Ask], None]:
    """Marks the other road to the numbers of the query of the same name."""
    ROUTES[check.__name__] = check
    return check


@pytest.fixture(scope="module")
def folder():
    found = published_night()
    assert found.returncode == 0, found.output
    return found.folder


@pytest.fixture(scope="module")
def ask(folder):
    with open_read_only(folder / "out" / "current.duckdb") as connection:
        yield lambda sql: connection.sql(sql).pl()


def pairs(frame: Frame, *columns: str) -> dict[Any, Any]:
    """First column -> the other columns."""
    return {row[0]: row[1:] for row in frame.select(columns).iter_rows()}


@pytest.mark.parametrize("name", QUERIES)
def test_query_says_its_question_and_gives_an_answer(name, ask):
    assert re.match(r"-- [A-Z].*\?\n", QUERIES[name])
    assert ask(QUERIES[name]).height > 0 or name in MAY_FIND_NOTHING


@pytest.mark.parametrize("name", QUERIES)
def test_another_road_leads_to_the_same_numbers(name, ask):
    ROUTES[name](ask(QUERIES[name]), ask)


@pytest.mark.parametrize("name", QUERIES)
def test_duckdb_1_4_gives_as_many_rows(name, ask, folder):
    assert len(query_cli(folder / "out" / "current.duckdb", QUERIES[name])) == ask(QUERIES[name]).height


def test_readme_lists_every_query():
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    assert set(re.findall(r"docs/queries/(\w+)\.sql", readme)) == set(QUERIES)
    assert set(ROUTES) == set(QUERIES)


@route
def index_by_segment(found, ask):
    """The sum of weights times the items' 0-100 scores, where every item was answered."""
    again = ask("""
        select segment_code, month_start_date, sum(weight_share * satisfaction_0to100) as again, count(satisfaction_0to100) as n_items
        from indices.item_scores join indices.item_weights w using (instrument_code, item_code)
        where window_months = 1 and region_code = 'all' and w.fiscal_year = year(month_start_date) group by all""")
    n_items = ask("select count(*) from config.items where in_index").item()
    joined = found.join(again.filter(pl.col("n_items") == n_items), on=["segment_code", "month_start_date"])
    assert joined.height > 5
    assert (joined["index_0to100"] - joined["again"]).abs().max() <= 0.05 + 1e-9
    assert found["month_start_date"].max() == ask("select report_month from ops.run").item()


@route
def items_to_repair(found, ask):
    printed = ask("select * from reported.figures where figure_code like 'repair.%.satisfaction' order by figure_code")
    assert [f"item:{code}" for code in found["item_code"]] == printed["label_code"].to_list()
    assert found["satisfaction_score"].to_list() == printed["value"].to_list()


@route
def late_deliveries_by_region(found, ask):
    """The cells of the KPI table: what was not on time was late."""
    cells = ask("""
        select region_code, sum(denominator)::bigint, sum(denominator - numerator)::bigint from marts.kpi_deliveries_monthly
        where metric_code = 'delivery_on_time_by_time_rate' and month_start_date = (select report_month from ops.run) group by all""")
    assert pairs(found, "region_code", "n_judged", "n_late") == pairs(cells, *cells.columns)


@route
def complaints_over_deadline_by_department(found, ask):
    cells = ask("""
        select sum(denominator), sum(denominator - numerator) from indices.kpi_scores where metric_code = 'complaint_deadline_rate'
        and month_start_date = (select report_month from ops.run) and segment_code = 'all' and region_code = 'all'""").row(0)
    sums = found.sum().select("n_complaints", "n_not_yet_judged", "n_over_deadline").row(0)
    assert (sums[0] - sums[1], sums[2]) == cells
    delivered = ask("select count(*) from raw.complaints_complaints, ops.run where date_trunc('month', opened_at) = report_month")
    assert sums[0] == delivered.item()


@route
def response_rates_by_segment(found, ask):
    people = ask("select * from marts.fct_response where month_start_date = (select report_month from ops.run) and is_sent")
    counted = people.group_by("segment_code").agg(
        n_sent=pl.len(), n_returned=pl.col("is_returned").sum(), n_valid=(pl.col("is_returned") & pl.col("is_valid")).sum()
    )
    by_segment = found.filter(pl.col("segment_code") != "all")
    names = ("segment_code", "n_sent", "n_returned", "n_valid")
    assert pairs(by_segment, *names) == pairs(counted, *names)
    assert found.filter(pl.col("segment_code") == "all")["n_sent"].item() == people.height


@route
def nps_by_month(found, ask):
    """Weights of promoters less weights of detractors over all weights, from the answers themselves."""
    answers = ask("""
        select month_start_date, satisfaction, weight::double as w
        from marts.fct_answer join marts.dim_item using (instrument_code, item_code)
        where is_nps and is_valid_response and satisfaction is not null""")
    score = pl.col("satisfaction")
    again = answers.group_by("month_start_date").agg(
        again=100 * (pl.col("w").filter(score >= 9).sum() - pl.col("w").filter(score <= 6).sum()) / pl.col("w").sum(), n=pl.len()
    )
    joined = found.join(again, on="month_start_date", how="left")
    assert joined["n_answers"].to_list() == joined["n"].to_list()
    assert (joined["nps_points"] - joined["again"]).abs().max() <= 0.05 + 1e-9


@route
def kpi_by_month(found, ask):
    totals = ask("""
        select month_start_date, region_code, numerator, denominator, value from indices.kpi_scores
        where metric_code = 'delivery_on_time_by_time_rate' and segment_code = 'all' and region_code <> 'all' order by all""")
    assert found.select(totals.columns[:4]).rows() == totals.select(totals.columns[:4]).rows()
    assert found["value"].cast(pl.Float64).to_list() == pytest.approx(totals["value"].to_list())
    as_of = ask("select as_of_date from ops.run").item()
    assert set(found.filter("is_open_month")["month_start_date"]) == {as_of.replace(day=1)}


@route
def kpis_against_plan(found, ask):
    newest = ask("select metric_code, arg_max(target_value, valid_from) as plan from config.targets group by all")
    plans = pairs(newest, "metric_code", "plan")
    cells = ask("""
        select metric_code, sum(numerator)::bigint as numerator, sum(denominator)::bigint as denominator from marts.kpi_values_monthly
        where month_start_date = (select report_month from ops.run) and breakdown_code = 'all' group by all""")
    counted = pairs(cells, *cells.columns)
    for row in found.iter_rows(named=True):
        assert (row["numerator"], row["denominator"]) == counted[row["metric_code"]]
        assert row["plan"] == plans[row["metric_code"]][0]
        assert row["difference"] == pytest.approx(row["numerator"] / row["denominator"] - row["plan"])


@route
def stages_over_limit(found, ask):
    sums = ask("""
        select process_code, stage_code, sum(n_passages)::bigint, sum(n_over_limit)::bigint, sum(sum_supplier_workdays) / sum(n_measured)
        from marts.kpi_customer_stage_monthly where month_start_date = (select report_month from ops.run) group by all""")
    again = {(row[0], row[1]): row[2:] for row in sums.iter_rows()}
    for row in found.iter_rows(named=True):
        passages, over, mean = again[row["process_code"], row["stage_code"]]
        assert (row["n_passages"], row["n_over_limit"]) == (passages, over)
        assert abs(row["mean_supplier_workdays"] - float(mean)) <= 0.05 + 1e-9


@route
def customers_over_limit(found, ask):
    passages = ask("""
        select customer_id, is_within_limit from marts.fct_stage_passage, ops.run
        where month_start_date between report_month - interval 11 month and report_month""")
    over = passages.group_by("customer_id").agg(n=(~pl.col("is_within_limit")).sum(), of=pl.len())
    counted = pairs(over, "customer_id", "n", "of")
    assert all(counted[row["customer_id"]] == (row["n_over_limit"], row["n_passages"]) for row in found.iter_rows(named=True))
    known = over.filter(pl.col("customer_id") != "unmatched").sort("n", descending=True).head(found.height)
    assert [int(n) for n in found["n_over_limit"]] == known["n"].to_list()


@route
def figure_to_its_rows(found, ask):
    """As many rows as the figure's base, as many within the deadline as its numerator."""
    assert set(found["n_base"]) == {found.height}
    assert set(found["numerator"]) == {found["is_in_numerator"].sum()}


@route
def row_to_its_file(found, ask):
    """The record of the delivered file, read again, names the complaint."""
    landing = published_night().folder / "landing"
    for row in found.head(5).iter_rows(named=True):
        data = (landing / row["file_name"]).read_bytes()
        text = (gzip.decompress(data) if row["file_name"].endswith(".gz") else data).decode("gb18030", errors="replace")
        assert row["complaint_id"] in text.splitlines()[row["record_number"]]
    assert found.height == ask("select count(*) from marts.fct_complaint where is_open").item()


@route
def quarantine_by_rule(found, ask):
    listed = run_csat(published_night().folder, "quarantine", "list").stdout
    assert listed.startswith(f"{found.filter(pl.col('state') == 'open')['n_records'].sum()} open records in quarantine")
    by_contract = ask("select contract_code, sum(n_quarantined)::bigint as n from ops.extract_loads group by all having n > 0")
    summed = found.group_by("contract_code").agg(n=pl.col("n_records").sum())
    assert pairs(summed, "contract_code", "n") == pairs(by_contract, "contract_code", "n")


@route
def sources_and_versions(found, ask):
    """Versions are never fewer than the rows that stand, and every file of the ledger is counted once."""
    assert found["n_files"].sum() == ask("select count(*) from ops.extract_loads").item()
    for table, contracts in ask("select table_name, list(contract_code) from ops.sources group by all").iter_rows():
        versions = found.filter(pl.col("contract_code").is_in(contracts))["n_versions"].sum()
        assert versions >= ask(f"select count(*) from {table}").item()


@route
def changes_with_evidence(found, ask):
    """What was tested keeps the false discovery rate, and a difference is the value less its reference."""
    judged = ask("select * from indices.verdicts where month_start_date = (select report_month from ops.run)")
    told = judged.filter(pl.col("verdict").is_in(["better", "worse"]) & (pl.col("comparison_code") != "target"))
    assert found.height == told.height < judged.height
    rate = ask("select value_number from config.parameters where parameter_code = 'thresholds.false_discovery_rate'").item()
    for row in found.iter_rows(named=True):
        assert row["difference"] == pytest.approx(row["value"] - row["reference_value"])
        assert row["reason"] != "tested" or row["q_value"] is None or row["q_value"] <= rate


def test_a_read_only_session_as_the_readme_shows_it(folder):
    """One name of the file as text, frames out, and no way to the disk."""
    with open_read_only(str(folder / "out" / "current.duckdb")) as warehouse:
        frame = warehouse.sql("from marts.dim_item").pl()
        assert frame.height == len(warehouse.sql("from marts.dim_item").fetchall())
        with pytest.raises(duckdb.Error, match="disabled"):
            warehouse.sql("copy marts.dim_item to '/tmp/items.csv'")


def test_what_the_readme_shows_analysts_runs(folder, tmp_path):
    """Its commands of DuckDB and its Python, word for word, where `data` is the workspace."""
    section = (REPOSITORY / "README.md").read_text("utf-8").partition("## For analysts")[2].partition("\n## ")[0]
    (tmp_path / "data").symlink_to(folder)
    (tmp_path / "docs").symlink_to(REPOSITORY / "docs")
    commands = [line for line in re.search(r"```sh\n(.*?)```", section, re.S)[1].splitlines() if line.startswith("duckdb ")]
    code = re.search(r"```python\n(.*?)```", section, re.S)[1]
    environment = os.environ | {"PATH": f"{BINARY.parent}:{os.environ['PATH']}", "PYTHONPATH": str(REPOSITORY)}
    for command in [*commands, f"{sys.executable} - <<'EOF'\n{code}\nEOF"]:
        done = subprocess.run(command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), command
        assert "rows" in done.stdout or "shape" in done.stdout or "repair_rank" in done.stdout
    assert len(commands) == 2


@route
def working_day_receipt(found, ask):
    """The days that a receipt counts are the passage's working days, which are a difference of two ranks of the calendar."""
    keys = ("source_code", "case_id", "stage_code")
    passages = ask("""
        select source_code, case_id, stage_code, supplier_workdays, limit_workdays, due_at from marts.fct_stage_passage
        where month_start_date = (select report_month from ops.run) and not is_within_limit""")
    last = found.group_by(keys).agg(pl.col("n_counted_so_far").max(), n_counted=pl.col("is_counted").sum(), n_days=pl.len())
    joined = passages.join(last, on=keys, how="full", coalesce=True)
    assert joined["n_counted_so_far"].to_list() == joined["n_counted"].to_list() == joined["supplier_workdays"].to_list()
    assert joined.filter(pl.col("due_at").is_null(), pl.col("n_counted") <= pl.col("limit_workdays")).is_empty()
    workdays = ask("select date_day, is_workday from marts.dim_calendar").filter("is_workday")["date_day"]
    assert found.filter("is_counted")["date_day"].is_in(workdays.implode()).all()
