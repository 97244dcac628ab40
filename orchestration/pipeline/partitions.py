"""Reports are partitioned by month in the ledger; Dagster's assets are not, since one night replaces every touched month.

A report for another month is the run parameter `month` of the warehouse resource: one truth of staleness, the ledger.
"""

import re
from datetime import date

from orchestration.errors import ConfigError

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def parse_month(text: str) -> date:
    """The first day of the month written YYYY-MM. Raises ConfigError for anything else."""
    if not MONTH.fullmatch(text):
        raise ConfigError(f"'{text}' is no month", where="--month", hint="write it as YYYY-MM, e.g. 2026-10")
    return date.fromisoformat(f"{text}-01")
