"""The one reader of the environment. Frozen; nothing of it is read before it is asked for."""

import os
import secrets
from functools import lru_cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from orchestration.errors import ConfigError
from orchestration.warehouse.files import TEMPORARY, disk_errors

KEY_BYTES = 32
KEY_FILE = "token.key"
OWNER_ONLY = 0o600
CONNECTION = "CSAT_CONNECTION_"


class Settings(BaseSettings):
    """What the environment says; every variable begins with CSAT_."""

    model_config = SettingsConfigDict(env_prefix="CSAT_", frozen=True, extra="ignore")

    workspace: Path | None = Field(default=None, description="CSAT_WORKSPACE: folder of the workspace")
    token_key: SecretStr | None = Field(default=None, description="CSAT_TOKEN_KEY: key of the customer tokens, at least 16 characters")
    duckdb_memory: str = Field(default="", pattern=r"^(\d+(\.\d+)?(MB|GB|MiB|GiB))?$", description="CSAT_DUCKDB_MEMORY: limit, e.g. 2GB")
    """SMTP has no setting: mails are rendered, not sent."""


@lru_cache(maxsize=1)
def read_settings() -> Settings:
    """The settings of this process. Raises ConfigError naming the variable, never its value."""
    try:
        return Settings()
    except ValueError as broken:
        names = ", ".join(f"CSAT_{'_'.join(str(part) for part in error['loc']).upper()}" for error in _errors(broken))
        raise ConfigError(
            "a variable cannot be used", where=f"environment, {names}", hint="unset it, or see orchestration/settings.py"
        ) from None


def read_token_key(out: Path) -> bytes:
    """The key of the customer tokens: CSAT_TOKEN_KEY, else out/token.key, which is made on first use with mode 0600.

    Losing the file changes every token, so a backup of the workspace carries it.
    """
    if given := read_settings().token_key:
        return given.get_secret_value().encode()
    path = out / KEY_FILE
    if not path.exists():
        with disk_errors(path):
            _make_key(path)
    if not (key := path.read_bytes().strip()):
        hint = "restore it from the backup of the workspace: with another key every customer gets another token"
        raise ConfigError("is empty", where=str(path), hint=hint)
    return key


def read_connection(name: str) -> SecretStr:
    """The URL of a connection, CSAT_CONNECTION_<NAME>. Raises ConfigError where it is not set; nothing ever shows its value."""
    variable = CONNECTION + name.upper()
    if not (url := os.environ.get(variable, "").strip()):
        hint = "set it to the URL of the source with user and password, e.g. in the service's environment file"
        raise ConfigError("is not set", where=f"environment, {variable}", hint=hint)
    return SecretStr(url)


def _make_key(path: Path) -> None:
    """Nothing; `path` holds a new key wholly, or does not exist: a kill leaves no part of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(path.name + TEMPORARY)
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    made.replace(path)


def child_environment(**additions: str) -> dict[str, str]:
    """The environment of a child process: this process's own without our secrets, and `additions`."""
    inherited = {name: value for name, value in os.environ.items() if name != "CSAT_TOKEN_KEY" and not name.startswith(CONNECTION)}
    return inherited | additions


def set_environment(**values: str) -> None:
    """Sets variables that third-party code reads at import: folders and switches, never secrets."""
    os.environ.update(values)
    read_settings.cache_clear()


def _errors(broken: ValueError) -> list[dict[str, tuple[str, ...]]]:
    found: list[dict[str, tuple[str, ...]]] = getattr(broken, "errors", lambda **_: [])(include_input=False)
    return found
