"""The published kit figures: how many kits can be made of what there is, and when parts stop fitting together."""

from __future__ import annotations

import pytest

from entrepot.order_management.inventory import Component, Mode, flatten, may_raise, ratio
from entrepot.order_management.inventory.kits import KitImpossible, kits_at, kits_available

OIL = (Component("oil", 4), Component("funnel", 1), Component("pan", 1))


def free(text: str, items: tuple[str, ...] = ("oil", "funnel", "pan")) -> dict[str, dict[str, int]]:
    """``N1 4/1/1, N2 8/1/0`` as stock by item and node."""
    stock: dict[str, dict[str, int]] = {item: {} for item in items}
    for place in text.split(", "):
        node, counts = place.split(" ")
        for item, count in zip(items, counts.split("/"), strict=True):
            stock[item][node] = int(count)
    return stock


@pytest.mark.parametrize(
    ("stock", "independent", "together", "single"),
    [
        ("N1 4/1/1, N2 8/1/0, N3 8/2/2", 3, 3, 2),
        ("N1 8/1/2, N2 0/5/1", 2, 1, 1),
        ("N1 0/0/0", 0, 0, 0),
    ],
    ids=["K1", "K2", "nothing"],
)
def test_kits_over_nodes(stock: str, independent: int, together: int, single: int) -> None:
    assert kits_available(OIL, free(stock), Mode.INDEPENDENT) == independent
    assert kits_available(OIL, free(stock), Mode.DELIVER_TOGETHER) == independent
    assert kits_available(OIL, free(stock), Mode.TOGETHER) == together
    assert kits_available(OIL, free(stock), Mode.TOGETHER, single_node=True) == single


@pytest.mark.parametrize(
    ("kits", "stock", "expected"),
    [
        (
            {"K": "dresser:1 nightstand:2 bedset:1", "bedset": "mattress:1 frame:1 head:1 foot:1"},
            "dresser:5 nightstand:7 mattress:4 frame:4 head:3 foot:9",
            3,
        ),
        ({"K": "A:1 S:1", "S": "A:2 B:1"}, "A:10 B:10", 3),
        ({"K": "S:3", "S": "A:2 B:5"}, "A:20 B:44", 2),
        ({"K": "cpu:1 monitor:1 drive:2"}, "cpu:5 monitor:1 drive:9", 1),
        ({}, "K:2", 2),
        ({"K": "oil:4 funnel:1 pan:1"}, "oil:3 funnel:2 pan:2", 0),
    ],
    ids=["K3", "K4", "K5", "K6", "K7", "K8"],
)
def test_kits_of_leaves(kits: dict[str, str], stock: str, expected: int) -> None:
    known = {
        parent: tuple(Component(name, int(count)) for name, count in (part.split(":") for part in parts.split()))
        for parent, parts in kits.items()
    }
    on_hand = {name: {"N1": int(count)} for name, count in (part.split(":") for part in stock.split())}
    leaves = tuple(flatten("K", known).values())
    assert kits_available(leaves, on_hand) == kits_at("N1", leaves, on_hand) == expected


def test_a_part_that_is_not_required_does_not_limit_the_kit() -> None:
    leaves = (Component("board", 1), Component("sticker", 1, required=False))
    assert kits_available(leaves, {"board": {"N1": 3}, "sticker": {}}) == 3


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"K": (Component("S", 1),), "S": (Component("K", 1),)}, "contain itself"),
        ({"K": (Component("A", 0),)}, "greater than 0"),
        ({f"K{i or ''}": (Component(f"K{i + 1}", 1),) for i in range(10)} | {"K": (Component("K1", 1),)}, "deeper than 8"),
        ({"K": tuple(Component(f"A{i}", 1) for i in range(201))}, "at most 200"),
    ],
)
def test_a_kit_that_cannot_be_built_is_refused(parts: dict[str, tuple[Component, ...]], reason: str) -> None:
    with pytest.raises(KitImpossible, match=reason):
        flatten("K", parts)


@pytest.mark.parametrize(
    ("chairs", "tables", "parent", "in_ratio"),
    [(12, 3, 3, True), (8, 2, 2, True), (10, 3, 3, False), (10, 2, 3, False)],
    ids=["ordered", "one kit cancelled", "two chairs cancelled", "then a table"],
)
def test_out_of_ratio(chairs: int, tables: int, parent: int, in_ratio: bool) -> None:
    found = ratio([(chairs, 4), (tables, 1)])
    assert (found.kits, found.in_ratio) == (parent, in_ratio)


def test_a_part_is_raised_only_by_what_was_cancelled() -> None:
    assert may_raise(10, 2, 2)
    assert not may_raise(10, 2, 3)
