"""Who imports whose insides: a context is used through its package, its tables by itself alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SYSTEMS = ("commerce", "order_management")
ROOT = Path(__file__).parents[2] / "src" / "entrepot"


@dataclass(frozen=True)
class Import:
    """One import: the file it stands in, the line, the module it names."""

    file: str
    line: int
    module: str


def imports(root: Path) -> Iterator[Import]:
    """Every import of one of our modules below ``root``."""
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("entrepot."):
                yield Import(name, node.lineno, node.module.removeprefix("entrepot."))
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name.startswith("entrepot."):
                        yield Import(name, node.lineno, alias.name.removeprefix("entrepot."))


def violations(root: Path = ROOT) -> list[str]:
    """Imports of a context's insides from outside it."""
    found = []
    for one in imports(root):
        parts = one.module.split(".")
        if parts[0] not in SYSTEMS or len(parts) < 3:
            continue
        context = "/".join(parts[:2]) + "/"
        if not one.file.startswith(context):
            found.append(f"{one.file}:{one.line} imports {one.module}; use entrepot.{'.'.join(parts[:2])}")
    return found
