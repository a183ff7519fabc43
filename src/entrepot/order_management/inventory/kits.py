"""What a kit is made of, how many of it can be had, and whether its parts still fit together.

A kit's parent never has stock of its own: its number is always computed from its leaves, flattened first, because
a leaf may be used on several levels. A prebuilt kit is a leaf. In the ship-together mode every kit unit leaves from one
node, so kits are counted node by node; otherwise the network's leaves are pooled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from entrepot.kernel.errors import Invalid

MAX_DEPTH = 8
MAX_LEAVES = 200


class Mode(StrEnum):
    INDEPENDENT = "00"
    TOGETHER = "01"
    DELIVER_TOGETHER = "02"


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a kit: how many of it go into one kit, and whether the kit is nothing without it."""

    item_id: str
    quantity: int
    required: bool = True


class KitImpossible(Invalid):
    code = "KIT_IMPOSSIBLE"
    message = "{path}: {what}"


def flatten(parent: str, kits: Mapping[str, Sequence[Component]]) -> dict[str, Component]:
    """The leaves of a kit with their quantity per kit; a leaf that occurs several times is added up.

    >>> parts = {"K": [Component("A", 1), Component("S", 1)], "S": [Component("A", 2), Component("B", 1)]}
    >>> {leaf.item_id: leaf.quantity for leaf in flatten("K", parts).values()}
    {'A': 3, 'B': 1}
    """
    leaves: dict[str, Component] = {}
    _descend(kits, leaves, (parent,), Component(parent, 1))
    return leaves


def _descend(
    kits: Mapping[str, Sequence[Component]], leaves: dict[str, Component], path: tuple[str, ...], part: Component
) -> None:
    trail = " > ".join(path)
    if len(path) - 1 > MAX_DEPTH:
        raise KitImpossible(path=trail, what=f"kits are nested deeper than {MAX_DEPTH} levels.")
    inner = kits.get(part.item_id)
    if not inner:
        known = leaves.get(part.item_id)
        quantity = part.quantity + (known.quantity if known else 0)
        leaves[part.item_id] = Component(part.item_id, quantity, part.required or bool(known and known.required))
        if len(leaves) > MAX_LEAVES:
            raise KitImpossible(path=trail, what=f"a kit has at most {MAX_LEAVES} different parts.")
        return
    for child in inner:
        if child.quantity <= 0:
            raise KitImpossible(path=f"{trail} > {child.item_id}", what="a part's quantity must be greater than 0.")
        if child.item_id in path:
            raise KitImpossible(path=f"{trail} > {child.item_id}", what="a kit may not contain itself.")
        times = Component(child.item_id, child.quantity * part.quantity, child.required and part.required)
        _descend(kits, leaves, (*path, child.item_id), times)


Free = Mapping[str, Mapping[str, int]]
"""What is free, by item, then by node."""


def kits_at(node: str, leaves: Sequence[Component], free: Free) -> int:
    """How many whole kits one node can put together."""
    return min((free.get(leaf.item_id, {}).get(node, 0) // leaf.quantity for leaf in leaves if leaf.required), default=0)


def kits_available(leaves: Sequence[Component], free: Free, mode: Mode = Mode.TOGETHER, *, single_node: bool = False) -> int:
    """How many kits the network can promise in the given fulfillment mode."""
    if mode is Mode.TOGETHER:
        nodes = sorted({node for leaf in leaves for node in free.get(leaf.item_id, {})})
        counts = [kits_at(node, leaves, free) for node in nodes]
        return max(counts, default=0) if single_node else sum(counts)
    pooled = (sum(free.get(leaf.item_id, {}).values()) // leaf.quantity for leaf in leaves if leaf.required)
    return min(pooled, default=0)


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many kits the component quantities amount to, and whether they fit that number exactly."""

    kits: int
    in_ratio: bool


def ratio(components: Sequence[tuple[int, int]]) -> Ratio:
    """Kits from (component quantity, quantity per kit); the parent is what its neediest part still asks for.

    >>> ratio([(12, 4), (3, 1)]), ratio([(10, 4), (2, 1)])
    (Ratio(kits=3, in_ratio=True), Ratio(kits=3, in_ratio=False))
    """
    following = [(quantity, per_kit) for quantity, per_kit in components if per_kit > 0]
    kits = max((-(-quantity // per_kit) for quantity, per_kit in following), default=0)
    return Ratio(kits, all(quantity == kits * per_kit for quantity, per_kit in following))


def may_raise(quantity: int, cancelled: int, by: int) -> bool:
    """A component may be raised again only by what was cancelled on it before."""
    return 0 < by <= cancelled and quantity >= 0
