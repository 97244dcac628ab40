"""The configuration as rows of the DuckDB schema `config`, in the column order of orchestration/schemas/config_tables.py.

SQL and Polars read these rows and nothing else of the configuration, so both see the same numbers. No engine here: the
pipeline writes the rows.
"""

from collections.abc import Iterator
from datetime import date

from orchestration.config.calendar import build_calendar_rows
from orchestration.config.contracts import Contract
from orchestration.config.limits import build_limit_rows, build_span_rows
from orchestration.config.metrics import FAMILY_TABLES, Metric, compile_metric
from orchestration.config.models import CodeText, Instrument, Item, Model, Text
from orchestration.config.workspace import WorkspaceConfig

Row = tuple[object, ...]
LABEL_KINDS = {
    "segments": "segment",
    "regions": "region",
    "departments": "department",
    "contracts": "contract",
    "categories": "category",
    "channels": "channel",
    "sources": "source",
}
NPS_SCALE_MIN = 0


def build_config_rows(config: WorkspaceConfig, *, first_day: date, last_day: date) -> dict[str, list[Row]]:
    """Table name -> rows, for every table of schema `config`.

    `first_day` is the oldest business date, `last_day` the date of the night: the calendar covers both years and one more.
    """
    return {
        "config.items": [row for instrument in config.instruments for row in _item_rows(instrument)],
        "config.stages": list(_stage_rows(config)),
        "config.limits": build_limit_rows(config.stages),
        "config.spans": build_span_rows(config.stages),
        "config.metrics": list(_metric_rows(config)),
        "config.targets": [(t.metric, t.valid_from, t.value, t.source) for t in config.thresholds.targets],
        "config.calendar": [tuple(row) for row in build_calendar_rows(config, first_day=first_day, last_day=last_day)],
        "config.labels": list(_label_rows(config)),
        "config.parameters": [*_parameter_rows("workspace", config.workspace), *_parameter_rows("thresholds", config.thresholds)],
    }


def items_of_index(instrument: Instrument) -> frozenset[str]:
    """Codes of the items that make the index: neither overall, NPS nor ACSI item; if none remain, every overall item."""
    aside = {instrument.nps_item, *instrument.acsi_items}
    rated = {item.code for item in instrument.items if not item.is_overall and item.code not in aside}
    return frozenset(rated or {item.code for item in instrument.items if item.is_overall})


def _item_rows(instrument: Instrument) -> Iterator[Row]:
    chosen = items_of_index(instrument)
    for order, item in enumerate(instrument.items, start=1):
        is_nps = item.code == instrument.nps_item
        scale = (NPS_SCALE_MIN, instrument.nps_scale_max) if is_nps else (instrument.scale_min, instrument.scale_max)
        flags = (item.is_overall, is_nps, item.code in instrument.acsi_items)
        yield (
            instrument.code, item.code, order, item.dimension or None, *_item_texts(item), item.department or None, *flags,
            *scale, *((None,) * 4 if is_nps else _map_scales(instrument)), instrument.minimum_answers_for_valid, item.code in chosen,
        )  # fmt: skip


def _map_scales(instrument: Instrument) -> tuple[int | None, int | None, int | None, int | None]:
    """Lowest and highest level of importance, how many items may be named, and the lowest level that counts as satisfied."""
    satisfied_from = instrument.scale_max - 1 if instrument.satisfaction_measure == "top2_share" else None
    if not instrument.asks_importance:
        return None, None, None, satisfied_from
    lowest, highest = (0, 1) if instrument.n_picks else (instrument.importance_min, instrument.importance_max)
    return lowest, highest, instrument.n_picks, satisfied_from


def _item_texts(item: Item) -> tuple[str, str, str, str]:
    return (*_both(item.text), *_both(item.short))


def _stage_rows(config: WorkspaceConfig) -> Iterator[Row]:
    for process in config.stages.processes:
        for order, stage in enumerate(process.stages, start=1):
            yield (
                process.code, stage.code, order, process.kind, process.count_convention, *_both(stage.text),
                stage.limit_workdays, stage.goal_share, stage.department or None,
            )  # fmt: skip


def unmeasured_metrics(config: WorkspaceConfig) -> tuple[str, ...]:
    """Codes of metrics of which no contract fills what they are measured by: a column nobody delivers is no 0 per cent."""
    return tuple(metric.code for metric in config.metrics.metrics if metric.measured_by and not _measuring(config, metric))


def partly_measured(config: WorkspaceConfig) -> dict[str, tuple[str, ...]]:
    """Metric -> the sources that measure it, where others tell of the same facts and do not: these are left out of the count."""
    found = {}
    for metric in config.metrics.metrics:
        measuring, table = _measuring(config, metric), FAMILY_TABLES[metric.family]
        if measuring and {contract.source for contract in config.contracts if contract.table == table} - measuring:
            found[metric.code] = tuple(sorted(measuring))
    return found


def _measuring(config: WorkspaceConfig, metric: Metric) -> set[str]:
    """Sources of which a contract fills what the metric is measured by."""
    return {contract.source for contract in config.contracts if _filled(contract).intersection(metric.measured_by)}


def _filled(contract: Contract) -> set[str]:
    """The contract's table, and table.column of each column it fills."""
    columns = (*contract.columns, *(column for template in contract.rows for column in template.columns))
    return {contract.table, *(f"{contract.table}.{column.name}" for column in columns)}


def _metric_rows(config: WorkspaceConfig) -> Iterator[Row]:
    left_out, partly = unmeasured_metrics(config), partly_measured(config)
    for order, metric in enumerate(config.metrics.metrics, start=1):
        if metric.code in left_out:
            continue
        compiled = compile_metric(metric, sources=partly.get(metric.code, ()))
        yield (
            metric.code, order, metric.family, *_both(metric.text), *_both(metric.description),
            compiled.numerator_sql, compiled.denominator_sql, metric.breakdown, metric.base_kind, metric.unit,
            metric.direction, metric.decimals, metric.owner or None, metric.is_open_cohort, metric.in_report, compiled.fingerprint,
        )  # fmt: skip


def _label_rows(config: WorkspaceConfig) -> Iterator[Row]:
    for field, kind in LABEL_KINDS.items():
        for order, label in enumerate(getattr(config.labels, field), start=1):
            yield _label_row(kind, order, label)
    for order, (code, text) in enumerate(_dimensions(config).items(), start=1):
        yield _label_row("dimension", order, CodeText(code=code, text=text))


def _dimensions(config: WorkspaceConfig) -> dict[str, Text]:
    """Dimensions of every questionnaire; where two give one code a text, the headline's counts."""
    headline = config.workspace.instrument
    found: dict[str, Text] = {}
    for instrument in sorted(config.instruments, key=lambda instrument: instrument.code != headline):
        for dimension in instrument.dimensions:
            found.setdefault(dimension.code, dimension.text)
    return found


def _label_row(kind: str, order: int, label: CodeText) -> Row:
    return (kind, label.code, order, *_both(label.text))


def _parameter_rows(name: str, value: object) -> Iterator[Row]:
    """Dotted name, text and number of every scalar below `value`; what is not set has no row, targets have their own table."""
    if isinstance(value, Model):
        for field in type(value).model_fields:
            if (type(value).__name__, field) != ("Thresholds", "targets"):
                yield from _parameter_rows(f"{name}.{field}", getattr(value, field))
    elif isinstance(value, tuple):
        yield name, ",".join(map(str, value)), None
    elif isinstance(value, bool):
        yield name, str(value).lower(), None
    elif value is not None:
        yield name, str(value), float(value) if isinstance(value, int | float) else None


def _both(text: Text) -> tuple[str, str]:
    return text.of("en"), text.of("zh")
