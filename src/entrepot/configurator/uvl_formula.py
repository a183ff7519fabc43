"""A UVL model as a formula: a feature is a variable of two values, and every clause or constraint a rule with its line."""

from __future__ import annotations

from itertools import combinations

from entrepot.configurator.diagrams import assert_diagram, count_diagram
from entrepot.configurator.formula import NONE, Builder, Formula, Value
from entrepot.configurator.logic import Conj, Disj, In, Literal, Node, clauses_of, fewest, name, negate
from entrepot.configurator.problems import ModelTooLarge
from entrepot.configurator.uvl_read import Condition, Feature, FeatureModel, Group, walk

MAX_CLAUSES = 2_000_000
#: A constraint is multiplied out up to so many clauses; parts of what is larger get literals of their own.
MAX_PRODUCT = 5_000
#: Both sides of an equivalence are said twice; those with more features than this get a literal instead.
MAX_REPEATED = 256


def formula_of(model: FeatureModel) -> Formula:
    """The clauses that hold exactly for the configurations of a UVL model."""
    return _Made(model).formula()


class _Made:
    def __init__(self, model: FeatureModel) -> None:
        self.model = model
        self.builder = Builder()
        self.places = {name: self.builder.variable(name, [NONE, Value(name, 1)]) for name in sorted(model.features)}
        self.clauses = 0

    def formula(self) -> Formula:
        root = self.model.root
        self.rule(f"line {root.line}: {root.name}", (self.literal(root),))
        groups: dict[int, tuple[Feature, Group]] = {}
        for owner, group, member in walk(self.model.root):
            self.rule(f"line {member.line}: {member.name} only with {owner.name}", (-self.literal(member), self.literal(owner)))
            groups[id(group)] = owner, group
        for owner, group in groups.values():
            self.group(owner, group)
        for constraint in self.model.constraints:
            definitions: list[tuple[int, ...]] = []
            node = self.node(constraint.condition, definitions)
            clauses = fewest(clauses_of(self.builder, node, MAX_PRODUCT))
            self.rule(f"line {constraint.line}: {constraint.text}", *clauses, *definitions)
        return self.builder.build()

    def group(self, owner: Feature, group: Group) -> None:
        """How many of its members come with the owner; that none comes without it is said of each already."""
        above, members = self.literal(owner), [self.literal(one) for one in group.members]
        if group.least == len(members):
            for one in group.members:
                self.rule(f"line {one.line}: {owner.name} only with {one.name}", (-above, self.literal(one)))
            return
        told = f"line {group.line}: {owner.name}, {group.kind}"
        if group.least == 1 and group.most in (1, len(members)):
            self.rule(f"{told}: at least one", (-above, *members))
        if group.most == 1:
            for one, other in combinations(group.members, 2):
                self.rule(f"{told}: {one.name} or {other.name}", (-self.literal(one), -self.literal(other)))
        if group.least > 1 or 1 < group.most < len(members):
            columns = [self.places[one.name] for one in group.members]
            owner_there = (self.places[owner.name], (False, True))
            counted = [(False, True)] * len(columns)
            diagram = count_diagram(columns, counted, group.least, group.most, owner_there)
            self.rule(f"{told}: from {group.least} to {group.most}", *assert_diagram(self.builder, diagram))

    def rule(self, told: str, *clauses: tuple[int, ...]) -> None:
        self.clauses += len(clauses)
        if self.clauses > MAX_CLAUSES:
            raise ModelTooLarge(limit=f"it has more than {MAX_CLAUSES:,} clauses")
        self.builder.group(told, clauses)

    def literal(self, feature: Feature) -> int:
        return self.builder.variables[self.places[feature.name]].literals[1]

    def node(self, condition: Condition, definitions: list[tuple[int, ...]]) -> Node:
        if isinstance(condition, str):
            return In(self.places[condition], frozenset((1,)))
        parts = tuple(self.node(part, definitions) for part in condition.parts)
        match condition.sign:
            case "!":
                return negate(self.builder, parts[0])
            case "&":
                return Conj(parts)
            case "|":
                return Disj(parts)
            case "=>":
                return Disj((negate(self.builder, parts[0]), parts[1]))
        left, right = (self.short(part, definitions) for part in parts)
        return Conj((Disj((negate(self.builder, left), right)), Disj((negate(self.builder, right), left))))

    def short(self, part: Node, definitions: list[tuple[int, ...]]) -> Node:
        """The part, or a literal for it where it is large."""
        return Literal(name(self.builder, part, definitions)) if _size(part) > MAX_REPEATED else part


def _size(node: Node) -> int:
    return sum(map(_size, node.parts)) if isinstance(node, Conj | Disj) else 1
