"""Which gift is given: the shopper's choice where there is one, else the first that can be had.

Gifts are never carried over: each calculation starts without them, so that a gift cannot outlive its reason. What
cannot be given (not shown, without price, out of stock) is passed over for the next choice; a gift is never backordered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from entrepot.commerce.promotions.evaluate import Applied
from entrepot.commerce.promotions.rewards import Gift


@dataclass(frozen=True, slots=True)
class GiftGiven:
    """A gift that becomes a line of the order: ``part_number`` is the choice that was made."""

    applied: Applied
    gift: Gift
    part_number: str


def give_gifts(
    applied: Iterable[Applied],
    can_be_had: Collection[str],
    *,
    wishes: Mapping[str, str] | None = None,
    declined: Collection[str] = (),
) -> list[GiftGiven]:
    """The gifts of the promotions that apply, without those the shopper declined.

    ``wishes`` names the choice a shopper made, ``declined`` what they do not want, both by promotion. A promotion
    none of whose gifts can be had gives none.
    """
    given = []
    for one in applied:
        name = one.promotion.identifier
        if name in declined:
            continue
        for gift in one.gifts:
            wish = (wishes or {}).get(name, "")
            choices = (wish, *gift.choices) if wish in gift.choices else gift.choices
            chosen = next((number for number in choices if number in can_be_had), None)
            if chosen is not None and gift.quantity > 0:
                given.append(GiftGiven(one, gift, chosen))
    return given
