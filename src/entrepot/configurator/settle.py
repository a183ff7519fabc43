"""Deciding what follows from the shopper's picks: forced values, then what is soft, then "none".

Soft are a kit's base configuration (the predefined one a shopper starts from) and the model's defaults. They
are taken in order, each only where it is possible beside the picks and everything soft before it, and they never
exclude a value. What a base configuration leaves out of an optional class stays out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from entrepot.configurator.compile import Compiled
from entrepot.configurator.evaluate import Taken, holds
from entrepot.configurator.formula import NONE
from entrepot.configurator.model import Advice, Pick
from entrepot.configurator.problems import UnknownOption
from entrepot.configurator.solve import Domains

Picks = tuple[Pick, ...]


class State(StrEnum):
    """How a value stands: who took it, or whether it can be taken."""

    CHOSEN = "chosen"
    SET = "set"
    DEFAULT = "default"
    POSSIBLE = "possible"
    EXCLUDED = "excluded"

    @property
    def taken(self) -> bool:
        return self in (State.CHOSEN, State.SET, State.DEFAULT)


@dataclass(frozen=True, slots=True)
class Settled:
    """What is decided per variable (a value, and by whom) once forced values and defaults are in."""

    values: dict[int, tuple[int, State]]
    domains: Domains
    evidence: dict[int, int]


def settle(compiled: Compiled, picks: Picks, base: Picks = ()) -> Settled:
    """Decide what follows: forced values, then the base and defaults where possible, then "none" where optional."""
    evidence = compiled.encoded.evidence(picks)
    domains = compiled.engine.domains(evidence)
    values: dict[int, tuple[int, State]] = {}
    if domains.consistent:
        _take_forced(domains, evidence, values, State.SET, frozenset(evidence))
        filled = _fill_soft(compiled, dict(evidence), values, base)
        _fill_none(compiled, filled, values)
    else:
        for place, mask in evidence.items():
            if mask:
                values[place] = (_lowest(mask), State.CHOSEN)
    return Settled(values, domains, evidence)


def taken_picks(compiled: Compiled, values: dict[int, tuple[int, State]]) -> Picks:
    """Everything taken, as picks in the order of the model."""
    picks = []
    for option_class in compiled.model.classes:
        for place in compiled.encoded.layout.places(option_class) if option_class.items else ():
            if place in values:
                value = compiled.encoded.formula.variables[place].values[values[place][0]]
                if value.option:
                    picks.append(Pick(option_class.name, value.option, value.quantity))
    return tuple(picks)


def as_taken(picks: Picks) -> Taken:
    taken: dict[str, list[tuple[str, int]]] = {}
    for pick in picks:
        taken.setdefault(pick.option_class, []).append((pick.option, pick.quantity))
    return taken


def _take_forced(
    domains: Domains, evidence: dict[int, int], values: dict[int, tuple[int, State]], state: State, mine: frozenset[int]
) -> None:
    for place, mask in enumerate(domains.masks):
        left = mask & evidence.get(place, mask)
        if place not in values and left and not left & (left - 1):
            values[place] = (left.bit_length() - 1, State.CHOSEN if place in mine else state)


def _fill_soft(compiled: Compiled, evidence: dict[int, int], values: dict[int, tuple[int, State]], base: Picks) -> dict[int, int]:
    """Take soft picks in order, each only if it is possible beside all before it."""
    mine = frozenset(evidence)
    for advice in (*(Advice(pick) for pick in base), *_defaults(compiled, base)):
        try:
            place = compiled.encoded.layout.place(advice.pick)
            mask = compiled.encoded.layout.mask(compiled.encoded.formula, advice.pick)
        except UnknownOption:
            continue
        if place in values or place in evidence or _declined(compiled, advice.pick, evidence):
            continue
        if not _applies(compiled, advice, values):
            continue
        if compiled.engine.consistent({**evidence, place: mask}):
            evidence[place] = mask
            if not mask & (mask - 1):
                values[place] = (mask.bit_length() - 1, State.DEFAULT)
    if len(evidence) > len(mine):
        _take_forced(compiled.engine.open_domains(evidence), evidence, values, State.DEFAULT, mine)
    return evidence


def _applies(compiled: Compiled, advice: Advice, values: dict[int, tuple[int, State]]) -> bool:
    """Whether soft advice is due: its class is asked, its condition holds."""
    option_class = compiled.model.find_class(advice.pick.option_class)
    owner = option_class.owner if option_class else None
    if owner is None and advice.when is None:
        return True
    taken = as_taken(taken_picks(compiled, values))
    asked = owner is None or any(option == owner.option for option, _ in taken.get(owner.option_class, ()))
    return asked and (advice.when is None or holds(compiled.model, taken, advice.when))


def _defaults(compiled: Compiled, base: Picks) -> list[Advice]:
    """The model's defaults; beside a base configuration only for the classes that cannot stay empty."""
    mentioned = {pick.option_class for pick in base}
    kept = []
    for advice in compiled.model.defaults:
        option_class = compiled.model.find_class(advice.pick.option_class)
        assert option_class is not None
        if not base or option_class.least or (option_class.name in mentioned and option_class.single):
            kept.append(advice)
    return kept


def _declined(compiled: Compiled, pick: Pick, evidence: dict[int, int]) -> bool:
    """Whether the shopper said something about the class already ("none" of a class of many included)."""
    option_class = compiled.model.find_class(pick.option_class)
    assert option_class is not None
    return all(place in evidence for place in compiled.encoded.layout.places(option_class))


def _fill_none(compiled: Compiled, evidence: dict[int, int], values: dict[int, tuple[int, State]]) -> None:
    """Leave out what is optional and open, all at once where that works; take least quantities where one is open."""
    variables = compiled.encoded.formula.variables
    optional = [
        place
        for place, variable in enumerate(variables)
        if place not in values and place not in evidence and variable.values[0] == NONE
    ]
    left_out = set(compiled.engine.left_out(evidence, optional))
    evidence.update(dict.fromkeys(left_out, 1))
    for place in list(evidence):
        if evidence[place] & (evidence[place] - 1):
            evidence[place] = least_quantity(compiled, evidence, place)
    for place, mask in evidence.items():
        values.setdefault(place, (mask.bit_length() - 1, State.POSSIBLE if place in left_out else State.CHOSEN))
    _take_forced(compiled.engine.open_domains(evidence), evidence, values, State.DEFAULT, frozenset())


def least_quantity(compiled: Compiled, evidence: dict[int, int], place: int) -> int:
    mask = evidence[place]
    while mask & (mask - 1):
        low = mask & -mask
        if compiled.engine.consistent({**evidence, place: low}):
            return low
        mask ^= low
    return mask


def _lowest(mask: int) -> int:
    return (mask & -mask).bit_length() - 1
