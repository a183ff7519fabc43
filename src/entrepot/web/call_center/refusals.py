"""What stands in the way of an adjustment by hand, in the reader's language and with what to do next."""

from __future__ import annotations

from entrepot.kernel.errors import Error
from entrepot.web.i18n import mark, translator

#: By the code of a refusal, or by the field it is about.
TOLD = {
    "ENT_OWN_ORDER": mark("Nobody adjusts an order of their own. Ask a colleague."),
    "ENT_NEGATIVE_TOTAL": mark("That is more than it costs. Take off less."),
    "ENT_NO_SHIPPING": mark("Shipping costs nothing on this order, so there is nothing to adjust. Choose how it travels first."),
    "ENT_ADJUSTMENT_NOT_FOUND": mark("This adjustment does not stand on the order any more."),
    "ENT_NOT_WAITING": mark("Somebody has decided on this already."),
    "ENT_APPROVER": mark("Whoever gave it cannot approve it. Somebody else has to decide."),
    "ENT_APPROVER_LIMIT": mark("This passes your own limits too. Somebody with wider limits has to decide."),
    "ENT_VERSION": mark("The order changed in the meantime. Look at it as it is now, then decide again."),
    "NOT_PERMITTED": mark("Your role does not allow this. Ask a supervisor."),
    "Amount": mark("Write an amount above zero."),
    "ReasonCode": mark("Choose a reason from the list."),
    "NoteText": mark("Say in a note of at most 300 characters what the other reason is."),
    "OrderLineKey": mark("Choose a line that is bought; a gift costs nothing already."),
}


def in_words(error: Error, locale: str) -> str:
    """The refusal as a reader understands it; one without words for agents is told in its own."""
    known = TOLD.get(error.code)
    if error.code == "ENT_INVALID":
        known = TOLD.get(str(error.attributes.get("path", "")))
    gettext = translator(locale).gettext
    return gettext(known) if known else error.plain(gettext)
