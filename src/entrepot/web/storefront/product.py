"""The page of an article: what it is, which of its kind, what it costs and why, whether it can be had.

One template for items, products, kits and bundles; what differs is what the buy box asks. The box is also what
htmx swaps when a choice is made, and what comes back with the messages at the fields when adding fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy.engine import Connection

from entrepot.commerce import capture, catalog, pricing
from entrepot.commerce.catalog import EntryType
from entrepot.kernel.errors import Error
from entrepot.web import defined_kits, kit_launch, shop
from entrepot.web.pages import Link
from entrepot.web.storefront import choosing, words
from entrepot.web.storefront.choosing import FIELD, Choice, Fault, field_of
from entrepot.web.storefront.configured import off_to
from entrepot.web.storefront.frame import Form, Front, front_of, go, keep_secret, kept, page_of, show
from entrepot.web.storefront.kit_prices import card_prices, default_price
from entrepot.web.storefront.pictures import picture_of
from entrepot.web.storefront.stock_words import StockWords, stock_words, worst
from entrepot.web.storefront.told import Told


@dataclass(frozen=True, slots=True)
class View:
    """An article with the prices of its items, its content and its neighbors."""

    product: catalog.ProductView
    prices: dict[int, shop.Shown]
    members: tuple[catalog.ProductView, ...] = ()

    @property
    def is_bundle(self) -> bool:
        return self.product.facts.type is EntryType.BUNDLE


@dataclass(frozen=True, slots=True)
class Member:
    """One article of a bundle or kit: what it is, which of its kind."""

    facts: catalog.EntryFacts
    quantity: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """What the shopper has chosen so far; faults come from an attempt to add it."""

    chosen: Mapping[str, str] = field(default_factory=dict)
    quantity: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Everything the buy box and the gallery show for one wish."""

    item: catalog.EntryFacts | None
    choices: tuple[Choice, ...]
    members: tuple[Member, ...]
    chosen: Mapping[str, str]
    price: shop.Shown | None
    stock: StockWords | None
    sold_out: bool
    reasons: tuple[pricing.Considered, ...]
    pictures: tuple[Link, ...]
    picture: str | None
    quantity: str
    errors: dict[str, str]
    faults: dict[str, Fault]
    suggested: bool = False


@get("/products/{part_number:str}", permission="public", sync_to_thread=True)
def product(request: Request[Any, Any, Any], part_number: FromPath[str]) -> Response[str]:
    """The article with the values chosen in the address."""
    front = front_of(request)
    chosen = {name.removeprefix(FIELD): value for name, value in request.query_params.items() if name.startswith(FIELD)}
    return product_page(front, part_number, Wish(chosen, request.query_params.get("quantity", "")[:20]))


def product_page(front: Front, part_number: str, wish: Wish, status: int = 200) -> Response[str]:
    """The page of an article for one wish; with faults it says what has to be chosen otherwise."""
    with front.house.commerce.database.read() as conn:
        now = front.visit(conn)
        view = kept(conn, now, ("product", part_number), lambda: _load(conn, now, part_number))
        page = page_of(front, conn, now)
        crumbs = _crumbs(front, conn, now, view.product)
        box = _box(front, conn, now, view, wish)
    box = _with_stock(front, view, box)
    template = "storefront/product_main.html" if front.is_fragment else "storefront/product.html"
    return show(front, template, page, status, view=view.product, prices=view.prices, box=box, crumbs=crumbs)


def _load(conn: Connection, now: capture.Visit, part_number: str) -> View:
    view = catalog.product_view(conn, now.view, part_number)
    ids = [
        view.facts.id,
        *(item.id for item in view.items),
        *(one.facts.id for one in view.components),
    ]
    prices = shop.shown_prices(conn, now, ids) | card_prices(conn, now, [one.entry for one in view.associations])
    members: tuple[catalog.ProductView, ...] = ()
    if view.facts.type is EntryType.BUNDLE:
        members = tuple(catalog.product_view(conn, now.view, one.facts.part_number) for one in view.components)
    if view.facts.id not in prices:
        price = default_price(conn, now, view)
        if price is not None:
            lowest = view.facts.type.configured or any(prices[one.facts.id].lowest for one in members)
            prices[view.facts.id] = shop.Shown(price, None, lowest)
    return View(view, prices, members)


def _crumbs(front: Front, conn: Connection, now: capture.Visit, view: catalog.ProductView) -> list[Link]:
    home = view.facts.group_identifiers[-1] if view.facts.group_identifiers else ""
    links = [Link(front.words.gettext("Start"), front.url("/"))]

    def path() -> tuple[catalog.GroupLink, ...]:
        try:
            chosen = catalog.find_catalog(conn, now.store)
            return catalog.category_page(conn, now.view, chosen, home, catalog.Paging(size=1)).breadcrumb
        except (catalog.CategoryNotFound, catalog.CatalogNotInStore):
            return ()

    above = kept(conn, now, ("way", home), path) if home else ()
    links += [Link(one.name, front.url(f"/categories/{quote(one.identifier)}")) for one in above]
    return [*links, Link(view.facts.name, "")]


def _box(front: Front, conn: Connection, now: capture.Visit, view: View, wish: Wish) -> Box:
    product = view.product
    link = _linker(front, product.facts.part_number)
    chosen = dict(wish.chosen)
    if product.selected is not None and not chosen:
        own = next((one for one in product.candidates if one.entry_id == product.selected.id), None)
        chosen = dict(own.values) if own else {}
    faults = list(wish.faults)
    members: tuple[Member, ...] = ()
    choices: tuple[Choice, ...] = ()
    item: catalog.EntryFacts | None = None
    if view.is_bundle:
        members, chosen = _members(view, chosen, link)
    elif product.candidates and product.defining:
        faults += _address_faults(product, chosen, link) if not faults else []
        chosen = choosing.settled(product.resolution, chosen)
        item, chosen = _chosen_item(product, chosen)
        choices = choosing.choices_of(product.resolution, chosen, link)
    elif product.facts.type is EntryType.PRODUCT:
        item = product.items[0] if len(product.items) == 1 else None
    else:
        item = product.facts
    shown = view.prices.get(item.id) if item is not None else None
    return Box(
        item=item,
        choices=choices,
        members=members,
        chosen={f"{FIELD}{name}": value for name, value in chosen.items()},
        price=shown or view.prices.get(product.facts.id),
        stock=None,
        sold_out=False,
        reasons=_reasons(conn, now, item) if item is not None and not item.type.configured else (),
        pictures=_pictures(product, chosen, link) if choices else (),
        picture=picture_of(_picture(product, chosen, item)),
        quantity=wish.quantity or product.facts.step.format(1),
        errors=_errors(front, wish.errors, faults),
        faults={one.field: one for one in faults},
        suggested=product.facts.id in view.prices and defined_kits.is_suggested(front.house, product),
    )


def _linker(front: Front, part_number: str) -> choosing.Link:
    base = front.url(f"/products/{quote(part_number)}")

    def link(chosen: Mapping[str, str]) -> str:
        return f"{base}?{urlencode({FIELD + name: value for name, value in chosen.items()})}" if chosen else base

    return link


def _members(view: View, chosen: Mapping[str, str], link: choosing.Link) -> tuple[tuple[Member, ...], dict[str, str]]:
    """The bundle's members with their choices; a member's attributes are named after it."""
    known: dict[str, str] = {}
    for one in view.members:
        prefix = f"{one.facts.part_number}."
        own = {name.removeprefix(prefix): value for name, value in chosen.items() if name.startswith(prefix)}
        known |= {prefix + name: value for name, value in choosing.settled(one.resolution, own).items()}

    def member(line: catalog.ContentLine, one: catalog.ProductView) -> Member:
        prefix = f"{one.facts.part_number}."
        own = {name.removeprefix(prefix): value for name, value in known.items() if name.startswith(prefix)}
        others = {name: value for name, value in known.items() if not name.startswith(prefix)}

        def own_link(values: Mapping[str, str]) -> str:
            return link({**others, **{prefix + name: value for name, value in values.items()}})

        choices = choosing.choices_of(one.resolution, own, own_link, one.facts.part_number) if one.candidates else ()
        return Member(line.facts, line.quantity, choices)

    return tuple(member(line, one) for line, one in zip(view.product.components, view.members, strict=True)), known


def _address_faults(product: catalog.ProductView, chosen: Mapping[str, str], link: choosing.Link) -> list[Fault]:
    """What is wrong with a choice that came by address; one that is only incomplete is not wrong yet."""
    try:
        catalog.resolve_sku(product.resolution, chosen)
    except catalog.IncorrectAttribute as error:
        return list(choosing.faults_of(error, product.resolution, link))
    except Error:
        return []
    return []


def _chosen_item(product: catalog.ProductView, chosen: dict[str, str]) -> tuple[catalog.EntryFacts | None, dict[str, str]]:
    """The item meant, and the choice with whatever follows from it filled in."""
    try:
        found = catalog.resolve_sku(product.resolution, chosen)
    except Error:
        return None, chosen
    return next((one for one in product.items if one.id == found.entry_id), None), dict(found.values)


def _picture(product: catalog.ProductView, chosen: Mapping[str, str], item: catalog.EntryFacts | None) -> str | None:
    """The picture of what is chosen, of the first that fits an unfinished choice, else of the article."""
    if item is not None and item.thumbnail:
        return item.thumbnail
    fitting = [one.entry_id for one in product.candidates if all(one.values.get(k) == v for k, v in chosen.items())]
    for one in product.items:
        if chosen and one.id in fitting and one.thumbnail:
            return one.thumbnail
    return product.full_image or product.facts.thumbnail


def _pictures(product: catalog.ProductView, chosen: Mapping[str, str], link: choosing.Link) -> tuple[Link, ...]:
    """The pictures of the items, each once, leading to the value that makes the difference."""
    pictures: dict[str, set[str]] = {}
    for attribute in product.defining:
        for value in attribute.values:
            name, wanted = attribute.identifier, value.identifier
            own = {item.thumbnail or "" for item, one in _with_values(product) if one.get(name) == wanted}
            pictures.setdefault(attribute.identifier, set()).update(own if len(own) == 1 else {""})
    telling = next((name for name, found in pictures.items() if len(found - {""}) > 1), None)
    if telling is None:
        return ()
    links = []
    for value in next(one for one in product.defining if one.identifier == telling).values:
        picture = next((i.thumbnail for i, one in _with_values(product) if one.get(telling) == value.identifier), None)
        address = picture_of(picture)
        option = {**chosen, telling: value.identifier}
        if not any(all(one.get(k) == v for k, v in option.items()) for _, one in _with_values(product)):
            option = {telling: value.identifier}
        if address:
            links.append(Link(value.text, link(option), icon=address))
    return tuple(links)


def _with_values(product: catalog.ProductView) -> list[tuple[catalog.EntryFacts, Mapping[str, str]]]:
    items = {one.id: one for one in product.items}
    return [(items[one.entry_id], one.values) for one in product.candidates if one.entry_id in items]


def _reasons(conn: Connection, now: capture.Visit, item: catalog.EntryFacts) -> tuple[pricing.Considered, ...]:
    """Every contract that was looked at for this price, the one that won first."""
    occasion = pricing.Occasion(now.store.id, now.currency, now.at, now.customer, trace=True)
    wanted = pricing.Wanted(item.id, item.part_number, 1, item.product_id, item.group_ids)
    found = pricing.entitled_prices(conn, occasion, [wanted])[0]
    won = found.contract if isinstance(found, pricing.Entitled) else ""
    return tuple(sorted(found.considered, key=lambda one: one.contract != won))


def _errors(front: Front, errors: Mapping[str, str], faults: list[Fault]) -> dict[str, str]:
    """Messages by field: what came with the form, and the choices that cannot be taken."""
    _ = front.words.gettext
    found = dict(errors)
    for fault in faults:
        if fault.code == catalog.MissingAttribute.code:
            found[fault.field] = _("Please choose: %(names)s") % {"names": fault.names}
        elif fault.near:
            found[fault.field] = _("This combination is not made.")
        else:
            found[fault.field] = _("There is no such value. Please choose one of these.")
    return found


def _with_stock(front: Front, view: View, box: Box) -> Box:
    """Ask what can be had of what is chosen; of a bundle the scarcest member decides."""
    facts = view.product.facts
    if box.item is not None and not box.item.type.configured and box.item.policy.track_inventory != "N":
        numbers = [box.item.part_number]
    elif view.is_bundle:
        numbers = [one.facts.part_number for one in box.members if one.facts.type is not EntryType.PRODUCT]
    else:
        return box
    found = shop.stock_of(front.house, front.store, numbers)
    stock = worst(found.values())
    sold_out = stock is not None and stock.status == "Unavailable" and facts.type is not EntryType.BUNDLE
    return replace(box, stock=stock_words(stock, front.words, front.locale), sold_out=sold_out)


def add_refused(front: Front, part_number: str, wish: Wish, error: Error) -> Response[str]:
    """The page of the article again, with what was entered and why it could not be added."""
    faults: tuple[Fault, ...] = ()
    errors: dict[str, str] = {}
    if isinstance(error, catalog.MissingAttribute | catalog.IncorrectAttribute):
        faults = _faults_of(front, part_number, wish, error)
    if not faults:
        path = str(error.attributes.get("path", ""))
        errors["quantity" if path.endswith("quantity") else ""] = words.sentence(error, front.locale)
    status = 409 if error.kind == "conflict" else 422
    return product_page(front, part_number, replace(wish, errors=errors, faults=faults), status)


def _faults_of(front: Front, part_number: str, wish: Wish, error: Error) -> tuple[Fault, ...]:
    link = _linker(front, part_number)
    with front.house.commerce.database.read() as conn:
        now = front.visit(conn)
        view = catalog.product_view(conn, now.view, str(error.attributes["part_number"]))
    if view.facts.part_number == part_number or view.selected is not None:
        return choosing.faults_of(error, view.resolution, link)
    prefix = f"{view.facts.part_number}."
    others = {name: value for name, value in wish.chosen.items() if not name.startswith(prefix)}

    def own_link(values: Mapping[str, str]) -> str:
        return link({**others, **{prefix + name: value for name, value in values.items()}})

    return choosing.faults_of(error, view.resolution, own_link, view.facts.part_number)


@post("/products/{part_number:str}/as-suggested", permission="public", sync_to_thread=True, status_code=303)
def take_suggestion(request: Request[Any, Any, Any], part_number: FromPath[str], data: Form) -> Response[str]:
    """Put a predefined kit into the cart with what is suggested for it."""
    front = front_of(request)
    try:
        _, secret = defined_kits.order_as_suggested(front.house, front.caller, part_number, "1")
    except catalog.CatalogEntryNotFound:
        raise
    except Error as error:
        return product_page(front, part_number, Wish(errors={"": words.sentence(error, front.locale)}), 422)
    return keep_secret(front, go(front, "/cart", Told(front.words.gettext("It is in your cart."))), secret)


@post("/products/{part_number:str}/configure", permission="public", sync_to_thread=True, status_code=303)
def configure(request: Request[Any, Any, Any], part_number: FromPath[str], data: Form) -> Response[str]:
    """Send the shopper to the configurator with this kit; it comes back to the cart."""
    front = front_of(request)
    try:
        launched = kit_launch.launch(front.house, front.caller, part_number, front.url("/cart/configured"))
    except (capture.NoModel, kit_launch.ConfiguratorNotConnected, catalog.NotBuyable) as error:
        return product_page(front, part_number, Wish(errors={"": words.sentence(error, front.locale)}), 422)
    return off_to(front, launched)


__all__ = ["Wish", "add_refused", "configure", "field_of", "product", "product_page", "take_suggestion"]
