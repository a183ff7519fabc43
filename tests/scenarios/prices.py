"""Price scenarios: offers, price lists and formulas through price rules, as the entitled price is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any

from entrepot.commerce.pricing import Customer, Offer, Step, Wanted, converted, read_rule, select_offer
from entrepot.commerce.pricing.question import Question
from entrepot.commerce.pricing.rule import Rule, final_price
from entrepot.kernel.money import PRICE_SCALE, exponent, format_price, parse_price
from tests.scenarios.neutral import NOW, Given, Unknown, as_list, in_force

#: How much of the base unit one of each is.
UNITS = {
    "tonne": Fraction(1000), "t": Fraction(1000), "kg": Fraction(1), "g": Fraction(1, 1000),
    "m": Fraction(1), "cm": Fraction(1, 100), "km": Fraction(1000),
    "dozen": Fraction(12), "unit": Fraction(1), "units": Fraction(1), "piece": Fraction(1), "each": Fraction(1),
}  # fmt: skip
MOST = 10**12


@dataclass
class Book:
    """Price lists with their offers and the rules that read them."""

    offers: dict[str, list[Offer]] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)

    def put(self, name: str, offer: Offer | None) -> None:
        self.offers.setdefault(name, []).extend([offer] if offer is not None else [])

    def rule(self, name: str, path: list[dict[str, Any]]) -> str:
        self.rules[name] = read_rule(name, path)
        return name

    def price(self, rule: str, wanted: Wanted, customer: Customer, steps: list[Step] | None = None) -> Fraction | None:
        question = Question(
            wanted=wanted,
            customer=customer,
            at=NOW,
            offer=lambda name, one: select_offer(self.offers.get(name, ()), one.quantity, customer),
            list_price=lambda _: None,
            rules=self.rules,
            component_price=lambda _, __: None,
            steps=steps,
        )
        found = self.rules[rule].price(question)
        return None if found is None else Fraction(found)


def resolve(given: Given, policies: frozenset[str]) -> dict[str, Any]:
    """The price of an entry out of prices with rules, price lists, or a base price with bands."""
    given.get("currency")
    return _by_context(given) if "prices" in given else _by_bands(given)


def _by_context(given: Given) -> dict[str, Any]:
    """Prices that apply when all their rules fit; the one with most fitting rules wins, price lists before plain ones."""
    context = given.inside("context") or Given({}, "context")
    currency = str(context.first("currency", "currency_code"))
    quantity = int(context.first("qty", "quantity", default=given.first("qty", "quantity", default=1)))
    facts = {key: str(value) for key, value in context.items() if key not in ("currency", "currency_code", "qty", "quantity")}
    customer = Customer(frozenset(f"{key}={value}" for key, value in facts.items()))
    book, kinds = Book(), dict[str, str]()
    plain = _by_rules(book, "plain", given.each("prices"), currency, ())
    lists: list[tuple[int, str]] = []
    for place, one in enumerate(given.each("price_lists")):
        own = _rules(one)
        kinds[f"list {place}"] = str(one.get("type", "sale"))
        if not in_force(one):
            one.ignored("prices")  # a list that is not in force prices nothing, whatever it holds
            continue
        name = _by_rules(book, f"list {place}", one.each("prices"), currency, own)
        if name is not None:
            lists.append((-len(own), name))
    wanted = Wanted(1, "it", quantity)
    base = book.price(plain, wanted, customer) if plain else None
    found, kind = base, "plain"
    ranked = [name for _, name in sorted(lists)]
    if ranked:
        best = book.rule("lists", [{"first": ranked}])
        listed = book.price(best, wanted, customer)
        if listed is not None:
            found = listed
            kind = next(kinds[name] for name in ranked if book.price(name, wanted, customer) is not None)
    original = found if kind == "override" else base
    return {"price": _major(found, currency), "original": _major(original, currency)}


def _by_rules(book: Book, name: str, prices: list[Given], currency: str, outer: tuple[Any, ...]) -> str | None:
    """A rule that takes the most specific of these prices; of equally specific ones the lowest."""
    sets: dict[tuple[Any, ...], list[Offer]] = {}
    for number, one in enumerate(prices, 1):
        rules = (*outer, *_rules(one))
        offer = _offer(number, one)
        if str(one.first("currency", "currency_code", default=currency)).upper() == currency.upper() and offer is not None:
            sets.setdefault(rules, []).append(offer)
    levels: dict[int, list[str]] = {}
    for place, (rules, offers) in enumerate(sets.items()):
        key = f"{name} {place}"
        book.offers[key] = offers
        path: list[dict[str, Any]] = [{"list": key}]
        for attribute, values in rules:
            path = [{"branch": [{"when": {"segments": [f"{attribute}={value}" for value in values]}, "then": path}]}]
        levels.setdefault(len(rules), []).append(book.rule(key, path))
    if not levels:
        return None
    ranked = [book.rule(f"{name} level {level}", [{"lowest": levels[level]}]) for level in sorted(levels, reverse=True)]
    return book.rule(name, [{"first": ranked}])


def _rules(given: Given) -> tuple[Any, ...]:
    """What has to fit for a price to apply: by attribute, the values it may have."""
    inner = given.inside("rules") or given.inside("conditions")
    found = {key: tuple(as_list(value)) for key, value in inner.items()} if inner is not None else {}
    for key in ("customer_group", "customer_group_id", "segment", "channel", "region", "country"):
        if key in given:
            found[key] = tuple(as_list(given.get(key)))
    return tuple(sorted(found.items()))


def _offer(number: int, given: Given, scale: Callable[[Any, Any], int] | None = None) -> Offer | None:
    """An offer with its quantity range; an empty amount is no offer, zero is one."""
    least, most = given.first("min_qty", "min_quantity"), given.first("max_qty", "max_quantity")
    amount = given.first("amount", "price", "fixed_price")
    by = scale or (lambda quantity, _: int(quantity))
    unit = given.get("uom")
    if amount is None:
        return None
    start, end = by(least, unit) if least is not None else 0, by(most, unit) if most is not None else MOST
    return Offer(number, parse_price(str(amount)), start, end, 0, 0)


@dataclass(frozen=True)
class Measure:
    """Quantities in whole steps small enough for everything the scenario asks."""

    base: str
    units: Mapping[str, Fraction]
    steps: int

    def size(self, unit: Any) -> Fraction:
        name = str(unit or self.base)
        if name != self.base and name not in self.units:
            raise Unknown(f"unit {name}")
        return self.units.get(name, Fraction(1)) / self.units.get(self.base, Fraction(1))

    def quantity(self, quantity: Any, unit: Any) -> int:
        return int(Fraction(str(quantity)) * self.size(unit) * self.steps)


def _measure(given: Given, asked: list[tuple[str, Any, Any]], bands: list[Given]) -> Measure:
    conversion = given.inside("uom_conversion")
    own = {key: Fraction(str(value)) for key, value in conversion.items()} if conversion is not None else {}
    base = str(given.get("uom") or "unit")
    rough = Measure(base, UNITS | own, 1)
    sizes = [Fraction(str(quantity)) * rough.size(unit) for _, quantity, unit in asked]
    for band in bands:
        for key in ("min_qty", "max_qty"):
            if band.get(key) is not None:
                sizes.append(Fraction(str(band.get(key))) * rough.size(band.get("uom")))
    return Measure(base, UNITS | own, lcm(*(size.denominator for size in sizes)) if sizes else 1)


def _by_bands(given: Given) -> dict[str, Any]:
    """A base price and lists that change it: by position, else by how narrow they are, larger minimum first."""
    currency = str(given.get("currency", "USD"))
    bands = [one for one in given.each("price_lists") if _in_currency(one, currency)]
    variants: dict[str, list[str]] = {}
    for one in given.each("cases"):
        if "variant" in one:
            variants.setdefault(str(one.get("product")), []).append(str(one.get("variant")))
    cases = [
        (str(one.first("variant", "product", "sku", default="it")), one.first("qty", "quantity", default=1), one.get("uom"))
        for one in given.each("cases")
    ]
    single = (str(given.get("product", "it")), given.first("qty", "quantity", default=1), None)
    asked = cases or [single]
    measure = _measure(given, asked, bands)
    book = Book()
    base = given.get("base_price")
    if base is not None:
        book.put("base", Offer(1, parse_price(str(base)), 0, MOST, 0, 0))
    ranked = [name for _, name in sorted(filter(None, (_band(book, i, one, measure, variants) for i, one in enumerate(bands))))]
    top = book.rule("top", [{"first": [*ranked, book.rule("base", [{"list": "base"}])]}])
    context = given.inside("context") or given.inside("customer") or Given({}, "context")
    segments = frozenset(f"{key}={one}" for key, value in context.items() for one in as_list(value))
    per_asked_unit = "uom_conversion" not in given
    places = given.first("price_digits", "precision", "decimals")
    digits = int(places) if places is not None else exponent(currency)
    prices = []
    for product, quantity, unit in asked:
        wanted = Wanted(1, product, measure.quantity(quantity, unit))
        found = book.price(top, wanted, Customer(segments))
        if found is not None and per_asked_unit:
            found *= measure.size(unit)
        prices.append(_major(found, currency, digits))
    return {"prices": prices, "price": prices[0], "unit_price": prices[0]}


def _in_currency(given: Given, currency: str) -> bool:
    """Whether a list is in the currency that is asked for; nothing else is looked at in one that is not."""
    fits = str(given.first("currency", "currency_code", default=currency)).upper() == currency.upper()
    if not fits:
        given.set_aside()
    return fits


def _band(
    book: Book, place: int, given: Given, measure: Measure, variants: Mapping[str, list[str]]
) -> tuple[tuple[int, ...], str] | None:
    """One list as a rule of its own, with its rank; one for a product is for its variants, too."""
    name, position, scope = f"band {place}", given.get("position"), str(given.get("scope", "global"))
    least, most, unit = given.get("min_qty"), given.get("max_qty"), given.get("uom")
    offer = _offer(place + 2, given, measure.quantity)
    off, more = given.first("pct_off", "discount_pct"), given.first("surcharge", "amount_off")
    pct = given.get("pct")
    path: list[dict[str, Any]]
    if offer is not None:
        book.put(name, offer)
        path = [{"list": name}]
    else:
        path = [{"list": "base"}]
    if off is not None:
        path.append({"percent": str(-Decimal(str(off)))})
    if pct is not None:
        path.append({"percent": str(pct)})
    if given.get("round_to") is not None:
        path.append({"round": "nearest", "step": str(given.get("round_to"))})
    if more is not None:
        path.append({"amount": str(more)})
    if not in_force(given) or (offer is None and len(path) == 1):
        _rules(given)
        return None
    when: dict[str, Any] = {}
    if least is not None:
        when["quantity"] = measure.quantity(least, unit)
    if most is not None:
        when["quantity_most"] = measure.quantity(most, unit)
    kind, _, wanted = scope.partition(":")
    if kind in ("product", "variant") and wanted:
        when["part_numbers"] = [wanted, *variants.get(wanted, ())]
    elif kind not in ("category", "global"):
        raise Unknown(f"scope {scope}")
    for attribute, values in _rules(given):
        path = [{"branch": [{"when": {"segments": [f"{attribute}={value}" for value in values]}, "then": path}]}]
    book.rule(name, [{"branch": [{"when": when, "then": path}]}])
    width = {"variant": 0, "product": 1, "category": 2, "global": 3}[kind]
    priority = int(given.get("priority", 0))
    return ((int(position or 0), -priority, width, -when.get("quantity", 0), place), name)


def formula(given: Given, rule: Given) -> dict[str, Any]:
    """A base price, converted first where the currency is another, then worked on in the authored order."""
    currency = str(given.first("target_currency", "currency", default="USD"))
    given.get("currency")
    base = parse_price(str(_start(given, rule)))
    rate = given.first("fx", "rate")
    book = Book()
    book.put("base", Offer(1, converted(base, Fraction(str(rate))) if rate is not None else base, 0, MOST, 0, 0))
    path: list[dict[str, Any]] = [{"list": "base"}]
    for key, sign in (("pct", 1), ("markup_pct", 1), ("margin_pct", 1), ("pct_off", -1), ("discount_pct", -1)):
        if rule.get(key) is not None:
            path.append({"percent": str(sign * Decimal(str(rule.get(key))))})
    for key, sign in (("margin_amount", 1), ("discount_amount", -1)):
        if rule.get(key) is not None:
            path.append({"amount": str(sign * Decimal(str(rule.get(key))))})
    if rule.get("round_to") is not None:
        mode = str(rule.first("round_mode", "mode", default="nearest"))
        offset = str(rule.first("round_offset", "ending", default="0"))
        path.append({"round": mode, "step": str(rule.get("round_to")), "offset": offset})
    if rule.get("surcharge") is not None:
        path.append({"amount": str(rule.get("surcharge"))})
    steps: list[Step] = []
    book.rule("formula", path)
    top = "formula"
    for key, choice, name in (("min_margin", "highest", "floor"), ("max_margin", "lowest", "ceiling")):
        margin = rule.get(key)
        if margin is not None:
            book.rule(name, [{"list": "base"}, {"amount": str(margin)}])
            top = book.rule(f"{top} with {name}", [{choice: [top, name]}])
    found = book.price(top, Wanted(1, "it"), Customer(), steps)
    prices = [_major(step.price, currency) for step in steps]
    price = _major(found, currency)
    facts: dict[str, Any] = {"price": price, "steps": prices, "unit_price": price}
    if {"margin_pct", "margin_amount"} & {key for key, _ in rule.items()}:
        facts["rate_with_margin"] = prices[1]
        facts["discount"] = (prices[1] or Decimal(0)) - (price or Decimal(0))
    return facts


def _start(given: Given, rule: Given) -> Any:
    """The price a formula starts from: the one it names, else the base price."""
    others = {"cost": ("cost", "standard_price", "purchase_price"), "list": ("list_price", "base_price", "sales_price")}
    named = str(rule.first("base", "based_on", default="list"))
    names = next((found for key, found in others.items() if named.removesuffix("_price") in (key, *found)), (named,))
    given.first("base_price", "cost")  # the other one may stand there, too
    found = given.first(*names)
    return found if found is not None else given.first("base_price", "cost")


def _major(price: Fraction | None, currency: str, digits: int | None = None) -> Decimal | None:
    if price is None:
        return None
    whole = final_price(price, exponent(currency) if digits is None else digits)
    return Decimal(format_price(whole, currency)) if whole % PRICE_SCALE else Decimal(whole // PRICE_SCALE)
