"""Kits taken apart: the nested oracle of the specification, sums, limits and loops."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.commerce.catalog import Component, EntryType, KitCycle, KitInventory, KitTooDeep, explode

NAMES = ["P", "K1", "K2", "K3", *"ABCDEFG"]
IDS = {name: n for n, name in enumerate(NAMES, 1)}


def part(name: str, quantity: int, *, static: bool | None = None) -> Component:
    static = name.startswith(("K", "P")) if static is None else static
    kind = EntryType.PACKAGE if static else EntryType.ITEM
    return Component(IDS[name], name, kind, KitInventory.COMPONENT if static else None, quantity)


ORACLE = {
    IDS["K1"]: (part("A", 2), part("B", 1), part("C", 3)),
    IDS["K2"]: (part("D", 1), part("K1", 2)),
    IDS["K3"]: (part("F", 1), part("G", 2)),
    IDS["P"]: (part("E", 1), part("K2", 2), part("K3", 2)),
}


def test_seven_nested_kits_explode_to_the_known_sums() -> None:
    leaves = {leaf.part_number: leaf.quantity for leaf in explode(ORACLE, IDS["P"], 7)}
    assert leaves == {"A": 56, "B": 28, "C": 84, "D": 14, "E": 7, "F": 14, "G": 28}


def test_the_same_component_twice_adds_up() -> None:
    content = {IDS["P"]: (part("A", 2), part("A", 3))}
    assert [(leaf.part_number, leaf.quantity) for leaf in explode(content, IDS["P"])] == [("A", 5)]


def test_a_prebuilt_kit_inside_is_not_taken_apart() -> None:
    prebuilt = Component(IDS["K1"], "K1", EntryType.PACKAGE, KitInventory.PARENT, 2)
    content = {IDS["P"]: (prebuilt,), IDS["K1"]: (part("A", 9),)}
    assert [(leaf.part_number, leaf.quantity) for leaf in explode(content, IDS["P"])] == [("K1", 2)]


def test_a_kit_in_itself_is_refused_with_the_loop() -> None:
    content = {IDS["K1"]: (part("K2", 1),), IDS["K2"]: (part("K1", 1),)}
    with pytest.raises(KitCycle) as refused:
        explode(content, IDS["K1"])
    assert "K2 → K1" in refused.value.text


def test_nine_levels_are_too_deep_and_eight_are_not() -> None:
    def chain(levels: int) -> dict[int, tuple[Component, ...]]:
        kits = {n: (Component(n + 1, f"L{n + 1}", EntryType.PACKAGE, KitInventory.COMPONENT, 1),) for n in range(1, levels)}
        return kits | {levels: (Component(999, "leaf", EntryType.ITEM, None, 1),)}

    assert explode(chain(8), 1)[0].part_number == "leaf"
    with pytest.raises(KitTooDeep):
        explode(chain(9), 1)


def test_more_than_two_hundred_leaves_are_refused() -> None:
    many = {1: tuple(Component(n, f"I{n}", EntryType.ITEM, None, 1) for n in range(2, 203))}
    with pytest.raises(KitTooDeep):
        explode(many, 1)


@given(st.integers(1, 50), st.integers(1, 50))
def test_exploding_is_linear_in_the_quantity(once: int, again: int) -> None:
    def sums(quantity: int) -> dict[str, int]:
        return {leaf.part_number: leaf.quantity for leaf in explode(ORACLE, IDS["P"], quantity)}

    assert {name: sums(once)[name] + sums(again)[name] for name in sums(1)} == sums(once + again)
