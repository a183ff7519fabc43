"""No module needs one that needs it, not even for a type: each can be read, tested and replaced from below."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import entrepot

SOURCE = Path(entrepot.__file__).parent


def modules(source: Path) -> dict[str, Path]:
    """Every module by its dotted name, a package by its own."""
    found = {}
    for file in source.rglob("*.py"):
        names = file.relative_to(source.parent).with_suffix("").parts
        found[".".join(names[:-1] if names[-1] == "__init__" else names)] = file
    return found


def needs(file: Path, known: dict[str, Path]) -> Iterator[str]:
    """The modules that a file imports, wherever in it that stands."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module in known:
            inside = {f"{node.module}.{one.name}" for one in node.names}
            yield from inside & known.keys()
            if inside - known.keys():
                yield node.module


def circle_in(source: Path) -> list[str]:
    """The modules of a circle, if there is one; a package's face may import what is in it."""
    known = modules(source)
    graph = {name: {one for one in needs(file, known) if one != name} for name, file in known.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def test_imports_go_one_way() -> None:
    assert circle_in(SOURCE) == []


@pytest.mark.parametrize("planted", ["from house.second import two\n", "if False:\n    import house.second\n"])
def test_a_circle_is_found(tmp_path: Path, planted: str) -> None:
    house = tmp_path / "house"
    house.mkdir()
    (house / "__init__.py").write_text("")
    (house / "first.py").write_text(planted)
    (house / "second.py").write_text("from house import first\ntwo = 2\n")
    assert {"house.first", "house.second"} <= set(circle_in(house))
