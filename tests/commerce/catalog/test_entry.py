"""Displayability as a table: one row kills one guard, and the first reason in order is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from entrepot.commerce.catalog import Hidden, Visibility, hidden_because

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SHOWN = Visibility(in_store=True, marked_for_delete=False, published=True, start_at=None, end_at=None, has_home=True)

CASES: list[tuple[dict[str, Any], Hidden | None]] = [
    ({}, None),
    ({"in_store": False}, Hidden.NOT_IN_STORE),
    ({"marked_for_delete": True}, Hidden.MARKED_FOR_DELETE),
    ({"published": None}, Hidden.NO_DESCRIPTION),
    ({"published": False}, Hidden.NOT_PUBLISHED),
    ({"start_at": NOW}, None),
    ({"start_at": NOW + SECOND}, Hidden.NOT_YET),
    ({"end_at": NOW}, Hidden.NO_LONGER),
    ({"end_at": NOW + SECOND}, None),
    ({"has_home": False}, Hidden.ORPHANED),
    ({"in_store": False, "marked_for_delete": True}, Hidden.NOT_IN_STORE),
    ({"marked_for_delete": True, "published": False}, Hidden.MARKED_FOR_DELETE),
    ({"published": False, "end_at": NOW}, Hidden.NOT_PUBLISHED),
    ({"end_at": NOW, "has_home": False}, Hidden.NO_LONGER),
]


@pytest.mark.parametrize(("change", "reason"), CASES)
def test_the_first_reason_not_to_show_an_entry(change: dict[str, Any], reason: Hidden | None) -> None:
    assert hidden_because(replace(SHOWN, **change), NOW) == reason
