"""Price equations: exact arithmetic over numbers, percentages, constants, price lists, the list price, the price so far.

An equation is *dependent* when the price so far flows in. It has no value when a part of it has none, or when it
divides by zero; a negative result is cut to 0 by the element that uses it. Written as a list of tokens::

    [{"list": "Cost"}, "*", "(", 1, "+", {"percent": "25"}, ")"]
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from entrepot.commerce.pricing.faults import PriceRuleMalformed
from entrepot.commerce.pricing.question import Price, Question
from entrepot.kernel.money import PRICE_SCALE, format_price
from entrepot.kernel.words import mark

OPERATORS = {"+": 1, "-": 1, "*": 2, "/": 2}


@dataclass(frozen=True, slots=True)
class Number:
    """A bare factor, or a percentage as its hundredth part."""

    value: Fraction
    text: str


@dataclass(frozen=True, slots=True)
class Money:
    """A price written into the equation, one amount per currency; 1/100,000 of the major unit."""

    amounts: dict[str, int]
    text: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A named value of the store."""

    name: str


@dataclass(frozen=True, slots=True)
class OfferOf:
    """The valid offer of a price list; without a name, the list price of the master catalog."""

    name: str | None


@dataclass(frozen=True, slots=True)
class SoFar:
    """The price that flows in."""


Token = Number | Money | Constant | OfferOf | SoFar | str


@dataclass(frozen=True, slots=True)
class Equation:
    """Tokens in postfix order; evaluated with exact fractions, prices in 1/100,000."""

    tokens: tuple[Token, ...]
    text: str

    def value(self, question: Question, incoming: Price | None) -> Price | None:
        """The result as a price, or none; a bare number counts as an amount of the major unit."""
        stack: list[tuple[Fraction, bool]] = []
        for token in self.tokens:
            if isinstance(token, str):
                right, left = stack.pop(), stack.pop()
                found = _apply(token, left, right)
            else:
                found = _operand(token, question, incoming)
            if found is None:
                return None
            stack.append(found)
        amount, is_price = stack[-1]
        return amount if is_price else amount * PRICE_SCALE

    @property
    def dependent(self) -> bool:
        return any(isinstance(token, SoFar) for token in self.tokens)

    @property
    def read_lists(self) -> frozenset[str]:
        return frozenset(token.name for token in self.tokens if isinstance(token, OfferOf) and token.name)

    @property
    def constants(self) -> frozenset[str]:
        return frozenset(token.name for token in self.tokens if isinstance(token, Constant))

    def sentence(self) -> str:
        return self.text


def _operand(token: Token, question: Question, incoming: Price | None) -> tuple[Fraction, bool] | None:
    price: Price | None
    match token:
        case Number(value=value):
            return (value, False)
        case Money(amounts=amounts):
            price = amounts.get(question.currency)
        case Constant(name=name):
            return question.constant(name)
        case OfferOf(name=None):
            price = question.list_price(question.wanted)
        case OfferOf(name=str() as name):
            offer = question.offer(name, question.wanted)
            price = None if offer is None else offer.price
        case _:
            price = incoming
    return None if price is None else (Fraction(price), True)


def _apply(operator: str, left: tuple[Fraction, bool], right: tuple[Fraction, bool]) -> tuple[Fraction, bool] | None:
    (one, one_price), (other, other_price) = left, right
    if operator in "+-":
        if one_price != other_price:
            one, other = (one if one_price else one * PRICE_SCALE), (other if other_price else other * PRICE_SCALE)
        return (one + other if operator == "+" else one - other, one_price or other_price)
    if operator == "*":
        both = one_price and other_price
        return (one * other / PRICE_SCALE if both else one * other, one_price or other_price)
    if not other:
        return None
    return (one / other if not (other_price and not one_price) else one * PRICE_SCALE / other, one_price and not other_price)


def read_equation(value: Any, path: str) -> Equation:
    """An equation from its tokens, or a refusal that names the place.

    >>> read_equation([100, "*", "(", 1, "+", {"percent": "25"}, ")"], "e").text
    '100 * ( 1 + 25 % )'
    """
    if not isinstance(value, list) or not value:
        raise PriceRuleMalformed(path=path, problem=mark("a list of tokens is expected here"))
    output: list[Token] = []
    operators: list[str] = []
    wants_operand = True
    for place, raw in enumerate(value):
        where = f"{path}/{place}"
        operand = isinstance(raw, dict | int | float) or raw == "price" or (isinstance(raw, str) and _is_number(raw))
        if raw == ")":
            _close(operators, output, where, open_operand=wants_operand)
        elif raw == "(" and wants_operand:
            operators.append(raw)
        elif operand and wants_operand:
            output.append(_token(raw, where))
            wants_operand = False
        elif isinstance(raw, str) and raw in OPERATORS and not wants_operand:
            while operators and operators[-1] != "(" and OPERATORS[operators[-1]] >= OPERATORS[raw]:
                output.append(operators.pop())
            operators.append(raw)
            wants_operand = True
        else:
            raise PriceRuleMalformed(path=where, problem=mark("values and operators take turns in an equation"))
    if wants_operand or "(" in operators:
        raise PriceRuleMalformed(path=path, problem=mark("the equation ends too early"))
    return Equation((*output, *reversed(operators)), " ".join(_told(raw) for raw in value))


def _close(operators: list[str], output: list[Token], path: str, *, open_operand: bool) -> None:
    if "(" not in operators or open_operand:
        raise PriceRuleMalformed(path=path, problem=mark("this bracket closes nothing"))
    while operators[-1] != "(":
        output.append(operators.pop())
    operators.pop()


def _token(raw: Any, path: str) -> Token:
    if raw == "price":
        return SoFar()
    if not isinstance(raw, dict):
        return Number(_number(raw, path), str(raw))
    match raw:
        case {"percent": percent}:
            return Number(_number(percent, path) / 100, f"{percent} %")
        case {"list": str() as name}:
            return OfferOf(name)
        case {"list_price": _}:
            return OfferOf(None)
        case {"constant": str() as name}:
            return Constant(name)
        case {"amount": dict() as amounts}:
            prices = {currency: int(_number(amount, path) * PRICE_SCALE) for currency, amount in amounts.items()}
            return Money(prices, " or ".join(f"{format_price(price)} {currency}" for currency, price in prices.items()))
    raise PriceRuleMalformed(path=path, problem=mark("name a number, percent, amount, constant, list, list_price or price"))


def _told(raw: Any) -> str:
    match raw:
        case "price":
            return "the price so far"
        case {"percent": percent}:
            return f"{percent} %"
        case {"list": name}:
            return f"price list {name}"
        case {"list_price": _}:
            return "the list price"
        case {"constant": name}:
            return f"the constant {name}"
        case {"amount": dict() as amounts}:
            return " or ".join(f"{amount} {currency}" for currency, amount in amounts.items())
    return str(raw)


def _is_number(text: str) -> bool:
    return text not in OPERATORS and text.replace(".", "", 1).isdigit()


def _number(value: Any, path: str) -> Fraction:
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise PriceRuleMalformed(path=path, problem=mark("a decimal number is expected here")) from None
