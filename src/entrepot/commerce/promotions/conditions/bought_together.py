"""Several different things bought together; each further complete combination counts again."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Declined, Met
from entrepot.commerce.promotions.targets import Gettext, Targets, mark, plain


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``quantity`` units of the targets."""

    targets: Annotated[Targets, msgspec.Meta(title=mark("Of"))]
    quantity: Annotated[int, msgspec.Meta(title=mark("Quantity"), ge=1, le=1_000_000)] = 1


class BoughtTogether(msgspec.Struct, frozen=True, tag="bought_together", forbid_unknown_fields=True):
    """All of ``parts`` are in the order, or any ``enough`` of them."""

    parts: Annotated[tuple[Part, ...], msgspec.Meta(title=mark("Parts"), min_length=2)]
    enough: Annotated[int, msgspec.Meta(title=mark("Parts that are enough (0: all)"), ge=0, le=100)] = 0

    def __post_init__(self) -> None:
        if self.enough > len(self.parts):
            raise ValueError("there are fewer parts than have to be bought")

    def sentence(self, gettext: Gettext = plain) -> str:
        if self._needed == len(self.parts):
            parts = gettext(" and ").join(self._named(gettext))
            return gettext("%(parts)s bought together") % {"parts": parts}
        text = gettext("at least %(number)s of these bought: %(parts)s")
        return text % {"number": self._needed, "parts": ", ".join(self._named(gettext))}

    def check(self, standing: Standing) -> Met | Declined:
        found = [part.targets.of(standing.lines, standing.basket.currency) for part in self.parts]
        bought = [sum(line.quantity for line in lines) for lines in found]
        sets = [number // part.quantity for number, part in zip(bought, self.parts, strict=True)]
        fullest = sorted(range(len(sets)), key=lambda place: (-sets[place], place))[: self._needed]
        times = sets[fullest[-1]]
        if not times:
            short, part = self._nearest(bought)
            return Declined("MORE_UNITS_NEEDED", part.quantity, short, part.targets.words)
        named = {line.id for place, lines in enumerate(found) if sets[place] for line in lines}
        in_order = tuple(line for line in standing.lines if line.id in named)
        return Met(times, in_order, sum(self.parts[place].quantity for place in fullest))

    def triggers(self) -> Targets:
        """The first part where all are needed, else any of them."""
        if self._needed == len(self.parts):
            return self.parts[0].targets
        if any(part.targets.everything for part in self.parts):
            return Targets()
        items = (name for part in self.parts for name in part.targets.part_numbers)
        groups = (name for part in self.parts for name in part.targets.groups)
        return Targets(tuple(dict.fromkeys(items)), tuple(dict.fromkeys(groups)))

    @property
    def _needed(self) -> int:
        return self.enough or len(self.parts)

    def _named(self, gettext: Gettext) -> list[str]:
        return [f"{part.quantity} × {part.targets.sentence(gettext)}" for part in self.parts]

    def _nearest(self, bought: list[int]) -> tuple[int, Part]:
        """The part that lacks least, and what is there of it; of equals one that is begun."""
        lacking = [(number, part) for number, part in zip(bought, self.parts, strict=True) if number < part.quantity]
        return min(lacking, key=lambda one: (one[1].quantity - one[0], not one[0])) if self.enough else lacking[0]
