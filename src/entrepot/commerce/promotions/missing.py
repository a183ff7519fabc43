"""What it would take: a declined promotion in a sentence, such as "add one more of TW-NB14"."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from entrepot.commerce.promotions.conditions import Declined
from entrepot.commerce.promotions.targets import Gettext, plain

Ngettext = Callable[[str, str, int], str]


def plain_number(one: str, many: str, number: int) -> str:
    """Chooses the form in the language the texts are written in."""
    return one if number == 1 else many


def missing(declined: Declined, currency: str = "", gettext: Gettext = plain, ngettext: Ngettext = plain_number) -> str:
    """What the buyer would have to do, or why nothing can be done.

    >>> missing(Declined("MORE_UNITS_NEEDED", 2, 1, "NB"))
    'add one more of NB'
    """
    values = {"needs": declined.needs, "has": declined.has, "items": declined.what, "what": declined.what}
    if declined.reason == "MORE_UNITS_NEEDED":
        number = int(declined.needs) - int(declined.has)
        text = ngettext("add one more of %(items)s", "add %(num)s more of %(items)s", number)
        return text % (values | {"num": number})
    if declined.reason == "MORE_SPENDING_NEEDED":
        amount = f"{Decimal(declined.needs) - Decimal(declined.has)} {currency}".strip()
        return gettext("spend %(amount)s more on %(items)s") % (values | {"amount": amount})
    if declined.reason == "LESS_SPENDING_NEEDED":
        return gettext("only up to %(amount)s spent on %(items)s") % (values | {"amount": f"{declined.needs} {currency}".strip()})
    return _texts(gettext).get(declined.reason, declined.reason) % values


def _texts(gettext: Gettext) -> dict[str, str]:
    return {
        "FEWER_UNITS_NEEDED": gettext("only with at most %(needs)s of %(items)s"),
        "NOT_WITH_THESE_ITEMS": gettext("only without %(items)s"),
        "MORE_WEIGHT_NEEDED": gettext("only from a weight of %(needs)s"),
        "LESS_WEIGHT_NEEDED": gettext("only up to a weight of %(needs)s"),
        "NOT_IN_THIS_CURRENCY": gettext("only in %(needs)s"),
        "NOT_FOR_THIS_BUYER": gettext("only for %(needs)s"),
        "BUYER_NOT_KNOWN_YET": gettext("log on: it is for new buyers"),
        "NOT_THE_FIRST_ORDER": gettext("only on the first order"),
        "ADDRESS_NOT_KNOWN_YET": gettext("possible when it ships to %(needs)s"),
        "NOT_IN_THIS_REGION": gettext("only when it ships to %(needs)s"),
        "SHIPPING_NOT_CHOSEN_YET": gettext("possible when it ships by %(needs)s"),
        "NOT_WITH_THIS_SHIPPING": gettext("only when it ships by %(needs)s"),
        "PAYMENT_NOT_CHOSEN_YET": gettext("possible when it is paid by %(needs)s"),
        "NOT_WITH_THIS_PAYMENT": gettext("only when it is paid by %(needs)s"),
        "NOT_WITH_ANOTHER": gettext("cannot be combined with %(what)s"),
        "BETTER_OFFER_APPLIES": gettext("a better offer applies already"),
        "USED_UP": gettext("used up"),
        "NOTHING_TO_GIVE": gettext("there is nothing to take it off"),
    }


#: Reasons that the rest of the checkout may still resolve: the promotion is possible, not refused.
POSSIBLE = frozenset({"BUYER_NOT_KNOWN_YET", "ADDRESS_NOT_KNOWN_YET", "SHIPPING_NOT_CHOSEN_YET", "PAYMENT_NOT_CHOSEN_YET"})
