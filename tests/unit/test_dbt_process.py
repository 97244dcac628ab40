"""What dbt's process may use, and a month that is none."""

from datetime import datetime
from pathlib import Path

import pytest

from orchestration.errors import ConfigError
from orchestration.pipeline import dbt_process
from orchestration.pipeline.night import NightRequest


@pytest.mark.parametrize(("megabytes", "limit"), [(1, "512MiB"), (60, "512MiB"), (65, "1024MiB"), (300, "4096MiB"), (10**6, "9830MiB")])
def test_models_get_memory_by_the_size_of_the_file(monkeypatch, megabytes, limit):
    monkeypatch.setattr(dbt_process.os, "sysconf", {"SC_PHYS_PAGES": 4 * 2**20, "SC_PAGE_SIZE": 4096}.get)  # 16 GiB
    assert dbt_process.memory_limit(megabytes * 2**20) == limit


@pytest.mark.parametrize("month", ["2026-13", "2026", "October", "2026-10-01"])
def test_month_that_is_none_is_refused_before_anything_runs(month):
    with pytest.raises(ConfigError, match="is no month"):
        NightRequest(Path(), datetime(2026, 11, 3, 2), month)
