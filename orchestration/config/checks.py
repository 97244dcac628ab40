"""What must fit together between the files of a workspace: every reference points at something, every code stands once."""

import zoneinfo
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.utils import parseaddr
from functools import partial

from orchestration.config.contracts import Contract, ContractColumn
from orchestration.config.documents import Document, Key
from orchestration.config.expressions import refuse_reason
from orchestration.config.models import PICKS, Instrument
from orchestration.config.names import advise_nearest
from orchestration.config.overlaps import find_overlap
from orchestration.config.waves import split_waves
from orchestration.config.workspace import WorkspaceConfig
from orchestration.errors import CsatError, join_errors

OVERALL_INDEX = "overall_index"


@dataclass(frozen=True)
class Documents:
    """The files that a configuration was read from, in the order of its fields, for naming lines."""

    single: dict[str, Document]
    instruments: tuple[Document, ...]
    calendar: tuple[Document, ...]
    contracts: tuple[Document, ...]


def check_workspace(config: WorkspaceConfig, documents: Documents) -> None:
    """Nothing; every reference holds. Raises ConfigError or ContractError: what each check finds first."""
    raise_all(partial(check, config, documents) for check in CHECKS)


def raise_all(steps: Iterable[Callable[[], object]]) -> None:
    """Nothing; every step went well. Raises the errors of all that did not as one."""
    errors: list[CsatError] = []
    for step in steps:
        try:
            step()
        except CsatError as error:
            errors.append(error)
    if errors:
        raise join_errors(errors)


def _check_workspace_file(config: WorkspaceConfig, documents: Documents) -> None:
    document, workspace = documents.single["workspace"], config.workspace
    try:
        zoneinfo.ZoneInfo(workspace.time_zone)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise document.fault(("time_zone",), "is no time zone", "use an IANA name such as Asia/Shanghai") from None
    if workspace.instrument or config.instruments:
        _check_headline(config, document)


def _check_headline(config: WorkspaceConfig, document: Document) -> None:
    """The questionnaire of the headline is there and asks what its rule needs. A workspace without questionnaires has no headline."""
    workspace = config.workspace
    if not config.instruments:
        hint = "describe one questionnaire in config/instruments/<code>.yaml, or leave `instrument` out where nobody is asked"
        raise document.fault(("instrument",), "there is no questionnaire at all", hint)
    _require_known(document, ("instrument",), workspace.instrument, [i.code for i in config.instruments], "instrument")
    headline = config.headline_instrument
    if workspace.headline == "acsi" and not headline.acsi_items:
        raise document.fault(("headline",), f"{headline.code} names no acsi_items", "name the three ACSI items, or choose another rule")
    if workspace.headline == "overall_item" and not any(item.is_overall for item in headline.items):
        raise document.fault(("headline",), f"{headline.code} has no item with is_overall", "mark one, or choose another rule")


def _check_thresholds(config: WorkspaceConfig, documents: Documents) -> None:
    document, thresholds = documents.single["thresholds"], config.thresholds
    metrics = [metric.code for metric in config.metrics.metrics] + [OVERALL_INDEX]
    for position, target in enumerate(thresholds.targets):
        _require_known(document, ("targets", position, "metric"), target.metric, metrics, "metric")
    _require_unique(document, ("targets",), [f"{t.metric} from {t.valid_from}" for t in thresholds.targets])
    cuts = (thresholds.cut_target_satisfaction, thresholds.cut_target_importance)
    if thresholds.cut_rule == "target" and None in cuts:
        hint = "add cut_target_satisfaction and cut_target_importance, or choose another rule"
        raise document.fault(("cut_rule",), "needs both targets of the cross-hair", hint)


def _check_stages(config: WorkspaceConfig, documents: Documents) -> None:
    """A stage code stands once in the whole file: events and KPI tables name the stage without its process."""
    document, seen = documents.single["stages"], dict[str, str]()
    _require_unique(document, ("processes",), [process.code for process in config.stages.processes], "code")
    for number, process in enumerate(config.stages.processes):
        for position, stage in enumerate(process.stages):
            key = ("processes", number, "stages", position, "code")
            if stage.code in seen:
                raise document.fault(key, f"stands already in the process {seen[stage.code]}", "give every stage a code of its own")
            seen[stage.code] = process.code


def _check_metrics(config: WorkspaceConfig, documents: Documents) -> None:
    document = documents.single["metrics"]
    _require_unique(document, ("metrics",), [metric.code for metric in config.metrics.metrics], "code")
    for position, metric in enumerate(config.metrics.metrics):
        for part, quantity in (("numerator", metric.numerator), ("denominator", metric.denominator)):
            for name, text in (("where", quantity.where), ("sum_of", quantity.sum_of)):
                if reason := refuse_reason(text, may_be_empty=name == "sum_of"):
                    hint = "write one expression over the fact's columns, e.g. is_resolved and n_reopened = 0"
                    raise document.fault(("metrics", position, part, name), reason, hint)


def _check_labels(config: WorkspaceConfig, documents: Documents) -> None:
    for name in type(config.labels).model_fields:
        _require_unique(documents.single["labels"], (name,), [label.code for label in getattr(config.labels, name)], "code")


def _check_recipients(config: WorkspaceConfig, documents: Documents) -> None:
    document, recipients = documents.single["recipients"], config.recipients
    _require_address(document, ("sender_address",), recipients.sender_address)
    regions = [label.code for label in config.labels.regions]
    for position, recipient in enumerate(recipients.recipients):
        key: Key = ("recipients", position)
        _require_address(document, (*key, "address"), recipient.address)
        for number, region in enumerate(recipient.regions):
            _require_known(document, (*key, "regions", number), region, regions, "region of labels.yaml")
    _require_unique(document, ("recipients",), [f"{r.report} to {r.address.casefold()}" for r in recipients.recipients])


def _check_instruments(config: WorkspaceConfig, documents: Documents) -> None:
    _require_distinct_files(documents.instruments, [i.code for i in config.instruments], "code")
    for instrument, document in zip(config.instruments, documents.instruments, strict=True):
        items = [item.code for item in instrument.items]
        _require_unique(document, ("items",), items, "code")
        _require_unique(document, ("dimensions",), [dimension.code for dimension in instrument.dimensions], "code")
        for key, code, known, what in _instrument_references(instrument, items):
            _require_known(document, key, code, known, what)
        for low, high in (("scale_min", "scale_max"), ("importance_min", "importance_max")):
            if getattr(instrument, low) >= getattr(instrument, high):
                raise document.fault((high,), f"is not above {low}", "a scale runs from its lowest to its highest level")
        if (instrument.satisfaction_measure == "top2_share") != (instrument.n_picks is not None):
            hint = "shares belong together: satisfaction_measure: top2_share with importance: top_three (or another top_...), else neither"
            raise document.fault(("satisfaction_measure",), "does not fit how importance is asked", hint)


def _instrument_references(instrument: Instrument, items: list[str]) -> Iterator[tuple[Key, str, list[str], str]]:
    dimensions = [dimension.code for dimension in instrument.dimensions]
    for position, item in enumerate(instrument.items):
        if item.dimension:
            yield ("items", position, "dimension"), item.dimension, dimensions, "dimension of this questionnaire"
    if instrument.nps_item:
        yield ("nps_item",), instrument.nps_item, items, "item of this questionnaire"
    for position, code in enumerate(instrument.acsi_items):
        yield ("acsi_items", position), code, items, "item of this questionnaire"
    for old, new in instrument.aliases.items():
        yield ("aliases", old), new, items, "item of this questionnaire"


def _check_calendar(config: WorkspaceConfig, documents: Documents) -> None:
    seen: dict[object, str] = {}
    for override, document in zip(config.calendar, documents.calendar, strict=True):
        for position, entry in enumerate(override.days):
            key = ("days", position, "day")
            if entry.day.year != override.year:
                raise document.fault(key, f"lies outside the file's year {override.year}", "put it into the file of its year")
            if entry.day in seen:
                raise document.fault(key, f"stands already in {seen[entry.day]}", "leave one of the two")
            seen[entry.day] = document.name


def _check_contracts(config: WorkspaceConfig, documents: Documents) -> None:
    pairs = list(zip(config.contracts, documents.contracts, strict=True))
    named = [(part.contract, document) for contract, document in pairs for part in split_waves(contract)]
    _require_distinct_files(tuple(document for _, document in named), [code for code, _ in named], "contract")
    raise_all(
        partial(_check_column, config, contract, document, key, column)
        for contract, document in pairs for key, column in contract.keyed_columns()
    )  # fmt: skip
    raise_all(partial(_check_picks, config, contract, document) for contract, document in pairs)
    raise_all(partial(_check_fetched_name, config, contract, document) for contract, document in pairs)
    raise_all(partial(_check_overlap, config, contract, document) for contract, document in pairs)


def _check_fetched_name(config: WorkspaceConfig, contract: Contract, document: Document) -> None:
    """No other answer is fetched under the same name: of two only the first would ever be asked for."""
    for other in config.contracts:
        if contract.fetch and other.fetch and other.files.pattern == contract.files.pattern and other.fetch != contract.fetch:
            hint = "give each its own name, or both the same `fetch` where they read the same file"
            raise document.fault(("files", "pattern"), f"is the name of what {other.contract} fetches elsewhere", hint)


def _check_overlap(config: WorkspaceConfig, contract: Contract, document: Document) -> None:
    """No file is read twice where that would delete rows, or give one answer two waves."""
    if found := find_overlap(contract, (other for other in config.contracts if other is not contract)):
        raise document.fault(("files", "pattern"), *found)


def _check_picks(config: WorkspaceConfig, contract: Contract, document: Document) -> None:
    """The questionnaire says that items are named, and how many."""
    if contract.picks is None:
        return
    for instrument in _named_instruments(config, contract):
        if len(contract.picks.columns) > (instrument.n_picks or 0):
            reason = f"{len(contract.picks.columns)} columns, but {instrument.code} says importance: {instrument.importance}"
            raise document.fault(("picks", "columns"), reason, f"correct `importance` of the questionnaire: {', '.join(PICKS)}")


def _check_column(config: WorkspaceConfig, contract: Contract, document: Document, key: Key, column: ContractColumn) -> None:
    known = _known_codes(config, contract, column.name)
    if known is None:
        return
    if column.value is not None:
        _require_known(document, (*key, "value"), column.value, known, column.name)
    for text, code in column.map.items():
        _require_known(document, (*key, "map", text), code, known, column.name)


def _known_codes(config: WorkspaceConfig, contract: Contract, column: str) -> list[str] | None:
    """Codes that a constant or a map of this canonical column may give; None where anything may stand."""
    if column == "instrument_code":
        return [instrument.code for instrument in config.instruments]
    if column == "item_code" and contract.canonical.name == "raw.surveys_answers":
        asked = _named_instruments(config, contract) or config.instruments
        return [code for instrument in asked for code in (*(item.code for item in instrument.items), *instrument.aliases)]
    if column in ("stage_code", "step_code"):
        outside = contract.stretches.outside if contract.stretches else ()
        return [*(stage.code for process in config.stages.processes for stage in process.stages), *outside]
    if column == "process_code":
        return [process.code for process in config.stages.processes]
    return None


def _named_instruments(config: WorkspaceConfig, contract: Contract) -> list[Instrument]:
    """The questionnaires that the contract names as a constant."""
    named = {c.value for _, c in contract.keyed_columns() if c.name == "instrument_code" and c.value}
    return [instrument for instrument in config.instruments if instrument.code in named]


def _require_known(document: Document, key: Key, code: str, known: Iterable[str], what: str) -> None:
    names = list(known)
    if code not in names:
        raise document.fault(key, f"there is no {what} {code}", advise_nearest(code, names))


def _require_unique(document: Document, key: Key, codes: list[str], name: str = "") -> None:
    for position, code in enumerate(codes):
        if code in codes[:position]:
            at = (*key, position, name) if name else (*key, position)
            raise document.fault(at, f"{code} stands twice", "leave one of the two, or give it another code")


def _require_distinct_files(documents: tuple[Document, ...], codes: list[str], name: str) -> None:
    for position, code in enumerate(codes):
        if code in codes[:position]:
            first = documents[codes.index(code)].name
            raise documents[position].fault((name,), f"stands already in {first}", "give one of the two another code")


def _require_address(document: Document, key: Key, address: str) -> None:
    plain = parseaddr(address)[1] == address and address.count("@") == 1 and address.isprintable()
    if not plain or any(character in address for character in " ,;<>()\"'\\") or not all(address.split("@")):
        raise document.fault(key, "is no plain mail address", "write name@example.com alone; the name has a key of its own")


CHECKS: tuple[Callable[[WorkspaceConfig, Documents], None], ...] = (
    _check_instruments, _check_workspace_file, _check_metrics, _check_thresholds, _check_stages, _check_labels,
    _check_recipients, _check_calendar, _check_contracts,
)  # fmt: skip
