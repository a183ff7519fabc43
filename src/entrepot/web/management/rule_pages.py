"""A price rule as a tree: read, changed element by element, checked, compared, tried on a sample, put in force."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from sqlalchemy.engine import Connection

from entrepot.commerce import catalog, members, pricing
from entrepot.commerce.pricing import tree
from entrepot.kernel.errors import Error, Invalid
from entrepot.web.edge import house_of
from entrepot.web.i18n import mark
from entrepot.web.management.catalogs import view_of
from entrepot.web.staff import Asked, Form, back, desk_of, refused, show, text

KINDS = {
    "list": (mark("Price of a list"), mark("the list's name")),
    "list_price": (mark("List price"), mark("nothing")),
    "percent": (mark("Raise or lower by percent"), mark("such as -5")),
    "amount": (mark("Raise or lower by an amount"), mark("such as -2.50")),
    "round": (mark("Round"), mark("up, down or nearest, the step and the ending: up 1 0.99")),
    "calculate": (mark("Calculate"), mark("such as price * ( 1 - constant:kit-advantage ), with blanks between")),
    "rule": (mark("What another rule says"), mark("the rule's name")),
    "lowest": (mark("Lowest of several rules"), mark("their names, with ; between")),
    "highest": (mark("Highest of several rules"), mark("their names, with ; between")),
    "first": (mark("First of several rules that has a price"), mark("their names, with ; between")),
}
FAULTS = {
    "LIST_UNKNOWN": mark("There is no price list %(what)s."),
    "CONSTANT_UNKNOWN": mark("There is no price constant %(what)s."),
    "SEGMENT_UNKNOWN": mark("There is no customer group %(what)s."),
    "RULE_UNKNOWN": mark("There is no price rule %(what)s."),
    "CONTAINS_ITSELF": mark("The rule contains itself: %(what)s."),
    "TOO_DEEP": mark("The rules lie too deep in each other: %(what)s."),
    "NEEDS_A_PRICE": mark("Nothing has produced a price where this begins: %(what)s. Put a list before it."),
}
BUILT_IN = frozenset({"guests", "registered", "everybody"})
SAMPLE = 200


@dataclass(frozen=True, slots=True)
class Movement:
    """What an article costs now and would cost."""

    entry_id: int
    before: int | None
    after: int | None

    @property
    def part(self) -> float:
        return abs(self.after - self.before) / self.before if self.before and self.after is not None else 1.0


@get("/management/rules/{name:str}", permission="price.view", sync_to_thread=False)
def rule_page(request: Asked, name: str, version: int = 0, at: str = "") -> Response[str]:
    """One version of a rule as a tree; ``at`` opens an element in the form."""
    return _page(request, name, version, at=at)


@post("/management/rules/{name:str}/edit", permission="price.edit", sync_to_thread=True)
def edit(request: Asked, name: str, data: Form) -> Response[Any]:
    """Change, add, move or remove one element; what comes of it is kept as the rule's draft."""
    at_desk, place = desk_of(request), text(data, "at")
    version = int(text(data, "version") or "0")
    try:
        with house_of(request).commerce.database.write() as conn:
            base = _chosen(conn, at_desk.store.id, name, version)
            path = _edited(base.path, place, data)
            draft = pricing.save_draft(conn, at_desk.store.id, name, path, at_desk.user.logon_id, house_of(request).clock.now())
    except Error as error:
        status, errors = refused(error)
        return _page(request, name, version, at=place, errors=errors, status=status)
    return back(f"/management/rules/{quote(name)}?version={draft}", "saved")


@post("/management/rules/{name:str}/activate", permission="price.edit", sync_to_thread=True)
def activate(request: Asked, name: str, data: Form) -> Response[Any]:
    """Put a draft without faults in force, now or from a day on."""
    store, version = desk_of(request).store, int(text(data, "version") or "0")
    now = house_of(request).clock.now()
    try:
        starts_at = _day(text(data, "from"), now, store.time_zone)
        with house_of(request).commerce.database.write() as conn:
            chosen = _chosen(conn, store.id, name, version)
            faults = pricing.faults_of(pricing.read_rule(name, chosen.path), _known(conn, store.id))
            if faults:
                raise RuleFaulty(path="version", count=len(faults))
            pricing.activate(conn, store.id, name, version, starts_at)
    except Error as error:
        status, errors = refused(error)
        return _page(request, name, version, errors=errors, status=status)
    return back(f"/management/rules/{quote(name)}?version={version}", "saved")


@post("/management/rules/{name:str}/discard", permission="price.edit", sync_to_thread=True)
def discard(request: Asked, name: str, data: Form) -> Response[Any]:
    """Throw a draft away."""
    store = desk_of(request).store
    with house_of(request).commerce.database.write() as conn:
        pricing.discard_draft(conn, store.id, name, int(text(data, "version") or "0"))
    return back(f"/management/rules/{quote(name)}", "saved")


@get("/management/rules/{name:str}/compare", permission="price.view", sync_to_thread=False)
def compare(request: Asked, name: str, a: int = 0, b: int = 0) -> Response[str]:
    """Two versions of a rule, line beside line."""
    store = desk_of(request).store
    with house_of(request).commerce.database.read() as conn:
        versions = pricing.versions_of(conn, store.id, name)
        older, newer = _chosen(conn, store.id, name, a), _chosen(conn, store.id, name, b)
    words = [pricing.in_words(pricing.read_rule(name, one.path)) for one in (older, newer)]
    changes = tree.changes(*words)
    return show(request, "management/rule_compare.html", name=name, versions=versions, a=older, b=newer, changes=changes)


@get("/management/rules/{name:str}/preview", permission="price.view", sync_to_thread=True)
def preview(request: Asked, name: str, version: int = 0, contract: str = "", currency: str = "") -> Response[str]:
    """What would change for a sample of articles if this version were in force."""
    view = view_of(request)
    money = currency if currency in view.store.currencies else view.store.default_currency
    with house_of(request).commerce.database.read() as conn:
        chosen = _chosen(conn, view.store.id, name, version)
        now = pricing.terms_of(conn, view.store.id).at(view.at)
        changed = replace(now, rules=now.rules | {name: pricing.read_rule(name, chosen.path)})
        using = [one for one in now.contracts if _reaches(now, one, name, view.at)]
        by = next((one for one in using if one.identifier == contract), using[0] if using else None)
        faults = pricing.faults_of(changed.rules[name], _known(conn, view.store.id))
        moves: list[Movement] = []
        if by is not None and not faults:
            moves = _movements(conn, view, (now, changed), pricing.Occasion(view.store.id, money, view.at), by.identifier)
        facts = catalog.entries_by_ids(conn, view, {one.entry_id for one in moves})
    differing = sorted((one for one in moves if one.before != one.after), key=lambda one: -one.part)
    return show(
        request,
        "management/rule_preview.html",
        name=name,
        chosen=chosen,
        contracts=using,
        contract=by,
        money=money,
        faults=faults,
        told=FAULTS,
        sample=len(moves),
        counts={
            "same": sum(one.before == one.after for one in moves),
            "up": sum(1 for one in moves if one.before is not None and one.after is not None and one.after > one.before),
            "down": sum(1 for one in moves if one.before is not None and one.after is not None and one.after < one.before),
            "lost": sum(1 for one in moves if one.before is not None and one.after is None),
        },
        moves=differing[:50],
        facts=facts,
    )


class RuleFaulty(Invalid):
    code = "PRICE_RULE_FAULTY"
    message = "{path}: this version still has {count} faults. Put them right, then activate it."


class DayMalformed(Invalid):
    code = "BAD_DATE"
    message = "{path}: write a day that is not in the past, such as 2026-12-01."


def _edited(path: list[Any], place: str, data: dict[str, Any]) -> list[Any]:
    """The stored form after what the form asks for."""
    doing = text(data, "do")
    if doing == "remove":
        return tree.removed(path, place)
    if doing in ("up", "down"):
        return tree.moved(path, place, -1 if doing == "up" else 1)
    element = tree.element_of(text(data, "kind"), text(data, "value"))
    return tree.replaced(path, place, element) if doing == "change" else tree.inserted(path, place, element)


def _day(day: str, now: datetime, zone: str) -> datetime:
    if not day:
        return now
    try:
        found = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        raise DayMalformed(path="from") from None
    if found < now:
        raise DayMalformed(path="from")
    return found


def _chosen(conn: Connection, store_id: int, name: str, version: int) -> pricing.RuleVersion:
    """The version asked for; without one the draft, else the newest."""
    known = pricing.versions_of(conn, store_id, name)
    found = next((one for one in known if one.version == version), None) if version else (known[0] if known else None)
    if found is None:
        raise pricing.RuleNotFound(name=name, version=version)
    return found


def _known(conn: Connection, store_id: int) -> pricing.Known:
    terms = pricing.terms_of(conn, store_id)
    segments = BUILT_IN | {one.identifier for one in members.find_segments(conn)}
    return pricing.Known(terms.rules, frozenset(terms.lists), frozenset(terms.constants), segments)


def _reaches(terms: pricing.Terms, contract: Any, name: str, at: datetime) -> bool:
    """Whether a contract prices by a rule, by itself or through others."""
    rule = terms.rule_of(contract, at)
    seen: set[str] = set()
    waiting = [rule.name] if rule else []
    while waiting:
        one = waiting.pop()
        if one == name:
            return True
        if one not in seen and one in terms.rules:
            seen.add(one)
            waiting += terms.rules[one].nested()
    return False


def _movements(
    conn: Connection, view: catalog.View, terms: tuple[pricing.Terms, pricing.Terms], occasion: pricing.Occasion, contract: str
) -> list[Movement]:
    offers, _ = pricing.offers_of(conn, view.store.id, limit=SAMPLE * 6)
    entries = list(dict.fromkeys(one.entry_id for one in offers))[:SAMPLE]
    facts = catalog.entries_by_ids(conn, view, entries)
    wanted = [
        pricing.Wanted(one.id, one.part_number, 1, one.product_id, frozenset(one.group_ids))
        for one in facts.values()
        if one.type.atomic and not one.type.configured
    ]
    before, after = (pricing.prices_by(conn, each, occasion, contract, wanted) for each in terms)
    return [Movement(one.entry_id, was, is_) for one, was, is_ in zip(wanted, before, after, strict=True)]


def _page(
    request: Asked, name: str, version: int, *, at: str = "", errors: dict[str, str] | None = None, status: int = 200
) -> Response[str]:
    store = desk_of(request).store
    with house_of(request).commerce.database.read() as conn:
        versions = pricing.versions_of(conn, store.id, name)
        chosen = _chosen(conn, store.id, name, version)
        rule = pricing.read_rule(name, chosen.path)
        faults = pricing.faults_of(rule, _known(conn, store.id))
        lists = pricing.find_price_lists(conn, store.id)
        terms = pricing.terms_of(conn, store.id)
    return show(
        request,
        "management/rule.html",
        status=status,
        name=name,
        chosen=chosen,
        versions=versions,
        nodes=tree.tree_of(rule),
        faults=faults,
        told=FAULTS,
        at=at,
        opened=_opened(chosen.path, at),
        kinds=KINDS,
        errors=errors or {},
        lists=sorted(lists),
        rules=sorted(terms.rules),
        constants=sorted(terms.constants),
        in_force=[one.version for one in versions if one.in_force(house_of(request).clock.now())],
    )


def _opened(path: list[Any], place: str) -> tuple[str, str]:
    """What the form shows of the element at a place."""
    if not place:
        return "", ""
    holder: Any = path
    try:
        for step in place.split("/"):
            holder = holder[int(step)] if isinstance(holder, list) else holder[step]
    except (KeyError, IndexError, ValueError, TypeError):
        return "", ""
    return tree.typed_of(holder) if isinstance(holder, dict) else ("", "")


routes: list[Any] = [rule_page, edit, activate, discard, compare, preview]
