"""Plays one scenario: which part of the engine it is about, what came out, and what that means.

*pass*: the numbers agree. *differs*: they do not, and the scenario names a policy that is not ours. *fail*: they do not
and should. *unknown*: a rule kind, a key or an expectation this runner cannot interpret; never passed over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from entrepot.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.scenarios import amounts, orders, prices, stock
from tests.scenarios.compare import differences, plain
from tests.scenarios.neutral import Given, Unknown

#: The policies we follow (docs/decisions); a scenario that depends on another one may differ.
OURS = frozenset(
    {
        "allocate:any",
        "allocate:zero_weight_gets_zero",
        "allocate:all_zero_gives_zero",
        "allocate:largest_remainder",
        "round:half_up",
        "round:line_half_up",
        "round:two_step",
        "tax:on_line_total",
        "floor:min_price",
        "gift:revoked_when_ineligible",
        "item_before_order",
        "catalog_before_cart",
        "priority:higher_number_first",
        "currency:zero_decimals",
        "date_window",
        "reserve:all_or_nothing",
        "select:best_combination",
        "select:best_for_customer",
        "resolve:most_specific",
        "resolve:list_position",
        "stop:per_item",
    }
)
STATUSES = ("pass", "differs", "fail", "unknown")


@dataclass(frozen=True)
class Verdict:
    """What a scenario came to."""

    id: str
    area: str
    tier: str
    status: str
    policies: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()

    @property
    def stops(self) -> bool:
        """Whether this verdict makes the run fail: a must that fails, a broken invariant, something unknown."""
        return bool(self.broken) or self.status == "unknown" or (self.status == "fail" and self.tier == "must")


def play(scenario: dict[str, Any]) -> Verdict:
    """Run the scenario through the engine and judge it."""
    policies = tuple(scenario.get("policy") or ())
    head = {"id": scenario.get("id", "?"), "area": scenario.get("area", "?"), "tier": scenario.get("tier", "must")}
    given, expected = Given(scenario["given"], "given"), scenario["expect"]
    foreign = tuple(policy for policy in policies if policy not in OURS)
    try:
        facts, broken = _facts(given, expected, frozenset(policies))
    except Unknown as unknown:
        return Verdict(**head, status="unknown", why=(f"unknown {unknown}",))
    except (Invalid, Refused, Conflict, NotFound) as error:
        return Verdict(**head, status="differs" if foreign else "fail", policies=foreign, why=(f"{error}",))
    except Exception as error:  # one scenario nobody can read must not keep the others from being played
        return Verdict(**head, status="unknown", why=(f"unknown form: {type(error).__name__}: {error}",))
    unread = [f"unknown given-key {path}" for path in given.never_read()]
    why = list(differences(expected, facts))
    unknown_facts = [one for one in why if one.startswith("unknown")]
    if unread or unknown_facts:
        return Verdict(**head, status="unknown", why=(*unread, *why), broken=tuple(broken))
    if not why:
        return Verdict(**head, status="pass", broken=tuple(broken))
    if foreign or head["tier"] == "quirk":
        return Verdict(**head, status="differs", policies=foreign or ("quirk",), why=tuple(why), broken=tuple(broken))
    return Verdict(**head, status="fail", why=tuple(why), broken=tuple(broken))


def _facts(given: Given, expected: dict[str, Any], policies: frozenset[str]) -> tuple[dict[str, Any], list[str]]:
    kinds = {rule.get("kind") for rule in given.each("rules")}
    if kinds == {"allocate"}:
        return amounts.shares(given)
    if kinds == {"cash_round"}:
        return amounts.cash(given)
    if kinds == {"resolve"}:
        return prices.resolve(given, policies), []
    if kinds & {"formula", "margin_then_discount"}:
        return prices.formula(given, given.each("rules")[0]), []
    if kinds & {"kit_available", "kits_delivered"} or (not kinds and "boms" in given):
        return stock.kits(given, {str(kind) for kind in kinds})
    if kinds == {"reserve"}:
        return stock.reserve(given)
    if kinds == {"source"}:
        return stock.source(given)
    if kinds == {"saleable"} or (not kinds and "stock" in given):
        return stock.saleable(given)
    return orders.play(given, policies, frozenset(expected))


def play_all(scenarios: Iterable[dict[str, Any]]) -> list[Verdict]:
    return [play(one) for one in scenarios]


def as_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict for machines."""
    return {
        "id": verdict.id,
        "area": verdict.area,
        "tier": verdict.tier,
        "status": verdict.status,
        "policies": list(verdict.policies),
        "why": plain(list(verdict.why)),
        "broken_invariants": list(verdict.broken),
    }
