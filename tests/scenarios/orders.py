"""Order scenarios: items, promotions, gifts, charges and taxes through the functions a real order is priced with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from entrepot.commerce.charges import (
    Adding,
    Bill,
    Charge,
    Destination,
    Due,
    Manual,
    On,
    Row,
    TaxRate,
    price_elsewhere,
    settle,
    taxes_due,
)
from entrepot.commerce.promotions import Basket, Evaluation, GiftGiven, Line, Promotion, Shelf, evaluate, give_gifts
from entrepot.commerce.promotions.shares import part_of, unit_shares
from entrepot.kernel.money import allocate, exponent, extend, format_amount, format_price, parse_amount, parse_price, percent_of
from tests.scenarios import catalog_rules, coupons, zones
from tests.scenarios.neutral import NOW, Given, Unknown, as_list, attributes_of, currency_of, in_force, switched_on
from tests.scenarios.promotions import KINDS, Setting, leading, nth_order, promotion_of

CHARGES = {"surcharge", "manual_order_fixed", "tax"}
PERCENT = ("percentage", "percent")


@dataclass
class Stage:
    """An order calculated once: what went in and what came out, in minor units."""

    basket: Basket
    evaluation: Evaluation
    gifts: list[GiftGiven]
    due: Due
    unit_prices: dict[str, int]
    list_prices: dict[str, int]
    catalog_rules: list[int]
    gift_amounts: dict[str, int]

    def off(self, line_id: str) -> int:
        return sum(one.lines.get(line_id, 0) for one in self.evaluation.applied)


@dataclass
class Scene:
    """All of a scenario that does not change between two calculations."""

    given: Given
    policies: frozenset[str]
    currency: str = "USD"
    included: bool = False
    rules: list[Given] = field(default_factory=list)
    promotions: list[Promotion] = field(default_factory=list)
    rates: list[TaxRate] = field(default_factory=list)
    home: Destination | None = None
    destination: Destination | None = None
    catalog: dict[str, int] = field(default_factory=dict)
    #: What can not be given away, because there is none.
    sold_out: frozenset[str] = frozenset()
    #: Rules that are switched off, or meant for another channel.
    off: frozenset[int] = frozenset()
    exhausted: frozenset[int] = frozenset()
    #: The codes entered at the moment.
    codes: list[str] = field(default_factory=list)
    #: Where the discount is told apart, the subtotal is what it is taken off.
    subtotal_before: bool = False

    @property
    def shipping(self) -> Given | None:
        return self.given.inside("shipping") or self.given.inside("delivery")

    @property
    def shipping_price(self) -> int | None:
        """What shipping costs before promotions; several shipments together."""
        parts = [one for one in (self.shipping, *self.given.each("shipments")) if one is not None]
        return sum(self.money(one.first("price", "cost", "amount", default="0")) for one in parts) if parts else None

    @property
    def running(self) -> list[tuple[int, Given]]:
        """The rules in force, with their numbers."""
        return [(number, rule) for number, rule in enumerate(self.rules, 1) if number not in self.off]

    def money(self, value: Any) -> int:
        return signed(str(value), self.currency)

    def major(self, amount: int) -> Decimal:
        return Decimal(format_amount(amount, self.currency))


def signed(text: str, currency: str) -> int:
    return -parse_amount(text[1:], currency) if text.startswith("-") else parse_amount(text, currency)


def play(given: Given, policies: frozenset[str], expected: frozenset[str]) -> tuple[dict[str, Any], list[str]]:
    """The facts of an order scenario and the invariants it breaks."""
    scene = _scene(given, policies)
    scene.subtotal_before = "discount_total" in expected
    items = _items(given)
    stages = [calculate(scene, items)]
    broken = list(_broken(scene, items, stages[0]))
    later: dict[str, Any] = {}
    for step in given.each("then"):
        items = _changed(scene, items, step, stages[-1], later)
        stages.append(calculate(scene, items))
        broken += _broken(scene, items, stages[-1])
    facts = _facts(scene, items, stages[-1]) | later
    for number, stage in enumerate(stages):
        facts |= _by_quantity(scene, stage, first=not number)
    facts["subtotal_after_recalculation"] = _facts(scene, items, calculate(scene, items))["subtotal"]
    return facts, broken


def _scene(given: Given, policies: frozenset[str]) -> Scene:
    rules = given.each("rules")
    scene = Scene(given, policies, currency_of(given), bool(given.get("prices_include_tax", False)), rules)
    scene.off = frozenset(_switched_off(given, rules))
    scene.codes = as_list(given.first("coupons", "codes"))
    scene.catalog = {str(one.get("sku")): parse_price(str(one.get("price"))) for one in given.each("catalog")}
    scene.sold_out = frozenset(
        str(one.get("sku")) for one in given.each("catalog") if one.first("stock", "on_hand", default=1) in (0, "0")
    )
    tax = given.inside("tax")
    if tax is not None:
        scene.home = zones.place(tax.get("home_country"))
        scene.destination = zones.place(tax.get("ship_to", tax.get("home_country"))) or zones.NOWHERE
        inside = [one.first("included", "included_in_price", "included_in_prices") for one in tax.each("rates")]
        scene.included = scene.included or any(inside)
        scene.rates = [rate for one in tax.each("rates") for rate in zones.rates(one, scene.home)]
    else:
        scene.destination = zones.NOWHERE
        percents = [percent for rule in scene.rules if rule.get("kind") == "tax" for percent in zones.percents(rule)]
        scene.rates = [zones.rate("standard", percent) for percent in percents]
    out = tuple(
        str(one.get("sku")) for one in given.each("items") if one.first("in_scope", "discountable", "promotable") is False
    )
    first = leading([(number, rule) for number, rule in scene.running if rule.get("kind") in KINDS], policies)
    setting = Setting(scene.currency, policies, out, _gross_factor(given, scene), first)
    known = KINDS | CHARGES | catalog_rules.KINDS
    for number, rule in enumerate(scene.rules, 1):
        kind = rule.get("kind")
        if kind not in known:
            raise Unknown(f"rule kind {kind}")
        if kind in KINDS and number not in scene.off:
            scene.promotions.append(promotion_of(number, rule, setting))
    for one in given.each("items"):
        one.first("channel", "channels")
    scene.exhausted = coupons.exhausted_after(given, scene.promotions)
    given.each("history")
    return scene


def _switched_off(given: Given, rules: list[Given]) -> Iterator[int]:
    """Rules that are not active, meant for another channel, or out of date where no promotion looks at the date."""
    for number, rule in enumerate(rules, 1):
        on = switched_on(rule, given.get("channel"))
        if not on or (rule.get("kind") in catalog_rules.KINDS and not in_force(rule)):
            rule.set_aside()
            yield number


def _gross_factor(given: Given, scene: Scene) -> Decimal:
    """What turns net into gross where amounts of a rule are meant including tax and prices are not."""
    stated = [as_list(one.first("tax_rate", "tax_rates")) for one in given.each("items")]
    percents = {sum(map(Decimal, one), Decimal(0)) for one in stated} - {Decimal(0)}
    return 1 + max(percents, default=Decimal(0)) / 100 if not scene.included else Decimal(1)


def _given_items(given: Given) -> list[Given]:
    """The items; a price that stands alone is one piece of something."""
    price = given.first("base_price", "price")
    return given.each("items") or ([Given({"sku": "it", "price": price}, "given")] if price is not None else [])


def _items(given: Given) -> list[dict[str, Any]]:
    items = [
        {
            "sku": str(one.get("sku")),
            "price": str(one.get("price")),
            "qty": int(one.get("qty", 1)),
            "floor": one.first("min_price", "minimum_price"),
            "groups": as_list(one.first("category", "categories")),
            "tax_rate": one.first("tax_rate", "tax_rates"),
            "tax_category": str(one.get("tax_category") or "standard"),
            "tax_included": one.first("tax_included", "included_in_price", "price_includes_tax"),
            "reduced": bool(one.first("on_catalog_sale", "on_sale", default=False)),
            "original": one.get("original_price"),
            "attributes": attributes_of(one.get("attributes")),
            "grams": _grams(one),
            "place": place,
        }
        for place, one in enumerate(_given_items(given), 1)
    ]
    bundle = given.inside("bundle")
    if bundle is not None:
        pricing, own_price = bundle.get("pricing", "sum_of_children"), bundle.get("price")
        if pricing not in ("sum_of_children", "fixed", "own"):
            raise Unknown(f"bundle pricing {pricing}")
        children = [(str(one.get("sku")), str(one.get("price")), int(one.get("qty", 1))) for one in bundle.each("children")]
        bare: dict[str, Any] = {
            "floor": None,
            "groups": [],
            "tax_rate": None,
            "reduced": False,
            "original": None,
            "attributes": [],
        }
        place, quantity = len(items) + 1, int(bundle.get("qty", 1))
        kit = {"sku": str(bundle.get("sku")), "price": "0", "qty": quantity, "children": children, "place": place}
        if pricing != "sum_of_children":
            kit |= {"price": str(own_price), "own_price": True}
        items.append(bare | kit)
    return items


def _grams(item: Given) -> int:
    """What one piece weighs; a bare weight is in kilograms."""
    grams, kilograms = item.first("grams", "weight_grams", "weight_g"), item.first("weight", "weight_kg")
    return int(grams) if grams is not None else int(Decimal(str(kilograms or 0)) * 1000)


def calculate(scene: Scene, items: list[dict[str, Any]]) -> Stage:
    """Entitled prices, promotions, gifts, then the bill."""
    catalog_applied: set[int] = set()
    prices: dict[str, int] = {}
    lists: dict[str, int] = {}
    lines = []
    for item in items:
        line_id = str(item["place"])
        price, found = catalog_rules.price_of(item, scene.running, scene.policies, scene.currency)
        catalog_applied.update(found)
        rates = _rates_at(scene, item, scene.destination)
        if scene.included and scene.home is not None and item["tax_rate"] is None:
            price = price_elsewhere(price, _rates_at(scene, item, scene.home), rates, exponent(scene.currency))
        prices[line_id] = price
        lists[line_id] = parse_price(item["price"])
        floor = extend(parse_price(str(item["floor"])), item["qty"], scene.currency) if item["floor"] is not None else 0
        lines.append(
            Line(
                line_id,
                item["sku"],
                item["qty"],
                extend(price, item["qty"], scene.currency),
                frozenset(item["groups"]),
                floor,
                item["reduced"],
                frozenset(item["attributes"]),
            )
        )
    basket = _basket(scene, lines, sum(item.get("grams", 0) * item["qty"] for item in items))
    best = "select:best_combination" in scene.policies
    evaluation = evaluate(basket, Shelf(scene.promotions), scene.exhausted, best_deal=best)
    own = {item["sku"]: parse_price(item["price"]) for item in items}
    gift_prices = own | scene.catalog
    there = {sku: price for sku, price in gift_prices.items() if sku not in scene.sold_out}
    gifts = give_gifts(evaluation.applied, there)
    amounts = {
        f"gift-{place}": extend(gift_prices[gift.part_number], gift.gift.quantity, scene.currency)
        for place, gift in enumerate(gifts, 1)
    }
    due = settle(_bill(scene, items, evaluation))
    return Stage(basket, evaluation, gifts, due, prices, lists, sorted(catalog_applied), amounts)


def _basket(scene: Scene, lines: list[Line], grams: int) -> Basket:
    given = scene.given
    shipping, customer = scene.shipping, given.inside("customer")
    groups = as_list(given.first("customer_group", "customer_groups", "segments"))
    if customer is not None:
        groups += as_list(customer.first("group", "groups", "customer_group", "segments"))
    placed = _placed(given)
    if placed is not None:
        groups.append(nth_order(placed + 1))
    return Basket(
        lines=tuple(lines),
        currency=scene.currency,
        at=NOW,
        segments=frozenset({"everybody", *groups}),
        codes=tuple(scene.codes),
        shipping=scene.shipping_price,
        shipping_mode=shipping.first("method", "mode") if shipping is not None else None,
        country=_country(scene),
        payment=given.first("payment", "payment_method"),
        grams=grams,
        first_order=customer.get("first_order", _is_first(placed)) if customer is not None else _is_first(placed),
    )


def _placed(given: Given) -> int | None:
    """How many orders the buyer has placed, where that is told."""
    customer = given.inside("customer")
    names = ("placed_orders", "orders", "order_count", "orders_count", "previous_orders")
    found = customer.first(*names) if customer is not None else None
    return None if found is None else len(found) if isinstance(found, list) else int(found)


def _is_first(placed: int | None) -> bool | None:
    return None if placed is None else placed == 0


def _country(scene: Scene) -> str | None:
    """Where the order goes: told by itself, with the shipping, or by the taxes."""
    given, shipping = scene.given, scene.shipping
    own = given.first("ship_to", "country", "destination", "ship_to_country")
    own = own or (shipping.first("country", "ship_to", "destination") if shipping is not None else None)
    if own is not None:
        found = zones.place(own["country"] if isinstance(own, dict) else own)
        return found.country if found else None
    return scene.destination.country if scene.home is not None and scene.destination else None


def _rates_at(scene: Scene, item: dict[str, Any], place: Destination | None) -> tuple[TaxRate, ...]:
    if item["tax_rate"] is not None:
        own = [zones.rate("own", percent) for percent in as_list(item["tax_rate"])]
        return taxes_due(own, "own", zones.NOWHERE)
    known = {rate.category for rate in scene.rates}
    category = item.get("tax_category", "standard")
    if category not in known:  # What names no category of its own has the only one there is.
        category = next(iter(known)) if len(known) == 1 else "standard"
    return taxes_due(scene.rates, category, place)


def _bill(scene: Scene, items: list[dict[str, Any]], evaluation: Evaluation) -> Bill:
    shipping, numbered = scene.shipping, scene.running
    ship = None
    if scene.shipping_price is not None:
        own = shipping.get("tax_rate") if shipping is not None else None
        rates = _rates_at(scene, {"tax_rate": own}, scene.destination)
        includes = True if shipping is not None and "gross" in shipping.words else None
        ship = Charge("shipping", evaluation.shipping_left, rates, includes)
    return Bill(
        lines=tuple(
            Charge(
                str(item["place"]),
                evaluation.left[str(item["place"])],
                _rates_at(scene, item, scene.destination),
                item.get("tax_included"),
            )
            for item in items
        ),
        shipping=ship,
        surcharges=tuple(_surcharge(scene, evaluation, place, rule) for place, rule in numbered if _is(rule, "surcharge")),
        manual=tuple(_manual(scene, evaluation, place, rule) for place, rule in numbered if _is(rule, "manual_order_fixed")),
        prices_include_tax=scene.included,
        manual_policy=Adding(scene.given.get("manual_policy", Adding.REPLACEMENT)),
        cash_interval=scene.money(scene.given.get("cash_interval", "0")),
    )


def _is(rule: Given, kind: str) -> bool:
    return bool(rule.get("kind") == kind)


def _surcharge(scene: Scene, evaluation: Evaluation, place: int, rule: Given) -> Charge:
    rates = _rates_at(scene, {"tax_rate": rule.get("tax_rate", "0")}, scene.destination)
    includes = rule.first("includes_tax", "tax_included")
    value = str(rule.get("value"))
    if value.endswith("%") or rule.get("value_type") in PERCENT:
        amount = percent_of(sum(evaluation.left.values()), Decimal(value.rstrip("%")))
    else:
        amount = scene.money(value)
    return Charge(f"surcharge-{place}", amount, rates, includes)


def _manual(scene: Scene, evaluation: Evaluation, place: int, rule: Given) -> Manual:
    scope = rule.get("scope", "items")
    if scope not in ("items", "order", "items_and_shipping", "line", "shipping"):
        raise Unknown(f"scope {scope}")
    on = {"line": On.LINE, "shipping": On.SHIPPING}.get(scope, On.ORDER)
    value, kind = str(rule.get("value")), rule.get("value_type", "fixed")
    if kind in PERCENT or value.endswith("%"):
        amount = percent_of(sum(evaluation.left.values()), Decimal(value.rstrip("%")))
    else:
        amount = scene.money(value)
    return Manual(f"manual-{place}", on, -amount, str(rule.get("line", "")), "discount")


def _changed(scene: Scene, items: list[dict[str, Any]], step: Given, stage: Stage, later: dict[str, Any]) -> list[dict[str, Any]]:
    """The items after one thing was done to the cart, or what a return of it would give back."""
    op, sku = step.first("op", "do"), step.get("sku")
    quantity = step.first("qty", "quantity")
    matching = [item for item in items if sku is None or item["sku"] == sku]
    if op == "remove":
        return [item for item in items if item not in matching]
    if op in ("set_qty", "set_quantity"):
        changed = [item | {"qty": int(quantity)} if item in matching else item for item in items]
        return [item for item in changed if item["qty"]]
    if op == "add":
        new = {"sku": str(sku), "price": str(step.get("price", "0")), "qty": int(quantity or 1), "place": len(items) + 1}
        if matching and sku is not None:
            return [item | {"qty": item["qty"] + new["qty"]} if item is matching[0] else item for item in items]
        groups = as_list(step.first("category", "categories"))
        return [*items, matching_free(step) | new | {"groups": groups}]
    if op in ("return", "refund", "cancel", "cancel_unit"):
        later |= _given_back(scene, items, matching[0], int(quantity or 1), stage, later.get("refunds", []))
        return [one | {"gone": one.get("gone", 0) + int(quantity or 1)} if one is matching[0] else one for one in items]
    if op in ("add_coupon", "apply_coupon", "remove_coupon"):
        code = str(step.first("coupon", "code"))
        scene.codes = [one for one in scene.codes if one != code] + ([] if op == "remove_coupon" else [code])
        return items
    if op in ("recalculate", "reload", "save"):
        return items
    raise Unknown(f"operation {op}")


def matching_free(step: Given) -> dict[str, Any]:
    """An item with nothing special about it."""
    tax = step.get("tax_rate")
    return {"floor": None, "groups": [], "tax_rate": tax, "reduced": False, "original": None, "attributes": []}


def _given_back(
    scene: Scene, items: list[dict[str, Any]], item: dict[str, Any], quantity: int, stage: Stage, before: list[Decimal]
) -> dict[str, Any]:
    """What returned units were charged: their price less their recorded shares, and the tax that went with it."""
    line_id, gone = str(item["place"]), item.get("gone", 0)

    def part(amount: int) -> int:
        return part_of(amount, item["qty"], gone=gone, taken=quantity)

    row = next(row for row in stage.due.lines if row.id == line_id)
    tax, discount = sum(part(one.amount) for one in row.taxes), part(stage.off(line_id))
    price = next(part(line.amount) for line in stage.basket.lines if line.id == line_id)
    shown = price - discount - part(_manual_off(stage, line_id))
    net = shown - tax if scene.included else shown
    refund = scene.major(net + tax)
    rest = scene.major(stage.due.gross) - sum(before) - refund
    left = sum(part_of(stage.off(str(one["place"])), one["qty"], gone=0, taken=one.get("gone", 0)) for one in items)
    return {
        **dict.fromkeys(("refund", "refund_amount", "refund_total", "refund_gross"), refund),
        **dict.fromkeys(("rest", "remaining", "remaining_total", "total_after_return"), rest),
        "refunds": [*before, refund],
        "refund_net": scene.major(net),
        "refund_tax": scene.major(tax),
        "refund_discount": -scene.major(discount),
        "discount_left": -scene.major(sum(stage.off(str(one["place"])) for one in items) - left - discount),
    }


def _facts(scene: Scene, items: list[dict[str, Any]], stage: Stage) -> dict[str, Any]:
    """Everything a scenario may ask about an order, in major units."""
    major, due = scene.major, stage.due
    paid = [str(item["place"]) for item in items]
    off = {line_id: stage.off(line_id) + _manual_off(stage, line_id) for line_id in paid}
    amounts = {line.id: line.amount for line in stage.basket.lines}
    gifts = sum(stage.gift_amounts.values())
    goods, discount = sum(amounts.values()), sum(off.values())
    shipping = due.shipping
    shipped = _shown(scene, shipping) if shipping else 0
    ship_off = (stage.basket.shipping or 0) - stage.evaluation.shipping_left
    rows = due.lines
    facts: dict[str, Any] = {
        "items_total": major(goods + gifts),
        "items_total_after": major(goods - discount),
        "goods_total": major(goods - discount),
        "subtotal": major(goods if scene.subtotal_before else goods - discount),
        "discount_total": -major(discount + gifts),
        "promo_total": -major(discount + gifts + ship_off),
        "total": major(due.gross),
        "gross": major(due.gross),
        "net": major(due.net),
        "tax": major(due.tax),
        "total_gross": major(due.gross),
        "total_net": major(due.net),
        "total_tax": major(due.tax),
        "payable": major(due.payable),
        "cash_rounding": major(due.cash_rounding),
        "items_gross": major(sum(row.gross for row in rows)),
        "items_net": major(sum(row.net for row in rows)),
        "items_tax": major(sum(row.tax for row in rows)),
        "included_tax": major(sum(row.tax for row in rows) if scene.included else 0),
        "additional_tax": major(0 if scene.included else sum(row.tax for row in rows)),
        "shipping": major(shipped),
        "shipping_price": major(shipped),
        "shipping_discount": -major(ship_off),
        "shipping_net": major(shipping.net if shipping else 0),
        "shipping_gross": major(shipping.gross if shipping else 0),
        "shipping_tax": major(shipping.tax if shipping else 0),
        "shipping_included_tax": major(shipping.tax if shipping and scene.included else 0),
        "shipping_additional_tax": major(shipping.tax if shipping and not scene.included else 0),
        "tax_summary": {f"{percent.numerator / percent.denominator:g}": major(tax) for percent, tax in due.taxes.items()},
        "line_count": len(paid) + len(stage.gifts),
        "gift_lines": len(stage.gifts),
        "free_lines": len(stage.gifts),
        "gift_line_discount": -major(gifts),
        "gift_line_adjustments": 1 if stage.gifts else 0,
        "free_units": sum(gift.gift.quantity for gift in stage.gifts),
        "gifts": [gift.part_number for gift in stage.gifts],
        "gift_qty": sum(gift.gift.quantity for gift in stage.gifts),
        "applied": _applied(stage),
        "applied_number": len(_applied(stage)),
        "discounts": len(stage.evaluation.applied) + sum(_is(rule, "manual_order_fixed") for rule in scene.rules),
    }
    facts |= _line_facts(scene, items, stage, off) | _code_facts(scene, stage)
    return facts | {name: facts[other] for name, other in SAME.items()}


#: Other names for the same fact.
SAME = {
    "grand_total": "total",
    "order_total": "total",
    "net_total": "net",
    "gross_total": "gross",
    "tax_total": "tax",
    "discount": "discount_total",
    "total_discount": "discount_total",
    "shipping_total": "shipping",
    "shipping_cost": "shipping",
    "goods": "goods_total",
    "items_total_before": "items_total",
    "gift_discount": "gift_line_discount",
    "gift_units": "gift_qty",
    "tax_by_rate": "tax_summary",
    "taxes": "tax_summary",
    "rounding": "cash_rounding",
    "line_totals_after": "line_totals",
    "item_totals": "line_totals",
    "line_amounts": "line_totals",
    "applied_count": "applied_number",
    "promotions_applied": "applied_number",
    "discount_count": "discounts",
    "free_qty": "gift_qty",
    "item_count": "line_count",
    "lines": "line_count",
}


def _line_facts(scene: Scene, items: list[dict[str, Any]], stage: Stage, off: dict[str, int]) -> dict[str, Any]:
    major, due = scene.major, stage.due
    amounts = {line.id: line.amount for line in stage.basket.lines}
    rows = {row.id: row for row in due.lines}
    by_sku: dict[str, int] = {}
    for item in items:
        by_sku[item["sku"]] = by_sku.get(item["sku"], 0) + off[str(item["place"])]
    shares = {
        item["sku"]: [-major(share) for share in unit_shares(off[str(item["place"])], item["qty"])]
        for item in items
        if item["qty"] <= 1000
    }
    paid = [str(item["place"]) for item in items]
    facts: dict[str, Any] = {
        "line_discounts": [-major(off[one]) for one in paid],
        "line_discounts_by_sku": {sku: -major(amount) for sku, amount in by_sku.items()},
        "unit_discounts": shares,
        "unit_totals": {
            item["sku"]: [major(one) for one in unit_shares(amounts[str(item["place"])] - off[str(item["place"])], item["qty"])]
            for item in items
            if item["qty"] <= 1000
        },
        "line_totals": [major(amounts[one] - off[one]) for one in paid],
        "line_gross_after": [major(rows[one].gross) for one in paid],
        "line_gross": [major(rows[one].gross) for one in paid],
        "line_net": major(rows[paid[0]].net) if len(paid) == 1 else [major(rows[one].net) for one in paid],
        "line_nets": [major(rows[one].net) for one in paid],
        "line_tax": [major(rows[one].tax) for one in paid],
        "line_prices": [major(amounts[one] - off[one]) for one in paid],
        "line_totals_by_sku": {item["sku"]: major(amounts[str(item["place"])] - off[str(item["place"])]) for item in items},
        "line_taxes": [major(rows[one].tax) for one in paid],
        "unit_prices_after": [
            Decimal(amounts[str(item["place"])] - off[str(item["place"])]).scaleb(-exponent(scene.currency)) / item["qty"]
            for item in items
        ],
        "original_price": _price(scene, stage.list_prices[paid[0]]) if paid else None,
        "adjustments": [[-major(one.lines.get(line_id, 0)) for line_id in paid] for one in _in_rule_order(stage.evaluation)],
        "unit_after_catalog": [_price(scene, stage.unit_prices[one]) for one in paid],
        "unit_prices": [_price(scene, stage.unit_prices[one]) for one in paid],
        "subtotal_before_voucher": major(sum(amounts.values())),
    }
    if paid:
        price, listed = stage.unit_prices[paid[0]], stage.list_prices[paid[0]]
        facts["unit_price"] = facts["price"] = _price(scene, price)
        facts["unit_discount"] = facts["catalog_discount_unit"] = _price(scene, price) - _price(scene, listed)
    for item in items:
        if "children" in item:
            weights = [parse_amount(price, scene.currency) * quantity for _, price, quantity in item["children"]]
            facts["child_discounts"] = [-major(share) for share in allocate(off[str(item["place"])], weights)]
    return facts


def _code_facts(scene: Scene, stage: Stage) -> dict[str, Any]:
    asked = scene.codes
    applied = {one.code for one in stage.evaluation.applied if one.code}
    by_code = sum(one.amount for one in stage.evaluation.applied if one.code)
    accepted = [code for code in asked if code.strip().upper() in applied]
    return {
        "accepted": accepted,
        "accepted_coupons": accepted,
        "rejected": [code for code in asked if code not in accepted],
        "coupons_accepted": accepted,
        "refused": [code for code in asked if code not in accepted],
        "coupon_accepted": bool(asked) and len(accepted) == len(asked),
        "voucher_total": -scene.major(by_code),
        "voucher_discount": -scene.major(by_code),
    }


def _by_quantity(scene: Scene, stage: Stage, *, first: bool) -> dict[str, Any]:
    """Facts of a stage named after the quantity of its first line, for scenarios that change it."""
    if not stage.basket.lines:
        return {}
    line = stage.basket.lines[0]
    left = stage.evaluation.left[line.id]
    by_code = sum(one.lines.get(line.id, 0) for one in stage.evaluation.applied if one.code)
    return {
        f"voucher_discount_qty{line.quantity}": -scene.major(by_code),
        f"unit_price_qty{line.quantity}": Decimal(left).scaleb(-exponent(scene.currency)) / line.quantity,
        f"total_qty{line.quantity}": scene.major(stage.due.gross),
        f"discount_qty{line.quantity}": -scene.major(stage.off(line.id)),
    } | ({"total_before": scene.major(stage.due.gross)} if first else {})


def _manual_off(stage: Stage, line_id: str) -> int:
    return -next(row.manual for row in stage.due.lines if row.id == line_id)


def _shown(scene: Scene, row: Row) -> int:
    return row.gross if scene.included else row.net


def _price(scene: Scene, price: int) -> Decimal:
    return Decimal(format_price(price, scene.currency))


def _applied(stage: Stage) -> list[int]:
    found = [one.promotion.id for one in stage.evaluation.applied]
    return sorted([*found, *stage.catalog_rules])


def _in_rule_order(evaluation: Evaluation) -> list[Any]:
    return sorted(evaluation.applied, key=lambda one: one.promotion.id)


def _about_shipping(promotion: Promotion) -> bool:
    """Whether the promotion says itself that it takes something off shipping."""
    return promotion.level == "shipping" or any(type(one).__name__.startswith("Shipping") for one in promotion.rewards)


def _broken(scene: Scene, items: list[dict[str, Any]], stage: Stage) -> Iterator[str]:
    """The invariants of every scenario, on the amounts themselves."""
    evaluation, due = stage.evaluation, stage.due
    for line in stage.basket.lines:
        if line.amount - stage.off(line.id) != evaluation.left[line.id]:
            yield f"shares of line {line.id} do not add up to what was taken off"
        if sum(unit_shares(stage.off(line.id), line.quantity)) != stage.off(line.id):
            yield f"unit shares of line {line.id} do not add up"
    discounts = sum(one.amount for one in evaluation.applied)
    taken = sum(line.amount for line in stage.basket.lines) - sum(evaluation.left.values())
    if discounts != taken + (stage.basket.shipping or 0) - evaluation.shipping_left:
        yield "line shares do not add up to the total discount"
    if min([*evaluation.left.values(), evaluation.shipping_left, due.gross, due.net], default=0) < 0:
        yield "something is below 0"
    again = calculate(scene, items)
    if (again.due, again.evaluation.left) != (due, evaluation.left):
        yield "recalculation changes the result"
    if any(one.shipping and not _about_shipping(one.promotion) for one in evaluation.applied):
        yield "a discount on goods reduces shipping"
    if any(row.gross != row.net + row.tax for row in due.rows) or due.gross != due.net + due.tax:
        yield "gross is not net plus tax"
