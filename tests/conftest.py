"""Fixtures for every test: where optional real data lies, and nothing else."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
OPTIONAL_INPUT = REPOSITORY.parent / "shared"


@pytest.fixture(scope="session")
def shared():
    """A function that gives a path under the optional folder of real data and published cases, or skips the test."""

    def find(relative: str) -> Path:
        path = OPTIONAL_INPUT / relative
        if not path.exists():
            pytest.skip(f"optional test input {relative} is not present beside the repository")
        return path

    return find
