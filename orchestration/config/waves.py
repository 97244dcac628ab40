"""A contract of renamed waves as one plain contract per wave: all that follows knows contracts only."""

from collections.abc import Iterable, Iterator

from orchestration.config.contracts import WAVE_MARK, Contract, ContractColumn, RowTemplate, Wave

RATINGS = ("satisfaction", "importance", "expectation")


def split_waves(contract: Contract) -> tuple[Contract, ...]:
    """One contract per wave, in the order of the waves; the contract itself where it has none."""
    return tuple(_of_wave(contract, wave) for wave in contract.waves) or (contract,)


def _of_wave(contract: Contract, wave: Wave) -> Contract:
    """The contract as it is for one wave: its pattern, its columns, and the rows of the items that were asked."""
    own = {column.name: column for column in wave.columns}
    if any(column.name == "wave_code" for column in contract.canonical.columns):
        own.setdefault("wave_code", ContractColumn(name="wave_code", value=wave.wave))
    columns = [column for column in contract.columns if column.name not in own] + list(own.values())
    update = {
        "contract": f"{contract.contract}_{wave.wave}",
        "files": contract.files.model_copy(update={"pattern": _named(contract.files.pattern, wave)}),
        "columns": _prefixed(columns, wave),
        "rows": tuple(row.model_copy(update={"columns": _prefixed(row.columns, wave)}) for row in _rows_asked(contract, wave)),
        "waves": (),
    }
    return contract.model_copy(update=update)


def _rows_asked(contract: Contract, wave: Wave) -> Iterator[RowTemplate]:
    """The rows of the wave; those without an item, and all where it has no item map, stand as they are."""
    for row in contract.rows:
        item = row.constant("item_code")
        sources = wave.ratings_of(item)
        if not item or not wave.items:
            yield row
        elif sources:
            asked = [column for column in row.columns if column.name not in RATINGS or column.name in sources]
            yield row.model_copy(update={"columns": tuple(_rating(column, sources, wave) for column in asked)})


def _rating(column: ContractColumn, sources: dict[str, str], wave: Wave) -> ContractColumn:
    """The column of a row with the source column and the codes of the wave, where it is a rating."""
    if column.name not in sources:
        return column
    codes = {"null_tokens": wave.null_tokens, "not_rating": wave.not_rating}
    given = {name: value for name, value in codes.items() if value is not None}
    return column.model_copy(update={"source": sources[column.name], "source_names": (), **given})


def _prefixed(columns: Iterable[ContractColumn], wave: Wave) -> tuple[ContractColumn, ...]:
    return tuple(column.model_copy(update={"prefix": _named(column.prefix, wave)}) for column in columns)


def _named(text: str, wave: Wave) -> str:
    return text.replace(WAVE_MARK, wave.wave)
