"""From a model to a formula: classes become variables, rules become clauses.

A comparison of properties (``cpu.socket = board.socket``) speaks of every pair of chosen options that have the
property; an option without it is not concerned. A sum counts pieces: a property times quantity times ratios.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from entrepot.configurator.diagrams import assert_diagram, count_diagram, table_diagram
from entrepot.configurator.formula import NONE, Bound, Builder, Clause, Diagram, Evidence, Formula, Value
from entrepot.configurator.logic import Conj, Disj, In, Node, clauses_of, linear, negate, sums_of
from entrepot.configurator.model import Model, OptionClass, Pick, Rule, Table
from entrepot.configurator.problems import ModelInvalid, ModelTooLarge, UnknownOption
from entrepot.configurator.resolve import NotAnAmount, Resolver

CLASS_RULE = "class "
#: A sum of more clauses than this is answered above the circuit: inside it would multiply with everything else.
MAX_SUM_CLAUSES = 400


@dataclass(frozen=True, slots=True)
class Layout:
    """Which variable asks what: a single-choice class has one, any other class one per option."""

    of_class: dict[str, int]
    of_option: dict[tuple[str, str], int]
    _places: dict[str, list[int]] = field(default_factory=dict, compare=False, repr=False)

    def places(self, option_class: OptionClass) -> list[int]:
        known = self._places.get(option_class.name)
        if known is None:
            single = option_class.single
            every = (
                [self.of_class[option_class.name]]
                if single
                else [self.of_option[option_class.name, item.name] for item in option_class.items]
            )
            known = self._places[option_class.name] = every
        return known

    def place(self, pick: Pick) -> int:
        place = self.of_class.get(pick.option_class)
        if place is None:
            place = self.of_option.get((pick.option_class, pick.option))
        if place is None:
            raise UnknownOption(path="choice", option=str(pick))
        return place

    def mask(self, formula: Formula, pick: Pick) -> int:
        """The values of its variable that a pick admits; an open quantity admits all of the option's."""
        mask = 0
        for bit, value in enumerate(formula.variables[self.place(pick)].values):
            if value.option == pick.option and (not pick.quantity or pick.quantity == value.quantity):
                mask |= 1 << bit
        if not mask:
            raise UnknownOption(path="choice", option=str(pick))
        return mask


@dataclass(frozen=True, slots=True)
class Encoded:
    """A model with its formula and the rules in force when it was encoded."""

    model: Model
    formula: Formula
    layout: Layout
    rules: dict[str, Rule]
    #: What picks admit, as far as somebody asked: the same few thousand come again and again.
    known: dict[Pick, Evidence] = field(default_factory=dict, compare=False, repr=False)

    def evidence(self, picks: Iterable[Pick]) -> dict[int, int]:
        """What a set of picks admits, per variable; two picks on one variable must both hold."""
        evidence: dict[int, int] = {}
        for pick in picks:
            known = self.known.get(pick)
            if known is None:
                known = self.known[pick] = self.restricted(pick)
            for place, mask in known.items():
                evidence[place] = evidence.get(place, mask) & mask
        return evidence

    def restricted(self, pick: Pick) -> Evidence:
        option_class = self.model.find_class(pick.option_class)
        if option_class is None:
            raise UnknownOption(path="choice", option=str(pick))
        if not pick.option and not option_class.single:
            return {
                place: self.formula.variables[place].mask([self.formula.variables[place].values.index(NONE)])
                for place in self.layout.places(option_class)
            }
        if pick.declined:
            place, every = self.layout.place(pick), Pick(pick.option_class, pick.option)
            return {place: self.formula.variables[place].everything & ~self.layout.mask(self.formula, every)}
        return {self.layout.place(pick): self.layout.mask(self.formula, pick)}


def encode(model: Model, at: datetime) -> Encoded:
    """The formula of a model with the rules in force at an instant."""
    builder = Builder()
    layout = _variables(builder, model)
    for option_class in model.classes:
        _structure(builder, layout, model, option_class)
    in_force = {rule.id: rule for rule in model.rules if rule.in_force(at)}
    resolver = Resolver(model, builder, layout.of_class, layout.of_option)
    for rule in in_force.values():
        if isinstance(rule.holds, Table):
            diagram = _diagram(builder, layout, rule.holds)
            builder.group(rule.id, assert_diagram(builder, diagram), diagram=diagram)
        else:
            builder.group(rule.id, *_clauses(builder, resolver, rule))
    return Encoded(model, builder.build(), layout, in_force)


def _clauses(builder: Builder, resolver: Resolver, rule: Rule) -> tuple[list[Clause], tuple[Bound, ...]]:
    assert not isinstance(rule.holds, Table), "a table is a diagram"
    try:
        condition = resolver.condition(rule.holds)
        clauses = clauses_of(builder, condition)
        return clauses, sums_of(condition) if len(clauses) > MAX_SUM_CLAUSES else ()
    except NotAnAmount as problem:
        text = f"rule {rule.id}: {problem}."
        raise ModelInvalid(
            file=resolver.model.name, line=rule.line, problem=text, remedy="Use numbers, sum(), count() or class.property."
        ) from None


@dataclass(frozen=True, slots=True)
class Opposed:
    """The clauses of a rule, and those of its opposite; none where the opposite is too large to be written."""

    rule: str
    clauses: list[Clause]
    opposite: list[Clause] | None


def oppose(model: Model, at: datetime) -> tuple[list[Clause], list[Opposed], int]:
    """What the classes themselves ask, each rule in force beside its opposite, and the number of literals."""
    builder = Builder()
    layout = _variables(builder, model)
    for option_class in model.classes:
        _structure(builder, layout, model, option_class)
    resolver = Resolver(model, builder, layout.of_class, layout.of_option)
    found = []
    for rule in model.rules:
        if rule.in_force(at):
            found.append(_opposed(builder, layout, resolver, rule))
    formula = builder.build()
    return formula.clauses(), found, formula.literals


def _opposed(builder: Builder, layout: Layout, resolver: Resolver, rule: Rule) -> Opposed:
    if isinstance(rule.holds, Table):
        both = (rule.holds, Table(rule.holds.classes, rule.holds.rows, not rule.holds.allowed))
        clauses, opposite = (assert_diagram(builder, _diagram(builder, layout, table)) for table in both)
        return Opposed(rule.id, clauses, opposite)
    clauses, _ = _clauses(builder, resolver, rule)
    try:
        return Opposed(rule.id, clauses, clauses_of(builder, negate(builder, resolver.condition(rule.holds))))
    except ModelTooLarge:
        return Opposed(rule.id, clauses, None)


def _variables(builder: Builder, model: Model) -> Layout:
    of_class: dict[str, int] = {}
    of_option: dict[tuple[str, str], int] = {}
    for one in model.classes:
        if one.single:
            values = [Value(item.name, quantity) for item in one.items for quantity in item.quantities]
            if one.least == 0 or one.owner is not None:
                values.insert(0, NONE)
            of_class[one.name] = builder.variable(one.name, values)
            continue
        for item in one.items:
            of_option[one.name, item.name] = builder.variable(
                f"{one.name}.{item.name}", [NONE, *(Value(item.name, quantity) for quantity in item.quantities)]
            )
    return Layout(of_class, of_option)


def _structure(builder: Builder, layout: Layout, model: Model, one: OptionClass) -> None:
    """Cardinality of a class, asked only while the option above it is chosen."""
    if not one.items:
        return
    places = layout.places(one)
    chosen = [In(place, _chosen(builder, place)) for place in places]
    parts: list[Node] = []
    weights = [(place, tuple(Fraction(bool(value.option)) for value in builder.variables[place].values)) for place in places]
    at_least: Node | None = None
    if one.single:
        at_least = chosen[0] if one.least and one.owner else None
    else:
        if one.most < len(one.items) and one.least < 2:
            parts.append(linear(weights, "<=", Fraction(one.most)))
        if one.least == 1:
            at_least = Disj(tuple(chosen))
    when = None
    if one.owner is not None:
        place = layout.place(one.owner)
        values = builder.variables[place].values
        owner = In(place, frozenset(bit for bit, value in enumerate(values) if value.option == one.owner.option))
        without = owner.negated(len(values))
        parts += [Disj((part.negated(len(builder.variables[part.place].values)), owner)) for part in chosen]
        at_least = Disj((without, at_least)) if at_least is not None else None
        when = (place, [value.option == one.owner.option for value in values])
    if at_least is not None:
        parts.append(at_least)
    clauses = clauses_of(builder, Conj(tuple(parts)))
    if one.least > 1:
        counted = [[bool(value.option) for value in builder.variables[place].values] for place in places]
        clauses += assert_diagram(builder, count_diagram(places, counted, one.least, one.most, when))
    if clauses:
        builder.group(CLASS_RULE + one.name, clauses)


def _chosen(builder: Builder, place: int) -> frozenset[int]:
    return frozenset(bit for bit, value in enumerate(builder.variables[place].values) if value.option)


def _diagram(builder: Builder, layout: Layout, table: Table) -> Diagram:
    columns = [layout.of_class[name] for name in table.classes]
    cells: list[dict[str, list[int]]] = []
    for place in columns:
        by_name: dict[str, list[int]] = {"*": [-1], "-": []}
        for bit, value in enumerate(builder.variables[place].values):
            by_name.setdefault(value.option or "-", []).append(bit)
        cells.append(by_name)
    rows: set[tuple[int, ...]] = set()
    for row in table.rows:
        expanded: list[tuple[int, ...]] = [()]
        for column, cell in enumerate(row):
            expanded = [(*start, value) for start in expanded for value in cells[column][cell]]
        rows.update(expanded)
    sizes = [len(builder.variables[place].values) for place in columns]
    return table_diagram(columns, sizes, rows, table.allowed)
