"""All that was read to price some entries for one buyer at one instant, and what entries came to under the same terms.

A price follows from the terms, the offers, the buyer's segments, the currency, the quantity and the instant, and from
nothing else. So it is worked out once and stands for everybody alike until one of these is another: an instant, until
an offer of the entry begins or ends, or a dated condition turns.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeVar

from entrepot.commerce.pricing.price import FOREVER, Customer, Entitled, Occasion, Offer, Step, Unpriced, Wanted
from entrepot.commerce.pricing.question import Asked, Question
from entrepot.commerce.pricing.rule import final_price
from entrepot.commerce.pricing.terms import Terms
from entrepot.kernel.recent import Recent

V = TypeVar("V")
Offers = Mapping[int, Mapping[int, tuple[Offer, ...]]]
#: Prices kept for one kind of buyer; beyond that it begins anew.
MOST_STANDING = 50_000


#: A price, and from when to when (microseconds) nothing that leads to it turns.
_Stood = tuple[V, int, int]


@dataclass(slots=True)
class Standing:
    """What was worked out under the same terms, from the same offers, for buyers of the same segments and contracts.

    Terms and offers are held here, so that the identity they are found by stays theirs.
    """

    terms: Terms
    offers: Offers
    entries: dict[Hashable, _Stood[Entitled | Unpriced]] = field(default_factory=dict)
    parts: dict[Hashable, _Stood[int | None]] = field(default_factory=dict)


_standing: Recent[Hashable, Standing] = Recent(100)


def standing(terms: Terms, offers: Offers, occasion: Occasion, contracts: Hashable) -> Standing:
    """What stands for this occasion; ``contracts`` says which contracts are looked at, with the rule of each."""
    key = (
        id(terms),
        id(offers),
        occasion.customer.segments,
        occasion.currency,
        contracts,
        terms.turn(occasion.at),
        occasion.parts,
    )
    return _standing.get(key) or _standing.put(key, Standing(terms, offers))


@dataclass
class Book:
    """All that was read for one occasion; from here on pricing is pure."""

    terms: Terms
    offers: Offers
    list_prices: Mapping[int, int | None]
    occasion: Occasion
    at: int
    digits: int
    known: Standing

    def offer(self, name: str, wanted: Wanted) -> Offer | None:
        """The one offer of a list that counts; an item without any falls back to its product's."""
        key, at = self.terms.lists.get(name), self.at
        if key is None:
            return None
        for entry in (wanted.entry_id, wanted.parent_id):
            if entry is None:
                continue
            held = self.offers[entry].get(key)
            if held:
                chosen = select_offer(held, wanted.quantity, self.occasion.customer, at)
                if chosen is not None:
                    return chosen
        return None

    def list_price(self, wanted: Wanted) -> int | None:
        found = self.list_prices.get(wanted.entry_id)
        return found if found is not None or wanted.parent_id is None else self.list_prices.get(wanted.parent_id)

    def question(self, wanted: Wanted, steps: list[Step] | None = None) -> Question:
        """The entry as rules are asked about it; without a trace one question serves all contracts."""
        return Question(
            wanted=wanted,
            customer=self.occasion.customer,
            at=self.occasion.at,
            offer=self.offer,
            list_price=self.list_price,
            rules=self.terms.rules,
            component_price=self.component_price,
            steps=steps,
            currency=self.occasion.currency,
            constant=self.constant,
        )

    def price(self, rule: Asked, question: Question) -> int | None:
        """What the rule comes to, rounded."""
        found = rule.price(question)
        return None if found is None else final_price(found, self.digits)

    def constant(self, name: str) -> tuple[Fraction, bool] | None:
        known = self.terms.constants.get(name)
        return None if known is None else known.in_currency(self.occasion.currency)

    def entry_price(self, wanted: Wanted, work_out: Callable[[Wanted], Entitled | Unpriced]) -> Entitled | Unpriced:
        """What an entry comes to, worked out where it does not stand; a dynamic kit is worked out every time."""
        if wanted.components is not None:
            return work_out(wanted)
        key = (wanted.entry_id, wanted.quantity, wanted.parent_id, wanted.groups)
        found = self.known.entries.get(key)
        if found is None or not found[1] <= self.at < found[2]:
            found = self._stands(self.known.entries, key, wanted, work_out(wanted))
        return found[0]

    def component_price(self, rule: Asked, component: Wanted) -> int | None:
        """What the rule comes to for a part of a kit."""
        key = (component.entry_id, component.quantity, component.parent_id, component.groups, rule.name)
        found = self.known.parts.get(key)
        if found is None or not found[1] <= self.at < found[2]:
            found = self._stands(self.known.parts, key, component, self.price(rule, self.question(component)))
        return found[0]

    def _stands(self, among: dict[Hashable, _Stood[V]], key: Hashable, wanted: Wanted, value: V) -> _Stood[V]:
        if len(among) >= MOST_STANDING:
            among.clear()
        made = among[key] = (value, *self._between(wanted))
        return made

    def _between(self, wanted: Wanted) -> tuple[int, int]:
        """From when to when, around this instant, no offer of an entry or its product begins or ends."""
        begins, ends, at = -FOREVER, FOREVER, self.at
        for entry in (wanted.entry_id, wanted.parent_id):
            if entry is None:
                continue
            for held in self.offers[entry].values():
                for one in held:
                    starts, over = one.starts_at, one.ends_at
                    if starts > at:
                        ends = min(ends, starts)
                    elif starts > begins:
                        begins = starts
                    if over <= at:
                        begins = max(begins, over)
                    elif over < ends:
                        ends = over
        return begins, ends


def select_offer(offers: Sequence[Offer], quantity: int, customer: Customer, at: int = 0) -> Offer | None:
    """Of the offers in force at an instant (microseconds) the one that counts for this buyer and quantity.

    The highest precedence decides, then the lowest amount, then the latest start.
    """
    best: Offer | None = None
    for one in offers:
        if not one.quantity_least <= quantity <= one.quantity_most or not one.starts_at <= at < one.ends_at:
            continue
        if one.groups is not None and not (one.groups & customer.segments):
            continue
        if best is None or _rank(one) < _rank(best):
            best = one
    return best


def _rank(offer: Offer) -> tuple[int, int, int, int]:
    return (-offer.precedence, offer.price, -offer.starts_at, offer.id)
