"""From parts back to choices: which configuration a list of parts is, if it is one.

A document may come from elsewhere with nothing but parts and quantities. It is accepted only where the model has a
valid configuration of exactly these parts; which of several equal options stands for a part is found by trying,
within a limit. Choices without a part follow the model's defaults, and stay away where they can.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from entrepot.configurator.compile import Compiled
from entrepot.configurator.composed import Composed, parts_in
from entrepot.configurator.explain import Reason
from entrepot.configurator.model import Pick, say
from entrepot.configurator.problems import PartsDoNotFit
from entrepot.configurator.search import searching
from entrepot.configurator.session import look, still_holding, why_not
from entrepot.configurator.settle import Picks
from entrepot.configurator.solve import BEST_SECONDS

MAX_TRIES = 2_000


@dataclass(frozen=True, slots=True)
class _Place:
    """A variable that can take some of the parts: its values as (bit, part, pieces in the kit); no part is "not taken"."""

    number: int
    values: tuple[tuple[int, str, int], ...]


@dataclass(frozen=True, slots=True)
class SentPart:
    """A part that was sent and its pieces in one kit; a kit inside brings its own parts, each per one of it."""

    part: str
    pieces: int
    inside: tuple[SentPart, ...] = ()


def recognize_whole(find: Callable[[str], Compiled], model: str, sent: Sequence[SentPart], language: str) -> Composed:
    """The configuration that consists of exactly these parts, with the kits inside it; ``find`` finds a model."""
    compiled = find(model)
    parts: Counter[str] = Counter()
    inside: dict[str, tuple[SentPart, ...]] = {}
    for one in sent:
        parts[one.part] += one.pieces
        if one.inside:
            inside[one.part] = one.inside
    taken = recognize(compiled, parts, language)
    kits = {}
    for pick in taken:
        item = compiled.model.item(pick)
        if item is None or item.kit is None:
            continue
        if item.part not in inside:
            raise PartsDoNotFit(model=model, part=item.part, why=f"{item.part} is a kit; say what it consists of.")
        kits[pick.option_class, pick.option] = recognize_whole(find, item.kit.model, inside.pop(item.part), language)
    if inside:
        raise PartsDoNotFit(model=model, part=next(iter(inside)), why=f"{next(iter(inside))} is no kit in it.")
    return Composed(compiled, taken, kits)


@searching(BEST_SECONDS)
def recognize(compiled: Compiled, parts: Mapping[str, int], language: str) -> Picks:
    """Everything taken in the configuration that consists of exactly these parts (pieces in one kit)."""
    unknown = [part for part in parts if part not in _known_parts(compiled)]
    if unknown:
        raise PartsDoNotFit(model=compiled.model.name, part=unknown[0], why=f"it has no option {unknown[0]}.")
    evidence, places = _allowed(compiled, parts)
    own = {one.part for one in compiled.model.classes if one.part}
    for taken in _tries(compiled, evidence, places, Counter(parts), own):
        found = Counter[str]()
        for part, pieces in parts_in(Composed(compiled, taken)):
            found[part] += pieces
        if found == Counter(parts):
            return taken
    part, why = _why(compiled, parts, language)
    raise PartsDoNotFit(model=compiled.model.name, part=part, why=why)


def _known_parts(compiled: Compiled) -> set[str]:
    classes = compiled.model.classes
    return {one.part for one in classes if one.part} | {item.part for one in classes for item in one.items if item.part}


def _allowed(compiled: Compiled, parts: Mapping[str, int]) -> tuple[dict[int, int], list[_Place]]:
    """Evidence that leaves every part out that is not in the list, and the variables that can take one that is."""
    evidence: dict[int, int] = {}
    places = []
    for option_class in compiled.model.classes:
        multiplier = compiled.model.multiplier(option_class)
        for number in compiled.encoded.layout.places(option_class) if option_class.items else ():
            values, mask = [], 0
            for bit, value in enumerate(compiled.encoded.formula.variables[number].values):
                item = option_class.item(value.option)
                part = item.part if item else ""
                pieces = value.quantity * multiplier if part else 0
                if pieces <= parts.get(part, 0):
                    mask |= 1 << bit
                    values.append((bit, part, pieces))
            evidence[number] = mask
            if any(part for _, part, _ in values):
                places.append(_Place(number, tuple(sorted(values, key=lambda one: -one[2]))))
    return evidence, places


def _tries(
    compiled: Compiled, evidence: dict[int, int], places: list[_Place], parts: Counter[str], own: set[str]
) -> Iterator[Picks]:
    """Configurations whose options use up the parts, one after the other; what a class brings itself may be left."""
    tries = 0
    waiting = [(0, evidence, parts)]
    while waiting and tries < MAX_TRIES:
        at, given, left = waiting.pop()
        tries += 1
        if not compiled.engine.consistent(given):
            continue
        if at == len(places):
            if all(not pieces or part in own for part, pieces in left.items()) and (taken := _completed(compiled, given)):
                yield taken
            continue
        place = places[at]
        for bit, part, pieces in reversed(place.values):
            if part and left[part] < pieces:
                continue
            rest = left if not part else left - Counter({part: pieces})
            waiting.append((at + 1, {**given, place.number: 1 << bit}, rest))


def _completed(compiled: Compiled, evidence: dict[int, int]) -> Picks | None:
    """A full configuration: what has no part as the defaults say, and else as little of it as possible."""
    for advice in compiled.model.defaults:
        item = compiled.model.item(advice.pick)
        if item is None or item.part or advice.when is not None:
            continue
        wider = dict(evidence)
        for place, mask in compiled.encoded.restricted(advice.pick).items():
            wider[place] = wider.get(place, mask) & mask
        if all(wider.values()) and compiled.engine.consistent(wider):
            evidence = wider
    variables = compiled.encoded.formula.variables
    costs = {place: tuple(int(bool(value.option)) for value in one.values) for place, one in enumerate(variables)}
    best = compiled.engine.best(evidence, costs)
    if best is None:
        return None
    taken = []
    for option_class in compiled.model.classes:
        for place in compiled.encoded.layout.places(option_class) if option_class.items else ():
            value = variables[place].values[best.values[place]]
            if value.option:
                taken.append(Pick(option_class.name, value.option, value.quantity))
    return tuple(taken)


def _why(compiled: Compiled, parts: Mapping[str, int], language: str) -> tuple[str, str]:
    """The part at which it fails and a sentence: a rule that speaks against it, or what is still missing."""
    picks: Picks = ()
    for option_class in compiled.model.classes:
        for item in option_class.items:
            if item.part in parts and not any(_part(compiled, pick) == item.part for pick in picks):
                wanted = Pick(option_class.name, item.name)
                kept, lost = still_holding(compiled, (*picks, wanted))
                reason: Reason | None = why_not(compiled, picks, wanted) if lost else None
                if reason is not None:
                    return item.part, " ".join(compiled.rule_text(rule, language) for rule in reason.rules)
                picks = kept
    asked = [shown.option_class for shown in look(compiled, picks).classes if shown.asked and shown.option_class.least]
    empty = [one for one in asked if all(item.part and item.part not in parts for item in one.items)]
    if empty:
        return "", f"still missing: {', '.join(say(one.words, language, one.name) for one in empty)}."
    return "", "their quantities belong to no configuration."


def _part(compiled: Compiled, pick: Pick) -> str:
    item = compiled.model.item(pick)
    return item.part if item else ""
