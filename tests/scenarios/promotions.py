"""A neutral rule as a real promotion: the same stored form the editor and the loader write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from entrepot.commerce.promotions import Level, Promotion, Trigger, canonical_code
from entrepot.commerce.promotions.promotion import Exclusivity, Limits, read_conditions, read_rewards, read_settings
from entrepot.kernel.money import exponent
from tests.scenarios.neutral import NOW, Given, Unknown, as_list, attributes_of, share_of

PRODUCT = {
    "item_percent",
    "item_fixed_each",
    "item_percent_tiered",
    "item_percent_tiered_qty",
    "item_flexi_fixed",
    "cheapest_item",
    "cheapest_n_units",
    "buy_x_get_y",
    "multibuy",
    "fixed_price_bundle",
    "amount_set",
    "gift",
}
ORDER = {"order_fixed", "order_percent", "order_fixed_price", "multi"}
SHIPPING = {"shipping_percent", "free_shipping"}
KINDS = PRODUCT | ORDER | SHIPPING


@dataclass(frozen=True)
class Setting:
    """What all promotions of a scenario have in common."""

    currency: str
    policies: frozenset[str]
    out_of_scope: tuple[str, ...] = ()
    gross_factor: Decimal = Decimal(1)
    #: The rules that come first of their level where another goes with nothing: the others are put on top of them.
    leading: frozenset[int] = frozenset()


def promotion_of(number: int, rule: Given, setting: Setting) -> Promotion:
    """The promotion a rule stands for; ``number`` is its place in the list, from 1."""
    kind, level = rule.get("kind"), level_of(rule)
    target = _target(rule, setting)
    conditions = [*_conditions(rule, target, setting), *_own_conditions(kind, rule, setting)]
    every = rule.first("per", "per_qty", "for_every")
    if kind == "gift" and every is not None:
        conditions = [one | {"quantity": int(every)} if one["type"] == "minimum_quantity" else one for one in conditions]
    if kind == "multi":
        rewards = [_reward(action.get("kind"), action, _target(action, setting), setting) for action in rule.each("actions")]
    else:
        rewards = [_reward(kind, rule, target, setting), *_off_shipping_too(kind, rule)]
    coupon = rule.first("coupon", "code")
    priority = int(rule.get("priority", 0))
    higher_first = "priority:higher_number_first" in setting.policies
    return Promotion(
        id=number,
        identifier=f"rule-{number}",
        version=1,
        level=level,
        conditions=read_conditions(conditions),
        rewards=read_rewards(rewards),
        priority=priority if higher_first else -priority,
        exclusivity=Exclusivity.COMBINES if number in setting.leading else _exclusivity(rule, level, setting),
        trigger=Trigger.PUBLIC_CODE if coupon else Trigger.AUTOMATIC,
        code=canonical_code(coupon) if coupon else None,
        limits=_limits(rule),
        settings=read_settings(_settings(rule)),
        **_dates(rule),
    )


def level_of(rule: Given) -> Level:
    kind = rule.get("kind")
    return Level.PRODUCT if kind in PRODUCT else Level.SHIPPING if kind in SHIPPING else Level.ORDER


def leading(rules: list[tuple[int, Given]], policies: frozenset[str]) -> frozenset[int]:
    """Of each level the rule that goes first, where a rule of it goes with nothing.

    Stackable promotions come after the others; run as one, a rule that goes before an exclusive one would come after it.
    """
    sign = -1 if "priority:higher_number_first" in policies else 1
    found: set[int] = set()
    for level in Level:
        here = [(number, rule) for number, rule in rules if level_of(rule) is level]
        others = [(sign * int(rule.get("priority", 0)), number) for number, rule in here if not _exclusive(rule)]
        if others and len(others) < len(here):
            found.add(min(others)[1])
    return frozenset(found)


def _exclusive(rule: Given) -> bool:
    return rule.get("combinable") is False or bool(rule.get("exclusive"))


def _off_shipping_too(kind: str, rule: Given) -> list[dict[str, Any]]:
    """A percentage of the order that is meant of what shipping costs as well is two rewards."""
    if kind != "order_percent":
        return []
    scope = rule.first("scope", "applies_to", default="items")
    if scope in ("items_and_shipping", "order_and_shipping", "all") or rule.get("includes_shipping"):
        return [{"type": "shipping_percent_off", "percent": str(rule.get("value")).rstrip("%")}]
    if scope not in ("items", "order", "goods"):
        raise Unknown(f"scope {scope}")
    return []


def _exclusivity(rule: Given, level: Level, setting: Setting) -> Exclusivity:
    """Scenarios that apply several promotions in sequence run them as stackable ones, unless they say otherwise."""
    stackable = rule.get("stackable")
    if _exclusive(rule):
        return Exclusivity.ALONE
    best = "select:best_combination" in setting.policies and level is Level.PRODUCT
    return Exclusivity.COMBINES if stackable is False or (best and stackable is not True) else Exclusivity.STACKS


def _limits(rule: Given) -> Limits:
    order = rule.first("limit_per_order", "max_redemptions", default=-1)
    if rule.get("kind") in ("item_percent", "item_fixed_each"):
        order = rule.first("max_items", "max_units", "max_affected_items", default=order)
    return Limits(
        order=int(order),
        shopper=int(rule.first("limit_per_customer", "per_customer_limit", "usage_limit_per_customer", default=-1)),
        total=int(rule.first("limit_total", "usage_limit", "limit", default=1 if rule.get("single_use") else -1)),
    )


def _settings(rule: Given) -> dict[str, Any]:
    settings: dict[str, Any] = {"closes": bool(rule.get("stop", False)), "returns_use": rule.get("reusable_after_cancel", True)}
    lane = rule.get("lane")
    return settings | ({"lane": lane} if lane else {})


def _dates(rule: Given) -> dict[str, Any]:
    from datetime import datetime, timedelta

    found: dict[str, Any] = {}
    for name, days, instant in (
        ("starts_at", "starts_in_days", ("starts_at", "valid_from", "start")),
        ("ends_at", "ends_in_days", ("ends_at", "valid_to", "valid_until", "expires", "end")),
    ):
        offset, at = rule.get(days), rule.first(*instant)
        if offset is not None:
            found[name] = NOW + timedelta(days=float(offset))
        elif at is not None:
            read = datetime.fromisoformat(str(at))
            found[name] = read if read.tzinfo else read.replace(tzinfo=NOW.tzinfo)
    return found


def _target(rule: Given, setting: Setting) -> dict[str, Any]:
    target: dict[str, Any] = _names(rule)
    given = rule.inside("target")
    excluded = list(setting.out_of_scope)
    if given is not None:
        target |= _names(given)
        attributes = attributes_of(given.first("attributes", "attribute"))
        target |= {"attributes": attributes} if attributes else {}
        price = given.get("unit_price")
        if price is not None:
            target |= {"price_least": _money(price, setting), "price_most": _money(price, setting)}
        target |= _price_bounds(given, setting)
        for keys, field in (
            (("price_min", "min_unit_price", "min_price"), "price_least"),
            (("price_max", "max_unit_price", "max_price"), "price_most"),
        ):
            bound = given.first(*keys)
            if bound is not None:
                target[field] = _money(bound, setting)
        excluded += as_list(given.first("exclude_skus", "excluded_skus", "not_skus"))
        groups = as_list(given.first("exclude_categories", "excluded_categories", "not_categories"))
        target |= {"excluded_groups": groups} if groups else {}
        target |= {"not_reduced": True} if given.first("exclude_on_sale", "not_on_sale") else {}
    excluded += as_list(rule.first("exclude_skus", "excluded_skus"))
    if excluded:
        target["excluded"] = excluded
    if rule.first("exclude_on_sale", "exclude_discounted"):
        target["not_reduced"] = True
    condition = rule.inside("condition")
    if condition is not None:
        target |= _price_bounds(condition, setting)
    return target


def _names(given: Given) -> dict[str, Any]:
    skus = as_list(given.first("skus", "sku", "products", "product"))
    groups = as_list(given.first("categories", "category"))
    return ({"part_numbers": skus} if skus else {}) | ({"groups": groups} if groups else {})


def _price_bounds(condition: Given, setting: Setting) -> dict[str, Any]:
    """Conditions on the price of a unit choose lines; they never make the whole order qualify."""
    step = Decimal(1).scaleb(-exponent(setting.currency))
    bounds: dict[str, Any] = {}
    for key, field, by in (
        ("unit_price_gte", "price_least", Decimal(0)),
        ("unit_price_gt", "price_least", step),
        ("unit_price_lte", "price_most", Decimal(0)),
        ("unit_price_lt", "price_most", -step),
    ):
        if key in condition:
            bounds[field] = _money(Decimal(str(condition.get(key))) + by, setting)
    if "unit_price" in condition:
        bounds |= dict.fromkeys(("price_least", "price_most"), _money(condition.get("unit_price"), setting))
    return bounds


LEFT = {"running_subtotal", "running_total", "discounted_item_total", "discounted_subtotal", "discounted_total"}
BEFORE = {
    "subtotal", "item_total", "items_total", "order_total", "total", "cart_total", "order_subtotal", "goods_total",
    "value", "amount", "order_amount", "order_value", "cart_value", "spend", "base_subtotal",
}  # fmt: skip
NUMBER = {
    "qty", "total_qty", "item_count", "item_quantity", "units", "quantity", "line_item_quantity", "cart_qty",
    "items_qty", "item_qty", "order_qty", "items_count", "cart_quantity", "count", "total_quantity", "unit_count",
}  # fmt: skip
ONE_LINE = {"any_line_qty", "line_qty"}
GRAMS = {"grams", "weight_grams", "total_grams", "weight_g"}
WEIGHT = GRAMS | {"weight", "total_weight", "order_weight", "cart_weight", "weight_kg"}


def _conditions(rule: Given, target: dict[str, Any], setting: Setting) -> list[dict[str, Any]]:
    given = rule.inside("condition")
    if given is None:
        return []
    found: list[dict[str, Any]] = []
    step = Decimal(1).scaleb(-exponent(setting.currency))
    within = {key: target[key] for key in ("part_numbers", "groups", "excluded") if key in target}
    for key, value in given.items():
        subject, _, relation = key.rpartition("_")
        if subject == "unit_price" or key == "unit_price":
            continue
        if key in ("min_amount", "min_subtotal", "min_total"):
            subject, relation = "subtotal", "gte"
        if key in ("max_amount", "max_subtotal", "max_total"):
            subject, relation = "subtotal", "lte"
        if relation in ("gte", "gt", "min") and subject in LEFT | BEFORE:
            least = Decimal(str(value)) + (step if relation == "gt" else 0)
            # A condition on money looks at the whole order, whatever the reward is about.
            spend = {"type": "minimum_spend", "amount": _money(least, setting), "before_promotions": subject in BEFORE}
            found.append(spend)
        elif relation in ("gte", "gt", "min") and subject in NUMBER | ONE_LINE:
            number = int(value) + (relation == "gt")
            many = {"type": "minimum_quantity", "quantity": number, "of_one_line": subject in ONE_LINE}
            found.append(many | {"targets": within})
        elif relation in ("lte", "lt", "max") and subject in LEFT | BEFORE:
            most = Decimal(str(value)) - (step if relation == "lt" else 0)
            found.append({"type": "maximum_spend", "amount": _money(most, setting), "before_promotions": subject in BEFORE})
        elif relation in ("lte", "lt", "max") and subject in NUMBER:
            found.append({"type": "maximum_quantity", "quantity": int(value) - (relation == "lt"), "targets": within})
        elif subject in WEIGHT:
            found.append(_weighs(subject, relation, value))
        else:
            found.append(_named_condition(key, value))
    return found


def _weighs(subject: str, relation: str, value: Any) -> dict[str, Any]:
    """A bound on what all goods weigh, in grams where the name says so and in kilograms else."""
    grams = int(Decimal(str(value)) * (1 if subject in GRAMS else 1000))
    bounds = {
        "gte": ("least", 0),
        "min": ("least", 0),
        "gt": ("least", 1),
        "lte": ("most", 0),
        "max": ("most", 0),
        "lt": ("most", -1),
    }
    if relation not in bounds:
        raise Unknown(f"condition {subject}_{relation}")
    field, by = bounds[relation]
    return {"type": "order_weight", field: grams + by}


def nth_order(number: int) -> str:
    """The segment of those whose order of this number it is: segments by rule are how buyers are told apart."""
    return f"order {number}"


def _named_condition(key: str, value: Any) -> dict[str, Any]:
    if key in ("order_contains_sku", "order_contains_skus", "contains_sku", "order_contains_product", "skus_any", "contains_any"):
        return {"type": "minimum_quantity", "quantity": 1, "targets": {"part_numbers": as_list(value)}}
    if key in ("order_contains_category", "order_contains_categories", "contains_category"):
        return {"type": "minimum_quantity", "quantity": 1, "targets": {"groups": as_list(value)}}
    if key in ("shipping_method", "shipping_methods"):
        return {"type": "ships_by", "modes": as_list(value)}
    if key in ("payment_method", "payment_methods"):
        return {"type": "pays_by", "methods": as_list(value)}
    if key in ("country", "ship_to", "ship_to_country", "countries"):
        return {"type": "ships_to", "countries": as_list(value)}
    if key in ("customer_group", "customer_groups", "segment", "segments"):
        return {"type": "buyer_in_segment", "segments": as_list(value)}
    if key == "first_order" and value:
        return {"type": "first_order"}
    if key in ("nth_order", "order_number"):
        return {"type": "buyer_in_segment", "segments": [nth_order(int(value))]}
    if key in ("min_qty", "min_quantity"):
        return {"type": "minimum_quantity", "quantity": int(value)}
    if key in ("order_excludes_sku", "order_excludes_skus", "excludes_sku", "not_contains_sku", "skus_none"):
        return {"type": "maximum_quantity", "quantity": 0, "targets": {"part_numbers": as_list(value)}}
    if key in ("categories_all", "contains_all_categories"):
        parts = [{"targets": {"groups": [group]}} for group in as_list(value)]
        return {"type": "bought_together", "parts": parts}
    if key in ("max_qty", "max_quantity"):
        return {"type": "maximum_quantity", "quantity": int(value)}
    if key in ("skus_all", "order_contains_all_skus", "contains_all"):
        parts = [{"targets": {"part_numbers": [sku]}} for sku in as_list(value)]
        return {"type": "bought_together", "parts": parts}
    raise Unknown(f"condition {key}")


def _own_conditions(kind: str, rule: Given, setting: Setting) -> list[dict[str, Any]]:
    """What a kind of rule asks for by itself."""
    if kind != "buy_x_get_y":
        return []
    buy = rule.inside("buy")
    if buy is None:
        raise Unknown("buy_x_get_y without buy")
    spend = buy.first("min_amount", "min_subtotal", "subtotal_gte")
    if spend is not None:
        return [{"type": "minimum_spend", "amount": _money(spend, setting), "targets": _names(buy), "before_promotions": True}]
    quantity = int(buy.first("min_qty", "qty", "quantity", default=1))
    return [{"type": "minimum_quantity", "quantity": quantity, "targets": _names(buy)}]


def _reward(kind: str, rule: Given, target: dict[str, Any], setting: Setting) -> dict[str, Any]:
    make = REWARDS.get(kind)
    if make is None:
        raise Unknown(f"rule kind {kind}")
    return make(rule, target, setting)


def _money(value: Any, setting: Setting, words: str = "") -> dict[str, str]:
    """An amount in the price mode of the scenario: one meant including tax is brought to net where prices are net."""
    if isinstance(value, dict):
        return {currency: str(amount) for currency, amount in value.items()}
    amount = Decimal(str(value))
    if "gross" in words:
        amount = (amount / setting.gross_factor).quantize(Decimal(1).scaleb(-exponent(setting.currency)), "ROUND_HALF_UP")
    return {setting.currency: f"{amount.normalize():f}"}


def _cap(rule: Given, setting: Setting) -> dict[str, Any]:
    cap = rule.first("cap", "max_discount", "max_amount")
    return {} if cap is None else {"most": _money(cap, setting, rule.words)}


def _sets(rule: Given) -> dict[str, Any]:
    """Complete groups are built in line order, unless the words say which units come first; single units dearest first."""
    words, own = rule.words, "entered" if "group_size" in rule else "dearest"
    take = "cheapest" if "cheapest first" in words else "dearest" if "most expensive first" in words else own
    return {"set_size": int(rule.get("group_size", 1)), "take": take}


def _per_line(rule: Given) -> dict[str, Any]:
    most = rule.first("max_qty", "max_units_per_line", "max_quantity", default=0)
    return {"most_units": int(most)}


def _item_percent(rule: Given, target: dict[str, Any], setting: Setting) -> dict[str, Any]:
    percent = {"type": "percent_off_each", "percent": str(rule.get("value")).rstrip("%"), "targets": target}
    return percent | _cap(rule, setting) | _sets(rule) | _per_line(rule)


def _item_fixed_each(rule: Given, target: dict[str, Any], setting: Setting) -> dict[str, Any]:
    amount = {"type": "amount_off_each", "amount": _money(rule.get("value"), setting), "targets": target}
    return amount | _cap(rule, setting) | _sets(rule) | _per_line(rule)


def _item_flexi_fixed(rule: Given, target: dict[str, Any], setting: Setting) -> dict[str, Any]:
    return {
        "type": "amount_off_each",
        "amount": _money(rule.get("first", "0"), setting),
        "further": _money(rule.get("additional", "0"), setting),
        "most_units": int(rule.first("max_items", "max_units", default=0)),
        "targets": target,
    }


def _tiers(rule: Given) -> list[Given]:
    """Steps as a list, or as an object from the lower bound to the percentage."""
    stated = rule.get("tiers")
    if isinstance(stated, dict):
        return [Given({"from": least, "percent": percent}, "tiers") for least, percent in stated.items()]
    return rule.each("tiers")


def _tiered(rule: Given, target: dict[str, Any], setting: Setting) -> dict[str, Any]:
    steps = [
        {
            "amount": _money(tier.first("min", "min_amount", "min_subtotal", "amount", "from", default="0"), setting),
            "percent": tier.first("pct", "percent", "value"),
        }
        for tier in _tiers(rule)
    ]
    base = rule.first("base", "base_pct", "base_percent")
    if base is not None:
        steps.insert(0, {"amount": _money("0", setting), "percent": base})
    return {"type": "percent_by_spend", "steps": steps, "targets": target} | _cap(rule, setting) | _sets(rule)


def _tiered_by_quantity(rule: Given, target: dict[str, Any], setting: Setting) -> dict[str, Any]:
    steps = [
        {
            "quantity": tier.first("min_qty", "min", "qty", "quantity", "from", default=0),
            "percent": tier.first("pct", "percent", "value"),
        }
        for tier in _tiers(rule)
    ]
    return {"type": "percent_by_quantity", "steps": steps, "targets": target} | _cap(rule, setting) | _sets(rule)


def _order_fixed(rule: Given, target: dict[str, Any], setting: Setting) -> dict[str, Any]:
    words = rule.words + (" gross" if rule.first("includes_tax", "tax_inclusive", "is_tax_inclusive") else "")
    amount = _money(rule.first("value", "values", "amounts"), setting, words)
    own = rule.get("currency")
    if own is not None and own != setting.currency:
        amount = {str(own): str(rule.get("value"))}
    return {"type": "amount_off", "amount": amount, "targets": target}


def _order_percent(rule: Given, target: dict[str, Any], setting: Setting) -> dict[str, Any]:
    percent = str(rule.get("value")).rstrip("%")
    return {"type": "percent_off", "percent": percent, "targets": target} | _cap(rule, setting)


def _order_fixed_price(rule: Given, target: dict[str, Any], setting: Setting) -> dict[str, Any]:
    return {"type": "fixed_price_set", "price": _money(rule.get("value"), setting), "targets": target}


def _bundle(rule: Given, target: dict[str, Any], setting: Setting) -> dict[str, Any]:
    """``n`` means the cheapest units once, ``qty`` any so many as often as there are."""
    cheapest = rule.get("n")
    size = int(rule.first("qty", "quantity", "size", default=cheapest or 0))
    most = rule.first("max_applications", "max_sets", default=1 if cheapest else 0)
    take = {"take": "cheapest"} if cheapest else {}
    price = _money(rule.get("value"), setting)
    return {"type": "fixed_price_set", "price": price, "size": size, "most_sets": int(most), "targets": target} | take


def _off(value: Any, setting: Setting, kind: Any = None) -> dict[str, Any]:
    percent, amount = share_of(value)
    if kind in ("percentage", "percent"):
        percent, amount = Decimal(str(value).rstrip("%")), None
    return {"amount": _money(amount, setting)} if amount is not None else {"percent": str(percent)}


def _cheapest(rule: Given, target: dict[str, Any], setting: Setting) -> dict[str, Any]:
    off = _off(rule.get("value"), setting, rule.get("value_type"))
    number = int(rule.first("n", "units", "qty", default=1))
    return {"type": "cheapest_units", "number": number, "targets": target} | off


def _multibuy(rule: Given, target: dict[str, Any], setting: Setting) -> dict[str, Any]:
    condition = rule.inside("condition")
    size = rule.get("group_size")
    if size is None and condition is not None:
        size = condition.first("qty_gte", "total_qty_gte")
    if size is None:
        raise Unknown("multibuy without group_size")
    pick = rule.get("pick")
    if pick not in (None, "cheapest", "cheapest_per_group", "most_expensive_per_group", "most_expensive"):
        raise Unknown(f"pick {pick}")
    percent, amount = share_of(rule.get("value", "100%"))
    if amount is not None:
        raise Unknown("multibuy with an amount")
    sets = rule.first("max_applications", "max_units", "max_sets", default=0)
    if rule.get("order", "ascending") not in ("ascending", "asc", "price_asc"):
        raise Unknown(f"order {rule.get('order')}")
    return {
        "type": "one_of_each_set",
        "size": int(size),
        "percent": str(percent),
        "take": "dearest" if pick in ("most_expensive_per_group", "most_expensive") else "cheapest",
        "mixed": pick in (None, "cheapest", "most_expensive"),
        "most_sets": int(sets),
        "targets": target,
    }


def _buy_get(rule: Given, target: dict[str, Any], setting: Setting) -> dict[str, Any]:
    get = rule.inside("get")
    if get is None:
        raise Unknown("buy_x_get_y without get")
    names, quantity = _names(get), int(get.first("qty", "quantity", default=1))
    value, adds = rule.get("value", "100%"), rule.get("adds_units", False)
    most = get.first("max_qty", "max_units", default=rule.first("max_qty", "max_units"))
    times = rule.first("max_applications", "max_sets")
    if times is None and rule.get("repeat", True) is False:
        times = 1
    if adds:
        if share_of(value)[0] != 100:
            raise Unknown("units that are added and not free")
        return {"type": "free_gift", "choices": names.get("part_numbers", []), "quantity": quantity}
    upto = re.search(r"up to (\d+) units?", rule.words)
    if most is None and upto:
        most = upto[1]
    if times is not None:
        most = min(int(times) * quantity, int(most or times * quantity))
    reward = {"type": "buy_get", "targets": names, "quantity": quantity, "most_units": int(most or 0)}
    cheapest = rule.get("pick") == "cheapest" or "cheapest" in rule.words
    return reward | _off(value, setting) | ({"take": "cheapest"} if cheapest else {})


def _amount_set(rule: Given, target: dict[str, Any], setting: Setting) -> dict[str, Any]:
    worth = _money(rule.get("set_min"), setting)
    return {"type": "percent_off_spend_sets", "amount": worth, "percent": str(rule.get("value")).rstrip("%"), "targets": target}


def _gift(rule: Given, target: dict[str, Any], setting: Setting) -> dict[str, Any]:
    choices = as_list(rule.first("gift_sku", "gift_skus"))
    each = bool(rule.first("per_unit", "per_set", "repeat", default=False)) or bool(
        re.search(r"\b(every|each|per)\b", rule.words)
    )
    each = each or rule.first("per", "per_qty", "for_every") is not None
    return {"type": "free_gift", "choices": choices, "quantity": int(rule.get("gift_qty", 1)), "once": not each}


def _shipping_percent(rule: Given, target: dict[str, Any], setting: Setting) -> dict[str, Any]:
    return {"type": "shipping_percent_off", "percent": str(rule.get("value")).rstrip("%")}


def _free_shipping(rule: Given, target: dict[str, Any], setting: Setting) -> dict[str, Any]:
    cap = rule.first("cap", "max_discount", "max_amount")
    if cap is not None:
        return {"type": "shipping_amount_off", "amount": _money(cap, setting)}
    return {"type": "shipping_fixed_price", "amount": _money(rule.get("value", "0"), setting)}


REWARDS = {
    "item_percent": _item_percent,
    "item_fixed_each": _item_fixed_each,
    "item_flexi_fixed": _item_flexi_fixed,
    "item_percent_tiered": _tiered,
    "item_percent_tiered_qty": _tiered_by_quantity,
    "order_fixed": _order_fixed,
    "order_percent": _order_percent,
    "order_fixed_price": _order_fixed_price,
    "fixed_price_bundle": _bundle,
    "cheapest_item": _cheapest,
    "cheapest_n_units": _cheapest,
    "multibuy": _multibuy,
    "buy_x_get_y": _buy_get,
    "amount_set": _amount_set,
    "gift": _gift,
    "shipping_percent": _shipping_percent,
    "free_shipping": _free_shipping,
}
