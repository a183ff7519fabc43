"""Catalog rules and kits of a scenario as price rules: the unit price before any promotion."""

from __future__ import annotations

from typing import Any

from entrepot.commerce.pricing import Customer, Offer, Wanted, read_rule
from entrepot.commerce.pricing.question import Question
from entrepot.commerce.pricing.rule import Rule, final_price
from entrepot.kernel.money import exponent, parse_price
from tests.scenarios.neutral import NOW, Given, Unknown, as_list

KINDS = {"catalog_fixed", "catalog_percent"}


def price_of(
    item: dict[str, Any], rules: list[tuple[int, Given]], policies: frozenset[str], currency: str
) -> tuple[int, list[int]]:
    """The unit price after the catalog rules, and the rules that gave it; only the best one where the policy says so."""
    wanted = Wanted(1, item["sku"], item["qty"])
    if "children" in item and "own_price" not in item:
        return kit_price(item["children"], currency), []
    known = [(number, rule, _element(rule)) for number, rule in rules if rule.get("kind") in KINDS]
    meant = [one for one in known if _meant(one[1], item)]
    higher_first = "priority:higher_number_first" in policies
    meant.sort(key=lambda one: -int(one[1].get("priority", 0)) if higher_first else int(one[1].get("priority", 0)))
    alone = [one for one in meant if one[1].get("exclusive")]
    meant = alone[:1] or meant  # an exclusive rule of the largest priority keeps every other one away
    elements = [(number, element) for number, _, element in meant]
    if "select:best_for_customer" in policies and len(elements) > 1:
        nested = {f"rule-{number}": read_rule(f"rule-{number}", [{"list": "L"}, one]) for number, one in elements}
        best = run([{"lowest": list(nested)}], wanted, item["price"], currency, nested)
        chosen = next(number for number, one in elements if run([{"list": "L"}, one], wanted, item["price"], currency) == best)
        return best, [chosen]
    path = [{"list": "L"}, *(one for _, one in elements)]
    applied = [number for number, _ in elements]
    if item.get("floor") is not None and elements:
        nested = {"reduced": read_rule("reduced", path), "floor": read_rule("floor", [{"calculate": [str(item["floor"])]}])}
        return run([{"highest": ["reduced", "floor"]}], wanted, item["price"], currency, nested), applied
    return run(path, wanted, item["price"], currency), applied


def _meant(rule: Given, item: dict[str, Any]) -> bool:
    target = rule.inside("target") or rule
    skus, groups = as_list(target.first("skus", "sku")), as_list(target.first("categories", "category"))
    return (not skus or item["sku"] in skus) and (not groups or bool(set(groups) & set(item["groups"])))


def _element(rule: Given) -> dict[str, Any]:
    value = str(rule.get("value")).rstrip("%")
    return {"percent": f"-{value}"} if rule.get("kind") == "catalog_percent" else {"amount": f"-{value}"}


def run(path: list[dict[str, Any]], wanted: Wanted, price: str, currency: str, nested: dict[str, Rule] | None = None) -> int:
    """The price of a rule whose list L holds one offer."""
    question = Question(
        wanted=wanted,
        customer=Customer(),
        at=NOW,
        offer=lambda name, _: Offer(1, parse_price(price), 1, 10**9, 0, 0),
        list_price=lambda _: parse_price(price),
        rules=nested or {},
        component_price=lambda rule, one: None,
    )
    found = read_rule("rule", path).price(question)
    if found is None:
        raise Unknown("a catalog rule without a price")
    return final_price(found, exponent(currency))


def kit_price(children: list[tuple[str, str, int]], currency: str) -> int:
    """The price of a kit that costs what its components cost."""
    parts = tuple(Wanted(number, sku, quantity) for number, (sku, _, quantity) in enumerate(children, 2))
    prices = {sku: price for sku, price, _ in children}
    plain = read_rule("plain", [{"list": "L"}])

    def question(wanted: Wanted) -> Question:
        return Question(
            wanted=wanted,
            customer=Customer(),
            at=NOW,
            offer=lambda _, one: Offer(1, parse_price(prices[one.part_number]), 1, 10**9, 0, 0),
            list_price=lambda _: None,
            rules={"plain": plain},
            component_price=component,
        )

    def component(rule: Rule, wanted: Wanted) -> int | None:
        found = rule.price(question(wanted))
        return None if found is None else final_price(found, exponent(currency))

    total = read_rule("kit", [{"items": "plain", "kits": []}]).price(question(Wanted(1, "kit", components=parts)))
    if total is None:
        raise Unknown("a component without a price")
    return final_price(total, exponent(currency))
