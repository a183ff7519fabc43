"""Promotions in a lane compete: all look at the same amounts, and each line goes to the one that gives it most.

Lanes stack: the next one works on what this one left. Ties go to the larger priority. Gifts and shipping compete
apart: a lane gives every gift it owes, and the largest discount on shipping.
"""

from __future__ import annotations

from collections.abc import Sequence

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions import Declined
from entrepot.commerce.promotions.decide import decide, uses_left
from entrepot.commerce.promotions.promotion import Promotion
from entrepot.commerce.promotions.rewards import Grant


def run_lane(
    entries: Sequence[tuple[Promotion, str | None]], standing: Standing, exhausted: frozenset[int]
) -> list[Grant | Declined]:
    """For each promotion of the lane what is left to it after the competition, or why nothing is."""
    offers = [decide(promotion, standing, room=uses_left(promotion, exhausted)) for promotion, _ in entries]
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
