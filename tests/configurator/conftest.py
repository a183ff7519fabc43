"""Databases that several tests of the configurator begin with."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from entrepot import configurator
from entrepot.configurator.database import metadata
from entrepot.kernel.db import Database
from tests.configurator.desk import DESK, LAMP
from tests.configurator.models import AT


@pytest.fixture
def desk_database(open_database: Callable[[sa.MetaData, str], Database]) -> Database:
    """The desk and the lamp on it, published."""
    opened = open_database(metadata, "configurator")
    with opened.write() as conn:
        for text in (LAMP, DESK):
            configurator.publish(conn, text, "kit.yaml", AT)
    return opened
