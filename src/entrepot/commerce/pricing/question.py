"""One entry being priced, as rules, conditions and equations are asked about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any, Protocol

import msgspec

from entrepot.commerce.pricing.price import Customer, Offer, Step, Wanted

Price = Fraction | int


class Asked(Protocol):
    """A rule, as far as a question has to do with it."""

    @property
    def name(self) -> str: ...

    def price(self, question: Question, incoming: Price | None = None) -> Price | None: ...


class Question(msgspec.Struct):
    """One entry being priced: where its offers are, and the trace when somebody asked for it."""

    wanted: Wanted
    customer: Customer
    at: datetime
    offer: Callable[[str, Wanted], Offer | None]
    list_price: Callable[[Wanted], int | None]
    rules: Mapping[str, Asked]
    component_price: Callable[[Asked, Wanted], int | None]
    steps: list[Step] | None = None
    depth: int = 0
    currency: str = ""
    constant: Callable[[str], tuple[Fraction, bool] | None] = lambda _: None
    #: What rules came to for this entry that were asked without an incoming price, by the rule's identity.
    known: dict[int, Price | None] = msgspec.field(default_factory=dict)

    def note(self, pattern: str, price: Price | None, **values: Any) -> None:
        if self.steps is not None:
            self.steps.append(Step(pattern, None if price is None else Fraction(price), self.depth, values))
