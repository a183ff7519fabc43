"""Organizations and their people as staff sees them: the queue of those that want to buy, one organization, one customer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect
from sqlalchemy.engine import Connection

from entrepot.commerce import capture, members, pricing
from entrepot.commerce.history import Author
from entrepot.kernel.errors import Error
from entrepot.web.edge import Key, house_of
from entrepot.web.i18n import translator
from entrepot.web.management.history import history_of
from entrepot.web.page import locale_of
from entrepot.web.staff import Asked, Form, author_of, back, desk_of, noon, refused, show, text

HERE = "/management/organizations/{organization_id:int}"
STATUSES = ("pending", "active", "rejected", "locked")


@get("/management/organizations", permission="member.view", sync_to_thread=False)
def list_page(request: Asked, status: str = "", q: str = "") -> Response[str]:
    """Every organization, those that wait for approval first."""
    chosen = status if status in STATUSES else ""
    with house_of(request).commerce.database.read() as conn:
        found = members.find_organizations(conn, chosen, q)
        waiting = len(members.find_organizations(conn, "pending"))
        names = {one.id: one.identifier for one in members.find_organizations(conn)}
    return show(
        request,
        "management/organizations.html",
        found=found,
        names=names,
        waiting=waiting,
        chosen=chosen,
        statuses=STATUSES,
        q=q,
    )


@get("/management/organization", permission="member.view", sync_to_thread=False)
def by_name(request: Asked, name: str = "") -> Redirect:
    """The page of the organization of this name, which may hold any character."""
    with house_of(request).commerce.database.read() as conn:
        found = members.find_organization(conn, name)
    if found is None:
        raise members.OrganizationNotFound()
    return Redirect(f"/management/organizations/{found.id}", status_code=303)


@get(HERE, permission="member.view", sync_to_thread=False)
def organization_page(request: Asked, organization_id: Key) -> Response[str]:
    """One organization: where it stands in the tree, its people, its contracts, what was decided about it."""
    return _page(request, organization_id)


def _page(request: Asked, organization_id: int, entered: Form | None = None, error: Error | None = None) -> Response[str]:
    status, errors = refused(error, {"parent": "parent", "reason": "reason"}) if error is not None else (200, {})
    store = desk_of(request).store
    with house_of(request).commerce.database.read() as conn:
        one = members.require_organization(conn, organization_id)
        above = members.organizations_above(conn, organization_id)
        usable = [c for c in pricing.terms_of(conn, store.id).contracts if c.organization_id in above.ids]
        return show(
            request,
            "management/organization.html",
            status=status,
            one=one,
            above=list(zip(above.ids, above.names, strict=True))[:0:-1],
            in_force=above.status,
            below=[unit for unit in members.organizations_below(conn, organization_id) if unit.id != one.id],
            people=members.people_of(conn, organization_id),
            contracts=usable,
            suggested=_suggested(conn, one),
            entered=entered or {},
            errors=errors,
            told=history_of(request, conn, ("organization", one.identifier)),
        )


def _suggested(conn: Connection, one: members.Organization) -> str:
    """What an organization said it belongs to, when that is known here."""
    known = members.find_organization(conn, one.claimed_parent) if one.claimed_parent else None
    return known.identifier if known is not None else ""


@post(f"{HERE}/decide", permission="member.edit", sync_to_thread=False)
def decide(request: Asked, organization_id: Key, data: Form) -> Response[Any]:
    """Approve, reject, lock or unlock; who is kept out is logged out."""

    def work(conn: Connection, author: Author) -> None:
        match text(data, "do"):
            case "approve":
                members.approve_organization(conn, organization_id, text(data, "parent"), author)
            case "reject":
                members.reject_organization(conn, organization_id, author)
            case "lock" | "unlock" as verb:
                members.lock_organization(conn, organization_id, verb == "lock", author)
                members.close_sessions_below(conn, organization_id)

    try:
        with house_of(request).commerce.database.write() as conn:
            work(conn, author_of(request, data))
    except Error as error:
        return _page(request, organization_id, data, error)
    return back(f"/management/organizations/{organization_id}", "saved")


@get("/management/members", permission="member.view", sync_to_thread=False)
def people_page(request: Asked, q: str = "") -> Response[str]:
    """The customers with an account, or those a search finds."""
    with house_of(request).commerce.database.read() as conn:
        found = members.find_people(conn, q)
    return show(request, "management/members.html", found=found, q=q)


@get("/management/member", permission="member.view", sync_to_thread=False)
def member_page(request: Asked, logon_id: str = "", on: str = "") -> Response[str]:
    """One customer: profile, the segments they are in on a day, the contracts they may use, what was changed."""
    return _member_page(request, logon_id, on)


def _member_page(request: Asked, logon_id: str, on: str = "", error: Error | None = None) -> Response[str]:
    house, store = house_of(request), desk_of(request).store
    status, errors = refused(error, {"reason": "reason"}) if error is not None else (200, {})
    at = noon(on, house.clock.now())
    gettext = translator(locale_of(request)).gettext
    with house.commerce.database.read() as conn:
        user = members.find_user(conn, logon_id)
        if user is None:
            raise members.UserNotFound()
        above = members.organizations_above(conn, user.organization_id)
        buyer = capture.buyer_at(conn, user.logon_id, at)
        named = members.groups_of(conn, user.id)
        segments = [
            {"one": one, "named": one.identifier in named, "rule": members.in_words(one.conditions, gettext)}
            for one in members.find_segments(conn)
            if one.identifier in buyer.groups
        ]
        occasion = pricing.Occasion(store.id, store.default_currency, at, capture.customer_of(buyer))
        bought = [one for one in capture.purchases_of(conn, user.logon_id) if one.at < at]
        terms = pricing.terms_of(conn, store.id)
        return show(
            request,
            "management/member.html",
            status=status,
            user=user,
            above=list(zip(above.ids, above.names, strict=True))[::-1],
            segments=segments,
            contracts=pricing.eligible(terms.contracts, occasion, terms.default_competes),
            bought=len(bought),
            book=members.addresses_of(conn, user.id),
            on=on,
            at=at,
            errors=errors,
            told=history_of(request, conn, ("account", user.logon_id)),
        )


@post("/management/member", permission="member.edit", sync_to_thread=False)
def set_status(request: Asked, data: Form) -> Response[Any]:
    """Let a customer log in again, or no longer."""
    logon_id = text(data, "logon_id")

    def work(conn: Connection) -> str:
        user = members.find_user(conn, logon_id)
        if user is None or user.kind != "buyer":
            raise members.UserNotFound()
        members.activate_person(conn, user, text(data, "enabled") == "yes", author_of(request, data))
        return user.logon_id

    return _done(request, logon_id, work)


def _done(request: Asked, logon_id: str, work: Callable[[Connection], str]) -> Response[Any]:
    try:
        with house_of(request).commerce.database.write() as conn:
            name = work(conn)
    except members.UserNotFound:
        raise
    except Error as error:
        return _member_page(request, logon_id, error=error)
    return back(f"/management/member?logon_id={name}", "saved")


routes: list[Any] = [list_page, by_name, organization_page, decide, people_page, member_page, set_status]
