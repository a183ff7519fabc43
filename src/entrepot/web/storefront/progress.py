"""Where an order stands, in a shopper's words: from captured to shipped and invoiced, per order and per line. Pure.

What order management says comes as codes; each becomes one of a handful of words. Quantities that stand at
different places are told apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.support import NullTranslations

from entrepot.commerce import capture
from entrepot.kernel.money import read_amount
from entrepot.web import formats
from entrepot.web.i18n import mark
from entrepot.web.parcels import parcel_lines

#: The first digits of a status, what they mean to a shopper, and how that looks; the longest match counts.
STATUSES = {
    "1000": (mark("being taken down"), "info"),
    "1100": (mark("received"), "info"),
    "1200": (mark("reserved"), "info"),
    "1300": (mark("on backorder"), "warning"),
    "1310": (mark("being rescheduled"), "warning"),
    "1400": (mark("being rescheduled"), "warning"),
    "1500": (mark("scheduled"), "info"),
    "3200": (mark("with the warehouse"), "info"),
    "3300": (mark("with the warehouse"), "info"),
    "3350": (mark("being packed"), "accent"),
    "3350.20": (mark("ready for you"), "accent"),
    "3700": (mark("shipped"), "success"),
    "3700.01": (mark("being returned"), "warning"),
    "3700.02": (mark("returned"), "info"),
    "3700.7777": (mark("delivered"), "success"),
    "9000": (mark("cancelled"), "danger"),
}
FINAL = ("3700", "9000")


@dataclass(frozen=True, slots=True)
class Status:
    """A word with its tone, and for how much of a line it holds."""

    word: str
    tone: str
    quantity: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything the order page says about where the order stands."""

    headline: str
    tone: str
    text: str
    steps: tuple[dict[str, Any], ...]
    lines: dict[str, tuple[Status, ...]]
    shipments: tuple[dict[str, Any], ...]
    invoices: tuple[dict[str, Any], ...]
    total: str
    final: bool
    mark: str


def status_of(code: str, words: NullTranslations, quantity: str = "") -> Status:
    """A status code in a shopper's words."""
    known = max((one for one in STATUSES if code.startswith(one)), key=len, default="")
    word, tone = STATUSES.get(known, (mark("in progress"), "info"))
    return Status(words.gettext(word), tone, quantity)


def progress_of(order: capture.Order, words: NullTranslations) -> Progress:
    """Where a placed order stands, from its own state and from what order management last said of it."""
    tracking = order.tracking or {}
    shipments = tuple(tracking.get("Shipments") or ())
    invoices = tuple(tracking.get("Invoices") or ())
    lines = _lines(tracking, words)
    headline, tone, text = _headline(order, tracking, words)
    return Progress(
        headline=headline,
        tone=tone,
        text=text,
        steps=tuple(_steps(order, tracking, shipments, invoices, words)),
        lines=lines,
        shipments=tuple(_shipment(one, words) for one in shipments),
        invoices=invoices,
        total=str(tracking.get("GrandTotal") or ""),
        final=_is_final(order, tracking),
        mark=f"{order.state}{tracking.get('Version', '')}",
    )


def _headline(order: capture.Order, tracking: dict[str, Any], words: NullTranslations) -> tuple[str, str, str]:
    _ = words.gettext
    if order.state is capture.OrderState.CANCELLED:
        return _("Cancelled"), "danger", _("This order was cancelled. Nothing will be sent and nothing charged.")
    if order.state is capture.OrderState.FAILED:
        return (
            _("We are looking into it"),
            "warning",
            _("Your order is safe, a person has to check it. We will write to you."),
        )
    if order.state is not capture.OrderState.TRANSFERRED:
        return _("Order received"), "info", _("We have your order and are handing it over to fulfillment.")
    code = str(tracking.get("MinOrderStatus") or "1100")
    status = status_of(code, words)
    texts = {
        "1300": _("Something on it is not in stock yet. We ship as soon as it arrives."),
        "3350": _("Your parcel is being packed."),
        "3700": _("Everything is on its way to you."),
    }
    if str(tracking.get("MaxOrderStatus") or code) >= "3700" > code:
        return _("Partly shipped"), "accent", _("A part is on its way, the rest follows.")
    text = texts.get(code[:4], _("Fulfillment has your order and works on it."))
    return status.word[:1].upper() + status.word[1:], status.tone, text


def _is_final(order: capture.Order, tracking: dict[str, Any]) -> bool:
    if order.state is capture.OrderState.CANCELLED:
        return True
    shipped = str(tracking.get("MinOrderStatus") or "").startswith(FINAL)
    return shipped and bool(tracking.get("Invoices"))


def _steps(
    order: capture.Order,
    tracking: dict[str, Any],
    shipments: tuple[dict[str, Any], ...],
    invoices: tuple[dict[str, Any], ...],
    words: NullTranslations,
) -> list[dict[str, Any]]:
    """The way of the order, what is done and what is to come."""
    _ = words.gettext
    if order.state is capture.OrderState.CANCELLED:
        return [_step(_("Order placed"), "check", True, order.placed_at), _step(_("Cancelled"), "x", True, None, "danger")]
    lowest = str(tracking.get("MinOrderStatus") or "")
    farthest = str(tracking.get("MaxOrderStatus") or "")
    transferred = order.state is capture.OrderState.TRANSFERRED
    external = _("Their number: %(id)s") % {"id": order.external_id} if order.external_id else None
    sent = [_instant(one.get("ShippedAt")) for one in shipments]
    shipped_at = max((at for at in sent if at is not None), default=None)
    failed = order.state is capture.OrderState.FAILED
    billed = [at for at in (_instant(one.get("CreatedAt")) for one in invoices) if at is not None]
    return [
        _step(_("Order placed"), "check", True, order.placed_at),
        _step(_("Transferred to fulfillment"), "send", transferred, None, "warning" if failed else "success")
        | {"meta": external},
        _step(_("With the warehouse"), "warehouse", farthest >= "3200"),
        _step(
            _("Shipped") if lowest >= "3700" or farthest < "3700" else _("Partly shipped"),
            "truck",
            farthest >= "3700",
            shipped_at,
        ),
        _step(_("Invoiced"), "receipt", bool(invoices), max(billed, default=None)),
    ]


def _step(title: str, icon: str, done: bool, at: datetime | None = None, tone: str = "success") -> dict[str, Any]:
    return {"title": title, "icon": icon, "tone": tone if done or tone == "warning" else None, "at": at if done else None}


def _instant(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def _lines(tracking: dict[str, Any], words: NullTranslations) -> dict[str, tuple[Status, ...]]:
    """The statuses of each line, with quantities where a line stands at several."""
    found = {}
    for line in tracking.get("OrderLines") or ():
        rows = [row for row in line.get("OrderStatuses") or () if row.get("StatusQty") not in (None, "0")]
        several = len(rows) > 1
        found[str(line.get("TransactionalLineId"))] = tuple(
            status_of(str(row["Status"]), words, str(row["StatusQty"]) if several else "") for row in rows
        )
    return found


def _shipment(one: dict[str, Any], words: NullTranslations) -> dict[str, Any]:
    status = status_of("3700" if one.get("ShippedAt") else "3350", words)
    return {
        "number": one.get("ShipmentNo", ""),
        "carrier": " ".join(str(one.get(name) or "") for name in ("SCAC", "CarrierServiceCode")).strip().title(),
        "tracking": one.get("TrackingNo") or "",
        "status": status,
        "shipped_at": _instant(one.get("ShippedAt")),
        "lines": parcel_lines(one.get("ShipmentLines") or ()),
    }


def money_of(document: dict[str, Any], locale: str) -> str:
    """An amount of a document as the reader writes it."""
    currency = str(document["Currency"])
    return formats.money(read_amount(str(document["Amount"]), currency), currency, locale)
