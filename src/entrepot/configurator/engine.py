"""The engines of a session: the circuit where it is exact, and the solver for what stands above it.

The circuit narrows every domain in one walk. A single large sum is exact with it too: the least weight of a whole
configuration with each value says whether the value fits under the limit. Two or more such sums, or a part that
did not compile, are settled by the solver, which is asked about what the circuit leaves open and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from types import ModuleType
from typing import Any

from entrepot.configurator.bounded import GaveUp, Row, Search
from entrepot.configurator.circuit import Circuit, Layout, forbidden_slots, lay_out
from entrepot.configurator.contract import Best, Costs, Engine
from entrepot.configurator.domains import Domains
from entrepot.configurator.formula import NONE, Evidence, Formula
from entrepot.configurator.knowledge import Knowledge
from entrepot.configurator.leaving import leave_out, left_out
from entrepot.configurator.problems import SearchUnfinished
from entrepot.configurator.slots import Found
from entrepot.configurator.solve import SatEngine
from entrepot.configurator.walks import Form

Array = Any
#: Larger than any sum of costs that can be had.
NEVER = 1 << 59
#: Edges of a circuit up to which a walk takes a millisecond or two.
MAX_QUICK = 100_000
#: Prices of as many shoppers are kept laid out.
MAX_ROWS = 50


@dataclass(frozen=True, slots=True)
class Least:
    """The least cost of all, and per slot of a whole configuration with it; what is not to be had costs `NEVER`.

    ``exact`` is false where a large sum was left aside: then these are lower bounds.
    """

    total: int
    slots: Array
    exact: bool


def open_engine(formula: Formula, knowledge: Knowledge) -> Engine:
    """The engine for a formula and what compiling it gave."""
    if knowledge.circuit is None:
        return SatEngine(formula, knowledge.found)
    circuit = CircuitEngine(formula, knowledge.circuit)
    if not knowledge.unsettled and not circuit.bounds:
        return circuit
    return LayeredEngine(circuit, SatEngine(formula, knowledge.found), knowledge.unsettled)


class CircuitEngine:
    """Answers by walking the circuit; holds nothing that changes. Exact but for more than one large sum."""

    def __init__(self, formula: Formula, circuit: Circuit) -> None:
        self.formula = formula
        self.circuit = circuit
        self._form = Form(circuit.edges, self._try)
        self.layout = lay_out(formula)
        self._readout = _Readout(self.layout, self._form)
        self._rows: dict[int, tuple[Costs, Row]] = {}
        self.quick = circuit.edges <= MAX_QUICK
        self.bounds = [(bound, self._costs(dict(zip(bound.columns, bound.weights, strict=True)))) for bound in formula.bounds()]

    @property
    def _passes(self) -> ModuleType:
        return self._form.walks()

    def found(self) -> None:
        return None

    def hurry(self) -> None:
        """Have the machine code ready before the next question."""
        self._form.hurry()

    def _try(self, passes: ModuleType) -> None:
        """Walk once in every way, so that nobody waits for the machine code later."""
        import numpy

        flat, forbidden, slots = self.circuit.flat, forbidden_slots(self.layout, {}), self._slots({})
        edges, values = passes.on_edges(flat, slots), passes.values_of(flat)
        passes.possible_values(flat, forbidden, values)
        passes.is_possible(flat, forbidden)
        passes.least_costs(flat, forbidden, slots, edges, values)
        passes.least_cost(flat, forbidden, slots, edges)
        _, taken = passes.cheapest(flat, forbidden, slots, edges, values)
        passes.masks(numpy.array(self.layout.first, dtype=numpy.int64), taken)

    def domains(self, evidence: Evidence) -> Domains:
        nothing = [place for place, mask in evidence.items() if not mask]
        if nothing:
            return self._contradictory(evidence, nothing)
        forbidden = forbidden_slots(self.layout, evidence)
        if not self.bounds:
            consistent, possible = self._passes.possible_values(self.circuit.flat, forbidden, self._values)
            return self._found(possible, bool(consistent))
        consistent, narrowed = True, None
        for bound, weights in self.bounds:
            total, least = self._least_costs(forbidden, weights)
            fits = least <= bound.limit
            narrowed = fits if narrowed is None else narrowed & fits
            consistent = consistent and total <= bound.limit
        return self._found(narrowed, bool(consistent))

    def _found(self, possible: Array, consistent: bool) -> Domains:
        return Domains(lambda: self._readout.masks(possible), consistent, possible.view(bool))

    def open_domains(self, evidence: Evidence) -> Domains:
        return self.domains(evidence)

    def left_out(self, evidence: Evidence, places: Sequence[int]) -> Sequence[int]:
        """One walk: what the configuration with the fewest options leaves out; sums need to be asked about, too."""
        if not places or not all(evidence.values()):
            return ()
        if self.bounds:
            return left_out(self, evidence, places, None)
        import numpy

        forbidden = forbidden_slots(self.layout, evidence)
        total, taken = self._cheapest_with(forbidden, self._counting)
        if total >= NEVER:
            return ()
        found: list[int] = self._readout.first_of(taken, numpy.asarray(places)).tolist()
        return found

    def leave_out(self, evidence: Evidence, places: Array) -> tuple[Array, Domains]:
        """Both in one walk each, with nothing but arrays between them."""
        if self.bounds or not len(places) or not all(evidence.values()):
            return leave_out(self, evidence, places)
        forbidden = forbidden_slots(self.layout, evidence)
        total, taken = self._cheapest_with(forbidden, self._counting)
        left_out = places[:0] if total >= NEVER else self._readout.first_of(taken, places)
        consistent, possible = self._passes.possible_values(
            self.circuit.flat, self._readout.closed_but_first(forbidden, left_out), self._values
        )
        return left_out, self._found(possible, bool(consistent))

    @cached_property
    def _counting(self) -> Row:
        """A cost of one for every option of what can be left out."""
        variables = enumerate(self.formula.variables)
        return self._costs({place: (0, *(1,) * (len(one.values) - 1)) for place, one in variables if one.values[0] == NONE})

    def consistent(self, evidence: Evidence) -> bool:
        if not all(evidence.values()):
            return False
        forbidden = forbidden_slots(self.layout, evidence)
        if not self.bounds:
            return bool(self._passes.is_possible(self.circuit.flat, forbidden))
        return all(
            self._passes.least_cost(self.circuit.flat, forbidden, weights.slots, self._on_edges(weights)) <= bound.limit
            for bound, weights in self.bounds
        )

    def best(self, evidence: Evidence, costs: Costs) -> Best | None:
        """The least cost and one configuration that has it; large sums are left aside."""
        if not all(evidence.values()):
            return None
        found = self._cheapest(evidence, self._row(costs))
        return None if found is None else Best(*found)

    def best_within(self, evidence: Evidence, costs: Costs) -> Best | None:
        """The same with all large sums kept; raises `GaveUp` where that has too many cases."""
        if not all(evidence.values()):
            return None
        sizes = [len(variable.values) for variable in self.formula.variables]
        found = Search(self._cheapest, self._row(costs), self.bounds, sizes).run(evidence)
        return None if found is None else Best(*found)

    def _cheapest(self, evidence: Evidence, row: Row) -> tuple[int, tuple[int, ...]] | None:
        total, taken = self._cheapest_with(forbidden_slots(self.layout, evidence), row)
        return None if total >= NEVER else (int(total), self._readout.values(taken))

    def least(self, evidence: Evidence, costs: Costs) -> Least:
        """What everything costs at least from here, each value with its own class released."""
        forbidden = forbidden_slots(self.layout, {place: mask for place, mask in evidence.items() if mask})
        total, found = self._least_costs(forbidden, self._row(costs))
        return Least(int(total), found, not self.bounds)

    def count(self, evidence: Evidence | None = None) -> int:
        """The exact number of configurations, large sums left aside."""
        forbidden = forbidden_slots(self.layout, evidence or {})
        return self.circuit.count([1 - one for one in forbidden.tolist()])

    def _contradictory(self, evidence: Evidence, nothing: Sequence[int]) -> Domains:
        """Nothing is possible, but for the one class whose own choices contradict each other."""
        masks = [0] * len(self.formula.variables)
        if len(nothing) == 1:
            [place] = nothing
            others = {one: mask for one, mask in evidence.items() if one != place}
            found = self.domains(others)
            masks[place] = found.masks[place] if found.consistent else 0
        return Domains(tuple(masks), False)

    def _cheapest_with(self, forbidden: Array, row: Row) -> tuple[Any, Array]:
        flat, edges = self.circuit.flat, self._on_edges(row)
        found: tuple[Any, Array] = self._passes.cheapest(flat, forbidden, row.slots, edges, self._values)
        return found

    def _least_costs(self, forbidden: Array, row: Row) -> tuple[Any, Array]:
        flat, edges = self.circuit.flat, self._on_edges(row)
        found: tuple[Any, Array] = self._passes.least_costs(flat, forbidden, row.slots, edges, self._values)
        return found

    def _on_edges(self, row: Row) -> Array:
        if row.edges is None:
            row.edges = self._passes.on_edges(self.circuit.flat, row.slots)
        return row.edges

    @cached_property
    def _values(self) -> tuple[Array, Array]:
        """The values by edge."""
        found: tuple[Array, Array] = self._passes.values_of(self.circuit.flat)
        return found

    def _row(self, costs: Costs) -> Row:
        """The costs laid out; the same costs are asked about again and again."""
        known = self._rows.get(id(costs))
        if known is None:
            if len(self._rows) >= MAX_ROWS:
                self._rows = {}
            known = self._rows[id(costs)] = (costs, self._costs(costs))
        return known[1]

    def _costs(self, costs: Costs) -> Row:
        return Row(self._slots(costs))

    def _slots(self, costs: Costs) -> Array:
        import numpy

        row = [0] * self.layout.slots
        first = self.layout.first
        for place, values in costs.items():
            row[first[place] : first[place] + len(values)] = values
        return numpy.array(row, dtype=numpy.int64)


class LayeredEngine:
    """The circuit first, then the solver for what it cannot settle alone."""

    quick = False

    def __init__(self, circuit: CircuitEngine, solver: SatEngine, unsettled: Sequence[int]) -> None:
        self.formula = circuit.formula
        self.circuit = circuit
        self._solver = solver
        self._exact = not unsettled and len(circuit.bounds) < 2
        #: With sums over it everything hangs together; else only what did not compile is left to ask.
        self._asked = range(len(self.formula.variables)) if circuit.bounds else tuple(unsettled)
        self._unsettled = tuple(unsettled)

    def hurry(self) -> None:
        self.circuit.hurry()

    def found(self) -> Found:
        return self._solver.found()

    def domains(self, evidence: Evidence) -> Domains:
        narrowed = self._open(self.circuit.domains(evidence), evidence)
        if self._exact:
            return narrowed
        found = self._solver.narrowed(evidence, narrowed, self._asked)
        own = {place: mask for place, mask in evidence.items() if place in self._asked}
        if found.consistent:
            return found
        try:
            if self._solver.consistent(own):
                return found
        except SearchUnfinished:
            found.undecided |= self._of_the_circuit(found.masks)
        # No other value of what did compile helps while what did not contradicts itself.
        masks = tuple(mask if place in self._asked else 0 for place, mask in enumerate(found.masks))
        return Domains(masks, False, None, found.undecided)

    def _of_the_circuit(self, masks: Sequence[int]) -> int:
        """The slots of what did compile, as one number."""
        first = self.circuit.layout.first
        return sum(mask << first[place] for place, mask in enumerate(masks) if place not in self._asked)

    def open_domains(self, evidence: Evidence) -> Domains:
        if self._exact:
            return self.circuit.domains(evidence)
        narrowed = self._open(self.circuit.domains(evidence), evidence)
        return self._solver.narrowed(evidence, narrowed, [place for place in self._asked if place not in evidence])

    def left_out(self, evidence: Evidence, places: Sequence[int]) -> Sequence[int]:
        return self._solver.left_out(evidence, places)

    def leave_out(self, evidence: Evidence, places: Array) -> tuple[Array, Domains]:
        return leave_out(self, evidence, places)

    def consistent(self, evidence: Evidence) -> bool:
        return self.circuit.consistent(evidence) and (self._exact or self._solver.consistent(evidence))

    def best(self, evidence: Evidence, costs: Costs) -> Best | None:
        """Searched in the circuit under its sums; the solver answers where a part did not compile."""
        if not self._unsettled:
            try:
                return self.circuit.best_within(evidence, costs)
            except GaveUp:
                pass
        return self._solver.best(evidence, costs)

    def least(self, evidence: Evidence, costs: Costs) -> Least:
        found = self.circuit.least(evidence, costs)
        first = (*self.circuit.layout.first, self.circuit.layout.slots)
        for place in self._unsettled:
            found.slots[first[place] : first[place + 1]] = found.total
        return Least(found.total, found.slots, exact=False)

    def _open(self, found: Domains, evidence: Evidence) -> Domains:
        """Of what did not compile the circuit knows nothing: everything may be."""
        if not self._unsettled:
            return found
        masks = list(found.masks)
        for place in self._unsettled:
            masks[place] = self.formula.variables[place].everything
        return Domains(tuple(masks), found.consistent)


class _Readout:
    """Turns a byte per slot into one mask of values per variable, all variables at once."""

    def __init__(self, layout: Layout, form: Form) -> None:
        import numpy

        self._numpy = numpy
        self._ends = (*layout.first, layout.slots)
        self._wide = max((high - low for low, high in pairwise(self._ends)), default=0) > 62
        self._first = numpy.array(self._ends, dtype=numpy.int64)
        self._form = form

    def masks(self, possible: Array) -> tuple[int, ...]:
        if not self._wide:
            return tuple(self._form.walks().masks(self._first, possible).tolist())
        raw = self._numpy.asarray(possible, dtype=self._numpy.uint8)
        pieces = (raw[begin:end] for begin, end in pairwise(self._ends))
        pack = self._numpy.packbits
        return tuple(int.from_bytes(pack(one, bitorder="little").tobytes(), "little") for one in pieces)

    def first_of(self, taken: Array, places: Array) -> Array:
        """The variables, of some, that take their first value; what the circuit says nothing of does."""
        first = self._first[:-1]
        found = (taken[first] == 1) | (self._numpy.add.reduceat(taken, first, dtype=self._numpy.int64) == 0)
        return places[found[places]]

    def closed_but_first(self, forbidden: Array, places: Array) -> Array:
        """What is forbidden, and everything but the first value of some variables."""
        some = self._numpy.zeros(len(self._ends) - 1, dtype=bool)
        some[places] = True
        closed = self._numpy.repeat(some, self._numpy.diff(self._first))
        closed[self._first[:-1]] = False
        return forbidden | closed

    def values(self, taken: Array) -> tuple[int, ...]:
        """The value each variable takes; what the circuit says nothing of takes its first."""
        numpy = self._numpy
        if not self._ends[-1]:
            return ()
        first = self._first[:-1]
        slots = numpy.where(taken != 0, numpy.arange(len(taken)), len(taken))
        found = numpy.minimum.reduceat(slots, first) - first
        return tuple(numpy.where(found < numpy.diff(self._first), found, 0).tolist())
