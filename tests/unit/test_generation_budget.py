"""What generations may take of the disk: so many, so many bytes, and room for the next one before it is written."""

import shutil
from collections import namedtuple
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from orchestration.errors import WarehouseError
from orchestration.warehouse.connection import open_working
from orchestration.warehouse.generations import PublicationFacts, publish_generation
from orchestration.warehouse.layout import pointed_code, published_file
from orchestration.warehouse.retention import Budget
from orchestration.warehouse.state import State
from orchestration.warehouse.verification import verify_all

NIGHT = datetime(2026, 11, 3, 2)
Usage = namedtuple("Usage", "total used free")


def publish(out: Path, value: int, budget: Budget | None = None) -> int:
    """Bytes of the generation that was published."""
    with open_working(out) as con:
        con.execute(f"create schema if not exists marts; create or replace table marts.facts as select {value} as n")
    with State(out) as state:
        facts = PublicationFacts(budget=budget or Budget(50))
        return publish_generation(out, state, as_of=NIGHT + timedelta(days=value), input_hash=f"h{value}", facts=facts).n_bytes


def kept(out: Path) -> list[str]:
    return sorted(path.stem for path in (out / "generations").glob("*.duckdb"))


@pytest.mark.parametrize(("n_fitting", "n_kept"), [(4.5, 4), (3, 3), (2.9, 2), (0.5, 2)])
def test_no_more_bytes_are_kept_than_the_budget_has_but_the_published_one_and_its_parent(tmp_path, n_fitting, n_kept):
    for value in range(1, 6):
        size = publish(tmp_path, value)
    publish(tmp_path, 6, Budget(50, round(n_fitting * size)))
    assert kept(tmp_path) == [f"g{code:06d}" for code in range(7 - n_kept, 7)]
    with State(tmp_path) as state:
        assert all(found.is_sound for found in verify_all(tmp_path, state))


def free_beside(out: Path, monkeypatch: pytest.MonkeyPatch, n_bytes: int) -> None:
    """A disk that has room for `n_bytes` beside what the generations hold when this is called, and theirs again when they go."""

    def held() -> int:
        return sum(path.stat().st_size for path in (out / "generations").glob("*.duckdb"))

    total = held() + n_bytes
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(total, held(), total - held()))


def test_old_generations_make_room_before_the_next_one_is_written(tmp_path, monkeypatch):
    for value in range(1, 6):
        size = publish(tmp_path, value)
    free_beside(tmp_path, monkeypatch, size // 2)
    publish(tmp_path, 6)
    assert kept(tmp_path) == [f"g{code:06d}" for code in range(2, 7)]


def test_where_nothing_more_may_go_the_night_ends_before_it_writes(tmp_path, monkeypatch):
    for value in range(1, 4):
        size = publish(tmp_path, value)
    free_beside(tmp_path, monkeypatch, -size // 2)
    before = published_file(tmp_path, "g000003").stat().st_mtime_ns
    with pytest.raises(WarehouseError, match=r"generations: .*next generation needs [\s\S]*free disk space and run again"):
        publish(tmp_path, 4)
    assert (pointed_code(tmp_path), kept(tmp_path)) == ("g000003", ["g000002", "g000003"])
    assert published_file(tmp_path, "g000003").stat().st_mtime_ns == before
    monkeypatch.undo()
    publish(tmp_path, 4)
    assert kept(tmp_path) == ["g000002", "g000003", "g000004"]
