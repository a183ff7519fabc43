"""Which promotions apply to a basket, what they give, and why the others do not.

Pure: the same basket, promotions and instant always give the same evaluation, whatever the order in which lines and
codes were entered. Two orders are at work. The *selection order* (entered codes first, then by level, stackables last,
by priority) settles who is blocked by whom. The *arithmetic order* (product, order, shipping, whatever the trigger)
settles amounts: each promotion is tested against, and works on, what those before it in this order left. A promotion
whose threshold no longer holds because a later selection took something away is dropped and does not come back.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations

import msgspec

from entrepot.commerce.promotions.basket import Basket, Standing
from entrepot.commerce.promotions.conditions import Declined
from entrepot.commerce.promotions.decide import decide, uses_left
from entrepot.commerce.promotions.lanes import run_lane
from entrepot.commerce.promotions.promotion import Exclusivity, Lane, Level, Promotion
from entrepot.commerce.promotions.rewards import Gift, Grant
from entrepot.commerce.promotions.shelf import Candidate, Shelf, known_codes

#: How many sequences of equal promotions are tried for the best deal; beyond it the fixed order decides.
MOST_SEQUENCES = 50
_NOBODY: frozenset[str] = frozenset()


class Applied(msgspec.Struct, frozen=True):
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


class Refusal(msgspec.Struct, frozen=True):
    """One promotion that does not apply, and what it would take."""

    promotion: Promotion
    declined: Declined
    code: str | None = None


class Evaluation(msgspec.Struct, frozen=True):
    """The whole answer; ``codes_unknown`` are those no promotion of this store knows.

    ``cut_short`` says that there were more sequences of equal promotions than are tried for the best deal.
    """

    applied: tuple[Applied, ...] = ()
    refused: tuple[Refusal, ...] = ()
    codes_unknown: tuple[str, ...] = ()
    left: Mapping[str, int] = msgspec.field(default_factory=dict)
    shipping_left: int = 0
    cut_short: bool = False

    @property
    def amount(self) -> int:
        return sum(one.amount for one in self.applied)


def evaluate(
    basket: Basket,
    shelf: Shelf,
    exhausted: frozenset[int] = frozenset(),
    *,
    best_deal: bool = False,
    candidates: Sequence[Candidate] | None = None,
) -> Evaluation:
    """Apply what applies. ``exhausted`` names promotions whose limits are used up for this buyer.

    ``candidates`` are the shelf's for this basket, from whoever has asked for them already.

    With ``best_deal``, promotions of one level and equal priority are tried in several sequences and the one with the
    largest total discount counts; a priority set by the merchant is never overruled.
    """
    candidates = sorted(shelf.candidates(basket) if candidates is None else candidates, key=_selection_order)
    if not best_deal:
        best = _run(basket, candidates, exhausted)
    else:
        sequences = list(_sequences(candidates))
        runs = [_run(basket, one, exhausted) for one in sequences[:MOST_SEQUENCES]]
        best = max(runs, key=lambda run: run.taken)
        best.cut_short = len(sequences) > MOST_SEQUENCES
    known = known_codes(basket, candidates, shelf)
    return best.evaluation(tuple(code for code in sorted(basket.canonical_codes) if code not in known))


def _selection_order(candidate: Candidate) -> tuple[bool, tuple[int, bool, tuple[int, float, int]]]:
    return (candidate[1] is None, candidate[0].place)


def _sequences(candidates: Sequence[Candidate]) -> Iterator[Sequence[Candidate]]:
    """The fixed order, then others: one moved to the front of its equals, then whole permutations of them."""
    yield candidates
    if len(candidates) < 2:
        return
    for order in _fronts(candidates):
        yield order
    groups: dict[tuple[bool, Level, int], list[Candidate]] = {}
    for one in candidates:
        groups.setdefault((one[1] is None, one[0].level, one[0].priority), []).append(one)
    for key, group in groups.items():
        if len(group) < 3:
            continue
        for tried, order in enumerate(permutations(group)):
            if tried > MOST_SEQUENCES:
                return
            replaced = iter(order)
            yield [next(replaced) if (one[1] is None, one[0].level, one[0].priority) == key else one for one in candidates]


def _fronts(candidates: Sequence[Candidate]) -> Iterator[Sequence[Candidate]]:
    for one in candidates[1:]:
        promotion = one[0]
        equals = [
            place
            for place, (other, code) in enumerate(candidates)
            if (code is None, other.level, other.priority) == (one[1] is None, promotion.level, promotion.priority)
        ]
        if candidates[equals[0]] is not one:
            rest = [other for other in candidates if other is not one]
            yield [*rest[: equals[0]], one, *rest[equals[0] :]]


@dataclass(slots=True)
class _Link:
    """A promotion that was accepted, in its place of the arithmetic order, and what it found there."""

    promotion: Promotion
    code: str | None
    closed: frozenset[str]
    before: Standing
    grant: Grant


def _place_of(link: _Link) -> tuple[int, bool, tuple[int, float, int]]:
    return link.promotion.place


@dataclass(slots=True)
class _Chain:
    """The accepted promotions in arithmetic order, and the standing after the last."""

    standing: Standing
    exhausted: frozenset[int]
    links: list[_Link] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    laned: list[Promotion] = field(default_factory=list)
    against: dict[tuple[Level, Exclusivity], tuple[Promotion | None, frozenset[str]]] = field(default_factory=dict)

    def offer(self, promotion: Promotion, code: str | None) -> None:
        """Accept the promotion if nothing accepted forbids it and its conditions hold at its place."""
        place, before, closed = len(self.links), self.standing, _NOBODY
        if self.links or self.laned:
            blocking, closed = self._against(promotion)
            if blocking is not None:
                self._refuse(promotion, code, Declined("NOT_WITH_ANOTHER", what=blocking.identifier))
                return
            if self.links and promotion.place < self.links[-1].promotion.place:
                place = bisect_right(self.links, promotion.place, key=_place_of)
                before = self.links[place].before
        outcome = decide(promotion, before, closed, uses_left(promotion, self.exhausted))
        if isinstance(outcome, Declined):
            self._refuse(promotion, code, outcome)
            return
        link = _Link(promotion, code, closed, before, outcome)
        later = self.links[place:]
        del self.links[place:]
        self._append(link)
        for one in later:
            self._again(one, link)

    def _append(self, link: _Link) -> None:
        self.against.clear()
        self.links.append(link)
        self.standing = after(link.before, link.grant)

    def _again(self, link: _Link, before: _Link) -> None:
        """The amounts before it have changed: it counts again, or is dropped for good.

        On other amounts it may look at other lines, so it keeps off what those now before it have to themselves; and one
        that keeps others off its lines keeps off those of the one that has come before it.
        """
        closed = link.closed | self._closed(link.promotion)
        if link.promotion.settings.closes:
            closed |= before.grant.discounted
        outcome = decide(link.promotion, self.standing, closed, uses_left(link.promotion, self.exhausted))
        if isinstance(outcome, Declined):
            self._refuse(link.promotion, link.code, outcome)
            return
        self._append(_Link(link.promotion, link.code, closed, self.standing, outcome))

    def _refuse(self, promotion: Promotion, code: str | None, declined: Declined) -> None:
        self.refused.append(Refusal(promotion, declined, code))

    def _against(self, promotion: Promotion) -> tuple[Promotion | None, frozenset[str]]:
        """What the accepted ones mean for it: who forbids it, or which lines they keep to themselves.

        All of a level and an exclusivity are treated alike, so it is found out once until another is accepted.
        """
        kind = (promotion.level, promotion.exclusivity)
        found = self.against.get(kind)
        if found is None:
            found = self.against[kind] = (self._conflict(promotion), self._closed(promotion))
        return found

    def _conflict(self, promotion: Promotion) -> Promotion | None:
        """An accepted promotion this one may not be combined with."""
        for link in self.links:
            if exclude(link.promotion, promotion):
                return link.promotion
        return alone_against(self.laned, promotion)

    def _closed(self, promotion: Promotion) -> frozenset[str]:
        """The lines that others have to themselves: one item takes part in one product promotion that does not stack."""
        closed = _NOBODY
        for link in self.links:
            one = link.promotion
            alone = one.level is Level.PRODUCT is promotion.level and not one.stacks and not promotion.stacks
            if alone:
                closed |= link.grant.touched
            elif one.settings.closes:
                closed |= link.grant.discounted
        return closed


def exclude(one: Promotion, other: Promotion) -> bool:
    """Whether no order may have both, of two that are in no lane."""
    kinds = (one.exclusivity, other.exclusivity)
    if Exclusivity.ALONE in kinds:
        return True
    if Exclusivity.NOT_WITH_PRODUCT in kinds and Level.PRODUCT in (one.level, other.level):
        return True
    if one.level is not other.level:
        return False
    if Exclusivity.ALONE_IN_LEVEL in kinds:
        return True
    return one.level is not Level.PRODUCT and not one.stacks and not other.stacks


def alone_against(applied: Iterable[Promotion], promotion: Promotion) -> Promotion | None:
    """What already applies and one of the two does not go with, because it goes with nothing: true across lanes, too."""
    alone = promotion.exclusivity is Exclusivity.ALONE
    return next((one for one in applied if alone or one.exclusivity is Exclusivity.ALONE), None)


def after(standing: Standing, grant: Grant) -> Standing:
    """What a grant leaves."""
    rest = standing.copy()
    for line_id, amount in grant.lines.items():
        rest.left[line_id] -= amount
    rest.shipping_left -= grant.shipping
    return rest


class _Run:
    """One pass over the candidates in a given sequence."""

    __slots__ = ("chain", "cut_short", "laned")

    def __init__(self, basket: Basket, exhausted: frozenset[int]) -> None:
        self.chain = _Chain(Standing.of(basket), exhausted)
        self.laned: dict[Lane, list[Applied]] = {}
        self.cut_short = False

    def lane(self, lane: Lane, candidates: Iterable[Candidate]) -> None:
        """Run a lane on what stands now: its promotions compete, they do not follow one another.

        Lanes stack whatever their promotions combine with, except with one that goes with nothing.
        """
        entries = []
        before = [*self.chain.laned, *(link.promotion for link in self.chain.links)]
        for promotion, code in candidates:
            if promotion.settings.lane is lane:
                blocking = alone_against(before, promotion) if before else None
                if blocking is None:
                    entries.append((promotion, code))
                else:
                    self.chain.refused.append(Refusal(promotion, Declined("NOT_WITH_ANOTHER", what=blocking.identifier), code))
        if not entries:
            return
        outcomes = run_lane(entries, self.chain.standing, self.chain.exhausted)
        kept: list[Applied] = []
        for (promotion, code), outcome in zip(entries, outcomes, strict=True):
            if isinstance(outcome, Declined):
                self.chain.refused.append(Refusal(promotion, outcome, code))
                continue
            kept.append(_applied(promotion, code, outcome))
            self.chain.standing = after(self.chain.standing, outcome)
        self.laned[lane] = kept
        self.chain.laned += [one.promotion for one in kept]

    @property
    def taken(self) -> int:
        laned = sum(one.amount for kept in self.laned.values() for one in kept)
        return laned + sum(sum(link.grant.lines.values()) + link.grant.shipping for link in self.chain.links)

    def evaluation(self, unknown: tuple[str, ...]) -> Evaluation:
        early = [one for lane in (Lane.PRE, Lane.DEFAULT) for one in self.laned.get(lane, ())]
        chained = [_applied(link.promotion, link.code, link.grant) for link in self.chain.links]
        applied = (*early, *chained, *self.laned.get(Lane.POST, ()))
        standing = self.chain.standing
        return Evaluation(applied, tuple(self.chain.refused), unknown, standing.left, standing.shipping_left, self.cut_short)


def _applied(promotion: Promotion, code: str | None, grant: Grant) -> Applied:
    lines = {line_id: amount for line_id, amount in grant.lines.items() if amount}
    return Applied(promotion, lines, grant.shipping, grant.gifts, grant.times, code)


def _run(basket: Basket, candidates: Sequence[Candidate], exhausted: frozenset[int]) -> _Run:
    run = _Run(basket, exhausted)
    laned = [one for one in candidates if one[0].settings.lane is not None]
    if laned:
        laned.sort(key=lambda one: one[0].place)
        run.lane(Lane.PRE, laned)
        run.lane(Lane.DEFAULT, laned)
    for promotion, code in candidates:
        if promotion.settings.lane is None:
            run.chain.offer(promotion, code)
    if laned:
        run.lane(Lane.POST, laned)
    return run
