"""The history of what was given by hand: only ever added to, read per order, per person and day, and for approval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.kernel.db import upsert
from entrepot.kernel.statement import Statement
from entrepot.order_management.orders import tables
from entrepot.order_management.orders.adjustment import Action, Fact, Level, Limits, Policy, State, standing

NAMES = tuple(Fact.__dataclass_fields__)
_t, _limit, _policy = tables.adjustment_fact.c, tables.adjustment_limit.c, tables.adjustment_policy.c
_other = tables.adjustment_fact.alias("other")
_ADD = Statement(tables.adjustment_fact.insert())
_OF_ORDER = Statement(sa.select(tables.adjustment_fact).where(_t.order_key == sa.bindparam("order")).order_by(_t.id))
_LIMITS = Statement(
    sa.select(tables.adjustment_limit).where(
        _limit.enterprise == sa.bindparam("enterprise"), _limit.currency == sa.bindparam("currency")
    )
)
_POLICY = Statement(sa.select(_policy.policy).where(_policy.enterprise == sa.bindparam("enterprise")))


@dataclass(frozen=True, slots=True)
class Awaiting:
    """An adjustment that waits for approval, with the order it is on."""

    fact: Fact
    order_no: str
    customer_name: str


def add_facts(conn: Connection, facts: Sequence[Fact]) -> None:
    """Write down what happened to adjustments."""
    _ADD.run_many(conn, [{name: getattr(fact, name) for name in NAMES} for fact in facts])


def facts_of(conn: Connection, order_key: str) -> list[Fact]:
    """Everything that happened to an order's adjustments, oldest first."""
    return [_fact(row) for row in _OF_ORDER.all(conn, {"order": order_key})]


def given_on_day(conn: Connection, user: str, currency: str, at: datetime) -> dict[str, Fact]:
    """What a person has given on the day (UTC) of ``at`` and what of it stands, over all orders."""
    since = at.replace(hour=0, minute=0, second=0, microsecond=0)
    mine = sa.select(_other.c.adjustment).where(
        _other.c.requester == user, _other.c.at >= since, _other.c.currency == currency, _other.c.action != Action.APPROVE.value
    )
    rows = conn.execute(sa.select(tables.adjustment_fact).where(_t.adjustment.in_(mine)).order_by(_t.id)).mappings()
    return {key: fact for key, fact in standing(_fact(row) for row in rows).items() if fact.requester == user}


def awaiting_approval(conn: Connection, enterprise: str) -> list[Awaiting]:
    """The adjustments of a store's orders that somebody has to approve, oldest first."""
    last = sa.select(sa.func.max(_other.c.id)).where(_other.c.adjustment == _t.adjustment).scalar_subquery()
    of = tables.order.c
    query = (
        sa.select(tables.adjustment_fact, of.order_no, of.bill_to)
        .join(tables.order, of.key == _t.order_key)
        .where(_t.state == State.PENDING.value, of.enterprise == enterprise, _t.id == last)
        .order_by(_t.id)
    )
    return [Awaiting(_fact(row), row["order_no"], _name(row["bill_to"])) for row in conn.execute(query).mappings()]


def stored_limits(conn: Connection, enterprise: str, currency: str) -> dict[str, Limits]:
    """The limits a store has set, by role."""
    rows = _LIMITS.all(conn, {"enterprise": enterprise, "currency": currency})
    return {row["role"]: Limits(*(row[name] for name in Limits.__dataclass_fields__)) for row in rows}


def policy_of(conn: Connection, enterprise: str) -> Policy:
    """How a store's adjustments go together: one replaces the other unless it has switched that."""
    return Policy(_POLICY.value(conn, {"enterprise": enterprise}) or Policy.REPLACEMENT)


def put_limits(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or replace limits by store, role and currency; amounts in minor units."""
    upsert(conn, tables.adjustment_limit, [dict(row) for row in rows], ["enterprise", "role", "currency"])


def put_policy(conn: Connection, enterprise: str, policy: Policy) -> None:
    upsert(conn, tables.adjustment_policy, [{"enterprise": enterprise, "policy": policy.value}], ["enterprise"])


def _fact(row: Mapping[Any, Any]) -> Fact:
    plain = {name: row[name] for name in NAMES}
    return Fact(**plain | {"action": Action(row["action"]), "state": State(row["state"]), "level": Level(row["level"])})


def _name(person: Mapping[str, Any]) -> str:
    return " ".join(str(person.get(name, "")) for name in ("FirstName", "LastName")).strip()
