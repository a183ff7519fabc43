"""The story the promotion engine and order management tell together, from the order desk's side."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.order_management import orders
from entrepot.order_management.orders.confirm import DraftNotReady, PriceStale
from entrepot.order_management.orders.pricing import PriceReplyRefused
from entrepot.order_management.orders.save import OrderMovedOn
from entrepot.order_management.orders.totals import TotalDiffers
from tests.order_management.shop import ADA, AT, SHOP, Desk, Open, counters, desk, gift_line, web_line, web_order

STOCK = {"NB-14": {"N1": 10}, "CASE-14": {"N1": 5}}


def notebooks(number: str = "1") -> dict[str, Any]:
    lines = [web_line(1, "NB-14", 2, "1149.00"), gift_line(2, "CASE-14", 1, "49.00", "49.00")]
    shipping = {"HeaderCharge": [{"ChargeCategory": "Shipping", "ChargeName": "GROUND", "ChargeAmount": "9.95"}]}
    return web_order(number, lines, "2307.95", HeaderCharges=shipping, Promotions={"Promotion": [{"PromotionId": "GIFT"}]})


def test_web_order(open_database: Open) -> None:
    shop = desk(open_database, STOCK)
    key = shop.do("createOrder", notebooks())["OrderHeaderKey"]
    shop.cancel(key, 1, 1)
    page = shop.page(key)
    assert [(line.item_id, line.quantity, line.status) for line in page.lines] == [
        ("NB-14", "1", "Created"),
        ("CASE-14", "0", "Cancelled"),
    ]
    assert page.total == 115895
    kinds = [kind for kind, _ in shop.said()]
    assert kinds == ["order.created", "order.status", "order.changed", "order.status"]
    assert shop.said()[0][1]["Promotions"] == [{"PromotionId": "GIFT", "CouponID": "", "Times": 1}]
    assert shop.said()[2][1]["Promotions"] == []
    assert shop.said()[2][1]["Event"] == "CHANGE_ORDER.ON_SUCCESS"
    body = {"OrderHeaderKey": key, "Version": str(page.version), "ReasonCode": "CUSTOMER"}
    assert shop.do("cancelOrder", body)["Changed"] == "Y"
    assert shop.page(key).total == 0
    assert shop.said()[-2][1]["Event"] == "CHANGE_ORDER.ON_CANCEL"
    again = body | {"Version": str(shop.page(key).version)}
    assert shop.do("cancelOrder", again)["Changed"] == "N"
    shop.reconciles()


def reply(request: dict[str, Any], quantity: int) -> dict[str, Any]:
    """What commerce would answer: two notebooks earn a case, TENOFF takes 10.00 off the order."""
    lines: list[dict[str, Any]] = []
    total = 0
    for line in request["OrderLines"]["OrderLine"]:
        lines.append({"LineID": line["LineID"], "UnitPrice": "1149.00", "ListPrice": "1199.00", "Quantity": line["Quantity"]})
        total += 114900 * int(line["Quantity"])
    first = request["OrderLines"]["OrderLine"][0]["LineID"]
    if quantity >= 2:
        free = {"PricingRuleName": "GIFT", "AdjustmentApplied": "49.00", "ChargeCategory": "Discount"}
        lines.append(
            {
                "LineID": "gift-1",
                "ItemID": "CASE-14",
                "Quantity": str(quantity // 2),
                "UnitPrice": "49.00",
                "IsGift": "Y",
                "GiftOfPricingRule": "GIFT",
                "GiftBuyLineIDs": [first],
                "GiftBuyQuantity": "2",
                "GiftQuantity": "1",
                "LineAdjustments": {"LineAdjustment": [free | {"AdjustmentApplied": f"{49 * (quantity // 2)}.00"}]},
            }
        )
    coupons = [c["CouponID"] for c in request["Coupons"]["Coupon"]]
    headers = []
    if "TENOFF" in coupons:
        headers = [{"PricingRuleName": "TEN", "AdjustmentApplied": "10.00", "CouponID": "TENOFF", "ChargeCategory": "Coupon"}]
        total -= 1000
    return {
        "TotalAmount": f"{total // 100}.{total % 100:02d}",
        "PriceSnapshotId": "snap-1",
        "OrderLines": {"OrderLine": lines},
        "HeaderAdjustments": {"HeaderAdjustment": headers},
        "Coupons": {
            "Coupon": [
                {"CouponID": c, "Valid": "Y" if c == "TENOFF" else "N", "CouponStatusMsgCode": "YPM_RULE_VALID"} for c in coupons
            ]
        },
    }


def price(shop: Desk, key: str, quantity: int) -> dict[str, Any]:
    with shop.database.read() as conn:
        request = orders.pricing_request(conn, key)
    answer = reply(request, quantity)
    return shop.database.retrying(lambda conn: orders.apply_pricing(conn, key, answer, shop.clock.now(), int(request["Version"])))


def draft(shop: Desk) -> str:
    key = shop.do(
        "createOrder",
        {"EnterpriseCode": SHOP, "DraftOrderFlag": "Y", "BuyerUserId": "ada", "PriceInfo": {"Currency": "USD"}},
    )["OrderHeaderKey"]
    change(shop, key, OrderLines={"OrderLine": [{"Action": "CREATE", "OrderedQty": "2", "Item": {"ItemID": "NB-14"}}]})
    return str(key)


def change(shop: Desk, key: str, **what: Any) -> dict[str, Any]:
    return shop.do("changeOrder", {"OrderHeaderKey": key, "Version": str(shop.page(key).version), **what})


def test_call_center_order(open_database: Open) -> None:
    shop = desk(open_database, STOCK)
    key = draft(shop)
    price(shop, key, 2)
    change(shop, key, Coupons={"Coupon": [{"CouponID": " tenoff "}]}, PersonInfoBillTo=ADA, PersonInfoShipTo=ADA)
    pay = {"PaymentMethod": [{"PaymentType": "CREDIT_CARD", "CreditCardNo": "tok_ok"}]}
    change(shop, key, PaymentMethods=pay)
    with pytest.raises(PriceStale):
        shop.do("confirmDraftOrder", {"OrderHeaderKey": key})
    assert price(shop, key, 2)["TotalAmount"] == "2288.00"
    assert [(line.item_id, line.quantity) for line in shop.page(key).lines] == [("NB-14", "2"), ("CASE-14", "1")]
    shop.clock.advance(hours=2)
    with pytest.raises(PriceStale):
        shop.do("confirmDraftOrder", {"OrderHeaderKey": key})
    price(shop, key, 2)
    shop.do("confirmDraftOrder", {"OrderHeaderKey": key})
    with pytest.raises(DraftNotReady, match="confirmed already"):
        shop.do("confirmDraftOrder", {"OrderHeaderKey": key})
    shop.work(None)
    assert shop.page(key).payment_status == "AUTHORIZED"
    shop.cancel(key, 1, 1, Override="Y")
    page = shop.page(key)
    assert [(line.item_id, line.quantity) for line in page.lines] == [("NB-14", "1"), ("CASE-14", "0")]
    assert page.total == 114900 - 500
    assert [(p.promotion_id, p.coupon) for p in page.promotions] == [("TEN", "TENOFF")]
    shop.work()
    assert [(p["ChargeType"], p["RequestAmount"]) for p in shop.page(key).payments] == [
        ("AUTHORIZATION", "2288.00"),
        ("AUTHORIZATION", "-1144.00"),
    ]
    kinds = [kind for kind, _ in shop.said() if kind != "order.status"]
    assert kinds[0] == "order.created" and "order.draft_confirmed" in kinds and kinds[-1] == "order.changed"
    shop.reconciles()


def test_draft_changes_bring_and_take_the_gift(open_database: Open) -> None:
    shop = desk(open_database, STOCK)
    key = draft(shop)
    price(shop, key, 2)
    first = shop.page(key).lines[0].key
    change(shop, key, OrderLines={"OrderLine": [{"OrderLineKey": first, "OrderedQty": "4"}]})
    price(shop, key, 4)
    assert [(line.item_id, line.quantity) for line in shop.page(key).lines] == [("NB-14", "4"), ("CASE-14", "2")]
    assert shop.said()[-1][1]["Promotions"] == [{"PromotionId": "GIFT", "CouponID": "", "Times": 2}]
    change(shop, key, OrderLines={"OrderLine": [{"OrderLineKey": first, "OrderedQty": "1"}]})
    price(shop, key, 1)
    assert [(line.item_id, line.quantity) for line in shop.page(key).lines] == [("NB-14", "1")]
    assert shop.said()[-1][1]["Promotions"] == []
    numbers = {line.prime for line in shop.page(key).order.lines}
    price(shop, key, 2)
    assert max(line.prime for line in shop.page(key).order.lines) > max(numbers) + 1


def test_a_reply_that_cannot_be_right_is_refused_whole(open_database: Open) -> None:
    shop = desk(open_database, STOCK)
    key = draft(shop)
    with shop.database.read() as conn:
        request = orders.pricing_request(conn, key)
    good = reply(request, 2)

    def refused(answer: dict[str, Any], error: type[Exception], version: int | None = None) -> None:
        before = shop.page(key)
        with pytest.raises(error):
            shop.database.retrying(lambda conn: orders.apply_pricing(conn, key, answer, AT, version))
        assert shop.page(key) == before

    refused(good | {"TotalAmount": "1.00"}, TotalDiffers)
    refused(good | {"OrderLines": {"OrderLine": []}}, PriceReplyRefused)
    refused(good, OrderMovedOn, 1)
    assert counters(shop.database, "NB-14")["scheduled"] == 0
