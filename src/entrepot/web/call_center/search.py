"""Finding an order: by number, logon id, name, e-mail or item; all words have to fit."""

from __future__ import annotations

from typing import Any

from litestar import Response, get

from entrepot.order_management import orders
from entrepot.web import desk
from entrepot.web.edge import house_of
from entrepot.web.i18n import mark
from entrepot.web.staff import Asked, desk_of, show

PAGE_SIZE = 25
DRAFTS, OPEN, ALL = "drafts", "orders", "all"
STATUSES = ("1100", "1300", "1400", "1500", "3200", "3350", "3700", "9000")
VIEWS = ((OPEN, mark("Confirmed")), (DRAFTS, mark("Drafts")), (ALL, mark("Both")))


@get("/call-center", permission="order.search", sync_to_thread=False)
def search_page(request: Asked, q: str = "", view: str = OPEN, status: str = "", page: int = 1) -> Response[str]:
    """A page of orders or drafts, newest first."""
    house, at_desk = house_of(request), desk_of(request)
    asked: dict[str, Any] = {
        "EnterpriseCode": at_desk.store.identifier,
        "Text": q[:200],
        "Status": status if status in orders.STATUS_NAMES else "",
        "PageNumber": max(1, page),
        "PageSize": PAGE_SIZE,
    }
    if view in (OPEN, DRAFTS):
        asked["DraftOrderFlag"] = "Y" if view == DRAFTS else "N"
    found = desk.invoke(house, desk.Agent(at_desk.user.logon_id), "getOrderList", asked)
    total = int(found["TotalNumberOfRecords"])
    return show(
        request,
        "call_center/search.html",
        q=q,
        view=view,
        status_code=status,
        orders=found["OrderList"]["Order"],
        total=total,
        number=max(1, page),
        last=-(-total // PAGE_SIZE),
        statuses=[(code, orders.STATUS_NAMES[code]) for code in STATUSES],
        views=VIEWS,
    )


routes: list[Any] = [search_page]
