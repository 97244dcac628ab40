"""Nights that are killed at a chosen step, and everything that a loader leaves behind."""

import os
import signal
from collections import Counter
from typing import Any

from support.loading import Workspace

TABLES = {
    "rows": "select * from raw.{table} order by all",
    "ledger": "select * from ops.extract_loads order by all",
    "quarantine": "select * from ops.quarantine order by all",
    "tombstones": "select * from ops.tombstones order by all",
}
PRIVATE_TABLES = {
    "superseded": "select * from superseded.{table} order by all",
    "text": "select * from private_text.{table} order by all",
    "bytes": "select * from quarantine.records order by all",
}


def everything_loaded(workspace: Workspace, table: str) -> dict[str, list[tuple[Any, ...]]]:
    """What stands in one raw table, beside it in the private file, and in the ledger. Only tables with free text have `text`."""
    private = PRIVATE_TABLES if table == "surveys_comments" else {k: v for k, v in PRIVATE_TABLES.items() if k != "text"}
    found = {name: workspace.rows(sql.format(table=table)) for name, sql in TABLES.items()}
    return found | {name: workspace.private_rows(sql.format(table=table)) for name, sql in private.items()}


def kill_night(workspace: Workspace, module: Any, name: str, number: int = 1, *, is_full: bool = False) -> bool:
    """True where a child that had begun the night was killed before call `number` of `name` in `module`; False: it came to its end."""
    child = os.fork()
    if not child:
        code = 7
        try:
            die_at(module, name, number)
            workspace.night(is_full=is_full)
            code = 0
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -signal.SIGKILL)
    return code != 0


def die_at(module: Any, name: str, number: int) -> None:
    """Nothing; this process dies when it calls `name` of `module` for the time `number`."""
    real, calls = getattr(module, name), Counter[str]()

    def step(*given: Any, **named: Any) -> Any:
        calls[name] += 1
        if calls[name] == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **named)

    setattr(module, name, step)
