"""Offers as people edit them: read from what was typed, refused by name when they could never count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.pricing import tables
from entrepot.commerce.pricing.price import FOREVER
from entrepot.kernel.clock import micros_of, midnight
from entrepot.kernel.errors import Invalid, NotFound, Refused
from entrepot.kernel.money import parse_currency
from entrepot.kernel.quantity import Step
from entrepot.kernel.sheet import Outcome
from entrepot.kernel.typed import typed_price
from entrepot.kernel.words import mark

MOST_PRECEDENCE = 2**31 - 1


class BadRange(Invalid):
    code = "BAD_RANGE"
    message = mark("{path}: the end lies before the beginning.")


class TypeNotAllowed(Refused):
    code = "TYPE_NOT_ALLOWED"
    message = mark("{part_number} is a bundle: its members have prices, it has none.")


class OfferMalformed(Invalid):
    code = "BAD_VALUE"
    message = "{path}: {problem}"


class OfferNotFound(NotFound):
    code = "OFFER_NOT_FOUND"
    message = mark("There is no such offer any more.")


@dataclass(frozen=True, slots=True)
class OfferText:
    """An offer as it was typed; what is empty is open, dates are days of the store's time zone, the last one included."""

    price: str
    currency: str
    least: str = ""
    most: str = ""
    first_day: str = ""
    last_day: str = ""
    precedence: str = ""
    identifier: str = ""
    published: bool = True


@dataclass(frozen=True, slots=True)
class Priced:
    """The entry an offer is for, as far as its offers depend on it."""

    id: int
    part_number: str
    type: str
    step: Step


def offer_row(text: OfferText, entry: Priced, price_list: int, zone: datetime) -> dict[str, object]:
    """The offer as it is stored; ``zone`` is any instant of the store's time zone."""
    if entry.type == "bundle":
        raise TypeNotAllowed(part_number=entry.part_number)
    least = entry.step.parse(text.least, "least") if text.least else 1
    most = entry.step.parse(text.most, "most") if text.most else tables.MOST_QUANTITY
    if least > most:
        raise BadRange(path="most")
    starts = _instant(text.first_day, zone, "first_day") if text.first_day else 0
    ends = _instant(text.last_day, zone, "last_day", after=1) if text.last_day else FOREVER
    if starts >= ends:
        raise BadRange(path="last_day")
    identifier = text.identifier or "|".join((text.precedence, text.least, text.first_day))
    return {
        "price_list_id": price_list,
        "entry_id": entry.id,
        "currency": parse_currency(text.currency, "currency"),
        "identifier": identifier[:128],
        "price": typed_price(text.price, "price"),
        "quantity_least": least,
        "quantity_most": most,
        "precedence": _precedence(text.precedence),
        "starts_at": starts,
        "ends_at": ends,
        "published": text.published,
    }


def save_offers(conn: Connection, store_id: int, rows: list[dict[str, object]]) -> tuple[int, int]:
    """Write offers, all of them or none; tell how many are new and how many changed one of the same name."""
    outcomes = tables.OFFERS.write(conn, rows)
    tables.touch(conn, store_id)
    return outcomes.count(Outcome.INSERTED), outcomes.count(Outcome.UPDATED)


def remove_offer(conn: Connection, store_id: int, offer_id: int) -> None:
    """Remove an offer of the store; prices asked for an old date lose it, too. Unpublish it to keep the history."""
    t, lists = tables.offer, tables.price_list
    own = sa.select(lists.c.id).where(lists.c.store_id == store_id)
    if not conn.execute(t.delete().where(t.c.id == offer_id, t.c.price_list_id.in_(own))).rowcount:
        raise OfferNotFound(offer=offer_id)
    tables.touch(conn, store_id)


def _instant(day: str, zone: datetime, path: str, after: int = 0) -> int:
    """The beginning of a day in the store's time zone, in microseconds."""
    try:
        return micros_of(midnight(datetime.fromisoformat(day).date(), zone.tzinfo or UTC, after))
    except ValueError:
        raise OfferMalformed(path=path, problem=mark("write a day such as 2026-11-27.")) from None


def _precedence(text: str) -> int:
    try:
        found = int(text or "0")
    except ValueError:
        raise OfferMalformed(path="precedence", problem=mark("write a whole number; the larger one wins.")) from None
    if abs(found) > MOST_PRECEDENCE:
        raise OfferMalformed(path="precedence", problem=mark("write a smaller number."))
    return found
