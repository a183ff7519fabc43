"""Pricing: one brain that prices every channel, exact to the last cent, and says why.

A buyer's *contracts* name *price rules*; a rule reads *offers* from price lists and works on them; the lowest
price over all eligible contracts is the entitled price. Nothing here knows of promotions.
"""

from entrepot.commerce.pricing.entitled import (
    ContractNotActive,
    ContractNotEntitled,
    ContractNotFound,
    Terms,
    eligible,
    entitled_prices,
    select_offer,
    terms_of,
)
from entrepot.commerce.pricing.inspect import OfferRow, PriceList, in_words, list_prices_of, offers_of, price_lists_of
from entrepot.commerce.pricing.price import (
    Considered,
    Customer,
    Entitled,
    Occasion,
    Offer,
    Step,
    Unpriced,
    Wanted,
    converted,
)
from entrepot.commerce.pricing.reading import read_rule
from entrepot.commerce.pricing.tables import (
    CONTRACTS,
    FOREVER,
    LIST_PRICES,
    MOST_QUANTITY,
    OFFERS,
    PRICE_LISTS,
    STANDARD,
    find_contracts,
    find_price_lists,
    find_rules,
    touch,
    version_of,
)
from entrepot.commerce.pricing.uses import SegmentUses, uses_of_segment
from entrepot.commerce.pricing.write import ensure_price_list, put_contract, put_list_prices, put_offers, put_price_rule

__all__ = [
    "CONTRACTS",
    "FOREVER",
    "LIST_PRICES",
    "MOST_QUANTITY",
    "OFFERS",
    "PRICE_LISTS",
    "STANDARD",
    "Considered",
    "ContractNotActive",
    "ContractNotEntitled",
    "ContractNotFound",
    "Customer",
    "Entitled",
    "Occasion",
    "Offer",
    "OfferRow",
    "PriceList",
    "SegmentUses",
    "Step",
    "Terms",
    "Unpriced",
    "Wanted",
    "converted",
    "eligible",
    "ensure_price_list",
    "entitled_prices",
    "find_contracts",
    "find_price_lists",
    "find_rules",
    "in_words",
    "list_prices_of",
    "offers_of",
    "price_lists_of",
    "put_contract",
    "put_list_prices",
    "put_offers",
    "put_price_rule",
    "read_rule",
    "select_offer",
    "terms_of",
    "touch",
    "uses_of_segment",
    "version_of",
]
