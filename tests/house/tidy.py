"""The budgets of the house: how long a file, how long a function, how many parameters, which words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "entrepot"
MOST_LINES = 400
MOST_FUNCTION = 60
MOST_PARAMETERS = 6
NAMELESS = re.compile(r"(^|/)(utils?|helpers?|common|core|managers?|services?)(\.py|/)")
LEFT_OPEN = re.compile(r"TODO|FIXME|XXX|NotImplementedError|pragma: no cover|type: ignore")


def offenders(root: Path = SOURCE) -> Iterator[str]:
    """Everything over budget, one line each; generated migrations are nobody's handwriting."""
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if "/migrations/" in name:
            continue
        text = path.read_text("utf-8")
        if text.count("\n") > MOST_LINES:
            yield f"{name}: {text.count(chr(10))} lines"
        if NAMELESS.search(name):
            yield f"{name}: a room without a name"
        if match := LEFT_OPEN.search(text):
            yield f"{name}: {match.group()}"
        yield from _functions(name, ast.parse(text))


def _functions(name: str, tree: ast.Module) -> Iterator[str]:
    if tree.body and ast.get_docstring(tree) is None and not name.endswith("py.typed"):
        yield f"{name}: no docstring says why it exists"
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > MOST_FUNCTION:
            yield f"{name}: {node.name} is {length} lines"
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        count = len([one for one in arguments if one.arg not in ("self", "cls")])
        if count > MOST_PARAMETERS:
            yield f"{name}: {node.name} has {count} parameters"
