"""README's table of exit codes is the tree of errors."""

import re
from pathlib import Path

from orchestration import cli
from orchestration.errors import CsatError

README = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")
ROWS = re.findall(r"^\| (\d+) \| (?:`(\w+)` )?\| (.+) \|$", README, re.M)


def test_every_kind_of_error_stands_in_the_table_with_its_code():
    assert {name: int(code) for code, name, _ in ROWS if name} == {kind.__name__: kind.exit_code for kind in CsatError.__subclasses__()}


def test_the_other_codes_are_those_of_the_command_line():
    assert {int(code) for code, name, _ in ROWS if not name} == {0, cli.UNEXPECTED, 2, cli.INTERRUPTED}
