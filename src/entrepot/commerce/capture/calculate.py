"""The order calculation: one pipeline for a cart, a draft order of another system, a quote and a simulation.

Items, then promotions, shipping, shipping promotions, taxes, totals (`charges.settle`). Gift lines are made here, at their own
price, and discounted by all of it. Running it twice gives the same result, because it starts from entitled
prices every time and keeps nothing of what it decided before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from entrepot.commerce import catalog, charges, pricing, promotions
from entrepot.commerce.capture.calculation import (
    Calculation,
    LineAdjustment,
    PricedComponent,
    PricedLine,
    Problem,
    PromotionApplied,
    PromotionRefused,
    ShippingCharge,
)
from entrepot.commerce.capture.elsewhere import elsewhere
from entrepot.commerce.capture.order import Component, OrderLine
from entrepot.commerce.capture.set_price import with_set_prices
from entrepot.commerce.capture.settle import settled, surcharges_on
from entrepot.commerce.capture.tables import has_ordered
from entrepot.commerce.capture.to_calculate import ToCalculate
from entrepot.commerce.catalog import EntryFacts
from entrepot.commerce.pricing import Entitled, Occasion, Unpriced, Wanted
from entrepot.kernel.money import extend
from entrepot.kernel.quantity import read_step

Facts = Mapping[str, EntryFacts]


def calculate(conn: Connection, order: ToCalculate) -> Calculation:
    """Price ``order`` as its buyer would have it now; stores nothing."""
    view = catalog.View(order.store, order.language, order.price_date)
    numbers = {line.part_number for line in order.lines} | {c.part_number for line in order.lines for c in line.components}
    facts = catalog.entries_by_part_numbers(conn, view, numbers)
    occasion = Occasion(order.store.id, order.currency, order.price_date, order.customer, order.contract)
    priced, problems = _price_lines(conn, order, facts, occasion)
    abroad = elsewhere(conn, order.store, order.destination, order.currency)
    if abroad is not None:
        priced = abroad.lines(priced, facts, order.locked_prices)
    if order.set_prices:
        priced = with_set_prices(order.set_prices, priced, order.currency)
    shelf = promotions.shelf_of(conn, order.store.id)
    parcel = parcel_of(order, facts, priced)
    offer = _shipping_offer(conn, order, parcel)
    floors = _floors(conn, order, priced)
    if abroad is not None:
        categories = {line.id: facts[line.part_number].tax_category for line in priced}
        floors = {line: abroad.amount(least, categories[line]) for line, least in floors.items()}
    basket = _asked(conn, order, facts, shelf, _basket(order, priced, facts, offer.amount if offer else None, floors))
    candidates = shelf.candidates(basket)
    used_up = promotions.exhausted(conn, order.store.id, [one for one, _ in candidates], order.buyer, order.order_ref)
    evaluation = promotions.evaluate(basket, shelf, used_up, best_deal=order.store.best_deal, candidates=candidates)
    gifts = _gift_lines(conn, order, evaluation, occasion)
    lines = [_shared(order, line, evaluation) for line in [*priced, *gifts]]
    shipping = _shipping_charge(order, offer, evaluation)
    bare = settled(conn, order, facts, lines, shipping, surcharges_on(conn, order, facts, lines, parcel))
    return msgspec.structs.replace(
        bare,
        applied=_applied(evaluation, gifts, order.language),
        refused=tuple([_refused(one, order.language) for one in evaluation.refused]),
        codes_unknown=evaluation.codes_unknown,
        problems=problems,
    )


def _price_lines(
    conn: Connection, order: ToCalculate, facts: Facts, occasion: Occasion
) -> tuple[list[PricedLine], tuple[Problem, ...]]:
    """Unit prices of the ordinary lines; the quantity that decides a tier is the sum over equal entries."""
    known = [line for line in order.lines if line.part_number in facts]
    problems = [_not_available(line) for line in order.lines if line.part_number not in facts]
    together: dict[int, int] = {}
    for line in known:
        together[line.entry_id] = together.get(line.entry_id, 0) + line.quantity
    wanted = [wanted_of(facts[line.part_number], together[line.entry_id], line.components, facts) for line in known]
    found = pricing.entitled_prices(conn, occasion, wanted)
    priced = []
    for line, price in zip(known, found, strict=True):
        entry = facts[line.part_number]
        if not entry.displayable or not entry.buyable:
            problems.append(_not_available(line))
            continue
        locked = (order.locked_prices or {}).get(line.id)
        if isinstance(price, Unpriced) and locked is None:
            problems.append(_not_priced(line, entry, price.code))
            continue
        priced.append(priced_line(line, entry, price, locked, occasion.currency))
    return priced, tuple(problems)


def wanted_of(entry: EntryFacts, quantity: int, components: Sequence[Component], facts: Facts) -> Wanted:
    """What pricing is asked for one line; a dynamic kit brings its components."""
    if not entry.type.configured:
        return wanted_entry(entry, quantity)
    known = [(facts[one.part_number], one.quantity) for one in components if one.part_number in facts]
    return wanted_entry(entry, quantity, tuple([wanted_entry(part, count) for part, count in known]))


def wanted_entry(entry: EntryFacts, quantity: int, parts: tuple[Wanted, ...] | None = None) -> Wanted:
    """A number of an entry's steps, and of a dynamic kit the parts of one."""
    return Wanted(entry.id, entry.part_number, quantity, entry.product_id, entry.group_ids, parts, entry.step.fraction)


def priced_line(
    line: OrderLine, entry: EntryFacts, price: Entitled | Unpriced | None, locked: int | None, currency: str
) -> PricedLine:
    """The line at its entitled price, or at the one it is locked to."""
    entitled = price if isinstance(price, Entitled) else None
    unit_price = locked if locked is not None else entitled.price if entitled else 0
    return PricedLine(
        id=line.id,
        entry_id=line.entry_id,
        part_number=line.part_number,
        name=entry.name,
        quantity=line.quantity,
        unit_price=unit_price,
        amount=extend(unit_price, line.quantity, currency, entry.step.fraction),
        contract=entitled.contract if entitled else "",
        rule="locked" if locked is not None else entitled.rule if entitled else "",
        list_price=entitled.list_price if entitled else None,
        thumbnail=entry.thumbnail,
        unit=entry.step.unit,
        multiple=f"{entry.step.multiple.normalize():f}",
        components=_priced_components(line, entitled) if line.components else (),
    )


def _priced_components(line: OrderLine, entitled: Entitled | None) -> tuple[PricedComponent, ...]:
    return tuple(
        PricedComponent(part.part_number, own.quantity, part.price)
        for part in (entitled.components if entitled else ())
        for own in line.components
        if own.part_number == part.part_number
    )


def _not_priced(line: OrderLine, entry: EntryFacts, code: str) -> Problem:
    name = entry.name or line.part_number
    if code == "NOT_ENTITLED":
        return Problem(code, f"{name} is not part of your contract. Please remove it.", line.id)
    return Problem(code, f"{name} has no price at the moment.", line.id)


def _not_available(line: OrderLine) -> Problem:
    return Problem("NOT_AVAILABLE", f"{line.part_number} is not available any more. Please remove it.", line.id)


def _shipping_offer(conn: Connection, order: ToCalculate, parcel: charges.Parcel) -> charges.ShippingOffer | None:
    if order.shipping_mode is None:
        return None
    modes = [one for one in charges.find_shipping_modes(conn, order.store.id) if one.code == order.shipping_mode]
    chosen = next(iter(charges.offer_shipping(modes, parcel)), None)
    if chosen is not None and order.shipping_locked is not None:
        return replace(chosen, amount=order.shipping_locked)
    return taxed_there(conn, order, [chosen])[0] if chosen is not None else None


def taxed_there(conn: Connection, order: ToCalculate, offers: Sequence[charges.ShippingOffer]) -> list[charges.ShippingOffer]:
    """Ways to ship with the taxes of where they lead, in a store whose prices include those of home."""
    abroad = elsewhere(conn, order.store, order.destination, order.currency)
    if abroad is None:
        return list(offers)
    return [replace(one, amount=abroad.amount(one.amount, "shipping")) for one in offers]


def parcel_of(order: ToCalculate, facts: Facts, priced: Sequence[PricedLine]) -> charges.Parcel:
    """What shipping and surcharges go by; the goods count as they cost before promotions."""
    destination = order.destination
    return charges.Parcel(
        currency=order.currency,
        country=destination.country if destination else None,
        region=destination.region if destination else "",
        grams=weight_of(order.lines, facts),
        amount=sum([line.amount for line in priced]),
        quantity=sum([line.quantity for line in order.lines]),
        at=order.price_date,
    )


def weight_of(lines: Sequence[OrderLine], facts: Facts) -> int:
    """The order's weight in whole grams, rounded up; kits weigh what their components weigh unless stated."""
    grams = 0
    for line in lines:
        entry = facts.get(line.part_number)
        if entry is None:
            continue
        if entry.weight_grams is not None:
            grams += -int(-(entry.weight_grams * line.quantity) // 1)
            continue
        for one in line.components:
            part = facts.get(one.part_number)
            if part is not None and part.weight_grams is not None:
                grams += -int(-(part.weight_grams * one.quantity * line.quantity) // 1)
    return grams


def _floors(conn: Connection, order: ToCalculate, priced: Sequence[PricedLine]) -> Mapping[str, int]:
    """The least each line may cost whatever promotions give, of those that have a minimum price."""
    entries = [line.entry_id for line in priced]
    least = pricing.minimum_prices(conn, order.store.id, entries, order.currency)
    return {
        line.id: extend(least[line.entry_id], line.quantity, order.currency, read_step(line.multiple, line.unit).fraction)
        for line in priced
        if line.entry_id in least
    }


def _basket(
    order: ToCalculate, priced: Sequence[PricedLine], facts: Facts, shipping: int | None, floors: Mapping[str, int]
) -> promotions.Basket:
    lines = tuple(
        promotions.Line(
            line.id,
            line.part_number,
            line.quantity,
            line.amount,
            frozenset(facts[line.part_number].group_identifiers),
            reduced=line.list_price is not None and line.unit_price < line.list_price,
            floor=floors.get(line.id, 0),
        )
        for line in priced
    )
    return promotions.Basket(
        lines=lines,
        currency=order.currency,
        at=order.price_date,
        segments=order.customer.segments,
        codes=order.codes,
        shipping=shipping,
        shipping_mode=order.shipping_mode,
        country=order.destination.country if order.destination else None,
        payment=order.payment,
        zone=order.store.time_zone,
    )


def _asked(
    conn: Connection, order: ToCalculate, facts: Facts, shelf: promotions.Shelf, basket: promotions.Basket
) -> promotions.Basket:
    """The basket with what has to be looked up, and only where a code was entered or a promotion of the store asks."""
    if order.codes:
        holder = promotions.Holder(order.buyer, order.price_date)
        basket = replace(basket, issued=promotions.issued_codes(conn, order.store.id, order.codes, order.order_ref, holder))
    if shelf.asks_first_order and order.buyer:
        basket = replace(basket, first_order=not has_ordered(conn, order.store.id, order.buyer, order.order_ref))
    if shelf.asks_weight:
        basket = replace(basket, grams=weight_of(order.lines, facts))
    if shelf.asks_attributes:
        entries = {line.id: line.entry_id for line in order.lines}
        said = catalog.attributes_of(conn, entries.values())
        lines = tuple(replace(line, attributes=said.get(entries[line.id], frozenset())) for line in basket.lines)
        basket = replace(basket, lines=lines)
    return basket


def _gift_lines(conn: Connection, order: ToCalculate, evaluation: promotions.Evaluation, occasion: Occasion) -> list[PricedLine]:
    """A line per gift: the first choice that is shown, buyable and has a price; declined ones stay away."""
    choices = {number for applied in evaluation.applied for gift in applied.gifts for number in gift.choices}
    if not choices:
        return []
    view = catalog.View(order.store, order.language, order.price_date)
    facts = catalog.entries_by_part_numbers(conn, view, choices)
    abroad = elsewhere(conn, order.store, order.destination, order.currency)
    usable = [entry for entry in facts.values() if entry.displayable and entry.buyable and entry.type.atomic]
    found = pricing.entitled_prices(conn, occasion, [wanted_of(entry, 1, (), facts) for entry in usable])
    prices = {price.part_number: price for price in found if isinstance(price, Entitled)}
    lines = []
    for one in promotions.give_gifts(evaluation.applied, prices, declined=order.declined_gifts):
        applied, gift, chosen = one.applied, one.gift, one.part_number
        line_id = f"gift:{applied.promotion.identifier}"
        bare = OrderLine(line_id, 0, facts[chosen].id, chosen, gift.quantity)
        line = priced_line(bare, facts[chosen], prices[chosen], None, order.currency)
        line = abroad.line(line, facts[chosen].tax_category) if abroad is not None else line
        off = _adjustment(applied, line.amount, order.language)
        lines.append(
            msgspec.structs.replace(
                line,
                adjustments=(off,),
                gift_of=applied.promotion.identifier,
                gift_buy_lines=gift.buy_lines,
                gift_per=gift.per,
                gift_each=gift.each,
            )
        )
    return lines


def _adjustment(applied: promotions.Applied, amount: int, language: str) -> LineAdjustment:
    one = applied.promotion
    return LineAdjustment(one.identifier, one.version, one.name(language), amount, applied.code or "")


def _shared(order: ToCalculate, line: PricedLine, evaluation: promotions.Evaluation) -> PricedLine:
    """The line with its shares of the promotions."""
    shares = [
        _adjustment(applied, applied.lines[line.id], order.language)
        for applied in evaluation.applied
        if applied.lines.get(line.id)
    ]
    return msgspec.structs.replace(line, adjustments=(*line.adjustments, *shares)) if shares else line


def _shipping_charge(
    order: ToCalculate, offer: charges.ShippingOffer | None, evaluation: promotions.Evaluation
) -> ShippingCharge | None:
    if offer is None:
        return None
    off = tuple(_adjustment(one, one.shipping, order.language) for one in evaluation.applied if one.shipping)
    return ShippingCharge(offer.mode.code, offer.mode.name(order.language), offer.amount, off)


def _applied(evaluation: promotions.Evaluation, gifts: Sequence[PricedLine], language: str) -> tuple[PromotionApplied, ...]:
    """What applies and what it is worth; a gift is worth what it would have cost."""
    worth = {line.gift_of: line.amount for line in gifts}
    return tuple(
        PromotionApplied(
            promotion=one.promotion.identifier,
            version=one.promotion.version,
            name=one.promotion.name(language),
            level=one.promotion.level,
            amount=one.amount + worth.get(one.promotion.identifier, 0),
            times=one.times,
            code=one.code or "",
        )
        for one in evaluation.applied
    )


def _refused(one: promotions.Refusal, language: str) -> PromotionRefused:
    declined, promotion = one.declined, one.promotion
    name = promotion.name(language)
    return PromotionRefused(
        promotion.identifier, name, declined.reason, str(declined.needs), str(declined.has), declined.what, one.code or ""
    )
