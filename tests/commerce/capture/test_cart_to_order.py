"""From a cart to an order over the demo store: what is added, refused, priced, prepared, submitted once."""

from __future__ import annotations

import sys
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from entrepot.app import Suite
from entrepot.commerce import capture, catalog
from entrepot.commerce.capture import Adding, tables
from entrepot.commerce.pricing import tables as pricing_tables
from entrepot.kernel.errors import Conflict, Error, Invalid, NotFound, Refused
from entrepot.web import shop
from entrepot.web.shop import Caller

ADDRESS = capture.Address(
    first_name="Ada",
    last_name="Winter",
    line1="12 Harbor Street",
    city="Seattle",
    state="WA",
    postal_code="98101",
    country="US",
    email="ada@example.com",
)
CARD = capture.Payment(method="card", token="tok_visa", brand="VISA", last_four="4242")


class Shopper:
    """A guest with a cart, step by step."""

    def __init__(self, suite: Suite, logon_id: str | None = None) -> None:
        self.house = suite.house
        self.caller = Caller("tannwerk", logon_id)

    def add(self, part_number: str, quantity: str = "1", **attributes: str) -> capture.Order:
        cart, secret = shop.add_to_cart(self.house, self.caller, [Adding(part_number, quantity, attributes)])
        if secret:
            self.caller = replace(self.caller, secret=capture.hashed(secret))
        return cart

    def change(self, step: object, *arguments: object) -> capture.Order:
        return shop.with_cart(self.house, self.caller, lambda conn, now, cart: step(conn, now, cart, *arguments))

    def prepare(self, version: int, **details: Any) -> capture.Order:
        steps = shop.prepare(self.house, self.caller, version, details=capture.Details(**details))
        return self.house.requests.conduct(steps)

    def stored(self) -> capture.Order:
        with self.house.commerce.database.read() as conn:
            return capture.require_cart(conn, shop.visit(conn, self.caller, self.house))

    def ready(self) -> capture.Order:
        self.change(capture.set_address, ADDRESS)
        self.change(capture.set_shipping, "standard")
        cart = self.change(capture.set_payment, CARD)
        return self.house.requests.conduct(shop.prepare(self.house, self.caller, cart.version))


@pytest.fixture
def shopper(suite: Suite) -> Shopper:
    return Shopper(suite)


def code_of(call: object, *arguments: object) -> str:
    with pytest.raises(Error) as error:
        call(*arguments)
    return error.value.code


REFUSED = """
NOPE          1     CATALOG_ENTRY_NOT_FOUND
TW-NB14       1     MISSING_ATTRIBUTE
TW-DOCK       -1    BAD_QUANTITY
TW-DOCK       1.5   QUANTITY_NOT_MULTIPLE
TW-DOCK       0     BAD_QUANTITY
TW-DOCK       1e3   BAD_QUANTITY
TW-CB-NET     0.3   QUANTITY_NOT_MULTIPLE
TW-WORKSTATION 1    CONFIGURATION_REQUIRED
"""


@pytest.mark.parametrize("row", REFUSED.strip().splitlines())
def test_what_cannot_be_added_is_refused_and_nothing_is_added(row: str, shopper: Shopper) -> None:
    part_number, quantity, code = row.split()
    shopper.add("TW-PAD")
    assert code_of(shopper.add, part_number, quantity) == code
    with shopper.house.commerce.database.read() as conn:
        cart = capture.require_cart(conn, shop.visit(conn, shopper.caller, shopper.house))
    assert [line.part_number for line in cart.lines] == ["TW-PAD"]


def test_a_wrong_attribute_is_told_from_a_missing_one(shopper: Shopper) -> None:
    with pytest.raises(Refused) as error:
        shop.add_to_cart(shopper.house, shopper.caller, [Adding("TW-NB14", "1", {"color": "pine", "memory": "32gb"})])
    assert error.value.code == "INCORRECT_ATTRIBUTE"


def test_equal_lines_add_up_and_a_bundle_falls_apart(shopper: Shopper) -> None:
    shopper.add("TW-DOCK")
    cart = shopper.add("TW-DOCK", "2")
    assert [(line.part_number, line.quantity) for line in cart.lines] == [("TW-DOCK", 3)]
    cart, _ = shop.add_to_cart(
        shopper.house,
        shopper.caller,
        [Adding("TW-HOME-OFFICE", "1", {"TW-KB.layout": "us", "TW-KB.switch": "linear"})],
    )
    groups = {line.bundle for line in cart.lines if line.bundle}
    assert len(groups) == 1
    assert {line.part_number for line in cart.lines if line.bundle} == {
        "TW-DP27",
        "TW-ARM",
        "TW-DOCK",
        "TW-KB-US-LINEAR",
        "TW-TRACKBALL",
    }


def test_a_static_kit_is_one_line_with_components_nobody_can_take_out(shopper: Shopper) -> None:
    cart = shopper.add("TW-CABLE-KIT", "2")
    (line,) = cart.lines
    assert {(one.part_number, one.quantity) for one in line.components} == {
        ("TW-CB-USBC-1", 2),
        ("TW-CB-DP-2", 1),
        ("TW-HUB-7", 1),
        ("TW-CB-NET", 10),
    }
    with pytest.raises(Refused, match="kit"):
        capture.refuse_component_change(cart, line.id)


def test_a_gift_comes_goes_and_stays_away(shopper: Shopper) -> None:
    cart = shopper.add("TW-NB14-SAND-16", "2")
    assert cart.calculation is not None
    assert [line.part_number for line in cart.calculation.lines if line.gift_of] == ["TW-CASE-14"]
    declined = shopper.change(capture.remove_line, "gift:two-notebooks-case")
    assert declined.calculation is not None
    assert not [line for line in declined.calculation.lines if line.gift_of]
    fewer = shopper.change(capture.change_quantity, cart.lines[0].id, "1")
    assert fewer.calculation is not None
    hint = next(one for one in fewer.calculation.refused if one.promotion == "two-notebooks-case")
    assert (hint.reason, hint.needs, hint.has) == ("MORE_UNITS_NEEDED", "2", "1")


def test_everything_that_is_missing_is_told_at_once(shopper: Shopper) -> None:
    cart = shopper.add("TW-DOCK")
    with pytest.raises(Refused) as error:
        shopper.house.requests.conduct(shop.prepare(shopper.house, shopper.caller, cart.version))
    assert [one["code"] for one in error.value.attributes["problems"]] == [
        "ADDRESS_MISSING",
        "SHIP_MODE_MISSING",
        "PAYMENT_MISSING",
    ]


def test_a_stale_version_is_refused(shopper: Shopper) -> None:
    cart = shopper.add("TW-DOCK")
    shopper.add("TW-PAD")
    steps = shop.prepare(shopper.house, shopper.caller, cart.version)
    assert code_of(shopper.house.requests.conduct, steps) == "STALE_VERSION"


def reserving(shopper: Shopper, cart: capture.Order) -> tuple[Any, dict[str, Any]]:
    """A preparation that has asked for its stock, and what was answered."""
    steps = shop.prepare(shopper.house, shopper.caller, cart.version)
    kind, question = next(steps)
    assert kind == "ReserveInventory"
    return steps, shopper.house.requests.request(kind, question)


def payable(shopper: Shopper) -> capture.Order:
    shopper.add("TW-DOCK")
    shopper.change(capture.set_address, ADDRESS)
    shopper.change(capture.set_shipping, "standard")
    return shopper.change(capture.set_payment, CARD)


def dearer(suite: Suite, part_number: str) -> None:
    """Raise every offer of an item by one dollar."""
    with suite.house.commerce.database.write() as conn:
        store = catalog.find_store(conn, "tannwerk")
        entry = catalog.entries_by_part_numbers(conn, catalog.View(store, "en-US", suite.house.clock.now()), [part_number])
        t = pricing_tables.offer
        conn.execute(t.update().where(t.c.entry_id == entry[part_number].id).values(price=t.c.price + 100_000))
        pricing_tables.touch(conn, store.id)


def test_a_cart_that_changes_while_its_stock_is_reserved_is_not_prepared(shopper: Shopper) -> None:
    cart = payable(shopper)
    steps, answer = reserving(shopper, cart)
    shopper.add("TW-PAD")
    kind, _ = steps.send(answer)
    assert kind == "CancelInventoryReservation", "what was reserved is given back first"
    assert code_of(steps.send, {"Released": 1}) == "STALE_VERSION"


def test_a_price_that_rises_while_the_stock_is_reserved_is_not_charged_unseen(shopper: Shopper, suite: Suite) -> None:
    cart = payable(shopper)
    steps, answer = reserving(shopper, cart)
    dearer(suite, "TW-DOCK")
    kind, _ = steps.send(answer)
    assert kind == "CancelInventoryReservation"
    assert code_of(steps.send, {"Released": 1}) == "PRICE_CHANGED"


def test_what_was_calculated_before_the_reservation_stands_while_no_term_moves(
    shopper: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    cart = payable(shopper)
    steps, answer = reserving(shopper, cart)
    monkeypatch.setattr(sys.modules[capture.prepare.__module__], "calculate", lambda *_: pytest.fail("calculated twice"))
    with pytest.raises(StopIteration) as end:
        steps.send(answer)
    assert end.value.value.calculation == shopper.change(lambda conn, now, cart: cart).calculation


def test_a_checkout_said_with_the_preparation_comes_to_the_same_as_step_by_step(shopper: Shopper, suite: Suite) -> None:
    by_steps = payable(shopper)
    other = Shopper(suite)
    cart = other.prepare(other.add("TW-DOCK").version, ship_to=ADDRESS, shipping_mode="standard", payment=CARD)
    assert cart.calculation is not None and by_steps.calculation is not None
    assert (cart.calculation.total, cart.calculation.tax) == (by_steps.calculation.total, by_steps.calculation.tax)
    assert (cart.ship_to, cart.shipping_mode, cart.payment) == (by_steps.ship_to, by_steps.shipping_mode, by_steps.payment)
    assert other.stored() == cart, "all of it is recorded with the summary"
    order, _ = shop.submit(other.house, other.caller, "said at once", cart.version)
    assert order.ship_to == ADDRESS


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"shipping_mode": "by-balloon"}, "SHIP_MODE_NOT_USABLE"),
        ({"shipping_mode": ""}, "SHIP_MODE_NOT_USABLE"),
        ({"payment": capture.Payment(method="invoice", purchase_order="7")}, "PAYMENT_METHOD_NOT_USABLE"),
        ({"payment": capture.Payment(method="card", token="4111 1111 1111 1111")}, "CARD_DATA_REFUSED"),
        ({"ship_to": msgspec.structs.replace(ADDRESS, postal_code="981")}, "ADDRESS_INVALID"),
        ({"bill_to": msgspec.structs.replace(ADDRESS, city="")}, "ADDRESS_INVALID"),
        ({"payment": None}, "NOT_READY"),
    ],
)
def test_nothing_said_with_a_refused_preparation_is_kept(wrong: dict[str, Any], code: str, shopper: Shopper) -> None:
    before = shopper.add("TW-DOCK")
    said = {"ship_to": ADDRESS, "shipping_mode": "standard", "payment": CARD} | wrong
    assert code_of(lambda: shopper.prepare(before.version, **said)) == code
    assert shopper.stored() == before


def test_a_price_that_rose_before_everything_was_said_at_once_is_asked_about(shopper: Shopper, suite: Suite) -> None:
    cart = shopper.add("TW-DOCK")
    dearer(suite, "TW-DOCK")
    said = {"ship_to": ADDRESS, "shipping_mode": "standard", "payment": CARD}
    with pytest.raises(capture.PriceChanged) as error:
        shopper.prepare(cart.version, **said)
    steps = shop.prepare(shopper.house, shopper.caller, cart.version, error.value.attributes["total"], capture.Details(**said))
    assert shopper.house.requests.conduct(steps).prepared is not None, "agreed to"


@pytest.mark.parametrize("token", ["4111 1111 1111 1111", "5500-0055-5555-5559"])
def test_a_card_number_is_never_taken(token: str, shopper: Shopper) -> None:
    shopper.add("TW-DOCK")
    with pytest.raises(Refused) as error:
        shopper.change(capture.set_payment, capture.Payment(method="card", token=token))
    assert error.value.code == "CARD_DATA_REFUSED"


@pytest.mark.parametrize(
    ("field", "value"),
    [("postal_code", "981"), ("country", "usa"), ("state", ""), ("last_name", " "), ("email", "ada"), ("line1", "x" * 300)],
)
def test_a_bad_address_names_its_field(field: str, value: str, shopper: Shopper) -> None:
    shopper.add("TW-DOCK")
    with pytest.raises(Invalid) as error:
        shopper.change(capture.set_address, msgspec.structs.replace(ADDRESS, **{field: value}))
    assert error.value.path == field


def test_nobody_else_sees_a_cart(shopper: Shopper, suite: Suite) -> None:
    shopper.add("TW-DOCK")
    stranger = Shopper(suite)
    stranger.caller = Caller("tannwerk", None, capture.hashed("guessed"))
    with pytest.raises(NotFound):
        stranger.change(capture.set_shipping, "standard")


def test_one_key_one_order(shopper: Shopper) -> None:
    shopper.add("TW-DOCK")
    ready = shopper.ready()
    first, repeated = shop.submit(shopper.house, shopper.caller, "key-1", ready.version)
    again, replayed = shop.submit(shopper.house, shopper.caller, "key-1", ready.version)
    assert (repeated, replayed) == (False, True)
    assert first.number == again.number
    with pytest.raises(Conflict):
        shop.submit(shopper.house, shopper.caller, "key-1", ready.version + 1)


def test_a_change_after_the_summary_needs_a_new_summary(shopper: Shopper) -> None:
    shopper.add("TW-DOCK")
    shopper.ready()
    cart = shopper.add("TW-PAD")
    assert code_of(shop.submit, shopper.house, shopper.caller, "k", cart.version) == "PRICES_EXPIRED"


def test_the_last_pieces_are_not_sold_twice(suite: Suite) -> None:
    """TW-HUB-4 is discontinued: three are left, nothing is backordered."""
    first, second = Shopper(suite), Shopper(suite)
    first.add("TW-HUB-4", "2")
    first.ready()
    second.add("TW-HUB-4", "2")
    with pytest.raises(Refused) as error:
        second.ready()
    assert error.value.code == "OUT_OF_STOCK"


def test_an_order_adds_up_and_arrives(shopper: Shopper, suite: Suite) -> None:
    shopper.add("TW-NB14-SAND-16", "3")
    shopper.add("TW-CB-USBC-1", "3")
    shopper.add("TW-CABLE-KIT")
    ready = shopper.ready()
    order, _ = shop.submit(shopper.house, shopper.caller, "key", ready.version)
    assert order.number is not None and order.calculation is not None
    suite.settle()
    with suite.house.commerce.database.read() as conn:
        found = capture.order_by_number(conn, order.number)
    assert found is not None and str(found.state) == "G", found
    assert found.tracking is not None
    calculation = order.calculation
    assert calculation.total == calculation.goods - calculation.discount + calculation.shipping_net + calculation.tax
    from entrepot.kernel.money import format_amount

    assert found.tracking["GrandTotal"] == format_amount(calculation.total, "USD")


def test_a_guest_takes_the_cart_along_when_logging_on(shopper: Shopper, suite: Suite) -> None:
    shopper.add("TW-DOCK", "2")
    buyer = Caller("tannwerk", "mara", shopper.caller.secret)
    with suite.house.commerce.database.write() as conn:
        capture.adopt_guest_cart(conn, shop.visit(conn, buyer, suite.house))
    with suite.house.commerce.database.read() as conn:
        cart = capture.require_cart(conn, shop.visit(conn, Caller("tannwerk", "mara"), suite.house))
        assert [(line.part_number, line.quantity) for line in cart.lines] == [("TW-DOCK", 2)]
        gone = capture.current_cart(conn, shop.visit(conn, shopper.caller, suite.house))
    assert gone is None


def test_a_guests_cart_is_found_without_walking_through_the_orders(shopper: Shopper) -> None:
    """Every cart step reads it; by any other index the shop slows down with each order it takes."""
    with shopper.house.commerce.database.read() as conn:
        query = str(tables._OF_GUEST[False].clause.compile(conn.engine))
        plan = [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", (None,) * query.count("?"))]
    assert "SEARCH orders USING INDEX orders_guest (secret=?)" in plan
