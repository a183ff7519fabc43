"""The composition root: settings become engines, engines become systems, systems are joined by routes and services.

The only place that wires. Everything else gets what it needs handed in.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from entrepot import migrate
from entrepot.bus import Bell, Post, Relay, Requests, Schedule
from entrepot.commerce import capture, members, promotions
from entrepot.commerce import database as commerce_database
from entrepot.configurator import database as configurator_database
from entrepot.integration.routes import routes
from entrepot.integration.user_exits import commerce_services, configurator_services, order_services
from entrepot.integration.values import read_values
from entrepot.kernel.clock import Clock, SystemClock
from entrepot.kernel.db import Database
from entrepot.kernel.pace import Pace
from entrepot.order_management import agent, payments
from entrepot.order_management import database as order_database
from entrepot.settings import Settings
from entrepot.web.house import House

#: How many pieces of due work on orders are leased at once, and how often, before the other jobs get their turn.
AT_ONCE, MOST_ROUNDS = 10, 10
#: An order taken on the phone stays open for changes for two minutes; the shop's orders go to the nodes at once.
ORDERS_PACE = agent.Pace(phone_release_after=timedelta(minutes=2))


@dataclass(frozen=True, slots=True)
class Suite:
    """The whole suite in one process: what edges see, and what works in the background.

    ``schedule`` is for one process of all that serve together, ``own`` for each.
    """

    house: House
    schedule: Schedule
    own: Schedule

    @property
    def databases(self) -> dict[str, Database]:
        house = self.house
        return {post.name: post.database for post in (house.commerce, house.configurator, house.order_management)}

    def start(self) -> None:
        """Begin delivering messages and doing what is due."""
        self.house.relay.start()
        self.schedule.start()
        self.own.start()

    def start_answering(self) -> None:
        """Begin what a process does that answers while another one delivers and does what is due."""
        self.own.start()

    def stop(self) -> None:
        """Finish what is under way and let go of everything."""
        self.own.stop()
        self.schedule.stop()
        self.house.relay.stop()
        self.house.requests.close()
        for database in self.databases.values():
            database.close()

    def settle(self, rounds: int = 50) -> None:
        """Deliver and work until nothing is left to do: for tours and tests."""
        for _ in range(rounds):
            moved = self.house.relay.drain()
            self.schedule.run_once()
            self.own.run_once()
            if not moved and not self.house.relay.drain():
                return


def build(settings: Settings, clock: Clock | None = None, *, pace: Pace | None = None, bell: Bell | None = None) -> Suite:
    """Wire the suite: one database per system, brought up to date, joined by the bus.

    Processes that serve together hand in what they have in common: the ``pace`` and the relay's ``bell``.
    """
    clock = clock or SystemClock()
    settings.data.mkdir(parents=True, exist_ok=True)
    posts = {
        "commerce": _post(settings, "commerce", commerce_database),
        "configurator": _post(settings, "configurator", configurator_database),
        "order_management": _post(settings, "order_management", order_database),
    }
    for post in posts.values():
        migrate.upgrade(post.database)
    values = read_values(_own(settings.data / "values.yaml"))
    services = [
        *commerce_services(posts["commerce"], values, clock),
        *order_services(posts["order_management"], values, clock),
        *configurator_services(posts["configurator"], settings.secret, clock),
    ]
    requests = Requests({service.kind: service for service in services})
    relay = Relay(posts, routes(values), clock, pace or Pace(), bell or threading.Event())
    house = House(
        settings, clock, posts["commerce"], posts["configurator"], posts["order_management"], requests=requests, relay=relay
    )
    return Suite(house, Schedule(_jobs(house)), Schedule([("journal", 1.0, partial(_store_journal, house))]))


def _post(settings: Settings, name: str, module: object) -> Post:
    database = Database(settings.database_url(name), name, together=settings.workers > 1)
    return Post(name, database, getattr(module, "outbox"), getattr(module, "inbox"))  # noqa: B009


def _own(path: Path) -> Path | None:
    return path if path.exists() else None


def _jobs(house: House) -> list[tuple[str, float, Callable[[], object]]]:
    """What one process does again and again, and every how many seconds."""
    commerce, orders, clock = house.commerce.database, house.order_management.database, house.clock
    gateway = payments.LocalGateway()

    def work_on_orders() -> None:
        for _ in range(MOST_ROUNDS):
            if not agent.run_due(orders, clock, gateway, ORDERS_PACE, AT_ONCE, house.relay.pace.rest):
                return

    def holds() -> None:
        with commerce.write() as conn:
            promotions.release_expired(conn, clock.now())

    def sessions() -> None:
        with commerce.write() as conn:
            members.sweep_sessions(conn, clock.now())
            capture.discard_abandoned(conn, clock.now())
            capture.forget_waiting(conn, clock.now())
            capture.forget_launches(conn, clock.now())

    def logs() -> None:
        for database in (commerce, orders, house.configurator.database):
            database.tidy()

    return [
        ("orders", 0.5, work_on_orders),
        ("database logs", 2.0, logs),
        ("promotion holds", 30.0, holds),
        ("sessions and carts", 300.0, sessions),
    ]


def _store_journal(house: House) -> None:
    asked = house.requests.take_journal()
    if asked:
        with house.commerce.database.write(relaxed=True) as conn:
            commerce_database.journal.store(conn, asked)
