"""Stock of an item at every node: what is there, what is promised to whom, what may still be sold, what is coming.

A difference found on the shelf is booked as an adjustment with its reason, once however often the form is sent.
"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from entrepot.commerce import catalog
from entrepot.kernel.errors import Error
from entrepot.kernel.ids import new_id
from entrepot.order_management import inventory
from entrepot.web import desk
from entrepot.web.edge import house_of
from entrepot.web.i18n import mark
from entrepot.web.staff import Asked, Form, back, desk_of, refused, show, text

REASONS = {
    "COUNT": mark("Counted"),
    "DAMAGED": mark("Damaged"),
    "FOUND": mark("Found"),
    "LOST": mark("Not found"),
    "DELIVERY": mark("Delivered by the supplier"),
}
FIELDS = {"Quantity": "quantity", "ShipNode": "node", "ItemID": "", "Reason": "reason"}
MOST = 40


@get("/store/stock", permission="inventory.view", sync_to_thread=False)
def stock_page(request: Asked, q: str = "") -> Response[str]:
    """Items found by name or number with their stock at every node."""
    house, at_desk = house_of(request), desk_of(request)
    numbers = _numbers(request, q[:200]) if q.strip() else {}
    store = at_desk.store.identifier
    with house.order_management.database.read() as conn:
        nodes = inventory.nodes_by_name(conn)
        items = inventory.items_by_id(conn, store, numbers)
        positions = inventory.positions_of(conn, store, items)
    rows = [
        {
            "item": items[number],
            "name": name,
            "at": {node: positions[number, node] for node in nodes if (number, node) in positions},
        }
        for number, name in numbers.items()
        if number in items
    ]
    return show(request, "store/stock.html", q=q, rows=rows, nodes=nodes)


@get("/store/stock/{item:str}", permission="inventory.view", sync_to_thread=False)
def item_page(request: Asked, item: str) -> Response[str]:
    """One item at every node, with what is on its way."""
    return _item(request, item, {}, {})


@post("/store/stock/{item:str}", permission="inventory.adjust", sync_to_thread=False)
def adjust(request: Asked, item: str, data: Form) -> Response[Any]:
    """Book a difference found on the shelf."""
    house, at_desk = house_of(request), desk_of(request)
    entered = {name: text(data, name) for name in ("node", "quantity", "reason", "key")}
    sign = "-" if text(data, "direction") == "less" else ""
    document = {
        "OrganizationCode": at_desk.store.identifier,
        "ItemID": item,
        "ShipNode": entered["node"],
        "Quantity": sign + entered["quantity"],
        "ReasonCode": entered["reason"] if entered["reason"] in REASONS else "",
        "AdjustmentKey": f"page/{at_desk.user.logon_id}/{entered['key'] or new_id()}",
    }
    try:
        desk.invoke(house, desk.Agent(at_desk.user.logon_id), "adjustInventory", document)
    except Error as error:
        status, errors = refused(error, FIELDS)
        return _item(request, item, errors, entered | {"direction": text(data, "direction")}, status)
    return back(f"/store/stock/{item}", "adjusted")


def _item(request: Asked, item_id: str, errors: dict[str, str], entered: dict[str, str], status: int = 200) -> Response[str]:
    house, at_desk = house_of(request), desk_of(request)
    store, now = at_desk.store.identifier, house.clock.now()
    with house.order_management.database.read() as conn:
        item = inventory.require_items(conn, store, [item_id])[item_id]
        seen = inventory.picture(conn, store, [item_id])
        positions = {node: one for (_, node), one in inventory.positions_of(conn, store, [item_id]).items()}
    asked = {"OrganizationCode": store, "PromiseLines": {"PromiseLine": [{"ItemID": item_id}]}}
    answer = desk.invoke(house, desk.Agent(at_desk.user.logon_id), "monitorItemAvailability", asked)
    with house.commerce.database.read() as conn:
        facts = catalog.entries_by_part_numbers(conn, catalog.View(at_desk.store, at_desk.view_language, now), [item_id])
    return show(
        request,
        "store/item.html",
        status=status,
        item=item,
        facts=facts.get(item_id),
        nodes=seen.nodes,
        positions=positions,
        coming=sorted(seen.coming.get(item_id, ())),
        availability=answer["PromiseLines"]["PromiseLine"][0],
        parts=seen.kits.get(item_id, ()),
        reasons=REASONS,
        key=entered.get("key") or new_id(),
        entered=entered,
        errors=errors,
    )


def _numbers(request: Asked, words: str) -> dict[str, str]:
    """Items found by the words, families as their items, with their names."""
    house, at_desk = house_of(request), desk_of(request)
    with house.commerce.database.read() as conn:
        view = catalog.View(at_desk.store, at_desk.view_language, house.clock.now())
        hits = catalog.search(conn, view, words, catalog.Paging(size=MOST)).entries
        families = catalog.items_of(conn, view, [hit.id for hit in hits if hit.type is catalog.EntryType.PRODUCT])
    found: dict[str, str] = {}
    for hit in hits:
        members = families.get(hit.id, ())
        found |= {one.part_number: one.name for one in members} if members else {hit.part_number: hit.name}
    return dict(list(found.items())[:MOST])


routes: list[Any] = [stock_page, item_page, adjust]
