"""What is checked before a price rule may price anybody: it can produce a price, ends somewhere, and names what is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from entrepot.commerce.pricing.inspect import equations_of
from entrepot.commerce.pricing.rule import (
    DEPTH,
    Amount,
    Branch,
    Calculate,
    Coordinator,
    DynamicKit,
    Element,
    Nested,
    Percent,
    Round,
    Rule,
)


@dataclass(frozen=True, slots=True)
class Known:
    """What a rule may name."""

    rules: Mapping[str, Rule]
    lists: frozenset[str]
    constants: frozenset[str]
    segments: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a rule may not be activated: a stable code, and what it is about."""

    code: str
    what: str


def faults_of(rule: Rule, known: Known) -> list[Fault]:
    """Everything that is wrong with a rule, each fault once."""
    rules = {**known.rules, rule.name: rule}
    found = [Fault("LIST_UNKNOWN", name) for name in sorted(rule.lists - known.lists)]
    used = frozenset(name for one in equations_of(rule.path) for name in one.constants)
    found += [Fault("CONSTANT_UNKNOWN", name) for name in sorted(used - known.constants)]
    found += [Fault("SEGMENT_UNKNOWN", name) for name in sorted(_segments(rule.path) - known.segments)]
    found += [Fault("RULE_UNKNOWN", name) for name in sorted(rule.nested() - rules.keys())]
    loop = _loop(rule.name, rules, ())
    if loop:
        return [*found, loop]
    found += [Fault("NEEDS_A_PRICE", what) for what in _unfed(rule.path, rules, fed=False)]
    return list(dict.fromkeys(found))


def _loop(name: str, rules: Mapping[str, Rule], trail: tuple[str, ...]) -> Fault | None:
    """The way on which a rule reaches itself or goes too deep."""
    if name in trail:
        return Fault("CONTAINS_ITSELF", " → ".join((*trail, name)))
    if len(trail) > DEPTH:
        return Fault("TOO_DEEP", " → ".join(trail))
    if name not in rules:
        return None
    loops = (_loop(nested, rules, (*trail, name)) for nested in sorted(rules[name].nested()))
    return next((loop for loop in loops if loop), None)


def _unfed(path: Iterable[Element], rules: Mapping[str, Rule], *, fed: bool) -> list[str]:
    """The elements of a path that work on a price where none has been produced yet."""
    found: list[str] = []
    for element in path:
        match element:
            case Percent() | Amount() | Round() if not fed:
                found.append(type(element).__name__)
            case Calculate(equation=equation) if equation.dependent and not fed:
                found.append(equation.sentence())
            case Nested(name=name) if name in rules:
                found += _unfed(rules[name].path, rules, fed=fed)
            case Coordinator(names=names):
                found += [what for name in names if name in rules for what in _unfed(rules[name].path, rules, fed=fed)]
            case Branch(paths=paths, otherwise=otherwise):
                for _, below in paths:
                    found += _unfed(below, rules, fed=fed)
                found += _unfed(otherwise or (), rules, fed=fed)
            case DynamicKit(items=items, kits=kits):
                found += _unfed(kits, rules, fed=True)
                found += _unfed(rules[items].path, rules, fed=False) if items in rules else []
        fed = True
    return found


def _segments(path: Iterable[Element]) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for element in path:
        if isinstance(element, Branch):
            for condition, below in element.paths:
                found |= condition.segments | condition.not_segments | _segments(below)
            found |= _segments(element.otherwise or ())
        elif isinstance(element, DynamicKit):
            found |= _segments(element.kits)
    return found
