"""Commerce and order management come to the same cent: prices with tax and without, surcharges, what is given by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from entrepot import dataload, demo
from entrepot.app import Suite
from entrepot.commerce import capture, members
from entrepot.kernel.money import format_amount
from entrepot.order_management import order_page, orders
from entrepot.order_management.order_page import OrderPage
from entrepot.web import desk, shop
from entrepot.web.house import House
from tests.commerce.capture.test_cart_to_order import ADDRESS, CARD, Shopper

BERLIN = capture.Address(
    last_name="Winter", line1="Gerberstrasse 5", city="Berlin", postal_code="10115", country="DE", email="a@b.de"
)
SEATTLE = ADDRESS


@pytest.fixture(params=["0", "1"], ids=["net prices", "prices include tax"])
def mode(request: pytest.FixtureRequest, suite: Suite, tmp_path: Path) -> str:
    """The demo store as it is, or with prices that include tax."""
    (tmp_path / "load").mkdir()
    (tmp_path / "load" / "Store.csv").write_text(f"Store\nIdentifier,PricesIncludeTax\ntannwerk,{request.param}\n")
    report = dataload.load(tmp_path / "load", suite.databases, demo.STORE)
    assert not report.problems
    return str(request.param)


def page_of(house: House, order_no: str) -> OrderPage:
    with house.order_management.database.read() as conn:
        key = orders.order_key(conn, enterprise="tannwerk", order_no=order_no)
        return order_page.order_page(conn, key, house.clock.now())


def awarded(page: OrderPage) -> list[orders.Charge]:
    return [charge for charge in page.order.charges if charge.reference]


def bought(suite: Suite, address: capture.Address, *items: tuple[str, str]) -> capture.Order:
    shopper = Shopper(suite)
    for item, quantity in items:
        shopper.add(item, quantity)
    shopper.change(capture.set_address, address)
    shopper.change(capture.set_shipping, "standard")
    cart = shopper.change(capture.set_payment, CARD)
    ready = shopper.house.requests.conduct(shop.prepare(shopper.house, shopper.caller, cart.version))
    order, _ = shop.submit(shopper.house, shopper.caller, "key", ready.version)
    suite.house.relay.drain()
    return order


@pytest.mark.parametrize("address", [SEATTLE, BERLIN], ids=["Seattle", "Berlin"])
def test_a_shop_order_arrives_with_its_surcharges_and_its_taxes(suite: Suite, mode: str, address: capture.Address) -> None:
    order = bought(suite, address, ("TW-NB14-SAND-16", "3"), ("TW-CB-NET", "7.5"), ("TW-SV-SETUP", "1"))
    calculation = order.calculation
    assert calculation is not None and calculation.tax_included == (mode == "1") and calculation.tax > 0
    assert [(one.code, one.amount) for one in calculation.surcharges] == [("cut-to-length", 150)]
    page = page_of(suite.house, f"WC_{order.number}")
    assert page.order.tax_included == calculation.tax_included
    assert (page.total, page.tax) == (calculation.total, calculation.tax)
    assert "Cut to your length" in {charge.description for line in page.lines for charge in line.charges}
    suite.settle()
    page = page_of(suite.house, f"WC_{order.number}")
    invoiced = sum(int(one["Amount"].replace(".", "")) for one in page.invoices)
    assert not page.invoices or invoiced == page.total


def test_by_hand_on_a_shop_order_moves_both_totals_alike(suite: Suite, mode: str) -> None:
    order = bought(suite, BERLIN, ("TW-NB14-SAND-16", "2"), ("TW-CB-NET", "2.5"), ("TW-CB-USBC-1", "1"))
    before = page_of(suite.house, f"WC_{order.number}")
    with suite.house.commerce.database.read() as conn:
        user = members.find_user(conn, "supervisor")
    assert user is not None
    agent = desk.agent_of(user)
    wish = {"CalculationCode": "OrderAdjustment", "Amount": "33.33", "ReasonCode": "LATE_DELIVERY"}
    wish["Version"] = str(before.version)
    desk.adjust(suite.house, agent, before.key, wish)
    after = page_of(suite.house, f"WC_{order.number}")
    less = before.total - after.total
    if mode == "1":
        assert less == 3333 and before.tax - after.tax in range(531, 534), "19 % inside 33.33"
    else:
        assert less == 3333 + before.tax - after.tax and before.tax - after.tax in range(632, 635), "19 % on 33.33"
    assert [c for c in after.order.charges if c.reference] == [c for c in before.order.charges if c.reference], (
        "as promotions gave"
    )
    again = wish | {"Amount": "10.00", "Version": str(after.version)}
    desk.adjust(suite.house, agent, before.key, again)
    line = next(one for one in after.lines if one.item_id == "TW-NB14-SAND-16")
    cancelling = desk.Cancelling(str(page_of(suite.house, f"WC_{order.number}").version), line.key, "1", "CUSTOMER_REQUEST")
    desk.cancel_quantity(suite.house, agent, before.key, cancelling)
    left = page_of(suite.house, f"WC_{order.number}")
    wish = wish | {"CalculationCode": "LineAdjustment", "OrderLineKey": line.key, "Amount": "7.00", "Version": str(left.version)}
    desk.adjust(suite.house, agent, before.key, wish)
    final = page_of(suite.house, f"WC_{order.number}")
    goods_tax = left.tax - final.tax
    assert left.total - final.total == (700 if mode == "1" else 700 + goods_tax)


def test_a_draft_by_phone_costs_what_the_shop_asks(suite: Suite, mode: str) -> None:
    order = bought(suite, SEATTLE, ("TW-NB14-SAND-16", "1"), ("TW-CB-NET", "1"))
    address = {"LastName": "Winter", "AddressLine1": "1", "City": "Seattle", "State": "WA", "ZipCode": "98101", "Country": "US"}
    agent = desk.Agent("agent")
    made = desk.start_draft(
        suite.house, agent, "tannwerk", "", "USD", PersonInfoShipTo=address, CarrierServiceCode="Standard", SCAC="PARCEL"
    )
    key = made["OrderHeaderKey"]
    for item in ("TW-NB14-SAND-16", "TW-CB-NET"):
        answer = desk.add_item(suite.house, agent, key, str(made["Version"]), item, "1")
        made = answer
    assert order.calculation is not None
    assert answer["TotalAmount"] == format_amount(order.calculation.total, "USD")
    with suite.house.order_management.database.read() as conn:
        draft = orders.load_order(conn, key)
    assert draft.tax_included == (mode == "1")


capture.Address(last_name="Niemi", line1="Katu 5", city="Helsinki", postal_code="00100", country="FI", email="a@b.fi")
MALMO = capture.Address(last_name="Niemi", line1="Gatan 5", city="Malmö", postal_code="21119", country="SE", email="a@b.se")
TAX = "TaxRate\nName,Category,Country,Percent\nMoms,standard,SE,25\nMoms,shipping,SE,25\nMoms,service,SE,25\n"


def told(suite: Suite, folder: Path, **files: str) -> None:
    """What a merchant loads besides the demo store."""
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    assert not dataload.load(folder, suite.databases, demo.STORE).problems


def test_prices_with_tax_keep_their_net_where_other_taxes_are_due(suite: Suite, tmp_path: Path) -> None:
    store = "Store\nIdentifier,PricesIncludeTax\ntannwerk,1\n"
    told(suite, tmp_path / "a", Store=store, TaxRate=TAX, TaxHome="TaxHome\nCountry,KeepGross\nDE,0\n")
    items = (("TW-NB14-SAND-16", "1"), ("TW-CB-NET", "7.5"))
    at_home, there = bought(suite, BERLIN, *items), bought(suite, MALMO, *items)
    home, away = at_home.calculation, there.calculation
    assert home is not None and away is not None and away.taxed_elsewhere and not home.taxed_elsewhere
    for one, other in zip(home.lines, away.lines, strict=True):
        assert abs((one.net - one.tax) - (other.net - other.tax)) <= 1, "the merchant gets the same"
        assert round(one.net * 1.25 / 1.19) - other.net in (-1, 0, 1), "the buyer bears the taxes of where they live"
    extra = home.surcharges[0], away.surcharges[0]
    assert (extra[0].amount, extra[1].amount) == (150, 158)
    assert home.shipping is not None and away.shipping is not None and away.shipping.amount != home.shipping.amount
    page = page_of(suite.house, f"WC_{there.number}")
    assert (page.total, page.tax) == (away.total, away.tax)
    told(suite, tmp_path / "b", TaxHome="TaxHome\nCountry,KeepGross\nDE,1\n")
    kept = bought(suite, MALMO, *items).calculation
    assert kept is not None and [one.amount for one in kept.lines] == [one.amount for one in home.lines]


def test_what_is_paid_ends_on_a_coin_in_both_systems_also_after_cancelling(suite: Suite, tmp_path: Path) -> None:
    told(suite, tmp_path / "a", CashRounding="CashRounding\nCurrency,SmallestCoin,Countries\nUSD,0.25,US CA\n")
    order = bought(suite, SEATTLE, ("TW-NB14-SAND-16", "2"), ("TW-CB-NET", "7.5"))
    calculation = order.calculation
    assert calculation is not None and calculation.payable % 25 == 0 and calculation.cash_rounding
    page = page_of(suite.house, f"WC_{order.number}")
    assert (page.total, page.payable) == (calculation.total, calculation.payable)
    agent = desk.Agent("agent")
    line = next(one for one in page.lines if one.item_id == "TW-CB-NET")
    desk.cancel_quantity(suite.house, agent, page.key, desk.Cancelling(str(page.version), line.key, "7.5", "CUSTOMER_REQUEST"))
    left = page_of(suite.house, f"WC_{order.number}")
    assert left.total < page.total and left.payable % 25 == 0 and abs(left.payable - left.total) <= 12
    suite.settle()
    page = page_of(suite.house, f"WC_{order.number}")
    paid = [int(one["RequestAmount"].replace(".", "")) for one in page.payments if one["ChargeType"] == "AUTHORIZATION"]
    assert sum(paid) == left.payable
