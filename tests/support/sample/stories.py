"""What is planted in the sample, so that a report has something to find; tests/unit/test_sample_stories.py asserts each."""

import numpy as np
from support.sample.streams import Month

SLIPPING_REGION = "east"
LATE_SHARE_BY_MONTHS_BEFORE_LAST = {3: 0.11, 2: 0.14, 1: 0.16, 0: 0.18}
"""Deliveries of the slipping region come late in the last four months."""
SINKING = ("C0002", "C0004", "C0005", "C0007", "C0009", "C0011")
SINKING_MONTHS = 5
LATE_SOURCE, LATE_SOURCE_REACHES = "callbacks", np.datetime64("2026-10-25", "ms")
"""The extract of call-backs stops before this moment."""
SMALL_MONTH, SMALL_MONTH_RETURNS = np.datetime64("2026-07", "M"), 58

ITEMS = ("C1", "C2", "S1", "S2", "S3", "S4", "S5", "RS1", "RS2", "RS3", "E1", "E2", "E3", "E4", "T1", "T2", "T3", "T4")
SATISFACTION = np.array([3.38, 3.50, 4.40, 4.34, 4.26, 4.24, 4.30, 3.84, 4.06, 4.22, 4.36, 4.28, 3.76, 3.80, 4.40, 4.34, 3.82, 4.24])
IMPORTANCE = np.array([4.80, 4.72, 4.55, 4.46, 4.40, 4.44, 4.46, 4.38, 4.34, 4.32, 3.86, 3.80, 3.84, 3.70, 3.68, 3.58, 3.66, 4.12])
"""Means before rounding to the scale: complaint handling important and unloved, the rest spread over the other quadrants."""


def sinking_depth(month: Month) -> float:
    """How far the sinking customers have sunk, 0 to 1, rising over the last five months."""
    return max(0, SINKING_MONTHS - month.before_last) / SINKING_MONTHS


def satisfaction_shift(month: Month) -> float:
    """Levels by which all items differ from their means: a slow rise."""
    return 0.02 - 0.0135 * month.before_last


def late_share(month: Month, *, in_slipping_region: np.ndarray, sinks: np.ndarray) -> np.ndarray:
    """Probability that a delivery comes late."""
    season = 0.012 if month.number % 12 in (1, 10) else 0.0
    usual = 0.028 + season + 0.30 * sinking_depth(month) * sinks
    slipped = LATE_SHARE_BY_MONTHS_BEFORE_LAST.get(month.before_last, 0.0)
    return np.where(in_slipping_region, np.maximum(usual, slipped), usual)
