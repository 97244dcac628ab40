"""Reports, mails and previews of one generation are the same bytes wherever and in whatever surroundings they are made again."""

import os
import shutil

from support.night import copy_night, published_night, run_csat

ELSEWHERE = {"TZ": "America/St_Johns", "LANG": "C", "LC_ALL": "C", "PYTHONHASHSEED": "4711"}


def written(out) -> dict[str, bytes]:
    found = [path for name in ("reports", "mail") for path in (out / name).rglob("*") if path.is_file()]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in found}


def test_another_folder_time_zone_language_and_hash_seed_change_no_byte(tmp_path):
    before = written(published_night().folder / "out")
    assert {name.rpartition(".")[2] for name in before} == {"html", "eml"}
    folder = copy_night(tmp_path / "elsewhere")
    for name in ("reports", "mail"):
        shutil.rmtree(folder / "out" / name)
    done = run_csat(folder, "report", environment=os.environ | ELSEWHERE)
    assert done.returncode == 0, done.stdout + done.stderr
    after = written(folder / "out")
    assert after.keys() == before.keys()
    assert [name for name in before if before[name] != after[name]] == []
