"""Partners: the foreign shops that send shoppers to our configurator, and the configurators that ours are sent to.

A key is shown on the page that answers its making and nowhere else; nothing keeps it. One that the other side made is entered
here, and never shown.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from litestar import Response, get, post

from entrepot import configurator
from entrepot.bus import Done, Given, Partner, PartnerNotFound, Partners, Trusted
from entrepot.commerce import capture, catalog
from entrepot.kernel.db import Database
from entrepot.kernel.errors import Error
from entrepot.kernel.words import Gettext
from entrepot.web.edge import house_of
from entrepot.web.i18n import mark, translator
from entrepot.web.staff import Asked, Form, back, desk_of, refused, show, text, texts

HERE = "/operations/partners/{role:str}/{code:str}"
#: What each kind of partner is called, alone and in a list.
ROLES = {
    "shop": (mark("Shop"), mark("Shops that send their shoppers to our configurator")),
    "configurator": (mark("Configurator"), mark("Configurators that we send our shoppers to")),
}
#: How long the key before stays good, in hours.
OVERLAPS = {
    "0": mark("ends now"),
    "1": mark("stays good for an hour"),
    "24": mark("stays good for a day"),
    "168": mark("stays good for a week"),
}
#: What was done, as the history tells it, and its icon.
ACTIONS = {
    "added": (mark("Taken up"), "plus"),
    "changed": (mark("Changed"), "pencil"),
    "paused": (mark("Paused"), "ban"),
    "resumed": (mark("Goes on"), "check"),
    "key_issued": (mark("New key"), "lock"),
    "key_entered": (mark("Key entered"), "lock"),
    "key_revoked": (mark("Key ended"), "x"),
}
NAMES = {"name": mark("Name"), "stores": mark("Stores"), "origins": mark("Addresses")}
FIELDS = {name: name for name in ("code", "name", "origins", "stores", "key", "secret")}


def _registry(request: Asked, role: str) -> tuple[Database, Partners]:
    """The partners of a kind, and the database of the system that keeps them."""
    house = house_of(request)
    if role == "shop":
        return house.configurator.database, configurator.shops
    if role == "configurator":
        return house.commerce.database, capture.configurators
    raise PartnerNotFound(partner=role)


@get("/operations/partners", permission="operations.view", sync_to_thread=False)
def partners_page(request: Asked) -> Response[str]:
    """All partners, by what they are to us."""
    at, kinds = house_of(request).clock.now(), []
    for role, (_, label) in ROLES.items():
        database, partners = _registry(request, role)
        with database.read() as conn:
            good = partners.good_keys(conn, at)
            rows = [{"one": one, "good": good.get(one.code, 0)} for one in partners.all(conn)]
        kinds.append({"role": role, "label": label, "rows": rows})
    return show(request, "operations/partners.html", kinds=kinds)


@get("/operations/new-partner", permission="integration.edit", sync_to_thread=False)
def new_page(request: Asked, role: str = "shop") -> Response[str]:
    """The form for a new partner."""
    _registry(request, role)
    return _new(request, role, {}, {}, 200)


@post("/operations/new-partner", permission="integration.edit", sync_to_thread=False)
def create(request: Asked, data: Form) -> Response[Any]:
    """Take a partner up; it gets its first key on its own page."""
    role, wanted = text(data, "role"), _read(data, text(data, "code"))
    database, partners = _registry(request, role)
    try:
        with database.write() as conn:
            partners.add(conn, wanted, desk_of(request).user.logon_id, house_of(request).clock.now())
    except Error as error:
        status, problems = refused(error, FIELDS)
        return _new(request, role, _entered(data), problems, status)
    return _saved(role, wanted.code)


@get(HERE, permission="operations.view", sync_to_thread=False)
def partner_page(request: Asked, role: str, code: str) -> Response[str]:
    """One partner: what it may do, its keys, and what was done about it."""
    return _page(request, role, code)


@post(HERE, permission="integration.edit", sync_to_thread=False)
def change(request: Asked, role: str, code: str, data: Form) -> Response[Any]:
    """Change a partner's name, stores and addresses."""
    database, partners = _registry(request, role)
    try:
        with database.write() as conn:
            wanted = replace(_read(data, code), active=partners.find(conn, code).active)
            partners.update(conn, wanted, desk_of(request).user.logon_id, house_of(request).clock.now())
    except PartnerNotFound:
        raise
    except Error as error:
        return _page(request, role, code, entered=_entered(data), error=error)
    return _saved(role, code)


@post(f"{HERE}/active", permission="integration.edit", sync_to_thread=False)
def set_active(request: Asked, role: str, code: str, data: Form) -> Response[Any]:
    """Pause a partner, or let it go on; its keys stay as they are."""
    database, partners = _registry(request, role)
    with database.write() as conn:
        wanted = replace(partners.find(conn, code), active=text(data, "active") == "yes")
        partners.update(conn, wanted, desk_of(request).user.logon_id, house_of(request).clock.now())
    return _saved(role, code)


@post(f"{HERE}/keys", permission="integration.edit", sync_to_thread=False, status_code=200)
def issue_key(request: Asked, role: str, code: str, data: Form) -> Response[str]:
    """Make a new key and show it, this once."""
    house, overlap = house_of(request), _overlap(data, "overlap")
    database, partners = _registry(request, role)
    with database.write() as conn:
        by, at = desk_of(request).user.logon_id, house.clock.now()
        made = partners.issue_key(conn, house.settings.secret, code, by, at, overlap=overlap)
    return _page(request, role, code, made=made)


@post(f"{HERE}/entered-keys", permission="integration.edit", sync_to_thread=False)
def enter_key(request: Asked, role: str, code: str, data: Form) -> Response[Any]:
    """Keep a key that the other side made; what was typed as its secret is not shown again, a mistake in it neither."""
    house, given = house_of(request), Given(code, text(data, "key"), text(data, "secret"))
    database, partners = _registry(request, role)
    try:
        with database.write() as conn:
            by, at = desk_of(request).user.logon_id, house.clock.now()
            partners.enter_key(conn, house.settings.secret, given, by, at, overlap=_overlap(data, "earlier"))
    except PartnerNotFound:
        raise
    except Error as error:
        return _page(request, role, code, entered={"key": given.id}, error=error)
    return _saved(role, code)


def _overlap(data: Form, name: str) -> timedelta:
    hours = text(data, name)
    return timedelta(hours=int(hours) if hours in OVERLAPS else 0)


@post(f"{HERE}/keys/{{key:str}}/end", permission="integration.edit", sync_to_thread=False)
def end_key(request: Asked, role: str, code: str, key: str) -> Response[Any]:
    """End a key at once."""
    database, partners = _registry(request, role)
    try:
        with database.write() as conn:
            partners.revoke_key(conn, code, key, desk_of(request).user.logon_id, house_of(request).clock.now())
    except Error as error:
        return _page(request, role, code, error=error)
    return _saved(role, code)


def _saved(role: str, code: str) -> Response[Any]:
    return back(f"/operations/partners/{role}/{code}", "saved")


def _page(
    request: Asked,
    role: str,
    code: str,
    *,
    entered: dict[str, Any] | None = None,
    error: Error | None = None,
    made: Trusted | None = None,
) -> Response[str]:
    status, problems = refused(error, FIELDS) if error is not None else (200, {})
    database, partners = _registry(request, role)
    at, spoken = house_of(request).clock.now(), translator(desk_of(request).locale).gettext
    with database.read() as conn:
        one = partners.find(conn, code)
        keys = [(key, key.good(at)) for key in partners.keys(conn, code)]
        history = [_told(done, spoken) for done in partners.history(conn, code)]
    answer = show(
        request,
        "operations/partner.html",
        status=status,
        role=role,
        roles=ROLES,
        one=one,
        entered={"name": one.name, "stores": one.stores, "origins": "\n".join(one.origins)} | (entered or {}),
        keys=keys,
        overlaps=[(hours, spoken(label)) for hours, label in OVERLAPS.items()],
        history=history,
        errors=problems,
        made=made,
        stores=_stores(request),
        address=house_of(request).settings.address,
    )
    answer.headers["cache-control"] = "no-store"
    return answer


def _told(done: Done, gettext: Gettext) -> dict[str, Any]:
    """A line of the history for the timeline: what, when, by whom, and what differs."""
    title, icon = ACTIONS[done.action]
    changed = {name: done.detail[name] for name in NAMES if name in done.detail}
    listed = {gettext(NAMES[name]): one if isinstance(one, str) else ", ".join(one) for name, one in changed.items()}
    text = done.detail.get("key") or "; ".join(f"{name}: {value}" for name, value in listed.items())
    return {"title": gettext(title), "icon": icon, "at": done.at, "meta": done.by, "text": text}


def _new(request: Asked, role: str, entered: dict[str, Any], problems: dict[str, str], status: int) -> Response[str]:
    known = {"entered": entered, "errors": problems, "stores": _stores(request), "roles": ROLES}
    return show(request, "operations/partner_new.html", status=status, role=role, **known)


def _read(data: Form, code: str) -> Partner:
    origins = tuple(line.strip() for line in text(data, "origins").splitlines() if line.strip())
    return Partner(code, text(data, "name"), tuple(one for one in texts(data, "stores") if one), origins)


def _entered(data: Form) -> dict[str, Any]:
    return {name: text(data, name) for name in ("code", "name", "origins")} | {"stores": texts(data, "stores")}


def _stores(request: Asked) -> list[dict[str, str]]:
    with house_of(request).commerce.database.read() as conn:
        return [{"value": name, "label": name} for name in catalog.store_names(conn)]


routes: list[Any] = [partners_page, new_page, create, partner_page, change, set_active, issue_key, enter_key, end_key]
