"""One step of a configuration: from the shopper's ordered picks to everything the page shows.

Nothing is remembered between steps; a session is the model version and the picks. The domains follow from the
shopper's own picks alone: defaults fill what is open and never exclude anything. Every value shown as possible
leads to a full valid configuration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from entrepot.configurator.compile import Compiled, option_title, without_words
from entrepot.configurator.evaluate import holds
from entrepot.configurator.explain import Reason
from entrepot.configurator.model import Item, OptionClass, Pick
from entrepot.configurator.problems import OptionExcluded, UnknownOption
from entrepot.configurator.search import searching
from entrepot.configurator.settle import STATES, Picks, State, as_taken, least_quantity, settle

Array = Any


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


@dataclass(frozen=True, eq=False, repr=False)
class View:
    """Everything about one state of a configuration, in columns; a class is put together when it is looked at.

    ``marks`` is a number per slot, ``standing`` one per class: what is shown of a class changes only with these.
    Without ``proven`` it was not found out in time whether the picks go together.
    """

    compiled: Compiled
    taken: Picks
    consistent: bool
    marks: Array
    standing: Array
    proven: bool = True

    @property
    def asked(self) -> Array:
        """The numbers of the classes that are asked."""
        found: Array = (self.standing & _ASKED).nonzero()[0]
        return found

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The classes in which something has to be chosen still."""
        classes = self.compiled.model.classes
        return tuple(classes[number].name for number in (self.standing & _MISSING).nonzero()[0].tolist())

    @property
    def complete(self) -> bool:
        return self.consistent and self.proven and not self.missing

    @property
    def checking(self) -> bool:
        """Whether some values are neither known to be possible nor to be excluded yet; a further look goes on with them."""
        return bool((self.marks & _CHECKING).any())

    @property
    def classes(self) -> tuple[ShownClass, ...]:
        """Every class, also those that are not asked."""
        return tuple(self.shown(number) for number in range(len(self.compiled.model.classes)))

    def shown(self, number: int) -> ShownClass:
        """A class as it stands; the same standing again is the same object."""
        low, high = self.compiled.columns.slots_of[number]
        marks, standing = self.marks[low:high], int(self.standing[number])
        return self.compiled.kept.get(
            (number, standing, marks.tobytes()), None, lambda: _shown(self.compiled, number, marks.tolist(), standing)
        )

    def changed(self, before: View) -> Array:
        """A truth value per class: whether it stands otherwise than before."""
        columns = self.compiled.columns
        found: Array = self.standing != before.standing
        found[columns.class_of_option[columns.option_of_slot[self.marks != before.marks]]] = True
        return found


#: A mark: whether the slot is possible, whether it is taken, and in which state; whether it is still being checked.
_POSSIBLE, _TAKEN, _BY, _CHECKING = 1, 2, 4, 32
#: A class's standing.
_ASKED, _MISSING, _MINE = 1, 2, 4


@searching()
def look(compiled: Compiled, picks: Picks, base: Picks = ()) -> View:
    """The whole view of a configuration with these picks, started from a base configuration if there is one."""
    import numpy

    columns, settled = compiled.columns, settle(compiled, picks, base)
    taken = settled.picks(columns)
    decided = settled.taken >= 0
    slots = settled.taken[decided]
    marks = settled.possible.astype(numpy.uint8)
    marks[slots] += _TAKEN + _BY * settled.by[decided]
    if settled.checking is not None:
        marks[settled.checking] += _CHECKING
    options = numpy.zeros(len(columns.options), dtype=bool)
    options[columns.option_of_slot[slots]] = True
    standing = columns.asked(options, _hidden(compiled, taken)).astype(numpy.uint8)
    missing = numpy.zeros(len(standing), dtype=bool)
    missing[columns.class_of_place[~decided]] = True
    missing[columns.empty] = False
    standing[missing] += _MISSING
    for name in {pick.option_class for pick in picks}:
        standing[columns.numbers[name]] += _MINE
    return View(compiled, taken, settled.consistent, marks, standing, settled.proven)


def _hidden(compiled: Compiled, taken: Picks) -> set[str]:
    """The classes that a visibility hides."""
    visibility = compiled.model.visibility
    by_class = as_taken(taken) if visibility else {}
    return {name for shown in visibility if not holds(compiled.model, by_class, shown.when) for name in shown.classes}


@searching()
def choose(compiled: Compiled, picks: Picks, wanted: Pick) -> Picks:
    """The picks with one more; in a class of one option it replaces the earlier one.

    An option without quantity gets the least quantity possible. What is excluded is refused with the reason; where
    that is not found out in time, nothing is taken (`SearchUnfinished`).
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
    if wanted.declined:
        return tuple(pick for pick in picks if (pick.option_class, pick.option) != (wanted.option_class, wanted.option))
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


def _shown(compiled: Compiled, number: int, marks: Sequence[int], standing: int) -> ShownClass:
    columns, option_class = compiled.columns, compiled.model.classes[number]
    advised = {advice.pick.option for advice in compiled.model.recommendations if advice.pick.option_class == option_class.name}
    values: list[ShownValue] = []
    at, (low, high) = 0, columns.options_of[number]
    for option in range(low, high):
        row = columns.options[option]
        own = list(zip(row.quantities, marks[at:], strict=False))
        at += len(own)
        if not columns.shown[option]:
            continue
        possible = tuple(quantity for quantity, mark in own if mark & _POSSIBLE)
        quantity, mark = next(((quantity, mark) for quantity, mark in own if mark & _TAKEN), (0, 0))
        values.append(
            ShownValue(
                option=row.name,
                item=row.item,
                state=_state(mark) if mark else _open_state([mark for _, mark in own]),
                quantity=quantity,
                quantities=possible,
                recommended=row.name in advised and bool(possible),
            )
        )
    return ShownClass(option_class, tuple(values), bool(standing & _ASKED), bool(standing & _MISSING), bool(standing & _MINE))


def _state(mark: int) -> State:
    """How a value is taken; what is left out only because nothing was said is a default, too."""
    state = STATES[mark % _CHECKING // _BY]
    return State.DEFAULT if state is State.POSSIBLE else state


def _open_state(marks: Sequence[int]) -> State:
    """How an option stands that is not taken, from the marks of its quantities."""
    if any(mark & _POSSIBLE for mark in marks):
        return State.POSSIBLE
    return State.CHECKING if any(mark & _CHECKING for mark in marks) else State.EXCLUDED


def label(compiled: Compiled, pick: Pick, language: str) -> str:
    """A pick in words, for reasons and lists: ``2 × TW-SO-16``, ``without TW-SO-16``."""
    title = option_title(compiled.model, pick.option_class, pick.option, language)
    if pick.declined:
        return without_words(title, language)
    return f"{pick.quantity} × {title}" if pick.quantity > 1 else title
