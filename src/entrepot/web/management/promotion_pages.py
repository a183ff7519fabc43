"""Promotions: what each asks and gives, how often it was used, and whether it is active."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from litestar import Response, get, post

from entrepot.commerce import catalog, promotions
from entrepot.commerce.history import note_change
from entrepot.kernel.clock import local_day
from entrepot.web.edge import house_of
from entrepot.web.i18n import translator
from entrepot.web.management.history import history_of
from entrepot.web.management.promotion_calendar import conflicts_of
from entrepot.web.page import locale_of
from entrepot.web.staff import Asked, Form, author_of, back, desk_of, refused, show, text

STATUSES = ("active", "inactive")
#: So many days of use are drawn.
CHART_DAYS = 30


@get("/management/promotions", permission="promotion.view", sync_to_thread=False)
def list_page(request: Asked, status: str = "") -> Response[str]:
    """The promotions, best priority first, each in a sentence with its use."""
    store, house = desk_of(request).store, house_of(request)
    with house.commerce.database.read() as conn:
        stored = promotions.stored_promotions(conn, store.id)
        found = promotions.find_promotions(conn, store.id)
        used = promotions.counters(conn, [one.id for one in found])
    rows = [
        {
            "one": one,
            "status": stored[one.identifier]["status"],
            "used": used.get(one.id, 0),
            "runs": one.in_force(house.clock.now(), store.time_zone),
        }
        for one in found
        if status in ("", stored[one.identifier]["status"])
    ]
    return show(request, "management/promotions.html", rows=rows, chosen=status, statuses=STATUSES, in_words=_in_words(request))


@get("/management/promotions/{identifier:str}", permission="promotion.view", sync_to_thread=False)
def promotion_page(request: Asked, identifier: str) -> Response[str]:
    """One promotion: its terms in words, its texts, its use."""
    return _page(request, identifier)


def _page(request: Asked, identifier: str, errors: dict[str, str] | None = None, status: int = 200) -> Response[str]:
    store, house = desk_of(request).store, house_of(request)
    now = house.clock.now()
    with house.commerce.database.read() as conn:
        stored = promotions.stored_promotions(conn, store.id).get(identifier)
        one = promotions.find_promotion(conn, store.id, identifier=identifier)
        if stored is None or one is None:
            raise promotions.PromotionUnknown(promotion=identifier)
        used = promotions.counters(conn, [one.id]).get(one.id, 0)
        told = history_of(request, conn, ("promotion", identifier), ("codes", identifier))
        uses = promotions.uses_by_day(conn, one.id, now - timedelta(days=CHART_DAYS), store.time_zone)
        met = conflicts_of(request, conn, one) if stored["status"] == "active" else []
    return show(
        request,
        "management/promotion.html",
        status=status,
        errors=errors or {},
        told=told,
        met=met,
        chart=_chart(uses, local_day(now, store.time_zone)),
        one=one,
        status_name=stored["status"],
        used=used,
        runs=one.in_force(now, store.time_zone),
        in_words=_in_words(request),
    )


@dataclass(frozen=True, slots=True)
class Chart:
    """Uses by day, the latest last."""

    days: list[tuple[date, int]]

    @property
    def total(self) -> int:
        return sum(number for _, number in self.days)

    @property
    def most(self) -> int:
        return max(number for _, number in self.days)


def _chart(uses: dict[date, int], today: date) -> Chart:
    days = [today - timedelta(days=back) for back in reversed(range(CHART_DAYS))]
    return Chart([(day, uses.get(day, 0)) for day in days])


def _in_words(request: Asked) -> Callable[[str], str]:
    """What puts terms into the reader's language."""
    return translator(locale_of(request)).gettext


@post("/management/promotions/{identifier:str}/status", permission="promotion.edit", sync_to_thread=False)
def set_status(request: Asked, identifier: str, data: Form) -> Response[Any]:
    """Let a promotion apply, or no longer; orders that used it keep what they got."""
    try:
        _set_status(request, identifier, data)
    except promotions.PromotionNotReady as error:
        code, errors = refused(error)
        return _page(request, identifier, errors, code)
    return back(f"/management/promotions/{identifier}", "status")


def _set_status(request: Asked, identifier: str, data: Form) -> None:
    at_desk, status = desk_of(request), text(data, "status")
    store, house = at_desk.store, house_of(request)
    with house.commerce.database.write() as conn:
        stored = promotions.stored_promotions(conn, store.id).get(identifier)
        if stored is None or status not in STATUSES:
            raise promotions.PromotionUnknown(promotion=identifier)
        if status != stored["status"]:
            promotions.put_promotions(conn, store.id, [stored | {"status": status}])
            one = promotions.find_promotion(conn, store.id, identifier=identifier)
            if status == "active" and one is not None:
                promotions.require_ready(conn, catalog.View(store, at_desk.view_language, house.clock.now()), one)
            action = "activated" if status == "active" else "deactivated"
            before, after = {"status": stored["status"]}, {"status": status}
            note_change(conn, author_of(request, data), ("promotion", identifier), action, before, after)


routes: list[Any] = [list_page, promotion_page, set_status]
