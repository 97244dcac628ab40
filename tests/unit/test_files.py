"""A file is written as a whole, whoever else writes it at the same moment."""

import os

from orchestration.warehouse.files import TEMPORARY, write_durably


def test_two_writers_of_one_file_do_not_take_each_others_half(tmp_path, monkeypatch):
    """Both prepare Dagster's folder before either asks for the lock: the one in the middle of it must not lose its file."""
    path, real = tmp_path / "dagster.yaml", os.fsync

    def write_in_between(handle: int) -> None:
        monkeypatch.setattr(os, "fsync", real)
        write_durably(path, "second")
        real(handle)

    monkeypatch.setattr(os, "fsync", write_in_between)
    write_durably(path, "first")
    assert path.read_text() == "first"
    assert not list(tmp_path.glob(f"*{TEMPORARY}"))
