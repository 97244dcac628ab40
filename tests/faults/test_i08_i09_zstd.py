"""I08, I09, I25 for zstd: cut off, damaged, without a check sum, or wanting more memory or room than it may."""

from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest
from support.loading import Workspace, make_contract

from orchestration.warehouse.landing import land_files
from orchestration.warehouse.limits import LandingLimits
from orchestration.warehouse.state import State

SUMMED = bytes.fromhex(
    "28b52ffd243399010069642c6974656d2c61742c73636f72650a312c412c323032352d30332d30312c340a322c422c323032352d30332d30322c350aad9a70ae"
)
"""Two records, written by `zstd --check`; the last four bytes are the check sum."""
CONTENT = ("id,item,at,score\n" + "".join(f"{n},A,2025-03-01,{n % 5 + 1}\n" for n in range(5000))).encode()
PLAIN = pa.compress(CONTENT, codec="zstd", asbytes=True)
CONTRACT = make_contract(files={"pattern": "*.zst", "compression": "zstd"})


def test_i08_zstd_is_read_and_asks_for_a_check_sum(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, CONTRACT)
    workspace.put("a.zst", SUMMED)
    (first,) = workspace.night()
    assert (first.state, first.n_loaded, first.warnings) == ("loaded", 2, ())
    assert workspace.answers() == [("1", 4), ("2", 5)]
    workspace.put("b.zst", PLAIN)
    second = workspace.night()[-1]
    assert (second.n_loaded, [w for w in second.warnings if "carries no check sum" in w]) == (5000, list(second.warnings))
    assert len(second.warnings) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"\x50\x2a\x4d\x18\x02\0\0\0hi" + PLAIN,
        pa.compress(CONTENT[:1000], codec="zstd", asbytes=True) + pa.compress(CONTENT[1000:], codec="zstd", asbytes=True),
    ],
)
def test_i08_frames_are_one_file(tmp_path: Path, content: bytes) -> None:
    workspace = Workspace(tmp_path, CONTRACT)
    workspace.put("a.zst", content)
    (result,) = workspace.night()
    assert (result.state, result.n_loaded) == ("loaded", 5000)


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        *((PLAIN[:kept], "ends too early") for kept in (len(PLAIN) // 100, len(PLAIN) // 2, len(PLAIN) * 999 // 1000, len(PLAIN) - 4)),
        *((flipped(SUMMED, place), "damaged zstd") for place in range(10, len(SUMMED))),
        (SUMMED + b"anything", "damaged zstd"), (CONTENT, "damaged zstd"), (b"PK\x03\x04" + bytes(30), "is a zip archive or a workbook"),
        (pa.compress(SUMMED, codec="zstd", asbytes=True), "packed twice: it holds a zstd file"),
        (bytes.fromhex("28b52ffd04a84c000008000100"), "damaged zstd file (ZSTD decompress failed: Frame requires too much memory"),
    ],
)  # fmt: skip
def test_i09_zstd_that_is_cut_or_damaged_is_refused_whole(tmp_path: Path, content: bytes, words: str) -> None:
    workspace = Workspace(tmp_path, CONTRACT)
    workspace.put("a.zst", content)
    with State(workspace.out) as state:
        (entry,) = land_files(workspace.landing, (CONTRACT,), workspace.out, state, as_of=datetime(2026, 1, 2))
    assert (entry.state, words in entry.reason) == ("refused", True), entry.reason


def test_i25_zstd_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, CONTRACT)
    workspace.put("a.zst", pa.compress(b"id,item,at,score\n" + b"0" * 8_000_000, codec="zstd", asbytes=True))
    limits = LandingLimits(ratio=100.0, ratio_from_bytes=1_000_000)
    with State(workspace.out) as state:
        (entry,) = land_files(workspace.landing, (CONTRACT,), workspace.out, state, as_of=datetime(2026, 1, 2), limits=limits)
    assert "unpacks to more than 1,000,000 bytes" in entry.reason
