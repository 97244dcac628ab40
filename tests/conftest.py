"""Fixtures and options for every test: where optional real data lies, golden files, and a bound on slow runs."""

import os
import shutil
import tempfile
import time
from pathlib import Path

import pytest
from support.night import SHARED

REPOSITORY = Path(__file__).resolve().parents[1]
OPTIONAL_INPUT = REPOSITORY.parent / "shared"
STARTED = time.monotonic()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="golden tests write what they see as the new expectation")
    parser.addoption("--kills", type=int, default=10, help="how many nights the slow kill test kills")
    parser.addoption("--minutes", type=float, default=0, help="start no further test after this many minutes; the rest is skipped")


def pytest_configure(config: pytest.Config) -> None:
    if SHARED not in os.environ:  # the process that starts the others, which inherit its environment
        os.environ[SHARED] = tempfile.mkdtemp(prefix="csat-night-")
        config.add_cleanup(lambda: shutil.rmtree(os.environ.pop(SHARED), ignore_errors=True))


def pytest_runtest_setup(item: pytest.Item) -> None:
    minutes = item.config.getoption("--minutes")
    if minutes and time.monotonic() - STARTED > minutes * 60:
        pytest.skip(f"not started within {minutes:g} minutes; another order has its turn next time")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared():
    """A function that gives a path under the optional folder of real data and published cases, or skips the test."""

    def find(relative: str) -> Path:
        path = OPTIONAL_INPUT / relative
        if not path.exists():
            pytest.skip(f"optional test input {relative} is not present beside the repository")
        return path

    return find


@pytest.fixture
def golden(request: pytest.FixtureRequest):
    """Compares a text with tests/golden/expected/<name>; on a mismatch the text lies in tests/golden/actual/<name>.

    `make accept` writes the texts of this run as the expectation.
    """
    folder = REPOSITORY / "tests" / "golden"

    def compare(name: str, text: str) -> None:
        expected, actual = folder / "expected" / name, folder / "actual" / name
        if request.config.getoption("--accept"):
            expected.parent.mkdir(parents=True, exist_ok=True)
            expected.write_text(text, encoding="utf-8")
            return
        if not expected.exists() or expected.read_text(encoding="utf-8") != text:
            actual.parent.mkdir(parents=True, exist_ok=True)
            actual.write_text(text, encoding="utf-8")
            pytest.fail(f"differs from {expected.relative_to(REPOSITORY)}; look at {actual.relative_to(REPOSITORY)}, then `make accept`")

    return compare
