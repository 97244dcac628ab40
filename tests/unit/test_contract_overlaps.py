"""Two contracts may read one file into the same table where both say that it is a whole list, or neither does."""

import fnmatch
import itertools

import pytest
from support.loading import make_contract

from orchestration.config.overlaps import _share_a_name, find_overlap, shares_files

NAMES = ["".join(letters) for n in range(5) for letters in itertools.product("ab.", repeat=n)]
PATTERNS = ["*", "a*", "*a", "a*b", "?", "??", "a?b", "a.b", "*.b", "[ab]*.a", "[!a]*", "*a*b*", "", "a**b", "[ab"]


@pytest.mark.parametrize("one", PATTERNS)
def test_patterns_share_a_name_where_one_of_all_names_matches_both(one: str) -> None:
    for other in PATTERNS:
        found = any(fnmatch.fnmatchcase(name, one) and fnmatch.fnmatchcase(name, other) for name in NAMES)
        assert _share_a_name(one, other) >= found, other
        assert _share_a_name(one, other) == _share_a_name(other, one)
        if "[" not in one + other:  # two sets are taken to meet
            assert _share_a_name(one, other) == found, other


def contract(name: str, pattern: str, extract: str = "delta", **given: object):
    return make_contract(name=name, files={"pattern": pattern}, extract=extract, **given)


@pytest.mark.parametrize(
    ("one", "other", "is_refused"),
    [
        (("a*.csv", "full"), ("*.csv", "full"), False),
        (("a*.csv", "full"), ("*.csv", "delta"), True),
        (("a*1.csv", "full"), ("*1*.csv", "delta"), True),
        (("a*.csv", "delta"), ("*.csv", "delta"), False),
        (("a*.csv", "full"), ("b*.csv", "delta"), False),
    ],
)
def test_full_and_delta_extract_are_no_one_file(one: tuple[str, str], other: tuple[str, str], *, is_refused: bool) -> None:
    found = find_overlap(contract("one", *one), (contract("other", *other),))
    assert bool(found) == is_refused
    if found:
        assert "a file that other reads" in found[0]


def test_contracts_of_other_sources_and_tables_share_files() -> None:
    comments = (
        {"name": "response_id", "source": "id"},
        {"name": "answered_at", "source": "at"},
        {"name": "comment_text", "source": "text"},
    )
    others = (
        contract("elsewhere", "*.csv", "full", source="app"),
        make_contract(comments, name="comments", table="surveys_comments", extract="full"),
    )
    assert find_overlap(contract("one", "*.csv", "full"), others) is None
    assert not shares_files(contract("one", "*.csv", "full"), others)
    assert shares_files(contract("one", "*.csv", "full"), [contract("two", "a.csv")])


def test_customers_who_outlive_their_source_are_deleted_by_no_extract() -> None:
    columns = ({"name": "customer_id", "source": "id"}, {"name": "valid_from", "source": "since"})
    one, other = (make_contract(columns, name=name, table="crm_customers", extract="full") for name in ("one", "other"))
    assert find_overlap(one, (other,)) is None


def test_a_file_belongs_to_one_wave() -> None:
    columns = (
        {"name": "response_id", "source": "id", "prefix": "{wave}-"},
        {"name": "instrument_code", "value": "demo"},
        {"name": "answered_at", "source": "at"},
    )
    rows = [{"columns": [{"name": "item_code", "value": "A"}, {"name": "satisfaction", "source": "score"}]}]
    waved = make_contract(columns, files={"pattern": "answers_{wave}*.csv"}, waves=[{"wave": "1"}, {"wave": "10"}], rows=rows)
    found = find_overlap(waved, ())
    assert found
    assert "answers_1 and answers_10 the same files" in found[0]
    exact = waved.model_copy(update={"files": waved.files.model_copy(update={"pattern": "answers_{wave}.csv"})})
    assert find_overlap(exact, ()) is None
