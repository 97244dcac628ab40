"""Contracts that read one file into rows of one table, which full extracts cannot tell apart."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from itertools import combinations

from orchestration.config.contracts import Contract
from orchestration.config.waves import split_waves

TOKENS = re.compile(r"\[!?\]?[^\]]*\]|.", re.DOTALL)
ANY = "*"


def find_overlap(contract: Contract, others: Iterable[Contract]) -> tuple[str, str] | None:
    """Fault and advice where two waves of the contract may read one file, or it and another of whom only one deletes rows."""
    waves = split_waves(contract)
    for one, other in combinations(waves, 2):
        if _share_a_name(one.files.pattern, other.files.pattern):
            what = f"gives the waves {one.contract} and {other.contract} the same files"
            return what, f"let the names of the waves' files differ beyond {one.files.pattern}: each must match one wave only"
    for one, other in ((own, part) for own in waves for another in others for part in split_waves(another)):
        if deletes_rows(one) and not deletes_rows(other) and _fill_the_same_rows(one, other):
            what = f"may match a file that {other.contract} reads into the same table, without `extract: full`"
            return what, "let their files differ by name, or say `extract: full` in both: rows of the other would seem deleted"
    return None


def shares_files(contract: Contract, contracts: Iterable[Contract]) -> bool:
    """True where a file of the contract may be read by another into the same table: then nobody can tell whose rows a newer one lacks."""
    return any(other.contract != contract.contract and _fill_the_same_rows(contract, other) for other in contracts)


def deletes_rows(contract: Contract) -> bool:
    """True where an absence in a newer extract means that the row is gone."""
    return contract.extract == "full" and not contract.canonical.outlives_source


def _fill_the_same_rows(one: Contract, other: Contract) -> bool:
    """True where one file may make rows of one source and table under both; raw does not tell under which it did."""
    is_same = (one.source, one.canonical) == (other.source, other.canonical)
    return is_same and _share_a_name(one.files.pattern, other.files.pattern)


def _share_a_name(one: str, other: str) -> bool:
    """True where a name can match both shell patterns. Two sets in brackets count as if they shared a character."""
    left, right = TOKENS.findall(one), TOKENS.findall(other)

    @cache
    def meet(i: int, j: int) -> bool:
        if left[i : i + 1] == [ANY]:
            return meet(i + 1, j) or (j < len(right) and meet(i, j + 1))
        if right[j : j + 1] == [ANY]:
            return meet(i, j + 1) or (i < len(left) and meet(i + 1, j))
        if i == len(left) or j == len(right):
            return i == len(left) and j == len(right)
        return _same_character(left[i], right[j]) and meet(i + 1, j + 1)

    return meet(0, 0)


def _same_character(one: str, other: str) -> bool:
    is_set, is_other_set = (token == "?" or len(token) > 1 for token in (one, other))
    return (is_set and is_other_set) or (fnmatchcase(other, one) if is_set else fnmatchcase(one, other))
