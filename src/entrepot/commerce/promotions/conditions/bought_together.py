"""Several different things bought together; each further complete combination counts again."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Line, Standing
from entrepot.commerce.promotions.conditions.outcome import ANY_NUMBER, Declined, Met
from entrepot.commerce.promotions.targets import Gettext, Targets, mark, plain


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``quantity`` units of the targets."""

    targets: Annotated[Targets, msgspec.Meta(title=mark("Of"))]
    quantity: Annotated[int, msgspec.Meta(title=mark("Quantity"), ge=1, le=1_000_000)] = 1


class BoughtTogether(msgspec.Struct, frozen=True, tag="bought_together", forbid_unknown_fields=True):
    """All of ``parts`` are in the order."""

    parts: Annotated[tuple[Part, ...], msgspec.Meta(title=mark("Parts"), min_length=2)]

    def sentence(self, gettext: Gettext = plain) -> str:
        parts = gettext(" and ").join(f"{part.quantity} × {part.targets.sentence(gettext)}" for part in self.parts)
        return gettext("%(parts)s bought together") % {"parts": parts}

    def check(self, standing: Standing) -> Met | Declined:
        times, lines = ANY_NUMBER, dict[str, Line]()
        for part in self.parts:
            found = part.targets.of(standing.lines, standing.basket.currency)
            bought = sum(line.quantity for line in found)
            if bought < part.quantity:
                return Declined("MORE_UNITS_NEEDED", part.quantity, bought, part.targets.words)
            times = min(times, bought // part.quantity)
            lines |= {line.id: line for line in found}
        in_order = tuple(line for line in standing.lines if line.id in lines)
        return Met(times, in_order, sum(part.quantity for part in self.parts))

    def triggers(self) -> Targets:
        return self.parts[0].targets
