"""What must be authorized, charged or given back for an order, and where its payment stands.

Collection decides and writes requests; execution carries them to the gateway outside any transaction and writes down what
came of them. The payment status is always derived from the transactions, never set by anybody. A method that was declined
is not asked again; another one can be added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.kernel.db import Database, Instant
from entrepot.kernel.ids import new_id
from entrepot.kernel.statement import Statement
from entrepot.order_management import orders
from entrepot.order_management.orders import Doing, Order, PaymentMethod
from entrepot.order_management.payments import tables
from entrepot.order_management.payments.gateway import Asked, Gateway, Outcome

AUTHORIZATION, CHARGE = "AUTHORIZATION", "CHARGE"
REQUESTED, DONE, FAILED = "REQUESTED", "DONE", "FAILED"
TYPE_SEQUENCE = {"CUSTOMER_ACCOUNT": 0, "CREDIT_CARD": 1}


_t = tables.transaction.c
_of_order = _t.order_key == sa.bindparam("order")
_ALL = Statement(sa.select(tables.transaction).where(_of_order).order_by(_t.id))
_OPEN = Statement(sa.select(tables.transaction).where(_of_order, _t.state == REQUESTED).order_by(_t.id))
_INVOICED = Statement(
    sa.select(sa.func.coalesce(sa.func.sum(tables.invoice.c.amount), 0)).where(
        tables.invoice.c.order_key == sa.bindparam("order")
    )
)
_ADD = Statement(tables.transaction.insert())
_ANSWERED = Statement(
    tables.transaction.update()
    .where(_t.gateway_key == sa.bindparam("of"), _t.state == REQUESTED)
    .values(
        state=sa.bindparam("became"),
        authorization_id=sa.bindparam("authorization"),
        executed_at=sa.bindparam("at", type_=Instant),
        text=sa.bindparam("said"),
    )
)


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
    account = _taken_over(conn, order, account_of(conn, order), at)
    for want in wanted(account, order.payments):
        account = _write(conn, order, account, want, at, REQUESTED)
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
    for request, outcome in answers:
        said = {"became": DONE if outcome.approved else FAILED, "authorization": outcome.authorization_id}
        _ANSWERED.run(conn, said | {"of": request.key, "at": at, "said": outcome.text[:300]})


def open_requests(conn: Connection, key: str) -> list[Asked]:
    """What the gateway has not answered yet."""
    rows = _OPEN.all(conn, {"order": key})
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
    rows = _ALL.all(conn, {"order": order.key})
    found = tuple(
        Transaction(r["gateway_key"], r["method_key"], r["kind"], r["amount"], r["state"], r["authorization_id"]) for r in rows
    )
    return Account(orders.totals(order).payable, int(_INVOICED.value(conn, {"order": order.key})), found)


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


def _taken_over(conn: Connection, order: Order, account: Account, at: datetime) -> Account:
    """What was authorized before the order came here is taken over, once."""
    known = {t.method for t in account.transactions}
    for method in order.payments:
        if method.authorization_id and method.authorized and method.key not in known:
            account = _write(conn, order, account, Wanted(method, AUTHORIZATION, method.authorized), at, DONE)
    return account


def _write(conn: Connection, order: Order, account: Account, want: Wanted, at: datetime, state: str) -> Account:
    earlier = [t for t in account.transactions if t.method == want.method.key and t.state == DONE]
    row: dict[str, Any] = {
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
    _ADD.run(conn, row)
    written = Transaction(row["gateway_key"], row["method_key"], want.kind, want.amount, state, row["authorization_id"])
    return replace(account, transactions=(*account.transactions, written))
