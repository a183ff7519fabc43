"""What an order calculation is asked: the same for a cart, an order of another system, a quote and a simulation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from entrepot.commerce import charges
from entrepot.commerce.capture.order import OrderLine
from entrepot.commerce.capture.set_price import SetPrice
from entrepot.commerce.catalog import Store
from entrepot.commerce.pricing import Customer


class ToCalculate(msgspec.Struct, frozen=True):
    """Everything that decides what an order costs. ``price_date`` is now for a cart, the creation time for an order."""

    store: Store
    customer: Customer
    currency: str
    language: str
    price_date: datetime
    lines: tuple[OrderLine, ...]
    order_ref: str
    buyer: str = ""
    codes: tuple[str, ...] = ()
    declined_gifts: tuple[str, ...] = ()
    shipping_mode: str | None = None
    destination: charges.Destination | None = None
    locked_prices: Mapping[str, int] | None = None
    shipping_locked: int | None = None
    contract: str | None = None
    payment: str | None = None
    manual: tuple[charges.Manual, ...] = ()
    manual_policy: charges.Adding = charges.Adding.REPLACEMENT
    set_prices: tuple[SetPrice, ...] = ()
