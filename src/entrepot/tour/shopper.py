"""The shopper's part: browse, resolve, configure, order, and see the order transferred."""

from __future__ import annotations

import time
from typing import Any

import httpx

from entrepot.demo import STORE
from entrepot.tour.guide import Guide, wait_for

API = f"/api/stores/{STORE}"
KIT = "TW-NOTEBOOK-CTO"
ADDRESS = {
    "first_name": "Ada",
    "last_name": "Winter",
    "line1": "12 Harbor Street",
    "city": "Seattle",
    "state": "WA",
    "postal_code": "98101",
    "country": "US",
    "email": "ada@example.com",
}


def shop_and_order(guide: Guide) -> str:
    """Take a guest from the first category to a transferred order; tells the order's number."""
    _browse(guide)
    _choose(guide)
    _configure(guide)
    return _check_out(guide)


def _browse(guide: Guide) -> None:
    story, guest = guide.story, guide.person("guest")
    story.chapter("A shopper looks around")
    top = guest.get(f"{API}/categories").json()["categories"]
    sequence = [one["sequence"] for one in top]
    story.fact(
        "the sales catalog shows its categories in their sequence",
        sequence == sorted(sequence),
        ", ".join(c["name"] for c in top),
    )
    page = guest.get(f"{API}/categories/NOTEBOOKS").json()
    story.fact(
        "a category lists entries with prices", any(one["price"] for one in page["entries"] or []) or bool(page["children"])
    )
    product = guest.get(f"{API}/products/TW-NB14").json()
    names = [one["name"] for one in product["defining"]]
    story.fact("a product shows two defining attributes", len(names) == 2, ", ".join(names))
    german = guest.get(f"{API}/products/TW-NB14", params={"language": "de-DE"}).json()
    story.fact("it speaks German too", german["long_description"] != product["long_description"], german["name"])
    xml = guest.get(f"{API}/products/TW-NB14", headers={"accept": "application/xml"})
    story.fact("the catalog is also XML", xml.text.startswith("<?xml"))


def _choose(guide: Guide) -> None:
    story, guest = guide.story, guide.person("guest")
    story.chapter("Two notebooks, and a case for free")
    missing = _add(guest, "TW-NB14", "2", {"color": "graphite"})
    story.fact("a missing attribute is named", missing.json().get("code") == "MISSING_ATTRIBUTE", missing.json().get("detail"))
    wrong = _add(guest, "TW-NB14", "2", {"color": "pine", "memory": "32gb"})
    story.fact(
        "a combination nobody makes is named", wrong.json().get("code") == "INCORRECT_ATTRIBUTE", wrong.json().get("detail")
    )
    added = _add(guest, "TW-NB14", "1", {"color": "graphite", "memory": "16gb"})
    guest.headers["x-cart-token"] = added.headers["x-cart-token"]
    cart = added.json()
    hint: dict[str, Any] = next((one for one in cart["declined"] if one["promotion"] == "two-notebooks-case"), {})
    story.fact(
        "the cart says what is missing for the gift", hint.get("needs") == "2" and hint.get("has") == "1", hint.get("name")
    )
    cart = _add(guest, "TW-NB14", "1", {"color": "graphite", "memory": "16gb"}).json()
    gift = [line for line in cart["lines"] if line["gift_of"]]
    story.fact(
        "with two notebooks a case is free", len(gift) == 1 and gift[0]["amount"] == gift[0]["discount"], gift and gift[0]["name"]
    )
    tampered = guest.post(f"{API}/cart/items", json={"items": [{"part_number": "TW-DOCK", "unit_price": "0.01"}]})
    story.fact("a price sent by the browser is refused", tampered.status_code in (400, 422), tampered.status_code)


def _configure(guide: Guide) -> None:
    story, guest = guide.story, guide.person("guest")
    story.chapter("A notebook made to order")
    url = guest.post(f"{API}/cart/launch", json={"part_number": KIT}).json()["url"]
    token = url.partition("token=")[2]
    session = guest.post("/api/configurator/sessions", json={"token": httpx.QueryParams(f"t={token}")["t"]}).json()
    place = f"/api/configurator/sessions/{session['session']}"
    story.fact("the configurator opens the kit with its default configuration", session["complete"], session["price"])
    again = guest.post("/api/configurator/sessions", json={"token": httpx.QueryParams(f"t={token}")["t"]})
    story.fact("a launch opens only once", again.status_code >= 400, again.json().get("code"))
    chosen = guest.post(f"{place}/choices", json={"option_class": "memory", "option": "so-48"}).json()
    story.fact(
        "choosing more memory changes the price", chosen["price"] != session["price"], f"{session['price']} → {chosen['price']}"
    )
    excluded = [(c["name"], v) for c in chosen["classes"] for v in c["values"] if v["state"] == "excluded"]
    story.fact("what no longer fits is shown, not hidden", bool(excluded), f"{len(excluded)} values excluded")
    name, value = excluded[0]
    why = guest.get(f"{place}/why", params={"option_class": name, "option": value["name"]}).json()
    story.fact("and says why", bool(why["rules"]), "; ".join(why["rules"])[:120])
    done = guest.post(f"{place}/finish").json()
    cart = guest.post(f"{API}/cart/configurations", json={"configuration_id": done["configuration_id"]}).json()
    line = next(one for one in cart["lines"] if one["part_number"] == KIT)
    story.fact(
        "the kit is one line with its components",
        len(line["components"]) > 5,
        f"{len(line['components'])} components, {line['unit_price']}",
    )
    twice = guest.post(f"{API}/cart/configurations", json={"configuration_id": done["configuration_id"]}).json()
    kits = [one for one in twice["lines"] if one["part_number"] == KIT]
    story.fact("the same configuration sent twice is added once", len(kits) == 1 and kits[0]["quantity"] == "1")
    part = line["components"][0]["part_number"]
    locked = guest.delete(f"{API}/cart/items/{line['id']}/components/{part}")
    story.fact("a component cannot be taken out", locked.json().get("code") == "KIT_COMPONENTS_LOCKED")


def _check_out(guide: Guide) -> str:
    story, guest = guide.story, guide.person("guest")
    story.chapter("Checkout")
    early = guest.post(f"{API}/cart/prepare", json={"version": guest.get(f"{API}/cart/").json()["version"]})
    story.fact("what is missing is listed, all at once", early.json().get("code") == "NOT_READY", early.json().get("detail"))
    guest.put(f"{API}/cart/address", json={"ship_to": ADDRESS}).raise_for_status()
    guest.put(f"{API}/cart/shipping", json={"mode": "standard"}).raise_for_status()
    card = guest.put(f"{API}/cart/payment", json={"method": "card", "token": "4111 1111 1111 1111"})
    story.fact("a card number is refused", card.json().get("code") == "CARD_DATA_REFUSED")
    payment = {"method": "card", "token": "tok_visa", "brand": "VISA", "last_four": "4242", "expires": "12/28"}
    cart = guest.put(f"{API}/cart/payment", json=payment).json()
    ready = guest.post(f"{API}/cart/prepare", json={"version": cart["version"]}).json()
    story.fact(
        "stock is reserved and the price is fixed", ready.get("prepared") is not None, ready.get("totals", {}).get("total")
    )
    started = time.perf_counter()
    key = {"idempotency-key": "tour-1"}
    order = guest.post(f"{API}/cart/submit", json={"version": ready["version"]}, headers=key).json()
    again = guest.post(f"{API}/cart/submit", json={"version": ready["version"]}, headers=key)
    story.fact("a double click makes one order", again.json().get("number") == order["number"], order["number"])
    other = guest.post(f"{API}/cart/submit", json={"version": 1}, headers=key)
    story.fact("the same key with another body is refused", other.status_code == 409, other.json().get("code"))
    seen = wait_for(lambda: _transferred(guest, order["number"]))
    story.figures["submit_to_acknowledged_ms"] = round((time.perf_counter() - started) * 1000, 1)
    story.fact("the order is transferred and acknowledged with an id of its own", seen is not None, seen and seen["external_id"])
    story.orders.append(
        {"number": order["number"], "external_id": seen and seen["external_id"], "total": order["totals"]["total"]}
    )
    return str(order["number"])


def _transferred(guest: httpx.Client, number: str) -> dict[str, Any] | None:
    order: dict[str, Any] = guest.get(f"{API}/orders/{number}").json()
    return order if order.get("state") == "G" else None


def _add(guest: httpx.Client, part_number: str, quantity: str, attributes: dict[str, str]) -> httpx.Response:
    item = {"part_number": part_number, "quantity": quantity, "attributes": attributes}
    return guest.post(f"{API}/cart/items", json={"items": [item]})
