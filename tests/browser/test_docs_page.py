"""The page that describes the tables, opened from the disk in Chromium: it asks nobody for anything and shows what the file says."""

from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import sync_playwright
from support.night import published_night, run_csat

CHROMIUM = Path("/usr/bin/chromium")
ACTUAL = Path(__file__).parent / "actual"
PAGES = {
    "overview": ("overview", "The tables of out/current.duckdb"),
    "model": ("model/model.csat_warehouse.kpi_values_monthly", "is_open_month"),
    "fact": ("model/model.csat_warehouse.fct_complaint", "customer_id"),
    "indices": ("source/source.csat_warehouse.indices.overall_scores", "index_0to100"),
    "raw": ("source/source.csat_warehouse.raw.surveys_answers", "extract_file_id"),
    "exposure": ("exposure/exposure.csat_warehouse.monthly_executive", "stat_item_levels_monthly"),
}
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed")]


@pytest.fixture(scope="module")
def night():
    found = published_night()
    assert found.returncode == 0, found.output
    return found.folder


@pytest.fixture(scope="module")
def seen(night):
    """Text of each page, addresses that the browser asked for, and errors on its console."""
    done = run_csat(night, "docs")
    assert done.returncode == 0, done.stderr
    address = (night / "out" / "docs" / "index.html").as_uri()
    asked: list[str] = []
    errors: list[str] = []
    texts: dict[str, str] = {}
    ACTUAL.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        for name, (place, awaited) in PAGES.items():
            page.goto(f"{address}#!/{place}")
            page.wait_for_function("text => document.body.innerText.includes(text)", arg=awaited, timeout=60_000)
            texts[name] = page.inner_text("body")
            page.screenshot(path=ACTUAL / f"docs_{name}.png")
        browser.close()
    return texts, asked, errors, address


def test_it_asks_nobody_for_anything(seen):
    """Dbt's page looks for two pictures beside itself before its script fills their names in; nothing leaves the folder."""
    _, asked, errors, address = seen
    folder = address.rpartition("/")[0]
    assert address in {url.partition("#")[0] for url in asked}
    assert not [url for url in asked if not url.startswith((f"{folder}/", "data:"))]
    assert not errors


@pytest.mark.parametrize(
    ("page", "table"),
    [
        ("model", "marts.kpi_values_monthly"),
        ("fact", "marts.fct_complaint"),
        ("indices", "indices.overall_scores"),
        ("raw", "raw.surveys_answers"),
    ],
)
def test_a_table_is_shown_with_what_its_file_says(seen, night, page, table):
    shown = " ".join(seen[0][page].split())
    with duckdb.connect(night / "out" / "current.duckdb", read_only=True) as connection:
        columns = connection.execute(
            "select column_name, comment from duckdb_columns() where schema_name || '.' || table_name = ?", [table]
        ).fetchall()
    assert columns
    for name, comment in columns:
        assert name in shown
        assert " ".join(comment.split()) in shown
