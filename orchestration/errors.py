"""The tree of errors. Every one says what is wrong, where, and what to do.

CsatError
├── ConfigError     10  config/*.yaml: unknown key, wrong type, broken reference
├── ExtractError    11  a file of the landing folder cannot be used: missing, empty, damaged, unreadable
├── ContractError   12  a contract is wrong, or a file does not keep its contract
├── QualityError    13  a check held the publication back
├── RenderError     14  a report or mail cannot be rendered from its figures
├── DeliveryError   15  a mail could not be sent, or its state is unknown
├── BusyError       16  another run holds the writer lock
├── WarehouseError  17  disk, memory, a damaged or missing database file
└── StateError      18  out/state.sqlite is damaged, too new, or contradicts the night asked for

Any other exception is a defect and ends with 1; wrong usage of the command line ends with 2.
"""

from collections.abc import Sequence


class CsatError(Exception):
    """What, where and what to do, in one message; `exit_code` tells the caller which kind."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        self.what, self.where, self.hint = what, where, hint
        super().__init__(what)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f"\n  -> {self.hint}" if self.hint else ""
        return f"{place}{self.what}{advice}"


def join_errors(errors: Sequence[CsatError]) -> CsatError:
    """One error that tells all of them, of the kind of the first; a single one stays as it is."""
    first, last = errors[0], errors[-1]
    if len(errors) == 1:
        return first
    told = "\n".join(str(error) for error in errors).removeprefix(f"{first.where}: ").removesuffix(f"\n  -> {last.hint}")
    return type(first)(told, where=first.where, hint=last.hint)


class ConfigError(CsatError):
    """A file under config/ cannot be used."""

    exit_code = 10


class ExtractError(CsatError):
    """An extract file cannot be used at all."""

    exit_code = 11


class ContractError(CsatError):
    """A contract is wrong, or a file breaks it."""

    exit_code = 12


class QualityError(CsatError):
    """A blocking check failed; nothing was published."""

    exit_code = 13


class RenderError(CsatError):
    """A report or mail cannot be rendered."""

    exit_code = 14


class DeliveryError(CsatError):
    """A mail was refused or its fate is unknown."""

    exit_code = 15


class BusyError(CsatError):
    """Another run holds the writer lock of this workspace."""

    exit_code = 16


class WarehouseError(CsatError):
    """A database file is missing, damaged or cannot be written."""

    exit_code = 17


class StateError(CsatError):
    """The state file is damaged or contradicts what was asked for."""

    exit_code = 18
