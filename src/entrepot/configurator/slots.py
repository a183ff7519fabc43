"""Values as the bits of one number: a whole configuration, what evidence forbids, what is possible.

Numbers of any length are Python's own; that two have a bit in common is one operation, however many values there are.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from entrepot.configurator.formula import Evidence, Formula, assumptions

#: From so many variables on, evidence is read all at once.
MANY = 64


class Found(NamedTuple):
    """Configurations that a solver came upon, and the values that it found no configuration to have."""

    witnesses: tuple[int, ...]
    never: int

    def to_bytes(self) -> bytes:
        """All numbers one after the other, compressed; each as long as the longest."""
        numbers = (self.never, *self.witnesses)
        size = max(1, *((one.bit_length() + 7) // 8 for one in numbers))
        return zlib.compress(size.to_bytes(4, "little") + b"".join(one.to_bytes(size, "little") for one in numbers), 6)

    @staticmethod
    def of_bytes(stored: bytes) -> Found:
        """What was stored.

        >>> Found.of_bytes(Found((5, 258), 1).to_bytes())
        Found(witnesses=(5, 258), never=1)
        """
        raw = zlib.decompress(stored)
        size = int.from_bytes(raw[:4], "little")
        numbers = [int.from_bytes(raw[at : at + size], "little") for at in range(4, len(raw), size)]
        return Found(tuple(numbers[1:]), numbers[0])


class Slots:
    """Values as the bits of one number."""

    def __init__(self, formula: Formula) -> None:
        import numpy

        self._numpy = numpy
        self._variables = formula.variables
        self.first: list[int] = []
        self.literals: list[int] = []
        for variable in formula.variables:
            self.first.append(len(self.literals))
            self.literals.extend(variable.literals)
        self.everything = (1 << len(self.literals)) - 1
        sizes = [len(variable.values) for variable in formula.variables]
        #: Whether a variable has more values than a machine word has bits.
        self.wide = max(sizes, default=0) > 62
        #: Per variable the mask of all its values.
        self.all = tuple(variable.everything for variable in formula.variables)
        self._place_of = numpy.repeat(numpy.arange(len(sizes)), sizes)
        self._bit = numpy.arange(len(self.literals)) - numpy.array(self.first, dtype=numpy.int64)[self._place_of]
        self._first = numpy.array(self.first, dtype=numpy.int64)
        self._signed = numpy.array(self.literals, dtype=numpy.int64)
        self._variable = numpy.abs(self._signed)
        self._positive = self._signed > 0
        self._most = max(formula.literals, int(self._variable.max(initial=0)))

    def forbidden(self, evidence: Evidence) -> int:
        """The slots that the evidence takes away."""
        if len(evidence) >= MANY and not self.wide:
            left = self._numpy.full(len(self.first), -1, dtype=self._numpy.int64)
            places, masks = self._said(evidence)
            left[places] = masks
            return self.number((left[self._place_of] >> self._bit & 1) == 0)
        forbidden = 0
        for place, mask in evidence.items():
            forbidden |= (self._variables[place].everything & ~mask) << self.first[place]
        return forbidden

    def assumed(self, evidence: Evidence) -> list[int]:
        """The evidence as literals, as `assumptions` has them; all at once where it is long."""
        if len(evidence) < MANY or self.wide:
            return assumptions(self._variables, evidence)
        places, masks = self._said(evidence)
        single = (masks > 0) & (masks & (masks - 1) == 0)
        bits = self._numpy.log2(masks[single]).astype(self._numpy.int64)  # Exact for powers of two.
        literals: list[int] = self._signed[self._first[places[single]] + bits].tolist()
        others = places[~single].tolist()
        return [*literals, *assumptions(self._variables, {place: evidence[place] for place in others})] if others else literals

    def _said(self, evidence: Evidence) -> tuple[Any, Any]:
        numpy, count = self._numpy, len(evidence)
        return numpy.fromiter(evidence.keys(), numpy.int64, count), numpy.fromiter(evidence.values(), numpy.int64, count)

    def union(self, places: Sequence[int], masks: Sequence[int]) -> int:
        """The slots of some variables' masks as one number."""
        if len(places) == len(self.first) and not self.wide:
            rows = self._numpy.array(masks, dtype=self._numpy.int64)
            return self.number(rows[self._place_of] >> self._bit & 1)
        found = 0
        for place in places:
            found |= masks[place] << self.first[place]
        return found

    def mask(self, found: int, place: int) -> int:
        return found >> self.first[place] & self._variables[place].everything

    def masks(self, found: int, places: Sequence[int]) -> list[int]:
        """The masks of many variables, in one reading of the number."""
        if len(places) == len(self.first) and not self.wide:
            return self.masks_of(self.flags(found))
        size = len(self.literals)
        text = format(found, f"0{size}b")
        return [
            int(text[size - self.first[one] - len(self._variables[one].values) : size - self.first[one]], 2) for one in places
        ]

    def masks_of(self, flags: Any) -> list[int]:
        """The masks of all variables from a truth value per slot."""
        if self.wide:
            return self.masks(self.number(flags), range(len(self.first)))
        if not self.first:
            return []
        masks: list[int] = self._numpy.add.reduceat(flags.astype(self._numpy.int64) << self._bit, self.first).tolist()
        return masks

    def witness(self, model: Sequence[int]) -> int:
        """The slots of a solver's model; a literal the solver never met is false."""
        return self.number(self._taken(model))

    def values(self, model: Sequence[int]) -> tuple[int, ...]:
        """The value each variable takes in a solver's model."""
        if not self.first:
            return ()
        taken = self._taken(model).nonzero()[0]
        values = self._numpy.zeros(len(self.first), dtype=self._numpy.int64)
        values[self._place_of[taken]] = self._bit[taken]
        return tuple(values.tolist())

    def _taken(self, model: Sequence[int]) -> Any:
        read = self._numpy.zeros(max(self._most, len(model)) + 1, dtype=bool)
        literals = self._numpy.array(model, dtype=self._numpy.int64)
        read[literals[literals > 0]] = True
        return read[self._variable] == self._positive

    def literals_of(self, found: int) -> list[int]:
        """The literals of some slots."""
        literals: list[int] = self._signed[self.flags(found)].tolist()
        return literals

    def flags(self, found: int) -> Any:
        """A truth value per slot."""
        return flags_of(found, len(self.literals))

    def number(self, flags: Any) -> int:
        return int.from_bytes(self._numpy.packbits(flags, bitorder="little").tobytes(), "little")


def flags_of(found: int, size: int) -> Any:
    """The bits of a number as truth values."""
    import numpy

    text = numpy.frombuffer(found.to_bytes((size + 7) // 8, "little"), dtype=numpy.uint8)
    return numpy.unpackbits(text, count=size, bitorder="little").astype(bool)


def ones(mask: int) -> list[int]:
    """The places of the ones in a number, lowest first."""
    text = bin(mask)[:1:-1]
    found, place = [], text.find("1")
    while place >= 0:
        found.append(place)
        place = text.find("1", place + 1)
    return found
