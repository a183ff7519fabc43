"""One step of a configuration: from the shopper's ordered picks to everything the page shows.

Nothing is remembered between steps; a session is the model version and the picks. The domains follow from the
shopper's own picks alone: defaults fill what is open and never exclude anything. Every value shown as possible
leads to a full valid configuration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entrepot.configurator.compile import Compiled, option_title
from entrepot.configurator.evaluate import holds
from entrepot.configurator.explain import Reason
from entrepot.configurator.model import Item, OptionClass, Pick
from entrepot.configurator.problems import OptionExcluded, UnknownOption
from entrepot.configurator.settle import Picks, Settled, State, as_taken, least_quantity, settle, taken_picks


@dataclass(frozen=True, slots=True)
class ShownValue:
    """An option (or "none", without item) with its state and the quantities that are possible."""

    option: str
    item: Item | None
    state: State
    quantity: int
    quantities: tuple[int, ...]
    recommended: bool = False


@dataclass(frozen=True, slots=True)
class ShownClass:
    """A class with its values. ``asked`` is false below an option that is not chosen, or hidden by a visibility."""

    option_class: OptionClass
    values: tuple[ShownValue, ...]
    asked: bool
    missing: bool
    mine: bool

    @property
    def taken(self) -> tuple[ShownValue, ...]:
        return tuple(value for value in self.values if value.state.taken and value.item)


@dataclass(frozen=True, slots=True)
class View:
    """Everything about one state of a configuration."""

    classes: tuple[ShownClass, ...]
    taken: Picks
    consistent: bool
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return self.consistent and not self.missing


def look(compiled: Compiled, picks: Picks, base: Picks = ()) -> View:
    """The whole view of a configuration with these picks, started from a base configuration if there is one."""
    settled = settle(compiled, picks, base)
    taken = taken_picks(compiled, settled.values)
    by_class = as_taken(taken)
    hidden = {
        name for shown in compiled.model.visibility if not holds(compiled.model, by_class, shown.when) for name in shown.classes
    }
    asked: dict[str, bool] = {}
    mine = {pick.option_class for pick in picks}
    classes = []
    for option_class in compiled.model.classes:
        owner = option_class.owner
        asked[option_class.name] = (
            option_class.name not in hidden
            and asked.get(option_class.parent, True)
            and (owner is None or any(option == owner.option for option, _ in by_class.get(owner.option_class, ())))
        )
        classes.append(_show(compiled, option_class, settled, option_class.name in mine, asked[option_class.name]))
    missing = tuple(shown.option_class.name for shown in classes if shown.missing)
    return View(tuple(classes), taken, settled.domains.consistent, missing)


def choose(compiled: Compiled, picks: Picks, wanted: Pick) -> Picks:
    """The picks with one more; in a class of one option it replaces the earlier one.

    An option without quantity gets the least quantity possible. What is excluded is refused with the reason.
    """
    kept = without(compiled, picks, wanted)
    evidence = compiled.encoded.evidence(kept)
    for place, mask in compiled.encoded.restricted(wanted).items():
        evidence[place] = evidence.get(place, mask) & mask
    if not compiled.engine.consistent(evidence):
        raise OptionExcluded(option=str(wanted), pick=wanted)
    return (*kept, _with_quantity(compiled, evidence, wanted))


def retract(picks: Picks, option_class: str, option: str = "") -> Picks:
    """The picks without those of a class, or without one option of it."""
    return tuple(pick for pick in picks if pick.option_class != option_class or (option and pick.option not in (option, "")))


def why_not(compiled: Compiled, picks: Picks, wanted: Pick) -> Reason | None:
    """Why a value is excluded: the fewest own picks and rules; None when it is possible."""
    return compiled.explainer.why_not(without(compiled, picks, wanted), wanted)


def without(compiled: Compiled, picks: Picks, wanted: Pick) -> Picks:
    """The picks that a new pick does not replace."""
    option_class = compiled.model.find_class(wanted.option_class)
    if option_class is None or option_class.single or not wanted.option:
        return tuple(pick for pick in picks if pick.option_class != wanted.option_class)
    return tuple(pick for pick in picks if pick.option_class != wanted.option_class or pick.option not in (wanted.option, ""))


def still_holding(compiled: Compiled, picks: Sequence[Pick]) -> tuple[Picks, Picks]:
    """Split picks into those that hold in this model version, earlier before later, and those that do not."""
    kept: Picks = ()
    lost: Picks = ()
    for pick in picks:
        try:
            kept = choose(compiled, kept, pick)
        except (OptionExcluded, UnknownOption):
            lost = (*lost, pick)
    return kept, lost


def _with_quantity(compiled: Compiled, evidence: dict[int, int], wanted: Pick) -> Pick:
    if not wanted.option or wanted.quantity:
        return wanted
    place = compiled.encoded.layout.place(wanted)
    least = least_quantity(compiled, evidence, place).bit_length() - 1
    return Pick(wanted.option_class, wanted.option, compiled.encoded.formula.variables[place].values[least].quantity)


def _show(compiled: Compiled, option_class: OptionClass, settled: Settled, mine: bool, asked: bool) -> ShownClass:
    """A class as it stands; the same standing again is the same object."""
    places = compiled.encoded.layout.places(option_class) if option_class.items else []
    masks, values = settled.domains.masks, settled.values
    standing = tuple((masks[place], values.get(place)) for place in places)
    return compiled.kept.get(
        (option_class.name, standing, mine, asked), None, lambda: _shown(compiled, option_class, settled, mine, asked)
    )


def _shown(compiled: Compiled, option_class: OptionClass, settled: Settled, mine: bool, asked: bool) -> ShownClass:
    values: list[ShownValue] = []
    recommended = {
        advice.pick.option for advice in compiled.model.recommendations if advice.pick.option_class == option_class.name
    }
    open_required = False
    for place in compiled.encoded.layout.places(option_class) if option_class.items else ():
        variable = compiled.encoded.formula.variables[place]
        taken, state = settled.values.get(place, (-1, State.POSSIBLE))
        open_required = open_required or taken < 0
        options = dict.fromkeys(value.option for value in variable.values)
        for option in options:
            if not option and not option_class.single:
                continue
            bits = [bit for bit, value in enumerate(variable.values) if value.option == option]
            possible = [bit for bit in bits if settled.domains.masks[place] >> bit & 1]
            shown: State
            if taken in bits:
                shown = State.DEFAULT if state is State.POSSIBLE else state
            else:
                shown = State.POSSIBLE if possible else State.EXCLUDED
            values.append(
                ShownValue(
                    option=option,
                    item=option_class.item(option) if option else None,
                    state=shown,
                    quantity=variable.values[taken].quantity if taken in bits else 0,
                    quantities=tuple(variable.values[bit].quantity for bit in possible),
                    recommended=option in recommended and bool(possible),
                )
            )
    return ShownClass(option_class, tuple(values), asked, open_required, mine)


def label(compiled: Compiled, pick: Pick, language: str) -> str:
    """A pick in words, for reasons and lists: ``2 × TW-SO-16``."""
    title = option_title(compiled.model, pick.option_class, pick.option, language)
    return f"{pick.quantity} × {title}" if pick.quantity > 1 else title
