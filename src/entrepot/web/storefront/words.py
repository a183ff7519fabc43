"""What the shop says when something does not work, in the shopper's language.

Every error a shopper can meet has a stable code; here it gets its sentence. One that has none yet is told in the
words it came with.
"""

from __future__ import annotations

from typing import Any

from entrepot.kernel.errors import Error
from entrepot.web import formats
from entrepot.web.i18n import mark, translator

SENTENCES = {
    "ACCOUNT_DEACTIVATED": mark("This account is deactivated. Ask your organization's administrator, or write to us."),
    "ADDRESS_NOT_FOUND": mark("There is no such address in your address book."),
    "BAD_QUANTITY": mark("Write a quantity greater than 0 and at most 1,000,000, such as 2."),
    "CARD_DATA_REFUSED": mark("Please do not write card numbers here. Choose a card of the payment form instead."),
    "CART_NOT_FOUND": mark("There is no such cart any more. It may have expired or become an order."),
    "COUPON_NOT_CLAIMED": mark("This code cannot be put into your account. Enter it in the cart, or check how it is written."),
    "CATALOG_ENTRY_NOT_FOUND": mark("There is no article {part_number} in this shop."),
    "CATEGORY_NOT_FOUND": mark("There is no such category in this shop."),
    "COMPONENT_NOT_SKU": mark("The configuration contains {part_number}, which cannot be ordered. Please configure it again."),
    "COMPONENT_UNKNOWN": mark("The configuration contains {part_number}, which we no longer sell. Please configure it again."),
    "CONFIGURATION_ID_USED": mark("This configuration was used before with other content. Please configure it again."),
    "CONFIGURATION_INVALID": mark("The configuration could not be read. Please configure it again."),
    "CONFIGURATION_REQUIRED": mark("This has to be configured before it goes into the cart."),
    "ENT_LOCKED": mark("Our call center is working on your cart right now. Please try again in a moment."),
    "IDEMPOTENCY_KEY_REQUIRED": mark("The order form was incomplete. Check the summary and order again."),
    "IDEMPOTENCY_KEY_REUSED": mark("This summary was ordered before with other content. Check it again, then order."),
    "KIT_COMPONENTS_LOCKED": mark("The parts of a kit cannot be changed one by one. Configure the kit again."),
    "KIT_REPLACED": mark("{part_number} is put together differently now. Choose “Change configuration” and go through it again."),
    "LINE_NOT_FOUND": mark("That line is not in your cart any more."),
    "LOGON_ID_MALFORMED": mark("Choose a log-in name of 3 to 254 characters."),
    "LOGON_ID_TAKEN": mark("This log-in name is taken. Please choose another one."),
    "LOGON_REFUSED": mark("Log-in name and password do not belong together. Check both and try again."),
    "NOT_BUYABLE": mark("This article is shown for information and cannot be ordered."),
    "NOT_LOGGED_ON": mark("Please log in first."),
    "NOT_ORDERABLE_TYPE": mark("This cannot be ordered by itself. Choose one of the articles it consists of."),
    "NO_MODEL": mark("This article cannot be configured at the moment."),
    "INVITATION_NOT_FOUND": mark("This invitation was used already or is older than a week. Ask for a new one."),
    "NOT_YOURSELF": mark("You cannot deactivate yourself or give up your own administration. Another administrator can."),
    "ORGANIZATION_LOCKED": mark("{organization} is locked for the time being. Write to us to clear it up."),
    "ORGANIZATION_PENDING": mark(
        "The registration of {organization} is waiting for approval. You can log in as soon as it is approved."
    ),
    "ORGANIZATION_REJECTED": mark("The registration of {organization} was not approved: {reason}"),
    "ORGANIZATION_TAKEN": mark("{organization} is registered already. Ask its administrator for an account."),
    "ORDER_NOT_FOUND": mark("We found no order with this number and e-mail address."),
    "ORDER_STATE": mark("This cart has already become an order and can no longer be changed."),
    "OUT_OF_STOCK": mark("Not enough in stock: {summary}"),
    "PASSWORD_TOO_WEAK": mark("Choose a password of 8 to 200 characters that is not your log-in name."),
    "PAYMENT_METHOD_NOT_USABLE": mark("This order cannot be paid that way. Choose one of the ways below."),
    "PRICES_EXPIRED": mark("The prices and the reserved stock are no longer held for you. Check the summary again, then order."),
    "PRICE_CHANGED": mark("The price has changed since you last looked. Please check the new total."),
    "PROMOTION_CODE_REFUSED": mark("This code cannot be used for your order."),
    "PROMOTION_USED_UP": mark("Somebody else just took the last use of a promotion. The total has changed, please check it."),
    "PURCHASE_ORDER_REQUIRED": mark("An order on account needs a purchase order number."),
    "QUANTITY_NOT_MULTIPLE": mark("This is sold in steps of {multiple} {unit}."),
    "RECONFIGURE": mark("Please configure the kit again, its choices no longer hold: {gone}."),
    "SHIP_MODE_NOT_USABLE": mark("This order cannot be shipped that way to this address. Choose one of the ways below."),
    "SKU_AMBIGUOUS": mark("Several articles fit this choice. Please call us, we will sort it out."),
    "STALE_VERSION": mark("Your cart was changed in another window. This is what it holds now; please try again."),
    "STORE_NOT_FOUND": mark("There is no such shop here."),
    "STORE_NOT_OPEN": mark("This shop is closed at the moment."),
    "TOO_MANY_ATTEMPTS": mark("Too many attempts. Wait {seconds} seconds, then try again."),
    "TOO_MANY_CODES": mark("An order takes at most 50 codes."),
    "TOO_MANY_LINES": mark("A cart holds at most 500 lines."),
    "UNAVAILABLE": mark("This does not answer right now. Nothing was changed; please try again in a moment."),
}
#: What an address can lack, as capture says it.
FAULTS = (
    mark("please fill this in"),
    mark("choose a country"),
    mark("please choose a state"),
    mark("this is not a postal code of that country"),
    mark("write an e-mail address such as name@example.org"),
    mark("at most 254 characters per field"),
)


def sentence(error: Error, locale: str) -> str:
    """The error as a sentence for a shopper."""
    pattern = SENTENCES.get(error.code)
    if pattern is None:
        return error.plain(translator(locale).gettext)
    known: dict[str, Any] = {name: str(value) for name, value in error.attributes.items()}
    if "unit" in known:
        known["unit"] = formats.unit_name(known["unit"], locale)
    return translator(locale).gettext(pattern).format_map(_Blank(known)).replace(" .", ".")


def fault(problem: str, locale: str) -> str:
    """What is wrong with one field, as a sentence of its own."""
    text: str = translator(locale).gettext(problem)
    return text[:1].upper() + text[1:]


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""
