"""A price rule: a tree of elements read from left to right; the last price produced is the result.

An element that cannot produce a price ends its path with no price. Amounts stay exact fractions inside a rule
and are rounded once, half up, at its end. A rule is written as data::

    [{"list": "Tannwerk"}, {"percent": "-5"}, {"round": "up", "step": "1", "offset": "0.99"}]
    [{"lowest": ["standard", "gold"]}]
    [{"when": {"segments": ["gold"]}, "then": [...]}, ...] is written {"branch": [{"when":…, "then":[…]}], "otherwise": […]}
    {"kits": [...path for dynamic kits...], "items": "rule for everything else"}
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from entrepot.commerce.pricing.condition import Condition
from entrepot.commerce.pricing.equation import Equation
from entrepot.commerce.pricing.faults import PriceRuleMalformed
from entrepot.commerce.pricing.question import Price, Question
from entrepot.kernel.money import PRICE_SCALE, format_price
from entrepot.kernel.words import mark

DEPTH = 10

_ROUNDED = {
    "up": mark("rounded up to the step %(step)s ending %(ending)s"),
    "down": mark("rounded down to the step %(step)s ending %(ending)s"),
    "nearest": mark("rounded nearest to the step %(step)s ending %(ending)s"),
}
_CHOSEN = {"lowest": mark("lowest of %(names)s"), "highest": mark("highest of %(names)s"), "first": mark("first of %(names)s")}


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule: the elements of its one path."""

    name: str
    path: tuple[Element, ...]

    def price(self, question: Question, incoming: Price | None = None) -> Price | None:
        """The price this rule yields for the entry in question, or none.

        Several contracts lead to the same rules: without a trace each is run once for an entry.
        """
        if incoming is not None or question.steps is not None:
            return _run(self.path, question, incoming)
        key = id(self)
        if key not in question.known:
            question.known[key] = _run(self.path, question, None)
        return question.known[key]

    @property
    def lists(self) -> frozenset[str]:
        """The price lists this rule itself reads (nested rules name their own)."""
        return frozenset(name for element in self.path for name in element.lists())

    def nested(self) -> frozenset[str]:
        return frozenset(name for element in self.path for name in element.nested())

    def conditions(self) -> Iterator[Condition]:
        """Every condition on the way, those of nested rules left out."""
        return (one for element in self.path for one in element.conditions())


def _run(path: Sequence[Element], question: Question, price: Price | None) -> Price | None:
    for element in path:
        price = element.price(question, price)
        if price is None:
            return None
    return price


class Element:
    """One step of a rule."""

    __slots__ = ()

    def price(self, question: Question, incoming: Price | None) -> Price | None:
        raise AssertionError("every element prices")

    def lists(self) -> frozenset[str]:
        return frozenset()

    def nested(self) -> frozenset[str]:
        return frozenset()

    def conditions(self) -> Iterator[Condition]:
        return iter(())


@dataclass(frozen=True, slots=True)
class FromList(Element):
    """Get the price from a price list: the valid offer of highest precedence, then of lowest amount."""

    name: str

    def price(self, question: Question, incoming: Price | None) -> Price | None:
        offer = question.offer(self.name, question.wanted)
        found = None if offer is None else offer.price
        if question.steps is not None:
            told = mark("price list %(name)s") if offer else mark("price list %(name)s has no valid offer")
            question.note(told, found, name=self.name)
        return found

    def lists(self) -> frozenset[str]:
        return frozenset({self.name})


@dataclass(frozen=True, slots=True)
class FromListPrice(Element):
    """Take the list price of the master catalog."""

    def price(self, question: Question, incoming: Price | None) -> Price | None:
        price = question.list_price(question.wanted)
        question.note(mark("list price") if price is not None else mark("no list price"), price)
        return price


@dataclass(frozen=True, slots=True)
class Percent(Element):
    """Mark up or down by percent."""

    percent: Fraction

    def price(self, question: Question, incoming: Price | None) -> Price | None:
        price = None if incoming is None else self._of(incoming)
        if question.steps is not None:
            percent = format_price(int(self.percent * PRICE_SCALE), "JPY")
            question.note("%(sign)s%(number)s %%", price, sign="+" if self.percent >= 0 else "", number=percent)
        return price

    def _of(self, incoming: Price) -> Price:
        """Exact; an integer where it comes out even, which is cheaper to go on with than a fraction."""
        whole = self.percent.denominator * 100
        part = incoming * max(0, whole + self.percent.numerator)
        even = isinstance(part, int) and part % whole == 0
        return part // whole if even else Fraction(part) / whole


@dataclass(frozen=True, slots=True)
class Amount(Element):
    """Mark up or down by an amount."""

    amount: int

    def price(self, question: Question, incoming: Price | None) -> Price | None:
        price = None if incoming is None else max(0, incoming + self.amount)
        if question.steps is not None:
            question.note("%(sign)s%(number)s", price, sign="+" if self.amount >= 0 else "", number=format_price(self.amount))
        return price


@dataclass(frozen=True, slots=True)
class Calculate(Element):
    """Make the price what an equation comes to; a negative result is cut to 0."""

    equation: Equation

    def price(self, question: Question, incoming: Price | None) -> Price | None:
        found = self.equation.value(question, incoming)
        if found is None:
            question.note(mark("%(equation)s has no value"), None, equation=self.equation.text)
            return None
        told = "%(equation)s" if found >= 0 else mark("%(equation)s, cut to 0")
        question.note(told, max(found, 0), equation=self.equation.text)
        return max(found, 0)

    def lists(self) -> frozenset[str]:
        return self.equation.read_lists


@dataclass(frozen=True, slots=True)
class Round(Element):
    """Round to a grid: ``step × mode((price − offset) / step) + offset``."""

    mode: str
    step: int
    offset: int

    def price(self, question: Question, incoming: Price | None) -> Price | None:
        if incoming is None:
            return None
        above, step = incoming - self.offset, self.step
        whole: int = -(-above // step) if self.mode == "up" else above // step
        if self.mode == "nearest":
            whole = (2 * above + step) // (2 * step)
        price = whole * step + self.offset
        while price < 0:
            price += self.step
        if question.steps is not None:
            question.note(_ROUNDED[self.mode], price, step=format_price(self.step), ending=format_price(self.offset))
        return price


@dataclass(frozen=True, slots=True)
class Nested(Element):
    """Run another rule; its result becomes the running price."""

    name: str

    def price(self, question: Question, incoming: Price | None) -> Price | None:
        if question.steps is not None:
            question.note(mark("rule %(name)s"), incoming, name=self.name)
        return _deeper(question, self.name, incoming)

    def nested(self) -> frozenset[str]:
        return frozenset({self.name})


@dataclass(frozen=True, slots=True)
class Coordinator(Element):
    """Run several rules and take the lowest, the highest or the first that yields a price."""

    choice: str
    names: tuple[str, ...]

    def price(self, question: Question, incoming: Price | None) -> Price | None:
        best: Price | None = None
        for name in self.names:
            price = _deeper(question, name, incoming)
            if price is None:
                continue
            if self.choice == "first":
                best = price
                break
            better = best is None or (price < best if self.choice == "lowest" else price > best)
            best = price if better else best
        if question.steps is not None:
            question.note(_CHOSEN[self.choice], best, names=", ".join(self.names))
        return best

    def nested(self) -> frozenset[str]:
        return frozenset(self.names)


@dataclass(frozen=True, slots=True)
class Branch(Element):
    """The first path whose condition holds; without an *otherwise* path, no price."""

    paths: tuple[tuple[Condition, tuple[Element, ...]], ...]
    otherwise: tuple[Element, ...] | None

    def price(self, question: Question, incoming: Price | None) -> Price | None:
        for condition, path in self.paths:
            if condition.holds(question, incoming):
                if question.steps is not None:
                    question.note(mark("because %(condition)s"), incoming, condition=condition.sentence)
                return _run(path, question, incoming)
        if self.otherwise is None:
            question.note(mark("no condition holds"), None)
            return None
        question.note(mark("otherwise"), incoming)
        return _run(self.otherwise, question, incoming)

    def _paths(self) -> tuple[tuple[Element, ...], ...]:
        return (*(path for _, path in self.paths), self.otherwise or ())

    def lists(self) -> frozenset[str]:
        own = (name for condition, _ in self.paths for name in condition.read_lists)
        return frozenset(name for path in self._paths() for element in path for name in element.lists()).union(own)

    def nested(self) -> frozenset[str]:
        return frozenset(name for path in self._paths() for element in path for name in element.nested())

    def conditions(self) -> Iterator[Condition]:
        yield from (condition for condition, _ in self.paths)
        yield from (one for path in self._paths() for element in path for one in element.conditions())


@dataclass(frozen=True, slots=True)
class DynamicKit(Element):
    """Components are priced by the *items* rule; their sum enters the path for kits."""

    items: str
    kits: tuple[Element, ...]

    def price(self, question: Question, incoming: Price | None) -> Price | None:
        if question.wanted.components is None:
            return _deeper(question, self.items, incoming)
        total: Price = 0
        items = question.rules.get(self.items)
        for component in question.wanted.components:
            price = None if items is None else question.component_price(items, component)
            if price is None:
                question.note(mark("component %(number)s has no price"), None, number=component.part_number)
                return None
            pieces = price * component.quantity
            total += pieces if component.multiple == 1 else pieces * component.multiple
        question.note(mark("sum of %(number)s components"), total, number=len(question.wanted.components))
        return _run(self.kits, question, total)

    def lists(self) -> frozenset[str]:
        return frozenset(name for element in self.kits for name in element.lists())

    def nested(self) -> frozenset[str]:
        return frozenset({self.items, *(name for element in self.kits for name in element.nested())})

    def conditions(self) -> Iterator[Condition]:
        return (one for element in self.kits for one in element.conditions())


def _deeper(question: Question, name: str, incoming: Price | None) -> Price | None:
    """Run a rule inside a rule; one that is not in force at this date yields nothing.

    How deep they may lie was checked when they were read; a trace shows it.
    """
    rule = question.rules.get(name)
    if rule is None:
        question.note(mark("rule %(name)s is not in force"), None, name=name)
        return None
    if question.steps is None:
        return rule.price(question, incoming)
    question.depth += 1
    try:
        return rule.price(question, incoming) if question.depth <= DEPTH else None
    finally:
        question.depth -= 1


def final_price(price: Price, minor_digits: int) -> int:
    """Round a rule's result half up to the currency's minor unit, as an integer of 1/100,000."""
    grid: int = PRICE_SCALE // 10**minor_digits
    return (2 * price + grid) // (2 * grid) * grid


def as_mapping(value: Any, path: str) -> dict[str, Any]:
    """``value`` as an object, or a refusal that names the place."""
    if not isinstance(value, dict):
        raise PriceRuleMalformed(path=path, problem=mark("an object is expected here"))
    return value
