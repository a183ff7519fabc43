"""Promotions in a lane compete: all look at the same amounts, and each line goes to the one that gives it most.

Lanes stack: the next one works on what this one left. Ties go to the larger priority. Gifts and shipping compete
apart: a lane gives every gift it owes, and the largest discount on shipping. One that goes with no other promotion does not
compete: where it is the first of the lane that could apply it applies alone, after another it is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions import Declined
from entrepot.commerce.promotions.decide import decide, uses_left
from entrepot.commerce.promotions.promotion import Exclusivity, Promotion
from entrepot.commerce.promotions.rewards import Grant


def run_lane(
    entries: Sequence[tuple[Promotion, str | None]], standing: Standing, exhausted: frozenset[int]
) -> list[Grant | Declined]:
    """For each promotion of the lane what is left to it after the competition, or why nothing is."""
    offers = [decide(promotion, standing, room=uses_left(promotion, exhausted)) for promotion, _ in entries]
    if any(promotion.exclusivity is Exclusivity.ALONE for promotion, _ in entries):
        offers = _settled([promotion for promotion, _ in entries], offers)
    winner: dict[str, int] = {}
    ships: int | None = None
    for place, offer in enumerate(offers):
        if isinstance(offer, Declined):
            continue
        for line_id, amount in offer.lines.items():
            best = winner.get(line_id)
            if best is None or amount > _of(offers[best], line_id):
                winner[line_id] = place
        if offer.shipping and (ships is None or offer.shipping > _shipping(offers[ships])):
            ships = place
    return [_kept(place, offer, winner, ships) for place, offer in enumerate(offers)]


def _settled(promotions: Sequence[Promotion], offers: Sequence[Grant | Declined]) -> list[Grant | Declined]:
    """The offers without those that the first one that could apply does not go with."""
    first = next((one for one, offer in zip(promotions, offers, strict=True) if not isinstance(offer, Declined)), None)
    if first is None:
        return list(offers)
    out = Declined("NOT_WITH_ANOTHER", what=first.identifier)
    alone = first.exclusivity is Exclusivity.ALONE
    return [
        out if one is not first and not isinstance(offer, Declined) and (alone or one.exclusivity is Exclusivity.ALONE) else offer
        for one, offer in zip(promotions, offers, strict=True)
    ]


def _kept(place: int, offer: Grant | Declined, winner: dict[str, int], ships: int | None) -> Grant | Declined:
    if isinstance(offer, Declined):
        return offer
    lines = {line_id: amount for line_id, amount in offer.lines.items() if winner[line_id] == place}
    kept = Grant(lines, offer.shipping if ships == place else 0, offer.gifts, offer.times, offer.touched, offer.later)
    return Declined("BETTER_OFFER_APPLIES") if kept.nothing else kept


def _of(offer: Grant | Declined, line_id: str) -> int:
    return 0 if isinstance(offer, Declined) else offer.lines.get(line_id, 0)


def _shipping(offer: Grant | Declined) -> int:
    return 0 if isinstance(offer, Declined) else offer.shipping
