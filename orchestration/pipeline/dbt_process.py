"""dbt's command line as a child that never outlives the night: `python -m orchestration.pipeline.dbt_process build ...`.

A night that is stopped or killed frees its lock at once; a dbt that went on writing would meet the next night in the same file.
What it leaves half done is undone by DuckDB, since each model is one transaction. The database is given relative to HOME, which
is the child's own: so the models' shipped parse, which dbt binds to the database's name, holds for every workspace.
"""

import ctypes
import importlib
import math
import os
import signal
import sys

from orchestration.pipeline.manifest import DATABASE_OF_PARSE
from orchestration.settings import child_environment, set_environment

SET_PARENT_DEATH_SIGNAL = 1
ORPHANED = 3
HOME_VARIABLE = "CSAT_DBT_HOME"
PARENT_VARIABLE = "CSAT_DBT_PARENT"
MEBIBYTE = 2**20
LEAST_MEBIBYTES = 512
TIMES_FILE, SHARE_OF_RAM = 8, 0.6


def end_with_parent() -> None:
    """Nothing; this process ends at the first interrupt, and on Linux at once with the process that started it.

    A parent that is gone before this is asked for would never be missed: PARENT_VARIABLE names it, and without it this process ends.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if (parent := child_environment().get(PARENT_VARIABLE)) and int(parent) != os.getppid():
        sys.exit(ORPHANED)


def memory_limit(file_bytes: int) -> str:
    """DuckDB's limit while models are built, e.g. 512MiB: eight times the file as a power of two, up to 60 % of the machine's memory.

    A small company's night stays small; beyond the limit DuckDB spills to disk. Steps of two, because dbt parses anew when it changes.
    """
    wanted = 2 ** math.ceil(math.log2(max(TIMES_FILE * file_bytes / MEBIBYTE, LEAST_MEBIBYTES)))
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / MEBIBYTE
    return f"{min(wanted, int(SHARE_OF_RAM * machine))}MiB"


def main() -> None:
    """Nothing; dbt has run with the arguments of this process, and ends it with its own exit code."""
    end_with_parent()
    if home := child_environment().get(HOME_VARIABLE):
        set_environment(HOME=home, CSAT_DUCKDB_PATH=DATABASE_OF_PARSE)
    importlib.import_module("dbt.cli.main").cli()


if __name__ == "__main__":
    main()
