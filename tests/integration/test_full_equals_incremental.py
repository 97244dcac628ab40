"""Night after night or all at once: the same rows, over random histories with restated, late and repeated extracts."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from support.random_nights import FIRST_DAY, History, run_marts, write_workspace

from orchestration.warehouse.hashes import compare_hashes

# what one quiet night brings; few tables at once, and those last that reach least: months which one of them touches, and later
# nights, hide what another one did not touch
RESTATED = (
    ("crm_customers",),
    ("deliveries_deliveries", "complaints_events"),
    ("crm_customer_aliases",),
    ("crm_cases", "surveys_invitations"),
    ("complaints_complaints", "crm_case_stages"),
    ("surveys_answers", "crm_customer_months"),
    ("complaints_callbacks", "deliveries_events"),
)
# whose last file is replaced one night and put back the next
TAKEN_BACK = ("deliveries_deliveries", "complaints_events", "surveys_answers")
# what every night brings word for word again: it must change nothing and touch nothing
REPEATED = ("surveys_answers", "complaints_complaints")


def _differences(folder, seed: int, nights: Sequence[Sequence[str]]) -> list[str]:
    """Tables that differ between the incremental history of `seed` and the rebuild of its last night."""
    rng = random.Random(seed)
    config = write_workspace(folder)
    history = History(folder, rng)
    as_of = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 2)
    history.fill(as_of.date())
    run_marts(folder, config, as_of)
    for tables in nights:
        as_of += timedelta(days=rng.choice((1, 6, 33)))
        history.restate(as_of.date(), tables)
        history.repeat(as_of.date(), REPEATED)
        history.put_back() if history.replaced else history.replace_last(TAKEN_BACK)
        incremental = run_marts(folder, config, as_of)
    assert incremental["marts.fct_answer"].n_rows > 5
    assert incremental["marts.kpi_customer_monthly"].n_rows > 5
    return compare_hashes(incremental, run_marts(folder, config, as_of, full_refresh=True))


def test_incremental_nights_equal_a_full_rebuild(tmp_path):
    assert _differences(tmp_path / "w", seed=129, nights=RESTATED[:2]) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
def test_twenty_more_histories(tmp_path, seed):
    rng = random.Random(seed)
    assert _differences(tmp_path / "w", seed, nights=[rng.choice(RESTATED) for _ in range(3)]) == []
