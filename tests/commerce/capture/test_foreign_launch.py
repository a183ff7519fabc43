"""A shopper with a foreign configurator: the launch is answered once, by that configurator, for that cart, within a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
import sqlalchemy as sa

from entrepot.commerce import capture
from entrepot.commerce.capture import foreign_launch
from entrepot.commerce.capture.foreign_launch import AWAY, ReturnNotExpected, ReturnUsed
from entrepot.commerce.database import metadata
from entrepot.kernel.db import Database

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
THERE = ("kitwerk", "https://kitwerk.example")
BROUGHT = capture.Brought("kit-1", capture.DefinitionFields("kit-1", "KIT", components=(capture.ComponentFields("A"),)))


def visit(store: int = 1, at: datetime = AT) -> capture.Visit:
    return cast("capture.Visit", SimpleNamespace(store=SimpleNamespace(id=store), at=at))


@pytest.fixture
def database(open_database: Callable[[sa.MetaData, str], Database]) -> Database:
    return open_database(metadata, "commerce")


def launched(conn: sa.Connection) -> foreign_launch.ForeignLaunch:
    made = capture.new_foreign_launch(visit(), "cart", THERE, ("KIT", "model"), "line")
    capture.record_foreign_launch(conn, made, AT)
    return made


def test_the_answer_is_found_by_the_cart_it_was_asked_from(database: Database) -> None:
    with database.write() as conn:
        made = launched(conn)
        assert capture.find_foreign_launch(conn, made.id, "kitwerk", AT) == made
        capture.record_return(conn, made, "2", BROUGHT)
        back = capture.find_return(conn, visit(), made.id, "cart")
        assert (back.launch, back.quantity, back.brought) == (made, "2", BROUGHT)
        with pytest.raises(ReturnUsed):
            capture.record_return(conn, made, "9", BROUGHT)
        assert capture.find_return(conn, visit(), made.id, "cart").quantity == "2", "the first answer stands"


@pytest.mark.parametrize(
    ("ask", "answered"),
    [
        (lambda conn, one: capture.find_foreign_launch(conn, one, "otherwerk", AT), False),
        (lambda conn, one: capture.find_foreign_launch(conn, "another", "kitwerk", AT), False),
        (lambda conn, one: capture.find_foreign_launch(conn, one, "kitwerk", AT + AWAY), False),
        (lambda conn, one: capture.find_return(conn, visit(), one, "cart"), False),
        (lambda conn, one: capture.find_return(conn, visit(), "another", "cart"), True),
        (lambda conn, one: capture.find_return(conn, visit(), one, "another cart"), True),
        (lambda conn, one: capture.find_return(conn, visit(), one, None), True),
        (lambda conn, one: capture.find_return(conn, visit(store=2), one, "cart"), True),
        (lambda conn, one: capture.find_return(conn, visit(at=AT + AWAY), one, "cart"), True),
    ],
)
def test_everything_else_reads_as_if_nothing_was_asked(
    database: Database, ask: Callable[[sa.Connection, str], Any], answered: bool
) -> None:
    with database.write() as conn:
        made = launched(conn)
        if answered:
            capture.record_return(conn, made, "1", BROUGHT)
        with pytest.raises(ReturnNotExpected):
            ask(conn, made.id)


def test_who_is_not_awaited_any_more_is_forgotten(database: Database) -> None:
    with database.write() as conn:
        launched(conn)
        assert capture.forget_launches(conn, AT + AWAY - timedelta(seconds=1)) == 0
        assert capture.forget_launches(conn, AT + AWAY) == 1


def test_what_is_awaited_follows_the_lines_into_another_cart(database: Database) -> None:
    with database.write() as conn:
        made, new = launched(conn), capture.new_foreign_launch(visit(), "cart", THERE, ("KIT", "model"))
        capture.record_foreign_launch(conn, new, AT)
        foreign_launch.follow_cart(conn, "cart", "own", {"line": "line of the own cart"})
        for one, line in ((made, "line of the own cart"), (new, "")):
            capture.record_return(conn, one, "1", BROUGHT)
            assert capture.find_return(conn, visit(), one.id, "own").launch.line_id == line
            with pytest.raises(ReturnNotExpected):
                capture.find_return(conn, visit(), one.id, "cart")
