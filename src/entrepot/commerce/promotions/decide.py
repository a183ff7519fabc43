"""Does one promotion apply at its place, and what does it give? The rule that says no answers with its reason."""

from __future__ import annotations

from collections.abc import Sequence

from entrepot.commerce.promotions.basket import Line, Standing
from entrepot.commerce.promotions.conditions import ANY_NUMBER, Declined, Met
from entrepot.commerce.promotions.promotion import Promotion
from entrepot.commerce.promotions.rewards import Gift, Grant
from entrepot.commerce.promotions.shares import spread
from entrepot.commerce.promotions.targets import amount_in


def decide(
    promotion: Promotion, standing: Standing, closed: frozenset[str] = frozenset(), room: int = ANY_NUMBER
) -> Grant | Declined:
    """Try the promotion on what stands, without the lines that are ``closed`` to it, for at most ``room`` uses."""
    if not room:
        return Declined("USED_UP")
    open_to = standing.copy(closed) if closed else standing
    met = _check(promotion, open_to)
    if isinstance(met, Declined):
        if closed and isinstance(_check(promotion, standing), Met):
            return Declined("NOT_WITH_ANOTHER", what="another promotion on the same items")
        return met
    if not open_to.lines and standing.lines:
        return Declined("NOT_WITH_ANOTHER", what="another promotion on the same items")
    grant = _grant(promotion, standing.copy(closed), Met(min(met.times, room), met.lines, met.per, room))
    return Declined("NOTHING_TO_GIVE") if grant.nothing else grant


def uses_left(promotion: Promotion, exhausted: frozenset[int]) -> int:
    """How often this order may use the promotion, as far as its limits go."""
    return 0 if promotion.id in exhausted else promotion.limits.tightest


def _check(promotion: Promotion, standing: Standing) -> Met | Declined:
    """All conditions hold: those that name lines say which lines and how many sets."""
    result: Met | None = None
    for condition in promotion.conditions:
        met = condition.check(standing)
        if isinstance(met, Declined):
            return met
        if condition.triggers() is not None:
            lines, per = (result.lines, result.per) if result else (standing.lines, 0)
            result = Met(met.times, _narrow(lines, met.lines), met.per or per)
    return result or Met(1, standing.lines)


def _narrow(lines: Sequence[Line], by: Sequence[Line]) -> tuple[Line, ...]:
    kept = {line.id for line in by}
    return tuple(line for line in lines if line.id in kept) or tuple(by)


def _grant(promotion: Promotion, trial: Standing, met: Met) -> Grant:
    """The rewards one after the other, each on what the one before left; all together at most what is set."""
    lines: dict[str, int] = {}
    shipping, times = 0, 1
    gifts: tuple[Gift, ...] = ()
    touched: frozenset[str] = frozenset()
    later = False
    for reward in promotion.rewards:
        part = reward.grant(trial, met)
        for line_id, amount in part.lines.items():
            lines[line_id] = lines.get(line_id, 0) + amount
            trial.left[line_id] -= amount
        trial.shipping_left -= part.shipping
        shipping += part.shipping
        gifts += part.gifts
        times = max(times, part.times)
        touched |= part.touched
        later = later or part.later
    most = amount_in(promotion.settings.most, trial.basket.currency) if promotion.settings.most else None
    if most is not None and sum(lines.values()) > most:
        lines = dict(zip(lines, spread(most, list(lines.values()), list(lines.values())), strict=True))
    return Grant(lines, shipping, gifts, times, touched, later)
