"""Checks that everything a model names exists: classes, options, properties, quantities.

A misspelled name would otherwise be a rule that never applies, which nobody notices until the wrong kit ships.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import NoReturn

from entrepot.configurator.expression import (
    All,
    Among,
    Any,
    Arithmetic,
    Chosen,
    Compare,
    Count,
    Expression,
    Name,
    Not,
    Operand,
    Sum,
)
from entrepot.configurator.model import Model, Pick, Rule, Table
from entrepot.configurator.problems import ModelInvalid


def check_names(model: Model, lines: Mapping[str, int], source: str) -> None:
    """Refuse the model at the first name that stands for nothing."""
    checker = _Checker(model, source)
    seen: set[str] = set()
    for option_class in model.classes:
        checker.at = lines.get(option_class.name, 1)
        for item in option_class.items:
            if item.name in model.properties:
                checker.fail(f"option {item.name} has the name of a property.", "Rename one, so that class.name has one meaning.")
            if len(item.quantities) > 1 and any(one.owner == Pick(option_class.name, item.name) for one in model.classes):
                checker.fail(f"option {item.name} has classes below it and a range of quantities.", "Give it one quantity.")
    for _, item in model.kits:
        if item.kit is not None and item.kit.model == model.name:
            checker.at = item.kit.line
            checker.fail(f"option {item.name} is the kit it belongs to.", "Name the model of another kit.")
    for rule in model.rules:
        checker.at = rule.line
        if rule.id in seen:
            checker.fail(f"rule {rule.id} appears twice.", "Rule ids are unique; rename one.")
        seen.add(rule.id)
        if isinstance(rule.holds, Table):
            checker.table(rule.holds)
        else:
            checker.expression(rule.holds)
    for advice in (*model.defaults, *model.recommendations):
        checker.at = advice.line
        checker.pick(advice.pick)
        if advice.when:
            checker.expression(advice.when)
    for shown in model.visibility:
        checker.at = shown.line
        for name in shown.classes:
            checker.option_class(name)
        checker.expression(shown.when)
    for name, picks in model.configurations.items():
        checker.at = lines.get(f"configuration {name}", 1)
        for pick in picks:
            checker.pick(pick)


def classes_in(model: Model, rule: Rule) -> list[str]:
    """The classes a rule speaks of, in the order of the model; a sum speaks of every class whose options have its property."""
    if isinstance(rule.holds, Table):
        named = set(rule.holds.classes)
    else:
        named = {name.owner for name, _ in _names(rule.holds)}
        for summed in _sums(rule.holds):
            within = [one for one in model.classes if not summed.owner or model.is_below(one, summed.owner)]
            named |= {one.name for one in within if any(summed.property in item.properties for item in one.items)}
    return [one.name for one in model.classes if one.name in named]


class _Checker:
    def __init__(self, model: Model, source: str) -> None:
        self.model = model
        self.source = source
        self.at = 1

    def fail(self, problem: str, remedy: str) -> NoReturn:
        raise ModelInvalid(path=f"{self.source}:{self.at}", file=self.source, line=self.at, problem=problem, remedy=remedy)

    def unknown(self, what: str, name: str, known: list[str]) -> NoReturn:
        near = get_close_matches(name, known, 1)
        self.fail(f"there is no {what} {name}.", f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known[:8])}.")

    def option_class(self, name: str) -> None:
        if self.model.find_class(name) is None:
            self.unknown("class", name, [one.name for one in self.model.classes])

    def pick(self, pick: Pick) -> None:
        self.option_class(pick.option_class)
        found = self.model.find_class(pick.option_class)
        assert found is not None
        item = found.item(pick.option)
        if item is None:
            self.unknown(f"option in {found.name}:", pick.option, [one.name for one in found.items])
        if pick.quantity and pick.quantity not in item.quantities:
            self.fail(
                f"{pick} cannot be chosen {pick.quantity} times.", f"Its quantities are {', '.join(map(str, item.quantities))}."
            )

    def table(self, table: Table) -> None:
        for name in table.classes:
            self.option_class(name)
        if len(set(table.classes)) != len(table.classes):
            self.fail("a class appears in two columns.", "Name each class once.")
        classes = [self.model.find_class(name) for name in table.classes]
        for found in classes:
            assert found is not None
            if not found.single:
                self.fail(
                    f"class {found.name} takes several options.",
                    "A table's classes take one option each; use conditions instead.",
                )
        for row in table.rows:
            for found, cell in zip(classes, row, strict=True):
                assert found is not None
                if cell not in ("*", "-") and found.item(cell) is None:
                    self.unknown(f"option in {found.name}:", cell, [one.name for one in found.items])

    def expression(self, expression: Expression) -> None:
        for name, choice_only in _names(expression):
            self.option_class(name.owner)
            found = self.model.find_class(name.owner)
            assert found is not None
            if not name.part or found.item(name.part):
                continue
            known = [one.name for one in found.items]
            if choice_only or name.part not in self.model.properties:
                self.unknown(f"option in {found.name}:", name.part, known + ([] if choice_only else list(self.model.properties)))
            if not any(name.part in item.properties for item in found.items):
                self.fail(f"no option of {found.name} has the property {name.part}.", "Give it to the class or its options.")
        for summed in _sums(expression):
            if self.model.properties.get(summed.property) != "number":
                self.unknown(
                    "number", summed.property, [name for name, kind in self.model.properties.items() if kind == "number"]
                )
            if summed.owner:
                self.option_class(summed.owner)


def _names(expression: Expression) -> Iterator[tuple[Name, bool]]:
    match expression:
        case Chosen(name):
            yield name, True
        case Not(part):
            yield from _names(part)
        case All(parts) | Any(parts):
            for each in parts:
                yield from _names(each)
        case Compare(_, left, right):
            for operand in (*operands(left), *operands(right)):
                if isinstance(operand, Name):
                    yield operand, False
                elif isinstance(operand, Count):
                    yield operand.of, True
        case Among(left, values):
            for operand in (left, *values):
                if isinstance(operand, Name):
                    yield operand, False


def _sums(expression: Expression) -> Iterator[Sum]:
    match expression:
        case Not(part):
            yield from _sums(part)
        case All(parts) | Any(parts):
            for each in parts:
                yield from _sums(each)
        case Compare(_, left, right):
            yield from (operand for operand in (*operands(left), *operands(right)) if isinstance(operand, Sum))


def operands(operand: Operand) -> Iterator[Operand]:
    """The leaves of an arithmetic expression."""
    if isinstance(operand, Arithmetic):
        yield from operands(operand.left)
        yield from operands(operand.right)
    else:
        yield operand
