"""A small workspace for loading tests: a landing folder, nights that go forward, and what they left in the tables."""

import functools
import gzip
import shutil
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from orchestration.config.contracts import Contract
from orchestration.warehouse.connection import open_private, open_working
from orchestration.warehouse.extracts import LoadResult, ensure_raw_tables, load_landed, loaded_pairs, reload_all
from orchestration.warehouse.landing import land_files
from orchestration.warehouse.state import State

FIRST_NIGHT = datetime(2026, 1, 1, 2)
TOKEN_KEY = b"a key for tests only"
ANSWER_COLUMNS = (
    {"name": "response_id", "source": "id"},
    {"name": "item_code", "source": "item"},
    {"name": "instrument_code", "value": "demo"},
    {"name": "answered_at", "source": "at"},
    {
        "name": "satisfaction",
        "source": "score",
        "minimum": 1,
        "maximum": 5,
        "null_tokens": ["", "-", "N/A"],
        "not_rating": {"9": "refused"},
    },
)


def make_contract(columns: Sequence[dict[str, Any]] = ANSWER_COLUMNS, /, *, name: str = "answers", **given: Any) -> Contract:
    """A contract over answers, or over whatever `given` says."""
    base = {"contract": name, "source": "survey", "table": "surveys_answers", "files": {"pattern": "*.csv"}, "quarantine_limit_share": 1.0}
    return Contract.model_validate({**base, "columns": list(columns), **given})


@functools.cache
def _empty_out() -> Path:
    """An out folder with every table and no row, made once for all tests of this process."""
    out = Path(tempfile.mkdtemp()) / "out"
    with State(out) as state, open_working(out) as con:
        load_landed(con, out, (), (), state, as_of=FIRST_NIGHT, token_key=TOKEN_KEY)
        con.execute("delete from ops.touched_months")
    return out


class Workspace:
    """Landing folder and out folder under `folder`; `night` loads what lies there, one day later each time."""

    def __init__(self, folder: Path, *contracts: Contract) -> None:
        self.landing, self.out = folder / "landing", folder / "out"
        self.landing.mkdir(parents=True)
        shutil.copytree(_empty_out(), self.out)
        self.contracts = contracts or (make_contract(),)
        self.as_of, self.time_zone = FIRST_NIGHT, "UTC"

    def put(self, name: str, content: str | bytes, *, is_gzip: bool = False) -> Path:
        """The path of a file in the landing folder."""
        data = content.encode() if isinstance(content, str) else content
        path = self.landing / name
        path.write_bytes(gzip.compress(data) if is_gzip else data)
        return path

    def night(self, *, is_full: bool = False) -> list[LoadResult]:
        """The results of one night."""
        self.as_of += timedelta(days=1)
        with State(self.out) as state, open_working(self.out) as con:
            ensure_raw_tables(con)
            if is_full:
                return reload_all(con, self.out, self.contracts, state, as_of=self.as_of, token_key=TOKEN_KEY, time_zone=self.time_zone)
            landed = land_files(self.landing, self.contracts, self.out, state, as_of=self.as_of, loaded=loaded_pairs(con))
            given = {"as_of": self.as_of, "token_key": TOKEN_KEY, "time_zone": self.time_zone}
            return load_landed(con, self.out, self.contracts, landed, state, **given)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the working file."""
        with open_working(self.out) as con:
            return con.execute(sql).fetchall()

    def private_rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the private file."""
        with open_private(self.out) as con:
            return con.execute(sql).fetchall()

    def answers(self, columns: str = "response_id, satisfaction") -> list[tuple[Any, ...]]:
        """Current answers in order of their columns."""
        return self.rows(f"select {columns} from raw.surveys_answers order by all")

    def quarantined(self) -> list[tuple[Any, ...]]:
        """(record number, line, source column, rule), in order."""
        return self.rows("select record_number, line_number, column_name, rule_code from ops.quarantine order by 1")
