"""A free gift for every complete set of what is bought, added as a line of its own and revoked with its reason."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Gift, Grant
from entrepot.commerce.promotions.targets import Gettext, mark, plain


class FreeGift(msgspec.Struct, frozen=True, tag="free_gift", forbid_unknown_fields=True):
    """``quantity`` of the first of ``choices`` that can be given, per complete set."""

    choices: Annotated[tuple[str, ...], msgspec.Meta(title=mark("Gift, first available of"), min_length=1)]
    quantity: Annotated[int, msgspec.Meta(title=mark("Quantity"), ge=1)] = 1
    once: Annotated[bool, msgspec.Meta(title=mark("Only once per order"))] = False

    def sentence(self, gettext: Gettext = plain) -> str:
        text = gettext("%(number)s × %(gift)s free once") if self.once else gettext("%(number)s × %(gift)s free")
        return text % {"number": self.quantity, "gift": gettext(" or ").join(self.choices)}

    def grant(self, standing: Standing, met: Met) -> Grant:
        sets = min(1 if self.once else met.times, met.most)
        lines = tuple(line.id for line in met.lines)
        if not sets or not lines:
            return Grant()
        gift = Gift(self.choices, sets * self.quantity, lines, met.per, self.quantity)
        return Grant(gifts=(gift,), times=sets, touched=frozenset(lines))
