"""The README's commands exist, and what it says of files is there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
README = (REPOSITORY / "README.md").read_text("utf-8")
FENCES = re.findall(r"```(?:sh|console|bash)\n(.*?)```", README, re.S)
LINES = [line.split("  #")[0].strip() for fence in FENCES for line in fence.splitlines() if line.strip() and not line.startswith("#")]


def test_readme_shows_commands():
    assert "make demo" in LINES
    assert "make test" in LINES


@pytest.mark.parametrize("target", sorted({line.split()[1] for line in LINES if line.startswith("make ") and "=" not in line.split()[1]}))
def test_make_target_exists(target):
    assert re.search(rf"^{target}:", (REPOSITORY / "Makefile").read_text("utf-8"), re.M)


def _csat_commands() -> list[tuple[str, ...]]:
    calls = {re.sub(r"^(\.venv/bin/)", "", line) for line in LINES}
    words = [re.sub(r"--workspace \S+ ", "", call).split() for call in calls if call.startswith("csat ")]
    return sorted({tuple(word for word in call[1:3] if re.fullmatch(r"[a-z-]+", word)) for call in words})


@pytest.mark.parametrize("command", _csat_commands(), ids=" ".join)
def test_csat_command_exists(command):
    names = [name for name in command if not name.startswith("-")]
    if len(names) == 2 and names[0] not in {"contract", "quarantine"}:
        names = names[:1]
    shown = subprocess.run([sys.executable, "-m", "orchestration.cli", *names, "--help"], capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "data/README.md"])
def test_every_named_path_is_there(document):
    text = (REPOSITORY / document).read_text("utf-8")
    named = set(re.findall(r"`((?:orchestration|tests|templates|dbt_project|data)/[\w/.-]+?)/?`", text))
    made_by_a_run = {path for path in named if "/out" in path or "/actual" in path or "_packaged" in path}
    assert not [path for path in sorted(named - made_by_a_run) if not (REPOSITORY / path).exists()]
