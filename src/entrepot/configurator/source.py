"""Reads YAML into plain values that remember their lines.

The reader walks the parser's events itself: nesting is limited before it can hurt, a repeated key is an error
and not a silent overwrite, aliases are refused (a few lines of them can unfold to gigabytes), and ``no`` is the
word "no", so that Norway stays a country.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml

from entrepot.configurator.problems import ModelInvalid

MAX_CHARACTERS = 16_000_000
MAX_DEPTH = 100
_INTEGER = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]+")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Path = tuple[str | int, ...]


class Decimal5(str):
    """A decimal number, kept as it was written."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the file with the line it starts on; maps and lists hold nodes."""

    value: Any
    line: int
    source: str

    def fail(self, problem: str, remedy: str) -> NoReturn:
        raise ModelInvalid(path=f"{self.source}:{self.line}", file=self.source, line=self.line, problem=problem, remedy=remedy)

    def map(self, what: str) -> dict[str, Node]:
        if not isinstance(self.value, dict):
            self.fail(f"{what} is expected to be a map of names to values.", f"Write `{what}:` and indent its entries below it.")
        return self.value

    def list(self, what: str) -> list[Node]:
        if not isinstance(self.value, list):
            self.fail(f"{what} is expected to be a list.", "Start each entry with `- `, or write [a, b].")
        return self.value

    def text(self, what: str) -> str:
        if not isinstance(self.value, str) or not self.value:
            self.fail(f"{what} is expected to be a text.", 'Write a text; put it in "quotes" if it looks like a number.')
        return str(self.value)

    def whole(self, what: str, least: int = 0, most: int = 1_000_000) -> int:
        if not isinstance(self.value, int) or not least <= self.value <= most:
            self.fail(f"{what} is expected to be a whole number from {least} to {most}.", f"Write {what}: {max(least, 1)}.")
        return int(self.value)

    def only(self, what: str, allowed: frozenset[str]) -> dict[str, Node]:
        """The map, refusing keys that mean nothing here (a misspelled rule must not be silently ignored)."""
        entries = self.map(what)
        for key, node in entries.items():
            if key not in allowed:
                node.fail(f"{what} has no field `{key}`.", f"Its fields are {', '.join(sorted(allowed))}.")
        return entries


def read_yaml(text: str, source: str) -> Node:
    """The document as nodes; a malformed one is refused with its line and what to do."""
    if len(text) > MAX_CHARACTERS:
        raise ModelInvalid(
            file=source, line=1, problem=f"the file is longer than {MAX_CHARACTERS} characters.", remedy="Split it."
        )
    try:
        return _build(yaml.parse(text, _Loader), source)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        raise ModelInvalid(
            file=source, line=line, problem=f"this is not YAML ({error.problem}).", remedy="Check indentation and quotes there."
        ) from None
    except yaml.YAMLError as error:
        raise ModelInvalid(file=source, line=1, problem="this is not YAML text.", remedy=str(error).splitlines()[0]) from None


def _build(events: Iterator[Any], source: str) -> Node:
    """Assemble nodes with a stack of our own, so that depth is ours to limit."""
    stack: list[tuple[Any, int, list[Node]]] = []
    root: Node | None = None
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            Node(None, line, source).fail("aliases (*name) are not used in models.", "Write the value out.")
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            if len(stack) >= MAX_DEPTH:
                Node(None, line, source).fail(f"nesting is deeper than {MAX_DEPTH}.", "Flatten it.")
            stack.append((event, line, []))
            continue
        if isinstance(event, yaml.ScalarEvent):
            done = Node(_scalar(event), line, source)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            start, line, parts = stack.pop()
            done = Node(parts if isinstance(start, yaml.SequenceStartEvent) else _mapping(parts), line, source)
        else:
            continue
        if stack:
            stack[-1][2].append(done)
        else:
            root = done
    return root if root is not None else Node({}, 1, source)


def _mapping(parts: list[Node]) -> dict[str, Node]:
    entries: dict[str, Node] = {}
    for key, value in zip(parts[::2], parts[1::2], strict=True):
        name = str(key.value)
        if name in entries:
            key.fail(f"`{name}` appears twice.", "Keep one of the two.")
        entries[name] = value
    return entries


def _scalar(event: Any) -> Any:
    value: str = event.value
    if not event.implicit[0] or event.style:
        return value
    if _INTEGER.fullmatch(value) and len(value) < 19:
        return int(value)
    if _DECIMAL.fullmatch(value) and len(value) < 19:
        return Decimal5(value)
    if value in ("true", "false"):
        return value == "true"
    return None if value in ("", "~", "null") else value
