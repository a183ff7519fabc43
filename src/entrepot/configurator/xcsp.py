"""Variables with domains, and tables of what they may be together, in the formats XCSP 2.1 and XCSP3.

Only tables (supports and conflicts) are read. Any other constraint, a relation of another kind, an objective: each is
refused with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any, NoReturn

from entrepot.configurator.diagrams import assert_diagram, table_diagram
from entrepot.configurator.formula import Builder, Formula, Value
from entrepot.configurator.problems import ModelInvalid, ModelTooLarge

MAX_OPTIONS = 50_000
MAX_ROWS = 1_000_000
_TABLES = "Only tables can be read: supports or conflicts. Say this one as a table, or as a rule of a YAML model."
_ANY = "*"
_ARRAY = re.compile(r"([\w.]+)((?:\[[^\]]*\])+)")
_WORD, _WHOLE, _RANGE = re.compile(r"[-+]?\w+"), re.compile(r"[-+]?\d+"), re.compile(r"([-+]?\d+)\.\.([-+]?\d+)")
_TUPLES = re.compile(r"\s*(\([^()]*\)\s*)*")

#: A row as it is written, one text per variable.
Cells = Sequence[str]


def read_xcsp(name: str, text: str) -> Formula:
    """The formula of an instance; of a document type, of anything but tables and of a wrong row it says the line."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise ModelInvalid(file=name, line=line, problem="this is no XML.", remedy="Check the tags there.") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise ModelInvalid(file=name, line=1, problem="document types are refused.", remedy="Remove the DOCTYPE.")
    newer = "XCSP3" in (root.get("format") or "")
    instance = _Instance(name, root)
    (_Newer if newer else _Older)(instance).read()
    if not instance.places:
        instance.fail(root, "there are no variables.", "Give an instance in the format XCSP 2.1 or XCSP3.")
    return instance.builder.build()


class _Instance:
    """What is known of an instance while it is read."""

    def __init__(self, name: str, root: Any) -> None:
        self.name = name
        self.root = root
        self.builder = Builder()
        self.places: dict[str, int] = {}
        self.options = 0
        self.rows = 0

    def fail(self, element: Any, problem: str, remedy: str) -> NoReturn:
        line = element.sourceline or 1
        raise ModelInvalid(path=f"{self.name}:{line}", file=self.name, line=line, problem=problem, remedy=remedy)

    def variable(self, element: Any, name: str, values: Sequence[str]) -> None:
        if not values or not name:
            self.fail(element, "this variable has no name or no values.", "Give it a name, and a domain with a value in it.")
        if name in self.places:
            self.fail(element, f"there is another variable {name}.", "Rename one of them.")
        self.options += len(values)
        if self.options > MAX_OPTIONS:
            raise ModelTooLarge(limit=f"it has more than {MAX_OPTIONS:,} options")
        self.places[name] = self.builder.variable(name, [Value(value, 1) for value in values])

    def values(self, element: Any, text: str) -> list[str]:
        """``0 2..4`` → 0, 2, 3, 4."""
        values: list[str] = []
        for word in text.split():
            first, dots, last = word.partition("..")
            if not dots:
                values.append(word)
                continue
            try:
                begin, end = int(first), int(last)
            except ValueError:
                self.fail(element, f"`{word}` is no range.", "Write 0..4.")
            if end - begin > MAX_OPTIONS:
                raise ModelTooLarge(limit=f"it has more than {MAX_OPTIONS:,} options")
            values += [str(one) for one in range(begin, end + 1)]
        return list(dict.fromkeys(values))

    def table(self, told: tuple[Any, str], scope: Sequence[str], rows: Sequence[Cells], allowed: bool) -> None:
        """A table over some variables; a row with a value that its variable does not have can never be taken."""
        element, name = told
        unknown = [one for one in scope if one not in self.places]
        if unknown or not scope or len(set(scope)) != len(scope):
            words = f"Look at {' '.join(unknown or scope)[:60] or 'its list of variables'}."
            self.fail(element, "its scope is not a list of different variables.", words)
        self.rows += len(rows)
        if self.rows > MAX_ROWS:
            raise ModelTooLarge(limit=f"its tables have more than {MAX_ROWS:,} rows")
        columns = [self.places[one] for one in scope]
        variables = [self.builder.variables[place] for place in columns]
        known = [{value.option: [bit] for bit, value in enumerate(one.values)} | {_ANY: [-1]} for one in variables]
        found: set[tuple[int, ...]] = set()
        for cells in rows:
            if len(cells) != len(columns):
                said = f"a row of {name} has {len(cells)} cells for {len(columns)} variables."
                self.fail(element, said, f"Give one per variable; the row begins with {' '.join(cells)[:40]}.")
            meant = [column.get(cell) for cell, column in zip(cells, known, strict=True)]
            for place, cell in enumerate(cells):
                if meant[place] is None and not _WORD.fullmatch(cell):
                    meant[place] = self._range(element, name, cell, known[place])
            stand_for = [one for one in meant if one]
            if len(stand_for) < len(columns):
                continue
            if len(found) + prod(map(len, stand_for)) > MAX_ROWS:
                raise ModelTooLarge(limit=f"its tables have more than {MAX_ROWS:,} rows")
            found.update(product(*stand_for))
        diagram = table_diagram(columns, [len(one.values) for one in variables], found, allowed)
        self.builder.group(name, assert_diagram(self.builder, diagram), diagram=diagram)

    def _range(self, element: Any, name: str, cell: str, known: Mapping[str, list[int]]) -> list[int]:
        """The values of a column that a cell such as ``1..5`` stands for."""
        match = _RANGE.fullmatch(cell)
        if match is None:
            words = "Write a value, a range (1..5) or * in each cell, and a row for each combination."
            self.fail(element, f"`{cell[:40]}` in a row of {name} is no value.", words)
        low, high = int(match[1]), int(match[2])
        return [bit for value, [bit] in known.items() if _WHOLE.fullmatch(value) and low <= int(value) <= high]


class _Older:
    """XCSP 2.1: domains, variables and relations by name, and constraints that lay a relation over variables."""

    def __init__(self, instance: _Instance) -> None:
        self.instance = instance
        self.rows: dict[str, list[Cells]] = {}

    def read(self) -> None:
        instance, root = self.instance, self.instance.root
        domains = {one.get("name"): instance.values(one, one.text or "") for one in root.iter("domain")}
        relations = {one.get("name"): one for one in root.iter("relation")}
        for one in root.iter("variable"):
            if one.get("domain") not in domains:
                instance.fail(one, "this variable has no domain.", "Name one of the domains above, with a value in it.")
            instance.variable(one, one.get("name") or "", domains[one.get("domain")])
        for number, one in enumerate(root.iter("constraint"), 1):
            relation = relations.get(one.get("reference"))
            if relation is None or relation.get("semantics") not in ("supports", "conflicts"):
                kind = relation.get("semantics") if relation is not None else one.get("reference")
                instance.fail(one, f"this constraint ({kind}) is no table.", _TABLES)
            name = str(one.get("name") or f"constraint {number}")
            scope = (one.get("scope") or "").split()
            instance.table((one, name), scope, self._rows(relation), relation.get("semantics") == "supports")

    def _rows(self, relation: Any) -> list[Cells]:
        """The rows of a relation, which many constraints may share."""
        name = relation.get("name")
        if name not in self.rows:
            self.rows[name] = [cells for row in (relation.text or "").split("|") if (cells := row.split())]
        return self.rows[name]


class _Newer:
    """XCSP3: variables and arrays of them, and `extension` constraints, alone, in blocks and in groups."""

    def __init__(self, instance: _Instance) -> None:
        self.instance = instance
        self.arrays: dict[str, tuple[int, ...]] = {}
        self.number = 0

    def read(self) -> None:
        instance = self.instance
        for one in instance.root:
            if one.tag == "variables":
                for variable in _elements(one):
                    self._variables(variable)
            elif one.tag == "constraints":
                self._constraints(one)
            elif isinstance(one.tag, str) and one.tag != "annotations":
                instance.fail(one, f"`{one.tag}` is not read.", "Remove it: a model says what is possible, not what is best.")

    def _variables(self, element: Any) -> None:
        name = element.get("id") or ""
        if element.get("as"):
            alike = (one for one in self.instance.root.iter("var", "array") if one.get("id") == element.get("as"))
            text = next((one.text or "" for one in alike), "")
        else:
            text = element.text or ""
        if element.tag == "var":
            self.instance.variable(element, name, self.instance.values(element, text))
        elif element.tag == "array":
            self._array(element, name, text)
        else:
            self.instance.fail(element, f"`{element.tag}` is no variable.", "Write var or array.")

    def _array(self, element: Any, name: str, text: str) -> None:
        """One variable per place of an array; parts of it may have domains of their own."""
        sizes = [int(one) for one in re.findall(r"\[(\d+)\]", element.get("size") or "")]
        count = 1
        for size in sizes:
            count *= size
        if not sizes or count > MAX_OPTIONS:
            self.instance.fail(element, f"the array {name} has no size, or too large a one.", 'Write size="[3][4]".')
        self.arrays[name] = tuple(sizes)
        own: dict[str, str] = {}
        for domain in element.findall("domain"):
            for said in (domain.get("for") or "").split():
                cells = [said] if said == "others" else self._named(element, said)
                own |= dict.fromkeys(cells, domain.text or "")
        for place in product(*map(range, sizes)):
            one = name + "".join(f"[{index}]" for index in place)
            values = own.get(one, own.get("others", "" if own else text))
            if values.strip():  # A place without a domain is a hole in the array.
                self.instance.variable(element, one, self.instance.values(element, values))

    def _constraints(self, parent: Any) -> None:
        for one in _elements(parent):
            if one.tag == "block":
                self._constraints(one)
            elif one.tag == "group":
                template, arguments = one.find("extension"), one.findall("args")
                if template is None:
                    inner = next((each.tag for each in _elements(one)), "nothing")
                    self.instance.fail(one, f"this group of `{inner}` is no table.", _TABLES)
                for each in arguments:
                    self._extension(template, (each.text or "").split())
            elif one.tag == "extension":
                self._extension(one, [])
            else:
                self.instance.fail(one, f"this constraint ({one.tag}) is no table.", _TABLES)

    def _extension(self, element: Any, arguments: list[str]) -> None:
        """A table; in a group ``%0`` is the first argument and ``%...`` all that have no number."""
        self.number += 1
        said = element.find("list")
        words = ((said.text if said is not None else element.text) or "").split()
        numbered = [int(word[1:]) for word in words if word.startswith("%") and word[1:].isdigit()]
        if any(number >= len(arguments) for number in numbered):
            self.instance.fail(element, "a group gives too few arguments.", "Give as many as its template names.")
        scope: list[str] = []
        for word in words:
            if word == "%...":
                given = arguments[max(numbered, default=-1) + 1 :]
            elif word.startswith("%"):
                given = [arguments[int(word[1:])]]
            else:
                given = [word]
            scope += [name for one in given for name in self._named(element, one)]
        rows = element.find("supports")
        allowed = rows is not None
        rows = rows if allowed else element.find("conflicts")
        if rows is None:
            self.instance.fail(element, "this table has neither supports nor conflicts.", _TABLES)
        told = element.get("id") or f"constraint {self.number}"
        self.instance.table((element, told), scope, self._rows(rows, len(scope)), allowed)

    def _rows(self, element: Any, width: int) -> list[Cells]:
        text = (element.text or "").strip()
        if width == 1 and "(" not in text:
            return [(value,) for value in self.instance.values(element, text)]
        if not _TUPLES.fullmatch(text):
            words = f"Write (1,2)(3,*); it begins with {text[:40]}."
            self.instance.fail(element, "these rows are no list of tuples.", words)
        return [[cell.strip() for cell in row.split(",")] for row in re.findall(r"\(([^()]*)\)", text)]

    def _named(self, element: Any, word: str) -> list[str]:
        """``x`` → x; ``x[]`` and ``x[0..2][1]`` → the variables of the array."""
        match = _ARRAY.fullmatch(word)
        name = match[1] if match else word
        sizes = self.arrays.get(name)
        if sizes is None:
            return [word]
        said = re.findall(r"\[([^\]]*)\]", match[2]) if match else [""] * len(sizes)
        if len(said) != len(sizes):
            self.instance.fail(element, f"`{word}` has not the {len(sizes)} dimensions of {name}.", "Write one [] for each.")
        places = []
        for index, size in zip(said, sizes, strict=True):
            first, dots, last = index.partition("..")
            if index and not (first.isdigit() and (not dots or last.isdigit())):
                self.instance.fail(element, f"`{word}` names no variables.", "Write x[], x[2] or x[0..2].")
            begin, end = (int(first), int(last if dots else first)) if index else (0, size - 1)
            if not begin <= end < size:
                self.instance.fail(element, f"`{word}` is not within {name}.", f"Its last place is [{size - 1}].")
            places.append(range(begin, end + 1))
        return [name + "".join(f"[{one}]" for one in place) for place in product(*places)]


def _elements(parent: Any) -> Iterator[Any]:
    """What stands inside, comments aside."""
    return (one for one in parent if isinstance(one.tag, str))
