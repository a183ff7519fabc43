"""How far each role may give by hand, and what a change of the order means for what was given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from entrepot.order_management.orders.adjustment import (
    Action,
    Fact,
    Level,
    Limits,
    State,
    granted_before,
    judge,
    limits_of,
    standing,
    worth,
)
from entrepot.order_management.orders.adjustment_hold import held, reopened
from entrepot.order_management.orders.order import Charge, ChargeKind, Order
from tests.order_management.orders.test_totals import line, order
from tests.order_management.shop import AT

FACT = Fact("o", "a", Action.ENTER, State.WITHIN_LIMITS, Level.LINE, "1", "ITEM-1", 0, -1000, 1000, 0, "USD", "DAMAGED", "",
            "FixedReplacement", "", "csr", "csr", AT)  # fmt: skip
NO_LIMIT = Limits(None, None, None, None)


def two_lines() -> Order:
    return order(line("1", 2, 5000), line("2", 1, 4000))


#: limit, its value; what stands: (line, worth) pairs, the last is judged; given today; the limits passed
JUDGED = """
line_percent  10    1:1000                1000   -
line_percent  10    1:1001                1001   line_percent
line_percent  10    1:600,1:500           1100   line_percent
line_percent  10    2:600,1:900           1500   -
line_amount   1000  1:1000                1000   -
line_amount   1000  1:600,1:401           1001   line_amount
order_amount  1500  1:800,2:701           1501   order_amount
order_amount  1500  1:800,:701            1501   order_amount
day_amount    5000  1:100                 5001   day_amount
day_amount    5000  1:0                   9999   -
line_percent  10    1:-1001               1001   line_percent
line_amount   1000  1:900,1:-1000         1000   -
line_amount   1000  1:-900,1:900          900    -
line_amount   1000  1:-600,1:-401         1001   line_amount
order_amount  1500  1:-800,:-701          1501   order_amount
order_amount  1500  1:800,:-1500          1500   -
day_amount    5000  1:-100                5001   day_amount
"""


@pytest.mark.parametrize("row", JUDGED.strip().splitlines())
def test_limits_are_judged_on_all_that_stands(row: str) -> None:
    name, most, given, today, passed = row.split()
    pairs = [one.split(":") for one in given.split(",")]
    facts = {
        str(i): replace(FACT, adjustment=str(i), line_key=key, worth=int(amount), level=Level.LINE if key else Level.ORDER)
        for i, (key, amount) in enumerate(pairs)
    }
    limits = replace(NO_LIMIT, **{name: int(most)})
    found = judge(two_lines(), facts, facts[str(len(pairs) - 1)], limits, int(today))
    assert [one.limit for one in found] == ([] if passed == "-" else [passed])


#: what was granted on the cart per line, its name and reference; limit, its value; the limits 700 more on line 1 passes
GRANTED = """
1:300  DAMAGED  -    line_amount   1000  -
1:301  DAMAGED  -    line_amount   1000  line_amount
1:301  DAMAGED  P-1  line_amount   1000  -
1:301  P-1      -    line_amount   1000  -
2:301  DAMAGED  -    line_amount   1000  -
2:301  DAMAGED  -    order_amount  1000  order_amount
1:301  DAMAGED  -    line_percent  10    line_percent
1:301  DAMAGED  -    day_amount    1000  -
"""


@pytest.mark.parametrize("row", GRANTED.strip().splitlines())
def test_what_was_granted_on_the_cart_counts_on_the_order(row: str) -> None:
    granted, name, reference, limit, most, passed = row.split()
    key, amount = granted.split(":")
    of = {"reference": "" if reference == "-" else reference, "line": key, "basis": 2 if key == "1" else 1}
    charge = Charge("g", ChargeKind.DISCOUNT, "Discount", name, int(amount), **of)
    fact = replace(FACT, worth=700)
    found = judge(replace(two_lines(), charges=(charge,)), {"a": fact}, fact, replace(NO_LIMIT, **{limit: int(most)}), 700)
    assert [one.limit for one in found] == ([] if passed == "-" else [passed])


def test_of_a_grant_on_the_cart_what_cancelling_left_counts() -> None:
    charge = Charge("g", ChargeKind.DISCOUNT, "Discount", "DAMAGED", 1000, line="1", basis=2)
    assert granted_before(order(line("1", 1, 5000), charges=(charge,)), {}) == 500


def test_the_percentage_is_of_the_price_before_anybody_changed_it() -> None:
    overridden = order(line("1", 2, 4400))
    fact = replace(FACT, level=Level.PRICE, before=5000 * 1000, after=4400 * 1000)
    fact = replace(fact, worth=worth(overridden, Level.PRICE, "1", fact.before, fact.after))
    assert fact.worth == 1200
    assert judge(overridden, {"a": fact}, fact, replace(NO_LIMIT, line_percent=12), 1200) == []
    assert [one.most for one in judge(overridden, {"a": fact}, fact, replace(NO_LIMIT, line_percent=11), 1200)] == [1100]


def test_a_charge_and_a_higher_price_are_worth_less_than_nothing() -> None:
    assert worth(two_lines(), Level.ORDER, "", 0, 500) == -500
    assert worth(two_lines(), Level.PRICE, "1", 5_000_000, 6_000_000) == -2000


def test_what_was_charged_on_the_cart_counts_on_the_order() -> None:
    engraving = Charge("g", ChargeKind.CHARGE, "Price", "PRICE_ADJUSTMENT", 301, line="1", basis=2)
    of, limits = replace(two_lines(), charges=(engraving,)), replace(NO_LIMIT, line_amount=1000)
    for amount, passed in ((-700, ["line_amount"]), (-699, []), (700, [])):
        fact = replace(FACT, worth=amount)
        assert [one.limit for one in judge(of, {"a": fact}, fact, limits, 700)] == passed, amount


def test_the_widest_of_several_roles_counts_and_the_stores_own_limits_come_first() -> None:
    assert limits_of(["csr", "csr_supervisor"], {}, "JPY") == Limits(50, 500, 1000, 5000)
    assert limits_of(["csr"], {"csr": Limits(5, 100, None, 0)}, "USD") == Limits(5, 100, None, 0)
    assert limits_of(["csr", "administrator"], {}, "USD") == NO_LIMIT
    assert limits_of(["merchandiser"], {}, "USD") == Limits(0, 0, 0, 0)


def test_what_stands_is_the_last_word_on_each_that_was_not_taken_off() -> None:
    changed = replace(FACT, action=Action.CHANGE, after=-500)
    other = replace(FACT, adjustment="b")
    facts = [FACT, changed, other, replace(other, action=Action.REJECT)]
    assert standing(facts) == {"a": changed}


def test_an_approval_is_asked_again_when_the_order_comes_to_more() -> None:
    approved = replace(FACT, action=Action.APPROVE, state=State.APPROVED, order_total=14_000)
    assert reopened(two_lines(), {"a": approved}, "csr", AT) == []
    more = order(line("1", 2, 5000), line("2", 1, 4001))
    assert [(one.state, one.requester) for one in reopened(more, {"a": approved}, "pricing", AT)] == [(State.PENDING, "csr")]


def test_the_order_is_held_while_anything_waits() -> None:
    waiting = replace(FACT, state=State.PENDING)
    on_hold = held(two_lines(), {"a": waiting})
    assert [hold.hold_type for hold in on_hold.holds] == ["APPROVAL_PENDING"]
    assert held(on_hold, {"a": waiting}) == on_hold
    assert [hold.status for hold in held(on_hold, {}).holds] == ["1300"]
