"""A bill of material of another installation as a definition: quantities per kit around, kits inside with their parts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.commerce.capture import ConfigurationInvalid, definition_of_bill
from entrepot.commerce.capture.definition import MOST_LINES, ComponentFields


def line(number: int, part: str, quantity: object, above: object = "", **more: str) -> dict[str, str]:
    return {"LineId": str(number), "ParentLineId": str(above), "ItemID": part, "Quantity": str(quantity), **more}


def bill(*lines: dict[str, str], kits: tuple[dict[str, str], ...] = ()) -> dict[str, Any]:
    return {"ConfigurationId": "kit-1", "ItemID": "DESK", "Currency": "EUR", "BOMLine": list(lines), "NestedKit": list(kits)}


def test_the_kits_inside_come_with_their_parts_per_one_of_them() -> None:
    found = definition_of_bill(
        bill(
            line(1, "BOARD", 1, UnitPrice="99.00"),
            line(2, "", 1),
            line(3, "LEG", 4, 2, Required="N"),
            line(5, "FOOT", 6, 4),
            line(7, "BULB", 12, 6),
            kits=(line(4, "LAMP", 6), line(6, "SHADE", 12, 4)),
        )
    )
    assert (found.configuration_id, found.part_number, found.currency) == ("kit-1", "DESK", "EUR")
    shade = ComponentFields("SHADE", quantity="2", components=(ComponentFields("BULB", quantity="1"),))
    assert found.components == (
        ComponentFields("BOARD", quantity="1", unit_price="99.00"),
        ComponentFields("LEG", quantity="4", required=False),
        ComponentFields("LAMP", quantity="6", components=(ComponentFields("FOOT", quantity="1"), shade)),
    )


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        (bill(line(1, "A", 0)), "BOMLine/0/Quantity"),
        (bill(line(1, "A", "1.5")), "BOMLine/0/Quantity"),
        (bill(line(1, "A", 1, above="9")), "BOMLine/0/ParentLineId"),
        (bill(line(1, "A", 1, above="2"), line(2, "", 1, above="1")), "BOMLine/0/ParentLineId"),
        (bill(line(2, "A", 3, above="1"), kits=(line(1, "LAMP", 2),)), "BOMLine/0/Quantity"),
        (bill(line(3, "A", 1), kits=(line(1, "LAMP", 1, above="2"), line(2, "LAMP", 1, above="1"))), "NestedKit"),
        (bill(kits=tuple(line(one, "LAMP", 1, above=one - 1 or "") for one in range(1, 40))), "NestedKit"),
        (bill(*(line(one, "A", 1) for one in range(MOST_LINES + 1))), "BOMLine"),
        (bill() | {"BOMLine": "all of it"}, "BOMLine"),
        (bill() | {"NestedKit": ["LAMP"]}, "NestedKit"),
    ],
)
def test_what_does_not_hang_together_is_refused_with_its_place(wrong: dict[str, Any], path: str) -> None:
    with pytest.raises(ConfigurationInvalid) as refused:
        definition_of_bill(wrong)
    assert refused.value.path == path


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.integers(0, 9)), max_size=7))
def test_whatever_is_below_whatever_it_is_read_or_refused(shape: list[tuple[int, bool, int]]) -> None:
    rows = [(line(at, "PART", pieces, above or ""), kit) for at, (above, kit, pieces) in enumerate(shape, 1)]
    sent = bill(*(row for row, kit in rows if not kit), kits=tuple(row for row, kit in rows if kit))
    try:
        found = definition_of_bill(sent)
    except ConfigurationInvalid:
        return

    def total(parts: tuple[ComponentFields, ...], times: int) -> int:
        return sum(int(one.quantity) * times + total(one.components, int(one.quantity) * times) for one in parts)

    assert total(found.components, 1) == sum(int(row["Quantity"]) for row, _ in rows)
