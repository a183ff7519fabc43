"""Foreign model formats as formulas: UVL, DIMACS, and the tables of XCSP 2.1; and our own YAML.

They have no parts, prices or messages; they are read to check a model's facts and to measure the engines. What a
format says beyond options and rules over them is refused, never dropped silently; so is what goes beyond the
limits stated here, before it can hurt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from entrepot.configurator.diagrams import assert_diagram, table_diagram
from entrepot.configurator.encode import encode
from entrepot.configurator.formula import NONE, Builder, Clause, Formula, Value
from entrepot.configurator.model import Model
from entrepot.configurator.problems import ModelInvalid, ModelTooLarge
from entrepot.configurator.read import read_model
from entrepot.configurator.worker import run_worker

MAX_BYTES = 64_000_000
MAX_OPTIONS = 50_000
MAX_CLAUSES = 2_000_000
MAX_ROWS = 1_000_000
UVL_SECONDS = 60.0
UVL_MEGABYTES = 6_000
_UVL_WORKER = Path(__file__).with_name("uvl_worker.py")
_NAMED = re.compile(r"c\s+(\d+)\s+(.+)")
_YAML = (".yaml", ".yml")


def read_formula(path: Path, at: datetime) -> Formula:
    """The formula in a file, by its ending: .yaml, .uvl, .dimacs or .cnf, .xml."""
    if path.suffix.lower() in _YAML:
        return encode(read_model_file(path), at).formula
    readers = {".uvl": read_uvl, ".dimacs": read_dimacs, ".cnf": read_dimacs, ".xml": read_xcsp}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise ModelInvalid(
            file=path.name, line=1, problem="this format is not known.", remedy="Give .yaml, .uvl, .dimacs or .xml."
        )
    return reader(path)


def read_model_file(path: Path) -> Model:
    """The model in a YAML file, with the tables and groups beside it."""
    return read_model(read_text(path), path.name, Beside(path.parent))


def read_text(path: Path) -> str:
    """A file's text; one that is too large is refused before it is read."""
    if path.stat().st_size > MAX_BYTES:
        raise ModelTooLarge(limit=f"the file {path.name} has more than {MAX_BYTES:,} bytes")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ModelInvalid(file=path.name, line=1, problem="this is no UTF-8 text.", remedy="Save it as UTF-8.") from None


class Beside(Mapping[str, str]):
    """The CSV files of a folder and the groups in its folder ``groups`` by their plain names, read when a model names them."""

    def __init__(self, folder: Path) -> None:
        self._paths = {path.name: path for path in (*folder.glob("*.csv"), *folder.glob("groups/*.yaml"))}

    def __getitem__(self, name: str) -> str:
        return read_text(self._paths[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def read_uvl(path: Path) -> Formula:
    """A feature model in the universal variability language; a construct above the Boolean level is refused."""
    read = uvl_document(path.name, read_text(path), clauses=True)
    return _boolean([tuple(clause) for clause in read["clauses"]], int(read["literals"]), "\n".join(read["comments"]))


def uvl_document(name: str, text: str, *, clauses: bool = False) -> dict[str, Any]:
    """The tree and constraints of a UVL text, and its clauses if asked for, read in a process of its own."""
    answer = run_worker(_UVL_WORKER, text, UVL_SECONDS, UVL_MEGABYTES, *(["clauses"] if clauses else []))
    if answer is None:
        raise ModelTooLarge(limit=f"reading {name} takes more than {UVL_SECONDS:.0f} s or {UVL_MEGABYTES:,} MB")
    read: dict[str, Any] = json.loads(answer)
    if "problem" in read:
        raise ModelInvalid(file=name, line=1, problem=f"{read['problem']}.", remedy="Use the Boolean level of UVL.")
    return read


def read_dimacs(path: Path) -> Formula:
    """Clauses in DIMACS form; comments ``c 12 Name`` name the variables."""
    clauses: list[Clause] = []
    words: list[int] = []
    comments: list[str] = []
    count = -1
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if line.startswith("c"):
            comments.append(line)
        elif line.startswith("p"):
            count = int(line.split()[2])
        else:
            try:
                words.extend(int(word) for word in line.split())
            except ValueError:
                raise ModelInvalid(
                    file=path.name, line=number, problem="this is no clause.", remedy="Write numbers, 0 at the end."
                ) from None
    start = 0
    for place, word in enumerate(words):
        if word == 0:
            clauses.append(tuple(words[start:place]))
            start = place + 1
    if count < 0 or start != len(words) or any(abs(word) > count for word in words):
        raise ModelInvalid(
            file=path.name, line=1, problem="header and clauses do not agree.", remedy="Write `p cnf variables clauses`."
        )
    return _boolean(clauses, count, "\n".join(comments))


def _boolean(clauses: list[Clause], count: int, comments: str) -> Formula:
    if count > MAX_OPTIONS:
        raise ModelTooLarge(limit=f"it has more than {MAX_OPTIONS:,} options")
    if len(clauses) > MAX_CLAUSES:
        raise ModelTooLarge(limit=f"it has more than {MAX_CLAUSES:,} clauses")
    names = {int(number): name.strip().strip('"') for number, name in _NAMED.findall(comments)}
    builder = Builder()
    for number in range(1, count + 1):
        name = names.get(number, str(number))
        builder.variable(name, [NONE, Value(name, 1)])
    for number, clause in enumerate(clauses):
        builder.group(f"clause {number + 1}", [tuple(dict.fromkeys(clause))])
    return builder.build()


def read_xcsp(path: Path) -> Formula:
    """Variables with domains and tables of allowed or forbidden combinations (XCSP 2.1)."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        root = etree.fromstring(read_text(path).encode(), parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise ModelInvalid(file=path.name, line=line, problem="this is no XML.", remedy="Check the tags there.") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise ModelInvalid(file=path.name, line=1, problem="document types are refused.", remedy="Remove the DOCTYPE.")
    return _Instance(path.name, root).formula()


class _Instance:
    """An XCSP instance while it is read."""

    def __init__(self, name: str, root: Any) -> None:
        self.name = name
        self.root = root
        self.builder = Builder()
        self.places: dict[str, int] = {}
        self.rows = 0

    def fail(self, element: Any, problem: str, remedy: str) -> ModelInvalid:
        return ModelInvalid(file=self.name, line=element.sourceline or 1, problem=problem, remedy=remedy)

    def formula(self) -> Formula:
        domains = {one.get("name"): self._domain(one) for one in self.root.iter("domain")}
        relations = {one.get("name"): one for one in self.root.iter("relation")}
        options = 0
        for one in self.root.iter("variable"):
            values = domains.get(one.get("domain"))
            if not values or not one.get("name"):
                raise self.fail(one, "this variable has no domain.", "Name one of the domains above, with a value in it.")
            options += len(values)
            if options > MAX_OPTIONS:
                raise ModelTooLarge(limit=f"it has more than {MAX_OPTIONS:,} options")
            self.places[one.get("name")] = self.builder.variable(one.get("name"), [Value(value, 1) for value in values])
        for number, one in enumerate(self.root.iter("constraint"), 1):
            relation = relations.get(one.get("reference"))
            if relation is None or relation.get("semantics") not in ("supports", "conflicts"):
                raise self.fail(one, "only tables can be read.", "Use supports or conflicts.")
            self._table(one, relation, number)
        return self.builder.build()

    def _table(self, constraint: Any, relation: Any, number: int) -> None:
        scope = str(constraint.get("scope")).split()
        unknown = [name for name in scope if name not in self.places]
        if unknown or not scope or len(set(scope)) != len(scope):
            raise self.fail(
                constraint, "its scope is not a list of different variables.", f"Look at {' '.join(unknown or scope)}."
            )
        columns = [self.places[name] for name in scope]
        index = [{value.option: bit for bit, value in enumerate(self.builder.variables[place].values)} for place in columns]
        text = relation.text or ""
        self.rows += text.count("|") + 1
        if self.rows > MAX_ROWS:
            raise ModelTooLarge(limit=f"its tables have more than {MAX_ROWS:,} rows")
        rows = set()
        for row in text.split("|"):
            cells = row.split()
            if cells and len(cells) != len(columns):
                raise self.fail(relation, f"a row has {len(cells)} cells for {len(columns)} variables.", "Give one per variable.")
            if cells and all(cell in known for cell, known in zip(cells, index, strict=True)):
                rows.add(tuple(known[cell] for cell, known in zip(cells, index, strict=True)))
        sizes = [len(known) for known in index]
        diagram = table_diagram(columns, sizes, rows, relation.get("semantics") == "supports")
        clauses = assert_diagram(self.builder, diagram)
        self.builder.group(str(constraint.get("name") or f"constraint {number}"), clauses)

    def _domain(self, element: Any) -> list[str]:
        """``0 2..4`` → 0, 2, 3, 4."""
        values: list[str] = []
        for word in (element.text or "").split():
            first, dots, last = word.partition("..")
            if not dots:
                values.append(word)
                continue
            try:
                begin, end = int(first), int(last)
            except ValueError:
                raise self.fail(element, f"`{word}` is no range.", "Write 0..4.") from None
            if end - begin > MAX_OPTIONS:
                raise ModelTooLarge(limit=f"it has more than {MAX_OPTIONS:,} options")
            values += [str(one) for one in range(begin, end + 1)]
        return list(dict.fromkeys(values))
