"""What the configurator asks commerce: the items of a model, their prices, and the price of the kit as it stands.

Items are kept for ten minutes and prices for one; the kit's price is asked at every step, because price rules of
a kit are not the sum of its parts. An item commerce does not sell is an option that cannot be chosen.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

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

    def has(self, part: str) -> bool:
        """Whether a part can be had; when nobody answered, everything may be."""
        return not part or not self.items or (part in self.items and self.items[part].sellable)


class _Kept:
    """A few answers, each good for a while."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._found: OrderedDict[Any, tuple[float, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Any, ask: Callable[[], T]) -> T:
        now = time.monotonic()
        known = self._found.get(key)
        if known is not None and known[0] > now:
            value: T = known[1]
            return value
        found = ask()
        with self._lock:
            self._found[key] = (now + self._seconds, found)
            while len(self._found) > MAX_KEPT:
                self._found.popitem(last=False)
        return found

    def clear(self) -> None:
        self._found.clear()


_items = _Kept(ITEMS_FOR)
_prices = _Kept(PRICES_FOR)


def forget() -> None:
    """Ask anew for everything; for whoever has just changed the catalog."""
    _items.clear()
    _prices.clear()


def ask(house: House, session: configurator.Session, taken: configurator.Picks) -> Answers:
    """Everything a page needs of commerce; what is not answered is left out."""
    launch = session.launch
    parts = parts_of(session.compiled, launch.item)
    context = (id(house), launch.organization, launch.locale, session.compiled.model.name, session.compiled.version)
    try:
        items = _items.get(context, lambda: _ask_items(house, launch, parts))
    except Error:
        items = {}
    prices, kit = ask_prices(house, session, taken)
    return Answers(items, prices, kit)


def ask_prices(house: House, session: configurator.Session, taken: configurator.Picks) -> tuple[dict[str, int], int | None]:
    """The additive prices of the parts, and the kit's own price."""
    launch = session.launch
    context = (id(house), launch.organization, launch.currency, launch.buyer, launch.contract)
    model = (session.compiled.model.name, session.compiled.version)
    components = kit_components(session.compiled, taken)
    try:
        prices = _prices.get((context, model), lambda: _ask_prices(house, launch, parts_of(session.compiled)))
        kit = _ask_kit(house, launch, components) if components else None
    except Error:
        return {}, None
    return prices, kit


def parts_of(compiled: configurator.Compiled, *more: str) -> list[str]:
    """Every part number of a model."""
    classes = compiled.model.classes
    numbers = [one.part for one in classes] + [item.part for one in classes for item in one.items]
    return list(dict.fromkeys(number for number in (*more, *numbers) if number))


def kit_components(compiled: configurator.Compiled, taken: configurator.Picks) -> list[dict[str, str]]:
    """The taken parts with their quantity per kit."""
    return [{"ItemID": part, "Quantity": str(quantity)} for part, quantity in configurator.components(compiled, taken)]


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


def _ask_prices(house: House, launch: configurator.Launch, parts: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in _portions(parts):
        items = [{"ItemID": part, "Quantity": "1"} for part in some]
        answer = house.requests.request("GetItemPrice", _common(launch) | {"Items": items})
        found |= {one["ItemID"]: parse_price(one["UnitPrice"]) for one in answer["Items"] if one.get("UnitPrice")}
    return found


def _ask_kit(house: House, launch: configurator.Launch, components: list[dict[str, str]]) -> int | None:
    kit = {"ItemID": launch.item, "Components": components}
    answer = house.requests.request("GetItemPrice", _common(launch) | {"Items": [], "Kit": kit})
    price = (answer.get("Kit") or {}).get("UnitPrice")
    return parse_price(price) if price else None


def _portions(parts: list[str]) -> Iterable[list[str]]:
    return (parts[start : start + MAX_ASKED] for start in range(0, len(parts), MAX_ASKED))
