"""`python -m support.killed_nights FOLDER KILLS SEED`: nights killed and run again beside undisturbed ones; one JSON line per trial.

Each trial has a workspace of its own: a first night on an empty one, or a second night after a published first. It is killed,
run again with the same words and killed once more, run again, and compared with the undisturbed night in all it left: rows,
texts, pages, mails, names of files. Meanwhile a reader opens `out/current.duckdb` of every trial again and again, as an analyst
does.
"""

import json
import os
import random
import re
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import yaml
from support import random_nights
from support.random_nights import History, write_workspace
from support.warm_nights import Course, Point, import_everything, run_command, run_night

FIRST, SECOND = "2025-11-03", "2025-12-03"
DAYS_BACK = 75
WORKERS = 3
KILLS_PER_TRIAL = 2
"""The run after a kill is killed, too; the one after that is compared."""
FIRST_NIGHTS = 0.3
TOKEN_KEY = "a key for tests alone, thirty-two"
SCHEMAS = ("raw", "config", "staging", "intermediate", "marts", "indices", "reported", "ops")
SEEN = (
    "raw.surveys_answers",
    "config.metrics",
    "marts.kpi_values_monthly",
    "indices.verdicts",
    "reported.figures",
    "ops.run",
    "ops.checks",
)
"""What the reader hashes of each observation: something of every schema, so that a mixture of two nights would be a third value."""
STRATA = {
    "start": (1, 1), "extracts": (3, 4), "checks": (1, 0), "config_tables": (2, 1), "dbt": (9, 0), "indices__kpi_scores": (1, 0),
    "survey_indices": (2, 0), "indices__verdicts": (1, 0), "monthly_figures": (2, 0), "ops__checks": (3, 0),
    "published__generation": (2, 10), "reports__monthly_executive": (1, 2), "reports__monthly_executive_mail": (1, 2), "end": (0, 1),
}  # fmt: skip
"""Of fifty kills: how many at a random moment of the step, and how many before a random call of it that changes the folder."""
GENERATION = re.compile(r"g\d{6}")
POINT_SECONDS = 0.3


def main() -> None:
    folder, kills, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    random_nights.DAYS_BACK = DAYS_BACK
    os.environ["CSAT_TOKEN_KEY"] = TOKEN_KEY
    import_everything()
    bases = {"first": folder / "base_first", "second": folder / "base_second"}
    usual = {}
    for kind, day in (("first", FIRST), ("second", SECOND)):
        make_base(bases, kind)
        shutil.copytree(bases[kind], folder / f"whole_{kind}", symlinks=True)
        usual[kind] = run_night(folder / f"whole_{kind}", day, folder / f"whole_{kind}.log")
        assert usual[kind].code == 0, usual[kind].said
    tell({"undisturbed": {kind: round(course.wall, 1) for kind, course in usual.items()}})
    trials = [(n, *drawn) for n, drawn in enumerate(draw_trials(kills, random.Random(seed), usual))]
    (folder / "live").mkdir()
    reader = in_child(lambda: watch_pointers(folder))
    workers = [in_child(lambda mine=trials[n::WORKERS]: run_trials(folder, mine, usual)) for n in range(WORKERS)]
    codes = [os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]) for worker in workers]
    (folder / "done").touch()
    codes.append(os.waitstatus_to_exitcode(os.waitpid(reader, 0)[1]))
    tell({"ended": codes})


def run_trials(folder: Path, trials: list[tuple[int, str, list[Point]]], usual: dict[str, Course]) -> None:
    for number, kind, points in trials:
        tell(run_trial(folder, number, kind, points, usual[kind]))


def make_base(bases: dict[str, Path], kind: str) -> None:
    """Nothing; the workspace stands before its first night, or after it with the extracts of the second."""
    folder, rng = bases[kind], random.Random(7)
    if kind == "first":
        write_workspace(folder)
        contract = {
            "contract": "comments", "source": "one", "table": "surveys_comments", "files": {"pattern": "comments__*.csv"},
            "quarantine_limit_share": 1.0,
            "columns": [{"name": name, "source": name} for name in ("response_id", "answered_at", "comment_text")],
        }  # fmt: skip
        (folder / "contracts" / "comments.yaml").write_text(yaml.safe_dump(contract))
        History(folder, rng).fill(date.fromisoformat(FIRST))
        write_comments(folder, "1", ["R1,2025-10-01 08:00:00,before", "R2,never,bad"])
        return
    shutil.copytree(folder.parent / "whole_first", folder, symlinks=True)
    history = History(folder, rng)
    history.n_files = 100
    tables = [source.table for source in random_nights.SOURCES]
    for day in ("2025-11-20", SECOND):
        history.restate(date.fromisoformat(day), tables)
    write_comments(folder, "2", ["R1,2025-11-30 08:00:00,after", "R3,2025-11-30 09:00:00,new", "R4,soon,bad"])


def write_comments(folder: Path, number: str, rows: list[str]) -> None:
    (folder / "landing" / f"comments__{number}.csv").write_text("\n".join(["response_id,answered_at,comment_text", *rows, ""]))


def draw_trials(kills: int, rng: random.Random, usual: dict[str, Course]) -> Iterator[tuple[str, list[Point]]]:
    """Kind of night and points of the kills of each trial, every stratum in proportion; no call is drawn twice before all have been."""
    whole = [(step, by_call) for step, counts in STRATA.items() for by_call, n in enumerate(counts) for _ in range(n)]
    rng.shuffle(whole)
    chosen = (whole * (kills // len(whole) + 1))[:kills]
    used: Counter[tuple[str, str, int]] = Counter()
    for begin in range(0, kills, KILLS_PER_TRIAL):
        kind = "first" if rng.random() < FIRST_NIGHTS else "second"
        # what a killed night has copied is not copied again, so calls of the loading are met by the first attempt
        steps = sorted(chosen[begin : begin + KILLS_PER_TRIAL], key=lambda one: one != ("extracts", 1))
        yield kind, [draw_point(kind, *one, rng, usual, used) for one in steps]


def draw_point(
    kind: str, step: str, by_call: int, rng: random.Random, usual: dict[str, Course], used: Counter[tuple[str, str, int]]
) -> Point:
    if not by_call:
        return Point(step, share=round(rng.random(), 2))
    calls = range(1, len(usual[kind].calls[step]) + 1)
    call = min(rng.sample(calls, len(calls)), key=lambda n: used[kind, step, n])
    used[kind, step, call] += 1
    return Point(step, call=call)


def run_trial(folder: Path, number: int, kind: str, points: list[Point], usual: Course) -> dict[str, Any]:
    """What came of one trial: `problems` is empty where the run after the last kill left what an undisturbed one leaves."""
    day, work = (FIRST if kind == "first" else SECOND), folder / f"trial_{number}"
    shutil.copytree(folder / f"base_{kind}", work, symlinks=True)
    if kind == "first" and all(point.step != "start" for point in points):  # Dagster's own tables, which take seconds to make
        shutil.copytree(folder / "whole_first" / "out" / "dagster", work / "out" / "dagster")
    (folder / "live" / str(number)).symlink_to(work)
    kills = [kill_night(folder, work, day, point, usual) for point in points]
    again = run_night(work, day, folder / f"trial_{number}_again.log")
    verified, said = run_command(work, ["verify"], folder / f"trial_{number}_verify.log")
    problems = [] if again.code == 0 else [f"the run afterwards ended with {again.code}: {again.said[-2000:]}"]
    problems += [] if verified == 0 else [f"csat verify ended with {verified}: {said}"]
    problems += in_child_result(lambda: compare(folder / f"whole_{kind}", work)) if not problems else []
    if not problems:
        time.sleep(POINT_SECONDS)  # the reader sees the end, too
        (folder / "live" / str(number)).unlink()
        shutil.rmtree(work)
    return {"number": number, "kind": kind, "kills": kills, "again": round(again.wall, 1), "problems": problems}


def kill_night(folder: Path, work: Path, day: str, point: Point, usual: Course) -> dict[str, Any]:
    """Where the night died, what the pointer named then, and what it had left lying about."""
    killed = run_night(work, day, folder / f"{work.name}_{point.step}.log", point=point, usual=usual.seconds)
    call = usual.calls[point.step][point.call - 1] if point.call else ""
    return {
        "step": point.step, "point": f"{point} {call}".strip(), "killed": killed.code == -9, "seconds": round(killed.wall, 1),
        "pointer": describe_pointer(work), "litter": sorted(litter(work)),
    }  # fmt: skip


def litter(work: Path) -> Iterator[str]:
    """Names below out of what is being written: temporary names and write-ahead logs."""
    for path in (work / "out").rglob("*"):
        name = path.relative_to(work / "out").as_posix()
        if path.suffix in (".part", ".tmp", ".wal") and not name.startswith(("dagster/", "dbt/")):
            yield name


def describe_pointer(work: Path) -> str:
    link = work / "out" / "current.duckdb"
    return link.readlink().stem if link.is_symlink() else ""


def compare(whole: Path, work: Path) -> list[str]:
    """Sentences on what differs between two workspaces after the same night."""
    from orchestration.warehouse.connection import open_private, open_read_only
    from orchestration.warehouse.hashes import compare_hashes, hash_schema

    hashes, private, files = [], [], []
    for folder in (whole, work):
        with open_read_only(folder / "out" / "current.duckdb") as con:
            hashes.append(hash_schema(con, SCHEMAS))
        with open_private(folder / "out") as con:
            private.append(hash_schema(con, ["superseded", "private_text", "quarantine"]))
        files.append(dict(list_files(folder / "out")))
    assert sum(one.n_rows for one in hashes[0].values()) > 1000
    assert private[0]["quarantine.records"].n_rows > 0
    names = sorted(files[0].keys() ^ files[1].keys())
    pages = [name for name in sorted(files[0].keys() & files[1].keys()) if files[0][name] != files[1][name]]
    told = [f"only one has {name}" for name in names] + [f"{name} differs" for name in pages]
    return [*compare_hashes(*hashes), *compare_hashes(*private), *told, *litter(work)]


def list_files(out: Path) -> Iterator[tuple[str, str]]:
    """Name below out and, of pages and mails, content; the number of a generation, which a second attempt may raise, is left out."""
    for path in out.rglob("*"):
        name = path.relative_to(out).as_posix()
        if path.is_file() and not name.startswith(("dagster/", "dbt/", "state.sqlite-")):
            text = path.read_text("utf-8") if path.suffix == ".html" else read_mail(path) if path.suffix == ".eml" else ""
            yield GENERATION.sub("g", name), GENERATION.sub("g", text)


def read_mail(path: Path) -> str:
    """A mail's heads and texts; a transfer encoding would hide the number of the generation."""
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    texts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    pictures = [str(hash(part.get_content())) for part in mail.walk() if part.get_content_maintype() == "image"]
    return "\n".join([*(f"{name}: {value}" for name, value in mail.items() if name != "Content-Type"), *texts, *pictures])


def watch_pointers(folder: Path) -> None:
    """Nothing; `seen.jsonl` has a line per observation: trial, generation, hash of its content; or the error that a reader met."""
    held: dict[str, Any] = {}
    with (folder / "seen.jsonl").open("w") as log:
        while not (folder / "done").exists():
            for trial in sorted((folder / "live").iterdir()):
                before = time.monotonic()
                for line in look(trial, held):
                    log.write(json.dumps(line) + "\n")
                log.flush()
                time.sleep(2 * (time.monotonic() - before))
            time.sleep(0.05)


def look(trial: Path, held: dict[str, Any]) -> Iterator[list[str]]:
    """An observation by a new connection, and one by the connection that the trial's first observation opened."""
    import duckdb

    link = trial / "out" / "current.duckdb"
    if not link.is_symlink():
        return
    try:
        if trial.name not in held:
            held[trial.name] = duckdb.connect(link, read_only=True)
        else:
            with duckdb.connect(link, read_only=True) as fresh:
                yield [trial.name, "new", *content(fresh)]
        yield [trial.name, "held", *content(held[trial.name])]
    except Exception as error:  # whatever a reader meets is the result
        with suppress(OSError):
            link.lstat()
            yield [trial.name, "error", "", str(error)]


def content(con: Any) -> tuple[str, str]:
    """Code of the generation, and hash of its content."""
    from orchestration.warehouse.hashes import hash_table

    code = con.execute("select max(generation_code) from ops.generations").fetchall()[0][0]
    return code, " ".join(hash_table(con, name).digest for name in SEEN)


def in_child(work: Any) -> int:
    """The process that does `work` and ends."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    except BaseException as error:
        tell({"broken": repr(error)})
    finally:
        os._exit(code)


def in_child_result(work: Any) -> list[str]:
    """What `work` gives, done in a process of its own: whoever forks nights must not have run DuckDB."""
    read, write = os.pipe()

    def send() -> None:
        os.write(write, json.dumps(work()).encode())

    child = in_child(send)
    os.close(write)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else ["the comparison broke off"]


def tell(line: dict[str, Any]) -> None:
    os.write(1, (json.dumps(line) + "\n").encode())


if __name__ == "__main__":
    main()
