"""Header of a landed file against its contracts: columns that are missing, unnamed, there twice, or read by nobody."""

import difflib
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from orchestration.config.contracts import Contract
from orchestration.warehouse.limits import UnreadableError
from orchestration.warehouse.shapes import DELIMITERS, Shape, list_sources

COLUMN_NUMBER_HINT = "the file has no header by contract: its columns are called 1, 2, 3 ..."


def check_header(header: tuple[str, ...], contract: Contract) -> None:
    """Nothing. Raises UnreadableError where a column is missing, blank or there twice."""
    seen: set[str] = set()
    for position, name in enumerate(header, 1):
        if not name:
            raise UnreadableError(f"column {position} has no name", "have the column named or removed at the source")
        if name.casefold() in seen:
            what = f"column {name} is there twice (capitals do not tell columns apart)"
            raise UnreadableError(what, "have one of them renamed or removed at the source")
        seen.add(name.casefold())
    _check_needed(header, contract)


def find_strangers(shape: Shape, contracts: Iterable[Contract]) -> tuple[str, ...]:
    """Warnings about the columns, and the members of an archive, that none of the contracts of a file reads."""
    readers = tuple(contracts)
    known = {name for contract in readers for name in list_sources(contract)}
    columns = [name for name in shape.header if name not in known]
    members = [name for name in shape.members if not any(fnmatchcase(name, contract.files.member or "*") for contract in readers)]
    told = (("columns that no contract reads", columns), ("files in the archive that no contract reads", members))
    return tuple(f"{what}: {', '.join(names)}" for what, names in told if names)


def _check_needed(header: tuple[str, ...], contract: Contract) -> None:
    missing = [name for name in list_sources(contract) if name not in header]
    if not missing:
        return
    hints = []
    if contract.files.format == "csv" and (mark := _other_delimiter(header, contract.files.delimiter)):
        hints.append(f"the header is split by {mark!r} and the contract says {contract.files.delimiter!r}: set files.delimiter")
    advice = "; ".join([*(hints or _proposals(missing, header, contract)), f"the file has: {', '.join(header)}"])
    if contract.files.format == "csv" and not contract.files.header:
        advice += f" ({COLUMN_NUMBER_HINT})"
    raise UnreadableError(f"has no column {', '.join(missing)}", f"correct the source or the contract {contract.contract}: {advice}")


def _other_delimiter(header: tuple[str, ...], delimiter: str) -> str:
    """What separates the names of a header that the contract's delimiter does not split; empty where nothing does."""
    if len(header) != 1:
        return ""
    return max((mark for mark in DELIMITERS if mark != delimiter and mark in header[0]), key=header[0].count, default="")


def _proposals(missing: list[str], header: tuple[str, ...], contract: Contract) -> Iterator[str]:
    """Which new column an agreed one may have become: one written in capitals, the most similar one, or the only one there is."""
    new = {name.casefold(): name for name in header if name not in list_sources(contract)}
    for name in missing:
        near = [name.casefold()] if name.casefold() in new else difflib.get_close_matches(name.casefold(), new, n=1)
        if found := near or (list(new) if len(new) == len(missing) == 1 else []):
            yield f"{new[found[0]]!r} is there instead of {name!r}: if it was renamed, say `source_names: [{new[found[0]]}]` at that column"
