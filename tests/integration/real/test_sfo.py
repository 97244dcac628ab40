"""The main job on an airport's passenger survey, described by contracts alone: codes that are no ratings, no importance."""

import csv
import gzip
import re
from fractions import Fraction

import pytest

EXTRACT = "sfo_survey/2017_SFO_Customer_Survey.csv.gz"
WHOLE = "segment_code = 'all' and region_code = 'all' and window_months = 1"
SERVICES = 14
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def night(whole_night):
    return whole_night("sfo", "2017-06-05", EXTRACT)


@pytest.fixture(scope="module")
def pages(night):
    """The two pages without markup."""
    found = (night / "out" / "reports" / "2017-05").glob("*.html")
    return {page.stem[-2:]: page.read_text("utf-8") for page in found}


def test_the_airport_as_a_whole(published):
    columns = "round(satisfaction_score, 4), n_satisfaction"
    found = published.execute(f"select {columns} from indices.item_scores where item_code = 'OVERALL' and {WHOLE}").fetchall()
    assert found == [(4.0644, 2688)]


def test_the_headline_is_that_question_on_0_to_100_with_its_own_base(published):
    found = published.execute(f"select index_0to100, n_responses from indices.overall_scores where {WHOLE}").fetchall()
    assert found == [(pytest.approx((4.064360119 - 1) / 4 * 100, abs=1e-6), 2688)]


def test_never_used_and_blank_are_in_no_mean(published, shared):
    """The second route: the means of the file itself, without 0, 6 and blank."""
    with gzip.open(shared(f"data/{EXTRACT}"), "rt", encoding="utf-8-sig") as file:
        records = list(csv.DictReader(file))
    pairs = {"ART": "Q7ART", "FOOD": "Q7FOOD", "SHUTTLE": "Q7LTPARKING", "RENTAL": "Q7RENTAL", "WIFI": "Q7WIFI"}
    query = f"select item_code, satisfaction_score, n_satisfaction from indices.item_scores where {WHOLE}"
    found = {item: (mean, n) for item, mean, n in published.execute(query).fetchall()}
    assert len(found) == SERVICES + 2
    for item, column in pairs.items():
        ratings = [int(record[column]) for record in records if record[column] in set("12345")]
        assert found[item] == (pytest.approx(float(Fraction(sum(ratings), len(ratings)))), len(ratings))
    never = published.execute("select count(*) from marts.fct_answer where item_code = 'SHUTTLE' and not_rating_code = 'never_used'")
    assert never.fetchall() == [(sum(record["Q7LTPARKING"] == "6" for record in records),)]


def test_every_record_is_accounted_for(published):
    found = published.execute("select sum(n_records), sum(n_loaded), sum(n_quarantined), min(state) from ops.extract_loads").fetchall()
    assert found == [(2 * 2831, 2 * 2831, 0, "loaded")]


def test_boarding_areas_and_kinds_of_flight_have_figures_of_their_own(published):
    query = "select count(distinct region_code), count(distinct segment_code) from indices.overall_scores where index_0to100 is not null"
    assert published.execute(query).fetchall() == [(7 + 1, 2 + 1)]


def test_the_report_shows_the_items_one_by_one(pages):
    for page in pages.values():
        assert re.findall(r'<section id="(\w+)"', page) == ["items", "trust"]
        assert not re.search(r"<td[^>]*>–</td>", page)
        table = re.search(r'<section id="items">.*?</table>', page, re.S)
        assert table is not None
        scores = [float(score) for score in re.findall(r'</th><td class="n">([\d.]+)</td>', table.group())]
        assert len(scores) == SERVICES
        assert scores == sorted(scores)
    english = " ".join(re.sub(r"<[^>]+>", " ", pages["en"]).replace("\u00a0", " ").split())
    assert "from 2,688 answers" in english
    assert "Net promoter score 40" in english
    assert "Importance was not asked" in english
