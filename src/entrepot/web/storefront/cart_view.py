"""The cart as its page shows it: lines with their parts, gifts, what is in the way, what little is missing. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from babel.support import NullTranslations

from entrepot.commerce import capture
from entrepot.kernel.money import parse_amount
from entrepot.kernel.quantity import Step, read_step
from entrepot.web import formats
from entrepot.web.i18n import mark
from entrepot.web.kit_launch import can_compare


@dataclass(frozen=True, slots=True, kw_only=True)
class LineShown:
    """One line: what it is, what it costs and what may be done with it."""

    id: str
    part_number: str
    name: str
    thumbnail: str | None
    quantity: int
    step: Step
    unit_price: int | None
    list_price: int | None
    amount: int
    net: int
    discounts: tuple[capture.LineAdjustment, ...] = ()
    granted: tuple[tuple[str, int], ...] = ()
    price_said: str = ""
    parts: tuple[capture.Component, ...] = ()
    contents: tuple[capture.Content, ...] = ()
    configured: bool = False
    compared: bool = False
    in_bundle: bool = False
    gift: str = ""
    problem: str = ""

    @property
    def written(self) -> str:
        """The quantity as its field holds it."""
        return self.step.format(self.quantity)


@dataclass(frozen=True, slots=True)
class Hint:
    """What is missing for a promotion, in words; ``part`` of it is there already."""

    text: str
    part: float


@dataclass(frozen=True, slots=True)
class CartShown:
    """Everything the cart page shows beside the totals."""

    lines: tuple[LineShown, ...]
    hints: tuple[Hint, ...]
    declined: tuple[tuple[str, str], ...]
    codes: tuple[tuple[str, str], ...]
    problems: tuple[str, ...]


def cart_shown(cart: capture.Order, words: NullTranslations, locale: str) -> CartShown:
    """The calculated cart arranged for reading, in the reader's language."""
    calculation = cart.calculation
    assert calculation is not None, "a cart that is shown has been calculated"
    own = {line.id: line for line in cart.lines}
    why = {one.line: problem_text(one, words) for one in calculation.problems if one.line}
    reader = Reader(words, locale, calculation.currency)
    lines = [_line(line, own.get(line.id), why.get(line.id, ""), reader) for line in calculation.lines]
    priced = {line.id for line in calculation.lines}
    lines += [_gone(line, why.get(line.id, "")) for line in cart.lines if line.id not in priced]
    names = {one.promotion: one.name for one in calculation.applied}
    return CartShown(
        lines=tuple(lines),
        hints=tuple(hints(calculation, words, locale)),
        declined=tuple((one, names[one]) for one in sorted(cart.declined_gifts) if one in names),
        codes=tuple((code, _code_state(code, calculation, words)) for code in cart.codes),
        problems=tuple(problem_text(one, words) for one in calculation.problems if not one.line),
    )


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: in which words and numbers, in which currency."""

    words: NullTranslations
    locale: str
    currency: str


def _line(line: capture.PricedLine, own: capture.OrderLine | None, problem: str, reader: Reader) -> LineShown:
    return LineShown(
        id=line.id,
        part_number=line.part_number,
        name=line.name,
        thumbnail=line.thumbnail,
        quantity=line.quantity,
        step=read_step(line.multiple, line.unit),
        unit_price=line.unit_price,
        list_price=line.list_price,
        amount=line.amount,
        net=line.net,
        discounts=line.adjustments,
        granted=tuple((granted_name(one, reader.words), one.amount) for one in line.by_hand if one.amount),
        price_said=_price_said(line, reader),
        parts=own.components if own else (),
        contents=capture.contents(own) if own else (),
        configured=bool(own and own.configuration_id),
        compared=bool(own and can_compare(own)),
        in_bundle=bool(own and own.bundle),
        gift=line.gift_of,
        problem=problem,
    )


def _price_said(line: capture.PricedLine, reader: Reader) -> str:
    """That an agent set the price of a unit, and what it would cost otherwise."""
    if line.price_set is None:
        return ""
    pattern = reader.words.gettext("%(why)s: %(now)s instead of %(before)s")
    now, before = (formats.price(one, reader.currency, reader.locale) for one in (line.unit_price, line.price_set.before))
    reason = capture.ByHand(line.price_set.id, line.price_set.amount, line.price_set.reason)
    return pattern % {"why": granted_name(reason, reader.words), "now": now, "before": before}


def _gone(line: capture.OrderLine, problem: str) -> LineShown:
    return LineShown(
        id=line.id,
        part_number=line.part_number,
        name=line.part_number,
        thumbnail=None,
        quantity=line.quantity,
        step=Step(),
        unit_price=None,
        list_price=None,
        amount=0,
        net=0,
        parts=line.components,
        contents=capture.contents(line),
        problem=problem,
    )


def problem_text(problem: capture.Problem, words: NullTranslations) -> str:
    """Why a line or the order cannot go on, in the reader's language."""
    _ = words.gettext
    known = {
        "NOT_AVAILABLE": _("This is not available any more. Remove it to go on."),
        "NO_PRICE": _("This has no price at the moment. Remove it to go on."),
        "CART_EMPTY": _("There is nothing in the cart."),
        "ADDRESS_MISSING": _("Tell us where the order goes."),
        "SHIP_MODE_MISSING": _("Choose how the order ships."),
        "PAYMENT_MISSING": _("Choose how to pay."),
    }
    return known.get(problem.code, problem.text)


def hints(calculation: capture.Calculation, words: NullTranslations, locale: str) -> list[Hint]:
    """What the order earns for later, and the promotions within reach: half of what they ask is in the cart already."""
    later = [one for one in calculation.applied if not one.amount and one.level != "shipping"]
    found = [Hint(words.gettext("With this order you get: %(name)s") % {"name": one.name}, 1.0) for one in later]
    for one in calculation.refused:
        words_of = _REASONS.get(one.reason)
        hint = words_of(one, calculation.currency, words, locale) if words_of else None
        if hint is not None and hint.part >= 0.5:
            found.append(hint)
    return sorted(found, key=lambda hint: -hint.part)


def _more_units(one: capture.PromotionRefused, currency: str, words: NullTranslations, locale: str) -> Hint | None:
    needs, has = int(one.needs), int(one.has)
    text = words.ngettext("Add %(num)s more and get: %(name)s", "Add %(num)s more and get: %(name)s", needs - has)
    return Hint(text % {"num": needs - has, "name": one.name}, has / needs if needs else 0)


def _more_spending(one: capture.PromotionRefused, currency: str, words: NullTranslations, locale: str) -> Hint | None:
    needs, has = parse_amount(one.needs, currency), parse_amount(one.has, currency)
    text = words.gettext("Spend %(amount)s more and get: %(name)s")
    return Hint(text % {"amount": formats.money(needs - has, currency, locale), "name": one.name}, has / needs if needs else 0)


def _choose_shipping(one: capture.PromotionRefused, currency: str, words: NullTranslations, locale: str) -> Hint | None:
    return Hint(words.gettext("Within reach at the checkout: %(name)s") % {"name": one.name}, 1.0)


_Hinting = Callable[[capture.PromotionRefused, str, NullTranslations, str], Hint | None]
_REASONS: dict[str, _Hinting] = {
    "MORE_UNITS_NEEDED": _more_units,
    "MORE_SPENDING_NEEDED": _more_spending,
    "SHIPPING_NOT_CHOSEN_YET": _choose_shipping,
}


def _code_state(code: str, calculation: capture.Calculation, words: NullTranslations) -> str:
    """What an entered code does, or why it does nothing yet."""
    _ = words.gettext
    for done in calculation.applied:
        if done.code == code:
            return done.name
    for one in calculation.refused:
        if one.code == code:
            reasons = {
                "MORE_SPENDING_NEEDED": _("%(name)s: your cart has not reached %(needs)s yet"),
                "MORE_UNITS_NEEDED": _("%(name)s: add %(needs)s or more of what it is for"),
                "NOT_WITH_ANOTHER": _("%(name)s: cannot be combined with another offer in your cart"),
                "USED_UP": _("%(name)s: already used"),
            }
            pattern = reasons.get(one.reason, _("%(name)s: does not apply to this cart yet"))
            return pattern % {"name": one.name, "needs": one.needs}
    return _("does not apply to this cart yet")


def surcharges_named(calculation: capture.Calculation) -> list[tuple[str, int]]:
    """The surcharges by the name the buyer reads, those of one name together."""
    sums: dict[str, int] = {}
    for one in calculation.surcharges:
        sums[one.name] = sums.get(one.name, 0) + one.amount
    return list(sums.items())


#: What a shopper reads of a grant, by its reason.
GRANTED = {
    "APPEASEMENT": mark("Goodwill discount from our service"),
    "PRICE_MATCH": mark("Price match by our service"),
    "PRICE_ADJUSTMENT": mark("Price adjusted by our service"),
    "SUBSTITUTION": mark("Discount for a substitute"),
    "DAMAGED": mark("Discount for a flaw"),
    "LATE_DELIVERY": mark("Discount for late delivery"),
}
GRANTED_OTHERWISE = mark("Discount from our service")
CHARGED = mark("Extra charge agreed with our service")


def granted_name(one: capture.ByHand, words: NullTranslations) -> str:
    """What the shopper reads of something an agent granted or charged; never the agent's own note."""
    return words.gettext(CHARGED if one.amount > 0 else GRANTED.get(one.reason, GRANTED_OTHERWISE))


def _granted_rows(given: Sequence[capture.ByHand], words: NullTranslations) -> list[dict[str, object]]:
    """What was granted or charged, each name once."""
    found: dict[str, int] = {}
    for one in given:
        found[granted_name(one, words)] = found.get(granted_name(one, words), 0) + one.amount
    return [{"label": name, "amount": n, **({"tone": "saving"} if n < 0 else {})} for name, n in found.items() if n]


def sums_of(calculation: capture.Calculation, words: NullTranslations) -> Sequence[dict[str, object]]:
    """The totals as rows: goods, promotions and surcharges by their names, shipping and tax as soon as they are known."""
    _ = words.gettext
    rows: list[dict[str, object]] = [{"label": _("Articles"), "amount": calculation.goods}]
    for one in calculation.applied:
        if one.amount and one.level != "shipping":
            rows.append({"label": one.name, "amount": -one.amount, "tone": "saving"})
    rows += _granted_rows([one for line in calculation.lines for one in line.by_hand], words)
    for surcharge in surcharges_named(calculation):
        rows.append({"label": surcharge[0], "amount": surcharge[1]})
    if calculation.shipping is not None:
        rows.append({"label": calculation.shipping.name, "amount": calculation.shipping.amount})
        for share in calculation.shipping.adjustments:
            rows.append({"label": share.name, "amount": -share.amount, "tone": "saving"})
        rows += _granted_rows(calculation.shipping.by_hand, words)
    if calculation.tax:
        rows.append({"label": _tax_label(calculation, words), "amount": calculation.tax})
    rows.append({"label": _("Total"), "amount": calculation.total, "tone": "total"})
    if calculation.cash_rounding:
        rows.append({"label": _("Rounded to the smallest coin"), "amount": calculation.cash_rounding})
        rows.append({"label": _("To pay"), "amount": calculation.payable, "tone": "total"})
    return rows


def _tax_label(calculation: capture.Calculation, words: NullTranslations) -> str:
    if calculation.taxed_elsewhere:
        return words.gettext("Tax where it goes, included in the prices")
    return words.gettext("Tax, included in the prices") if calculation.tax_included else words.gettext("Tax")
