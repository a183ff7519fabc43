"""What keeps a promotion from being activated: terms that can be read, but that no order could ever meet.

A promotion may be put together and stored in any order; before it applies to anybody, what it names has to be there.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.engine import Connection

from entrepot.commerce import catalog
from entrepot.commerce.promotions.promotion import Promotion
from entrepot.commerce.promotions.rewards import FreeGift, PercentByQuantity, PercentBySpend, Reward
from entrepot.kernel.errors import Refused
from entrepot.kernel.words import joined, mark, phrase


class PromotionNotReady(Refused):
    code = "PROMOTION_NOT_READY"
    message = mark("This promotion cannot be active yet: {flaws}.")


def require_ready(conn: Connection, view: catalog.View, promotion: Promotion) -> None:
    """Refuse to activate a promotion without a reward, about items that are not there, or with steps that overlap."""
    found = list(_flaws(conn, view, promotion))
    if found:
        raise PromotionNotReady(promotion=promotion.identifier, flaws=joined(found))


def _flaws(conn: Connection, view: catalog.View, promotion: Promotion) -> Iterator[str]:
    if not promotion.rewards:
        yield mark("it gives nothing, so add a reward")
    gifts = [number for one in promotion.rewards if isinstance(one, FreeGift) for number in one.choices]
    items = [number for one in promotion.targets for number in (*one.part_numbers, *one.excluded)]
    known = catalog.entries_by_part_numbers(conn, view, sorted({*gifts, *items}))
    for number in dict.fromkeys(items):
        if number not in known:
            yield phrase(mark("there is no item {number}"), number=number)
    for number in dict.fromkeys(gifts):
        if number not in known or not known[number].buyable or not known[number].type.atomic:
            yield phrase(mark("{number} is nothing that can be ordered, so it cannot be a gift"), number=number)
    groups = {name for one in promotion.targets for name in (*one.groups, *one.excluded_groups)}
    for name in sorted(groups - _groups(conn, view)) if groups else ():
        yield phrase(mark("there is no category {name}"), name=name)
    if any(_overlap(one) for one in promotion.rewards):
        yield mark("two of its steps begin at the same bound")


def _groups(conn: Connection, view: catalog.View) -> set[str]:
    """The categories of all catalogs the store sells from."""
    return {place.identifier for one in catalog.catalogs_of(conn, view.store) for place in catalog.group_places(conn, view, one)}


def _overlap(reward: Reward) -> bool:
    if isinstance(reward, PercentByQuantity):
        bounds = [("", str(step.quantity)) for step in reward.steps]
    elif isinstance(reward, PercentBySpend):
        bounds = [(currency, amount) for step in reward.steps for currency, amount in step.amount.items()]
    else:
        return False
    return len(set(bounds)) < len(bounds)
