"""Prices ahead and the cheapest kit, through the kits inside: each at its own cheapest, counted in the one around it.

No rule reaches from one model into another, and a kit inside costs what its parts cost, times how many of it there are. So
the cheapest whole is the cheapest outer kit with every inner one at its cheapest, and one model at a time is asked. What the
shopper chose inside stays, as it does outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from entrepot.configurator.compile import Compiled
from entrepot.configurator.complete import Completion, complete_cheapest
from entrepot.configurator.nested import Place, Session
from entrepot.configurator.outlook import Outlook, outlook
from entrepot.configurator.settle import Picks

Prices = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Filled:
    """Picks for everything in a kit, and in each kit that may be inside it."""

    completion: Completion
    kits: Mapping[Place, Filled]


def ahead_of(session: Session, prices: Prices) -> Outlook | None:
    """Prices ahead of a configuration; a kit inside counts with the least it can come to, not with what it is now.

    Where the least of one is not known exactly it counts with less, and so do parts of classes that no sum of options
    counts; what is told is not ``exact`` then.
    """
    least, exact = _least_inside(session, prices)
    found = outlook(session.compiled, session.configuration.picks, least)
    exact = exact and session.compiled.counts_all(prices)
    return found if found is None or exact else replace(found, exact=False)


def fill_cheapest(session: Session, prices: Prices) -> Filled | None:
    """The cheapest of the whole from here; None where nothing is possible.

    It is proven where that of every kit that may be inside is, too.
    """
    kits: dict[Place, Filled] = {}
    costs: list[tuple[str, int, bool]] = []
    for place, kit in session.kits.items():
        filled = fill_cheapest(kit, prices)
        if filled is not None:
            kits[place] = filled
            costs.append((kit.launch.item, filled.completion.cost, filled.completion.proven))
    at_least, proven = _priced(session, prices, costs)
    made = session.configuration
    found = complete_cheapest(session.compiled, made.picks, at_least, made.base)
    proven = proven and session.compiled.counts_all(prices)
    return None if found is None else Filled(found._replace(proven=found.proven and proven), kits)


def _least_inside(session: Session, prices: Prices) -> tuple[Prices, bool]:
    """The prices with each kit inside at the least it can come to, and whether that is exact."""
    if not session.kits or not prices:
        return prices, True
    costs = []
    for kit in session.kits.values():
        inner, exact = _least_inside(kit, prices)
        ahead = outlook(kit.compiled, kit.configuration.picks, inner)
        if ahead is not None and ahead.lowest is not None:
            sure = exact and ahead.exact and kit.compiled.counts_all(prices)
            costs.append((kit.launch.item, ahead.lowest, sure))
        else:
            costs.append((kit.launch.item, _floor(kit.compiled, kit.configuration.picks, inner), False))
    return _priced(session, prices, costs)


def _priced(session: Session, prices: Prices, costs: list[tuple[str, int, bool]]) -> tuple[Prices, bool]:
    """The prices with those of the kits inside, and whether they are sure; of one that is inside twice the lesser counts."""
    least: dict[str, int] = {}
    sure = True
    for part, cost, exact in costs:
        sure = sure and exact and least.get(part, cost) == cost
        least[part] = min(cost, least.get(part, cost))
    if not least:
        return prices, sure
    known = ("kits at their least", id(prices), tuple(least.items()))
    return session.compiled.kept.get(known, prices, lambda: {**prices, **least}), sure


def _floor(compiled: Compiled, picks: Picks, prices: Prices) -> int:
    """A sum that no configuration goes below, where the rules are left aside."""
    evidence, total = compiled.encoded.evidence(picks), 0
    for place, row in compiled.costs(prices).items():
        mask = evidence.get(place, -1)
        total += min((cost for bit, cost in enumerate(row) if mask >> bit & 1), default=0)
    return total
