"""Which lines a condition or a reward is about: named entries, categories or attributes, less the excluded ones."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Line
from entrepot.kernel.money import parse_amount
from entrepot.kernel.words import Gettext as Gettext
from entrepot.kernel.words import mark as mark
from entrepot.kernel.words import plain as plain

Amounts = dict[str, str]


@lru_cache(maxsize=65_536)
def _parsed(text: str, currency: str) -> int:
    return parse_amount(text, currency)


def amount_in(amounts: Amounts, currency: str) -> int | None:
    """The amount in a currency as minor units, or None where the promotion says nothing for it."""
    text = amounts.get(currency)
    return None if text is None else _parsed(text, currency)


def amounts_in_words(amounts: Amounts, gettext: Gettext = plain) -> str:
    return gettext(" or ").join(f"{amount} {currency}" for currency, amount in amounts.items())


class Targets(msgspec.Struct, frozen=True, dict=True, forbid_unknown_fields=True):
    """Named part numbers, categories and attributes; nothing named means every line."""

    part_numbers: Annotated[tuple[str, ...], msgspec.Meta(title=mark("Items"))] = ()
    groups: Annotated[tuple[str, ...], msgspec.Meta(title=mark("Categories"))] = ()
    excluded: Annotated[tuple[str, ...], msgspec.Meta(title=mark("Except items"))] = ()
    excluded_groups: Annotated[tuple[str, ...], msgspec.Meta(title=mark("Except categories"))] = ()
    attributes: Annotated[tuple[str, ...], msgspec.Meta(title=mark("With attribute"))] = ()
    price_least: Annotated[Amounts | None, msgspec.Meta(title=mark("Unit price at least"))] = None
    price_most: Annotated[Amounts | None, msgspec.Meta(title=mark("Unit price at most"))] = None
    not_reduced: Annotated[bool, msgspec.Meta(title=mark("Not already reduced"))] = False

    def matches(self, line: Line, currency: str = "") -> bool:
        if line.part_number in self.excluded or (self.not_reduced and line.reduced):
            return False
        if self.excluded_groups and not line.groups.isdisjoint(self.excluded_groups):
            return False
        if self.attributes and line.attributes.isdisjoint(self.attributes):
            return False
        if (self.price_least or self.price_most) and not self._priced(line, currency):
            return False
        if not self.part_numbers and not self.groups:
            return True
        return line.part_number in self.part_numbers or any(group in line.groups for group in self.groups)

    def _priced(self, line: Line, currency: str) -> bool:
        """By what a unit costs before any promotion, so that calculating again finds the same lines."""
        least = amount_in(self.price_least, currency) if self.price_least else 0
        most = amount_in(self.price_most, currency) if self.price_most else line.amount
        return least is not None and most is not None and least * line.quantity <= line.amount <= most * line.quantity

    def of(self, lines: Iterable[Line], currency: str = "") -> tuple[Line, ...]:
        return tuple(lines) if self._all else tuple([line for line in lines if self.matches(line, currency)])

    @property
    def everything(self) -> bool:
        """Whether any line at all may be meant, so that no line's item or category can be looked for."""
        return not self.part_numbers and not self.groups

    @cached_property
    def _all(self) -> bool:
        """Whether every line is meant without a look at it."""
        return self == Targets()

    @cached_property
    def words(self) -> str:
        """The sentence as it is written, made once: a promotion that declines says it on every step of a cart."""
        return self.sentence()

    def sentence(self, gettext: Gettext = plain) -> str:
        named = [*self.part_numbers, *(gettext("anything in %(category)s") % {"category": group} for group in self.groups)]
        text = gettext(" or ").join(named) if named else gettext("any item")
        if self.attributes:
            text = gettext("%(items)s with %(attributes)s") % {"items": text, "attributes": ", ".join(self.attributes)}
        if self.price_least:
            text = gettext("%(items)s from %(amount)s") % {"items": text, "amount": amounts_in_words(self.price_least, gettext)}
        if self.price_most:
            text = gettext("%(items)s up to %(amount)s") % {"items": text, "amount": amounts_in_words(self.price_most, gettext)}
        if self.excluded or self.excluded_groups:
            without = ", ".join((*self.excluded, *self.excluded_groups))
            text = gettext("%(items)s except %(others)s") % {"items": text, "others": without}
        return gettext("%(items)s not already reduced") % {"items": text} if self.not_reduced else text
