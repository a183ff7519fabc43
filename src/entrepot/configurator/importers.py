"""Foreign model formats as formulas: UVL, DIMACS, and the tables of XCSP 2.1.

They have no parts, prices or messages; they are read to check a model's facts and to measure the engines. What a
format says beyond options and rules over them is refused, never dropped silently.
"""

from __future__ import annotations

import re
from pathlib import Path

from entrepot.configurator.diagrams import assert_diagram, table_diagram
from entrepot.configurator.formula import NONE, Builder, Clause, Formula, Value
from entrepot.configurator.problems import ModelInvalid

_NAMED = re.compile(r"c\s+(\d+)\s+(.+)")


def read_formula(path: Path) -> Formula:
    """The formula in a file, by its ending: .uvl, .dimacs or .cnf, .xml."""
    readers = {".uvl": read_uvl, ".dimacs": read_dimacs, ".cnf": read_dimacs, ".xml": read_xcsp}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise ModelInvalid(
            file=path.name, line=1, problem="this format is not known.", remedy="Give .yaml, .uvl, .dimacs or .xml."
        )
    return reader(path)


def read_uvl(path: Path) -> Formula:
    """A feature model in the universal variability language; a construct above the Boolean level is refused."""
    from uvllang import UVL

    try:
        read = UVL(from_file=str(path)).to_cnf(verbose_info=False)
    except Exception as error:
        raise ModelInvalid(file=path.name, line=1, problem=str(error).splitlines()[0], remedy="Use the Boolean level.") from error
    return _boolean([tuple(clause) for clause in read.clauses], int(read.nv), "\n".join(read.comments))


def read_dimacs(path: Path) -> Formula:
    """Clauses in DIMACS form; comments ``c 12 Name`` name the variables."""
    clauses: list[Clause] = []
    words: list[int] = []
    comments: list[str] = []
    count = -1
    for number, line in enumerate(path.read_text().splitlines(), 1):
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
    root = etree.parse(str(path), parser).getroot()
    if root.getroottree().docinfo.internalDTD is not None:
        raise ModelInvalid(file=path.name, line=1, problem="document types are refused.", remedy="Remove the DOCTYPE.")
    domains = {one.get("name"): _domain(one.text or "") for one in root.iter("domain")}
    relations = {one.get("name"): one for one in root.iter("relation")}
    builder = Builder()
    places: dict[str, int] = {}
    for one in root.iter("variable"):
        name = str(one.get("name"))
        places[name] = builder.variable(name, [Value(value, 1) for value in domains[one.get("domain")]])
    for one in root.iter("constraint"):
        relation = relations.get(one.get("reference"))
        if relation is None or relation.get("semantics") not in ("supports", "conflicts"):
            raise ModelInvalid(
                file=path.name, line=one.sourceline, problem="only tables can be read.", remedy="Use supports or conflicts."
            )
        columns = [places[name] for name in str(one.get("scope")).split()]
        index = [{value.option: bit for bit, value in enumerate(builder.variables[place].values)} for place in columns]
        rows = set()
        for text in (relation.text or "").split("|"):
            cells = text.split()
            if cells and all(cell in known for cell, known in zip(cells, index, strict=True)):
                rows.add(tuple(known[cell] for cell, known in zip(cells, index, strict=True)))
        sizes = [len(known) for known in index]
        diagram = table_diagram(columns, sizes, rows, relation.get("semantics") == "supports")
        builder.group(str(one.get("name")), assert_diagram(builder, diagram))
    return builder.build()


def _domain(text: str) -> list[str]:
    """``0 2..4`` → 0, 2, 3, 4."""
    values: list[str] = []
    for word in text.split():
        first, dots, last = word.partition("..")
        values.extend(str(one) for one in range(int(first), int(last) + 1)) if dots else values.append(word)
    return values
