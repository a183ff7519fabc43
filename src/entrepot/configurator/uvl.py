"""Models to and from UVL, the universal variability language, at its Boolean level.

A class becomes a feature with a group of its options, an option a feature of its own; what is asked only with an
option stands below it. Either way every configuration of one is exactly one of the other. What the other side has
no words for is refused and named; only texts for people (titles, messages) may travel as attributes and comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any as Anything
from typing import NoReturn

import yaml

from entrepot.configurator.evaluate import compares
from entrepot.configurator.expression import All, Among, Any, Chosen, Compare, Expression, Name, Not, Number, Operand, Words
from entrepot.configurator.model import Item, Model, OptionClass, Property, Rule, Table, say
from entrepot.configurator.problems import CannotBeExpressed, ModelTooLarge
from entrepot.configurator.read import read_model
from entrepot.configurator.tables import StoredModel
from entrepot.configurator.uvl_read import Condition, Feature, FeatureModel, Group, read_uvl

MAX_ROWS = 5_000
MAX_CHARACTERS = 8_000_000
_WORDS = {"&": " and ", "|": " or ", "=>": " -> ", "<=>": " <-> "}
#: The same text, several times as fast, where PyYAML was built with it.
_Dumper: Anything = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_RESERVED = frozenset(["and", "or", "not", "in", "sum", "count"])
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def uvl_of(stored: StoredModel) -> str:
    """A published version as UVL text."""
    return export_uvl(read_model(stored.source, f"{stored.name}.yaml", stored.files))


def yaml_of_uvl(name: str, text: str, organization: str) -> str:
    """A UVL text as the text of a model file."""
    if len(text) > MAX_CHARACTERS:
        raise ModelTooLarge(limit=f"{name} has more than {MAX_CHARACTERS:,} characters")
    made = yaml.dump(import_uvl(name, text, organization), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=130)
    read_model(made, name)
    return made


def export_uvl(model: Model) -> str:
    """The model as UVL text; refuses quantities, ratios, sums and soft advice, which UVL cannot say."""
    return _Export(model).text()


class _Export:
    def __init__(self, model: Model) -> None:
        self.model = model
        self.root = _quoted(model.name)

    def refuse(self, what: str, line: int = 1) -> NoReturn:
        raise CannotBeExpressed(file=self.model.name, line=line, what=what)

    def text(self) -> str:
        model = self.model
        for soft, name in (
            (model.defaults, "defaults"),
            (model.recommendations, "recommendations"),
            (model.visibility, "visibility"),
            (model.configurations, "configurations"),
        ):
            if soft:
                self.refuse(name)
        for _, item in model.kits:
            self.refuse("kits inside a kit", item.kit.line if item.kit else 1)
        lines = ["features", f"\t{self.root}"]
        for option_class in model.classes:
            if option_class.owner is None:
                lines += self._class(option_class, 2)
        if model.rules:
            lines.append("constraints")
        for rule in model.rules:
            if rule.from_ or rule.to:
                self.refuse(f"the dates of rule {rule.id}", rule.line)
            message = say(rule.words, model.languages[0]).replace("\n", " ")
            lines += [f"\t// {rule.id}: {message}", f"\t{self._rule(rule)}"]
        return "\n".join(lines) + "\n"

    def _class(self, one: OptionClass, depth: int) -> Iterator[str]:
        if one.ratio != 1 or one.part:
            self.refuse(f"the ratio or part of class {one.name}")
        if not one.items:
            return
        indent = "\t" * depth
        yield f"{indent}{'mandatory' if one.least else 'optional'}"
        yield f"{indent}\t{_quoted(one.name)} {{{', '.join(['abstract', *_title(one.words, self.model)])}}}"
        if one.single:
            yield f"{indent}\t\talternative"
        elif one.most >= len(one.items) and one.least <= 1:
            yield f"{indent}\t\tor"
        else:
            yield f"{indent}\t\t[{max(one.least, 1)}..{min(one.most, len(one.items))}]"
        for item in one.items:
            yield from self._item(one, item, depth + 3)

    def _item(self, owner: OptionClass, item: Item, depth: int) -> Iterator[str]:
        if item.quantities != (1,):
            self.refuse(f"the quantities of {owner.name}.{item.name}")
        told = [*_title(item.words, self.model), *([f"part '{item.part}'"] if item.part else [])]
        yield "\t" * depth + self._feature(owner.name, item.name) + (f" {{{', '.join(told)}}}" if told else "")
        for one in self.model.classes:
            if one.owner is not None and (one.owner.option_class, one.owner.option) == (owner.name, item.name):
                yield from self._class(one, depth + 1)

    def _feature(self, option_class: str, option: str) -> str:
        return _quoted(f"{option_class}/{option}" if option else option_class)

    def _rule(self, rule: Rule) -> str:
        return self._table(rule.holds, rule) if isinstance(rule.holds, Table) else self._say(rule.holds, rule)

    def _table(self, table: Table, rule: Rule) -> str:
        if len(table.rows) > MAX_ROWS:
            self.refuse(f"the {len(table.rows):,} rows of rule {rule.id}", rule.line)
        rows = []
        for row in table.rows:
            cells = [
                f"!{_quoted(name)}" if cell == "-" else self._feature(name, cell)
                for name, cell in zip(table.classes, row, strict=True)
                if cell != "*"
            ]
            rows.append(f"({' & '.join(cells) or self.root})")
        found = " | ".join(rows) or f"!{self.root}"
        return found if table.allowed else f"!({found})"

    def _say(self, expression: Expression, rule: Rule) -> str:
        match expression:
            case Chosen(name):
                return self._feature(name.owner, name.part)
            case Not(part):
                return f"!({self._say(part, rule)})"
            case All(parts):
                return " & ".join(f"({self._say(part, rule)})" for part in parts)
            case Any(parts):
                return " | ".join(f"({self._say(part, rule)})" for part in parts)
            case Compare(sign, left, right):
                return self._pairs(sign, left, (right,), rule)
            case Among(left, values):
                return self._pairs("in", left, values, rule)

    def _pairs(self, sign: str, left: Operand, values: tuple[Operand, ...], rule: Rule) -> str:
        """A comparison of properties, as the pairs of options that may not stand together."""
        excluded = []
        for feature, value in self._carriers(left, rule):
            if sign == "in" and not isinstance(values[0], Name):
                if value not in [each for one in values for _, each in self._carriers(one, rule)]:
                    excluded.append(f"!{feature}")
                continue
            for other, allowed in self._carriers(values[0], rule):
                if not compares(sign, value, allowed):
                    named = " & ".join(dict.fromkeys(one for one in (feature, other) if one))
                    excluded.append(f"!({named or self.root})")
        return " & ".join(excluded) or self.root

    def _carriers(self, operand: Operand, rule: Rule) -> list[tuple[str, Property]]:
        match operand:
            case Number(value) | Words(value):
                return [("", value)]
            case Name(owner, part):
                found = self.model.find_class(owner)
                items = found.items if found else ()
                return [(self._feature(owner, item.name), item.properties[part]) for item in items if part in item.properties]
        raise CannotBeExpressed(file=self.model.name, line=rule.line, what=f"the sum or count in rule {rule.id}")


def _title(words: Anything, model: Model) -> list[str]:
    title = say(words, model.languages[0]).replace("'", "’")
    return [f"title '{title}'"] if title else []


def _quoted(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else f'"{name}"'


def import_uvl(name: str, text: str, organization: str) -> dict[str, Anything]:
    """The model of a UVL text as the plain values of a model file; refuses what is above the Boolean level."""
    return _Import(read_uvl(name, text), organization).document()


class _Import:
    """Walks the features; every feature but the root is an option of one class."""

    def __init__(self, read: FeatureModel, organization: str) -> None:
        self.read = read
        self.organization = organization
        self.places: dict[str, str] = {}
        self.taken: set[str] = set()
        self.properties: dict[str, str] = {}

    def document(self) -> dict[str, Anything]:
        root = self.read.root
        classes = self._classes(root)
        document: dict[str, Anything] = {
            "model": self._slug(root.name),
            "organization": self.organization,
            "languages": ["en-US"],
            "title": root.name,
        }
        if self.properties:
            document["properties"] = self.properties
        rules = [
            {"id": f"rule-{number}", "holds": self._condition(one.condition), "message": one.text.replace('"', "")}
            for number, one in enumerate(self.read.constraints, 1)
        ]
        return {**document, "classes": classes, **({"rules": rules} if rules else {})}

    def _classes(self, feature: Feature) -> dict[str, Anything]:
        """The groups below a feature, as classes."""
        found: dict[str, Anything] = {}
        for group in feature.groups:
            name = self._slug(feature.name + ("" if len(feature.groups) == 1 else f"-{len(found) + 1}"))
            items: dict[str, Anything] = {}
            for child in group.members:
                option = _option(child.name, items)
                self.places[child.name] = f"{name}.{option}"
                items[option] = None
            for child, option in zip(group.members, list(items), strict=True):
                items[option] = self._item(child)
            found[name] = {"title": feature.name, "choose": _choose(group), "items": items}
        return found

    def _item(self, feature: Feature) -> dict[str, Anything]:
        item: dict[str, Anything] = {"title": feature.name}
        for attribute, value in feature.attributes.items():
            if attribute in ("part", "title"):
                item[attribute] = str(_value(value))
            elif attribute != "abstract":
                item.setdefault("properties", {})[self._property(attribute, value)] = _value(value)
        below = self._classes(feature)
        return item | ({"classes": below} if below else {})

    def _property(self, name: str, value: str) -> str:
        kind = "text" if isinstance(_value(value), str) else "number"
        slug = re.sub(r"[^A-Za-z0-9_]", "_", name)
        if self.properties.setdefault(slug, kind) != kind:
            self.properties[slug] = "text"
        return slug

    def _condition(self, condition: Condition) -> str:
        """The condition in our words; names become class.option."""
        if isinstance(condition, str):
            return self._reference(condition)
        parts = [self._condition(part) if isinstance(part, str) else f"({self._condition(part)})" for part in condition.parts]
        return f"not {parts[0]}" if condition.sign == "!" else _WORDS[condition.sign].join(parts)

    def _reference(self, name: str) -> str:
        if name != self.read.root.name:
            return self.places[name]
        first = next(iter(self.places.values()))
        return f"({first} or not {first})"

    def _slug(self, text: str) -> str:
        slug = _letters(text) or "class"
        slug = slug if slug[0].isalpha() else f"c-{slug}"
        found, number = slug, 1
        while found in self.taken or found in _RESERVED:
            number += 1
            found = f"{slug}-{number}"
        self.taken.add(found)
        return found


def _choose(group: Group) -> Anything:
    """How many options of its class a group takes."""
    most = len(group.members)
    said = {(1, 1): "one", (0, 1): "optional", (1, most): "some", (0, most): "any"}
    return said.get((group.least, group.most)) or {"min": group.least, "max": group.most}


def _option(text: str, known: dict[str, Anything]) -> str:
    slug = _letters(text) or "option"
    slug = slug if slug[0].isalpha() else f"o-{slug}"
    found, number = slug, 1
    while found in known:
        number += 1
        found = f"{slug}-{number}"
    return found


def _letters(text: str) -> str:
    """Letters, digits and single hyphens, as names are written in a model."""
    return re.sub(r"-+", "-", re.sub(r"[^A-Za-z0-9_]+", "-", text)).strip("-_").lower()[:60].rstrip("-")


def _value(text: str) -> str | int | float:
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    return float(text) if re.fullmatch(r"-?\d+\.\d+", text) else text.strip("'\"")
