"""Files and functions stay small enough to be read at a sitting."""

import ast
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PYTHON_FILES = sorted((REPOSITORY / "orchestration").rglob("*.py"))
SQL_FILES = sorted(path for path in (REPOSITORY / "dbt_project").rglob("*.sql") if "target" not in path.parts)
LONGEST_PYTHON, LONGEST_SQL, LONGEST_BODY, P90_BODY = 300, 100, 50, 25


def _body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1 if body else 0


def _bodies(path: Path) -> list[tuple[str, int]]:
    functions = [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(f"{path.relative_to(REPOSITORY)}:{node.name}", _body_lines(node)) for node in functions]


def test_there_is_something_to_measure():
    assert len(PYTHON_FILES) > 20
    assert len(SQL_FILES) > 20


@pytest.mark.parametrize("path", PYTHON_FILES, ids=lambda path: path.name)
def test_python_file_is_short(path):
    assert path.read_text("utf-8").count("\n") <= LONGEST_PYTHON


@pytest.mark.parametrize("path", SQL_FILES, ids=lambda path: path.name)
def test_sql_file_is_short(path):
    assert path.read_text("utf-8").count("\n") <= LONGEST_SQL


def test_functions_are_short():
    bodies = [body for path in PYTHON_FILES for body in _bodies(path)]
    too_long = [f"{name} {size}" for name, size in bodies if size > LONGEST_BODY]
    assert not too_long
    sizes = sorted(size for _, size in bodies)
    assert sizes[int(len(sizes) * 0.9)] <= P90_BODY
