"""Whether a text of the metric registry is one expression over a fact's columns, and nothing that reads, writes or ends it early.

The registry is the client's own, but it is pasted into SQL that runs each night: a word too many there is a defect that
this module turns into an error of the configuration.
"""

import re

FORBIDDEN = frozenset((
    "select", "from", "attach", "detach", "pragma", "copy", "insert", "update", "delete", "drop", "create", "alter", "install",
    "load", "export", "import", "call", "set", "reset", "use", "with", "union", "except", "intersect", "truncate", "vacuum",
    "checkpoint", "begin", "commit", "rollback", "execute", "prepare", "show", "describe", "grant", "getenv", "read_text",
    "read_blob", "read_csv", "read_csv_auto", "read_json", "read_parquet", "glob", "query", "query_table", "over", "values",
))  # fmt: skip
STRING = re.compile(r"'(?:[^']|'')*'")
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def refuse_reason(expression: str, *, may_be_empty: bool = False) -> str:
    """Why the text is no such expression; empty: it is one."""
    if not expression.strip():
        return "" if may_be_empty else "is empty"
    bare = STRING.sub("''", expression)
    for mark, name in ((";", "a semicolon"), ("--", "a comment"), ("/*", "a comment"), ("\\", "a backslash"), ('"', "a double quote")):
        if mark in bare:
            return f"holds {name}"
    if bare.replace("''", "").count("'"):
        return "holds a quote that is not closed"
    if words := [word for word in WORD.findall(bare) if word.lower() in FORBIDDEN]:
        return f"holds the word {words[0]}, which is no part of an expression over columns"
    return _unbalanced(bare)


def _unbalanced(bare: str) -> str:
    depth = 0
    for character in bare:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            return "closes a bracket that it did not open"
    return "leaves a bracket open" if depth else ""
