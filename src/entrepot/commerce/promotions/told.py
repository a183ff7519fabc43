"""An evaluation in sentences: what applies and what it is worth, what does not and what it would take."""

from __future__ import annotations

from entrepot.commerce.promotions.evaluate import Evaluation
from entrepot.commerce.promotions.missing import Ngettext, missing, plain_number
from entrepot.commerce.promotions.targets import Gettext, plain
from entrepot.kernel.money import format_amount


def told(
    evaluation: Evaluation,
    currency: str,
    language: str = "en-US",
    gettext: Gettext = plain,
    ngettext: Ngettext = plain_number,
) -> list[str]:
    """One sentence for each promotion that was looked at, in the order of the arithmetic, then the refused ones."""
    sentences = []
    for one in evaluation.applied:
        worth = f"{format_amount(one.amount, currency)} {currency}"
        values = {"name": one.promotion.name(language), "amount": worth, "terms": one.promotion.sentence(gettext)}
        if one.amount:
            sentences.append(gettext("%(name)s takes %(amount)s off (%(terms)s)") % values)
        else:
            sentences.append(gettext("%(name)s applies (%(terms)s)") % values)
    for refused in evaluation.refused:
        why = missing(refused.declined, currency, gettext, ngettext)
        name = refused.promotion.name(language)
        sentences.append(gettext("%(name)s does not apply: %(why)s") % {"name": name, "why": why})
    for code in evaluation.codes_unknown:
        sentences.append(gettext("the code %(code)s is not known") % {"code": code})
    if evaluation.cut_short:
        sentences.append(gettext("there were more combinations than were tried"))
    return sentences
