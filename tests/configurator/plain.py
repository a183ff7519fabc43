"""What a shopper is shown, worked out value by value in plain Python: the judge of what is done in columns."""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.configurator import Compiled, Pick, Picks
from entrepot.configurator.evaluate import Taken, holds
from entrepot.configurator.formula import NONE
from entrepot.configurator.model import Advice
from entrepot.configurator.problems import UnknownOption
from entrepot.configurator.settle import as_taken, least_quantity

#: Per class (asked, missing, chosen by the shopper) and per shown value (option, state, quantity, possible quantities).
Shown = dict[str, tuple[bool, bool, bool, tuple[tuple[str, str, int, tuple[int, ...]], ...]]]


@dataclass
class Plain:
    """One state, decided variable by variable."""

    compiled: Compiled
    picks: Picks
    base: Picks = ()

    def __post_init__(self) -> None:
        encoded, engine = self.compiled.encoded, self.compiled.engine
        self.own = encoded.evidence(self.picks)
        self.masks, self.consistent = engine.domains(self.own).masks, engine.domains(self.own).consistent
        self.values: dict[int, tuple[int, str]] = {}
        if not self.consistent:
            self.values = {place: ((mask & -mask).bit_length() - 1, "chosen") for place, mask in self.own.items() if mask}
            return
        self._force(self.masks, self.own, "set")
        evidence = dict(self.own)
        self._soft(evidence)
        self._none(evidence)

    def _force(self, masks: tuple[int, ...], evidence: dict[int, int], state: str) -> None:
        for place, mask in enumerate(masks):
            left = mask & evidence.get(place, mask)
            if place not in self.values and left and not left & (left - 1):
                self.values[place] = (left.bit_length() - 1, "chosen" if place in self.own and state != "left" else state)

    def _soft(self, evidence: dict[int, int]) -> None:
        layout, formula, engine = self.compiled.encoded.layout, self.compiled.encoded.formula, self.compiled.engine
        mentioned = {pick.option_class for pick in self.base}
        for advice in (*map(Advice, self.base), *self.compiled.model.defaults):
            option_class = self.compiled.model.find_class(advice.pick.option_class)
            if option_class is None:
                continue
            needed = option_class.least or (option_class.name in mentioned and option_class.single)
            if advice in self.compiled.model.defaults and self.base and not needed:
                continue
            try:
                place, mask = layout.place(advice.pick), layout.mask(formula, advice.pick)
            except UnknownOption:
                continue
            if place in self.values or place in evidence or all(one in evidence for one in layout.places(option_class)):
                continue
            taken, owner = self.taken(), option_class.owner
            if owner is not None and all(option != owner.option for option, _ in taken.get(owner.option_class, ())):
                continue
            if advice.when is not None and not holds(self.compiled.model, taken, advice.when):
                continue
            if engine.consistent({**evidence, place: mask}):
                evidence[place] = mask
                if not mask & (mask - 1):
                    self.values[place] = (mask.bit_length() - 1, "default")
        if len(evidence) > len(self.own):
            self._force(engine.open_domains(evidence).masks, evidence, "default")

    def _none(self, evidence: dict[int, int]) -> None:
        variables, engine = self.compiled.encoded.formula.variables, self.compiled.engine
        optional = [
            place
            for place, one in enumerate(variables)
            if place not in self.values and place not in evidence and one.values[0] == NONE
        ]
        left_out = set(engine.left_out(evidence, optional))
        without = evidence | dict.fromkeys(left_out, 1)
        for place, mask in evidence.items():
            if mask & (mask - 1):
                without[place] = least_quantity(self.compiled, without, place)
        for place, mask in without.items():
            state = "default" if place in left_out or place not in self.own else "chosen"
            self.values.setdefault(place, (mask.bit_length() - 1, state))
        for place, mask in enumerate(engine.open_domains(without).masks):
            left = mask & without.get(place, mask)
            if place not in self.values and left and not left & (left - 1):
                self.values[place] = (left.bit_length() - 1, "default")

    def taken(self) -> Taken:
        return as_taken(self.taken_picks())

    def taken_picks(self) -> Picks:
        variables, picks = self.compiled.encoded.formula.variables, []
        for option_class in self.compiled.model.classes:
            for place in self.compiled.encoded.layout.places(option_class) if option_class.items else ():
                if place in self.values:
                    value = variables[place].values[self.values[place][0]]
                    picks += [Pick(option_class.name, value.option, value.quantity)] if value.option else []
        return tuple(picks)

    def shown(self) -> Shown:
        model, taken, found = self.compiled.model, self.taken(), {}
        hidden = {name for one in model.visibility if not holds(model, taken, one.when) for name in one.classes}
        asked: dict[str, bool] = {}
        for one in model.classes:
            above = one.owner is None or any(option == one.owner.option for option, _ in taken.get(one.owner.option_class, ()))
            asked[one.name] = one.name not in hidden and asked.get(one.parent, True) and above
            places = self.compiled.encoded.layout.places(one) if one.items else []
            values = tuple(value for place in places for value in self._values(place, one.single))
            mine = any(pick.option_class == one.name for pick in self.picks)
            found[one.name] = (asked[one.name], any(place not in self.values for place in places), mine, values)
        return found

    def _values(self, place: int, single: bool) -> list[tuple[str, str, int, tuple[int, ...]]]:
        rows, every = [], self.compiled.encoded.formula.variables[place].values
        bit, state = self.values.get(place, (-1, ""))
        for option in dict.fromkeys(value.option for value in every):
            if not option and not single:
                continue
            own = [place for place, value in enumerate(every) if value.option == option]
            possible = tuple(every[one].quantity for one in own if self.masks[place] >> one & 1)
            how = state if bit in own else "possible" if possible else "excluded"
            rows.append((option, how, every[bit].quantity if bit in own else 0, possible))
        return rows
