"""What must be authorized, charged or given back for an order, and where its payment stands.

Collection decides and writes requests; execution carries them to the gateway outside any transaction and writes down what
came of them. The payment status is always derived from the transactions, never set by anybody. A method that was declined
is not asked again; another one can be added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.kernel.db import Database
from entrepot.kernel.ids import new_id
from entrepot.order_management import orders
from entrepot.order_management.orders import Doing, Order, PaymentMethod
from entrepot.order_management.payments import tables
from entrepot.order_management.payments.gateway import Asked, Gateway, Outcome

AUTHORIZATION, CHARGE = "AUTHORIZATION", "CHARGE"
REQUESTED, DONE, FAILED = "REQUESTED", "DONE", "FAILED"
TYPE_SEQUENCE = {"CUSTOMER_ACCOUNT": 0, "CREDIT_CARD": 1}


@dataclass(frozen=True, slots=True)
class Transaction:
    """Something asked of the gateway for an order, and what became of it."""

    gateway_key: str
    method: str
    kind: str
    amount: int
    state: str
    authorization_id: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    method: PaymentMethod
    kind: str
    amount: int


@dataclass(frozen=True, slots=True)
class Account:
    """The money of an order: what it costs, what was invoiced, what was done about it."""

    total: int
    invoiced: int
    transactions: tuple[Transaction, ...]

    def done(self, kind: str, method: str = "") -> int:
        return sum(t.amount for t in self.transactions if t.state == DONE and t.kind == kind and method in ("", t.method))

    def open(self, method: str = "") -> int:
        """Authorized and not charged yet."""
        return self.done(AUTHORIZATION, method) - self.done(CHARGE, method)

    def pending(self, kind: str) -> bool:
        return any(t.state == REQUESTED and t.kind == kind for t in self.transactions)

    def declined(self, method: str) -> bool:
        return any(t.state == FAILED and t.method == method for t in self.transactions)


def in_charge_order(methods: Sequence[PaymentMethod]) -> list[PaymentMethod]:
    """Types by their sequence, methods by theirs, the unlimited one last of all."""
    return sorted(methods, key=lambda m: (m.unlimited, TYPE_SEQUENCE.get(m.payment_type, 2), m.sequence, m.key))


def wanted(account: Account, methods: Sequence[PaymentMethod]) -> list[Wanted]:
    """What to ask of the gateway now; nothing while an earlier question is open."""
    if account.pending(AUTHORIZATION) or account.pending(CHARGE):
        return []
    usable = [method for method in in_charge_order(methods) if not account.declined(method.key)]
    missing = account.total - account.done(CHARGE) - account.open()
    if missing < 0:
        return _given_back(account, usable, -missing)
    found: list[Wanted] = []
    for method in usable:
        room = missing if method.unlimited else min(missing, max(0, method.limit - account.done(AUTHORIZATION, method.key)))
        if room > 0:
            found.append(Wanted(method, AUTHORIZATION, room))
            missing -= room
    return found or _charges(account, usable)


def status(account: Account, methods: Sequence[PaymentMethod]) -> str:
    """Where payment stands, from the transactions alone."""
    charged = account.done(CHARGE)
    if account.pending(AUTHORIZATION):
        return "REQUESTED_AUTH"
    if account.pending(CHARGE):
        return "REQUESTED_CHARGE"
    if account.total == 0 and not charged:
        return "NOT_APPLICABLE"
    if charged >= account.total:
        return "PAID"
    if charged + account.open() >= account.total:
        return "INVOICED" if account.invoiced else "AUTHORIZED"
    failed = [t.kind for t in account.transactions if t.state == FAILED and any(m.key == t.method for m in methods)]
    if failed:
        return "FAILED_CHARGE" if CHARGE in failed else "FAILED_AUTH"
    return "AWAIT_AUTH" if methods else "AWAIT_PAY_INFO"


def collect(conn: Connection, key: str, at: datetime) -> int:
    """Write what must be asked of the gateway for the order, and its payment status; tell how many requests are open."""
    order = orders.load_order(conn, key, lock=True)
    if order.draft:
        return 0
    _take_over(conn, order, at)
    account = account_of(conn, order)
    for want in wanted(account, order.payments):
        _request(conn, order, want, at)
    account = account_of(conn, order)
    now = status(account, order.payments)
    if now != order.payment_status:
        saved = orders.save_order(
            conn, order, replace(order, payment_status=now), Doing("PAYMENT", "payments", at, f"payment: {now}")
        )
        orders.say_status(conn, saved, at)
        if now in ("AUTHORIZED", "INVOICED", "PAID", "NOT_APPLICABLE") and order.alive:
            orders.wake(conn, key, orders.SCHEDULE, at)
    return sum(t.state == REQUESTED for t in account.transactions)


def settle_payments(database: Database, gateway: Gateway, key: str, at: datetime) -> None:
    """Collect, ask the gateway outside any transaction, write its answers, until nothing is open."""
    while database.retrying(lambda conn: collect(conn, key, at)):
        _execute(database, gateway, key, at)


def _execute(database: Database, gateway: Gateway, key: str, at: datetime) -> None:
    with database.read() as conn:
        asked = open_requests(conn, key)
    answers = [(request, gateway.perform(request)) for request in asked]
    database.retrying(lambda conn: answered(conn, answers, at))


def answered(conn: Connection, answers: Sequence[tuple[Asked, Outcome]], at: datetime) -> None:
    """Write down what the gateway said, once per request."""
    t = tables.transaction
    for request, outcome in answers:
        conn.execute(
            t.update()
            .where(t.c.gateway_key == request.key, t.c.state == REQUESTED)
            .values(
                state=DONE if outcome.approved else FAILED,
                authorization_id=outcome.authorization_id,
                executed_at=at,
                text=outcome.text[:300],
            )
        )


def open_requests(conn: Connection, key: str) -> list[Asked]:
    """What the gateway has not answered yet."""
    t = tables.transaction
    rows = conn.execute(sa.select(t).where(t.c.order_key == key, t.c.state == REQUESTED).order_by(t.c.id)).mappings()
    return [
        Asked(
            row["gateway_key"],
            row["kind"],
            row["amount"],
            row["currency"],
            row["payment_type"],
            row["token"],
            row["authorization_id"],
        )
        for row in rows
    ]


def account_of(conn: Connection, order: Order) -> Account:
    """The order's money as it stands."""
    t, i = tables.transaction, tables.invoice
    rows = conn.execute(sa.select(t).where(t.c.order_key == order.key).order_by(t.c.id)).mappings()
    found = tuple(
        Transaction(r["gateway_key"], r["method_key"], r["kind"], r["amount"], r["state"], r["authorization_id"]) for r in rows
    )
    invoiced = conn.execute(
        sa.select(sa.func.coalesce(sa.func.sum(i.c.amount), 0)).where(i.c.order_key == order.key)
    ).scalar_one()
    return Account(orders.totals(order).grand, int(invoiced), found)


def _given_back(account: Account, methods: Sequence[PaymentMethod], too_much: int) -> list[Wanted]:
    found = []
    for method in reversed(methods):
        part = min(too_much, account.open(method.key))
        if part > 0:
            found.append(Wanted(method, AUTHORIZATION, -part))
            too_much -= part
    return found


def _charges(account: Account, methods: Sequence[PaymentMethod]) -> list[Wanted]:
    due = account.invoiced - account.done(CHARGE)
    found = []
    for method in methods:
        part = min(due, account.open(method.key))
        if part > 0:
            found.append(Wanted(method, CHARGE, part))
            due -= part
    return found


def _take_over(conn: Connection, order: Order, at: datetime) -> None:
    """What was authorized before the order came here is taken over, once."""
    known = {t.method for t in account_of(conn, order).transactions}
    for method in order.payments:
        if method.authorization_id and method.authorized and method.key not in known:
            _write(conn, order, Wanted(method, AUTHORIZATION, method.authorized), at, DONE)


def _request(conn: Connection, order: Order, want: Wanted, at: datetime) -> None:
    _write(conn, order, want, at, REQUESTED)


def _write(conn: Connection, order: Order, want: Wanted, at: datetime, state: str) -> None:
    earlier = [t for t in account_of(conn, order).transactions if t.method == want.method.key and t.state == DONE]
    row = {
        "gateway_key": new_id(),
        "order_key": order.key,
        "method_key": want.method.key,
        "payment_type": want.method.payment_type,
        "kind": want.kind,
        "amount": want.amount,
        "currency": order.currency,
        "token": want.method.token,
        "state": state,
        "authorization_id": earlier[-1].authorization_id if earlier else want.method.authorization_id,
        "requested_at": at,
        "executed_at": at if state == DONE else None,
        "text": "authorized before" if state == DONE else "",
    }
    conn.execute(tables.transaction.insert(), row)
