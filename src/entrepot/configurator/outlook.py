"""Prices ahead: the least sum of prices from here, and the least with each value.

They are sums of the parts' prices, exact over all rules of the model; what commerce makes of a kit (rules of the
kit, promotions) is not additive and stays with commerce. A ceiling excludes every value that no configuration
within it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from entrepot.configurator.columns import Columns
from entrepot.configurator.compile import Compiled
from entrepot.configurator.engine import NEVER, CircuitEngine, LayeredEngine
from entrepot.configurator.settle import Picks

Array = Any


@dataclass(frozen=True, eq=False)
class Outlook:
    """The least price of all, and per option of a whole kit with it.

    ``exact`` is false where a large sum was left aside: then no kit is cheaper, but the cheapest may be dearer.
    """

    columns: Columns
    total: int
    options: Array
    exact: bool

    @property
    def lowest(self) -> int | None:
        """None where nothing can be had."""
        return None if self.total >= NEVER else self.total

    @cached_property
    def values(self) -> Mapping[tuple[str, str], int | None]:
        """The least price per (class, option); None where it cannot be had."""
        rows = zip(self.columns.options, self.columns.shown.tolist(), self.options.tolist(), strict=True)
        return {(row.option_class.name, row.name): None if one >= NEVER else one for row, shown, one in rows if shown}

    def over(self, option_class: str, option: str, ceiling: int) -> bool:
        """Whether no kit with this value stays within the ceiling."""
        price = self.values.get((option_class, option))
        return price is not None and price > ceiling

    def of_class(self, number: int) -> list[int | None]:
        """The least prices of a class's shown options, in order."""
        low, high = self.columns.options_of[number]
        found = self.options[low:high][self.columns.shown[low:high]]
        return [None if one >= NEVER else one for one in found.tolist()]

    def changed(self, before: Outlook) -> Array:
        """A truth value per class: whether one of its prices moved otherwise than the least of all did."""
        import numpy

        apart = (self.options < NEVER) != (before.options < NEVER)
        moved = (self.options < NEVER) & (self.options - before.options != self.total - before.total)
        found = numpy.zeros(len(self.columns.options_of), dtype=bool)
        found[self.columns.class_of_option[apart | moved]] = True
        return found


def outlook(compiled: Compiled, picks: Picks, prices: Mapping[str, int]) -> Outlook | None:
    """Prices ahead of these picks; None where the model has no circuit or no price is known."""
    import numpy

    engine, columns = compiled.engine, compiled.columns
    if not prices or not isinstance(engine, CircuitEngine | LayeredEngine):
        return None
    found = engine.least(compiled.encoded.evidence(picks), compiled.costs(prices))
    return Outlook(columns, found.total, numpy.minimum.reduceat(found.slots, columns.first_of_option), found.exact)
