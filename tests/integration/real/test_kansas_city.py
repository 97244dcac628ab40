"""The main job on a city's resident survey, described by contracts alone: importance asked as the three services that matter most."""

import re

import pytest

SERVICES = 16
WHOLE = "segment_code = 'all' and region_code = 'all' and window_months = 1"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def night(whole_night):
    return whole_night("kansas_city", "2021-10-05", "kc_survey_sep2021/kcmo_sep_2021.csv.gz")


@pytest.fixture(scope="module")
def pages(night):
    """The two pages as they are written."""
    return {page.stem[-2:]: page.read_text("utf-8") for page in (night / "out" / "reports" / "2021-09").glob("*.html")}


def _text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " ").split())


def test_streets_matter_most_and_satisfy_least(published):
    columns = "n_importance, round(100 * importance_score, 2), round(100 * top2_share, 2)"
    found = published.execute(f"select {columns} from indices.item_scores where item_code = 'STREETS' and {WHOLE}").fetchall()
    assert found == [(1033, 69.89, 13.51)]


@pytest.mark.parametrize(("item", "quadrant", "rating"), [("STREETS", "B", 0.6045), ("POLICE", "A", 0.2651), ("NEIGHBORHOOD", "B", 0.1378)])
def test_the_rating_of_the_service(published, item, quadrant, rating):
    query = f"select quadrant_code, importance_satisfaction_rating from indices.item_quadrants where item_code = '{item}' and {WHOLE}"
    found_quadrant, found_rating = published.execute(query).fetchall()[0]
    assert (found_quadrant, round(found_rating, 4)) == (quadrant, rating)


def test_every_respondent_is_in_the_base_of_every_service(published):
    bases = published.execute(f"select count(*), min(n_importance), max(n_importance) from indices.item_scores where {WHOLE}").fetchall()
    assert bases[0] == (SERVICES + 1, 0, 1033)  # the overall question is no service to name
    query = "select count(*) from marts.fct_answer where importance is null and item_code <> 'OVERALL'"
    assert published.execute(query).fetchall() == [(0,)]


def test_the_shares_are_those_of_the_answers(published):
    """The second route: the published tables against the answers one by one."""
    counted = """
        select item_code, avg(importance), avg(case when satisfaction >= 4 then 1.0 when satisfaction is not null then 0.0 end)
        from marts.fct_answer where item_code <> 'OVERALL' group by 1"""
    placed = f"select item_code, importance_score, satisfaction_score from indices.item_quadrants where {WHOLE}"
    expected, found = ({row[0]: row[1:] for row in published.execute(query).fetchall()} for query in (counted, placed))
    assert expected.keys() == found.keys()
    assert len(found) == SERVICES
    for item, shares in found.items():
        assert shares == pytest.approx(expected[item], abs=1e-12)


def test_nobody_names_more_than_three(published):
    named = "select max(n), sum(n) from (select sum(importance) as n from marts.fct_answer group by response_id)"
    most, mentions = published.execute(named).fetchall()[0]
    shares = published.execute(f"select sum(importance_score) from indices.item_quadrants where {WHOLE}").fetchall()[0][0]
    assert most == 3
    assert shares * 1033 == pytest.approx(float(mentions))


def test_every_record_is_accounted_for(published):
    found = published.execute("select sum(n_records), sum(n_loaded), sum(n_quarantined), min(state) from ops.extract_loads").fetchall()
    assert found == [(2 * 1033, 2 * 1033, 0, "loaded")]


def test_the_report_names_what_to_repair_in_per_cent_of_respondents(pages):
    english, chinese = _text(pages["en"]), _text(pages["zh"])
    assert "Repair “Streets and sidewalks” first. 69.9 % of all respondents name it among the three that matter most" in english
    assert "of those who rate it 13.5 % are satisfied" in english
    assert "首先改进“道路与人行道”" in chinese
    repair = re.search(r'<table class="repair">.*?</table>', pages["en"], re.S)
    assert repair is not None
    rows = [_text(row) for row in re.findall(r"<tr>.*?</tr>", repair.group(), re.S)]
    assert [name in row for name, row in zip(("I-S rating", "0.60", "0.14"), rows, strict=True)] == [True] * 3
    assert "Difference" not in _text(repair.group())


def test_the_report_holds_only_what_there_is(pages):
    for page in pages.values():
        sections = re.findall(r'<section id="(\w+)"', page)
        assert sections == ["quadrant", "trust"]
        assert not re.search(r"<tbody>\s*</tbody>", page)
        assert not re.search(r"<td[^>]*>–</td>", page)
    assert "this report rests on the survey alone" in _text(pages["en"])
