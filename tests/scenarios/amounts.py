"""Scenarios about bare amounts: sharing out, cash rounding."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from entrepot.kernel.money import allocate, cash_total
from tests.scenarios.neutral import Given


def shares(given: Given) -> tuple[dict[str, Any], list[str]]:
    """An amount shared out over weights."""
    unit = Decimal(str(given.get("minor_unit", "0.01")))
    amount = Decimal(str(given.get("amount")))
    total = int(amount / unit)
    weights = [Decimal(str(weight)) for weight in given.get("weights")]
    scale = 10 ** max((-int(weight.as_tuple().exponent) for weight in weights), default=0)
    found = allocate(total, [int(weight * scale) for weight in weights])
    broken = [] if sum(found) == (total if any(weights) else 0) else ["shares do not add up to the amount"]
    return {"shares": [share * unit for share in found]}, broken


def cash(given: Given) -> tuple[dict[str, Any], list[str]]:
    """Totals rounded for payment in cash."""
    default = given.get("interval")
    found = []
    for case in given.each("cases"):
        interval = Fraction(str(case.get("interval", default))) * 100
        found.append(Decimal(cash_total(Fraction(str(case.get("in"))) * 100, int(interval))) / 100)
    return {"out": found}, []
