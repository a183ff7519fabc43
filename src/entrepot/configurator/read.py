"""From a model file to a model: every mistake is refused with file, line and what to write instead.

The form of the file is described by ``model.schema.json``; what a schema cannot say (a rule naming an unknown
class, a table row of the wrong width, a minimum above its maximum) is checked here and in `names`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction

from entrepot.configurator.expression import Any, Chosen, Expression, Name, Not, SyntaxProblem, parse
from entrepot.configurator.groups import Groups, property_kinds, read_groups, with_shared
from entrepot.configurator.model import Advice, Item, Kit, Model, OptionClass, Pick, Property, Rule, Table, Visibility, Words
from entrepot.configurator.names import check_names
from entrepot.configurator.source import Decimal5, Node, read_yaml

MAX_OPTIONS = 50_000
MAX_ROWS = 200_000
MAX_RULES = 100_000
MAX_TABLE_CHARACTERS = 40_000_000
MAX_QUANTITIES = 100
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*")
_PICK = re.compile(r"(?:(?P<quantity>\d+)\s*x\s*)?(?P<owner>[A-Za-z][\w-]*)\.(?P<option>[\w-]+)")
_SOFT = frozenset(["defaults", "recommendations", "visibility", "configurations"])
_TOP = _SOFT | {
    "model",
    "organization",
    "languages",
    "title",
    "properties",
    "classes",
    "rules",
    "from",
    "to",
    "groups",
    "classes-from",
}
_CLASS = frozenset(
    ["title", "help", "choose", "items", "classes", "part", "ratio", "unit", "properties", "items-from", "classes-from"]
)
_ITEM = frozenset(["title", "part", "quantity", "unit", "required", "properties", "classes", "classes-from", "picture", "kit"])
_RULE = frozenset(["id", "holds", "when", "requires", "excludes", "table", "message", "source", "from", "to"])
_TABLE = frozenset(["classes", "allowed", "forbidden", "file"])
_ADVICE = frozenset(["choose", "when", "message"])
#: Options that open classes of their own, with their fields.
_Below = list[tuple[dict[str, Node], Pick]]
_CHOOSE = {"one": (1, 1), "optional": (0, 1), "any": (0, 1_000_000), "some": (1, 1_000_000)}


def read_model(text: str, source: str = "model.yaml", files: Mapping[str, str] | None = None) -> Model:
    """The model in a YAML text; ``files`` are the CSV tables and the shared groups beside it, by name."""
    top, reader = _begin(text, source, files or {})
    name = top["model"].text("model")
    model = Model(
        name=name,
        organization=top["organization"].text("organization"),
        languages=reader.languages,
        words=reader.words(top.get("title"), name),
        properties=reader.properties,
        classes=tuple(reader.classes),
        rules=reader.rules(_entries(top, "rules")),
        defaults=tuple(reader.advice(one) for one in _entries(top, "defaults")),
        recommendations=tuple(reader.advice(one) for one in _entries(top, "recommendations")),
        visibility=tuple(reader.visibility(one) for one in _entries(top, "visibility")),
        configurations=reader.configurations(top.get("configurations")),
        from_=_instant(top.get("from")),
        to=_instant(top.get("to")),
    )
    check_names(model, reader.lines, source)
    return model


def read_classes(text: str, source: str, files: Mapping[str, str]) -> tuple[list[OptionClass], list[Node]]:
    """The classes of a text with its rules as they are written; for whoever is putting rules right that cannot be read yet."""
    top, reader = _begin(text, source, files)
    return reader.classes, _entries(top, "rules")


def _begin(text: str, source: str, files: Mapping[str, str]) -> tuple[dict[str, Node], _Reader]:
    """The top of a model, and its classes."""
    root = read_yaml(text, source)
    top = root.only("The model", _TOP)
    for needed in ("model", "organization", "languages", "classes"):
        if needed not in top:
            root.fail(f"the model has no `{needed}`.", f"Add `{needed}:` at the top level.")
    languages = tuple(one.text("A language") for one in top["languages"].list("languages"))
    if not languages:
        top["languages"].fail("no language is named.", "Write languages: [en-US].")
    reader = _Reader(source, languages, files, read_groups(top.get("groups"), files))
    reader.declare(top.get("properties"))
    reader.read_classes(top, "", None, {})
    return top, reader


def read_pick(node: Node) -> Pick:
    """A pick as the file writes it: ``cpu.k5-8`` or ``2 x ports.usbc``."""
    match = _PICK.fullmatch(node.text("A choice").strip())
    if match is None:
        node.fail(f"`{node.value}` is not a choice.", "Write class.option, or 2 x class.option.")
    return Pick(match["owner"], match["option"], int(match["quantity"] or 0))


def _entries(top: dict[str, Node], key: str) -> list[Node]:
    return top[key].list(key) if key in top else []


def _instant(node: Node | None) -> datetime | None:
    if node is None:
        return None
    try:
        instant = datetime.fromisoformat(str(node.value))
    except ValueError:
        node.fail(f"`{node.value}` is not a date.", "Write 2026-05-01 or 2026-05-01T08:00:00+00:00.")
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


class _Reader:
    """Carries what every part of the file needs: the languages, the declared properties, the CSV files, the groups."""

    def __init__(self, source: str, languages: tuple[str, ...], files: Mapping[str, str], groups: Groups) -> None:
        self.source = source
        self.languages = languages
        self.files = files
        self.groups = groups
        self.properties = dict(groups.properties)
        self.classes: list[OptionClass] = []
        self.lines: dict[str, int] = {}
        self._options = 0

    def declare(self, node: Node | None) -> None:
        """The model's own properties, beside those of its groups."""
        for name, kind in property_kinds(node).items():
            if self.properties.setdefault(name, kind) != kind and node is not None:
                node.fail(f"property {name} is declared with another kind in a group.", "Give both the same kind.")

    def words(self, node: Node | None, otherwise: str = "") -> Words:
        if node is None:
            return {self.languages[0]: otherwise} if otherwise else {}
        if isinstance(node.value, str):
            return {self.languages[0]: node.value}
        texts = {language: one.text("A text") for language, one in node.map("A text").items()}
        if node.source != self.source:  # A shared group may speak more languages than this model.
            return {one: texts[one] for one in self.languages if one in texts} or self.words(None, otherwise)
        for language in texts:
            if language not in self.languages:
                node.fail(f"{language} is not a language of this model.", f"Its languages are {', '.join(self.languages)}.")
        return texts

    def name(self, text: str, node: Node) -> str:
        if not _NAME.fullmatch(text) or len(text) > 80:
            node.fail(f"`{text}` is not a name.", "Start with a letter; use letters, digits, - and _.")
        return text

    def read_classes(
        self, fields: Mapping[str, Node], parent: str, owner: Pick | None, inherited: Mapping[str, Property]
    ) -> None:
        """The classes of a model, a class or an option: its own, then those of the groups it names."""
        named = fields.get("classes-from")
        for name, one in with_shared(fields.get("classes"), named, self.groups.classes, "classes").items():
            self.name(name, one)
            if name in self.lines:
                one.fail(
                    f"class {name} exists already (line {self.lines[name]}).", "Class names are unique in a model; rename one."
                )
            self.lines[name] = one.line if one.source == self.source or named is None else named.line
            self._read_class(name, one, parent, owner, inherited)

    def _read_class(self, name: str, node: Node, parent: str, owner: Pick | None, inherited: Mapping[str, Property]) -> None:
        fields = node.only(f"class {name}", _CLASS)
        own = {**inherited, **self._values(fields.get("properties"))}
        least, most = self._choose(fields.get("choose"))
        below: _Below = []
        listed = with_shared(fields.get("items"), fields.get("items-from"), self.groups.items, "items")
        items = tuple(self._item(name, option, one, own, below) for option, one in listed.items())
        most = min(most, max(len(items), 1))
        if least > most:
            node.fail(
                f"class {name} asks for at least {least} of {len(items)} options, at most {most}.",
                "Lower the minimum or add options.",
            )
        place = len(self.classes)
        self.read_classes(fields, name, owner, own)
        for one, pick in below:
            self.read_classes(one, name, pick, own)
        self.classes.insert(
            place,
            OptionClass(
                name=name,
                words=self.words(fields.get("title"), name),
                help=self.words(fields.get("help")),
                least=least if items else 0,
                most=most,
                items=items,
                parent=parent,
                owner=owner,
                part=fields["part"].text("part") if "part" in fields else "",
                ratio=fields["ratio"].whole("ratio", 1, 10_000) if "ratio" in fields else 1,
                unit=fields["unit"].text("unit") if "unit" in fields else "C62",
            ),
        )

    def _choose(self, node: Node | None) -> tuple[int, int]:
        if node is None:
            return 1, 1
        if isinstance(node.value, str) and node.value in _CHOOSE:
            return _CHOOSE[node.value]
        if isinstance(node.value, int):
            exactly = node.whole("choose", 1)
            return exactly, exactly
        if not isinstance(node.value, dict):
            node.fail(f"`{node.value}` does not say how many to choose.", "Write one, optional, any, some or {min: 0, max: 2}.")
        bounds = node.only("choose", frozenset(("min", "max")))
        least = bounds["min"].whole("min") if "min" in bounds else 0
        most = bounds["max"].whole("max", 1) if "max" in bounds else 1_000_000
        if least > most:
            node.fail(f"the minimum {least} is above the maximum {most}.", f"Write {{min: {most}, max: {least}}}.")
        return least, most

    def _item(
        self, owner: str, name: str, node: Node, own: Mapping[str, Property], below: list[tuple[dict[str, Node], Pick]]
    ) -> Item:
        self._options += 1
        if self._options > MAX_OPTIONS:
            node.fail(f"the model has more than {MAX_OPTIONS} options.", "Split it into kits of their own.")
        if not re.fullmatch(r"[\w-]{1,80}", name, re.ASCII):
            node.fail(f"`{name}` is not a name.", "Use letters, digits, - and _.")
        if isinstance(node.value, str):
            return Item(name, self.words(None, name), part=node.value, properties=own)
        fields = {} if node.value is None else node.only(f"option {owner}.{name}", _ITEM)
        if "classes" in fields or "classes-from" in fields:
            below.append((fields, Pick(owner, name)))
        required = fields.get("required")
        if required is not None and not isinstance(required.value, bool):
            required.fail("required is true or false.", "Write required: false.")
        return Item(
            name=name,
            words=self.words(fields.get("title"), name if "part" not in fields else ""),
            part=fields["part"].text("part") if "part" in fields else "",
            quantities=self._quantities(fields.get("quantity")),
            unit=fields["unit"].text("unit") if "unit" in fields else "C62",
            required=required is None or bool(required.value),
            properties={**own, **self._values(fields.get("properties"))},
            picture=fields["picture"].text("picture") if "picture" in fields else "",
            kit=self._kit(fields),
        )

    def _kit(self, fields: dict[str, Node]) -> Kit | None:
        if "kit" not in fields:
            return None
        node = fields["kit"]
        if "part" not in fields:
            node.fail("an option that is a kit of its own has no part.", "Add `part:` with the part number of that kit.")
        return Kit(self.name(node.text("kit"), node), node.line if node.source == self.source else 1)

    def _quantities(self, node: Node | None) -> tuple[int, ...]:
        if node is None:
            return (1,)
        if isinstance(node.value, int):
            return (node.whole("quantity", 1, 10_000),)
        bounds = node.only("quantity", frozenset(("min", "max", "step")))
        least = bounds["min"].whole("min", 1, 10_000) if "min" in bounds else 1
        most = bounds["max"].whole("max", 1, 10_000) if "max" in bounds else least
        step = bounds["step"].whole("step", 1, 10_000) if "step" in bounds else 1
        if least > most:
            node.fail(f"the minimum {least} is above the maximum {most}.", f"Write {{min: {most}, max: {least}}}.")
        if (most - least) // step >= MAX_QUANTITIES:
            node.fail(f"more than {MAX_QUANTITIES} different quantities.", "Use a larger step.")
        return tuple(range(least, most + 1, step))

    def _values(self, node: Node | None) -> dict[str, Property]:
        values: dict[str, Property] = {}
        for name, one in (node.map("properties") if node else {}).items():
            kind = self.properties.get(name)
            if kind is None:
                one.fail(f"property {name} is not declared.", f"Add `{name}: number` (or text, list) to the model's properties.")
            elif kind == "number":
                if isinstance(one.value, bool) or not isinstance(one.value, (int, Decimal5)):
                    one.fail(f"property {name} is a number.", "Write 12 or 1.5, without unit or quotes.")
                values[name] = Fraction(one.value)
            elif kind == "list":
                values[name] = tuple(str(each.value) for each in one.list(f"property {name}"))
            else:
                values[name] = str(one.value)
        return values

    def condition(self, node: Node) -> Expression:
        try:
            return parse(node.text("A condition"))
        except SyntaxProblem as problem:
            node.fail(f"the condition cannot be read: {problem}.", "Conditions look like `cpu.fast and sum(watts) <= psu.watts`.")

    def rules(self, nodes: list[Node]) -> tuple[Rule, ...]:
        if len(nodes) > MAX_RULES:
            nodes[MAX_RULES].fail(f"the model has more than {MAX_RULES:,} rules.", "Write what they have in common as tables.")
        return tuple(self.rule(one) for one in nodes)

    def rule(self, node: Node) -> Rule:
        fields = node.only("A rule", _RULE)
        if "id" not in fields:
            node.fail("a rule has no id.", "Add `id: short-name`.")
        identity = self.name(fields["id"].text("id"), fields["id"])
        if "message" not in fields:
            node.fail(f"rule {identity} has no message.", "Say in each language why, for shoppers.")
        self.lines[f"rule {identity}"] = node.line
        return Rule(
            id=identity,
            holds=self._holds(identity, node, fields),
            words=self.words(fields["message"]),
            source=fields["source"].text("source") if "source" in fields else "",
            from_=_instant(fields.get("from")),
            to=_instant(fields.get("to")),
            line=node.line,
        )

    def _holds(self, identity: str, node: Node, fields: dict[str, Node]) -> Expression | Table:
        kinds = [kind for kind in ("holds", "requires", "excludes", "table") if kind in fields]
        if len(kinds) != 1:
            node.fail(f"rule {identity} has {len(kinds)} of holds, requires, excludes and table.", "Give exactly one of them.")
        if "table" in fields:
            if "when" in fields:
                fields["when"].fail("a table has no `when`.", "Make the condition a column of the table.")
            return self._table(fields["table"])
        when = self.condition(fields["when"]) if "when" in fields else None
        if "excludes" in fields:
            parts = [
                Not(Chosen(Name(pick.option_class, pick.option))) for pick in map(read_pick, fields["excludes"].list("excludes"))
            ]
            if len(parts) < (1 if when else 2):
                node.fail(f"rule {identity} excludes too little.", "Name two choices, or one and a `when`.")
            return Any((Not(when), *parts) if when else tuple(parts))
        holds = self.condition(fields["requires"] if "requires" in fields else fields["holds"])
        if "requires" in fields and when is None:
            node.fail(f"rule {identity} requires without `when`.", "Add `when:`, or write `holds:` if it always applies.")
        return holds if when is None else Any((Not(when), holds))

    def _table(self, node: Node) -> Table:
        fields = node.only("table", _TABLE)
        if sum(key in fields for key in ("allowed", "forbidden")) != 1:
            node.fail(
                "a table lists either allowed or forbidden combinations.",
                "Write `allowed:` with rows, or `allowed: csv` and `file:`.",
            )
        allowed = "allowed" in fields
        body = fields["allowed" if allowed else "forbidden"]
        if "file" in fields:
            columns, rows = self._csv(fields["file"])
        else:
            columns = tuple(one.text("A class") for one in fields["classes"].list("classes")) if "classes" in fields else ()
            rows = [(row, tuple(str(cell.value) for cell in row.list("A row"))) for row in body.list("rows")]
        if not columns:
            node.fail("the table names no classes.", "Write `classes: [cpu, board]`.")
        if len(rows) > MAX_ROWS:
            node.fail(f"the table has more than {MAX_ROWS} rows.", "Split it, or use * cells.")
        for row, cells in rows:
            if len(cells) != len(columns):
                row.fail(f"this row has {len(cells)} cells.", f"Give {len(columns)}: {', '.join(columns)}.")
        return Table(columns, tuple(cells for _, cells in rows), allowed)

    def _csv(self, node: Node) -> tuple[tuple[str, ...], list[tuple[Node, tuple[str, ...]]]]:
        name = node.text("file")
        if name not in self.files:
            node.fail(f"there is no file {name}.", "Put the CSV beside the model and give its plain name.")
        text = self.files[name]
        if len(text) > MAX_TABLE_CHARACTERS or text.count("\n") > MAX_ROWS + 1:
            node.fail(f"{name} has more than {MAX_ROWS:,} rows.", "Split it, or use * cells.")
        lines = list(csv.reader(io.StringIO(text)))
        if not lines:
            node.fail(f"{name} is empty.", "Its first row names the classes.")
        rows = [(Node(None, place, name), tuple(cell.strip() for cell in row)) for place, row in enumerate(lines[1:], 2) if row]
        return tuple(cell.strip() for cell in lines[0]), rows

    def advice(self, node: Node) -> Advice:
        if isinstance(node.value, str):
            return Advice(read_pick(node), line=node.line)
        fields = node.only("A default", _ADVICE)
        if "choose" not in fields:
            node.fail("a default chooses nothing.", "Add `choose: class.option`.")
        when = self.condition(fields["when"]) if "when" in fields else None
        return Advice(read_pick(fields["choose"]), when, self.words(fields.get("message")), node.line)

    def visibility(self, node: Node) -> Visibility:
        fields = node.only("A visibility", frozenset(("show", "when")))
        if set(fields) != {"show", "when"}:
            node.fail("a visibility needs `show` and `when`.", "Write {show: [class], when: condition}.")
        classes = tuple(one.text("A class") for one in fields["show"].list("show"))
        return Visibility(classes, self.condition(fields["when"]), node.line)

    def configurations(self, node: Node | None) -> dict[str, tuple[Pick, ...]]:
        named = {}
        for name, one in (node.map("configurations") if node else {}).items():
            self.lines[f"configuration {name}"] = one.line
            named[name] = tuple(read_pick(each) for each in one.list(f"configuration {name}"))
        return named
