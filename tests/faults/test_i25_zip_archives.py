"""I25 and what belongs to it: zip archives that hold too much, too many, another archive, a secret, or names that lead outside."""

import io
import struct
import time
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.loading import Workspace, make_contract

from orchestration.warehouse.decoding import read_text
from orchestration.warehouse.landing import DEFAULT_LIMITS, LandedFile, land_files
from orchestration.warehouse.limits import LandingLimits, UnreadableError
from orchestration.warehouse.state import State

HEADER = "id,item,at,score\n"
GOOD = HEADER + "1,A,2025-03-01,4\n"
LONG = (HEADER + "".join(f"{n},A,2025-03-01,{n % 5 + 1}\n" for n in range(3000))).encode()
CONTRACT = make_contract(files={"pattern": "*.zip", "compression": "zip"})
LINK = 0o120777 << 16


def zipped(*members: tuple[str, str | bytes], method: int = zipfile.ZIP_DEFLATED, mode: int = 0) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode
            archive.writestr(info, content, method)
    return made.getvalue()


def encrypted(content: bytes) -> bytes:
    """The archive with the flag of encryption in both places where a member has flags."""
    data = bytearray(content)
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + place] |= 1
    return bytes(data)


def land(workspace: Workspace, content: bytes, limits: LandingLimits = DEFAULT_LIMITS) -> LandedFile:
    workspace.put("a.zip", content)
    with State(workspace.out) as state:
        landed = land_files(workspace.landing, workspace.contracts, workspace.out, state, as_of=datetime(2026, 1, 2), limits=limits)
    return landed[0]


def without_directory(content: bytes) -> bytes:
    return content[: content.index(b"PK\x01\x02")]


def with_flipped_bit(content: bytes) -> bytes:
    middle = content.index(b"PK\x01\x02") // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nested zip": (lambda: zipped(("inner.zip", zipped(("a.csv", GOOD)))), "packed twice: it holds a zip file"),
    "gzip in zip": (lambda: zipped(("a.csv.gz", b"\x1f\x8b\x08\x00")), "packed twice: it holds a gzip file"),
    "encrypted": (lambda: encrypted(zipped(("a.csv", GOOD))), "is encrypted"),
    "leads up": (lambda: zipped(("../../a.csv", GOOD)), "leads out of it"),
    "leads up by backslash": (lambda: zipped(("x\\..\\..\\a.csv", GOOD)), "leads out of it"),
    "absolute": (lambda: zipped(("/etc/a.csv", GOOD)), "leads out of it"),
    "drive": (lambda: zipped(("C:\\a.csv", GOOD)), "leads out of it"),
    "link": (lambda: zipped(("a.csv", "/etc/passwd"), mode=LINK), "leads out of it"),
    "line break in a name": (lambda: zipped(("a\nb.csv", GOOD), ("c.csv", GOOD)), r"'a\nb.csv', c.csv"),
    "two files": (lambda: zipped(("a.csv", GOOD), ("b.csv", GOOD)), "holds 2 files: a.csv, b.csv; name one by files.member"),
    "one name twice": (lambda: zipped(("a.csv", GOOD), ("x/a.csv", GOOD)), "holds 2 files"),
    "no file": (lambda: zipped(("folder/", ""), ("__MACOSX/._a.csv", "x"), (".DS_Store", "x")), "without a file"),
    "bzip2": (lambda: zipped(("a.csv", GOOD), method=zipfile.ZIP_BZIP2), "method 12"),
    "lzma": (lambda: zipped(("a.csv", GOOD), method=zipfile.ZIP_LZMA), "method 14"),
    "cut off": (lambda: zipped(("a.csv", LONG))[:-30], "damaged zip"),
    "no directory": (lambda: without_directory(zipped(("a.csv", LONG))), "damaged zip"),
    "flipped bit": (lambda: with_flipped_bit(zipped(("a.csv", LONG))), "damaged zip"),
    "flipped bit in a stored member": (lambda: with_flipped_bit(zipped(("a.csv", LONG), method=zipfile.ZIP_STORED)), "Bad CRC"),
    "no zip": (lambda: LONG, "damaged zip"),
    "gzip": (lambda: b"\x1f\x8b\x08\x00", "is a gzip file; the contract says zip"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_i25_archive_that_cannot_be_used_is_refused_with_its_reason(tmp_path: Path, case: str) -> None:
    make, words = REFUSED[case]
    entry = land(Workspace(tmp_path, CONTRACT), make())
    assert (entry.state, entry.shape) == ("refused", None)
    assert words in entry.reason
    assert sorted(path.name for path in tmp_path.iterdir()) == ["landing", "out"]


@pytest.mark.parametrize(
    ("content", "limits", "words"),
    [
        (zipped(("a.csv", HEADER + "0" * 4_000_000)), LandingLimits(ratio=100.0, ratio_from_bytes=1_000_000), "unpacks to 4,000,017 bytes"),
        (zipped(("a.csv", LONG)), LandingLimits(unpacked_bytes=1000), "unpacks to"),
        (zipped(*((f"{n}.csv", "") for n in range(30))), LandingLimits(members=20), "holds 30 members, more than 20"),
    ],
)
def test_i25_bomb_is_refused_by_bytes_ratio_and_members(tmp_path: Path, content: bytes, limits: LandingLimits, words: str) -> None:
    assert words in land(Workspace(tmp_path, CONTRACT), content, limits).reason


def test_i25_bomb_that_hides_its_size_is_refused_while_it_unpacks(tmp_path: Path) -> None:
    content = bytearray(zipped(("a.csv", HEADER + "0" * 4_000_000)))
    struct.pack_into("<L", content, content.index(b"PK\x01\x02") + 24, 1000)
    entry = land(Workspace(tmp_path, CONTRACT), bytes(content), LandingLimits(ratio=100.0, ratio_from_bytes=1_000_000))
    assert entry.state == "refused"


def test_i25_million_members_are_refused_without_reading_their_list(tmp_path: Path) -> None:
    entry, n_members = b"PK\x01\x02" + bytes(42) + b"a", 1_000_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(entry) * n_members, 0, 0)
    workspace = Workspace(tmp_path, CONTRACT)
    started = time.process_time()
    assert "has a table of contents of 47,000,000 bytes" in land(workspace, entry * n_members + end).reason
    assert time.process_time() - started < 5


def test_i25_one_file_in_an_archive_is_that_file(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, make_contract(files={"pattern": "*.zip", "compression": "zip", "encoding": "utf-16"}))
    members = (("exports/", ""), ("exports/a.csv", GOOD.encode("utf-16")), ("__MACOSX/exports/._a.csv", b"\0"))
    workspace.put("a.zip", zipped(*members))
    (result,) = workspace.night()
    assert (result.state, result.n_loaded, result.warnings) == ("loaded", 1, ())
    assert workspace.answers() == [("1", 4)]
    assert [result.state for result in workspace.night()] == ["known"]


def test_i25_each_contract_reads_its_file_of_an_archive(tmp_path: Path) -> None:
    staff = [{"name": "staff_id", "source": "no"}, {"name": "staff_name", "source": "name"}]
    packed = {"pattern": "*.zip", "compression": "zip"}
    workspace = Workspace(
        tmp_path, make_contract(files={**packed, "member": "answers_*.csv"}),
        make_contract(staff, name="staff", table="crm_staff", files={**packed, "member": "staff.csv"}),
    )  # fmt: skip
    workspace.put("a.zip", zipped(("answers_1.csv", GOOD), ("staff.csv", "no,name\n7,Zoë\n"), ("readme.txt", "hello")))
    results = workspace.night()
    assert [(r.contract_code, r.state, r.n_loaded) for r in results] == [("answers", "loaded", 1), ("staff", "loaded", 1)]
    assert [w for r in results for w in r.warnings] == ["files in the archive that no contract reads: readme.txt"]
    workspace.put("b.zip", zipped(("answers_1.csv", GOOD)))
    refused = next(r for r in workspace.night() if r.state == "refused")
    assert "holds no staff.csv, but answers_1.csv" in refused.reason


@example(place=352, value=0, is_stored=False)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10_000), value=st.integers(0, 255), is_stored=st.booleans())
def test_i25_damaged_archive_is_refused_or_whole(tmp_path: Path, place: int, value: int, is_stored: bool) -> None:
    """300 archives with one byte overwritten: each is refused with a reason, or its content is what was packed."""
    data = bytearray(zipped(("a.csv", LONG[:2000]), method=zipfile.ZIP_STORED if is_stored else zipfile.ZIP_DEFLATED))
    data[place % len(data)] = value
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    try:
        content = b"".join(read_text(path, compression="zip", encoding="utf-8", limits=LandingLimits()))
    except UnreadableError:
        return
    assert content == LONG[:2000]
