"""The pure calculation of an order: how much CPU time promotions, taxes and totals take, and what more promotions cost.

The floor is the arithmetic nobody can leave out: sharing twenty discounts out over twenty lines and taxing the lines.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from statistics import median

from bench.figures import Figure
from entrepot.commerce.charges import Bill, Charge, TaxRate, settle
from entrepot.commerce.promotions import Basket, Level, Line, Promotion, Shelf, evaluate, give_gifts
from entrepot.commerce.promotions.promotion import Exclusivity, read_conditions, read_rewards
from entrepot.kernel.money import allocate

LINES = 20
APPLICABLE = 20
ROUNDS = 200
AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
RATES = (TaxRate("State", "standard", "US", Fraction(4)), TaxRate("City", "standard", "US", Fraction(9, 2)))


def figures() -> list[Figure]:
    """An order of 20 lines with 20 applicable promotions, among 1,000 and among 10,000 active ones."""
    basket = _basket()
    few, many = Shelf(_promotions(1_000)), Shelf(_promotions(10_000))
    applied = len(evaluate(basket, few).applied)
    assert applied == APPLICABLE == len(evaluate(basket, many).applied), f"{applied} promotions apply"
    floor, thousand, ten_thousand = _milliseconds(
        lambda: _bare(basket), lambda: _calculate(basket, few), lambda: _calculate(basket, many)
    )
    (best,) = _milliseconds(lambda: _calculate(basket, few, best_deal=True), rounds=5)
    return [
        Figure("20 lines, 20 applicable of 1,000 promotions, CPU", round(thousand, 3), "ms", round(floor, 3), "≤ 5 ms"),
        Figure("the same with 10,000 active promotions, CPU", round(ten_thousand, 3), "ms", round(thousand, 3), "≤ 1.5×"),
        Figure("the same looking for the best deal, 50 sequences, CPU", round(best, 3), "ms", round(thousand, 3)),
    ]


def _calculate(basket: Basket, shelf: Shelf, *, best_deal: bool = False) -> int:
    found = evaluate(basket, shelf, best_deal=best_deal)
    give_gifts(found.applied, {"GIFT"})
    lines = tuple(Charge(line.id, found.left[line.id], RATES) for line in basket.lines)
    return settle(Bill(lines, Charge("shipping", found.shipping_left, RATES))).gross


def _bare(basket: Basket) -> int:
    left = [line.amount for line in basket.lines]
    for _ in range(APPLICABLE):
        shares = allocate(sum(left) // 100, left)
        left = [amount - share for amount, share in zip(left, shares, strict=True)]
    return settle(Bill(tuple(Charge(str(i), amount, RATES) for i, amount in enumerate(left)))).gross


def _milliseconds(*works: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """The median CPU time of each piece of work, done in turns: a busy minute of the machine hits all of them alike."""
    taken: list[list[float]] = [[] for _ in works]
    for work in works:
        work()
    for _ in range(rounds):
        for work, times in zip(works, taken, strict=True):
            started = time.process_time()
            work()
            times.append(time.process_time() - started)
    return [median(times) * 1000 for times in taken]


def _basket() -> Basket:
    lines = tuple(
        Line(str(i), f"ITEM-{i}", 1 + i % 4, (1 + i % 4) * (1999 + 137 * i), frozenset({f"GROUP-{i % 5}", "ALL"}))
        for i in range(LINES)
    )
    return Basket(lines, "USD", AT, shipping=990, shipping_mode="standard", country="US")


def _promotions(number: int) -> list[Promotion]:
    """Twenty of all levels that apply, and others for items and categories that are not in the basket."""
    applicable = [
        *(_promotion(1 + i, "product", _some(i), {"type": "percent_off_each", "percent": "5"}) for i in range(6)),
        *(_promotion(7 + i, "product", _some(i), {"type": "amount_off_each", "amount": {"USD": "0.50"}}) for i in range(4)),
        _promotion(11, "product", _some(3), {"type": "one_of_each_set", "size": 3}),
        _promotion(12, "product", _some(4), {"type": "free_gift", "choices": ["GIFT"]}),
        *(_promotion(13 + i, "order", _spend(20 * i + 20), {"type": "percent_off", "percent": "2"}) for i in range(3)),
        *(_promotion(16 + i, "order", _spend(20 * i + 20), {"type": "amount_off", "amount": {"USD": "1.00"}}) for i in range(3)),
        *(_promotion(19 + i, "shipping", _spend(50), {"type": "shipping_percent_off", "percent": "10"}) for i in range(2)),
    ]
    others = [
        _promotion(100 + i, "product", _other(i), {"type": "percent_off", "percent": "10"})
        for i in range(number - len(applicable))
    ]
    return applicable + others


def _promotion(number: int, level: str, condition: dict[str, object], reward: Mapping[str, object]) -> Promotion:
    return Promotion(
        number,
        f"bench-{number}",
        1,
        Level(level),
        read_conditions([condition]),
        read_rewards([reward]),
        exclusivity=Exclusivity.STACKS,
    )


def _some(place: int) -> dict[str, object]:
    return {"type": "minimum_quantity", "quantity": 1, "targets": {"groups": [f"GROUP-{place % 5}"]}}


def _other(place: int) -> dict[str, object]:
    named: dict[str, object] = {"part_numbers": [f"OTHER-{place}"]} if place % 2 else {"groups": [f"ELSEWHERE-{place}"]}
    return {"type": "minimum_quantity", "quantity": 1, "targets": named}


def _spend(amount: int) -> dict[str, object]:
    return {"type": "minimum_spend", "amount": {"USD": f"{amount}.00"}}
