"""`WorkspaceConfig`: everything of one client's config/ and contracts/ as one frozen value; no IO."""

from dataclasses import dataclass

from orchestration.config.contracts import Contract
from orchestration.config.metrics import Metrics
from orchestration.config.models import CalendarOverride, Instrument, Labels, Recipients, Thresholds, Workspace
from orchestration.config.processes import Stages


@dataclass(frozen=True)
class WorkspaceConfig:
    """One workspace's configuration. `hash` is the SHA-256 over names and bytes of every file it was read from."""

    workspace: Workspace
    thresholds: Thresholds
    stages: Stages
    metrics: Metrics
    labels: Labels
    recipients: Recipients
    instruments: tuple[Instrument, ...]
    calendar: tuple[CalendarOverride, ...]
    contracts: tuple[Contract, ...]
    hash: str

    def instrument(self, code: str) -> Instrument:
        """The questionnaire called `code`. Raises KeyError with those there are."""
        for instrument in self.instruments:
            if instrument.code == code:
                return instrument
        raise KeyError(f"no instrument {code}; there are {', '.join(i.code for i in self.instruments)}")

    @property
    def headline_instrument(self) -> Instrument:
        """The questionnaire whose index is the headline."""
        return self.instrument(self.workspace.instrument)
