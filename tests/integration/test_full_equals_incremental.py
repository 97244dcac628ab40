"""Night after night or all at once: the same rows, over random histories with restated, late and repeated extracts."""

import random
from datetime import datetime, timedelta

import pytest
from support.random_nights import FIRST_DAY, run_marts, write_extracts, write_workspace

from orchestration.warehouse.hashes import compare_hashes


def _differences(folder, seed: int, nights: int) -> list[str]:
    """Tables that differ between the incremental history of `seed` and the rebuild of its last night."""
    rng = random.Random(seed)
    config = write_workspace(folder)
    as_of = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 2)
    for number in range(nights):
        as_of += timedelta(days=rng.choice((1, 6, 33)))
        write_extracts(folder, rng, as_of.date(), number)
        incremental = run_marts(folder, config, as_of)
    assert incremental["marts.fct_answer"].n_rows > 5
    assert incremental["marts.kpi_customer_monthly"].n_rows > 5
    return compare_hashes(incremental, run_marts(folder, config, as_of, full_refresh=True))


def test_incremental_nights_equal_a_full_rebuild(tmp_path):
    assert _differences(tmp_path / "w", seed=1, nights=3) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
def test_twenty_more_histories(tmp_path, seed):
    assert _differences(tmp_path / "w", seed, nights=4) == []
