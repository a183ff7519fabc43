"""The form of a promotion: conditions and rewards by the fields they themselves describe, and the terms in a sentence.

A new promotion starts inactive. Changed terms of an active one are a new version; orders that used it keep what they got.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from sqlalchemy.engine import Connection

from entrepot.commerce import catalog, promotions
from entrepot.commerce.history import note_change
from entrepot.kernel.errors import Error, Invalid, Refused
from entrepot.web.edge import house_of
from entrepot.web.i18n import mark, translator
from entrepot.web.management.contract_form import day_of, read_day
from entrepot.web.page import locale_of
from entrepot.web.parts import PartKind, Raw, at_inputs, entered, moved, parts_of, raw_of, read_parts
from entrepot.web.staff import Asked, Form, author_of, back, desk_of, refused, show, text

HERE = "/management/promotions/{identifier:str}/edit"
PLAIN = ("identifier", "level", "priority", "exclusivity", "trigger", "code", "starts_on", "ends_on", "reason")
LIMITS = ("limit_order", "limit_shopper", "limit_total")
LABELS = {
    "minimum_quantity": mark("At least so many units"),
    "minimum_spend": mark("At least so much spent"),
    "maximum_quantity": mark("At most so many units"),
    "maximum_spend": mark("At most so much spent"),
    "order_weight": mark("Weight of the order"),
    "bought_together": mark("Bought together"),
    "buyer_in_segment": mark("Customer in a segment"),
    "first_order": mark("First order"),
    "ships_to": mark("Ships to"),
    "ships_by": mark("Ships by"),
    "pays_by": mark("Paid by"),
    "percent_off": mark("Percent off, together"),
    "amount_off": mark("Amount off, together"),
    "percent_off_each": mark("Percent off each unit"),
    "amount_off_each": mark("Amount off each unit"),
    "fixed_price_each": mark("Fixed price for each unit"),
    "fixed_price_set": mark("Fixed price for a set"),
    "buy_some_get_some": mark("Buy some, get some of the same"),
    "buy_get": mark("Buy these, get those"),
    "cheapest_units": mark("Cheapest units of every so many"),
    "free_gift": mark("Free gift"),
    "coupon_for_later": mark("Coupon for another order"),
    "one_of_each_set": mark("Price for one of each"),
    "percent_by_quantity": mark("Percent by quantity"),
    "percent_by_spend": mark("Percent by spend"),
    "percent_off_spend_sets": mark("Percent off for every so much spent"),
    "shipping_amount_off": mark("Amount off shipping"),
    "shipping_fixed_price": mark("Fixed price for shipping"),
    "shipping_percent_off": mark("Percent off shipping"),
}


class IdentifierTaken(Refused):
    code = "PROMOTION_TAKEN"
    message = mark("There is a promotion {promotion} already. Choose another identifier.")


class CodeTaken(Refused):
    code = "PROMOTION_CODE_TAKEN"
    message = mark("The code {code} belongs to {promotion}. Choose another one.")


@dataclass(frozen=True, slots=True)
class Entered:
    """What stands in the form."""

    plain: dict[str, str]
    texts: dict[str, tuple[str, str]]
    conditions: list[Raw]
    rewards: list[Raw]
    settings: Raw


@get("/management/new-promotion", permission="promotion.edit", sync_to_thread=False)
def new_page(request: Asked) -> Response[str]:
    """The form for a new promotion."""
    blank = dict.fromkeys((*PLAIN, *LIMITS), "") | {"level": "product", "trigger": "automatic", "exclusivity": "0"}
    return _form(request, "", Entered(blank, {}, [], [], raw_of({}, promotions.settings_fields())))


@post("/management/new-promotion", permission="promotion.edit", sync_to_thread=False)
def create(request: Asked, data: Form) -> Response[Any]:
    """Store a new promotion, inactive at first, or go on with its form."""
    return _taken(request, "", data)


@get(HERE, permission="promotion.edit", sync_to_thread=False)
def edit_page(request: Asked, identifier: str) -> Response[str]:
    """The form with a promotion's present terms."""
    store = desk_of(request).store
    with house_of(request).commerce.database.read() as conn:
        row = _stored(conn, store.id, identifier)
    zone = store.time_zone
    plain = {name: str(row[name] if row[name] is not None else "") for name in PLAIN if name in row}
    plain |= {"starts_on": day_of(row["starts_at"], zone), "ends_on": day_of(row["ends_at"], zone, last=True), "reason": ""}
    plain |= {name: "" if row[name] < 0 else str(row[name]) for name in LIMITS}
    texts = {language: (name, description) for language, (name, description) in row["texts"].items()}
    conditions = [raw_of(one, promotions.fields_of(one["type"])) for one in row["conditions"]]
    rewards = [raw_of(one, promotions.fields_of(one["type"])) for one in row["rewards"]]
    settings = raw_of(row["settings"], promotions.settings_fields())
    return _form(request, identifier, Entered(plain, texts, conditions, rewards, settings))


@post(HERE, permission="promotion.edit", sync_to_thread=False)
def change(request: Asked, identifier: str, data: Form) -> Response[Any]:
    """Give the promotion new terms, or go on with its form."""
    return _taken(request, identifier, data)


def _taken(request: Asked, identifier: str, data: Form) -> Response[Any]:
    """What becomes of a sent form: a part more or less, a preview, its faults, or a stored promotion."""
    do, gettext = text(data, "do"), translator(locale_of(request)).gettext
    languages = desk_of(request).store.languages
    form = Entered(
        {name: text(data, name) for name in (*PLAIN, *LIMITS)},
        {one: (text(data, f"name.{one}")[:254], text(data, f"description.{one}")[:4000]) for one in languages},
        moved(entered(data, "conditions"), do, "conditions", text(data, "add_conditions")),
        moved(entered(data, "rewards"), do, "rewards", text(data, "add_rewards")),
        next(iter(entered(data, "settings")), {}),
    )
    if do.startswith(("add:", "remove:")):
        return _form(request, identifier, form)
    kinds = _kinds(promotions.condition_kinds()), _kinds(promotions.reward_kinds())
    conditions = read_parts(parts_of(form.conditions, kinds[0], "conditions"), gettext)
    rewards = read_parts(parts_of(form.rewards, kinds[1], "rewards"), gettext)
    settings = read_parts([*parts_of([form.settings | {"type": "settings"}], _settings(), "settings")], gettext)
    errors = conditions.errors | rewards.errors | settings.errors
    if errors:
        return _form(request, identifier, form, errors, status=422)
    try:
        row = _row(form, desk_of(request).store.time_zone, identifier or form.plain["identifier"])
        said = {name: value for name, value in settings.documents[0].items() if name != "type"}
        row |= {"conditions": conditions.documents, "rewards": rewards.documents, "settings": said}
        if do == "preview":
            return _form(request, identifier, form, preview=_sentence(row, gettext))
        _store(request, row, data, new=not identifier)
    except Error as error:
        names = ("identifier", "priority", "code", "starts_on", "ends_on", "conditions", "rewards", "settings", "reason", *LIMITS)
        status, errors = refused(error, {name: name for name in names})
        return _form(request, identifier, form, at_inputs(str(error.attributes.get("path", "")), errors), status=status)
    return back(f"/management/promotions/{quote(row['identifier'])}", "saved")


def _row(form: Entered, zone: str, identifier: str) -> dict[str, Any]:
    """The promotion's plain terms as they are stored."""
    plain = form.plain
    if not identifier.replace("-", "").replace(".", "").replace("_", "").isalnum() or len(identifier) > 128:
        problem = "1 to 128 letters, digits, dots, hyphens and underscores"
        raise promotions.PromotionMalformed(path="identifier", problem=problem)
    if plain["trigger"] == "public_code" and not plain["code"]:
        raise promotions.PromotionMalformed(path="code", problem="write the code that brings it in")
    return {
        "identifier": identifier,
        "level": str(promotions.Level(plain["level"] or "product")),
        "priority": _whole(plain["priority"] or "0", "priority"),
        "exclusivity": int(promotions.Exclusivity(_whole(plain["exclusivity"] or "0", "exclusivity"))),
        "trigger": str(promotions.Trigger(plain["trigger"] or "automatic")),
        "code": promotions.canonical_code(plain["code"]) if plain["trigger"] == "public_code" else None,
        "starts_at": read_day(plain["starts_on"], zone, "starts_on"),
        "ends_at": read_day(plain["ends_on"], zone, "ends_on", after=True),
        "texts": {language: [name, description] for language, (name, description) in form.texts.items() if name},
        **{name: _whole(plain[name], name) if plain[name] else -1 for name in LIMITS},
    }


def _whole(written: str, path: str) -> int:
    if not written.isascii() or not written.isdigit() or len(written) > 9:
        raise NotWhole(path=path)
    return int(written)


class NotWhole(Invalid):
    code = "BAD_NUMBER"
    message = mark("{path}: write a whole number.")


def _store(request: Asked, row: dict[str, Any], data: Form, *, new: bool) -> None:
    store, identifier = desk_of(request).store, row["identifier"]
    with house_of(request).commerce.database.write() as conn:
        known = promotions.stored_promotions(conn, store.id)
        if new and identifier in known:
            raise IdentifierTaken(promotion=identifier, path="identifier")
        other = next(
            (one for name, one in known.items() if row["code"] and one["code"] == row["code"] and name != identifier), None
        )
        if other is not None:
            raise CodeTaken(code=row["code"], promotion=other["identifier"], path="code")
        before = {} if new else _stored(conn, store.id, identifier)
        after = row if new else _as_it_was(before, row)
        told = {name: value for name, value in after.items() if name != "identifier"}
        if new or any(before[name] != value for name, value in told.items()):
            promotions.put_promotions(conn, store.id, [after | {"status": before.get("status", "inactive")}])
            one = promotions.find_promotion(conn, store.id, identifier=identifier)
            if before.get("status") == "active" and one is not None:
                promotions.require_ready(conn, catalog.View(store, store.default_language, house_of(request).clock.now()), one)
            action, was = "created" if new else "changed", {name: before.get(name) for name in told}
            note_change(conn, author_of(request, data), ("promotion", identifier), action, was, told)


def _as_it_was(before: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """The new terms, each written as it was where it still means the same, so that a new version means new terms."""
    readers = {
        "conditions": promotions.read_conditions,
        "rewards": promotions.read_rewards,
        "settings": promotions.read_settings,
    }
    same = [name for name, read in readers.items() if read(before[name]) == read(row[name])]
    return row | {name: before[name] for name in same}


def _stored(conn: Connection, store_id: int, identifier: str) -> dict[str, Any]:
    found = promotions.stored_promotions(conn, store_id).get(identifier)
    if found is None:
        raise promotions.PromotionUnknown(promotion=identifier)
    return found


def _sentence(row: dict[str, Any], gettext: Any) -> str:
    """The terms as the promotion itself tells them."""
    return promotions.Promotion(
        id=0,
        identifier=row["identifier"],
        version=0,
        level=promotions.Level(row["level"]),
        conditions=promotions.read_conditions(row["conditions"]),
        rewards=promotions.read_rewards(row["rewards"]),
        settings=promotions.read_settings(row["settings"]),
    ).sentence(gettext)


def _kinds(tags: tuple[str, ...]) -> dict[str, PartKind]:
    return {tag: PartKind(tag, LABELS.get(tag, tag), promotions.fields_of(tag)) for tag in tags}


def _settings() -> dict[str, PartKind]:
    return {"settings": PartKind("settings", mark("Settings"), promotions.settings_fields())}


def _form(request: Asked, identifier: str, form: Entered, errors: dict[str, str] | None = None, **more: Any) -> Response[str]:
    store = desk_of(request).store
    kinds = _kinds(promotions.condition_kinds()), _kinds(promotions.reward_kinds())
    context: dict[str, Any] = {"preview": "", "status": 200} | more
    return show(
        request,
        "management/promotion_form.html",
        identifier=identifier,
        plain=form.plain,
        texts={language: form.texts.get(language, ("", "")) for language in store.languages},
        conditions=parts_of(form.conditions, kinds[0], "conditions"),
        rewards=parts_of(form.rewards, kinds[1], "rewards"),
        settings=parts_of([form.settings | {"type": "settings"}], _settings(), "settings")[0],
        condition_kinds=list(kinds[0].values()),
        reward_kinds=list(kinds[1].values()),
        levels=list(promotions.Level),
        triggers=list(promotions.Trigger),
        currencies=store.currencies,
        errors=errors or {},
        **context,
    )


routes: list[Any] = [new_page, create, edit_page, change]
