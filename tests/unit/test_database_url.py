"""The URL of a database reaches its client in one spelling, with time-outs, and a wrong one is told without a part of it."""

import pytest
from support.database_sources import sql_contract
from support.loading import FIRST_NIGHT

from orchestration.warehouse.sources.database import complete_url
from orchestration.warehouse.sources.request import FetchRequest, UnreachableError


def complete(url, folder):
    request = FetchRequest(sql_contract(), url, folder, FIRST_NIGHT, "UTC")
    return complete_url(request, ("postgresql", "postgres"), {"connect_timeout": "9"})


@pytest.mark.parametrize(
    ("url", "completed"),
    [
        ("postgres://u:p@host/erp", "postgresql://u:p@host/erp?connect_timeout=9"),
        ("postgresql://u:a%2Fb%40c%25@host:5433/erp", "postgresql://u:a%2Fb%40c%25@host:5433/erp?connect_timeout=9"),
        ("postgresql://u:50%@host/erp", "postgresql://u:50%25@host/erp?connect_timeout=9"),
        ("postgresql://u:p@host/erp?connect_timeout=3&sslmode=require", "postgresql://u:p@host/erp?connect_timeout=3&sslmode=require"),
        ("postgresql://u@one:5432,two:5432/erp", "postgresql://u@one:5432,two:5432/erp?connect_timeout=9"),
        ("postgresql:///erp?host=/run/postgresql", "postgresql:///erp?connect_timeout=9&host=%2Frun%2Fpostgresql"),
        ("postgresql://u:p@[::1]:5432/erp", "postgresql://u:p@[::1]:5432/erp?connect_timeout=9"),
    ],
)
def test_url_is_completed_in_one_spelling(tmp_path, url, completed):
    assert complete(url, tmp_path) == completed


@pytest.mark.parametrize(
    "url",
    [
        "", "canary", "canary@host/erp", "http://u:canary@host/erp", "postgresql://u:canary/1@host/erp", "postgresql://u:canary#1@host/erp",
        "postgresql://u:canary?1@host/erp", "postgresql://u:canary@[host/erp", "postgresql://u:canary@host:port/erp", "postgresql:///erp",
    ],
)  # fmt: skip
def test_url_that_cannot_be_read_is_told_without_a_part_of_it(tmp_path, url):
    with pytest.raises(UnreachableError, match="write CSAT_CONNECTION_ERP as postgresql://USER:PASSWORD@HOST") as told:
        complete(url, tmp_path)
    assert "canary" not in str(told.value)
