"""Dagster's page is this very process, so that stopping it leaves nothing behind."""

import signal

import pytest

from orchestration.pipeline import run_night, workspaces


def test_page_replaces_the_process_and_can_be_stopped(tmp_path, monkeypatch):
    called = []
    monkeypatch.setattr(run_night, "prepare_dagster", called.append)
    monkeypatch.setattr(workspaces.os, "execv", lambda *command: called.append(command))
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        workspaces.open_dagster(tmp_path, 3000)
        assert signal.getsignal(signal.SIGINT) == signal.SIG_DFL
    finally:
        signal.signal(signal.SIGINT, before)
    folder, (program, command) = called
    assert folder == tmp_path
    assert command[0] == program
    assert command[command.index("-h") + 1] == "127.0.0.1"


def test_settings_of_dagster_are_ones_it_knows(tmp_path, monkeypatch):
    dg = pytest.importorskip("dagster")
    monkeypatch.setattr(run_night, "set_environment", lambda **_: None)
    home = run_night.prepare_dagster(tmp_path)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert not instance.telemetry_enabled
