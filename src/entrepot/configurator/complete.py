"""Completing for the shopper, and having a value anyway.

Cheapest, nearest and most popular are exact (over additive prices, differences and counts); "defaults" takes the
modeler's defaults and recommendations as far as they go and then the first possible value, or the cheapest where
prices are known. Where one of the others leaves a default out, the picks say so: else it would come back.
A repair changes as few of the shopper's picks as possible and puts something suitable where one was dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from entrepot.configurator.compile import Compiled
from entrepot.configurator.contract import Costs
from entrepot.configurator.evaluate import holds
from entrepot.configurator.formula import NONE, Value
from entrepot.configurator.leaving import possible_in_time
from entrepot.configurator.model import DECLINED, Pick
from entrepot.configurator.search import searching
from entrepot.configurator.session import without
from entrepot.configurator.settle import Picks, Settled, as_taken, settle, taken_picks
from entrepot.configurator.solve import BEST_SECONDS


@dataclass(frozen=True, slots=True)
class Repair:
    """Picks that have the wanted value: what was dropped, what took its place.

    Without ``smallest`` there was no time to find out whether fewer would do.
    """

    picks: Picks
    dropped: Picks
    added: Picks
    smallest: bool = True


class Completion(NamedTuple):
    """Picks for everything with their sum, and whether it is proven that no others have a smaller one."""

    cost: int
    picks: Picks
    proven: bool


@searching(BEST_SECONDS)
def complete_with_defaults(compiled: Compiled, picks: Picks, base: Picks = (), prices: Mapping[str, int] | None = None) -> Picks:
    """Picks for everything: defaults first, then recommendations, then the cheapest or first possible value.

    What no value was found for in time stays open.
    """
    settled = settle(compiled, picks, base)
    evidence = _fixed(compiled, settled)
    for advice in compiled.model.recommendations:
        place = compiled.encoded.layout.place(advice.pick)
        if place in evidence or (
            advice.when and not holds(compiled.model, as_taken(settled.picks(compiled.columns)), advice.when)
        ):
            continue
        mask = compiled.encoded.layout.mask(compiled.encoded.formula, advice.pick)
        if possible_in_time(compiled.engine, {**evidence, place: mask}):
            evidence[place] = mask
    costs = compiled.costs(prices or {})
    for place, variable in enumerate(compiled.encoded.formula.variables):
        if place in evidence:
            continue
        row = costs.get(place, (0,) * len(variable.values))
        for bit in sorted(range(len(variable.values)), key=lambda one: (row[one], one)):
            if possible_in_time(compiled.engine, {**evidence, place: 1 << bit}):
                evidence[place] = 1 << bit
                break
    return _picks(compiled, picks, {place: mask.bit_length() - 1 for place, mask in evidence.items()})


def complete_cheapest(compiled: Compiled, picks: Picks, prices: Mapping[str, int], base: Picks = ()) -> Completion | None:
    """The least sum of prices from here and picks that have it; where a proof takes too long, the least that was found."""
    return _best(compiled, picks, compiled.costs(prices), base)


def complete_nearest(compiled: Compiled, picks: Picks, earlier: Picks, base: Picks = ()) -> Picks | None:
    """Picks for everything that differ least from an earlier configuration."""
    like: dict[int, tuple[int, ...]] = {}
    wanted = {
        compiled.encoded.layout.place(pick): compiled.encoded.restricted(pick) for pick in earlier if _known(compiled, pick)
    }
    for place, variable in enumerate(compiled.encoded.formula.variables):
        mask = wanted[place][place] if place in wanted else 1
        like[place] = tuple(0 if mask >> bit & 1 else 1 for bit in range(len(variable.values)))
    found = _best(compiled, picks, like, base)
    return None if found is None else found.picks


def complete_popular(compiled: Compiled, picks: Picks, earlier: Sequence[Picks], base: Picks = ()) -> Picks | None:
    """Picks for everything that most of earlier whole configurations have; what no longer exists counts for nothing."""
    variables = compiled.encoded.formula.variables
    taken = [[0] * len(variable.values) for variable in variables]
    for one in earlier:
        chosen = {compiled.encoded.layout.place(pick): pick for pick in one if _known(compiled, pick)}
        for place, variable in enumerate(variables):
            pick = chosen.get(place)
            value = Value(pick.option, pick.quantity) if pick else NONE
            if value in variable.values:
                taken[place][variable.values.index(value)] += 1
    unusual = {place: tuple(len(earlier) - one for one in row) for place, row in enumerate(taken)}
    found = _best(compiled, picks, unusual, base)
    return None if found is None else found.picks


@searching()
def repairs(compiled: Compiled, picks: Picks, wanted: Pick, prices: Mapping[str, int] | None = None) -> list[Repair]:
    """Alternatives that have the wanted value, smallest change first; none when the model itself excludes it."""
    kept = without(compiled, picks, wanted)
    if not compiled.engine.consistent(compiled.encoded.restricted(wanted)):
        return []
    found = []
    costs = compiled.costs(prices or {})
    sets, smallest = compiled.explainer.dropped(kept, wanted)
    for dropped in sets:
        rest = tuple(pick for pick in kept if pick not in dropped)
        added = _replacements(compiled, (*rest, wanted), dropped, costs)
        found.append(Repair((*rest, *added, wanted), dropped, added, smallest))
    return found


def _replacements(compiled: Compiled, picks: Picks, dropped: Picks, costs: Costs) -> Picks:
    """For each dropped pick of a required class another value: a default if possible, else the cheapest."""
    evidence = compiled.encoded.evidence(picks)
    added: list[Pick] = []
    for pick in dropped:
        option_class = compiled.model.find_class(pick.option_class)
        if option_class is None or not option_class.single or not option_class.least:
            continue
        place = compiled.encoded.layout.place(pick)
        values = compiled.encoded.formula.variables[place].values
        row = costs.get(place, (0,) * len(values))
        preferred = {advice.pick.option for advice in compiled.model.defaults if advice.pick.option_class == pick.option_class}
        order = sorted(
            (bit for bit, value in enumerate(values) if value.option),
            key=lambda bit: (values[bit].option != pick.option, values[bit].option not in preferred, row[bit], bit),
        )
        for bit in order:
            if possible_in_time(compiled.engine, {**evidence, place: 1 << bit}):
                evidence[place] = 1 << bit
                added.append(Pick(pick.option_class, values[bit].option, values[bit].quantity))
                break
    return tuple(added)


def _known(compiled: Compiled, pick: Pick) -> bool:
    option_class = compiled.model.find_class(pick.option_class)
    return bool(pick.option) and option_class is not None and option_class.item(pick.option) is not None


def _fixed(compiled: Compiled, settled: Settled) -> dict[int, int]:
    return {place: 1 << bit for place, bit in settled.values(compiled.columns).items()}


def _best(compiled: Compiled, picks: Picks, costs: Costs, base: Picks) -> Completion | None:
    found = compiled.engine.best(compiled.encoded.evidence(picks), costs)
    if found is None:
        return None
    values = dict(enumerate(found.values))
    told = _without_defaults(compiled, _picks(compiled, picks, values), values, base)
    return Completion(found.cost, told, found.proven)


def _without_defaults(compiled: Compiled, picks: Picks, values: Mapping[int, int], base: Picks) -> Picks:
    """Picks that come to these values and no more: what a default or the base would put back is left out by name."""
    columns = compiled.columns
    while True:
        settled = settle(compiled, picks, base).values(columns)
        back = [columns.picks[int(columns.first_of_place[place]) + bit] for place, bit in settled.items() if bit != values[place]]
        out = dict.fromkeys(_left_out(compiled, pick) for pick in back if pick is not None and pick.option)
        if out.keys() <= set(picks):
            return picks
        picks = (*picks, *(one for one in out if one not in picks))


def _left_out(compiled: Compiled, pick: Pick) -> Pick:
    option_class = compiled.model.find_class(pick.option_class)
    assert option_class is not None
    return Pick(pick.option_class) if option_class.single else Pick(pick.option_class, pick.option, DECLINED)


def _picks(compiled: Compiled, own: Picks, values: dict[int, int]) -> Picks:
    """The shopper's own picks in their order, then the rest in the model's."""
    every = taken_picks(compiled, values)
    kept = tuple(pick for pick in own if not pick.option or pick.declined or any(_same(pick, one) for one in every))
    return (*kept, *(one for one in every if not any(_same(pick, one) for pick in own)))


def _same(pick: Pick, one: Pick) -> bool:
    return pick.option_class == one.option_class and pick.option == one.option and pick.quantity in (0, one.quantity)
