"""Who may do what: one table from role to permissions, read by every face's guards.

A permission names one use case. Roles add up; nothing is ever taken away by holding a further role.
"""

from __future__ import annotations

from collections.abc import Iterable

_CALL_CENTER = """
    order.search order.view order.capture order.line.quantity order.configure order.fulfillment order.coupon
    order.charge.line order.charge.header order.confirm order.modify order.address order.cancel order.note
    order.notify order.appease order.hold.apply customer.search customer.edit catalog.view inventory.view
    promotion.view payment.capture return.create exchange.create quote.manage cart.lock alert.work
"""
_SUPERVISOR = """
    order.price.override order.modify.override order.hold.resolve override.approve return.blind return.override
    refund.advance order.schedule order.release
"""
_STORE = """
    order.search order.view catalog.view inventory.view inventory.receive inventory.adjust inventory.count
    shipment.pick shipment.pack shipment.confirm pickup.handover return.create return.receive
"""
_MERCHANDISER = """
    management.view catalog.view catalog.edit catalog.load price.view price.edit promotion.view promotion.edit
    contract.edit member.view member.edit model.view model.publish
"""
_OPERATOR = """
    operations.view exception.reprocess message.view integration.edit order.view order.search order.schedule
    order.release inventory.view inventory.adjust
"""

PERMISSIONS: dict[str, frozenset[str]] = {
    "csr": frozenset(_CALL_CENTER.split()),
    "csr_supervisor": frozenset((_CALL_CENTER + _SUPERVISOR).split()),
    "store_associate": frozenset(_STORE.split()),
    "merchandiser": frozenset(_MERCHANDISER.split()),
    "operator": frozenset(_OPERATOR.split()),
    "administrator": frozenset(
        (_CALL_CENTER + _SUPERVISOR + _STORE + _MERCHANDISER + _OPERATOR + "member.roles store.edit contract.approve").split()
    ),
}

ORGANIZATION_ADMINISTRATOR = "organization_administrator"
#: What buyers may do beyond buying; holding one of these makes nobody staff.
BUYER_PERMISSIONS: dict[str, frozenset[str]] = {ORGANIZATION_ADMINISTRATOR: frozenset({"organization.administer"})}


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """Everything the holder of these roles may do; an unknown role grants nothing.

    >>> "order.price.override" in permissions_of(["csr"]), "order.price.override" in permissions_of(["csr_supervisor"])
    (False, True)
    """
    granted = PERMISSIONS | BUYER_PERMISSIONS
    return frozenset().union(*(granted.get(role, frozenset()) for role in roles))
