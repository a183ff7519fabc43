"""How a discount is shared out, and what of it goes along with units that are taken back.

Largest remainder everywhere, ties to the first. What was shared out at placement is a fact: a unit that is cancelled
or returned takes its own share along, counted from the last unit backward, and the others keep theirs.
"""

from __future__ import annotations

from collections.abc import Sequence

from entrepot.kernel.money import allocate


def spread(total: int, weights: Sequence[int], room: Sequence[int]) -> list[int]:
    """Share out ``total`` in proportion to ``weights``, to nobody more than its ``room``.

    What one cannot take goes to those that still can, by the same weights; what nobody can take is lost.

    >>> spread(3600, [10000, 4000, 3000, 1000], [1000, 1000, 3000, 1000])
    [1000, 1000, 1200, 400]
    """
    given = [0] * len(weights)
    taking = [place for place, weight in enumerate(weights) if weight > 0]
    while total > 0 and taking:
        lost = 0
        for place, share in zip(taking, allocate(total, [weights[place] for place in taking]), strict=True):
            fits = min(share, room[place] - given[place])
            given[place] += fits
            lost += share - fits
        total = lost
        taking = [place for place in taking if given[place] < room[place]]
    return given


def unit_shares(share: int, quantity: int) -> list[int]:
    """A line's share in equal parts over its units, ties to the first unit.

    >>> unit_shares(2000, 3)
    [667, 667, 666]
    """
    return allocate(share, [1] * quantity)


def part_of(amount: int, quantity: int, *, gone: int, taken: int) -> int:
    """What of a line's ``amount`` belongs to ``taken`` units when ``gone`` of its units went before.

    Units are counted from the last one backward, so that parts taken one by one add up to the whole exactly.

    >>> [part_of(2000, 3, gone=gone, taken=1) for gone in range(3)]
    [666, 667, 667]
    """
    whole, rest = divmod(abs(amount), quantity)
    first = quantity - gone - taken
    dearer = max(0, min(rest, quantity - gone) - first)
    return (whole * taken + dearer) * (1 if amount >= 0 else -1)
