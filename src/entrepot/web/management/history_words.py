"""Values of the history in the reader's words: the facts were kept, the sentences are made when somebody reads them.

A line that was written before facts were kept holds a sentence, which is told as it was written.
"""

from __future__ import annotations

from typing import Any

from entrepot.commerce import members, pricing, promotions
from entrepot.kernel.errors import Error
from entrepot.kernel.words import Gettext
from entrepot.web.i18n import mark

#: Words of ours that are kept as codes, by the field that holds them.
CODED = {
    "status": {
        "active": mark("active"),
        "inactive": mark("inactive"),
        "pending": mark("pending"),
        "rejected": mark("rejected"),
        "locked": mark("locked"),
    },
    "state": {
        "draft": mark("draft"),
        "pending": mark("pending"),
        "active": mark("active"),
        "suspended": mark("suspended"),
        "canceled": mark("canceled"),
        "closed": mark("closed"),
    },
    "per": {"order": mark("once for the order"), "line": mark("for each line"), "item": mark("for each unit")},
    "category": {
        "Handling": mark("Handling"),
        "Personalization": mark("Personalization"),
        "Shipping": mark("Extra shipping cost"),
    },
}
#: What a rate table goes by, in the name the history has for it.
BASES = {"weight": mark("by weight"), "amount": mark("by value of the goods"), "quantity": mark("by number of units")}


#: What stands where the use of a promotion has no bound.
NO_LIMIT = -1


def sentence_of(kind: str, name: str, value: Any, gettext: Gettext) -> str | None:
    """What a field of a thing of a kind says, where it is more than its value; nothing where the value says it all."""
    try:
        if kind == "rule" and name == "path":
            return "; ".join(words for _, words in pricing.in_words(pricing.read_rule("", value), gettext))
        if kind == "promotion" and name == "conditions":
            return "; ".join(one.sentence(gettext) for one in promotions.read_conditions(value))
        if kind == "promotion" and name == "rewards":
            return "; ".join(one.sentence(gettext) for one in promotions.read_rewards(value))
        if kind == "promotion" and name.startswith("limit_") and value == NO_LIMIT:
            return gettext(mark("without a limit"))
        if name == "conditions":
            return members.in_words(members.read_conditions(value), gettext)
    except Error:
        return None  # what was kept is of a kind that is gone since, and told as it was written
    known = CODED.get(name, {}).get(value) if isinstance(value, str) else None
    return gettext(known) if known else None


def field_name(name: str, gettext: Gettext) -> str:
    """The name of a rate table's line, which holds what the table goes by; any other name as it is."""
    parts = name.split(" · ")
    return " · ".join(gettext(BASES[part]) if part in BASES else part for part in parts) if len(parts) > 2 else name
