"""A file in which folding changes nothing is read by shorter rules: the same rows, verdicts and notes as by the full ones."""

import string

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st
from support.loading import make_contract

from orchestration.warehouse.mapping import Mapping

NEAR = [
    "5", "05", "+5", "5.0", "9", "N/A", "-", "1e0", "1.23E+11", "2025-03-01", "2025-03-01 10:05:06", "2025-03-01 10:05:06.000000",
    "2025-03-01  9:05:06", "2025-03-01 10:05:06.120000", "2025-03-01T10:05:06", "2025-3-01 10:05:06.000", "2025-03-01 10:05+08", "good",
]  # fmt: skip
PRINTABLE = string.ascii_letters + string.digits + string.punctuation + " "
COLUMNS = [
    {"name": "response_id", "source": "id"},
    {"name": "item_code", "source": "item", "map": {"good": "G"}, "null_tokens": ["-"]},
    {"name": "instrument_code", "value": "demo"},
    {"name": "answered_at", "source": "at"},
    {"name": "satisfaction", "source": "score", "minimum": 1, "maximum": 5, "null_tokens": ["N/A"], "not_rating": {"9": "refused"}},
    {"name": "importance", "source": "weight", "map": {"good": "4"}},
    {"name": "mode_code", "source": "text"},
    {"name": "customer_key", "source": ["id", "item"], "join": "/"},
]
CONTRACT = make_contract(COLUMNS, skip=[{"column": "text", "values": ["-"], "reason": "test rows"}])


@st.composite
def changed(draw: st.DrawFn) -> str:
    """A known text with a letter more, less or another."""
    text, letter = draw(st.sampled_from(NEAR)), draw(st.sampled_from(PRINTABLE))
    place = draw(st.integers(0, len(text)))
    return text[:place] + draw(st.sampled_from([letter, ""])) + text[place + draw(st.integers(0, 1)) :]


VALUES = st.one_of(st.none(), st.sampled_from(NEAR), changed(), st.text(PRINTABLE, max_size=30)).map(
    lambda text: (text or "").strip() or None
)


def test_shorter_rules_read_the_same():
    full = Mapping(CONTRACT, dict.fromkeys(Mapping(CONTRACT, {}, "").sources, "VARCHAR"), "UTC")
    tidy = Mapping(CONTRACT, full.types, "UTC", is_tidy=True)
    columns = "".join(f", r[{i + 1}] as s{i}" for i in range(len(full.sources)))
    relation = f"select 0 as _position, row_number() over () as _k, false as _broken{columns} from (select unnest(?::varchar[][]) as r)"
    assert len(tidy.select_typed("")) < len(full.select_typed(""))
    with duckdb.connect() as con:

        @settings(max_examples=25, deadline=None)
        @given(st.lists(st.tuples(*[VALUES] * len(full.sources)), min_size=1, max_size=100))
        def run(records: list[tuple[str | None, ...]]) -> None:
            given_records = [list(map(list, records))]
            read = [con.execute(f"{one.select_typed(relation)} order by _k", given_records).fetchall() for one in (full, tidy)]
            assert read[0] == read[1]

        run()
