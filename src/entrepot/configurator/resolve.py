"""What the names of a condition mean in a model: options, properties and sums become conditions over variables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne
from typing import Any as Anything

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
    Number,
    Operand,
    Sum,
    Words,
)
from entrepot.configurator.formula import Builder
from entrepot.configurator.logic import Conj, Disj, In, Node, linear, negate
from entrepot.configurator.model import Model, OptionClass, Property
from entrepot.configurator.names import operands

_SIGNS = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_Terms = dict[int, tuple[Fraction, ...]]


class NotAnAmount(Exception):
    """A sum or comparison of amounts contains something that is no number."""


class Resolver:
    """Resolves conditions against one model and its variables."""

    def __init__(
        self, model: Model, builder: Builder, of_class: Mapping[str, int], of_option: Mapping[tuple[str, str], int]
    ) -> None:
        self.model = model
        self.builder = builder
        self.of_class = of_class
        self.of_option = of_option
        self._bits_of: dict[str, dict[str, dict[int, frozenset[int]]]] = {}

    def condition(self, expression: Expression) -> Node:
        match expression:
            case Chosen(name):
                return self._chosen(name)
            case Not(part):
                return negate(self.builder, self.condition(part))
            case All(parts):
                return Conj(tuple(self.condition(part) for part in parts))
            case Any(parts):
                return Disj(tuple(self.condition(part) for part in parts))
            case Compare(sign, left, right):
                if self._counts(left) or self._counts(right):
                    return self._sum(sign, left, right)
                return self._pairs(left, right, _SIGNS[sign])
            case Among(left, values):
                return self._among(left, values)

    def _class(self, name: str) -> OptionClass:
        found = self.model.find_class(name)
        assert found is not None, name
        return found

    def _values(self, option_class: OptionClass) -> Iterator[tuple[int, int, str, int]]:
        """(variable, value, option, quantity) of everything a class can take."""
        if option_class.single:
            places = [self.of_class[option_class.name]]
        else:
            places = [self.of_option[option_class.name, item.name] for item in option_class.items]
        for place in places:
            for bit, value in enumerate(self.builder.variables[place].values):
                if value.option:
                    yield place, bit, value.option, value.quantity

    def _chosen(self, name: Name) -> Node:
        known = self._bits_of.get(name.owner)
        if known is None:
            known = self._bits_of[name.owner] = self._by_option(name.owner)
        return Disj(tuple(In(place, bits) for place, bits in known.get(name.part, {}).items()))

    def _by_option(self, owner: str) -> dict[str, dict[int, frozenset[int]]]:
        """By option, and by "" for any of them, the values of each variable of a class that stand for it."""
        taken: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        for place, bit, option, _ in self._values(self._class(owner)):
            taken[option][place].add(bit)
            taken[""][place].add(bit)
        return {option: {place: frozenset(bits) for place, bits in places.items()} for option, places in taken.items()}

    def _counts(self, operand: Operand) -> bool:
        """Whether a comparison is about amounts (sums, counts, arithmetic) rather than about pairs of options."""
        return isinstance(operand, Arithmetic) or any(isinstance(one, (Sum, Count)) for one in operands(operand))

    def _carriers(self, operand: Operand) -> list[tuple[Property, list[In]]]:
        """Each value an operand can have, with the options that give it; a constant is given by nothing."""
        match operand:
            case Number(value):
                return [(value, [])]
            case Words(value):
                return [(value, [])]
            case Name(owner, part):
                option_class = self._class(owner)
                by_value: dict[Property, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
                for place, bit, option, _ in self._values(option_class):
                    item = option_class.item(option)
                    assert item is not None
                    if part in item.properties:
                        by_value[item.properties[part]][place].add(bit)
                return [
                    (value, [In(place, frozenset(bits)) for place, bits in places.items()]) for value, places in by_value.items()
                ]
        raise AssertionError(operand)

    def _pairs(self, left: Operand, right: Operand, allowed: Anything) -> Node:
        """Forbid every pair of options whose values do not compare."""
        parts: list[Node] = []
        for one, lefts in self._carriers(left):
            for other, rights in self._carriers(right):
                if not _comparable(one, other, allowed):
                    parts += [self._not_both(a, b) for a in _or_nothing(lefts) for b in _or_nothing(rights)]
        return Conj(tuple(parts))

    def _not_both(self, one: In | None, other: In | None) -> Node:
        return Disj(tuple(negate(self.builder, each) for each in (one, other) if each is not None))

    def _among(self, left: Operand, values: tuple[Operand, ...]) -> Node:
        """``board.form in case.forms`` (a list property) or ``cpu.socket in ("K5", "K7")``."""
        if len(values) == 1 and isinstance(values[0], Name):
            return self._pairs(left, values[0], lambda one, many: one in (many if isinstance(many, tuple) else (many,)))
        constants = tuple(value for operand in values for value, _ in self._carriers(operand))
        parts = [
            self._not_both(a, None) for one, lefts in self._carriers(left) if one not in constants for a in _or_nothing(lefts)
        ]
        return Conj(tuple(parts))

    def _sum(self, sign: str, left: Operand, right: Operand) -> Node:
        terms, constant = self._linear(Arithmetic("-", left, right))
        return linear(list(terms.items()), sign, -constant)

    def _linear(self, operand: Operand) -> tuple[_Terms, Fraction]:
        match operand:
            case Number(value):
                return {}, value
            case Arithmetic("*", left, right):
                (one, a), (other, b) = self._linear(left), self._linear(right)
                if one and other:
                    raise NotAnAmount("two amounts are multiplied")
                return _scaled(one or other, b if one else a), a * b
            case Arithmetic(sign, left, right):
                (one, a), (other, b) = self._linear(left), self._linear(right)
                if sign == "-":
                    other, b = _scaled(other, Fraction(-1)), -b
                return _added(one, other), a + b
            case Sum(name, owner):
                classes = self._below(owner) if owner else list(self.model.classes)
                return self._weights(classes, name, pieces=True), Fraction(0)
            case Count(of):
                return self._count(of), Fraction(0)
            case Name(owner, part) if part:
                return self._weights([self._class(owner)], part, pieces=False), Fraction(0)
        raise NotAnAmount("an amount is added to something that is none")

    def _below(self, owner: str) -> list[OptionClass]:
        names = {owner}
        for one in self.model.classes:
            if one.parent in names:
                names.add(one.name)
        return [one for one in self.model.classes if one.name in names]

    def _weights(self, classes: list[OptionClass], name: str, *, pieces: bool) -> _Terms:
        terms: dict[int, list[Fraction]] = {}
        for option_class in classes:
            ratio = self.model.multiplier(option_class) if pieces else 1
            for place, bit, option, quantity in self._values(option_class):
                item = option_class.item(option)
                assert item is not None
                amount = item.properties.get(name, Fraction(0))
                if isinstance(amount, Fraction) and amount:
                    row = terms.setdefault(place, [Fraction(0)] * len(self.builder.variables[place].values))
                    row[bit] = amount * ratio * (quantity if pieces else 1)
        return {place: tuple(row) for place, row in terms.items()}

    def _count(self, of: Name) -> _Terms:
        option_class = self._class(of.owner)
        ratio = self.model.multiplier(option_class)
        terms: dict[int, list[Fraction]] = {}
        for place, bit, option, quantity in self._values(option_class):
            if not of.part or option == of.part:
                row = terms.setdefault(place, [Fraction(0)] * len(self.builder.variables[place].values))
                row[bit] = Fraction(quantity * ratio)
        return {place: tuple(row) for place, row in terms.items()}


def _or_nothing(carriers: list[In]) -> list[In] | list[None]:
    """A constant has no carriers and always holds."""
    return carriers or [None]


def _comparable(one: Property, other: Property, allowed: Anything) -> bool:
    try:
        return bool(allowed(one, other))
    except TypeError:
        return False


def _scaled(terms: _Terms, factor: Fraction) -> _Terms:
    return {place: tuple(weight * factor for weight in row) for place, row in terms.items()}


def _added(one: _Terms, other: _Terms) -> _Terms:
    merged = dict(one)
    for place, row in other.items():
        known = merged.get(place)
        merged[place] = row if known is None else tuple(a + b for a, b in zip(known, row, strict=True))
    return merged
