"""The language of conditions: ``sum(watts) <= psu.watts``, ``not case.mini or gpu.low``.

An expression is text in the model and a small tree here. What its names mean (a class, an option, a property)
is decided when it is encoded, where the model is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>"[^"]*"|'[^']*')|(?P<name>[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*)"""
    r"""|(?P<sign><->|->|<=|>=|!=|=|<|>|\(|\)|,|\.|\+|-|\*))"""
)
_COMPARISONS = ("=", "!=", "<=", ">=", "<", ">")
_WORDS = ("and", "or", "not", "in", "sum", "count")
MAX_NESTING = 60


class SyntaxProblem(Exception):
    """What is wrong with an expression and at which character."""


@dataclass(frozen=True, slots=True)
class Name:
    """``class`` (something is chosen there), ``class.option`` (that is chosen) or ``class.property``."""

    owner: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    value: Fraction


@dataclass(frozen=True, slots=True)
class Words:
    value: str


@dataclass(frozen=True, slots=True)
class Sum:
    """Sum of a numeric property over every chosen piece, in the whole kit or below one class."""

    property: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """How many pieces are chosen in a class, or of one option."""

    of: Name


@dataclass(frozen=True, slots=True)
class Arithmetic:
    sign: str
    left: Operand
    right: Operand


Operand = Name | Number | Words | Sum | Count | Arithmetic


@dataclass(frozen=True, slots=True)
class Compare:
    sign: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Among:
    left: Operand
    values: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Expression


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    name: Name


Expression = Compare | Among | Not | All | Any | Chosen


def parse(text: str) -> Expression:
    """Read an expression.

    >>> parse("not case.mini or gpu.low")
    Any(parts=(Not(part=Chosen(name=Name(owner='case', part='mini'))), Chosen(name=Name(owner='gpu', part='low'))))
    """
    reader = _Reader(text)
    result = reader.equivalence()
    if reader.peek() is not None:
        raise SyntaxProblem(f"`{reader.peek()}` is not expected at character {reader.column()}")
    return result


def parse_name(text: str) -> Name:
    """Read ``class`` or ``class.option``."""
    reader = _Reader(text)
    name = reader.name()
    if reader.peek() is not None:
        raise SyntaxProblem(f"`{text}` is not a name like class.option")
    return name


class _Reader:
    """Recursive descent over the tokens, one method per level of binding."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, str, int]] = []
        self._next = 0
        self._depth = 0
        self._numeric: set[int] = set()
        place = 0
        while text[place:].strip():
            match = _TOKEN.match(text, place)
            if match is None:
                raise SyntaxProblem(f"`{text[place:].strip()[0]}` is not understood at character {place + 1}")
            kind = match.lastgroup or ""
            self._tokens.append((kind, match.group(kind), match.start(kind) + 1))
            place = match.end()

    def peek(self) -> str | None:
        return self._tokens[self._next][1] if self._next < len(self._tokens) else None

    def column(self) -> int:
        return self._tokens[self._next][2] if self._next < len(self._tokens) else len(self._text) + 1

    def take(self, *signs: str) -> str | None:
        if self._next < len(self._tokens) and self._tokens[self._next][0] != "text" and self.peek() in signs:
            self._next += 1
            return self._tokens[self._next - 1][1]
        return None

    def expect(self, sign: str) -> None:
        if self.take(sign) is None:
            raise SyntaxProblem(f"`{sign}` is expected at character {self.column()}")

    def deeper(self) -> None:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise SyntaxProblem(f"brackets are nested deeper than {MAX_NESTING}")

    def equivalence(self) -> Expression:
        self.deeper()
        left = self.implication()
        if self.take("<->"):
            right = self.implication()
            left = All((Any((Not(left), right)), Any((left, Not(right)))))
        self._depth -= 1
        return left

    def implication(self) -> Expression:
        left = self.disjunction()
        return Any((Not(left), self.disjunction())) if self.take("->") else left

    def disjunction(self) -> Expression:
        parts = [self.conjunction()]
        while self.take("or"):
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def conjunction(self) -> Expression:
        parts = [self.negation()]
        while self.take("and"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def negation(self) -> Expression:
        negated = False
        while self.take("not"):
            negated = not negated
        part = self.comparison()
        return Not(part) if negated else part

    def comparison(self) -> Expression:
        mark, depth = self._next, self._depth
        if self.peek() == "(" and mark not in self._numeric:
            self.take("(")
            try:
                inner = self.equivalence()
                self.expect(")")
                if self.peek() not in ("+", "-", "*", *_COMPARISONS):
                    return inner
            except SyntaxProblem:
                if depth >= MAX_NESTING - 1:
                    raise
            # The bracket holds a number, not a condition; remembered, so that reading stays linear.
            self._numeric.add(mark)
            self._next, self._depth = mark, depth
        left = self.sum()
        sign = self.take(*_COMPARISONS)
        if sign:
            return Compare(sign, left, self.sum())
        if self.take("in"):
            return self.among(left)
        if isinstance(left, Name):
            return Chosen(left)
        raise SyntaxProblem(f"a comparison is expected at character {self.column()}")

    def among(self, left: Operand) -> Expression:
        if not self.take("("):
            return Among(left, (self.operand(),))
        values = [self.operand()]
        while self.take(","):
            values.append(self.operand())
        self.expect(")")
        return Among(left, tuple(values))

    def sum(self) -> Operand:
        left = self.product()
        while sign := self.take("+", "-"):
            left = Arithmetic(sign, left, self.product())
        return left

    def product(self) -> Operand:
        left = self.operand()
        while self.take("*"):
            left = Arithmetic("*", left, self.operand())
        return left

    def operand(self) -> Operand:
        if self._next >= len(self._tokens):
            raise SyntaxProblem("the expression ends too early")
        kind, text, column = self._tokens[self._next]
        if kind == "number":
            self._next += 1
            return Number(Fraction(text))
        if kind == "text":
            self._next += 1
            return Words(text[1:-1])
        if self.take("("):
            self.deeper()
            inner = self.sum()
            self.expect(")")
            self._depth -= 1
            return inner
        if text in ("sum", "count") and self.take(text):
            self.expect("(")
            name = self.name()
            self.expect(")")
            if text == "count":
                return Count(name)
            return Sum(name.part, name.owner) if name.part else Sum(name.owner)
        if kind == "name" and text not in _WORDS:
            return self.name()
        raise SyntaxProblem(f"`{text}` is not expected at character {column}")

    def name(self) -> Name:
        if self._next >= len(self._tokens) or self._tokens[self._next][0] != "name" or self.peek() in _WORDS:
            raise SyntaxProblem(f"a name is expected at character {self.column()}")
        owner = self._tokens[self._next][1]
        self._next += 1
        if not self.take("."):
            return Name(owner)
        if self._next >= len(self._tokens) or self._tokens[self._next][0] not in ("name", "number"):
            raise SyntaxProblem(f"a name is expected at character {self.column()}")
        self._next += 1
        return Name(owner, self._tokens[self._next - 1][1])
