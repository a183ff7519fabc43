"""The history of changes: who changed what of members, segments, contracts, prices, charges and promotions, when and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from litestar import Response, get
from sqlalchemy.engine import Connection

from entrepot.commerce import history
from entrepot.commerce.history import Change, Looked
from entrepot.kernel.words import Gettext
from entrepot.web.edge import house_of
from entrepot.web.i18n import mark, translator
from entrepot.web.management.history_words import field_name, sentence_of
from entrepot.web.page import locale_of
from entrepot.web.staff import Asked, show

PAGE_SIZE = 50
#: The kinds of things the history tells of, and where each has its page.
KINDS = {
    "segment": (mark("Segment"), "/management/segments/{}"),
    "organization": (mark("Organization"), "/management/organization?name={}"),
    "account": (mark("Account"), "/management/member?logon_id={}"),
    "contract": (mark("Contract"), "/management/contracts/{}"),
    "promotion": (mark("Promotion"), "/management/promotions/{}"),
    "rule": (mark("Price rule"), "/management/rules/{}"),
    "constant": (mark("Price constant"), "/management/price-constants?edit={}"),
    "offer": (mark("Price"), "/management/prices?q={}"),
    "codes": (mark("Codes"), "/management/promotions/{}/codes"),
    "shipping": (mark("Shipping mode"), "/management/charges/modes/{}"),
    "surcharge": (mark("Surcharge"), "/management/charges/surcharges/{}"),
    "tax": (mark("Tax rate"), "/management/charges/taxes"),
    "tax_home": (mark("Whose taxes prices include"), "/management/charges/taxes#home"),
    "cash": (mark("Smallest coin"), "/management/charges/taxes#coins"),
}
ACTIONS = {
    "created": mark("created"),
    "changed": mark("changed"),
    "deleted": mark("deleted"),
    "named": mark("people named"),
    "registered": mark("registered"),
    "approved": mark("approved"),
    "rejected": mark("rejected"),
    "locked": mark("locked"),
    "unlocked": mark("unlocked"),
    "deactivated": mark("deactivated"),
    "activated": mark("activated"),
    "invited": mark("invited"),
    "submitted": mark("submitted for approval"),
    "suspended": mark("suspended"),
    "resumed": mark("resumed"),
    "canceled": mark("canceled"),
    "closed": mark("closed"),
    "withdrawn": mark("taken back to draft"),
    "drafted": mark("draft changed"),
    "undone": mark("change taken back"),
    "discarded": mark("draft thrown away"),
    "issued": mark("codes issued"),
    "imported": mark("codes imported"),
    "granted": mark("coupon given"),
    "withdrawn_coupon": mark("coupon taken back"),
}
FIELDS = {
    "usage": mark("Used for"),
    "short_description": mark("Description"),
    "conditions": mark("Conditions"),
    "status": mark("Status"),
    "state": mark("Status"),
    "name": mark("Name"),
    "first_name": mark("First name"),
    "last_name": mark("Last name"),
    "email": mark("E-mail"),
    "phone": mark("Phone"),
    "roles": mark("Roles"),
    "address": mark("Address"),
    "parent": mark("Belongs to"),
    "administrator": mark("Administrator"),
    "starts_at": mark("From"),
    "ends_at": mark("Until"),
    "price_rule": mark("Price rule"),
    "base_contract": mark("Base contract"),
    "participants": mark("Participants"),
    "terms": mark("Terms"),
    "preferred": mark("Preferred"),
    "is_default": mark("Default contract"),
    "rule": mark("What it does"),
    "path": mark("What it does"),
    "version": mark("Version"),
    "value": mark("Value"),
    "price": mark("Price"),
    "price_list": mark("Price list"),
    "currency": mark("Currency"),
    "least": mark("From quantity"),
    "most": mark("Up to quantity"),
    "first_day": mark("First day"),
    "last_day": mark("Last day"),
    "precedence": mark("Precedence"),
    "published": mark("Published"),
    "level": mark("Works on"),
    "priority": mark("Priority"),
    "exclusivity": mark("Combines"),
    "trigger": mark("Trigger"),
    "code": mark("Code"),
    "texts": mark("Texts"),
    "rewards": mark("Gives"),
    "settings": mark("Settings"),
    "limit_order": mark("Per order"),
    "limit_shopper": mark("Per customer"),
    "limit_total": mark("In all"),
    "batch": mark("Batch"),
    "owner": mark("Customer"),
    "days": mark("Days"),
    "count": mark("Count"),
    "expires_at": mark("Expires"),
    "carrier": mark("Carrier"),
    "service": mark("Service"),
    "sequence": mark("Place in the list"),
    "category": mark("Kind"),
    "per": mark("Charged for"),
    "tax_category": mark("Tax category"),
    "entries": mark("Articles and categories"),
    "modes": mark("Shipping modes"),
    "countries": mark("Places"),
    "percent": mark("Percent"),
    "country": mark("Country"),
    "region": mark("Region"),
    "keep_gross": mark("Keep prices as they are elsewhere"),
    "smallest_coin": mark("Smallest coin"),
    "organization": mark("Organization"),
    "organization_id": mark("Organization"),
    "preferred_language": mark("Language"),
    "preferred_currency": mark("Currency"),
    "line1": mark("Street"),
    "line2": mark("Address, second line"),
    "postal_code": mark("Postal code"),
    "city": mark("City"),
    "account": mark("Account"),
    "segments": mark("Segments"),
    "organizations": mark("Organizations"),
    "members": mark("Members"),
    "entitlement": mark("Entitlement"),
    "tax_id": mark("Tax number"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A change as a page tells it: ``rows`` are a field's name, what it was and what it became."""

    at: datetime
    by: str
    kind: str
    subject: str
    href: str
    action: str
    reason: str
    rows: tuple[tuple[str, str, str], ...]


@get("/management/history", permission="member.view", sync_to_thread=False)
def history_page(
    request: Asked, kind: str = "", subject: str = "", by: str = "", since: str = "", until: str = ""
) -> Response[str]:
    """Every change, the newest first, narrowed by what, whom, who and when."""
    asked = request.query_params.get("page", "")
    number = int(asked) if asked.isdecimal() and 0 < len(asked) < 6 and int(asked) else 1
    looked = Looked(
        kind=kind if kind in KINDS else "",
        subject=subject.strip(),
        by=by.strip(),
        since=_day(since),
        until=_next_day(until),
        limit=PAGE_SIZE,
        offset=(number - 1) * PAGE_SIZE,
    )
    with house_of(request).commerce.database.read() as conn:
        found, more = history.changes(conn, looked)
        told = tell_all(request, conn, found)
    values = {"kind": looked.kind, "subject": looked.subject, "by": looked.by, "since": since, "until": until}
    return show(
        request,
        "management/history.html",
        told=told,
        kinds=KINDS,
        values=values,
        number=number,
        more=more,
        here="/management/history?" + urlencode({name: value for name, value in values.items() if value}),
    )


def history_of(request: Asked, conn: Connection, *subjects: tuple[str, str]) -> list[Told]:
    """The last changes of one thing, for the card on its page."""
    return tell_all(request, conn, history.changes_of(conn, subjects))


def tell_all(request: Asked, conn: Connection, found: Sequence[Change]) -> list[Told]:
    """The changes in the reader's words; what is not there any more has no way to it."""
    gettext, gone = translator(locale_of(request)).gettext, history.gone(conn, found)
    return [_tell(one, gettext, there=(one.kind, one.subject) not in gone) for one in found]


def _tell(one: Change, gettext: Gettext, *, there: bool) -> Told:
    label, address = KINDS.get(one.kind, (one.kind, ""))
    rows = tuple(
        (_name(name, gettext), _told(one.kind, name, old, gettext), _told(one.kind, name, new, gettext))
        for name, old, new in one.rows
    )
    return Told(
        at=one.at,
        by=one.by,
        kind=gettext(label),
        subject=one.subject,
        href=address.format(quote(one.subject, safe="")) if address and there else "",
        action=gettext(ACTIONS.get(one.action, one.action)),
        reason=one.reason,
        rows=rows,
    )


def _name(name: str, gettext: Gettext) -> str:
    return gettext(FIELDS[name]) if name in FIELDS else field_name(name, gettext)


def _told(kind: str, name: str, value: Any, gettext: Gettext) -> str:
    """A value as text: the sentence it stands for, else the value itself."""
    said = sentence_of(kind, name, value, gettext) if value else None
    return _words(value, gettext) if said is None else said


def _words(value: Any, gettext: Gettext) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(_words(one, gettext) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{_name(key, gettext)}: {_words(one, gettext)}" for key, one in value.items() if one not in (None, []))
    return "" if value is None else str(value)


def _day(text: str) -> datetime | None:
    try:
        return datetime.combine(datetime.fromisoformat(text).date(), datetime.min.time(), UTC) if text else None
    except ValueError:
        return None


def _next_day(text: str) -> datetime | None:
    day = _day(text)
    return None if day is None else day + timedelta(days=1)


routes: list[Any] = [history_page]
