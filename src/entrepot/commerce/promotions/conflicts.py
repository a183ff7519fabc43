"""What becomes of two promotions that run at the same time: who keeps whom away, who goes first, what adds up.

The answer follows from their terms alone and holds for every cart, because it is taken from the same order and the same
exclusions by which carts are evaluated: of two that are said to exclude each other no cart ever gets both. Two that
cannot meet (other buyers, other ways of shipping or paying, items of which none is the other's) are no matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from entrepot.commerce.promotions.conditions import BoughtTogether, BuyerInSegment, Condition, PaysBy, ShipsBy, ShipsTo
from entrepot.commerce.promotions.evaluate import exclude
from entrepot.commerce.promotions.promotion import Exclusivity, Level, Promotion, Trigger
from entrepot.commerce.promotions.rewards import BuyGet, FreeGift
from entrepot.commerce.promotions.runs import Run, meeting
from entrepot.commerce.promotions.targets import Gettext, Targets, mark, plain


class Verdict(StrEnum):
    """What an order gets of two promotions."""

    ONE_OF_THEM = "one_of_them"
    ONE_PER_ITEM = "one_per_item"
    BETTER_PER_ITEM = "better_per_item"
    BOTH = "both"


class Because(StrEnum):
    """Why an order does not get both."""

    ALONE = "alone"
    NOT_WITH_PRODUCT = "not_with_product"
    ALONE_IN_LEVEL = "alone_in_level"
    ONE_PER_ORDER = "one_per_order"
    ONE_PER_SHIPPING = "one_per_shipping"
    ONE_PER_ITEM = "one_per_item"
    CLOSES = "closes"
    LANE = "lane"
    NOTHING = "nothing"


class First(StrEnum):
    """What puts one before the other."""

    CODE = "code"
    LEVEL = "level"
    STACKS = "stacks"
    PRIORITY = "priority"
    START = "start"
    AGE = "age"
    DEAL = "deal"
    LANE = "lane"


_VERDICTS = {
    Verdict.ONE_OF_THEM: mark("An order gets one of them, never both"),
    Verdict.ONE_PER_ITEM: mark("An item gets one of them, never both"),
    Verdict.BETTER_PER_ITEM: mark("Each item gets the one that takes more off it"),
    Verdict.BOTH: mark("An order can get both; the second works on what the first leaves."),
}
_BECAUSE = {
    Because.ALONE: mark("“%(keeper)s” combines with no other promotion"),
    Because.NOT_WITH_PRODUCT: mark("“%(keeper)s” does not combine with promotions on items"),
    Because.ALONE_IN_LEVEL: mark("“%(keeper)s” does not combine with others of its level"),
    Because.ONE_PER_ORDER: mark("one promotion on the total applies to an order"),
    Because.ONE_PER_SHIPPING: mark("one promotion on shipping applies to an order"),
    Because.ONE_PER_ITEM: mark("an item takes part in one promotion on items"),
    Because.CLOSES: mark("“%(keeper)s” keeps its items to itself"),
    Because.LANE: mark("they compete in the same lane"),
}
_FIRST = {
    First.CODE: mark("“%(first)s” goes first, because a code that was entered goes before what applies by itself."),
    First.LEVEL: mark("“%(first)s” goes first: items come before the order, and the order before shipping."),
    First.STACKS: mark("“%(first)s” goes first; the other is put on top of it."),
    First.PRIORITY: mark("“%(first)s” goes first: its priority is larger (%(larger)s against %(smaller)s)."),
    First.START: mark("Both have the priority %(larger)s; “%(first)s” goes first because it started earlier."),
    First.AGE: mark("Both have the priority %(larger)s; “%(first)s” goes first because it is older."),
    First.DEAL: mark("Both have the priority %(larger)s; whichever order takes more off is chosen."),
    First.LANE: mark("“%(first)s” goes first: its lane comes before the other."),
}


@dataclass(frozen=True, slots=True)
class Places:
    """Where named items and categories stand: each with the categories it is in, a category in itself too."""

    items: Mapping[str, frozenset[str]] = field(default_factory=dict)
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of_group(self, group: str) -> frozenset[str]:
        return self.groups.get(group, frozenset()) | {group}


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two promotions that meet: ``first`` goes before ``second``, and what an order gets of them."""

    first: Promotion
    second: Promotion
    verdict: Verdict
    because: Because
    goes_first: First
    when: Run
    keeper: Promotion | None = None

    @property
    def tied(self) -> bool:
        """Whether nothing the merchant chose decides: equal priority, and one of them loses."""
        return self.goes_first in (First.START, First.AGE) and self.verdict in (Verdict.ONE_OF_THEM, Verdict.ONE_PER_ITEM)

    def sentence(self, language: str, gettext: Gettext = plain) -> str:
        """What an order gets of the two, why, and which of them goes first."""
        values = {
            "first": self.first.name(language),
            "keeper": self.keeper.name(language) if self.keeper else "",
            "larger": self.first.priority,
            "smaller": self.second.priority,
        }
        what = gettext(_VERDICTS[self.verdict])
        if self.because is not Because.NOTHING:
            what = gettext("%(what)s: %(because)s.") % {"what": what, "because": gettext(_BECAUSE[self.because]) % values}
        if self.verdict is Verdict.BETTER_PER_ITEM:
            return what
        return f"{what} {gettext(_FIRST[self.goes_first]) % values}"


@dataclass(frozen=True, slots=True)
class Policy:
    """What decides beside the promotions: the clock of the store, its way with equals, its catalog."""

    zone: str = "UTC"
    best_deal: bool = False
    places: Places = Places()


def conflicts(
    promotions: Sequence[Promotion], since: datetime, until: datetime, policy: Policy = Policy(), about: Promotion | None = None
) -> list[Conflict]:
    """All that meet between two instants, those of which an order loses one first; ``about`` one promotion if given."""
    ordered = sorted(promotions, key=lambda one: one.place)
    pairs = (
        (one, other)
        for place, one in enumerate(ordered)
        for other in ordered[place + 1 :]
        if about is None or about.id in (one.id, other.id)
    )
    found = [conflict for one, other in pairs if (conflict := between(one, other, since, until, policy)) is not None]
    return sorted(found, key=lambda one: _SEVERITY[one.verdict])


def between(one: Promotion, other: Promotion, since: datetime, until: datetime, policy: Policy = Policy()) -> Conflict | None:
    """What an order gets of two promotions, or nothing when they cannot meet or do not touch."""
    when = meeting(one, other, since, until, policy.zone)
    if when is None or _apart(one, other):
        return None
    first, second, goes_first = _order(one, other, policy.best_deal)
    verdict, because, keeper = _verdict(first, second, goes_first, policy.places)
    if verdict is Verdict.BOTH and not _share(first, second, policy.places):
        return None
    return Conflict(first, second, verdict, because, goes_first, when, keeper)


_SEVERITY = {verdict: place for place, verdict in enumerate(Verdict)}
_LANES = {"pre": 0, "default": 1, None: 2, "post": 3}


def _verdict(first: Promotion, second: Promotion, goes_first: First, places: Places) -> tuple[Verdict, Because, Promotion | None]:
    """The same questions a cart asks, in the same order."""
    lanes = first.settings.lane, second.settings.lane
    if Exclusivity.ALONE in (first.exclusivity, second.exclusivity):
        return Verdict.ONE_OF_THEM, *_why(first, second)
    if lanes != (None, None):
        better = lanes[0] is lanes[1] and _share(first, second, places)
        return (Verdict.BETTER_PER_ITEM, Because.LANE, None) if better else (Verdict.BOTH, Because.NOTHING, None)
    if exclude(first, second):
        return Verdict.ONE_OF_THEM, *_why(first, second)
    if not _share(first, second, places):
        return Verdict.BOTH, Because.NOTHING, None
    if first.level is Level.PRODUCT is second.level and not first.stacks and not second.stacks:
        return Verdict.ONE_PER_ITEM, Because.ONE_PER_ITEM, None
    if first.settings.closes and (goes_first is not First.DEAL or second.settings.closes):
        return Verdict.ONE_PER_ITEM, Because.CLOSES, first
    return Verdict.BOTH, Because.NOTHING, None


def _why(first: Promotion, second: Promotion) -> tuple[Because, Promotion | None]:
    for kind, because in (
        (Exclusivity.ALONE, Because.ALONE),
        (Exclusivity.NOT_WITH_PRODUCT, Because.NOT_WITH_PRODUCT),
        (Exclusivity.ALONE_IN_LEVEL, Because.ALONE_IN_LEVEL),
    ):
        keeper = next((one for one in (first, second) if one.exclusivity is kind), None)
        other = second if keeper is first else first
        matters = kind is not Exclusivity.NOT_WITH_PRODUCT or Level.PRODUCT in (first.level, other.level)
        if keeper is not None and matters and (kind is not Exclusivity.ALONE_IN_LEVEL or first.level is second.level):
            return because, keeper
    return (Because.ONE_PER_ORDER if first.level is Level.ORDER else Because.ONE_PER_SHIPPING), None


def _order(one: Promotion, other: Promotion, best_deal: bool) -> tuple[Promotion, Promotion, First]:
    """Who is tried first, and what decides it."""
    lanes = [_LANES[each.settings.lane] for each in (one, other)]
    if lanes[0] != lanes[1]:
        return (one, other, First.LANE) if lanes[0] < lanes[1] else (other, one, First.LANE)
    laned = one.settings.lane is not None
    if not laned and _by_code(one) is not _by_code(other):
        return (one, other, First.CODE) if _by_code(one) else (other, one, First.CODE)
    first, second = (one, other) if one.place < other.place else (other, one)
    if first.level is not second.level:
        return first, second, First.LEVEL
    if best_deal and not laned and first.priority == second.priority:
        return first, second, First.DEAL
    if first.stacks is not second.stacks:
        return first, second, First.STACKS
    if first.priority != second.priority:
        return first, second, First.PRIORITY
    return first, second, First.START if first.rank[1] != second.rank[1] else First.AGE


def _by_code(promotion: Promotion) -> bool:
    return promotion.trigger is Trigger.UNIQUE_CODES or (promotion.trigger is not Trigger.AUTOMATIC and bool(promotion.code))


def _apart(one: Promotion, other: Promotion) -> bool:
    """Whether no order can ever meet the conditions of both, whatever is in it."""
    for mine in one.conditions:
        for theirs in other.conditions:
            match mine, theirs:
                case ShipsTo(), ShipsTo():
                    apart = set(mine.countries).isdisjoint(theirs.countries)
                case ShipsBy(), ShipsBy():
                    apart = set(mine.modes).isdisjoint(theirs.modes)
                case PaysBy(), PaysBy():
                    apart = set(mine.methods).isdisjoint(theirs.methods)
                case BuyerInSegment(), BuyerInSegment():
                    apart = {mine.segments, theirs.segments} == {("guests",), ("registered",)}
                case _:
                    apart = False
            if apart:
                return True
    return False


def _share(one: Promotion, other: Promotion, places: Places) -> bool:
    """Whether an item can be one that both take from; what is taken off shipping is shared with shipping alone."""
    if Level.SHIPPING in (one.level, other.level):
        return one.level is other.level
    return any(_common(mine, theirs, places) for mine in reach(one) for theirs in reach(other))


def reach(promotion: Promotion) -> tuple[Targets, ...]:
    """The items a promotion may take from or keep to itself: what its rewards name, else what its conditions ask for."""
    own = [getattr(reward, "targets", None) for reward in promotion.rewards]
    named = [targets for targets in own if isinstance(targets, Targets)]
    if len(named) == len(own) and not any(isinstance(reward, BuyGet | FreeGift) for reward in promotion.rewards):
        return tuple(named)
    asked = [found for condition in promotion.conditions for found in _asked(condition)]
    return (*named, *(asked or [Targets()]))


def _asked(condition: Condition) -> tuple[Targets, ...]:
    """The items a condition may be met by."""
    if isinstance(condition, BoughtTogether):
        return tuple(part.targets for part in condition.parts)
    found = condition.triggers()
    return () if found is None else (found,)


def _common(one: Targets, other: Targets, places: Places) -> bool:
    """Whether an item may be meant by both, by what is known without prices and attributes."""
    for mine, theirs in ((one, other), (other, one)):
        if any(_means(mine, item, places) and _means(theirs, item, places) for item in mine.part_numbers):
            return True
    return any(_meets(group, one, other, places) for group in _deepest(one, other, places))


def _means(targets: Targets, item: str, places: Places) -> bool:
    groups = places.items.get(item, frozenset())
    if item in targets.excluded or not groups.isdisjoint(targets.excluded_groups):
        return False
    return targets.everything or item in targets.part_numbers or not groups.isdisjoint(targets.groups)


def _deepest(one: Targets, other: Targets, places: Places) -> Iterable[str]:
    """The categories whose items both may mean; the empty one stands for the whole catalog."""
    if one.everything or other.everything:
        yield from (*one.groups, *other.groups) or ([""] if one.everything and other.everything else [])
    for mine in one.groups:
        for theirs in other.groups:
            if theirs in places.of_group(mine):
                yield mine
            elif mine in places.of_group(theirs):
                yield theirs


def _meets(group: str, one: Targets, other: Targets, places: Places) -> bool:
    """Whether items of the category are left when both have excluded theirs."""
    above = places.of_group(group) if group else frozenset()
    return above.isdisjoint(one.excluded_groups) and above.isdisjoint(other.excluded_groups)
