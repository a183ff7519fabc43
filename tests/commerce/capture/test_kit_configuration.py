"""A configuration id stands for one content for good, and what no order takes up is forgotten; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest
import sqlalchemy as sa

from entrepot.commerce import capture
from entrepot.commerce.capture.configuration import ConfigurationIdUsed, read_bill_of_material
from entrepot.commerce.database import metadata
from entrepot.kernel.db import Database

AT = datetime(2026, 5, 1, 8, tzinfo=UTC)
KIT = read_bill_of_material({"ConfigurationId": "250", "ItemID": "KIT", "BOMLine": [{"ItemID": "A", "Quantity": "2"}]})
Open = Callable[[sa.MetaData, str], Database]


def visit(store: int = 1) -> capture.Visit:
    """What registering looks at of a visit: the store and the instant."""
    return cast(capture.Visit, SimpleNamespace(store=SimpleNamespace(id=store), at=AT))


@pytest.fixture
def database(open_database: Open) -> Database:
    return open_database(metadata, "commerce")


def test_the_same_content_is_accepted_again_and_another_is_not(database: Database) -> None:
    with database.write() as conn:
        capture.dynamic_kit_configuration_add(conn, visit(), KIT)
        capture.dynamic_kit_configuration_add(conn, visit(), KIT)
        for other in (replace(KIT, parts=(("A", 3, True),)), replace(KIT, kit="OTHER")):
            with pytest.raises(ConfigurationIdUsed):
                capture.dynamic_kit_configuration_add(conn, visit(), other)
        with pytest.raises(ConfigurationIdUsed):
            capture.dynamic_kit_configuration_add(conn, visit(store=2), KIT)
        found = capture.find_waiting(conn, visit(), "250")
        assert found == KIT and capture.find_waiting(conn, visit(store=2), "250") is None


def test_what_an_order_took_up_is_kept_and_what_none_did_is_forgotten(database: Database) -> None:
    taken, week = replace(KIT, id="251"), timedelta(days=7)
    with database.write() as conn:
        capture.dynamic_kit_configuration_add(conn, visit(), KIT)
        capture.dynamic_kit_configuration_add(conn, visit(), taken)
        taken.register(conn, visit(), "01HX0000000000000000000000")
        assert capture.find_waiting(conn, visit(), "251") is None
        assert capture.forget_waiting(conn, AT + week) == 0
        assert capture.forget_waiting(conn, AT + week + timedelta(seconds=1)) == 1
        with pytest.raises(ConfigurationIdUsed):
            replace(taken, kit="OTHER").register(conn, visit())
