"""Nine yearly waves of an airport's passenger survey by one contract: items renamed each year, weights in seven of them."""

import csv
import gzip
import shutil
from datetime import date
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from support.real_sets import WORKSPACES, bring_set, build_tables, run_night

pytestmark = pytest.mark.slow
OVERALL = {
    2010: "Q6N", 2011: "Q8N", 2012: "Q8N_WHOLE", 2013: "Q7O_WHOLE", 2014: "Q7ALL", 2015: "Q7ALL", 2016: "Q7ALL", 2017: "Q7ALL",
    2018: "Q7ALL",
}  # fmt: skip
RESPONDENTS = (3234, 3872, 3521, 3535, 2818, 2958, 3087, 2831, 2809)
KNOWN_MEANS = (3.9253, 3.9459, 3.9982, 3.9820, 3.9959, 4.0480, 4.0380, 4.0644, 4.0027)
NIGHT = date(2018, 6, 5)
UNWEIGHTED = (2011, 2012)
EXTRACT = "data/sfo_survey/{}_SFO_Customer_Survey.csv.gz"


@pytest.fixture(scope="module")
def bring_waves(tmp_path_factory, shared):
    """A function: a workspace with all waves in its landing."""

    def bring() -> Path:
        folder = bring_set("sfo", tmp_path_factory.mktemp("sfo_waves") / "workspace", [shared(EXTRACT.format(year)) for year in OVERALL])
        shutil.rmtree(folder / "contracts")
        shutil.copytree(WORKSPACES / "sfo" / "waves", folder / "contracts")
        return folder

    return bring


@pytest.fixture(scope="module")
def waves(bring_waves):
    """The working file with all waves."""
    path = build_tables(bring_waves(), NIGHT, "+stat_item_levels_monthly")
    with duckdb.connect(str(path), read_only=True) as con:
        yield con


@pytest.fixture(scope="module")
def answers_of(shared):
    """A function: (weight, rating) of everybody who rated the airport as a whole in a wave, from the file itself."""

    def read(year: int) -> list[tuple[Fraction, int]]:
        with gzip.open(shared(EXTRACT.format(year)), "rt", encoding="utf-8-sig") as file:
            rated = [(record.get("WEIGHT", "1"), record[OVERALL[year]]) for record in csv.DictReader(file)]
        return [(Fraction(weight), int(rating)) for weight, rating in rated if rating in set("12345")]

    return read


def mean_of(answers: list[tuple[Fraction, int]]) -> float:
    return round(float(sum(weight * rating for weight, rating in answers) / sum(weight for weight, _ in answers)), 4)


def test_every_record_of_every_wave_is_loaded(waves):
    ledger = waves.execute("select contract_code, n_records, n_loaded, n_quarantined from ops.extract_loads order by 1").fetchall()
    assert ledger == [(f"answers_{year}", n, n, 0) for year, n in zip(OVERALL, RESPONDENTS, strict=True)]
    people = waves.execute("select count(distinct response_id) from raw.surveys_answers").fetchall()
    assert people == [(sum(RESPONDENTS),)]


def test_overall_means_of_the_waves_without_their_weights(waves):
    """The published means leave the weights out in every year."""
    means = "sum(level * n_answers)::double / sum(n_answers)"
    found = waves.execute(
        f"select wave_code::int, round({means}, 4) from marts.stat_item_levels_monthly "
        "where item_code = 'OVERALL' and measure_code = 'satisfaction' group by 1 order by 1"
    ).fetchall()
    assert found == list(zip(OVERALL, KNOWN_MEANS, strict=True))


@pytest.mark.parametrize("year", OVERALL)
def test_overall_mean_of_a_wave_with_the_weights_it_has(waves, answers_of, year):
    """The second route: the file itself, weight by weight; the weights of the table have six decimals, those of the file up to ten."""
    answers = answers_of(year)
    assert ({weight for weight, _ in answers} == {1}) == (year in UNWEIGHTED)
    mean, n_answers = waves.execute(
        "select sum(level * sum_weight)::double / sum(sum_weight)::double, sum(n_answers)::int from marts.stat_item_levels_monthly "
        "where item_code = 'OVERALL' and measure_code = 'satisfaction' and wave_code = ?",
        [str(year)],
    ).fetchall()[0]
    assert n_answers == len(answers)
    assert round(mean, 4) == mean_of(answers)


def test_overall_means_are_published_with_their_weights(bring_waves, answers_of):
    """Each wave lies in one month, so the month's score is the wave's."""
    folder = run_night(bring_waves(), NIGHT.isoformat())
    with duckdb.connect(str(folder / "out" / "current.duckdb"), read_only=True) as con:
        found = con.execute(
            "select year(month_start_date), round(satisfaction_score, 4), n_satisfaction from indices.item_scores "
            "where item_code = 'OVERALL' and segment_code = 'all' and region_code = 'all' "
            "and window_months = 1 and n_satisfaction > 0 order by 1"
        ).fetchall()
    answers = {year: answers_of(year) for year in OVERALL}
    assert found == [(year, mean_of(answers[year]), len(answers[year])) for year in OVERALL]


def test_an_item_that_was_not_asked_is_in_no_wave_before_it_was(waves):
    asked = "select item_code, min(wave_code), count(distinct wave_code) from raw.surveys_answers group by 1"
    found = {item: (first, n) for item, first, n in waves.execute(asked).fetchall()}
    assert (found["WIFI"], found["RECOMMEND"], found["OVERALL"]) == (("2013", 6), ("2017", 2), ("2010", 9))


def test_days_are_those_of_the_code_lists(waves):
    days = (
        "select wave_code, min(answered_at)::date::varchar, max(answered_at)::date::varchar from raw.surveys_answers group by 1 order by 1"
    )
    found = {wave: (first, last) for wave, first, last in waves.execute(days).fetchall()}
    assert found["2010"] == ("2010-09-07", "2010-09-21")
    assert found["2011"] == ("2011-05-11", "2011-05-24")
    assert found["2014"] == ("2014-09-03", "2014-09-25")
    assert found["2016"] == ("2016-05-06", "2016-05-24")
