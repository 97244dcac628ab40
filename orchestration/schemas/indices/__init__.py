"""What Polars computes from the sufficient statistics: the tables of schema `indices`.

Scope: `segment_code` and `region_code` are a code or 'all'. `window_months` is 1 (the month alone) or 3 (the month and the
two before it, for small bases). Intervals are two-sided at the configured confidence.
"""

from orchestration.schemas.columns import Table
from orchestration.schemas.indices.common import ALL, FINGERPRINT, INTERVAL, SCOPE
from orchestration.schemas.indices.scores import (
    DIMENSION_SCORES,
    ITEM_QUADRANTS,
    ITEM_SCORES,
    ITEM_WEIGHTS,
    KPI_SCORES,
    NPS_SCORES,
    OVERALL_SCORES,
    RESPONSE_RATES,
    VERDICTS,
)

__all__ = [
    "ALL",
    "DIMENSION_SCORES",
    "FINGERPRINT",
    "INDEX_TABLES",
    "INTERVAL",
    "ITEM_QUADRANTS",
    "ITEM_SCORES",
    "ITEM_WEIGHTS",
    "KPI_SCORES",
    "NPS_SCORES",
    "OVERALL_SCORES",
    "RESPONSE_RATES",
    "SCOPE",
    "VERDICTS",
]

INDEX_TABLES: tuple[Table, ...] = (
    ITEM_WEIGHTS, ITEM_SCORES, DIMENSION_SCORES, OVERALL_SCORES, ITEM_QUADRANTS, NPS_SCORES, RESPONSE_RATES, KPI_SCORES, VERDICTS,
)  # fmt: skip
