"""Charges: what shipping costs and which taxes are due.

Rates are data of the store; both rules are pure. Tax is computed after discounts on the line's total, rounded
once per line and rate, and never on a unit times a quantity.
"""

from entrepot.commerce.charges.shipping import ShippingMode, ShippingOffer, offer_shipping
from entrepot.commerce.charges.tables import (
    TAX_RATES,
    find_shipping_modes,
    find_tax_rates,
    put_shipping_modes,
    put_tax_rates,
    stored_modes,
    touch,
)
from entrepot.commerce.charges.tax import Destination, Tax, TaxRate, tax_on, taxes_due

__all__ = [
    "TAX_RATES",
    "Destination",
    "ShippingMode",
    "ShippingOffer",
    "Tax",
    "TaxRate",
    "find_shipping_modes",
    "find_tax_rates",
    "offer_shipping",
    "put_shipping_modes",
    "put_tax_rates",
    "stored_modes",
    "tax_on",
    "taxes_due",
    "touch",
]
