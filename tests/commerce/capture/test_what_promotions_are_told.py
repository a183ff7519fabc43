"""What a cart tells promotions: attributes, payment, whether it is a first order, unique codes, what is reduced."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.app import Suite
from entrepot.commerce import capture, catalog, promotions
from entrepot.web import shop
from tests.commerce.capture.test_cart_to_order import ADDRESS, Shopper

SAND = {"attributes": ["color=sand"]}
ONE_OFF = [{"type": "amount_off", "amount": {"USD": "1.00"}}]


def offer(suite: Suite, *conditions: dict[str, Any], identifier: str = "told", **more: Any) -> None:
    row = {"identifier": identifier, "level": "order", "conditions": list(conditions), "rewards": ONE_OFF}
    with suite.house.commerce.database.write() as conn:
        promotions.put_promotions(conn, catalog.find_store(conn, "tannwerk").id, [row | more])


def applies(cart: capture.Order, identifier: str = "told") -> bool:
    assert cart.calculation is not None
    return identifier in [one.promotion for one in cart.calculation.applied]


def test_items_are_known_by_their_attributes(suite: Suite) -> None:
    offer(suite, {"type": "minimum_quantity", "quantity": 1, "targets": SAND})
    assert applies(Shopper(suite).add("TW-NB14-SAND-16"))
    assert not applies(Shopper(suite).add("TW-NB14-GRAPHITE-16"))


def test_what_the_order_weighs_counts(suite: Suite) -> None:
    offer(suite, {"type": "order_weight", "least": 2000})
    with suite.house.commerce.database.read() as conn:
        view = catalog.View(catalog.find_store(conn, "tannwerk"), "en-US", suite.house.clock.now())
        weight = catalog.entries_by_part_numbers(conn, view, ["TW-NB14-SAND-16"])["TW-NB14-SAND-16"].weight_grams
    assert weight is not None and 1000 <= weight < 2000
    shopper = Shopper(suite)
    assert not applies(shopper.add("TW-NB14-SAND-16"))
    assert applies(shopper.add("TW-NB14-SAND-16"))


def test_the_means_of_payment_counts_once_it_is_known(suite: Suite) -> None:
    offer(suite, {"type": "pays_by", "methods": ["card"]})
    shopper = Shopper(suite)
    assert not applies(shopper.add("TW-DOCK"))
    assert applies(shopper.ready())


def test_before_the_buyer_is_known_nothing_is_a_first_order(suite: Suite) -> None:
    offer(suite, {"type": "first_order"})
    cart = Shopper(suite).add("TW-DOCK")
    assert cart.calculation is not None and not applies(cart)
    assert "BUYER_NOT_KNOWN_YET" in [one.reason for one in cart.calculation.refused if one.promotion == "told"]


def test_a_second_order_is_not_the_first(suite: Suite) -> None:
    offer(suite, {"type": "first_order"})
    for place, first in enumerate((True, False)):
        shopper = Shopper(suite)
        shopper.add("TW-DOCK")
        prepared = shopper.ready()
        assert applies(prepared) == first, place
        shop.submit(shopper.house, shopper.caller, f"order-{place}", prepared.version)


def test_a_unique_code_is_good_in_one_cart_at_a_time(suite: Suite) -> None:
    offer(suite, trigger="unique_codes")
    house = suite.house
    with house.commerce.database.write() as conn:
        store = catalog.find_store(conn, "tannwerk")
        (code,) = promotions.generate_codes(conn, store.id, "told", promotions.ToIssue(1), house.clock.now())
    one, other = Shopper(suite), Shopper(suite)
    for shopper in (one, other):
        shopper.add("TW-DOCK")
        assert applies(shopper.change(capture.enter_code, code.lower()))
    assert applies(one.ready())
    late = other.change(capture.set_address, ADDRESS)
    assert not applies(late)
    assert late.calculation is not None and code in late.calculation.codes_unknown


@pytest.mark.parametrize("best", [False, True])
def test_the_store_decides_whether_the_best_deal_counts(suite: Suite, best: bool) -> None:
    """Two of one priority that exclude each other: by the fixed order the elder counts, by the best deal the larger."""
    offer(suite, {"type": "minimum_quantity", "quantity": 1}, identifier="elder", exclusivity=1, priority=999)
    more = [{"type": "amount_off", "amount": {"USD": "30.00"}}]
    offer(suite, {"type": "minimum_quantity", "quantity": 1}, identifier="larger", exclusivity=1, priority=999, rewards=more)
    with suite.house.commerce.database.write() as conn:
        store = catalog.find_store(conn, "tannwerk")
        conn.execute(catalog.STORES.table.update().where(catalog.STORES.table.c.id == store.id).values(best_deal=best))
        catalog.begin_change(conn, store.owner_id)
    cart = Shopper(suite).add("TW-DOCK")
    assert applies(cart, "larger") == best and applies(cart, "elder") != best
