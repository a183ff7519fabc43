"""Prices as staff reads them: offers with their dates and ranges, list prices, and rules put into words.

A rule in words comes from the same elements that price, so it cannot say anything else than what is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.pricing import tables
from entrepot.commerce.pricing.equation import Equation
from entrepot.commerce.pricing.price import FOREVER
from entrepot.commerce.pricing.rule import (
    Amount,
    Branch,
    Calculate,
    Coordinator,
    DynamicKit,
    Element,
    FromList,
    FromListPrice,
    Nested,
    Percent,
    Round,
    Rule,
)
from entrepot.commerce.pricing.terms import Terms
from entrepot.kernel.clock import instant_of
from entrepot.kernel.db import any_of
from entrepot.kernel.money import PRICE_SCALE, format_price
from entrepot.kernel.words import Gettext, mark, plain


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer as it is stored; an open end is None."""

    price_list: str
    entry_id: int
    currency: str
    price: int
    quantity_least: int
    quantity_most: int | None
    precedence: int
    starts_at: datetime | None
    ends_at: datetime | None
    published: bool
    groups: tuple[str, ...]
    id: int = 0
    identifier: str = ""


@dataclass(frozen=True, slots=True)
class PriceList:
    """A price list and how many offers it holds."""

    name: str
    description: str
    offers: int


def price_lists_of(conn: Connection, store_id: int) -> list[PriceList]:
    """The store's price lists by name."""
    lists, offers = tables.price_list, tables.offer
    count = sa.select(sa.func.count()).where(offers.c.price_list_id == lists.c.id).scalar_subquery()
    query = sa.select(lists.c.name, lists.c.description, count).where(lists.c.store_id == store_id).order_by(lists.c.name)
    return [PriceList(name, description or "", number) for name, description, number in conn.execute(query)]


def offers_of(
    conn: Connection,
    store_id: int,
    *,
    price_list: str = "",
    entry_ids: Sequence[int] | None = None,
    limit: int = 200,
    offset: int = 0,
) -> tuple[list[OfferRow], int]:
    """A page of the offers of a store, and how many there are; ``entry_ids`` narrows to those entries."""
    lists, offers = tables.price_list, tables.offer
    query = sa.select(lists.c.name, offers).join(lists, lists.c.id == offers.c.price_list_id).where(lists.c.store_id == store_id)
    binds: dict[str, Any] = {}
    if price_list:
        query = query.where(lists.c.name == price_list)
    if entry_ids is not None:
        query = query.where(any_of(offers.c.entry_id, "entries"))
        binds["entries"] = list(entry_ids)
    total = conn.execute(sa.select(sa.func.count()).select_from(query.subquery()), binds).scalar_one()
    ordered = query.order_by(offers.c.entry_id, lists.c.name, offers.c.currency, offers.c.quantity_least, offers.c.id)
    rows = conn.execute(ordered.limit(limit).offset(offset), binds).mappings()
    return [_offer(row) for row in rows], total


def offer_of(conn: Connection, store_id: int, offer_id: int) -> OfferRow | None:
    """One offer of the store."""
    lists, offers = tables.price_list, tables.offer
    query = sa.select(lists.c.name, offers).join(lists, lists.c.id == offers.c.price_list_id)
    row = conn.execute(query.where(lists.c.store_id == store_id, offers.c.id == offer_id)).mappings().first()
    return _offer(row) if row else None


def list_prices_of(conn: Connection, entry_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """The list prices of entries by currency."""
    t = tables.list_price
    query = sa.select(t).where(any_of(t.c.entry_id, "entries")).order_by(t.c.currency)
    found: dict[int, dict[str, int]] = {}
    for entry_id, currency, price in conn.execute(query, {"entries": list(entry_ids)}):
        found.setdefault(entry_id, {})[currency] = price
    return found


def equations_of(path: Iterable[Element]) -> list[Equation]:
    """Every equation on a rule's path, those of its branches and comparisons included."""
    found: list[Equation] = []
    for element in path:
        match element:
            case Calculate(equation=equation):
                found.append(equation)
            case Branch(paths=paths, otherwise=otherwise):
                for condition, below in paths:
                    if condition.comparison is not None:
                        found += [condition.comparison.left, condition.comparison.right]
                    found += equations_of(below)
                found += equations_of(otherwise or ())
            case DynamicKit(kits=kits):
                found += equations_of(kits)
    return found


def rules_using(terms: Terms, constant: str) -> list[str]:
    """The names of the rules whose equations use a constant."""
    using = (name for name, rule in terms.rules.items() if any(constant in one.constants for one in equations_of(rule.path)))
    return sorted(using)


def in_words(rule: Rule, gettext: Gettext = plain) -> list[tuple[int, str]]:
    """What a rule does, a sentence a step, each with its depth.

    >>> from entrepot.commerce.pricing.reading import read_rule
    >>> in_words(read_rule("gold", [{"list": "Standard"}, {"percent": "-5"}]))
    [(0, 'take the price from the price list Standard'), (0, 'lower it by 5 %')]
    """
    return _path(rule.path, 0, gettext)


def _path(path: Iterable[Element], depth: int, gettext: Gettext) -> list[tuple[int, str]]:
    return [told for element in path for told in _element(element, depth, gettext)]


def _element(element: Element, depth: int, gettext: Gettext) -> list[tuple[int, str]]:
    match element:
        case Branch(paths=paths, otherwise=otherwise):
            told: list[tuple[int, str]] = []
            for condition, path in paths:
                when = gettext("if %(condition)s:") % {"condition": condition.sentence(gettext)}
                told += [(depth, when), *_path(path, depth + 1, gettext)]
            return told if otherwise is None else [*told, (depth, gettext("otherwise:")), *_path(otherwise, depth + 1, gettext)]
        case DynamicKit(items=items, kits=kits):
            added, none = mark("add up what the chosen parts cost by that rule"), mark("have no price of their own")
            kit = gettext(added if kits else none)
            return [
                (depth, gettext("price everything by the rule %(name)s") % {"name": items}),
                (depth, gettext("kits made to order: %(what)s") % {"what": kit}),
                *_path(kits, depth + 1, gettext),
            ]
        case _:
            return [(depth, sentence(element, gettext))]


def sentence(element: Element, gettext: Gettext = plain) -> str:
    """What one element does, in words."""
    match element:
        case FromList(name=name):
            return gettext("take the price from the price list %(name)s") % {"name": name}
        case FromListPrice():
            return gettext("take the list price of the master catalog")
        case Percent(percent=percent):
            up = gettext("raise it by %(number)s %%") if percent >= 0 else gettext("lower it by %(number)s %%")
            return up % {"number": format_price(abs(int(percent * PRICE_SCALE)), "JPY")}
        case Amount(amount=amount):
            up = gettext("raise it by %(amount)s") if amount >= 0 else gettext("lower it by %(amount)s")
            return up % {"amount": format_price(abs(amount))}
        case Calculate(equation=equation):
            return gettext("calculate %(equation)s") % {"equation": equation.sentence()}
        case Round(mode=mode, step=step, offset=offset):
            told = gettext(_ROUNDED.get(mode, _NEAREST)) % {"step": format_price(step)}
            return told + gettext(", ending in %(ending)s") % {"ending": format_price(offset)} if offset else told
        case Nested(name=name):
            return gettext("do what the rule %(name)s says") % {"name": name}
        case Coordinator(choice=choice, names=names):
            return gettext(_CHOSEN.get(choice, _FIRST)) % {"names": ", ".join(names)}
    raise AssertionError("every element has its sentence")


_ROUNDED = {"up": mark("round it up in steps of %(step)s"), "down": mark("round it down in steps of %(step)s")}
_NEAREST = mark("round it to the nearest in steps of %(step)s")
_CHOSEN = {
    "lowest": mark("take the lowest price of the rules %(names)s"),
    "highest": mark("take the highest price of the rules %(names)s"),
}
_FIRST = mark("take the first price found by the rules %(names)s")


def _offer(row: sa.RowMapping) -> OfferRow:
    return OfferRow(
        price_list=row["name"],
        entry_id=row["entry_id"],
        currency=row["currency"],
        price=row["price"],
        quantity_least=row["quantity_least"],
        quantity_most=row["quantity_most"] if row["quantity_most"] < tables.MOST_QUANTITY else None,
        precedence=row["precedence"],
        starts_at=_instant(row["starts_at"]),
        ends_at=_instant(row["ends_at"]),
        published=row["published"],
        groups=tuple(row["groups"] or ()),
        id=row["id"],
        identifier=row["identifier"],
    )


def _instant(micros: int) -> datetime | None:
    """An end as an instant; the extremes that stand for open ends are none."""
    if not -FOREVER < micros < FOREVER or micros == 0:
        return None
    return instant_of(micros)
