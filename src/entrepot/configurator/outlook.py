"""Prices ahead: the least sum of prices from here, and the least with each value.

They are sums of the parts' prices, exact over all rules of the model; what commerce makes of a kit (rules of the
kit, promotions) is not additive and stays with commerce. A ceiling excludes every value that no configuration
within it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from entrepot.configurator.compile import Compiled
from entrepot.configurator.engine import CircuitEngine, LayeredEngine
from entrepot.configurator.settle import Picks


@dataclass(frozen=True, slots=True)
class Outlook:
    """The least price of all, and per (class, option) of a whole kit with it; None where it cannot be had.

    ``exact`` is false where a large sum was left aside: then no kit is cheaper, but the cheapest may be dearer.
    """

    lowest: int | None
    values: Mapping[tuple[str, str], int | None]
    exact: bool

    def over(self, option_class: str, option: str, ceiling: int) -> bool:
        """Whether no kit with this value stays within the ceiling."""
        price = self.values.get((option_class, option))
        return price is not None and price > ceiling


def outlook(compiled: Compiled, picks: Picks, prices: Mapping[str, int]) -> Outlook | None:
    """Prices ahead of these picks; None where the model has no circuit or no price is known."""
    engine = compiled.engine
    if not prices or not isinstance(engine, CircuitEngine | LayeredEngine):
        return None
    found = engine.least(compiled.encoded.evidence(picks), compiled.costs(prices))
    values: dict[tuple[str, str], int | None] = {}
    for option_class in compiled.model.classes:
        for place in compiled.encoded.layout.places(option_class) if option_class.items else ():
            variable = compiled.encoded.formula.variables[place]
            for value, price in zip(variable.values, found.values[place], strict=True):
                if value.option or option_class.single:
                    key = (option_class.name, value.option)
                    known = values.get(key)
                    values[key] = price if known is None else known if price is None else min(known, price)
    return Outlook(found.total, values, found.exact)
