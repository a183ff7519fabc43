"""What commerce answers: prices of items and orders, coupons, promotions, and the catalog for the configurator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.engine import Connection

from entrepot.bus import Post, Service
from entrepot.commerce import capture, catalog, promotions
from entrepot.integration.mapping import Document, Values
from entrepot.integration.maps import items, order_price, prices
from entrepot.integration.maps import promotion_usage as usage
from entrepot.kernel.clock import Clock

Answer = Callable[[Connection, Document, datetime], Document]


def commerce_services(post: Post, values: Mapping[str, Values], clock: Clock) -> list[Service]:
    """The six questions commerce answers, under the names the askers know."""

    def reading(answer: Answer) -> Callable[[Document], Document]:
        def respond(document: Document) -> Document:
            with post.database.read() as conn:
                return answer(conn, document, clock.now())

        return respond

    def get_item_price(conn: Connection, document: Document, at: datetime) -> Document:
        return prices.item_price(capture.price_items(conn, prices.entitled_price(document, values), at), values)

    def get_order_price(conn: Connection, document: Document, at: datetime) -> Document:
        return order_price.order_price(capture.price_order(conn, order_price.calculate(document, values), at), values)

    def validate_coupon(conn: Connection, document: Document, at: datetime) -> Document:
        asked = usage.COUPON.here(document, values)
        visit = capture.visit_of(conn, asked, at)
        buyer = (visit.buyer.logon_id, visit.customer.segments)
        check = promotions.validate_code(conn, visit.store.id, asked["Code"], buyer, visit.at)
        found = {"Code": check.code, "Valid": check.valid, "ReasonCode": check.reason, "Detail": check.detail}
        return usage.COUPON_REPLY.there(found, values)

    def get_pricing_rule_details(conn: Connection, document: Document, at: datetime) -> Document:
        return usage.DETAILS_REPLY.there(_promotion_details(conn, usage.DETAILS.here(document, values)), values)

    def get_item_list(conn: Connection, document: Document, at: datetime) -> Document:
        return items.ITEM_LIST_REPLY.there(_navigation_view(conn, items.ITEM_LIST.here(document, values), at), values)

    def get_configurator_price(conn: Connection, document: Document, at: datetime) -> Document:
        answer = capture.price_items(conn, prices.configurator_question(document, values), at)
        return prices.configurator_prices(answer, values, (document.get("Kit") or {}).get("ItemID", ""))

    return [
        Service("getItemPrice", "order_management", "commerce", reading(get_item_price), 2.0),
        Service("getOrderPrice", "order_management", "commerce", reading(get_order_price), 5.0),
        Service("validateCoupon", "order_management", "commerce", reading(validate_coupon), 2.0),
        Service("getPricingRuleDetails", "order_management", "commerce", reading(get_pricing_rule_details), 2.0),
        Service("GetItemList", "configurator", "commerce", reading(get_item_list), 3.0),
        # Whoever asks from a task asks for one kit; a page's hundreds of items are asked for from a thread.
        Service("GetItemPrice", "configurator", "commerce", reading(get_configurator_price), 2.0, post.database),
    ]


def _promotion_details(conn: Connection, asked: Document) -> Document:
    store = catalog.find_store(conn, asked["StoreIdentifier"])
    found = promotions.find_promotion(
        conn, store.id, identifier=asked.get("PromotionIdentifier", ""), code=asked.get("PromotionCode", "")
    )
    if found is None:
        return {"PromotionIdentifier": asked.get("PromotionIdentifier", ""), "Description": "", "PromotionType": "UNKNOWN"}
    language = asked.get("Language") or store.default_language
    return {
        "PromotionIdentifier": found.identifier,
        "Name": found.name(language),
        "Description": found.description(language),
        "StartDate": found.starts_at.isoformat() if found.starts_at else "",
        "EndDate": found.ends_at.isoformat() if found.ends_at else "",
        "PromotionType": str(found.level),
        "Terms": found.sentence(),
        "PromotionCodeRequired": found.trigger is not promotions.Trigger.AUTOMATIC,
    }


def _navigation_view(conn: Connection, asked: Document, at: datetime) -> Document:
    """The entries asked for that are shown, in the asked order; only atomic, buyable ones can be an option."""
    store = catalog.find_store(conn, asked["StoreIdentifier"])
    language = asked.get("Language") if asked.get("Language") in store.languages else store.default_language
    numbers = [one["PartNumber"] for one in asked.get("CatalogEntryIdentifier", [])]
    facts = catalog.entries_by_part_numbers(conn, catalog.View(store, language or store.default_language, at), numbers)
    shown = [facts[number] for number in numbers if number in facts and facts[number].displayable]
    return {
        "CatalogEntryView": [
            {
                "PartNumber": one.part_number,
                "Name": one.name,
                "ShortDescription": "",
                "Thumbnail": one.thumbnail or "",
                "Buyable": one.buyable and one.type.atomic,
            }
            for one in shown
        ]
    }
