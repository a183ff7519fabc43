"""The work that goes on by itself: paying, scheduling, releasing, invoicing, sweeping what ran out.

A worker calls `run_due` every second or so. Each piece of work is leased in a small transaction, done in one of its own,
and finished or put off; several workers may run, a dead one's work is taken over after a minute. Orders that wait for
stock are tried again after growing waits.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from entrepot.bus import correlate
from entrepot.kernel.clock import Clock
from entrepot.kernel.db import Database
from entrepot.kernel.errors import Error
from entrepot.order_management import fulfillment, inventory, orders, payments
from entrepot.order_management.fulfillment import CreateShipment
from entrepot.order_management.orders import Order, Task
from entrepot.order_management.payments import Gateway

BUSY = "stock is being taken by others"


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a scheduled order may still be changed freely, and whether released goods become shipments at once.

    ``phone_release_after`` is for orders that an agent took: a customer who is still on the line may change her mind, and
    once goods are being picked an agent may no longer cancel.
    """

    release_after: timedelta = timedelta(0)
    phone_release_after: timedelta = timedelta(0)
    pack_at_once: bool = True

    def grace(self, order: Order) -> timedelta:
        """How long this order may still be changed before its goods are picked."""
        return self.phone_release_after if order.entry_type == "Call Center" else self.release_after


def run_due(
    database: Database,
    clock: Clock,
    gateway: Gateway,
    pace: Pace | None = None,
    limit: int = 20,
    rest: Callable[[float], None] | None = None,
) -> int:
    """Do the work that is due now; tell how many pieces were done, so that a busy worker calls again at once.

    ``rest`` is told after each piece how many seconds it took, and may wait a while before the next.
    """
    at = clock.now()
    tasks = database.retrying(lambda conn: orders.due_work(conn, at, limit))
    for task in tasks:
        started = time.perf_counter()
        _run(database, gateway, pace or Pace(), task, at)
        if rest is not None:
            rest(time.perf_counter() - started)
    swept = database.retrying(lambda conn: inventory.sweep_expired(conn, at))
    told = database.retrying(lambda conn: inventory.tell_availability(conn, at))
    return len(tasks) + swept + told


def run_until_idle(database: Database, clock: Clock, gateway: Gateway, pace: Pace | None = None) -> int:
    """Do due work until there is none: for tests, tours and the command line."""
    done = 0
    while step := run_due(database, clock, gateway, pace):
        done += step
    return done


def _run(database: Database, gateway: Gateway, pace: Pace, task: Task, at: datetime) -> None:
    with correlate(task.correlation_id):
        _do(database, gateway, pace, task, at)


def _do(database: Database, gateway: Gateway, pace: Pace, task: Task, at: datetime) -> None:
    try:
        if task.transaction == orders.PAYMENT:
            payments.settle_payments(database, gateway, task.order_key, at)
            database.retrying(lambda conn: orders.finish(conn, task))
        else:
            database.retrying(lambda conn: _step(conn, task, pace, at))
    except Error as error:
        reason = str(error)
        database.retrying(lambda conn: orders.put_off(conn, task, reason, at))


def _step(conn: Connection, task: Task, pace: Pace, at: datetime) -> None:
    if task.transaction == orders.SCHEDULE:
        outcome = fulfillment.schedule_order(conn, task.order_key, at, release_after=pace.grace)
        if outcome.waiting and outcome.reason in ("", BUSY):
            orders.put_off(conn, task, outcome.reason or "waits for stock", at)
            return
    elif task.transaction == orders.RELEASE:
        fulfillment.release_order(conn, task.order_key, at)
        for release in fulfillment.open_releases(conn, task.order_key) if pace.pack_at_once else ():
            fulfillment.create_shipment(conn, CreateShipment(order_release_key=release), at, "release")
    elif task.transaction == orders.INVOICE:
        payments.invoice_shipments(conn, task.order_key, at)
    orders.finish(conn, task)
