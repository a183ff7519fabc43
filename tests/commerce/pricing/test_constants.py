"""Price constants: read, valued by currency, used by equations, kept while a rule needs them; minimum prices in the cart."""

from __future__ import annotations

from fractions import Fraction

import pytest

from entrepot.app import Suite
from entrepot.commerce import capture, catalog, pricing
from entrepot.commerce.pricing import ConstantKind, read_constant
from entrepot.kernel.errors import Error, Refused
from tests.commerce.capture.test_cart_to_order import Shopper

#: kind, text → value in USD and whether it is a price; or the path of the refusal
READ = """
percent  19                    19/100    no
number   1.25                  5/4       no
price    12.50_USD_11.50_EUR   1250000   yes
price    11.50_EUR             none      -
percent  much                  value     !
price    12.50                 value     !
price    12.50_XXXX            value     !
price    9.00_JPY              value     !
number   NaN                   value     !
half     1                     kind      !
"""


@pytest.mark.parametrize("row", READ.strip().splitlines())
def test_constants_are_read_and_valued(row: str) -> None:
    kind, written, value, told = row.split()
    words = written.replace("_", " ")
    if told == "!":
        with pytest.raises(Error) as refused:
            read_constant("c", kind, words, ("USD", "EUR"))
        assert value in str(refused.value.attributes.get("path"))
        return
    one = read_constant("c", kind, words, ("USD", "EUR"))
    assert one.in_currency("USD") == (None if value == "none" else (Fraction(value), told == "yes"))
    assert read_constant("c", kind, one.written(), ("USD", "EUR")) == one


def test_a_changed_constant_reaches_the_prices_of_every_rule_that_uses_it(suite: Suite) -> None:
    database, at = suite.house.commerce.database, suite.house.clock.now()

    def price() -> int | None:
        with database.read() as conn:
            facts = catalog.entries_by_part_numbers(conn, catalog.View(store, "en-US", at), ["TW-MINI"])["TW-MINI"]
            (found,) = pricing.entitled_prices(conn, pricing.Occasion(store.id, "USD", at), [pricing.Wanted(facts.id, "TW-MINI")])
        return found.price if isinstance(found, pricing.Entitled) else None

    with database.read() as conn:
        store = catalog.find_store(conn, "tannwerk")
        assert pricing.rules_using(pricing.terms_of(conn, store.id), "kit-advantage") == ["Items and kits"]
        with pytest.raises(Refused):
            pricing.remove_constant(conn, store.id, "kit-advantage", ["Items and kits"])
    full = price()
    halved = [{"list": "Standard"}, {"calculate": ["price", "*", {"constant": "fair"}]}]
    with database.write() as conn:
        pricing.put_price_rule(conn, store.id, "Standard price", halved)
    assert price() is None, "an unknown constant yields no price"
    with database.write() as conn:
        pricing.put_constant(conn, store.id, pricing.PriceConstant("fair", ConstantKind.NUMBER, "0.5"))
    assert full is not None and price() == full / 2


def test_no_promotion_brings_a_line_below_its_minimum_price(suite: Suite) -> None:
    shopper = Shopper(suite)
    shopper.add("TW-NB14-SAND-16", "2")
    with suite.house.commerce.database.write() as conn:
        store = catalog.find_store(conn, "tannwerk")
        view = catalog.View(store, "en-US", suite.house.clock.now())
        entry = catalog.entries_by_part_numbers(conn, view, ["TW-NB14-SAND-16"])["TW-NB14-SAND-16"].id
        pricing.MINIMUM_PRICES.write(conn, [{"entry_id": entry, "currency": "USD", "price": 114_000_000}], at=view.at)
        pricing.touch(conn, store.id)
    cart = shopper.add("TW-CB-USBC-1")
    free = shopper.change(capture.enter_code, "WELCOME10")
    assert cart.calculation is not None and free.calculation is not None
    line = next(one for one in free.calculation.lines if one.part_number == "TW-NB14-SAND-16")
    cable = next(one for one in free.calculation.lines if one.part_number == "TW-CB-USBC-1")
    assert line.net == 2 * 114_000, "the line stops at its floor"
    assert cable.discount > 0
