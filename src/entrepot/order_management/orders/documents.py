"""Orders as documents: what ``createOrder``, ``changeOrder`` and the list and detail verbs take, under their wire names."""

from __future__ import annotations

import msgspec

from entrepot.order_management.wire import Document, Flag


class ItemName(Document, frozen=True, kw_only=True):
    item_id: str
    unit_of_measure: str = ""
    product_class: str = ""
    item_short_desc: str = ""


class LinePriceInfo(Document, frozen=True, kw_only=True):
    unit_price: str = "0"
    list_price: str = "0"
    retail_price: str = ""
    price_before_override: str = ""
    override_reason: str = ""
    is_price_locked: Flag = "N"
    is_line_price_for_information_only: Flag = "N"
    line_total: str = ""


class BundleParentLine(Document, frozen=True, kw_only=True):
    """The kit a line is a part of, by any of its names."""

    order_line_key: str = ""
    prime_line_no: str = ""
    sub_line_no: str = "1"
    transactional_line_id: str = ""


class Share(Document, frozen=True, kw_only=True):
    """What a line carries of an order-wide amount; the line as the same document names it."""

    line_id: str = msgspec.field(name="LineID")
    amount: str


class Shares(Document, frozen=True, kw_only=True):
    share: list[Share] = []


class ChargeLine(Document, frozen=True, kw_only=True):
    """An amount: positive; its category says whether it is a discount. ``Reference`` is the promotion's id."""

    charge_category: str
    charge_name: str = ""
    charge_amount: str = ""
    charge_per_line: str = ""
    reference: str = ""
    coupon_id: str = ""
    description: str = ""
    is_manual: Flag = "N"
    shares: Shares | None = None


class LineCharges(Document, frozen=True, kw_only=True):
    line_charge: list[ChargeLine] = []


class HeaderCharges(Document, frozen=True, kw_only=True):
    header_charge: list[ChargeLine] = []


class TaxLine(Document, frozen=True, kw_only=True):
    charge_category: str = ""
    charge_name: str = ""
    tax_name: str = "Tax"
    tax: str
    tax_percentage: str = ""


class LineTaxes(Document, frozen=True, kw_only=True):
    line_tax: list[TaxLine] = []


class HeaderTaxes(Document, frozen=True, kw_only=True):
    header_tax: list[TaxLine] = []


class Person(Document, frozen=True, kw_only=True):
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address_line1: str = ""
    address_line2: str = ""
    address_line3: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""
    country: str = ""
    day_phone: str = ""
    e_mail_id: str = ""


class OrderLineReservation(Document, frozen=True, kw_only=True):
    item_id: str
    quantity: str = ""
    node: str = ""
    reservation_id: str = ""
    unit_of_measure: str = ""


class OrderLineReservations(Document, frozen=True, kw_only=True):
    order_line_reservation: list[OrderLineReservation] = []


class OrderLine(Document, frozen=True, kw_only=True):
    """A line of ``createOrder`` or ``changeOrder``; the gift fields say why a line is free and what earns it."""

    action: str = ""
    order_line_key: str = ""
    prime_line_no: str = ""
    sub_line_no: str = "1"
    transactional_line_id: str = ""
    ordered_qty: str = ""
    quantity_to_cancel: str = ""
    item: ItemName | None = None
    line_price_info: LinePriceInfo = LinePriceInfo()
    line_charges: LineCharges = LineCharges()
    line_taxes: LineTaxes = LineTaxes()
    kit_code: str = ""
    kit_qty: str = ""
    bundle_fulfillment_mode: str = ""
    bundle_parent_line: BundleParentLine | None = None
    configuration_id: str = ""
    is_gift: Flag = "N"
    gift_of_pricing_rule: str = ""
    gift_buy_line_ids: list[str] = []
    gift_buy_quantity: str = "1"
    gift_quantity: str = "1"
    delivery_method: str = ""
    ship_node: str = ""
    reservation_id: str = ""
    order_line_reservations: OrderLineReservations = OrderLineReservations()


class OrderLines(Document, frozen=True, kw_only=True):
    order_line: list[OrderLine] = []


class PriceInfo(Document, frozen=True, kw_only=True):
    """``TaxIncluded``: prices, charges and the total include the taxes that are told beside them.

    ``CashInterval`` is the smallest coin the total is rounded to when it is paid; ``TotalAmount`` is the total before that.
    """

    currency: str = ""
    total_amount: str = ""
    tax_included: Flag = "N"
    cash_interval: str = ""


class PaymentDetails(Document, frozen=True, kw_only=True):
    charge_type: str = "AUTHORIZATION"
    request_amount: str = "0"
    processed_amount: str = "0"
    authorization_id: str = ""
    authorization_expiration_date: str = ""


class PaymentDetailsList(Document, frozen=True, kw_only=True):
    payment_details: list[PaymentDetails] = []


class PaymentMethodDocument(Document, frozen=True, kw_only=True):
    """``CreditCardNo`` is a gateway's token; a real card number is refused."""

    payment_type: str
    credit_card_no: str = ""
    credit_card_name: str = ""
    credit_card_type: str = ""
    credit_card_exp_date: str = ""
    display_credit_card_no: str = ""
    payment_reference1: str = ""
    charge_sequence: str = "0"
    unlimited_charges: Flag = "Y"
    max_charge_limit: str = "0"
    payment_details_list: PaymentDetailsList = PaymentDetailsList()


class PaymentMethods(Document, frozen=True, kw_only=True):
    payment_method: list[PaymentMethodDocument] = []


class PromotionDocument(Document, frozen=True, kw_only=True):
    promotion_id: str
    coupon_id: str = ""
    times: str = "1"
    description: str = ""
    promotion_applied: str = ""
    denial_reason: str = ""


class Promotions(Document, frozen=True, kw_only=True):
    promotion: list[PromotionDocument] = []


class CouponDocument(Document, frozen=True, kw_only=True):
    coupon_id: str
    action: str = ""
    valid: str = ""
    coupon_status_msg_code: str = ""


class Coupons(Document, frozen=True, kw_only=True):
    coupon: list[CouponDocument] = []


class Note(Document, frozen=True, kw_only=True):
    note_text: str
    reason_code: str = ""


class Notes(Document, frozen=True, kw_only=True):
    note: list[Note] = []


class CreateOrder(Document, frozen=True, kw_only=True):
    """An order as another system or a call-center agent hands it over."""

    enterprise_code: str
    document_type: str = "0001"
    order_no: str = ""
    seller_organization_code: str = ""
    entry_type: str = "Call Center"
    draft_order_flag: Flag = "N"
    buyer_user_id: str = ""
    order_date: str = ""
    order_reference: str = ""
    bypass_pricing: Flag = "N"
    validate_promotion_award: Flag = "N"
    is_ship_as_complete: Flag = "N"
    optimization_type: str = "02"
    reservation_id: str = ""
    delivery_method: str = "SHP"
    scac: str = ""
    carrier_service_code: str = ""
    price_info: PriceInfo = PriceInfo()
    person_info_bill_to: Person = Person()
    person_info_ship_to: Person = Person()
    order_lines: OrderLines = OrderLines()
    header_charges: HeaderCharges = HeaderCharges()
    header_taxes: HeaderTaxes = HeaderTaxes()
    promotions: Promotions = Promotions()
    coupons: Coupons = Coupons()
    payment_methods: PaymentMethods = PaymentMethods()
    notes: Notes = Notes()


class OrderKey(Document, frozen=True, kw_only=True):
    """Which order: its key, or its natural key."""

    order_header_key: str = ""
    enterprise_code: str = ""
    document_type: str = "0001"
    order_no: str = ""


class ChangeOrder(Document, frozen=True, kw_only=True):
    """A change of an order; only what is given changes. ``Version`` is the one the caller has seen."""

    order_header_key: str = ""
    enterprise_code: str = ""
    document_type: str = "0001"
    order_no: str = ""
    version: str = ""
    action: str = "MODIFY"
    override: Flag = "N"
    cancel_remaining: Flag = "N"
    reason_code: str = ""
    reason_text: str = ""
    buyer_user_id: str | None = None
    delivery_method: str = ""
    scac: str = ""
    carrier_service_code: str = ""
    is_ship_as_complete: Flag | None = None
    person_info_bill_to: Person | None = None
    person_info_ship_to: Person | None = None
    order_lines: OrderLines = OrderLines()
    coupons: Coupons = Coupons()
    payment_methods: PaymentMethods | None = None
    notes: Notes = Notes()


class AdjustOrder(Document, frozen=True, kw_only=True):
    """Something given by hand, or what becomes of it: ``Action`` is ENTER, REMOVE, APPROVE or REJECT.

    ``CalculationCode`` is LineAdjustment, OrderAdjustment, ShipmentAdjustment or PriceOverride; the amount of an override
    is the new unit price, that of the others is positive, and a discount unless ``IsDiscount`` says N. Of a new one
    ``AdjustmentID`` is the id it is to have.
    """

    order_header_key: str
    version: str
    action: str = "ENTER"
    adjustment_id: str = ""
    calculation_code: str = ""
    order_line_key: str = ""
    amount: str = ""
    is_discount: Flag = "Y"
    reason_code: str = ""
    note_text: str = ""


class OrderListQuery(Document, frozen=True, kw_only=True):
    """Filters of ``getOrderList``; ``Text`` looks in number, buyer, names, e-mail and items."""

    enterprise_code: str = ""
    document_type: str = "0001"
    order_no: str = ""
    buyer_user_id: str | None = None
    draft_order_flag: Flag | None = None
    status: str = ""
    text: str = ""
    from_order_date: str = ""
    to_order_date: str = ""
    read_from_history: str = "N"
    page_number: int = 1
    page_size: int = 50


class Adjustment(Document, frozen=True, kw_only=True):
    """A discount or charge from the pricing engine; the amount is positive and the category says which it is."""

    pricing_rule_name: str = ""
    adjustment_applied: str = "0"
    coupon_id: str = ""
    charge_category: str = "Discount"
    charge_name: str = ""
    is_manual: Flag = "N"
    description: str = ""
    times: str = "1"
    shares: Shares | None = None
    adjustment_id: str = ""


class LineAdjustments(Document, frozen=True, kw_only=True):
    line_adjustment: list[Adjustment] = []


class HeaderAdjustments(Document, frozen=True, kw_only=True):
    header_adjustment: list[Adjustment] = []


class PricedLine(Document, frozen=True, kw_only=True):
    """A line of the pricing reply: ``LineID`` is the one of the request; a gift brings its own."""

    line_id: str = msgspec.field(name="LineID", default="")
    item_id: str = ""
    quantity: str = ""
    unit_of_measure: str = ""
    unit_price: str = "0"
    list_price: str = "0"
    line_adjustments: LineAdjustments = LineAdjustments()
    line_taxes: LineTaxes = LineTaxes()
    is_gift: Flag = "N"
    gift_of_pricing_rule: str = ""
    gift_buy_line_ids: list[str] = []
    gift_buy_quantity: str = "1"
    gift_quantity: str = "1"


class PricedLines(Document, frozen=True, kw_only=True):
    order_line: list[PricedLine] = []


class OrderPrice(Document, frozen=True, kw_only=True):
    """The pricing engine's answer to ``getOrderPrice``."""

    currency: str = ""
    total_amount: str
    tax_included: Flag = "N"
    cash_interval: str = ""
    price_snapshot_id: str = ""
    valid_until: str = ""
    order_lines: PricedLines
    header_adjustments: HeaderAdjustments = HeaderAdjustments()
    header_taxes: HeaderTaxes = HeaderTaxes()
    coupons: Coupons = Coupons()
    promotions: Promotions = Promotions()
