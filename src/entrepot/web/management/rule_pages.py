"""A price rule as a tree: read, changed element by element, checked, compared, tried on a sample, put in force."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from sqlalchemy.engine import Connection

from entrepot.commerce import catalog, members, pricing
from entrepot.commerce.history import note_change
from entrepot.commerce.pricing import tree
from entrepot.kernel.errors import Error
from entrepot.web.edge import house_of
from entrepot.web.i18n import mark, translator
from entrepot.web.management.catalogs import view_of
from entrepot.web.staff import Asked, Form, author_of, back, desk_of, refused, show, text

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
CONDITIONS = {
    "segments": (mark("The customer is in a segment"), mark("names with ; between")),
    "not_segments": (mark("The customer is in none of the segments"), mark("names with ; between")),
    "part_numbers": (mark("The article is one of"), mark("part numbers with ; between")),
    "not_part_numbers": (mark("The article is none of"), mark("part numbers with ; between")),
    "groups": (mark("The article is in a category"), mark("categories with ; between")),
    "lists": (mark("The article has a price in a list"), mark("price lists with ; between")),
    "quantity": (mark("The quantity is at least"), mark("such as 10, or 10-49")),
    "dates": (mark("The day is between"), mark("the first and the last: 2026-12-01 2026-12-24")),
    "hours": (mark("Days of the week and hours"), mark("1 is Monday: 1,2,3 09:00-17:00")),
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
    def percent(self) -> Decimal:
        """By how many percent it moves, for reading."""
        assert self.before and self.after is not None, "only a price that stays one moves by a part of itself"
        return round(Decimal(100 * (self.after - self.before)) / self.before, 1)

    @property
    def part(self) -> float:
        return abs(self.after - self.before) / self.before if self.before and self.after is not None else 1.0


@get("/management/rules/{name:str}", permission="price.view", sync_to_thread=False)
def rule_page(request: Asked, name: str, version: int = 0, at: str = "") -> Response[str]:
    """One version of a rule as a tree; ``at`` opens an element in the form."""
    return rule_shown(request, name, version, at=at)


@post("/management/rules/{name:str}/edit", permission="price.edit", sync_to_thread=True)
def edit(request: Asked, name: str, data: Form) -> Response[Any]:
    """Change, add, move or remove one element; what comes of it is kept as the rule's draft."""
    at_desk, place = desk_of(request), text(data, "at")
    version, author = version_of(data), author_of(request, data)
    try:
        with house_of(request).commerce.database.write() as conn:
            base = chosen_version(conn, at_desk.store.id, name, version)
            path = _edited(base.path, place, data, _ground(conn, view_of(request)))
            draft = pricing.save_draft(conn, at_desk.store.id, name, path, author.logon_id, author.at)
            after = chosen_version(conn, at_desk.store.id, name, draft)
            note_change(conn, author, ("rule", name), "drafted", facts_of(base), facts_of(after))
    except Error as error:
        return rule_shown(request, name, version, at=place, refusal=refused(error), typed=data)
    return back(f"/management/rules/{quote(name)}?version={draft}", "saved")


@get("/management/rules/{name:str}/compare", permission="price.view", sync_to_thread=False)
def compare(request: Asked, name: str, a: int = 0, b: int = 0) -> Response[str]:
    """Two versions of a rule, line beside line."""
    store = desk_of(request).store
    with house_of(request).commerce.database.read() as conn:
        versions = pricing.versions_of(conn, store.id, name)
        older, newer = chosen_version(conn, store.id, name, a), chosen_version(conn, store.id, name, b)
    gettext = translator(desk_of(request).locale).gettext
    words = [pricing.in_words(pricing.read_rule(name, one.path), gettext) for one in (older, newer)]
    changes = tree.changes(*words)
    return show(request, "management/rule_compare.html", name=name, versions=versions, a=older, b=newer, changes=changes)


@get("/management/rules/{name:str}/preview", permission="price.view", sync_to_thread=True)
def preview(request: Asked, name: str, version: int = 0, contract: str = "", currency: str = "") -> Response[str]:
    """What would change for a sample of articles if this version were in force."""
    view = view_of(request)
    money = currency if currency in view.store.currencies else view.store.default_currency
    with house_of(request).commerce.database.read() as conn:
        chosen = chosen_version(conn, view.store.id, name, version)
        now = pricing.terms_of(conn, view.store.id).at(view.at)
        changed = replace(now, rules=now.rules | {name: pricing.read_rule(name, chosen.path)})
        using = [one for one in now.contracts if _reaches(now, one, name, view.at)]
        by = next((one for one in using if one.identifier == contract), using[0] if using else None)
        faults = pricing.faults_of(changed.rules[name], known_of(conn, view.store.id))
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


@dataclass(frozen=True, slots=True)
class Ground:
    """What typed conditions are read against: the store's clock and the categories of its master catalog."""

    zone: str
    groups: dict[str, int]


def _ground(conn: Connection, view: catalog.View) -> Ground:
    master = next((one for one in catalog.catalogs_of(conn, view.store) if one.is_master), None)
    places = catalog.group_places(conn, view, master) if master is not None else []
    return Ground(view.store.time_zone, {one.identifier: one.id for one in places})


def _edited(path: list[Any], place: str, data: dict[str, Any], ground: Ground) -> list[Any]:
    """The stored form after what the form asks for."""
    doing = text(data, "do")
    if doing == "remove":
        return tree.removed(path, place)
    if doing in ("up", "down"):
        return tree.moved(path, place, -1 if doing == "up" else 1)
    if doing in ("branch", "path", "condition"):
        return _conditional(path, place, data, ground)
    element = tree.element_of(text(data, "kind"), text(data, "value"))
    return tree.replaced(path, place, element) if doing == "change" else tree.inserted(path, place, element)


def _conditional(path: list[Any], place: str, data: dict[str, Any], ground: Ground) -> list[Any]:
    """A new branch after an element, one more path of a branch, or another condition for a path."""
    doing = text(data, "do")
    when = pricing.condition_of(text(data, "if_kind"), text(data, "if_value"), ground.zone, ground.groups)
    if doing == "condition":
        return tree.replaced(path, f"{place}/when", when)
    then = _source(text(data, "then")) or {"list_price": True}
    if doing == "path":
        return tree.inserted(path, place, {"when": when, "then": [then]})
    return tree.inserted(path, place, pricing.branch_of(when, then, _source(text(data, "otherwise"))))


def _source(written: str) -> dict[str, Any] | None:
    """What a path begins with, from a choice such as ``list:Standard``; nothing where nothing was chosen."""
    kind, _, name = written.partition(":")
    return tree.element_of(kind, name) if kind in ("list", "rule", "list_price") else None


def version_of(data: dict[str, Any]) -> int:
    """The version a form is about; 0 is none in particular."""
    written = text(data, "version")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 9 else 0


def facts_of(one: pricing.RuleVersion) -> dict[str, Any]:
    """A version as the history keeps it: what it is made of; sentences are made of it in the language of whoever reads."""
    return {"path": one.path}


def chosen_version(conn: Connection, store_id: int, name: str, version: int) -> pricing.RuleVersion:
    """The version asked for; without one the draft, else the newest."""
    known = pricing.versions_of(conn, store_id, name)
    found = next((one for one in known if one.version == version), None) if version else (known[0] if known else None)
    if found is None:
        raise pricing.RuleNotFound(name=name, version=version)
    return found


def known_of(conn: Connection, store_id: int) -> pricing.Known:
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


def rule_shown(
    request: Asked,
    name: str,
    version: int,
    *,
    at: str = "",
    refusal: tuple[int, dict[str, str]] = (200, {}),
    typed: Form | None = None,
) -> Response[str]:
    """The page of a rule: its tree, the form of the chosen element, its versions and who uses it."""
    store = desk_of(request).store
    with house_of(request).commerce.database.read() as conn:
        versions = pricing.versions_of(conn, store.id, name)
        chosen = chosen_version(conn, store.id, name, version)
        rule = pricing.read_rule(name, chosen.path)
        faults = pricing.faults_of(rule, known_of(conn, store.id))
        lists = pricing.find_price_lists(conn, store.id)
        terms = pricing.terms_of(conn, store.id)
        groups = {key: one for one, key in _ground(conn, view_of(request)).groups.items()}
    opened, condition = _opened(chosen.path, at), _opened_condition(chosen.path, at, groups)
    if typed:
        opened = (text(typed, "kind"), text(typed, "value")) if "kind" in typed else opened
        condition = (text(typed, "if_kind"), text(typed, "if_value")) if "if_kind" in typed else condition
    return show(
        request,
        "management/rule.html",
        status=refusal[0],
        name=name,
        chosen=chosen,
        versions=versions,
        nodes=tree.tree_of(rule, translator(desk_of(request).locale).gettext),
        faults=faults,
        told=FAULTS,
        at=at,
        opened=opened,
        condition=condition,
        is_path=_is_path(at),
        kinds=KINDS,
        conditions=CONDITIONS,
        users=pricing.users_of(terms, name),
        errors=refusal[1],
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


def _is_path(place: str) -> bool:
    """Whether a place is a path of a branch, which has a condition, and not an element."""
    steps = place.split("/")
    return len(steps) >= 2 and steps[-2] == "branch" and steps[-1].isdigit()


def _opened_condition(path: list[Any], place: str, groups: dict[int, str]) -> tuple[str, str]:
    """What the form shows of the condition of a path."""
    if not _is_path(place):
        return "", ""
    holder: Any = path
    try:
        for step in (*place.split("/"), "when"):
            holder = holder[int(step)] if isinstance(holder, list) else holder[step]
    except (KeyError, IndexError, ValueError, TypeError):
        return "", ""
    return pricing.typed_condition(holder, groups)


routes: list[Any] = [rule_page, edit, compare, preview]
