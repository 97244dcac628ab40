"""I08, I09, I25: gzip cut off, with a wrong check sum, or unpacking to far more than it may."""

import gzip
from datetime import datetime
from pathlib import Path

import pytest
from support.loading import Workspace, make_contract

from orchestration.warehouse import decoding
from orchestration.warehouse.landing import land_files
from orchestration.warehouse.limits import LandingLimits
from orchestration.warehouse.state import State

CONTENT = ("id,item,at,score\n" + "".join(f"{n},A,2025-03-01,{n % 5 + 1}\n" for n in range(5000))).encode()
GZIPPED = gzip.compress(CONTENT, mtime=0)
CONTRACT = make_contract(files={"pattern": "*.csv.gz", "compression": "gzip"})


def assert_refused(workspace: Workspace, content: bytes, words: str) -> None:
    workspace.put("bad.csv.gz", content)
    workspace.put("good.csv.gz", gzip.compress(b"id,item,at,score\ng,A,2025-03-01,4\n"))
    bad, good = sorted(workspace.night(), key=lambda r: r.file_name)
    assert bad.state == "refused"
    assert words in bad.reason
    assert good.state == "loaded"
    assert workspace.answers() == [("g", 4)]
    assert content in [path.read_bytes() for path in (workspace.out / "originals").iterdir()]
    assert ("refused", 0) in workspace.rows("select state, n_rows from ops.extract_loads")


@pytest.mark.parametrize("kept", [len(GZIPPED) // 100, len(GZIPPED) // 2, len(GZIPPED) * 999 // 1000, len(GZIPPED) - 4])
def test_i08_truncated_gzip_is_refused_whole(tmp_path: Path, kept: int) -> None:
    assert_refused(Workspace(tmp_path, CONTRACT), GZIPPED[:kept], "ends too early")


def test_i09_wrong_check_sum_is_refused(tmp_path: Path) -> None:
    damaged = GZIPPED[:-8] + bytes(4) + GZIPPED[-4:]
    assert_refused(Workspace(tmp_path, CONTRACT), damaged, "damaged gzip")


def test_i09_flipped_bit_is_refused(tmp_path: Path) -> None:
    middle = len(GZIPPED) // 2
    damaged = GZIPPED[:middle] + bytes([GZIPPED[middle] ^ 1]) + GZIPPED[middle + 1 :]
    assert_refused(Workspace(tmp_path, CONTRACT), damaged, "gzip")


def test_i09_what_is_no_gzip_at_all_is_refused(tmp_path: Path) -> None:
    assert_refused(Workspace(tmp_path, CONTRACT), CONTENT, "damaged gzip")


def test_i08_several_members_are_one_file(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, CONTRACT)
    workspace.put("a.csv.gz", gzip.compress(CONTENT[:1000]) + gzip.compress(CONTENT[1000:]))
    (result,) = workspace.night()
    assert (result.state, result.n_loaded) == ("loaded", 5000)


@pytest.mark.parametrize("n_bytes", [1, 3, 7, 100])
def test_i08_members_and_padding_are_read_wherever_the_file_is_divided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_bytes: int
) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(b"".join(gzip.compress(CONTENT[at : at + 600]) for at in range(0, 6000, 600)) + bytes(50))
    monkeypatch.setattr(decoding, "PACKED_BYTES", n_bytes)
    assert b"".join(decoding.unpack(path, compression="gzip", limits=LandingLimits())) == CONTENT[:6000]


def test_i25_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, CONTRACT)
    workspace.put("bomb.csv.gz", gzip.compress(b"id,item,at,score\n" + b"0" * 4_000_000))
    limits = LandingLimits(ratio=100.0, ratio_from_bytes=1_000_000)
    with State(workspace.out) as state:
        (entry,) = land_files(workspace.landing, (CONTRACT,), workspace.out, state, as_of=datetime(2026, 1, 2), limits=limits)
    assert entry.state == "refused"
    assert "unpacks to more than 1,000,000 bytes" in entry.reason
