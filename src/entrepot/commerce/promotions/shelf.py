"""The active promotions of a store, arranged by what can trigger them.

A basket is compared with the promotions that name one of its items or categories, or one of its buyer's segments, or
that ask for nothing in particular, or whose code was entered: not with the thousands that cannot apply.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from entrepot.commerce.promotions.basket import Basket
from entrepot.commerce.promotions.conditions import BuyerInSegment, FirstOrder, OrderWeight
from entrepot.commerce.promotions.promotion import Promotion, Trigger, canonical_code

Candidate = tuple[Promotion, str | None]


class Shelf:
    """The active promotions of a store, each filed under the first thing it asks for."""

    def __init__(self, promotions: Iterable[Promotion]) -> None:
        self.by_id: dict[int, Promotion] = {}
        self.by_identifier: dict[str, Promotion] = {}
        self.by_code: dict[str, list[Promotion]] = {}
        self._by_item: dict[str, list[Promotion]] = {}
        self._by_group: dict[str, list[Promotion]] = {}
        self._by_segment: dict[str, list[Promotion]] = {}
        self._by_any: list[Promotion] = []
        for one in promotions:
            self._place(one)

    def _place(self, one: Promotion) -> None:
        self.by_id[one.id] = one
        self.by_identifier[one.identifier] = one
        segments = next((condition.segments for condition in one.conditions if isinstance(condition, BuyerInSegment)), ())
        if one.trigger is Trigger.UNIQUE_CODES:
            return
        if one.trigger is not Trigger.AUTOMATIC and one.code:
            self.by_code.setdefault(one.code, []).append(one)
        elif one.triggers:
            for part_number in one.triggers[0].part_numbers:
                self._by_item.setdefault(part_number, []).append(one)
            for group in one.triggers[0].groups:
                self._by_group.setdefault(group, []).append(one)
        elif segments:
            for segment in segments:
                self._by_segment.setdefault(segment, []).append(one)
        else:
            self._by_any.append(one)

    @cached_property
    def asks_attributes(self) -> bool:
        """Whether any promotion is about items with an attribute, so that a basket has to bring them."""
        return any(targets.attributes for one in self.by_id.values() for targets in one.targets)

    @cached_property
    def asks_first_order(self) -> bool:
        """Whether any promotion is for first orders, so that a basket has to say whether it is one."""
        return any(isinstance(condition, FirstOrder) for one in self.by_id.values() for condition in one.conditions)

    @cached_property
    def asks_weight(self) -> bool:
        """Whether any promotion goes by what an order weighs, so that a basket has to say it."""
        return any(isinstance(condition, OrderWeight) for one in self.by_id.values() for condition in one.conditions)

    def candidates(self, basket: Basket) -> list[Candidate]:
        """The promotions in force that could apply, each with the code that brought it in."""
        found: dict[int, Candidate] = {one.id: (one, None) for one in self._by_any}
        for part_number in {line.part_number for line in basket.lines}:
            for one in self._by_item.get(part_number, ()):
                found[one.id] = (one, None)
        for group in {group for line in basket.lines for group in line.groups}:
            for one in self._by_group.get(group, ()):
                found[one.id] = (one, None)
        for segment in basket.segments:
            for one in self._by_segment.get(segment, ()):
                found[one.id] = (one, None)
        for code in sorted(basket.canonical_codes):
            for one in self.by_code.get(code, ()):
                found[one.id] = (one, code)
        for code, key in basket.issued.items():
            if key in self.by_id:
                found[key] = (self.by_id[key], code)
        return [pair for pair in found.values() if pair[0].in_force(basket.at, basket.zone)]


def known_codes(basket: Basket, candidates: Sequence[Candidate], shelf: Shelf) -> set[str]:
    """The entered codes that some promotion of this store knows."""
    return {code for _, code in candidates if code} | {
        code for code in map(canonical_code, basket.codes) if code in shelf.by_code
    }
