"""A first contract for a sample file: what can be seen is filled in, what was guessed is said, what must be decided is marked.

Guesses are modest (`guessing`), and nothing is filled in that only looks like an answer. A person reads the draft before it is used;
`csat check` then says what does not fit.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from orchestration.config.contracts import RECORD_MARK
from orchestration.errors import ContractError
from orchestration.schemas.columns import Column
from orchestration.schemas.raw import RAW_TABLES, RawTable, raw_table
from orchestration.warehouse.guessing import Fit, Match, fit_table, present_values, rank_tables
from orchestration.warehouse.header_words import FALSE_WORDS, TRUE_WORDS
from orchestration.warehouse.samples import Sample, read_sample
from orchestration.warehouse.time_formats import fits

SHOWN_VALUES = 3
SHOWN_TABLES = 3
TWINS = (
    "  # resolved_at is when the customer's trouble was over: times to solve and deadlines are counted to it; closed_at is when the desk",
    "  # filed the complaint away. The file has one of the two: if it means the other, change the name.",
)


def draft_contract(path: Path, table_name: str = "", *, source: str = "") -> str:
    """YAML of a contract for `path`, with comments on what to check, for the table named or else the one its columns fit best.

    Contract and source are called after the file unless `source` is given. Raises ExtractError where the file cannot be read,
    ContractError where there is no such table, or none that a column fits.
    """
    sample = read_sample(path)
    ranked = rank_tables(sample, _code(path))
    if table_name:
        table = _named_table(table_name)
        ranked = [fit_table(sample, table, _code(path)), *(fit for fit in ranked if fit.table is not table)]
    if not ranked:
        raise ContractError(
            f"no column of it is known by name: {', '.join(sample.header)}", where=str(path),
            hint="choose the table, `csat contract tables` lists them, and give it with --table",
        )  # fmt: skip
    return "\n".join(_lines(path, sample, ranked, source)) + "\n"


def contract_code(path: Path, draft: str) -> str:
    """The name that `draft`, made from `path`, gives its contract."""
    found = re.search(r"^contract: (\w+)$", draft, re.MULTILINE)
    return found.group(1) if found else _code(path)


def describe_tables(name: str = "") -> Iterator[str]:
    """A line per canonical table; with `name` a line per column of that table. Raises ContractError where there is none such."""
    if not name:
        width = max(len(_bare(table)) for table in RAW_TABLES)
        yield from (f"{_bare(table):<{width}}  {table.grain}" for table in RAW_TABLES)
        return
    table = _named_table(name)
    yield f"{_bare(table)}: {table.grain}"
    for column in table.columns:
        needed = "key" if column.key else "needed" if column.is_required and not column.private else ""
        yield f"  {column.name:<24} {column.kind:<10} {needed:<7} {column.meaning}"


def _lines(path: Path, sample: Sample, ranked: list[Fit], source: str) -> list[str]:
    best = ranked[0]
    name = _code(path) or _bare(best.table)
    matched = {match.column.name for match in best.matches}
    lines = [
        f"# Draft from {path.name}, {len(sample.rows)} records read: look it over, then run `csat check`.",
        *_about_table(ranked, sample),
        f"contract: {name}",
        f"source: {source or name}  # the system that delivers it: the same word in all its contracts, since it is part of every key",
        f"table: {_bare(best.table)}  # {best.table.grain}",
        f"files: {_flow({'pattern': _pattern(path), **sample.files})}",
        "extract: delta  # delta: new and changed rows; full: every file holds all rows",
        f"extracted_at: {_flow(_extraction_time(path))}  # when the source made the file: file_name, column or first_seen",
        "expected: {every: day, grace_workdays: 1}  # when the next file is due: day, week, month, or once",
    ]
    if "promised_at" in matched:
        lines.append("promised: time  # date: only a day is promised; the on-time rate depends on it")
    lines.append("columns:" if best.matches or not best.table.key else "columns: []")
    lines += [_column_line(match, sample) for match in best.matches]
    lines += TWINS if len(matched & {"resolved_at", "closed_at"}) == 1 and "resolved_at" in _names(best.table) else ()
    lines += [_missing_line(column) for column in best.missing]
    lines += _about_rest(sample, best)
    return lines


def _missing_line(column: Column) -> str:
    """What to fill in for a column that was not found; a file without any key can be given one."""
    without = f"; without any key in the file: value: '{RECORD_MARK}', with extract: full" if column.key and column.kind == "text" else ""
    return f"  # - {{name: {column.name}, source: ?}}  # needed: {column.meaning}{without}"


def _about_table(ranked: list[Fit], sample: Sample) -> Iterator[str]:
    """How sure the table is, and what else it could be."""
    best, *others = ranked
    read = {source for match in best.matches for source in match.sources}
    faults = [f"{', '.join(c.name for c in best.missing)} not found"] if best.missing else []
    faults += [] if best.is_key_unique else ["its key is not unique in the sample, so later records replace earlier ones"]
    is_clear = best.tells_more and not faults and all(fit.score < best.score for fit in others)
    yield (
        f"# Table: {_bare(best.table)}, {'a clear fit' if is_clear else 'a guess'}: {len(read)} of {len(sample.header)} columns known"
        + "".join(f"; {fault}" for fault in faults)
    )
    if near := [f"{_bare(fit.table)} ({len(fit.matches)} of its columns)" for fit in others[:SHOWN_TABLES]]:
        yield f"# Next best: {', '.join(near)}. `csat contract tables` lists all, --table chooses."


def _about_rest(sample: Sample, best: Fit) -> Iterator[str]:
    """Comments on what of the file is not read, and what of the table is not filled."""
    read = {source for match in best.matches for source in match.sources}
    if strangers := [name for name in sample.header if name not in read]:
        yield "# not read from the file:"
        yield from (f"#   {name}: {_examples(sample, name)}" for name in strangers)
    filled = {match.column.name for match in best.matches} | {column.name for column in best.missing}
    if spare := [column for column in best.table.columns if column.name not in filled]:
        yield "# more that this table can hold:"
        yield from (f"#   {column.name}: {column.meaning}" for column in spare)


def _column_line(match: Match, sample: Sample) -> str:
    column, (first, *more) = match.column, match.sources
    entry: dict[str, object] = (
        {"name": column.name, "source": [first, *more], "join": " "} if more else {"name": column.name, "source": first}
    )
    present, tokens = present_values(sample, first)
    if tokens:
        entry["null_tokens"] = ["", *tokens]
    if match.times and match.times.form:
        entry["format"] = [match.times.form, match.times.also] if match.times.also else match.times.form
    if column.kind == "boolean" and (words := _boolean_map(present)):
        entry["map"] = words
    if column.key or (column.is_required and not column.private):
        entry["required"] = True
    notes = _time_note(match, present)
    return f"  - {_flow(entry)}" + (f"  # {notes}" if notes else "")


def _time_note(match: Match, values: list[str]) -> str:
    """What a person must look at in the dates of a column."""
    times = match.times
    if times is None:
        return ""
    if not times.n_values:
        return "no value in the sample: is it ISO 8601?"
    bad = times.n_values - times.n_read
    said = [f"also fits {', '.join(times.others)}: which is it?"] if times.others else []
    if bad:
        first = next((value for value in values if not _is_read(value, match)), "")
        said.append(f"{bad} of {times.n_values} values are written otherwise and would be quarantined, e.g. {first!r}")
    return "; ".join(said)


def _is_read(value: str, match: Match) -> bool:
    form = match.times.form if match.times and len(match.sources) == 1 else ""
    return fits(value, form) if form else bool(re.match(r"\d{4}-\d{2}-\d{2}", value))


def _boolean_map(values: list[str]) -> dict[str, str]:
    """Words of the values for true and false, where they are not those that are read without a map."""
    words = {value: "true" if value.casefold() in TRUE_WORDS else "false" for value in dict.fromkeys(values)}
    plain = set(TRUE_WORDS[:3]) | set(FALSE_WORDS[:3])
    return words if any(value.casefold() not in plain for value in words) else {}


def _named_table(name: str) -> RawTable:
    try:
        return raw_table(name)
    except KeyError:
        names = ", ".join(map(_bare, RAW_TABLES))
        raise ContractError(f"there is no table {name}", where="--table", hint=f"there are {names}") from None


def _bare(table: RawTable) -> str:
    return table.name.removeprefix("raw.")


def _names(table: RawTable) -> set[str]:
    return {column.name for column in table.columns}


def _examples(sample: Sample, source: str) -> str:
    """How many different values there are; the values themselves may be personal and are not written down unless they are few."""
    values = {value for value in sample.values(source) if value}
    is_few = len(values) <= SHOWN_VALUES < len(sample.rows)
    return f"{len(values)} different values in the sample" if values and not is_few else ", ".join(sorted(values)) or "always blank"


def _code(path: Path) -> str:
    """The file's name without dates and endings as a code; empty where no Latin letter is in it."""
    return re.sub(r"_+", "_", re.sub(r"[^A-Za-z_]+", "_", path.name.split(".")[0])).strip("_").lower()


def _pattern(path: Path) -> str:
    """The file's name with the first part that will differ next time, a date or number, as *."""
    name = re.sub(r"[*?\[\]]", "?", path.name)
    return re.sub(r"(?:^\d{4}|(?<=[_.\-])\d)[\d_\-]*(?=[_.\-]|$)", "*", name, count=1)


def _extraction_time(path: Path) -> dict[str, str]:
    """The rule that reads the extraction day from the file's name, where one stands there."""
    for pattern, form in ((r"(\d{4}-\d{2}-\d{2})", "%Y-%m-%d"), (r"(\d{8})", "%Y%m%d")):
        if (found := re.search(pattern, path.name)) and fits(found.group(1), form):
            return {"source": "file_name", "pattern": pattern, **({"format": form} if form != "%Y-%m-%d" else {})}
    return {"source": "first_seen"}


def _flow(entry: dict[str, object] | dict[str, str]) -> str:
    return yaml.safe_dump(entry, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000).strip()
