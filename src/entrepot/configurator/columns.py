"""A model laid out in columns: a row per value, per option and per class, so that a state is worked out all at once.

A *slot* is one value of one variable, as in the circuit. Slots of an option stand together, and so do the options
of a class; a column of one grain is brought to another by its starts (`first_of_…`) or by its index (`…_of_slot`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from entrepot.configurator.circuit import Layout, forbidden_slots, lay_out
from entrepot.configurator.encode import Encoded
from entrepot.configurator.formula import NONE, Evidence
from entrepot.configurator.model import Item, OptionClass, Pick

Array = Any


@dataclass(frozen=True, slots=True)
class OptionRow:
    """An option of a class, or its "none" (without item), with the quantities of its slots in order."""

    option_class: OptionClass
    name: str
    item: Item | None
    quantities: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Columns:
    """Everything of a model that no choice changes."""

    options: tuple[OptionRow, ...]
    #: What taking a slot amounts to; "none" is no pick.
    picks: tuple[Pick | None, ...]
    numbers: dict[str, int]
    #: Per class where its options begin and end, and its slots; a class without options has none.
    options_of: tuple[tuple[int, int], ...]
    slots_of: tuple[tuple[int, int], ...]
    first_of_place: Array
    place_of_slot: Array
    #: The slots that are picks.
    chosen: Array
    first_of_option: Array
    option_of_slot: Array
    class_of_option: Array
    class_of_place: Array
    #: A class of many has no "none" of its own; each of its options has one that is not shown.
    shown: Array
    #: Variables whose first value is "none".
    optional: Array
    #: Per class the option it belongs to, or -1; and per depth the classes with the class each lies in.
    owner: Array
    levels: tuple[tuple[Array, Array], ...]
    #: Classes without options.
    empty: Array
    layout: Layout

    def closed(self, evidence: Evidence) -> Array:
        """What the evidence takes away, per slot."""
        return forbidden_slots(self.layout, evidence).view(bool)

    def closed_but_first(self, places: Array) -> Array:
        """Everything but the first value of some variables, per slot."""
        import numpy

        some = numpy.zeros(len(self.first_of_place), dtype=bool)
        some[places] = True
        closed: Array = some[self.place_of_slot]
        closed[self.first_of_place] = False
        return closed

    def asked(self, taken: Array, hidden: Iterable[str]) -> Array:
        """The classes that are asked, given the options taken: not below one that is not, nor hidden."""
        asked = (self.owner < 0) | taken[self.owner]
        for name in hidden:
            asked[self.numbers[name]] = False
        for members, parents in self.levels:
            asked[members] &= asked[parents]
        return asked


def lay_columns(encoded: Encoded) -> Columns:
    """The columns of an encoded model."""
    import numpy

    def column(values: Sequence[int]) -> Array:
        return numpy.array(values, dtype=numpy.int64)

    model, variables = encoded.model, encoded.formula.variables
    numbers = {one.name: number for number, one in enumerate(model.classes)}
    class_of_place = [0] * len(variables)
    for option_class in model.classes:
        for place in encoded.layout.places(option_class):
            class_of_place[place] = numbers[option_class.name]
    options: list[OptionRow] = []
    picks: list[Pick | None] = []
    first_of_place, first_of_option, option_of_slot, class_of_option, shown = [], [], [], [], []
    for place, variable in enumerate(variables):
        option_class = model.classes[class_of_place[place]]
        first_of_place.append(len(picks))
        for name in dict.fromkeys(value.option for value in variable.values):
            quantities = tuple(value.quantity for value in variable.values if value.option == name)
            first_of_option.append(len(picks))
            class_of_option.append(class_of_place[place])
            shown.append(bool(option_class.items) and (bool(name) or option_class.single))
            option_of_slot += [len(options)] * len(quantities)
            options.append(OptionRow(option_class, name, option_class.item(name) if name else None, quantities))
            picks += [Pick(option_class.name, name, one) if name else None for one in quantities]
    place_of_slot = [place for place, variable in enumerate(variables) for _ in variable.values]
    ends = (*first_of_option, len(picks))
    options_of = _ranges(class_of_option, [bool(one.items) for one in model.classes])
    return Columns(
        options=tuple(options),
        picks=tuple(picks),
        numbers=numbers,
        options_of=options_of,
        slots_of=tuple((ends[low], ends[high]) for low, high in options_of),
        first_of_place=column(first_of_place),
        place_of_slot=column(place_of_slot),
        chosen=numpy.array([one is not None for one in picks], dtype=bool),
        first_of_option=column(first_of_option),
        option_of_slot=column(option_of_slot),
        class_of_option=column(class_of_option),
        class_of_place=column(class_of_place),
        shown=numpy.array(shown, dtype=bool),
        optional=numpy.array([variable.values[0] == NONE for variable in variables], dtype=bool),
        owner=column(_owners(options, [one.owner for one in model.classes])),
        levels=tuple((column(members), column(parents)) for members, parents in _levels(model.classes, numbers)),
        empty=column([number for number, (low, high) in enumerate(options_of) if low == high]),
        layout=lay_out(encoded.formula),
    )


def _ranges(class_of_option: Sequence[int], has_options: Sequence[bool]) -> tuple[tuple[int, int], ...]:
    ranges = [(0, 0)] * len(has_options)
    for option, number in enumerate(class_of_option):
        if has_options[number]:
            low, high = ranges[number]
            ranges[number] = (option if low == high else low, option + 1)
    return tuple(ranges)


def _owners(options: Sequence[OptionRow], owners: Sequence[Pick | None]) -> list[int]:
    number = {(row.option_class.name, row.name): place for place, row in enumerate(options)}
    return [-1 if one is None else number[one.option_class, one.option] for one in owners]


def _levels(classes: Sequence[OptionClass], numbers: dict[str, int]) -> list[tuple[list[int], list[int]]]:
    """The classes below a class, those nearest to the top first."""
    depth: dict[str, int] = {}
    levels: dict[int, tuple[list[int], list[int]]] = {}
    for number, one in enumerate(classes):
        depth[one.name] = depth[one.parent] + 1 if one.parent else 0
        if one.parent:
            members, parents = levels.setdefault(depth[one.name], ([], []))
            members.append(number)
            parents.append(numbers[one.parent])
    return [levels[one] for one in sorted(levels)]
