"""A company and its people: registering it, and the pages where its administrator registers colleagues.

Who registers a company becomes its first administrator and waits with it for approval. Colleagues are invited: the
administrator gets an address to hand on, behind which each sets a password of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post
from sqlalchemy.engine import Connection

from entrepot.commerce import members
from entrepot.commerce.history import Author
from entrepot.kernel.errors import Error
from entrepot.web.edge import Key, require_user
from entrepot.web.storefront import address_form, words
from entrepot.web.storefront.accounts import enter
from entrepot.web.storefront.frame import Form, Front, front_of, go, page_of, show, text_of
from entrepot.web.storefront.told import Told

AT_FIELD = {
    "PASSWORD_TOO_WEAK": "password",
    "LOGON_ID_TAKEN": "logon_id",
    "LOGON_ID_MALFORMED": "logon_id",
    "ORGANIZATION_TAKEN": "organization",
}
PERSON = ("first_name", "last_name", "email", "phone")
PLACE = ("line1", "line2", "city", "state", "postal_code", "country")
HERE = "/account/organization"
ONE = f"{HERE}/people/{{user_id:int}}"


@get("/register/organization", permission="public", sync_to_thread=False)
def register(request: Request[Any, Any, Any]) -> Response[str]:
    """The form that registers a company with its first administrator."""
    front = front_of(request)
    return _register_page(front, {"country": front.locale.partition("-")[2]}, {})


@post("/register/organization", permission="public", sync_to_thread=True, status_code=303)
def take_registration(request: Request[Any, Any, Any], data: Form) -> Response[str]:
    """Register the company; nothing can be bought in its name before it is approved."""
    front = front_of(request)
    values = {name: text_of(data, name, 254) for name in ("organization", "part_of", "logon_id", *PERSON, *PLACE)}
    errors = _faults(front, values, ("organization", "last_name", "email", "logon_id", "line1", "city", "postal_code", "country"))
    if errors:
        return _register_page(front, values, errors)
    profile = _profile_in(front, values, None, front.caller.currency)
    applicant = members.Applicant(logon_id=values["logon_id"], password=str(data.get("password", ""))[:201], profile=profile)
    address = {name: values[name] or None for name in PLACE} | {"claimed_parent": values["part_of"] or None}
    author = Author(values["logon_id"], front.house.clock.now())
    try:
        with front.house.commerce.database.write() as conn:
            store_id = front.visit(conn).store.id
            members.register_organization(conn, store_id, values["organization"], address, applicant, author)
    except Error as error:
        return _register_page(front, values, {AT_FIELD.get(error.code, ""): words.sentence(error, front.locale)})
    with front.house.commerce.database.read() as conn:
        page = page_of(front, conn, front.visit(conn))
    return show(front, "storefront/organization_registered.html", page, values=values)


def _register_page(front: Front, values: Mapping[str, str], errors: Mapping[str, str]) -> Response[str]:
    with front.house.commerce.database.read() as conn:
        page = page_of(front, conn, front.visit(conn))
    return show(
        front,
        "storefront/organization_register.html",
        page,
        422 if errors else 200,
        values=dict.fromkeys(("organization", "part_of", "logon_id", *PERSON, *PLACE), "") | dict(values),
        errors=errors,
        countries=address_form.countries(front.locale),
    )


def _faults(front: Front, values: Mapping[str, str], needed: tuple[str, ...]) -> dict[str, str]:
    """What the form lacks, all at once."""
    faults = {name: words.fault("please fill this in", front.locale) for name in needed if not values[name]}
    if values["email"] and "@" not in values["email"].strip("@"):
        faults["email"] = words.fault("write an e-mail address such as name@example.org", front.locale)
    return faults


@dataclass(frozen=True, slots=True)
class Administration:
    """One request of a buyer administrator: who acts, and the organization whose people they look after."""

    front: Front
    admin: members.User

    @property
    def organization_id(self) -> int:
        if self.admin.organization_id is None:
            raise members.OrganizationNotFound()
        return self.admin.organization_id

    def author(self, data: Form | None = None) -> Author:
        return Author(self.admin.logon_id, self.front.house.clock.now(), text_of(data or {}, "reason", 1000))

    def person(self, conn: Connection, user_id: int) -> members.User:
        return members.require_person_below(conn, self.organization_id, user_id)


def _administration(request: Request[Any, Any, Any]) -> Administration:
    return Administration(front_of(request), require_user(request))


@get(HERE, permission="organization.administer", sync_to_thread=False)
def people(request: Request[Any, Any, Any]) -> Response[str]:
    """The organization, its units and all their people."""
    return _people_page(_administration(request), {}, {})


def _people_page(
    at: Administration, values: Mapping[str, str], errors: Mapping[str, str], invitation: tuple[str, str] = ("", "")
) -> Response[str]:
    front = at.front
    with front.house.commerce.database.read() as conn:
        units = members.organizations_below(conn, at.organization_id)
        return show(
            front,
            "storefront/organization.html",
            page_of(front, conn, front.visit(conn)),
            422 if errors else 200,
            organization=members.require_organization(conn, at.organization_id),
            units=units,
            people=members.people_of(conn, at.organization_id),
            me=at.admin.id,
            values=dict.fromkeys(("logon_id", "administers", "unit", *PERSON), "") | dict(values),
            errors=errors,
            invitation=invitation,
        )


@post(f"{HERE}/people", permission="organization.administer", sync_to_thread=False, status_code=303)
def invite(request: Request[Any, Any, Any], data: Form) -> Response[str]:
    """Register a colleague and show the address where they set their password; it is told once."""
    at = _administration(request)
    values = {name: text_of(data, name, 254) for name in ("logon_id", "administers", "unit", *PERSON)}
    errors = _faults(at.front, values, ("last_name", "email", "logon_id"))
    if errors:
        return _people_page(at, values, errors)
    try:
        with at.front.house.commerce.database.write() as conn:
            profile = _profile(at, conn, values)
            store_id = at.front.visit(conn).store.id
            administers = values["administers"] == "yes"
            user, secret = members.invite_person(conn, store_id, values["logon_id"], profile, administers, at.author(data))
    except Error as error:
        return _people_page(at, values, {AT_FIELD.get(error.code, ""): words.sentence(error, at.front.locale)})
    return _people_page(at, {}, {}, (user.name, _address(at.front, secret)))


def _profile(at: Administration, conn: Connection, values: Mapping[str, str]) -> members.Profile:
    """The profile of a form; the unit is one of the administrator's own."""
    units = {str(one.id): one.id for one in members.organizations_below(conn, at.organization_id)}
    unit = units.get(values["unit"], at.organization_id)
    return _profile_in(at.front, values, unit, at.admin.preferred_currency)


def _profile_in(front: Front, values: Mapping[str, str], organization_id: int | None, currency: str | None) -> members.Profile:
    return members.Profile(
        first_name=values["first_name"] or None,
        last_name=values["last_name"] or None,
        email=values["email"] or None,
        phone=values["phone"] or None,
        organization_id=organization_id,
        preferred_language=front.locale,
        preferred_currency=currency,
    )


def _address(front: Front, secret: str) -> str:
    """The whole address of an invitation, as it is sent to somebody."""
    base = str(front.request.base_url).rstrip("/")
    return f"{base}{front.url(f'/invitation/{secret}')}"


@get(ONE, permission="organization.administer", sync_to_thread=False)
def person(request: Request[Any, Any, Any], user_id: Key) -> Response[str]:
    """One colleague: profile, addresses, whether they may log in."""
    return _person_page(_administration(request), user_id, {})


def _person_page(
    at: Administration,
    user_id: int,
    errors: Mapping[str, str],
    entered: Mapping[str, str] | None = None,
    invitation: str = "",
) -> Response[str]:
    front = at.front
    with front.house.commerce.database.read() as conn:
        user = at.person(conn, user_id)
        known = {name: getattr(user, name) or "" for name in PERSON} | {"unit": str(user.organization_id)}
        known["administers"] = "yes" if members.ORGANIZATION_ADMINISTRATOR in user.roles else ""
        blank = address_form.values_of(None) | {"country": front.locale.partition("-")[2]}
        return show(
            front,
            "storefront/organization_person.html",
            page_of(front, conn, front.visit(conn)),
            422 if errors else 200,
            person=user,
            myself=user.id == at.admin.id,
            units=members.organizations_below(conn, at.organization_id),
            values=known | (dict(entered) if entered is not None and "line1" not in entered else {}),
            address=dict(entered) if entered is not None and "line1" in entered else blank,
            book=members.addresses_of(conn, user.id),
            errors=errors,
            invitation=invitation,
            countries=address_form.countries(front.locale),
        )


@post(f"{ONE}/profile", permission="organization.administer", sync_to_thread=False, status_code=303)
def change_profile(request: Request[Any, Any, Any], user_id: Key, data: Form) -> Response[str]:
    """Change a colleague's profile, unit or administration."""
    at = _administration(request)
    values = {name: text_of(data, name, 254) for name in ("administers", "unit", *PERSON)}
    errors = _faults(at.front, values, ("last_name", "email"))
    if errors:
        return _person_page(at, user_id, errors, values)

    def work(conn: Connection, user: members.User) -> None:
        members.change_person(conn, user, _profile(at, conn, values), values["administers"] == "yes", at.author(data))

    return _changed(at, user_id, work, at.front.words.gettext("The profile was changed."))


@post(f"{ONE}/status", permission="organization.administer", sync_to_thread=False, status_code=303)
def set_status(request: Request[Any, Any, Any], user_id: Key, data: Form) -> Response[str]:
    """Let a colleague log in again, or no longer."""
    at, enabled = _administration(request), text_of(data, "enabled") == "yes"
    _ = at.front.words.gettext
    told = _("The account is active again.") if enabled else _("The account is deactivated; its orders stay.")
    return _changed(at, user_id, lambda conn, user: members.activate_person(conn, user, enabled, at.author(data)), told)


@post(f"{ONE}/addresses", permission="organization.administer", sync_to_thread=False, status_code=303)
def add_address(request: Request[Any, Any, Any], user_id: Key, data: Form) -> Response[str]:
    """Put an address into a colleague's book."""
    at = _administration(request)
    values = address_form.read_fields(data)
    address, errors = address_form.checked(values, at.front.locale, guest=False)
    if errors:
        return _person_page(at, user_id, errors, values)

    def work(conn: Connection, user: members.User) -> None:
        members.save_person_address(conn, user, address_form.entry_of(address), at.author(data))

    return _changed(at, user_id, work, at.front.words.gettext("The address was added."))


@post(f"{ONE}/addresses/remove", permission="organization.administer", sync_to_thread=False, status_code=303)
def remove_address(request: Request[Any, Any, Any], user_id: Key, data: Form) -> Response[str]:
    """Take an address out of a colleague's book; orders keep their own copy."""
    at, nickname = _administration(request), text_of(data, "nickname", 254)

    def work(conn: Connection, user: members.User) -> None:
        members.remove_person_address(conn, user, nickname, at.author(data))

    return _changed(at, user_id, work, at.front.words.gettext("The address was removed."))


@post(f"{ONE}/invitation", permission="organization.administer", sync_to_thread=False)
def renew_invitation(request: Request[Any, Any, Any], user_id: Key, data: Form) -> Response[str]:
    """A new address where a colleague sets a password, told once."""
    at = _administration(request)
    with at.front.house.commerce.database.write() as conn:
        secret = members.renew_invitation(conn, at.person(conn, user_id), at.author(data))
    return _person_page(at, user_id, {}, invitation=_address(at.front, secret))


def _changed(at: Administration, user_id: int, work: Callable[[Connection, members.User], None], told: str) -> Response[str]:
    """Do it in one transaction and go back to the colleague's page, or say there why not."""
    try:
        with at.front.house.commerce.database.write() as conn:
            work(conn, at.person(conn, user_id))
    except members.UserNotFound:
        raise
    except Error as error:
        return _person_page(at, user_id, {"": words.sentence(error, at.front.locale)})
    return go(at.front, f"{HERE}/people/{user_id}", Told(told))


@get("/invitation/{secret:str}", permission="public", sync_to_thread=False)
def invitation(request: Request[Any, Any, Any], secret: str) -> Response[str]:
    """Where somebody who was invited sets a password."""
    return _invitation_page(front_of(request), secret, {})


def _invitation_page(front: Front, secret: str, errors: Mapping[str, str]) -> Response[str]:
    with front.house.commerce.database.read() as conn:
        user = members.invited(conn, secret, front.house.clock.now())
        page = page_of(front, conn, front.visit(conn))
    return show(front, "storefront/invitation.html", page, 422 if errors else 200, user=user, secret=secret, errors=errors)


@post("/invitation/{secret:str}", permission="public", sync_to_thread=True, status_code=303)
def accept(request: Request[Any, Any, Any], secret: str, data: Form) -> Response[str]:
    """Set the password and log in."""
    front = front_of(request)
    at, password = front.house.clock.now(), str(data.get("password", ""))[:201]
    try:
        with front.house.commerce.database.write() as conn:
            user = members.accept_invitation(conn, secret, password, at)
            members.close_sessions_of(conn, user.id)
            members.authenticate(conn, user.logon_id, password, at)
            session = members.open_session(conn, at, user)
    except members.InvitationNotFound:
        raise
    except Error as error:
        return _invitation_page(front, secret, {"password": words.sentence(error, front.locale)})
    told = Told(front.words.gettext("Welcome. Your password is set, and you are logged in."))
    return enter(front, go(front, "/account", told), session, user)
