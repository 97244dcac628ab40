"""The environment: read in one place, frozen, its secrets never shown."""

import stat

import pytest

from orchestration import settings
from orchestration.errors import ConfigError


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    for name in ("CSAT_WORKSPACE", "CSAT_TOKEN_KEY", "CSAT_DUCKDB_MEMORY"):
        monkeypatch.delenv(name, raising=False)
    settings.read_settings.cache_clear()
    yield
    settings.read_settings.cache_clear()


def test_empty_environment_is_enough():
    assert settings.read_settings().workspace is None


def test_wrong_value_names_the_variable_and_not_the_value(monkeypatch):
    monkeypatch.setenv("CSAT_DUCKDB_MEMORY", "canary-lots")
    with pytest.raises(ConfigError) as refused:
        settings.read_settings()
    assert "CSAT_DUCKDB_MEMORY" in str(refused.value)
    assert "canary" not in str(refused.value)


def test_key_is_made_once_for_the_owner_alone(tmp_path):
    first = settings.read_token_key(tmp_path / "out")
    assert settings.read_token_key(tmp_path / "out") == first
    assert stat.S_IMODE((tmp_path / "out" / "token.key").stat().st_mode) == 0o600


def test_empty_key_is_refused(tmp_path):
    (tmp_path / "token.key").touch()
    with pytest.raises(ConfigError, match=r"token\.key: is empty"):
        settings.read_token_key(tmp_path)


def test_key_of_the_environment_leaves_no_file(monkeypatch, tmp_path):
    monkeypatch.setenv("CSAT_TOKEN_KEY", "canary-secret-of-the-environment")
    assert settings.read_token_key(tmp_path / "out") == b"canary-secret-of-the-environment"
    assert not (tmp_path / "out").exists()
    assert "canary" not in repr(settings.read_settings())
    assert "CSAT_TOKEN_KEY" not in settings.child_environment()
