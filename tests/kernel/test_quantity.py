"""Quantities are whole numbers of a step; edges refuse what is not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.kernel.errors import Invalid
from entrepot.kernel.quantity import Step


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "1e2", "", "1000001", "NaN", "1_0", "２"])
def test_pieces_are_whole_and_positive(text: str) -> None:
    with pytest.raises(Invalid):
        Step().parse(text)


def test_cable_is_sold_in_half_meters() -> None:
    step = Step(Decimal("0.5"), "MTR")
    assert step.parse("2.5") == 5
    with pytest.raises(Invalid) as error:
        step.parse("2.3")
    assert error.value.code == "QUANTITY_NOT_MULTIPLE"


def test_zero_is_legal_only_where_it_removes() -> None:
    assert Step().parse("0", zero=True) == 0


@given(st.integers(1, 1_000_000), st.sampled_from(["1", "0.5", "0.1", "2", "0.25"]))
def test_a_quantity_written_and_read_is_the_same(count: int, multiple: str) -> None:
    step = Step(Decimal(multiple))
    assert step.parse(step.format(count)) == count
