"""One YAML file as plain data that knows its lines, and as a frozen type whose every error names file, line, key and value.

YAML is read strictly: no tags beyond the plain ones, no aliases (they can grow a small file without bound), no key twice, no
number that is infinite or none.
"""

import math
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from pydantic import ValidationError

from orchestration.config.models import MisfitError, Model
from orchestration.config.names import advise_nearest
from orchestration.errors import ConfigError, CsatError, join_errors

Key = tuple[str | int, ...]
Parsed = TypeVar("Parsed", bound=Model)
SHOWN_VALUE = 60
UNKNOWN_KEY = "extra_forbidden"
PLAIN_TAGS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


@dataclass(frozen=True)
class Document:
    """The data of one file, the line of every key, and the class of error that its faults are."""

    name: str
    data: Any
    lines: dict[Key, int]
    error: type[CsatError] = ConfigError

    def line(self, key: Key) -> int:
        """The line where `key` stands, or the nearest key around it."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)

    def fault(self, key: Key, what: str, hint: str) -> CsatError:
        """An error at `key`: file and line, dotted key, value, advice."""
        value = self._value(key)
        shown = f" ({_shorten(value)})" if value is not None else ""
        dotted = ".".join(str(part) for part in key)
        return self.error(f"{dotted}{shown}: {what}" if dotted else what, where=f"{self.name}:{self.line(key)}", hint=hint)

    def _value(self, key: Key) -> object:
        found = self.data
        for part in key:
            try:
                found = found[part]
            except (KeyError, IndexError, TypeError):
                return None
        return None if isinstance(found, dict | list) else found


class _StrictLoader(yaml.SafeLoader):
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """The next node; refuses an alias."""
        if self.check_event(yaml.AliasEvent):
            raise _at(cast(Any, self).peek_event().start_mark, "an alias (*name) is not allowed here")
        return super().compose_node(parent, index)


def read_document(path: Path, root: Path, error: type[CsatError] = ConfigError) -> Document:
    """The file at `path`, named relative to `root`. Raises `error` where it cannot be read as strict YAML."""
    name = path.relative_to(root).as_posix()
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise error(f"is not UTF-8: byte {wrong.start}", where=name, hint="save the file as UTF-8") from wrong
    except OSError as wrong:
        raise error(f"cannot be read: {wrong.strerror}", where=name, hint="check the file's owner and mode") from wrong
    try:
        return _parse(text, name, error)
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        place = f"{name}:{mark.line + 1}" if mark else name
        hint = "write plain YAML; a text with : # { } or quotes needs quotes"
        raise error(wrong.problem or "is not YAML", where=place, hint=hint) from wrong
    except (yaml.YAMLError, RecursionError, ValueError) as wrong:
        raise error(f"is not YAML: {wrong}", where=name, hint="write plain YAML") from wrong


def parse_document(document: Document, kind: type[Parsed]) -> Parsed:
    """The document as a `kind`. Raises its error with every fault, each at its line."""
    if not isinstance(document.data, dict):
        raise document.fault((), "holds no keys", f"write keys such as {', '.join(list(kind.model_fields)[:3])}")
    try:
        return kind.model_validate(document.data)
    except ValidationError as wrong:
        faults = sorted(wrong.errors(include_url=False), key=_is_no_stranger)
    # not `from wrong`: a validation error keeps its frames where no garbage collection reaches, and DuckDB complains of that at exit
    raise join_errors(list(_told(document, faults, kind)))


def _told(document: Document, faults: Iterable[Mapping[str, Any]], kind: type[Model]) -> Iterator[CsatError]:
    """One error per place: the branches of a union complain about the same value."""
    seen: set[Key] = set()
    for fault in faults:
        cause = dict(fault.get("ctx", {})).get("error")
        if isinstance(cause, MisfitError):
            yield from (document.fault(_existing(document, key), what, hint) for key, what, hint in cause.faults)
            continue
        key = tuple(fault["loc"])
        place = _existing(document, _without_branches(document, key))
        if place not in seen:
            seen.add(place)
            yield document.fault(place, _problem(fault["msg"], key), _advice(fault["type"], key, kind))


def _parse(text: str, name: str, error: type[CsatError]) -> Document:
    loader = _StrictLoader(text)
    try:
        node = loader.get_single_node()
        lines: dict[Key, int] = {}
        data = _build(loader, node, (), lines) if node else None
    finally:
        loader.dispose()
    return Document(name, data, lines, error)


def _build(loader: yaml.SafeLoader, node: yaml.Node, key: Key, lines: dict[Key, int]) -> Any:
    lines.setdefault(key, node.start_mark.line + 1)
    if isinstance(node, yaml.CollectionNode) and node.tag not in PLAIN_TAGS:
        raise _at(node.start_mark, f"the tag {node.tag} is not allowed here")
    if isinstance(node, yaml.MappingNode):
        return _build_mapping(loader, node, key, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_build(loader, child, (*key, position), lines) for position, child in enumerate(node.value)]
    value = loader.construct_object(node)
    if isinstance(value, float) and not math.isfinite(value):
        raise _at(node.start_mark, f"{node.value} is no number")
    return value


def _build_mapping(loader: yaml.SafeLoader, node: yaml.MappingNode, key: Key, lines: dict[Key, int]) -> dict[Any, Any]:
    built: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        name = loader.construct_object(key_node)
        if not isinstance(name, str):
            raise _at(key_node.start_mark, f"the key {key_node.value} must be a text: put it in quotes")
        if name in built:
            raise _at(key_node.start_mark, f"the key {name} stands twice")
        lines[(*key, name)] = key_node.start_mark.line + 1
        built[name] = _build(loader, value_node, (*key, name), lines)
    return built


def _at(mark: yaml.Mark, problem: str) -> yaml.MarkedYAMLError:
    return yaml.constructor.ConstructorError(None, None, problem, mark)


def _existing(document: Document, key: Key) -> Key:
    """The key without the branches of a union, which pydantic names like keys (`columns.0.source.str`)."""
    while key and key not in document.lines and len(key) > 1 and key[:-1] in document.lines and document._value(key[:-1]) is not None:
        key = key[:-1]
    return key


def _without_branches(document: Document, key: Key) -> Key:
    """The key without the name of a chosen branch in its middle (`fetch.s3.bucket`): all but the last part stand in the file."""
    kept: Key = ()
    for part in key[:-1]:
        kept = (*kept, part) if (*kept, part) in document.lines else kept
    return (*kept, *key[-1:])


def _is_no_stranger(fault: Mapping[str, Any]) -> bool:
    """Sorts keys that are not known first: a misspelt key is also a missing one, and its own line helps more."""
    return str(fault["type"]) != UNKNOWN_KEY


def _problem(message: str, key: Key) -> str:
    plain = message.removeprefix("Value error, ")
    return {"Extra inputs are not permitted": "is not known", "Field required": "is missing"}.get(plain, plain[:1].lower() + plain[1:])


def _advice(kind: str, key: Key, model: type[Model]) -> str:
    if kind == UNKNOWN_KEY:
        return advise_nearest(str(key[-1]), _fields(model, key[:-1]))
    return {
        "missing": "add the key",
        "string_type": "put the value in quotes",
        "string_pattern_mismatch": "a code has letters, digits and _ only, at most 64",
    }.get(kind, "correct the value; orchestration/config describes every key")


def _fields(model: type[Model], key: Key) -> list[str]:
    """Names of the keys that may stand under `key` of a file of type `model`."""
    found = [model]
    for part in filter(lambda part: isinstance(part, str), key):
        inside = [one.model_fields[str(part)].annotation for one in found if part in one.model_fields]
        found = _models_within(inside[0]) if inside else [one for one in found if _is_branch(one, str(part))] or found
    return list(dict.fromkeys(name for one in found for name in one.model_fields))


def _models_within(annotation: Any) -> list[type[Model]]:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias) and issubclass(annotation, Model):
        return [annotation]
    return [model for part in typing.get_args(annotation) for model in _models_within(part)]


def _is_branch(model: type[Model], name: str) -> bool:
    """True where the type is the branch of a union that a key with this one value chooses."""
    return any(typing.get_args(field.annotation) == (name,) for field in model.model_fields.values())


def _shorten(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= SHOWN_VALUE else text[:SHOWN_VALUE] + "..."
