"""Read config/*.yaml and contracts/*.yaml of a workspace into one frozen `WorkspaceConfig`, or say what is wrong where."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import cast

from orchestration.config.checks import Documents, check_workspace
from orchestration.config.contracts import Contract
from orchestration.config.documents import Document, Parsed, parse_document, read_document
from orchestration.config.metrics import Metrics
from orchestration.config.models import CalendarOverride, Instrument, Labels, Recipients, Thresholds, Workspace
from orchestration.config.names import advise_nearest
from orchestration.config.processes import Stages
from orchestration.config.waves import split_waves
from orchestration.config.workspace import WorkspaceConfig
from orchestration.errors import ConfigError, ContractError, CsatError, join_errors

__all__ = ["WorkspaceConfig", "hash_workspace", "load_workspace"]

CONFIG, CONTRACTS, INSTRUMENTS, CALENDAR = "config", "contracts", "config/instruments", "config/calendar"
SINGLE_FILES = ("workspace", "thresholds", "stages", "metrics", "labels", "recipients")
SUFFIX = ".yaml"


def load_workspace(folder: Path) -> WorkspaceConfig:
    """The configuration and contracts of the workspace in `folder`, checked as a whole.

    Raises ConfigError or ContractError naming file, line, dotted key, value and what to do, for every fault of every file.
    """
    _require_folder(folder / CONFIG)
    _refuse_strangers(folder / CONFIG, SINGLE_FILES)
    documents = {name: _read_single(folder, name) for name in SINGLE_FILES}
    instruments = _read_many(folder, INSTRUMENTS, ConfigError, "")
    contracts = _read_many(folder, CONTRACTS, ContractError, "write one with `csat contract draft FILE`")
    calendar = _read_many(folder, CALENDAR, ConfigError, "")
    errors: list[CsatError] = []
    config = WorkspaceConfig(
        workspace=_parse(documents["workspace"], Workspace, errors),
        thresholds=_parse(documents["thresholds"], Thresholds, errors),
        stages=_parse(documents["stages"], Stages, errors),
        metrics=_parse(documents["metrics"], Metrics, errors),
        labels=_parse(documents["labels"], Labels, errors),
        recipients=_parse(documents["recipients"], Recipients, errors),
        instruments=tuple(_parse(document, Instrument, errors) for document in instruments),
        calendar=tuple(_parse(document, CalendarOverride, errors) for document in calendar),
        contracts=tuple(_parse(document, Contract, errors) for document in contracts),
        hash=hash_workspace(folder),
    )
    if errors:
        raise join_errors(errors)
    check_workspace(config, Documents(documents, instruments, calendar, contracts))
    plain = [part for contract in config.contracts for part in split_waves(contract)]
    if config.workspace.analysts_see == "tokens":
        plain = [_without_names(contract) for contract in plain]
    return replace(config, contracts=tuple(plain))


def hash_workspace(folder: Path) -> str:
    """SHA-256 over names and bytes of every file of config/ and contracts/, in order of name. Reads no meaning, so it is quick."""
    digest = hashlib.sha256()
    for path in sorted(path for part in (CONFIG, CONTRACTS) for path in (folder / part).rglob("*" + SUFFIX) if path.is_file()):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _without_names(contract: Contract) -> Contract:
    """The contract without customers' names; it is another contract then, so a workspace that changes its mind is loaded anew."""
    named = {column.name for column in contract.canonical.columns if column.names_customer}
    return contract.model_copy(update={"columns": tuple(column for column in contract.columns if column.name not in named)})


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise ConfigError(
            "this folder is missing, so this is no workspace", where=str(folder),
            hint=f"`csat init {folder.parent}` makes one; --workspace names another",
        )  # fmt: skip


def _refuse_strangers(folder: Path, known: Iterable[str]) -> None:
    """A file with a misspelt name would otherwise be ignored without a word."""
    for path in sorted(folder.iterdir()):
        if path.suffix in (".yml", SUFFIX) and (path.stem not in known or path.suffix != SUFFIX):
            hint = advise_nearest(path.name, [name + SUFFIX for name in known])
            raise ConfigError("is no file of this folder and would not be read", where=f"{CONFIG}/{path.name}", hint=hint)


def _read_single(folder: Path, name: str) -> Document:
    path = folder / CONFIG / (name + SUFFIX)
    if not path.is_file():
        raise ConfigError("is missing", where=f"{CONFIG}/{path.name}", hint="`csat init DIR` writes one to start from")
    return read_document(path, folder)


def _read_many(folder: Path, part: str, error: type[CsatError], if_none: str) -> tuple[Document, ...]:
    paths = sorted((folder / part).glob("*.y*ml"))
    if not paths and if_none:
        raise error("holds no file", where=part, hint=if_none)
    if odd := [path.name for path in paths if path.suffix != SUFFIX]:
        raise error("would not be read", where=f"{part}/{odd[0]}", hint=f"name it {Path(odd[0]).stem}{SUFFIX}")
    return tuple(read_document(path, folder, error) for path in paths)


def _parse(document: Document, kind: type[Parsed], errors: list[CsatError]) -> Parsed:
    """The document as a `kind`; where it is none an empty one that nobody reads, and one more of `errors`."""
    try:
        return parse_document(document, kind)
    except CsatError as error:
        errors.append(error)
        return cast(Parsed, kind.model_construct())
