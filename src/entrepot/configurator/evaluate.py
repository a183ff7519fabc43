"""Whether a condition holds for given picks, read straight off the tree of the condition.

Used for what is soft (defaults, visibility), where nothing is solved for; and by the tests as the judge of
what the engines answer, because it shares nothing with the encoding into clauses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from operator import eq, ge, gt, le, lt, ne

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
from entrepot.configurator.model import Model, Property
from entrepot.configurator.names import operands

_SIGNS = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}

#: What is chosen in each class, as (option, quantity).
Taken = Mapping[str, Sequence[tuple[str, int]]]


def holds(model: Model, taken: Taken, expression: Expression) -> bool:
    """Whether the condition is true of these picks; what is not chosen does not count."""
    match expression:
        case Chosen(name):
            return any(not name.part or option == name.part for option, _ in taken.get(name.owner, ()))
        case Not(part):
            return not holds(model, taken, part)
        case All(parts):
            return all(holds(model, taken, part) for part in parts)
        case Any(parts):
            return any(holds(model, taken, part) for part in parts)
        case Compare(sign, left, right):
            if _is_amount(left) or _is_amount(right):
                return bool(_SIGNS[sign](_amount(model, taken, left), _amount(model, taken, right)))
            pairs = product(_values(model, taken, left), _values(model, taken, right))
            return all(compares(sign, one, other) for one, other in pairs)
        case Among(left, values):
            return _among(model, taken, left, values)


def _is_amount(operand: Operand) -> bool:
    return isinstance(operand, Arithmetic) or any(isinstance(one, (Sum, Count)) for one in operands(operand))


def _among(model: Model, taken: Taken, left: Operand, values: tuple[Operand, ...]) -> bool:
    ours = _values(model, taken, left)
    if len(values) == 1 and isinstance(values[0], Name):
        lists = [value if isinstance(value, tuple) else (value,) for value in _values(model, taken, values[0])]
        return all(one in many for one in ours for many in lists)
    constants = [value for operand in values for value in _values(model, taken, operand)]
    return all(one in constants for one in ours)


def compares(sign: str, one: Property, other: Property) -> bool:
    """Whether two values stand in a relation; values of different kinds never do."""
    if sign == "in":
        return one in (other if isinstance(other, tuple) else (other,))
    try:
        return bool(_SIGNS[sign](one, other))
    except TypeError:
        return False


def _values(model: Model, taken: Taken, operand: Operand) -> list[Property]:
    match operand:
        case Number(value):
            return [value]
        case Words(value):
            return [value]
        case Name(owner, part):
            option_class = model.find_class(owner)
            assert option_class is not None
            items = [option_class.item(option) for option, _ in taken.get(owner, ())]
            return [item.properties[part] for item in items if item is not None and part in item.properties]
    raise AssertionError(operand)


def _amount(model: Model, taken: Taken, operand: Operand) -> Fraction:
    match operand:
        case Number(value):
            return value
        case Arithmetic("+", left, right):
            return _amount(model, taken, left) + _amount(model, taken, right)
        case Arithmetic("-", left, right):
            return _amount(model, taken, left) - _amount(model, taken, right)
        case Arithmetic(_, left, right):
            return _amount(model, taken, left) * _amount(model, taken, right)
        case Sum(name, owner):
            return _total(model, taken, name, owner, pieces=True)
        case Count(of):
            return _pieces(model, taken, of)
        case Name(owner, part):
            return _total(model, taken, part, owner, pieces=False)
    raise AssertionError(operand)


def _pieces(model: Model, taken: Taken, of: Name) -> Fraction:
    option_class = model.find_class(of.owner)
    assert option_class is not None
    chosen = sum(quantity for option, quantity in taken.get(of.owner, ()) if not of.part or option == of.part)
    return Fraction(chosen * model.multiplier(option_class))


def _total(model: Model, taken: Taken, name: str, owner: str, *, pieces: bool) -> Fraction:
    total = Fraction(0)
    for option_class in model.classes:
        if owner and option_class.name != owner and not (pieces and _is_below(model, option_class.name, owner)):
            continue
        for option, quantity in taken.get(option_class.name, ()):
            item = option_class.item(option)
            amount = item.properties.get(name) if item else None
            if isinstance(amount, Fraction):
                total += amount * (quantity * model.multiplier(option_class) if pieces else 1)
    return total


def _is_below(model: Model, name: str, owner: str) -> bool:
    found = model.find_class(name)
    while found is not None and found.parent:
        if found.parent == owner:
            return True
        found = model.find_class(found.parent)
    return False
