"""Which promotions apply to a basket, what they give, and why the others do not.

Pure: the same basket, promotions and instant always give the same evaluation, whatever the order in which
lines and codes were entered. Product promotions come before order promotions and those before shipping ones;
each works on what the earlier left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from entrepot.commerce.promotions.basket import Basket, Line, Standing
from entrepot.commerce.promotions.conditions import Declined, Met
from entrepot.commerce.promotions.promotion import NO_LIMIT, Exclusivity, Level, Promotion, Trigger, canonical_code
from entrepot.commerce.promotions.rewards import Gift, Grant


@dataclass(frozen=True, slots=True)
class Applied:
    """One promotion that applies: amounts off per line and off shipping, gifts, how many uses it takes."""

    promotion: Promotion
    lines: Mapping[str, int]
    shipping: int
    gifts: tuple[Gift, ...]
    times: int
    code: str | None = None

    @property
    def amount(self) -> int:
        return sum(self.lines.values()) + self.shipping


@dataclass(frozen=True, slots=True)
class Refusal:
    """One promotion that does not apply, and what it would take."""

    promotion: Promotion
    declined: Declined
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The whole answer; ``codes_unknown`` are those no promotion of this store knows."""

    applied: tuple[Applied, ...] = ()
    refused: tuple[Refusal, ...] = ()
    codes_unknown: tuple[str, ...] = ()
    left: Mapping[str, int] = field(default_factory=dict)
    shipping_left: int = 0


class Shelf:
    """The active promotions of a store, arranged by what can trigger them.

    A basket is compared with the promotions that name one of its items or categories, or that ask for nothing
    in particular, or whose code was entered: not with the thousands that cannot apply.
    """

    def __init__(self, promotions: Iterable[Promotion]) -> None:
        self.by_id: dict[int, Promotion] = {}
        self.by_code: dict[str, list[Promotion]] = {}
        self._by_item: dict[str, list[Promotion]] = {}
        self._by_group: dict[str, list[Promotion]] = {}
        self._by_any: list[Promotion] = []
        for one in promotions:
            self._place(one)

    def _place(self, one: Promotion) -> None:
        self.by_id[one.id] = one
        if one.trigger is not Trigger.AUTOMATIC and one.code:
            self.by_code.setdefault(one.code, []).append(one)
            return
        if not one.triggers:
            self._by_any.append(one)
            return
        for part_number in one.triggers[0].part_numbers:
            self._by_item.setdefault(part_number, []).append(one)
        for group in one.triggers[0].groups:
            self._by_group.setdefault(group, []).append(one)

    def candidates(self, basket: Basket) -> list[tuple[Promotion, str | None]]:
        """The promotions in force that could apply, each with the code that brought it in."""
        found: dict[int, tuple[Promotion, str | None]] = {one.id: (one, None) for one in self._by_any}
        for line in basket.lines:
            for one in self._by_item.get(line.part_number, ()):
                found[one.id] = (one, None)
            for group in line.groups:
                for one in self._by_group.get(group, ()):
                    found[one.id] = (one, None)
        for code in sorted({canonical_code(code) for code in basket.codes}):
            for one in self.by_code.get(code, ()):
                found[one.id] = (one, code)
        return [(one, code) for one, code in found.values() if one.in_force(basket.at)]


def evaluate(basket: Basket, shelf: Shelf, exhausted: frozenset[int] = frozenset()) -> Evaluation:
    """Apply what applies. ``exhausted`` names promotions whose limits are used up for this buyer."""
    standing = Standing.of(basket)
    chosen = _Chosen()
    candidates = shelf.candidates(basket)
    for level in Level:
        ranked = sorted((pair for pair in candidates if pair[0].level is level), key=_selection_order)
        for promotion, code in ranked:
            _try(promotion, code, standing, chosen, exhausted)
    known = {code for _, code in candidates if code} | {
        code for code in map(canonical_code, basket.codes) if code in shelf.by_code
    }
    unknown = tuple(code for code in sorted(map(canonical_code, basket.codes)) if code not in known)
    return Evaluation(tuple(chosen.applied), tuple(chosen.refused), unknown, standing.left, standing.shipping_left)


def _selection_order(pair: tuple[Promotion, str | None]) -> tuple[bool, bool, tuple[int, float, int]]:
    promotion, code = pair
    return (promotion.exclusivity is Exclusivity.STACKS, code is None, promotion.rank)


@dataclass(slots=True)
class _Chosen:
    applied: list[Applied] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def conflict(self, promotion: Promotion) -> Applied | None:
        """An applied promotion this one may not be combined with."""
        for one in self.applied:
            theirs, same_level = one.promotion.exclusivity, one.promotion.level is promotion.level
            if Exclusivity.ALONE in (theirs, promotion.exclusivity):
                return one
            if same_level and Exclusivity.ALONE_IN_LEVEL in (theirs, promotion.exclusivity):
                return one
            combines = promotion.exclusivity is Exclusivity.STACKS or promotion.level is Level.PRODUCT
            if same_level and not combines:
                return one
        return None


def _try(promotion: Promotion, code: str | None, standing: Standing, chosen: _Chosen, exhausted: frozenset[int]) -> None:
    outcome = _decide(promotion, standing, chosen, exhausted)
    if isinstance(outcome, Declined):
        chosen.refused.append(Refusal(promotion, outcome, code))
        return
    for line_id, amount in outcome.lines.items():
        standing.left[line_id] -= amount
    standing.shipping_left -= outcome.shipping
    if promotion.level is Level.PRODUCT and promotion.exclusivity is not Exclusivity.STACKS:
        standing.taken |= outcome.touched
    lines = {line_id: amount for line_id, amount in outcome.lines.items() if amount}
    chosen.applied.append(Applied(promotion, lines, outcome.shipping, outcome.gifts, outcome.times, code))


def _decide(promotion: Promotion, standing: Standing, chosen: _Chosen, exhausted: frozenset[int]) -> Grant | Declined:
    if promotion.id in exhausted or 0 in (promotion.limits.order, promotion.limits.shopper, promotion.limits.total):
        return Declined("USED_UP")
    blocking = chosen.conflict(promotion)
    if blocking is not None:
        return Declined("NOT_WITH_ANOTHER", what=blocking.promotion.identifier)
    met = _check(promotion, standing)
    if isinstance(met, Declined):
        return met
    if promotion.level is Level.PRODUCT and promotion.exclusivity is not Exclusivity.STACKS:
        free = tuple(line for line in met.lines if line.id not in standing.taken)
        if not free or (met.per and sum(line.quantity for line in free) < met.per):
            return Declined("NOT_WITH_ANOTHER", what="another promotion on the same items")
        times = sum(line.quantity for line in free) // met.per if met.per else met.times
        met = Met(times, free, met.per)
    if promotion.limits.order != NO_LIMIT:
        met = Met(min(met.times, promotion.limits.order), met.lines, met.per)
    grant = _grant(promotion, standing, met)
    return Declined("NOTHING_TO_GIVE") if grant.nothing else grant


def _check(promotion: Promotion, standing: Standing) -> Met | Declined:
    """All conditions hold: the one that names lines says which lines and how many sets."""
    result = Met(1, standing.basket.lines)
    for condition in promotion.conditions:
        met = condition.check(standing)
        if isinstance(met, Declined):
            return met
        if condition.triggers() is not None:
            result = Met(met.times, _narrow(result.lines, met.lines), met.per or result.per)
    return result


def _narrow(lines: Sequence[Line], by: Sequence[Line]) -> tuple[Line, ...]:
    kept = {line.id for line in by}
    return tuple(line for line in lines if line.id in kept) or tuple(by)


def _grant(promotion: Promotion, standing: Standing, met: Met) -> Grant:
    """The rewards one after the other, each on what the one before left."""
    lines: dict[str, int] = {}
    shipping, times = 0, 1
    gifts: tuple[Gift, ...] = ()
    touched: frozenset[str] = frozenset()
    trial = Standing(standing.basket, dict(standing.left), standing.taken, standing.shipping_left)
    for reward in promotion.rewards:
        part = reward.grant(trial, met)
        for line_id, amount in part.lines.items():
            amount = min(amount, trial.left[line_id])
            lines[line_id] = lines.get(line_id, 0) + amount
            trial.left[line_id] -= amount
        trial.shipping_left -= part.shipping
        shipping += part.shipping
        gifts += part.gifts
        times = max(times, part.times)
        touched |= part.touched
    return Grant(lines, shipping, gifts, times, touched)
