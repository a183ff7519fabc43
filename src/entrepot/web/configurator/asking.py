"""What the configurator asks commerce: the items of a model, their prices, and the price of the kit as it stands.

Items are kept for ten minutes and prices for one; the kit's price is asked at every step, because price rules of
a kit are not the sum of its parts, and at the date of the parts' prices, so that both are of one moment. An item
commerce does not sell is an option that cannot be chosen.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from entrepot import configurator
from entrepot.kernel.errors import Error
from entrepot.kernel.money import parse_price
from entrepot.web.house import House

T = TypeVar("T")
ITEMS_FOR = 600.0
PRICES_FOR = 60.0
MAX_ASKED = 400
MAX_KEPT = 200


@dataclass(frozen=True, slots=True)
class Item:
    """A part as commerce describes it."""

    name: str
    note: str
    picture: str
    sellable: bool


@dataclass(frozen=True, slots=True)
class Answers:
    """What commerce said. Without prices the page goes on; ``kit`` is the price that counts."""

    items: dict[str, Item] = field(default_factory=dict)
    prices: dict[str, int] = field(default_factory=dict)
    kit: int | None = None
    #: What is known of the kits inside, by class and option.
    kits: dict[tuple[str, str], Answers] = field(default_factory=dict)

    def has(self, part: str) -> bool:
        """Whether a part can be had; when nobody answered, everything may be."""
        return not part or not self.items or (part in self.items and self.items[part].sellable)


class _Kept(Generic[T]):
    """A few answers, each good for a while; one asks anew, and until then the others go on with what there was.

    An answer that comes out as before stays the same object, so that what was made of it stays, too.
    """

    def __init__(self, seconds: float, renewed: Callable[[T, T], T]) -> None:
        self._seconds = seconds
        self._renewed = renewed
        self._found: OrderedDict[Any, tuple[float, T]] = OrderedDict()
        self._asking: dict[Any, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Any, ask: Callable[[], T]) -> T:
        known = self._found.get(key)
        if known is not None and (known[0] > time.monotonic() or key in self._asking):
            return known[1]
        with self._lock:
            mine = self._asking.setdefault(key, threading.Lock())
        with mine:
            again = self._found.get(key)
            if again is not None and again is not known:
                return again[1]
            try:
                found = ask()
            finally:
                self._asking.pop(key, None)
            found = found if known is None else self._renewed(known[1], found)
            with self._lock:
                self._found[key] = (time.monotonic() + self._seconds, found)
                while len(self._found) > MAX_KEPT:
                    self._found.popitem(last=False)
            return found

    def peek(self, key: Any) -> T | None:
        """The answer, where nobody has to wait for it."""
        known = self._found.get(key)
        return known[1] if known is not None and (known[0] > time.monotonic() or key in self._asking) else None

    def clear(self) -> None:
        self._found.clear()


@dataclass(frozen=True, slots=True)
class Priced:
    """The prices of parts, and the date they are of."""

    prices: dict[str, int]
    date: str

    def renewed(self, now: Priced) -> Priced:
        return Priced(self.prices, now.date) if self.prices == now.prices else now


_items: _Kept[dict[str, Item]] = _Kept(ITEMS_FOR, lambda before, now: before if before == now else now)
_prices: _Kept[Priced] = _Kept(PRICES_FOR, Priced.renewed)


def forget() -> None:
    """Ask anew for everything; for whoever has just changed the catalog."""
    _items.clear()
    _prices.clear()


def ask(house: House, session: configurator.Session, taken: configurator.Picks) -> Answers:
    """Everything a page needs of commerce; what is not answered is left out."""
    prices, kit = ask_prices(house, session, taken)
    inside = {place: _ask_inside(house, one) for place, one in session.inside(taken).items()}
    return Answers(items_of(house, session), prices, kit, inside)


def _ask_inside(house: House, kit: configurator.Session) -> Answers:
    """Items and prices of a kit inside; what it costs by itself is not asked, it is priced with the kit around it."""
    try:
        prices = _priced(house, kit).prices
    except Error:
        prices = {}
    inside = {place: _ask_inside(house, one) for place, one in kit.inside(kit.view().taken).items()}
    return Answers(items_of(house, kit), prices, None, inside)


async def ask_beside(house: House, session: configurator.Session, taken: configurator.Picks) -> Answers:
    """The same for whoever serves others meanwhile, of a kit without kits inside."""
    items, priced = _items.peek(_items_key(house, session)), _prices.peek(_prices_key(house, session))
    components = kit_components(session, taken)
    if items is None or priced is None or not components:
        return await asyncio.to_thread(ask, house, session, taken)
    if session.configuration.parent:
        return Answers(items, priced.prices)
    try:
        answer = await house.requests.ask("GetItemPrice", _kit_question(session.launch, components, priced.date))
    except Error:
        return Answers(items)
    return Answers(items, priced.prices, _kit_price(answer))


def ask_prices(house: House, session: configurator.Session, taken: configurator.Picks) -> tuple[dict[str, int], int | None]:
    """The additive prices of the parts, and the kit's own price."""
    components = kit_components(session, taken)
    try:
        priced = _priced(house, session)
        alone = not session.configuration.parent  # A kit inside another is priced with it, by that one's rules.
        kit = _ask_kit(house, session.launch, components, priced.date) if components and alone else None
    except Error:
        return {}, None
    return priced.prices, kit


def ask_names(house: House, launch: configurator.Launch, items: list[str]) -> dict[str, str]:
    """The names of articles in the shop; none while commerce does not answer."""
    try:
        return {number: item.name for number, item in _ask_items(house, launch, items).items()}
    except Error:
        return {}


def items_of(house: House, session: configurator.Session) -> dict[str, Item]:
    """The items of a session's model and its kit; none while commerce does not answer."""
    launch, compiled = session.launch, session.compiled
    try:
        return _items.get(_items_key(house, session), lambda: _ask_items(house, launch, parts_of(compiled, launch.item)))
    except Error:
        return {}


def _priced(house: House, session: configurator.Session) -> Priced:
    """The prices of a model's parts; a kit inside costs what its parts cost as it stands."""
    launch, compiled = session.launch, session.compiled
    priced = _prices.get(_prices_key(house, session), lambda: _ask_prices(house, launch, parts_of(compiled)))
    if not session.kits:
        return priced
    inside: dict[str, int] = {}
    for kit in session.kits.values():
        own = _priced(house, kit).prices
        parts = configurator.parts_in(kit.composed(kit.view().taken))
        inside |= own | {kit.launch.item: sum(own.get(part, 0) * pieces for part, pieces in parts)}
    known, alone = ("with kits", id(priced.prices), tuple(inside.items())), priced.prices
    return Priced(compiled.kept.get(known, alone, lambda: alone | inside), priced.date)


def parts_of(compiled: configurator.Compiled, *more: str) -> list[str]:
    """Every part number of a model."""
    classes = compiled.model.classes
    numbers = [one.part for one in classes] + [item.part for one in classes for item in one.items]
    return list(dict.fromkeys(number for number in (*more, *numbers) if number))


def kit_components(session: configurator.Session, taken: configurator.Picks) -> list[dict[str, str]]:
    """The taken parts with their quantity per kit, the kits inside taken apart."""
    if session.kits:
        parts = configurator.parts_in(session.composed(taken))
    else:
        parts = configurator.components(session.compiled, taken)
    return [{"ItemID": part, "Quantity": str(quantity)} for part, quantity in parts]


def _common(launch: configurator.Launch) -> dict[str, Any]:
    common = {"OrganizationCode": launch.organization, "Currency": launch.currency, "BuyerUserId": launch.buyer}
    return common | ({"ContractId": launch.contract} if launch.contract else {})


def _ask_items(house: House, launch: configurator.Launch, parts: list[str]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for some in _portions(parts):
        question = {
            "OrganizationCode": launch.organization,
            "LocaleCode": launch.locale,
            "Items": [{"ItemID": part} for part in some],
        }
        for one in house.requests.request("GetItemList", question)["Items"]:
            found[one["ItemID"]] = Item(
                one.get("DisplayName") or one["ItemID"],
                one.get("ShortDescription") or "",
                one.get("ImageID") or "",
                one.get("IsSellable", "Y") == "Y",
            )
    return found


def _ask_prices(house: House, launch: configurator.Launch, parts: list[str]) -> Priced:
    found: dict[str, int] = {}
    date = house.clock.now().isoformat()
    for some in _portions(parts):
        items = [{"ItemID": part, "Quantity": "1"} for part in some]
        answer = house.requests.request("GetItemPrice", _common(launch) | {"PricingDate": date, "Items": items})
        found |= {one["ItemID"]: parse_price(one["UnitPrice"]) for one in answer["Items"] if one.get("UnitPrice")}
    return Priced(found, date)


def _ask_kit(house: House, launch: configurator.Launch, components: list[dict[str, str]], date: str) -> int | None:
    return _kit_price(house.requests.request("GetItemPrice", _kit_question(launch, components, date)))


def _kit_question(launch: configurator.Launch, components: list[dict[str, str]], date: str) -> dict[str, Any]:
    return _common(launch) | {"PricingDate": date, "Items": [], "Kit": {"ItemID": launch.item, "Components": components}}


def _kit_price(answer: dict[str, Any]) -> int | None:
    price = (answer.get("Kit") or {}).get("UnitPrice")
    return parse_price(price) if price else None


def _items_key(house: House, session: configurator.Session) -> tuple[Any, ...]:
    """What the items' answers depend on."""
    launch, compiled = session.launch, session.compiled
    return (id(house), launch.organization, launch.locale, compiled.model.name, compiled.version)


def _prices_key(house: House, session: configurator.Session) -> tuple[Any, ...]:
    """What the prices of parts depend on."""
    launch, compiled = session.launch, session.compiled
    context = (id(house), launch.organization, launch.currency, launch.buyer, launch.contract)
    return (*context, compiled.model.name, compiled.version)


def _portions(parts: list[str]) -> Iterable[list[str]]:
    return (parts[start : start + MAX_ASKED] for start in range(0, len(parts), MAX_ASKED))
