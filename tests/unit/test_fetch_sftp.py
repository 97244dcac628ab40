"""SFTP: the declared server alone, whole files, each version once."""

from dataclasses import replace

import pytest
from support.loading import FIRST_NIGHT, make_contract
from support.source_servers import sftp_server

from orchestration.warehouse.sources import sftp
from orchestration.warehouse.sources.request import FetchRequest, UnreachableError

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]
OTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK4sIE74LBnICWgqxmyImr/5+jgAnTTUwkdSRMg3YyPN"


@pytest.fixture
def server(tmp_path):
    (tmp_path / "remote" / "out").mkdir(parents=True)
    (tmp_path / "landing").mkdir()
    with sftp_server(tmp_path / "remote") as found:
        yield found


def put(server, name, content):
    (server.folder / "out" / name).write_bytes(content)


def make_request(server, *, fetched=None, url="", **given):
    rule = {
        "kind": "sftp", "connection": "partner", "folder": "out", "host_key": server.host_key, "attempts": 1, "timeout_seconds": 5,
        "rest_seconds": 0, **given,
    }  # fmt: skip
    known = fetched if fetched is not None else {}
    contract = make_contract(files={"pattern": "answers_*.csv"}, fetch=rule, completeness={"done_file": "{name}.done"})
    landing = server.folder.parent / "landing"
    return FetchRequest(
        contract, url or server.url, landing, FIRST_NIGHT, "UTC", is_fetched=lambda place, version: known.get(place) == version
    )


def names(server):
    return sorted(path.name for path in (server.folder.parent / "landing").iterdir())


def refuse(request):
    with pytest.raises(UnreachableError) as told:
        list(sftp.fetch(request))
    assert "canary" not in str(told.value)
    return str(told.value)


def test_every_version_comes_once(server):
    fetched = {}

    def night():
        for one in sftp.fetch(make_request(server, fetched=fetched)):
            fetched[one.place] = one.version
            yield one.path.name, one.path.read_bytes()

    put(server, "answers_1.csv", b"one")
    put(server, "answers_2.csv", b"x" * 1_000_000)
    put(server, "notes.txt", b"no extract")
    put(server, "answers_1.csv.done", b"")
    (server.folder / "out" / "answers_folder.csv").mkdir()
    (server.folder / "out" / "answers_link.csv").symlink_to("/etc/hostname")
    assert list(night()) == [("answers_1.csv", b"one"), ("answers_2.csv", b"x" * 1_000_000), ("answers_1.csv.done", b"")]
    assert list(night()) == []
    put(server, "answers_1.csv", b"once")
    assert list(night()) == [("answers_1.csv", b"once")]


def test_server_with_another_key_is_refused_before_the_password_is_sent(server):
    assert "does not have the declared key" in refuse(make_request(server, host_key=OTHER_KEY))


def test_key_that_is_none_is_told(server):
    assert "is no public key" in refuse(make_request(server, host_key="ssh-ed25519 AAAA"))


def test_wrong_password_is_told_without_it(server):
    said = refuse(make_request(server, url=server.url.replace("reader:", "reader:x")))
    assert "refuses the user" in said
    assert "CSAT_CONNECTION_PARTNER" in said


def test_private_key_file_opens_the_door(server, tmp_path):
    import asyncssh

    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(tmp_path / "key")
    server.user_key = key.export_public_key().decode()
    put(server, "answers_1.csv", b"one")
    url = f"sftp://reader@127.0.0.1:{server.port}?key_file={tmp_path / 'key'}"
    assert [one.path.name for one in sftp.fetch(make_request(server, url=url))] == ["answers_1.csv"]


def test_missing_folder_is_told(server):
    assert "has no folder nowhere" in refuse(make_request(server, folder="nowhere"))


def test_server_that_is_not_there_is_told(server):
    assert "cannot be read" in refuse(make_request(server, url="sftp://reader:canary@127.0.0.1:1"))


def test_connection_lost_in_the_middle_leaves_nothing(server):
    put(server, "answers_1.csv", b"x" * 2_000_000)
    reads = []

    def cut(files):
        reads.append(1)
        if len(reads) == 5:
            files.channel.get_connection().abort()

    server.on_read = cut
    assert "cannot be read" in refuse(make_request(server))
    assert names(server) == []


def test_file_that_changes_while_it_is_read_is_left_for_the_next_night(server):
    put(server, "answers_1.csv", b"x" * 200_000)
    server.on_read = lambda files: put(server, "answers_1.csv", b"y" * 200_001)
    assert "changed while it was read" in refuse(make_request(server))
    assert names(server) == []


def test_file_that_is_still_growing_waits(server, monkeypatch):
    put(server, "answers_1.csv", b"one")
    put(server, "answers_2.csv", b"half")
    monkeypatch.setattr(sftp.time, "sleep", lambda seconds: put(server, "answers_2.csv", b"half and more"))
    assert [one.path.name for one in sftp.fetch(make_request(server, rest_seconds=5))] == ["answers_1.csv"]


def test_file_that_may_not_be_read_costs_itself_alone(server):
    put(server, "answers_1.csv", b"secret")
    put(server, "answers_2.csv", b"two")

    def deny(files):
        import asyncssh

        server.on_read = lambda files: None
        raise asyncssh.SFTPPermissionDenied("no")

    server.on_read = deny
    come = sftp.fetch(make_request(server))
    assert next(come).path.name == "answers_2.csv"
    with pytest.raises(UnreachableError, match="may not be read"):
        next(come)


def test_pauses_double_until_the_attempts_are_over(server, monkeypatch):
    pauses = []
    monkeypatch.setattr(sftp.time, "sleep", pauses.append)
    refuse(replace(make_request(server, attempts=4), url="sftp://reader:canary@127.0.0.1:1"))
    assert pauses == [1, 2, 4]
