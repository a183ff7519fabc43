"""What the history of an order says in the reader's words.

Order management writes each entry down as it happens, in English and with its codes. A text is recognized by its form and told
in the reader's language, the codes in it by their names; a remark somebody wrote, and what has no known form, stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from entrepot.web.i18n import mark, translator
from entrepot.web.words import speaker

_NAMED = {
    "action": {
        "ENTER": mark("Entered"),
        "CHANGE": mark("Replaced"),
        "REMOVE": mark("Taken off"),
        "APPROVE": mark("Approved"),
        "REJECT": mark("Rejected"),
        "REOPEN": mark("To be approved again: the order comes to more"),
        "EXPIRE": mark("Expired with the order"),
    },
    "level": {
        "LineAdjustment": mark("adjustment of an article"),
        "OrderAdjustment": mark("adjustment of the whole order"),
        "ShipmentAdjustment": mark("adjustment of shipping"),
        "PriceOverride": mark("unit price"),
    },
    "state": {
        "pending": mark("Waits for approval"),
        "approved": mark("Approved"),
        "rejected": mark("Rejected"),
        "within_limits": mark("Within limits"),
        "expired": mark("Expired"),
    },
}
#: The forms of the texts, each with the sentence it is told in; its groups are what stands inside.
FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"draft started\Z"), mark("Draft started")),
    (re.compile(r"details changed\Z"), mark("Details changed")),
    (re.compile(r"hold (?P<hold>\S+) resolved: (?P<text>.*)\Z", re.S), mark("Hold “%(hold)s” resolved: %(text)s")),
    (re.compile(r"hold (?P<hold>\S+): (?P<text>.*)\Z", re.S), mark("Hold “%(hold)s”: %(text)s")),
    (re.compile(r"payment: (?P<status>\S+)\Z"), mark("Payment: %(status)s")),
    (re.compile(r"reason: (?P<reason>\S+)(?P<rest> .*)?\Z", re.S), mark("Reason: %(reason)s%(rest)s")),
    (re.compile(r"invoice (?P<number>\S+): (?P<amount>\S+ [A-Z]{3})\Z"), mark("Invoice %(number)s over %(amount)s")),
    (re.compile(r"(?P<what>\S+ × \S+): removed\Z"), mark("%(what)s: removed")),
    (re.compile(r"(?P<what>\S+ × \S+): (?P<status>.+?) at (?P<node>\S+)\Z"), mark("%(what)s: %(status)s at %(node)s")),
    (re.compile(r"(?P<what>\S+ × \S+): (?P<status>.+)\Z"), mark("%(what)s: %(status)s")),
    (
        re.compile(
            r"(?P<action>[A-Z]+) (?P<level>[A-Za-z]+)(?: on (?P<item>\S+))?: (?P<amounts>\S+ → \S+ [A-Z]{3})"
            r" \((?P<reason>[A-Z_]+), (?P<state>[a-z_]+)\)\Z"
        ),
        mark("%(action)s: %(level)s %(item)s %(amounts)s · %(reason)s · %(state)s"),
    ),
)


def teller(locale: str) -> Callable[[str], str]:
    """What tells an entry's text in a language.

    >>> teller("en-US")("ENTER LineAdjustment on CABLE: 0.00 → -5.00 USD (DAMAGED, pending)")
    'Entered: adjustment of an article CABLE 0.00 → -5.00 USD · Damaged · Waits for approval'
    """
    gettext, say = translator(locale).gettext, speaker(locale)

    def named(group: str, value: str | None) -> str:
        if value is None:
            return ""
        known = _NAMED.get(group, {}).get(value)
        return gettext(known) if known else say(value) if group in ("hold", "status", "reason") else value

    def tell(text: str) -> str:
        for form, sentence in FORMS:
            found = form.match(text)
            if found:
                values = {group: named(group, value) for group, value in found.groupdict().items()}
                return (gettext(sentence) % values).replace("  ", " ")
        return text

    return tell
