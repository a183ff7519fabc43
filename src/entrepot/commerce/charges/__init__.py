"""Charges: what shipping costs, what is added by hand or by rule, which taxes are due, and what it comes to.

Rates are data of the store; the rules are pure. Tax is computed after discounts on the line's total, rounded
once per line and rate, and never on a unit times a quantity.
"""

from entrepot.commerce.charges.due import Bill, Charge, Due, Row, cash_total, settle
from entrepot.commerce.charges.manual import Adding, Manual, NegativeTotal, On, in_effect
from entrepot.commerce.charges.shipping import Basis, Parcel, Rate, ShippingMode, ShippingOffer, offer_shipping
from entrepot.commerce.charges.surcharges import Chargeable, Per, Surcharge, SurchargeDue, Tariff, surcharges_due
from entrepot.commerce.charges.tables import (
    TAX_RATES,
    find_shipping_modes,
    find_surcharges,
    find_tax_rates,
    put_shipping_modes,
    put_surcharges,
    put_tax_rates,
    stored_modes,
    stored_surcharges,
    touch,
)
from entrepot.commerce.charges.tax import Destination, Tax, TaxRate, net_of, price_elsewhere, tax_on, taxes_due

__all__ = [
    "TAX_RATES",
    "Adding",
    "Basis",
    "Bill",
    "Charge",
    "Chargeable",
    "Destination",
    "Due",
    "Manual",
    "NegativeTotal",
    "On",
    "Parcel",
    "Per",
    "Rate",
    "Row",
    "ShippingMode",
    "ShippingOffer",
    "Surcharge",
    "SurchargeDue",
    "Tariff",
    "Tax",
    "TaxRate",
    "cash_total",
    "find_shipping_modes",
    "find_surcharges",
    "find_tax_rates",
    "in_effect",
    "net_of",
    "offer_shipping",
    "price_elsewhere",
    "put_shipping_modes",
    "put_surcharges",
    "put_tax_rates",
    "settle",
    "stored_modes",
    "stored_surcharges",
    "surcharges_due",
    "tax_on",
    "taxes_due",
    "touch",
]
